"""The queue on the screen: the table of jobs and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal, SignalInstance, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from overscan.core.jobs import MOVES, Job, JobEvent, JobState
from overscan.core.text import tr, trn
from overscan.ui import wording
from overscan.ui.queue_delegate import QueueDelegate
from overscan.ui.queue_model import Column, QueueModel

_SHARES = {Column.PHOTO: 0.15, Column.PROVIDER: 0.17, Column.STATE: 0.14, Column.PROGRESS: 0.1}
"""Of the table's width, within ``_BOUNDS`` pixels; the note takes what is left."""
_BOUNDS = (70, 260)
_FIXED = {Column.TIME: 56, Column.COST: 124}
_ROW_HEIGHT = 30
_TICK_MS = 1000
_MOST_SOURCES = 20


@dataclass(frozen=True, slots=True)
class QueueActions:
    """The actions on the selected jobs, for menus and buttons alike."""

    cancel: QAction
    retry: QAction
    resume: QAction
    show_in_folder: QAction
    copy_task_id: QAction
    remove_finished: QAction

    def all(self) -> tuple[QAction, ...]:
        return (
            self.cancel,
            self.retry,
            self.resume,
            self.show_in_folder,
            self.copy_task_id,
            self.remove_finished,
        )


class QueueView(QFrame):
    """Signals carry the jobs that an action is about; ``job_chosen`` the double-clicked one.

    ``source_wanted`` carries the paths of outputs that are to be used as photos.
    """

    cancel_wanted = Signal(object)
    retry_wanted = Signal(object)
    resume_wanted = Signal(object)
    folder_wanted = Signal(object)
    job_chosen = Signal(object)
    source_wanted = Signal(object)
    menu_opening = Signal(QMenu, object)
    """The table's menu before it opens, and the selected jobs: others add to it what they can do."""

    def __init__(self, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("queue")
        self.setProperty("role", "panel")
        self.model = model
        self._table = self._make_table()
        self.actions_ = self._make_actions()
        self._summary = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self._summary.setObjectName("queue-summary")
        self._summary.setProperty("role", "muted")
        self._empty = QLabel(tr("Jobs appear here when you run them."), self._table.viewport())
        self._empty.setObjectName("queue-empty")
        self._empty.setProperty("role", "muted")
        self._empty.move(16, 12)
        self._ticker = QTimer(self, interval=_TICK_MS)
        self._ticker.timeout.connect(model.tick)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_bar())
        inset = QVBoxLayout()
        inset.setContentsMargins(8, 0, 0, 0)
        inset.addWidget(self._table)
        column.addLayout(inset, 1)
        model.changed.connect(self._refresh)
        self._table.selectionModel().selectionChanged.connect(self._refresh)
        self._table.doubleClicked.connect(self._choose)
        self._refresh()

    def _make_table(self) -> QTableView:
        table = _Table(self)
        table.setObjectName("queue-table")
        table.setAccessibleName(tr("Queue"))
        table.setModel(self.model)
        table.setItemDelegate(QueueDelegate(self.model, table))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._open_menu)
        rows = table.verticalHeader()
        rows.setVisible(False)
        rows.setDefaultSectionSize(_ROW_HEIGHT)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)  # no row is ever measured, however many there are
        columns = table.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setStretchLastSection(True)
        columns.setMinimumSectionSize(48)
        for which, width in _FIXED.items():
            table.setColumnWidth(which, width)
        return table

    def _make_bar(self) -> QFrame:
        bar = QFrame(self)
        bar.setProperty("role", "bar")
        line = QHBoxLayout(bar)
        line.setContentsMargins(16, 3, 10, 3)
        line.setSpacing(4)
        line.addWidget(self._summary, 1)
        for action in self.actions_.all():
            if action is self.actions_.copy_task_id:
                continue
            button = QToolButton(bar)
            button.setObjectName(f"{action.objectName()}-button")
            button.setAccessibleName(action.toolTip())
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setProperty("role", "quiet")
            button.setDefaultAction(action)
            line.addWidget(button)
        return bar

    def _make_actions(self) -> QueueActions:
        actions = QueueActions(
            cancel=self._action("cancel", tr("Cancel"), tr("Cancel the selected jobs"), self._cancel),
            retry=self._action("retry", tr("Retry"), tr("Run the selected jobs again"), self._retry),
            resume=self._action(
                "resume",
                tr("Resume"),
                tr("Send the paused jobs, and ask the service for the parked ones again"),
                self._resume,
            ),
            show_in_folder=self._action(
                "show-in-folder", tr("Show in Folder"), tr("Show the result in its folder"), self._show
            ),
            copy_task_id=self._action(
                "copy-task-id", tr("Copy Task ID"), tr("Copy the service's task id"), self._copy_task_id
            ),
            remove_finished=self._action(
                "remove-finished",
                tr("Clear Finished"),
                tr("Take finished jobs out of this list; files and journal keep them"),
                self.remove_finished,
            ),
        )
        actions.cancel.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        actions.cancel.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._table.addAction(actions.cancel)
        actions.retry.setShortcut(QKeySequence("Ctrl+Shift+R"))
        actions.resume.setShortcut(QKeySequence("Ctrl+Shift+U"))
        actions.show_in_folder.setShortcut(QKeySequence("Ctrl+Shift+F"))
        actions.copy_task_id.setShortcut(QKeySequence("Ctrl+Shift+C"))
        actions.remove_finished.setShortcut(QKeySequence("Ctrl+Shift+Backspace"))
        return actions

    def _action(self, name: str, text: str, tip: str, call: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.setObjectName(name)
        action.setToolTip(tip)
        action.setStatusTip(tip)
        action.triggered.connect(lambda _checked=False: call())
        return action

    # ------------------------------------------------------------------ state

    def selected(self) -> tuple[Job, ...]:
        """The selected jobs, top first."""
        rows = sorted(index.row() for index in self._table.selectionModel().selectedRows())
        return tuple(self.model.job_at(row) for row in rows)

    def select(self, job_ids: tuple[str, ...]) -> None:
        """Select exactly these jobs."""
        self._table.clearSelection()
        selection = self._table.selectionModel()
        for id_ in job_ids:
            row = self.model.row_of(id_)
            if row is not None:
                selection.select(
                    self.model.index(row, 0), selection.SelectionFlag.Select | selection.SelectionFlag.Rows
                )

    @Slot()
    def _refresh(self) -> None:
        jobs = self.model.jobs()
        self._empty.setVisible(not jobs)
        self._summary.setText(summary(jobs))
        chosen = self.selected()
        actions = self.actions_
        actions.cancel.setEnabled(any(cancellable(job) for job in chosen))
        actions.retry.setEnabled(any(retryable(job) for job in chosen))
        actions.resume.setEnabled(any(resumable(job) for job in chosen))
        actions.show_in_folder.setEnabled(any(job.outputs for job in chosen))
        actions.copy_task_id.setEnabled(any(job.task_id for job in chosen))
        actions.remove_finished.setEnabled(any(job.terminal for job in jobs))
        if self.model.any_running != self._ticker.isActive():
            if self.model.any_running:
                self._ticker.start()
            else:
                self._ticker.stop()

    # ------------------------------------------------------------------ actions

    def _cancel(self) -> None:
        self._emit(self.cancel_wanted, cancellable)

    def _retry(self) -> None:
        self._emit(self.retry_wanted, retryable)

    def _resume(self) -> None:
        self._emit(self.resume_wanted, resumable)

    def _show(self) -> None:
        self._emit(self.folder_wanted, lambda job: bool(job.outputs))

    def _emit(self, signal: SignalInstance, wanted: Callable[[Job], bool]) -> None:
        jobs = tuple(job for job in self.selected() if wanted(job))
        if jobs:
            signal.emit(jobs)

    def _copy_task_id(self) -> None:
        ids = [job.task_id for job in self.selected() if job.task_id]
        QGuiApplication.clipboard().setText("\n".join(ids))

    def remove_finished(self) -> None:
        """Take every finished job out of the view. Unconfirmed ones stay: they need a decision."""
        self.model.remove(job.id for job in self.model.jobs() if job.terminal and job.state is not JobState.UNCONFIRMED)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        self.job_chosen.emit(self.model.job_at(index.row()))

    @Slot(QPoint)
    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("queue-menu")
        menu.addActions(list(self.actions_.all()))
        outputs = [Path(output.path) for job in self.selected() for output in job.outputs]
        if outputs:
            menu.addSeparator()
            self._add_sources(menu, outputs)
        self.menu_opening.emit(menu, self.selected())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._table.viewport().mapToGlobal(at))

    def _add_sources(self, menu: QMenu, outputs: Sequence[Path]) -> None:
        """Each output by its name, and all of them where there are several."""
        if len(outputs) == 1:
            whole = menu.addAction(tr("Use as Source"))
        else:
            one = menu.addMenu(tr("Use as Source"))
            for path in outputs[:_MOST_SOURCES]:
                action = one.addAction(path.name.replace("&", "&&"))
                action.triggered.connect(lambda _checked=False, path=path: self.source_wanted.emit((path,)))
            one.addSeparator()
            whole = one.addAction(tr("All of Them"))
        whole.setObjectName("queue-use-as-source")
        whole.triggered.connect(lambda: self.source_wanted.emit(tuple(outputs)))


