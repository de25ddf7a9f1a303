"""The window itself: on the screen before anything else is loaded, and closed only when everything has ended.

What it holds is the :class:`~overscan.ui.desk.Desk`, which is loaded after the first paint; until then a sketch of
it is painted, so that nothing jumps when the real one comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QRect, QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QMainWindow, QWidget

from overscan.core.text import tr
from overscan.ui.style import colours

if TYPE_CHECKING:
    from overscan.ui.desk import Desk
    from overscan.ui.session import Session

FIRST_SIZE: Final = (1440, 900)
SMALLEST: Final = (900, 600)
TRAY_WIDTH: Final = 208
PANEL_WIDTH: Final = 288
QUEUE_HEIGHT: Final = 190
_TOP_HEIGHT: Final = 72
_STATUS_HEIGHT: Final = 22


class MainWindow(QMainWindow):
    """``state`` keeps geometry, splitters and theme between starts. ``first_painted`` comes once."""

    first_painted = Signal()
    furnished = Signal()
    """The desk is there."""

    def __init__(self, state: QSettings | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("main-window")
        self.setWindowTitle("Overscan")
        self.setMinimumSize(*SMALLEST)
        self.state = state
        self._desk: Desk | None = None
        self._painted = False
        self._closing = False
        self._ended = False
        self.setCentralWidget(_Sketch(self))
        self.resize(*FIRST_SIZE)
        geometry = state.value("geometry") if state is not None else None
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)

    @property
    def is_furnished(self) -> bool:
        return self._desk is not None

    @property
    def desk(self) -> Desk:
        """What the window holds. Raises ``RuntimeError`` before :meth:`furnish`."""
        if self._desk is None:
            raise RuntimeError("the window has not been furnished yet")
        return self._desk

    def furnish(self, session: Session) -> Desk:
        """Put the desk in the place of the sketch."""
        from overscan.ui.desk import Desk

        desk = Desk(session, self)
        self._desk = desk
        self.setCentralWidget(desk)
        # So that the window does not open with a ring around some control. The desk can have it once it is shown.
        QTimer.singleShot(0, desk, desk.setFocus)
        self.setAcceptDrops(True)
        self.furnished.emit()
        return desk

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            # After this turn of the event loop the frame is on the screen.
            QTimer.singleShot(0, self, self.first_painted.emit)

    # ------------------------------------------------------------------ drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.desk.begin_drag(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self.desk.move_drag(event.position().toPoint())
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.desk.end_drag()

    def dropEvent(self, event: QDropEvent) -> None:
        if self.desk.drop(event.mimeData(), event.position().toPoint()):
            event.acceptProposedAction()

    # ------------------------------------------------------------------ the end

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close once the engine has ended. What runs at a service is picked up at the next start."""
        if self._ended or self._desk is None:
            event.accept()
            return
        event.ignore()
        if self._closing or not self._desk.may_close():
            return
        self._closing = True
        self._keep_state(self._desk)
        self.setEnabled(False)
        self.statusBar().showMessage(tr("Closing: what is being sent or saved is waited for…"))
        self._desk.session.idle.connect(self._finish_closing)
        self._desk.session.close()

    @Slot()
    def _finish_closing(self) -> None:
        self._ended = True
        # Not from within closeEvent, where Qt would take the inner close for a repetition of the outer one.
        QTimer.singleShot(0, self, self.close)

    def _keep_state(self, desk: Desk) -> None:
        if self.state is not None:
            self.state.setValue("geometry", self.saveGeometry())
            desk.keep_state(self.state)
            self.state.sync()


class _Sketch(QWidget):
    """The areas of the desk in their colours, where the real ones will be."""

    def paintEvent(self, event: QPaintEvent) -> None:
        now = colours()
        width, height = self.width(), self.height()
        queue_top = height - QUEUE_HEIGHT - _STATUS_HEIGHT
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(now.bar))
        middle = QRect(TRAY_WIDTH, _TOP_HEIGHT, width - TRAY_WIDTH - PANEL_WIDTH, queue_top - _TOP_HEIGHT)
        for area, colour in (
            (QRect(0, _TOP_HEIGHT, TRAY_WIDTH, middle.height()), now.panel),
            (middle, now.stage),
            (QRect(middle.right() + 1, _TOP_HEIGHT, PANEL_WIDTH, middle.height()), now.panel),
            (QRect(0, queue_top + 34, width, QUEUE_HEIGHT - 34), now.panel),
        ):
            painter.fillRect(area, QColor(colour))
        painter.setPen(QColor(now.muted))
        painter.drawText(middle, Qt.AlignmentFlag.AlignCenter, tr("Opening…"))
