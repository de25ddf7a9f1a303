"""The image that is looked at, once more, on all of another screen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QGuiApplication, QKeyEvent, QScreen, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from overscan.core.text import tr
from overscan.ui.compare.actions import CompareActions
from overscan.ui.compare.painting import Resampler
from overscan.ui.compare.pane import Pane, PaneContent
from overscan.ui.compare.viewport import Viewport


class SecondScreenControl(QObject):
    """Opens and closes the window, and keeps what it is to show until it is there."""

    viewport_changed = Signal(object)
    """The :class:`Viewport` that a person has just made in the window."""
    open_changed = Signal(bool)

    def __init__(self, stage: QWidget, actions: CompareActions) -> None:
        super().__init__(stage)
        self._stage = stage
        self._actions = actions
        self._shown: tuple[PaneContent | None, Viewport | None, Resampler] = (None, None, Resampler.SMOOTH)
        self.window: SecondScreen | None = None

    def toggle(self) -> None:
        """Open the window on another screen, or on this one where there is no other; or close it."""
        if self.window is not None:
            self.window.close()
            return
        name = f"{self._stage.objectName()}-second-screen"
        self.window = window = SecondScreen(name, self._actions.keyed(), self._stage)
        window.viewport_changed.connect(self.viewport_changed)
        window.closed.connect(self._closed)
        self._actions.hold_in(window)
        window.follow(*self._shown)
        window.open_on(other_screen(self._stage.window()))
        self.open_changed.emit(True)

    def follow(self, content: PaneContent | None, look: Viewport | None, resampler: Resampler) -> None:
        """Show this, as the stage does."""
        self._shown = (content, look, resampler)
        if self.window is not None:
            self.window.follow(content, look, resampler)

    @Slot()
    def _closed(self) -> None:
        if self.window is not None:
            self.window.deleteLater()
            self.window = None
            self.open_changed.emit(False)


class SecondScreen(QWidget):
    """A window without a frame, as large as a screen, that follows the stage: the same image, place and zoom.

    It paints the stage's own images: nothing is decoded again. Escape closes it. ``actions`` work in it by their keys.
    """

    viewport_changed = Signal(object)
    """The :class:`Viewport` that a person has just made here."""
    closed = Signal()

    def __init__(self, object_name: str, actions: Sequence[QAction], owner: QWidget) -> None:
        super().__init__(owner, Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint)
        self.setObjectName(object_name)
        self.setWindowTitle(tr("Overscan, second screen"))
        self._look: Viewport | None = None
        self._content: PaneContent | None = None
        self.pane = Pane(f"{object_name}-pane")
        self.pane.canvas.viewport_changed.connect(self.viewport_changed)
        self.pane.canvas.moved_alone.connect(self.viewport_changed)
        self.pane.canvas.resized.connect(self._settle)
        self.pane.canvas.ratio_changed.connect(self._settle)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pane)
        self.addActions(list(actions))

    def open_on(self, screen: QScreen) -> None:
        """Fill this screen."""
        self.setScreen(screen)
        self.setGeometry(screen.geometry())
        self.showFullScreen()
        self.pane.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow(self, content: PaneContent | None, look: Viewport | None, resampler: Resampler) -> None:
        """Show this, as the stage does."""
        if content is not self._content:
            self._content = content
            if content is not None:
                self.pane.show_contents(content)
            else:
                self.pane.canvas.set_layers(None)
        self.pane.canvas.set_resampler(resampler)
        self._look = look
        self._settle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._settle()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    def _settle(self) -> None:
        canvas = self.pane.canvas
        if self._look is None:
            canvas.clear_viewport()
        else:
            canvas.set_viewport(self._look.sized(*canvas.device_size))


def other_screen(window: QWidget) -> QScreen:
    """A screen that the window is not on, or its own where there is only one."""
    own = window.screen()
    return next((screen for screen in QGuiApplication.screens() if screen is not own), own)