class _Table(QTableView):
    """Shares its width among the columns each time it gets another one."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for which, share in _SHARES.items():
            self.setColumnWidth(which, max(_BOUNDS[0], min(_BOUNDS[1], round(self.viewport().width() * share))))


def cancellable(job: Job) -> bool:
    """A submission under way is not: its answer may be a task that has been paid for."""
    return JobEvent.CANCEL in MOVES[job.state]


def retryable(job: Job) -> bool:
    return job.state in (JobState.FAILED, JobState.CANCELLED, JobState.UNCONFIRMED)


def resumable(job: Job) -> bool:
    return job.paused or job.state is JobState.PARKED


def summary(jobs: tuple[Job, ...]) -> str:
    """The queue in one line."""
    active = sum(not job.terminal and not resumable(job) for job in jobs)
    paused = sum(job.paused for job in jobs)
    saved = sum(job.state is JobState.DONE for job in jobs)
    decide = sum(wording.needs_decision(job) and not job.paused for job in jobs)
    parts = [tr("Queue")]
    if active:
        parts.append(trn("{count} running", "{count} running", active))
    if paused:
        parts.append(trn("{count} paused", "{count} paused", paused))
    if saved:
        parts.append(trn("{count} saved", "{count} saved", saved))
    if decide:
        parts.append(trn("{count} needs a look", "{count} need a look", decide))
    return " · ".join(parts)
