"""What the editor shows: the photo in its frame with the mask over it, at the screen's own resolution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from overscan.core.geometry import Rect, Size
from overscan.ui import style
from overscan.ui.compare.painting import level_for
from overscan.ui.compare.viewport import Box, Viewport
from overscan.ui.edit import marks
from overscan.ui.edit.continuation import Continuation, Look, Wanted
from overscan.ui.edit.expansion import Expansion
from overscan.ui.edit.framing import Framing
from overscan.ui.edit.preview import Preview
from overscan.ui.edit.surface import Surface, frame_box
from overscan.ui.edit.tools import ToolState
from overscan.ui.images import ImageLevels

if TYPE_CHECKING:
    from overscan.ui.edit.overlay import Overlay

ROOM: Final = 44
"""Device independent pixels around the frame where all of it is shown."""
_SETTLE_MS: Final = 250


class EditScene(QWidget):
    """It paints with device pixels. While the frame is dragged the view stands still; afterwards it takes in the whole
    frame again where it did so before. A stroke repaints what it changed and nothing else.
    """

    viewport_changed = Signal()

    def __init__(self, expansion: Expansion, tools: ToolState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport: Viewport | None = None
        self.surface = Surface()
        self.preview = Preview(self)
        self.framing = Framing(expansion, self)
        self._expansion = expansion
        self._tools = tools
        self._overlay: Overlay | None = None
        self._stale = True  # the overlay is of another view or another mask
        self._look = Look.STAND_IN
        self._blanked = False  # the preview goes by a mask
        self._new_area_touched = False  # and by one that has changed outside the photo since
        self._settling = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settling.timeout.connect(self._settle)
        self.preview.ready.connect(self._preview_came)
        self.framing.ended.connect(self._settle)
        expansion.changed_photo.connect(self._photo_changed)
        expansion.frame_changed.connect(self._frame_changed)
        expansion.mask_changed.connect(self._mask_changed)
        expansion.history_changed.connect(self._mask_settled)
        tools.look_changed.connect(self._look_changed)

    def sizeHint(self) -> QSize:
        return QSize(600, 400)

    # ------------------------------------------------------------------ what is shown

    @property
    def photo_size(self) -> Size | None:
        photo = self._expansion.photo
        return photo.ref.size if photo is not None else None

    @property
    def settling(self) -> bool:
        """Whether something has changed a moment ago, and the preview is not yet of how it is now."""
        return self._settling.isActive() or self.preview.busy

    def set_image(self, image: ImageLevels | None) -> None:
        """The photo's pixels, or what there is of them so far."""
        if image is self.surface.photo:
            self.surface.spoil()  # some of its levels may have come
            self.update()
            return
        self.surface.photo = image
        if self.viewport is None:
            self._fit_in()
        self._changed_view()

    def set_look(self, look: Look) -> None:
        """What the new area is shown as, at once coarsely."""
        if look is not self._look:
            self._look = look
            self._ask_preview(quick=True)
            self._settling.start()

    def fit(self) -> None:
        self._move_to(self.viewport.bounded(self._bounds(self.viewport)).fitted() if self.viewport else None)

    def zoom_to(self, zoom: float) -> None:
        """Device pixels per photo pixel, about the middle."""
        self._move_to(self.viewport.zoomed(zoom) if self.viewport else None)

    def zoom_by(self, steps: float) -> None:
        """In (above 0) or out by notches of the wheel, about the middle."""
        self._move_to(self.viewport.stepped(steps) if self.viewport else None)

    def close_threads(self) -> None:
        self.preview.close()

    # ------------------------------------------------------------------ changes from outside

    @Slot()
    def _photo_changed(self) -> None:
        self.preview.cancel()
        self.surface.photo = self.surface.preview = None
        self.viewport = None
        if self._overlay is not None:
            self._overlay.forget()
        self._fit_in()
        self._changed_view()

    @Slot()
    def _frame_changed(self) -> None:
        if self.viewport is None:
            self._fit_in()
        self.surface.spoil_outside()
        self.framing.place(self._aligned(), self.photo_size)
        self._ask_preview(quick=True)
        self.update()
        self._settling.start()

    @Slot(object)
    def _mask_changed(self, dirty: Rect | None) -> None:
        view, mask, size = self._aligned(), self._expansion.mask, self.photo_size
        if dirty is None or size is None or not _within(dirty, size):
            self._new_area_touched = True
        if dirty is None or self._stale or self._overlay is None or view is None or mask is None:
            if self._overlay is not None:
                self._overlay.forget()
            self._stale = True
            self.update()
            return
        self._update_device(self._overlay.touch(mask, view, dirty))

    @Slot()
    def _mask_settled(self) -> None:
        """A stroke is complete: what it keeps of the new area is blank, but not under the hand."""
        mask = self._expansion.mask
        if self._new_area_touched and (self._blanked or (mask is not None and mask.painted)):
            self._settling.start()
        self._new_area_touched = False

    @Slot()
    def _look_changed(self) -> None:
        self._stale = True
        self.update()

    @Slot(object)
    def _preview_came(self, preview: Continuation) -> None:
        self.surface.preview = preview
        self.surface.spoil_outside()
        self.update()

    @Slot()
    def _settle(self) -> None:
        """The frame has come to rest: take it in, and continue the photo as finely as the screen shows."""
        if self.framing.busy:
            return
        self._settling.stop()
        if self.viewport is not None:
            self._move_to(self.viewport.bounded(self._bounds(self.viewport)))

    # ------------------------------------------------------------------ the view

    def _device_size(self) -> tuple[float, float]:
        ratio = self.devicePixelRatioF()
        return float(round(self.width() * ratio)), float(round(self.height() * ratio))

    def _bounds(self, view: Viewport | None = None) -> Box:
        """The frame with room around it on the screen."""
        size = self.photo_size or Size(3, 2)
        width, height = self._device_size()
        frame = self._expansion.margins.frame(size)
        room = min(ROOM * self.devicePixelRatioF(), width / 4, height / 4)
        zoom = min((width - 2 * room) / frame.width, (height - 2 * room) / frame.height)
        around = room / max(zoom, 1e-6)
        return Box(frame.x - around, frame.y - around, frame.width + 2 * around, frame.height + 2 * around)

    def _fit_in(self) -> None:
        if self.photo_size is not None and self.width() > 0 and self.height() > 0:
            self.viewport = Viewport.fitted_to(self._bounds(), *self._device_size())

    def _aligned(self) -> Viewport | None:
        return self.viewport.aligned() if self.viewport is not None else None

    def _move_to(self, viewport: Viewport | None) -> None:
        if viewport is None:
            return
        if viewport != self.viewport:
            self.viewport = viewport
            self._changed_view()
        else:
            self._ask_preview(quick=False)

    def _changed_view(self) -> None:
        self.surface.spoil()
        self._stale = True
        self.framing.place(self._aligned(), self.photo_size)
        self._ask_preview(quick=False)
        self.update()
        self.viewport_changed.emit()

    def _ask_preview(self, *, quick: bool) -> None:
        image, size, margins = self.surface.photo, self.photo_size, self._expansion.margins
        mask = self._expansion.mask
        if image is None or size is None or self.viewport is None:
            return
        if not margins.grows:
            self.preview.cancel()
            return
        level = image.held(level_for(image, size.width * self.viewport.zoom))
        own = mask.copy() if mask is not None and mask.painted else None
        self._blanked = own is not None
        self.preview.request(Wanted(level.image(), size, margins, self.viewport.zoom, quick, self._look, own))

    def _photo_at(self, at: QPointF) -> tuple[float, float]:
        view = self._aligned()
        ratio = self.devicePixelRatioF()
        return view.to_photo(at.x() * ratio, at.y() * ratio) if view is not None else (0.0, 0.0)

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            self._paint(painter, event)
        finally:
            painter.end()  # one that outlives its event, in a traceback, takes the program down

    def _paint(self, painter: QPainter, event: QPaintEvent) -> None:
        view, size = self._aligned(), self.photo_size
        if view is None or size is None:
            painter.fillRect(event.rect(), QColor(style.colours().stage))
            return
        ratio = self.devicePixelRatioF()
        self.surface.render(view, size, self._expansion.margins, ratio)
        painter.scale(1 / ratio, 1 / ratio)
        dirty = marks.scaled_out(event.rect(), ratio).intersected(self.surface.image.rect())
        painter.drawImage(dirty.topLeft(), self.surface.image, dirty)
        frame = frame_box(view, size, self._expansion.margins)
        seen = marks.pixels_of(frame).intersected(dirty)
        if not seen.isEmpty() and self._bring_overlay(view):
            assert self._overlay is not None  # noqa: S101  it has just been brought
            painter.drawImage(seen.topLeft(), self._overlay.image, seen)
        marks.draw_frame(painter, frame, ratio)
        self.draw_tools(painter, view, ratio)

    def draw_tools(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        """What the hand holds, over all the rest; the painter's units are device pixels."""

    def _bring_overlay(self, view: Viewport) -> bool:
        """The overlay of this view; false while there is no mask."""
        mask = self._expansion.mask
        if mask is None:
            return False
        if self._overlay is None:
            from overscan.ui.edit.overlay import Overlay

            self._overlay = Overlay()
        if self._stale:
            self._overlay.set_look(QColor(self._tools.colour), self._tools.opacity)
            self._overlay.show(mask, view)
            self._stale = False
        return True

    def _update_device(self, area: QRect) -> None:
        if not area.isEmpty():
            self.update(marks.scaled_out(area, 1 / self.devicePixelRatioF()))

    # ------------------------------------------------------------------ the widget

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._resized()

    def _resized(self) -> None:
        if self.viewport is None:
            self._fit_in()
        else:
            self.viewport = self.viewport.sized(*self._device_size()).bounded(self._bounds())
        self._changed_view()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self._resized()
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.surface.spoil()
            self.update()


def _within(rect: Rect, size: Size) -> bool:
    """Whether all of it lies in a photo of this size."""
    return rect.x >= 0 and rect.y >= 0 and rect.right <= size.width and rect.bottom <= size.height
