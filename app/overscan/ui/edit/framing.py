"""Eight handles on one canvas, and what they do to the frame."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QPointF, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from overscan.core.geometry import Margins, Size
from overscan.imaging.frame import Handle, dragged
from overscan.ui.compare.viewport import Viewport
from overscan.ui.edit.expansion import Expansion
from overscan.ui.edit.handles import HIT, PLACES, FrameHandle
from overscan.ui.edit.surface import frame_box

_INSIDE: Final = HIT / 2


class Framing(QObject):
    """Also lets the whole frame be moved over the photo. One drag is one step to undo; given up, it leaves none."""

    ended = Signal()
    """The button was let go, or the drag was given up."""

    def __init__(self, expansion: Expansion, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._expansion = expansion
        self._canvas = canvas
        self._view: Viewport | None = None
        self._before: Margins | None = None
        self._from = (0.0, 0.0)
        self.handles = [FrameHandle(handle, canvas) for handle in PLACES]
        for handle in self.handles:
            handle.hide()
            handle.pressed.connect(self._taken)
            handle.dragged.connect(self._drag)
            handle.released.connect(self.end)
            handle.cancelled.connect(self.cancel)
            handle.nudged.connect(self._nudge)
            handle.nudging_ended.connect(self.end)

    @property
    def busy(self) -> bool:
        """Whether the frame is being dragged, by the mouse or by keys."""
        return self._before is not None

    def place(self, view: Viewport | None, size: Size | None) -> None:
        """Put the handles where the frame is in this (aligned) view; without one they are hidden."""
        self._view = view
        if view is None or size is None:
            for handle in self.handles:
                handle.hide()
            return
        ratio = self._canvas.devicePixelRatioF()
        box = frame_box(view, size, self._expansion.margins)
        for handle in self.handles:
            across, down = PLACES[handle.handle]
            x, y = (box.x + across * box.width) / ratio, (box.y + down * box.height) / ratio
            handle.put(x, y)
            inside = -_INSIDE < x < self._canvas.width() + _INSIDE and -_INSIDE < y < self._canvas.height() + _INSIDE
            # One that has the mouse or the keyboard is never taken away from under it.
            handle.setVisible(inside or handle.hasFocus() or self.busy)

    # ------------------------------------------------------------------ the whole frame

    def take(self, x: float, y: float) -> bool:
        """Begin to move the frame by photo point (x, y); false where that is not in it, or it has no room to go."""
        size, margins = self._size(), self._expansion.margins
        if size is None or not margins.grows:
            return False
        frame = margins.frame(size)
        if not (frame.x <= x < frame.right and frame.y <= y < frame.bottom):
            return False
        self._before, self._from = margins, (x, y)
        return True

    def move_to(self, x: float, y: float) -> None:
        """The frame follows the hand to photo point (x, y), as large as it is and as far as the photo stays in it."""
        before = self._before
        if before is None:
            return
        across, down = round(x - self._from[0]), round(y - self._from[1])
        left = min(before.left + before.right, max(0, before.left - across))
        top = min(before.top + before.bottom, max(0, before.top - down))
        self._put(
            Margins(
                top=top, bottom=before.top + before.bottom - top, left=left, right=before.left + before.right - left
            )
        )

    # ------------------------------------------------------------------ handles

    @Slot(object, QPointF)
    def _taken(self, _handle: Handle, _grip: QPointF) -> None:
        self._before = self._expansion.margins

    @Slot(object, QPointF, object)
    def _drag(self, handle: Handle, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if self._view is None or self._before is None:
            return
        ratio = self._canvas.devicePixelRatioF()
        x, y = self._view.to_photo(at.x() * ratio, at.y() * ratio)
        self._bring(self._before, handle, x, y, modifiers)

    @Slot(object, int, int, object)
    def _nudge(self, handle: Handle, right: int, down: int, modifiers: Qt.KeyboardModifier) -> None:
        size = self._size()
        if self._view is None or size is None:
            return
        if self._before is None:
            self._before = self._expansion.margins
        frame = self._expansion.margins.frame(size)
        across, along = PLACES[handle]
        step = max(1, round(1 / self._view.zoom))  # what is seen to move
        x, y = frame.x + across * frame.width + right * step, frame.y + along * frame.height + down * step
        self._bring(self._expansion.margins, handle, x, y, modifiers)

    def _bring(self, start: Margins, handle: Handle, x: float, y: float, modifiers: Qt.KeyboardModifier) -> None:
        size = self._size()
        if size is not None:
            centred = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
            opposite = bool(modifiers & Qt.KeyboardModifier.AltModifier)
            self._put(dragged(start, size, handle, x, y, centred=centred, opposite=opposite))

    def _put(self, margins: Margins) -> None:
        if margins != self._expansion.margins:
            self._expansion.set_margins(margins, settled=False)

    @Slot()
    def end(self) -> None:
        """The frame stays as it is now."""
        if self._before is not None:
            self._before = None
            self._expansion.set_margins(self._expansion.margins, settled=True)
            self.ended.emit()

    @Slot()
    def cancel(self) -> None:
        """The frame goes back to what it was."""
        before, self._before = self._before, None
        if before is not None:
            self._expansion.set_margins(before, settled=True)
            self.ended.emit()

    def _size(self) -> Size | None:
        photo = self._expansion.photo
        return photo.ref.size if photo is not None else None
