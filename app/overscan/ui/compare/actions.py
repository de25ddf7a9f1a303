"""The stage's commands, each with its shortcut, for the stage itself and for the window's menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from overscan.core.text import tr
from overscan.ui.widgets.icons import bind_icon

if TYPE_CHECKING:
    from overscan.ui.compare.compare_view import CompareView

OUTPUT_KEYS: Final = 9


class Zoomed(Protocol):
    """What shows a photo at a zoom."""

    def fit(self) -> None: ...
    def actual_size(self) -> None: ...
    def double_size(self) -> None: ...
    def zoom_by(self, steps: float) -> None: ...


class CompareActions(QObject):
    """Made once by each :class:`CompareView`; disabled while that is hidden, so that two stages never quarrel."""

    def __init__(self, view: CompareView) -> None:
        super().__init__(view)
        self._view = view
        self._lent_to: Zoomed | None = None
        self._has_photo = False
        self.fit = self._action("fit", tr("Fit"), "Ctrl+0", lambda: self._zoomed().fit(), "zoom-fit")
        self.actual = self._action(
            "actual-size", tr("100 %"), "Ctrl+1", lambda: self._zoomed().actual_size(), "zoom-100"
        )
        self.double = self._action("double-size", tr("200 %"), "Ctrl+2", lambda: self._zoomed().double_size())
        self.zoom_in = self._action("zoom-in", tr("Zoom in"), "Ctrl++", lambda: self._zoomed().zoom_by(1))
        self.zoom_in.setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")])
        self.zoom_out = self._action("zoom-out", tr("Zoom out"), "Ctrl+-", lambda: self._zoomed().zoom_by(-1))
        self.next_mode = self._action("next-mode", tr("Next compare mode"), "M", view.next_mode)
        self.sync = self._action("sync", tr("Sync"), "S", lambda: view.set_sync(self.sync.isChecked()))
        self.sync.setCheckable(True)
        self.sync.setChecked(True)
        self.sync.setToolTip(tr("Move all panes together (S)"))
        self.original = QAction(tr("Show the original (hold 0)"), self)
        self.original.setObjectName("compare-action-original")
        self.original.setCheckable(True)
        self.original.triggered.connect(view.hold_original)
        self.outputs = [self._output(n) for n in range(1, OUTPUT_KEYS + 1)]
        self._hold = QShortcut(QKeySequence("0"), view, context=Qt.ShortcutContext.WindowShortcut)
        self._hold.setAutoRepeat(False)
        self._hold.activated.connect(self._pressed)

    def lend(self, view: Zoomed | None) -> None:
        """Let the zoom obey another view as long as that is shown in the place of this one; ``None`` takes it back."""
        self._lent_to = view
        self._enable_zoom(shown=self._view.isVisible())

    def _zoomed(self) -> Zoomed:
        return self._lent_to or self._view

    def _enable_zoom(self, *, shown: bool) -> None:
        for action in (self.fit, self.actual, self.double, self.zoom_in, self.zoom_out):
            action.setEnabled((shown or self._lent_to is not None) and self._has_photo)

    def all(self) -> list[QAction]:
        """In the order of a menu; a separator is an action too."""
        return [
            *(self.fit, self.actual, self.double, self.zoom_in, self.zoom_out, self._separator()),
            *(self.next_mode, self.sync, self.original, self._separator()),
            *self.outputs,
        ]

    def refresh(self, *, shown: bool, has_photo: bool, results: int) -> None:
        """Enable what can be done now."""
        self._has_photo = has_photo
        self._enable_zoom(shown=shown)
        for action in (self.next_mode, self.sync, self.original):
            action.setEnabled(shown and has_photo and results > 0)
        self._hold.setEnabled(self.original.isEnabled())
        for n, action in enumerate(self.outputs, start=1):
            action.setEnabled(shown and n <= results)
            action.setVisible(n <= max(1, results))
        if not self.original.isEnabled():
            self._release()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Only while 0 is held: its release, or the window losing the keyboard, lets go."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyRelease:
            released = event.key() == Qt.Key.Key_0 and not event.isAutoRepeat()
        else:
            released = event.type() in (QEvent.Type.WindowDeactivate, QEvent.Type.ApplicationDeactivate)
        if released:
            self._release()
        return False

    def _pressed(self) -> None:
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)
        self._view.hold_original(True)

    def _release(self) -> None:
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        self._view.hold_original(False)

    def _action(self, name: str, text: str, shortcut: str, run: Callable[[], None], drawing: str = "") -> QAction:
        action = QAction(text, self)
        action.setObjectName(f"compare-action-{name}")
        action.setShortcut(QKeySequence(shortcut))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(f"{text} ({QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)})")
        action.triggered.connect(lambda: run())
        if drawing:
            bind_icon(action, drawing)
        self._view.addAction(action)
        return action

    def _output(self, n: int) -> QAction:
        return self._action(f"output-{n}", tr("Output {n}", n=n), str(n), lambda: self._view.flip_to(n))

    def _separator(self) -> QAction:
        action = QAction(self)
        action.setSeparator(True)
        return action
