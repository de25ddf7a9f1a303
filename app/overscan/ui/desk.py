"""Everything in the window: the parts in their places, and what people do in one carried to the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QMimeData, QPoint, QSettings, Qt, QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from overscan.core.jobs import Job
from overscan.core.text import mark, tr, trn
from overscan.ui import drops, style
from overscan.ui.compare.measures_panel import MeasuresPanel
from overscan.ui.compare.painting import Resampler
from overscan.ui.comparing_files import ComparingFiles
from overscan.ui.dialog_control import DialogControl
from overscan.ui.drop_overlay import DropOverlay, Zone
from overscan.ui.duel.control import DuelControl
from overscan.ui.edit.prompt_box import PromptHistory
from overscan.ui.edit.result_check import ResultCheck
from overscan.ui.exhibit_control import ExhibitControl
from overscan.ui.file_control import FileControl
from overscan.ui.main_window import FIRST_SIZE, PANEL_WIDTH, QUEUE_HEIGHT, TRAY_WIDTH
from overscan.ui.pause_control import PauseControl
from overscan.ui.photo_tray import PhotoTray
from overscan.ui.queue_view import QueueView
from overscan.ui.right_column import RightColumn
from overscan.ui.run_control import RunControl
from overscan.ui.session import Session
from overscan.ui.stage import Page, Stage
from overscan.ui.style import Theme
from overscan.ui.task_panel import TaskPanel
from overscan.ui.thumbnails import Thumbnails
from overscan.ui.top_bar import TopBar
from overscan.ui.widgets.elided_label import ElidedLabel
from overscan.ui.widgets.level import Level
from overscan.ui.widgets.message_bar import Message, MessageAction, MessageBar
from overscan.ui.window_actions import WindowActions, build_menus

if TYPE_CHECKING:
    from overscan.ui.main_window import MainWindow

_PANEL_WIDTHS: Final = (276, 440)
_STAGE_WIDTH: Final = 440
_RULE: Final = mark("Area-averaged below 100 %, nearest above 200 % of the finest image")
_RESAMPLING: Final = {
    Resampler.SMOOTH: mark("Area-averaged below 100 %, bilinear up to 200 %"),
    Resampler.NEAREST: mark("Nearest, above 200 % of the finest image"),
}


class Desk(QWidget):
    """The central widget; it also fills the window's menus and status bar."""

    def __init__(self, session: Session, window: MainWindow) -> None:
        super().__init__(window)
        self.setObjectName("desk")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.session = session
        self._window = window
        self._warned = False
        self.commands = WindowActions(window)
        self.messages = MessageBar("messages", self)
        self.top_bar = TopBar(self.commands.open, self.commands.paste, self.commands.run, self)
        self.tray = PhotoTray(session.photos, self)
        self.stage = Stage(session.loader, session.provider, self)
        self.editor = self.stage.attach(session.expansion)
        self.panel = TaskPanel(self)
        self.panel.attach(session.expansion, PromptHistory(window.state, self))
        self.measures = MeasuresPanel(self.stage.view, self)
        self.right = RightColumn(self.panel, window.state, self)
        self.right.attach(self.measures)
        self.queue = QueueView(session.queue, self)
        self._thumbnails = Thumbnails(self.tray, session.loader, self)
        self._columns = QSplitter(Qt.Orientation.Horizontal, self)
        self._rows = QSplitter(Qt.Orientation.Vertical, self)
        self._lay_out()
        self._make_status_bar()
        build_menus(
            window.menuBar(),
            self.commands,
            self.queue.actions_,
            self.tray.remove,
            [*self.stage.view.actions_for_menu(), *self.measures.actions_for_menu()],
            self.editor.actions_.for_menu(),
            self.stage.view.groups_for_menu(),
        )
        self.files = FileControl(session, self.commands, self.tray, self.messages, window)
        self.runs = RunControl(session, self.commands, self.panel, self.queue, self.top_bar, self.messages, window)
        self.dialogs = DialogControl(session, self.commands, self.panel, window.menuBar(), window)
        self.checks = ResultCheck(session, self.stage, self.queue, self.files, self.messages, window)
        self.pauses = PauseControl(session, self.messages, self.dialogs.open_account, self)
        self.comparing = ComparingFiles(
            session, self.commands, self.stage, self.tray, self.files, self.messages, window.state, window
        )
        self.exhibits = ExhibitControl(
            session, self.commands, self.stage, self.messages, self.files.open_folder, window
        )
        self.duels = DuelControl(session, self.stage, self.tray.selected, self.messages, window)
        self._overlay = DropOverlay(self)
        self._connect()
        self._restore(window.state)

    # ------------------------------------------------------------------ making

    def _lay_out(self) -> None:
        middle = QWidget(self)
        # Whatever the stage shows, it never pushes the panels about.
        middle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        middle.setMinimumWidth(_STAGE_WIDTH)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.messages)
        column.addWidget(self.stage, 1)
        right = self.right
        right.setMinimumWidth(_PANEL_WIDTHS[0])
        right.setMaximumWidth(_PANEL_WIDTHS[1])
        self._columns.setObjectName("columns")
        for widget in (self.tray, middle, right):
            self._columns.addWidget(widget)
        self._columns.setStretchFactor(1, 1)
        self._columns.setChildrenCollapsible(False)
        self._rows.setObjectName("rows")
        self._rows.addWidget(self._columns)
        self._rows.addWidget(self.queue)
        self._rows.setStretchFactor(0, 1)
        self._rows.setCollapsible(0, False)
        self.queue.setMinimumHeight(96)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.top_bar)
        whole.addWidget(self._rows, 1)
        width, height = FIRST_SIZE
        self._columns.setSizes([TRAY_WIDTH, width - TRAY_WIDTH - PANEL_WIDTH, PANEL_WIDTH])
        self._rows.setSizes([height - QUEUE_HEIGHT, QUEUE_HEIGHT])

    def _make_status_bar(self) -> None:
        self._readout = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self._readout.setObjectName("readout")
        self._readout.setAccessibleName(tr("Readout"))
        self._readout.setProperty("role", "muted")
        self._resampling = tr(_RESAMPLING[Resampler.SMOOTH])
        note = self._note = QLabel(self._resampling, self, textFormat=Qt.TextFormat.PlainText)
        note.setObjectName("resampler-note")
        note.setToolTip(tr(_RULE))
        note.setProperty("role", "muted")
        bar = self._window.statusBar()
        bar.setSizeGripEnabled(False)
        bar.setContentsMargins(12, 0, 12, 0)
        bar.addWidget(self._readout, 1)
        bar.addPermanentWidget(note)

    def _connect(self) -> None:
        session, stage, commands = self.session, self.stage, self.commands
        session.loaded.connect(self._session_loaded)
        session.settings_changed.connect(self._take_target)
        session.keys_changed.connect(self.panel.set_keys)
        session.balances_changed.connect(self.panel.set_balances)
        session.queue.changed.connect(self._jobs_moved)
        self.tray.selection_changed.connect(self._photos_selected)
        session.photos.replaced.connect(self._photos_selected)
        stage.view.readout_changed.connect(self._readout.setText)
        stage.page_changed.connect(self.top_bar.show_page)
        stage.page_changed.connect(self.right.show_page)
        self.measures.report_wanted.connect(self.exhibits.save_report)
        self.measures.source_wanted.connect(lambda path: self.files.use_as_source([path]))
        self.measures.folder_wanted.connect(lambda path: self.files.open_folder(path.parent))
        session.idle.connect(self.measures.close_threads)
        self.panel.plan_changed.connect(self._show_expansion)
        editor = self.editor
        editor.readout_changed.connect(self._readout.setText)
        editor.status_changed.connect(lambda text: self._note.setText(text or self._resampling))
        stage.view.resampler_changed.connect(self._show_resampler)
        editor.files.exported.connect(self._mask_saved)
        editor.files.failed.connect(self.messages.post_failure)
        session.idle.connect(editor.close_threads)
        session.idle.connect(stage.view.close_threads)
        stage.open_wanted.connect(self.files.choose_files)
        self.top_bar.page_chosen.connect(stage.set_page)
        self.queue.folder_wanted.connect(self.files.show_in_folder)
        self.queue.job_chosen.connect(self._show_job)
        commands.blind_duel.triggered.connect(self.duels.open)
        self.measures.duel_wanted.connect(self.duels.open)
        commands.edit_page.triggered.connect(lambda: stage.set_page(Page.EDIT))
        commands.compare_page.triggered.connect(lambda: stage.set_page(Page.COMPARE))
        commands.save_as.triggered.connect(self._save_as)
        commands.use_as_source.triggered.connect(self._use_as_source)
        self.queue.source_wanted.connect(self.files.use_as_source)
        stage.source_wanted.connect(self.files.use_as_source)
        stage.save_wanted.connect(self.files.save_as)
        stage.folder_wanted.connect(self.files.show_output_in_folder)
        stage.path_wanted.connect(self.files.copy_path)
        commands.copy_path.triggered.connect(self._copy_path)
        commands.select_all.triggered.connect(self.tray.select_all)
        commands.full_screen.toggled.connect(self._set_full_screen)
        commands.themes.triggered.connect(self._set_theme)
        commands.quit.triggered.connect(self._window.close)

    # ------------------------------------------------------------------ photos and jobs

    def open_photos(self, photos: Sequence[str]) -> None:
        """Open what was named on the command line: paths, and addresses of pictures."""
        urls = [name for name in photos if name.startswith(("http://", "https://"))]
        self.files.take([Path(name).absolute() for name in photos if name not in urls])
        for url in urls:
            self.session.opener.open_url(url)

    @Slot()
    def _session_loaded(self) -> None:
        registry = self.session.registry
        if registry is not None:
            self.panel.set_providers(registry.all())
            self.panel.set_rules(self.session.reach, self.runs.day_cap)
        self._take_target()
        self.runs.refresh()
        self.stage.follow(self.session.jobs)

    @Slot()
    def _take_target(self) -> None:
        target, settings = self.session.target, self.session.settings
        if target is not None and settings is not None:
            self.panel.set_target(target, settings.money.usd_per_credit)

    @Slot()
    def _photos_selected(self) -> None:
        self.session.expansion.set_photo(self.tray.current())
        self.panel.set_photos(self.tray.selected())
        self.stage.set_photo(self.tray.current(), self.session.jobs)
        self.comparing.follow()
        self._enable_outputs()

    @Slot()
    def _show_expansion(self) -> None:
        """The stage follows the task, and the editor says what a service will get."""
        self.stage.set_operation(self.panel.operation)
        self.editor.canvas.set_look(self.panel.look)
        ref = self.stage.photo.ref if self.stage.photo is not None else None
        jobs = [job for job in self.panel.plan.jobs if ref is not None and job.request.photo.sha256 == ref.sha256]
        self.editor.set_sent(", ".join(dict.fromkeys(change for job in jobs for change in job.changes)))

    @Slot(object)
    def _show_resampler(self, resampler: Resampler) -> None:
        """How all panes are drawn now; beside the editor the note is the editor's."""
        self._resampling = tr(_RESAMPLING[resampler])
        if self.stage.view.isVisible():
            self._note.setText(self._resampling)

    @Slot(object)
    def _mask_saved(self, path: Path) -> None:
        self.messages.post(Message(tr("Saved {name}", name=path.name), str(path.parent), Level.SAVED))

    @Slot()
    def _jobs_moved(self) -> None:
        self.stage.follow(self.session.jobs)
        self._enable_outputs()

    def _enable_outputs(self) -> None:
        there = self._output() is not None
        self.commands.save_as.setEnabled(there)
        self.commands.use_as_source.setEnabled(there)
        self.commands.copy_path.setEnabled(there)

    def _output(self) -> Path | None:
        """The output that an action is about: the one selected in the queue, else the one on show."""
        chosen = [Path(job.outputs[0].path) for job in self.queue.selected() if job.outputs]
        return chosen[0] if chosen else self.stage.output_on_show()

    @Slot()
    def _save_as(self) -> None:
        self.files.save_as(self._output())

    @Slot()
    def _use_as_source(self) -> None:
        output = self._output()
        if output is not None:
            self.files.use_as_source([output])

    @Slot()
    def _copy_path(self) -> None:
        output = self._output()
        if output is not None:
            self.files.copy_path(output)

    @Slot(object)
    def _show_job(self, job: Job) -> None:
        """Go to the photo of a job and compare; a photo that is no longer in the list is opened again."""
        path = job.request.photo.path
        row = self.session.photos.row_of_path(path) if path else None
        if row is not None:
            self.tray.select_row(row)
        elif path:
            self.files.take([Path(path)])
        self.stage.set_page(Page.COMPARE)

    # ------------------------------------------------------------------ drag and drop

    def begin_drag(self, mime: QMimeData) -> bool:
        """Show that ``mime`` would be taken; false where it would not."""
        if not drops.acceptable(mime):
            return False
        self._overlay.cover(self.comparing.offers(mime))
        self.tray.highlight(not self._overlay.offers)
        return True

    def move_drag(self, at: QPoint) -> None:
        """Show what letting go at ``at``, in the window's coordinates, would do."""
        self._overlay.point(self._overlay.mapFrom(self._window, at))

    def drop(self, mime: QMimeData, at: QPoint) -> bool:
        """Take what was let go at ``at``, in the window's coordinates; false where nothing in it can be taken."""
        compare = self._overlay.zone_at(self._overlay.mapFrom(self._window, at)) is Zone.COMPARE
        self.end_drag()
        return self.comparing.take_mime(mime) if compare else self.files.take_mime(mime)

    def end_drag(self) -> None:
        self._overlay.hide()
        self.tray.highlight(False)

    # ------------------------------------------------------------------ the window

    @Slot(bool)
    def _set_full_screen(self, on: bool) -> None:
        full = Qt.WindowState.WindowFullScreen
        state = self._window.windowState()
        self._window.setWindowState(state | full if on else state & ~full)

    @Slot(QAction)
    def _set_theme(self, action: QAction) -> None:
        theme = Theme(action.data())
        keeper = style.keeper()
        if keeper is not None:
            keeper.set_theme(theme)
        if self._window.state is not None:
            self._window.state.setValue("theme", theme.value)

    def _restore(self, state: QSettings | None) -> None:
        keeper = style.keeper()
        theme = keeper.theme if keeper is not None else Theme.SYSTEM
        for action in self.commands.themes.actions():
            action.setChecked(action.data() == theme.value)
        for splitter in (self._columns, self._rows):
            value = state.value(splitter.objectName()) if state is not None else None
            if isinstance(value, QByteArray):
                splitter.restoreState(value)

    def keep_state(self, state: QSettings) -> None:
        """Write down where the splitters stand."""
        for splitter in (self._columns, self._rows):
            state.setValue(splitter.objectName(), splitter.saveState())

    def may_close(self) -> bool:
        """False once, with a notice, where jobs have not been sent yet; they are kept all the same."""
        count = len(self.session.unsent)
        if not count or self._warned:
            return True
        self._warned = True
        self.messages.post(
            Message(
                trn("{count} job has not been sent yet.", "{count} jobs have not been sent yet.", count),
                tr("It is kept, and you are asked about it at the next start. Close again to leave."),
                Level.ATTENTION,
                (MessageAction("close", tr("Close Now"), self._close_soon),),
            )
        )
        return False

    def _close_soon(self) -> None:
        QTimer.singleShot(0, self._window, self._window.close)
