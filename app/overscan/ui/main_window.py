"""The window: puts its parts in their places and carries what people do in one to the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QMainWindow, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from overscan.core.jobs import Job
from overscan.core.text import tr, trn
from overscan.ui import drops, style
from overscan.ui.dialog_control import DialogControl
from overscan.ui.drop_overlay import DropOverlay
from overscan.ui.file_control import FileControl
from overscan.ui.photo_tray import PhotoTray
from overscan.ui.queue_view import QueueView
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

_FIRST_SIZE: Final = (1440, 900)
_SMALLEST: Final = (900, 600)
_PANEL_WIDTHS: Final = (240, 420)
_STAGE_WIDTH: Final = 320
_TRAY_WIDTH: Final = 190
_PANEL_WIDTH: Final = 262
_QUEUE_HEIGHT: Final = 190


class MainWindow(QMainWindow):
    """The whole window over a session. ``state`` keeps geometry, splitters and theme between starts.

    Nothing slow is begun before ``first_painted``, which comes once.
    """

    first_painted = Signal()

    def __init__(self, session: Session, state: QSettings | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("main-window")
        self.setWindowTitle("Overscan")
        self.setMinimumSize(*_SMALLEST)
        self.setAcceptDrops(True)
        self.session = session
        self._state = state
        self._painted = False
        self._closing = False
        self._ended = False
        self._warned = False
        self.commands = WindowActions(self)
        self.messages = MessageBar("messages", self)
        self.top_bar = TopBar(self.commands.open, self.commands.paste, self.commands.run, self)
        self.tray = PhotoTray(session.photos, self)
        self.stage = Stage(session.loader, session.info, self)
        self.panel = TaskPanel(self)
        self.queue = QueueView(session.queue, self)
        self._thumbnails = Thumbnails(self.tray, session.loader, self)
        self._columns = QSplitter(Qt.Orientation.Horizontal, self)
        self._rows = QSplitter(Qt.Orientation.Vertical, self)
        self._lay_out()
        self._make_status_bar()
        build_menus(
            self.menuBar(), self.commands, self.queue.actions_, self.tray.remove, self.stage.view.actions_for_menu()
        )
        self.files = FileControl(session, self.commands, self.tray, self.messages, self)
        self.runs = RunControl(session, self.commands, self.panel, self.queue, self.top_bar, self.messages, self)
        self.dialogs = DialogControl(session, self.commands, self.panel, self.menuBar(), self)
        self._overlay = DropOverlay(self)
        self._connect()
        self._restore()

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
        right = QFrame(self)
        right.setProperty("role", "panel")
        right_column = QVBoxLayout(right)
        right_column.setContentsMargins(0, 0, 0, 0)
        right_column.addWidget(self.panel)
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
        central = QWidget(self)
        central.setObjectName("central")
        central.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        central.setFocus()  # so that the window does not open with a ring around some control
        whole = QVBoxLayout(central)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.top_bar)
        whole.addWidget(self._rows, 1)
        self.setCentralWidget(central)
        width, height = _FIRST_SIZE
        self._columns.setSizes([_TRAY_WIDTH, width - _TRAY_WIDTH - _PANEL_WIDTH, _PANEL_WIDTH])
        self._rows.setSizes([height - _QUEUE_HEIGHT, _QUEUE_HEIGHT])

    def _make_status_bar(self) -> None:
        self._readout = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self._readout.setObjectName("readout")
        self._readout.setAccessibleName(tr("Readout"))
        self._readout.setProperty("role", "muted")
        note = QLabel(tr("Area-averaged below 100 %, nearest above 200 %"), self, textFormat=Qt.TextFormat.PlainText)
        note.setObjectName("resampler-note")
        note.setProperty("role", "muted")
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.setContentsMargins(12, 0, 12, 0)
        bar.addWidget(self._readout, 1)
        bar.addPermanentWidget(note)

    def _connect(self) -> None:
        session, stage, commands = self.session, self.stage, self.commands
        session.loaded.connect(self._session_loaded)
        session.settings_changed.connect(self._take_target)
        session.keys_changed.connect(self.panel.set_keys)
        session.queue.changed.connect(self._jobs_moved)
        self.tray.selection_changed.connect(self._photos_selected)
        session.photos.dataChanged.connect(self._photos_selected)
        stage.view.readout_changed.connect(self._readout.setText)
        stage.page_changed.connect(self.top_bar.show_page)
        stage.open_wanted.connect(self.files.choose_files)
        self.top_bar.page_chosen.connect(stage.set_page)
        self.queue.folder_wanted.connect(self.files.show_in_folder)
        self.queue.job_chosen.connect(self._show_job)
        commands.edit_page.triggered.connect(lambda: stage.set_page(Page.EDIT))
        commands.compare_page.triggered.connect(lambda: stage.set_page(Page.COMPARE))
        commands.save_as.triggered.connect(self._save_as)
        commands.select_all.triggered.connect(self.tray.select_all)
        commands.full_screen.toggled.connect(self._set_full_screen)
        commands.themes.triggered.connect(self._set_theme)
        commands.quit.triggered.connect(self.close)

    # ------------------------------------------------------------------ the first paint

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            # After this turn of the event loop the frame is on the screen.
            QTimer.singleShot(0, self, self.first_painted.emit)

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
        self._take_target()
        self.runs.refresh()

    @Slot()
    def _take_target(self) -> None:
        target, settings = self.session.target, self.session.settings
        if target is not None and settings is not None:
            self.panel.set_target(target, settings.money.usd_per_credit)

    @Slot()
    def _photos_selected(self) -> None:
        self.panel.set_photos(self.tray.selected())
        self.stage.set_photo(self.tray.current(), self.session.jobs)
        self._enable_outputs()

    @Slot()
    def _jobs_moved(self) -> None:
        self.stage.follow(self.session.jobs)
        self._enable_outputs()

    def _enable_outputs(self) -> None:
        self.commands.save_as.setEnabled(self._output() is not None)

    def _output(self) -> Path | None:
        """The output that an action is about: the one selected in the queue, else the one on show."""
        chosen = [Path(job.outputs[0].path) for job in self.queue.selected() if job.outputs]
        return chosen[0] if chosen else self.stage.output_on_show()

    @Slot()
    def _save_as(self) -> None:
        self.files.save_as(self._output())

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

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if drops.acceptable(event.mimeData()):
            event.acceptProposedAction()
            self._overlay.cover()
            self.tray.highlight(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._end_drag()

    def dropEvent(self, event: QDropEvent) -> None:
        self._end_drag()
        if self.files.take_mime(event.mimeData()):
            event.acceptProposedAction()

    def _end_drag(self) -> None:
        self._overlay.hide()
        self.tray.highlight(False)

    # ------------------------------------------------------------------ the window itself

    @Slot(bool)
    def _set_full_screen(self, on: bool) -> None:
        self.setWindowState(
            self.windowState() | Qt.WindowState.WindowFullScreen
            if on
            else self.windowState() & ~Qt.WindowState.WindowFullScreen
        )

    @Slot(QAction)
    def _set_theme(self, action: QAction) -> None:
        theme = Theme(action.data())
        keeper = style.keeper()
        if keeper is not None:
            keeper.set_theme(theme)
        if self._state is not None:
            self._state.setValue("theme", theme.value)

    def _restore(self) -> None:
        self.resize(*_FIRST_SIZE)
        state = self._state
        keeper = style.keeper()
        theme = keeper.theme if keeper is not None else Theme.SYSTEM
        for action in self.commands.themes.actions():
            action.setChecked(action.data() == theme.value)
        if state is None:
            return
        for name, restore in (
            ("geometry", self.restoreGeometry),
            ("columns", self._columns.restoreState),
            ("rows", self._rows.restoreState),
        ):
            value = state.value(name)
            if isinstance(value, QByteArray):
                restore(value)

    def _keep_state(self) -> None:
        if self._state is not None:
            self._state.setValue("geometry", self.saveGeometry())
            self._state.setValue("columns", self._columns.saveState())
            self._state.setValue("rows", self._rows.saveState())
            self._state.sync()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close once the engine has ended. What runs at a service is picked up at the next start."""
        if self._ended:
            event.accept()
            return
        event.ignore()
        if self._closing:
            return
        unsent = len(self.session.unsent)
        if unsent and not self._warned:
            self._warned = True
            self._warn_of_unsent(unsent)
            return
        self._closing = True
        self._keep_state()
        self.setEnabled(False)
        self.statusBar().showMessage(tr("Closing: what is being sent or saved is waited for…"))
        self.session.idle.connect(self._finish_closing)
        self.session.close()

    @Slot()
    def _finish_closing(self) -> None:
        self._ended = True
        # Not from within closeEvent, where Qt would take the inner close for a repetition of the outer one.
        QTimer.singleShot(0, self, self.close)

    def _warn_of_unsent(self, count: int) -> None:
        self.messages.post(
            Message(
                trn("{count} job has not been sent yet.", "{count} jobs have not been sent yet.", count),
                tr("It is kept, and you are asked about it at the next start. Close again to leave."),
                Level.ATTENTION,
                (MessageAction("close", tr("Close Now"), self._close_soon),),
            )
        )

    def _close_soon(self) -> None:
        QTimer.singleShot(0, self, self.close)
