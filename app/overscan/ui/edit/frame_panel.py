"""The frame as numbers: four sides, its shape, and where in it the photo lies. One value with the handles."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from overscan.core.geometry import Margins, Size
from overscan.core.text import mark, tr
from overscan.imaging.frame import (
    RATIO_DIGITS,
    Anchor,
    largest,
    margin_of,
    placed,
    shown_ratio,
    to_aspect,
)
from overscan.ui.edit.continuation import Look
from overscan.ui.edit.edit_state import FIRST_RATIO
from overscan.ui.edit.expansion import Expansion
from overscan.ui.edit.shape_box import ShapeBox
from overscan.ui.widgets.calm import CalmDoubleSpinBox, CalmSlider
from overscan.ui.widgets.segmented_control import SegmentedControl

SLIDER_STEPS: Final = 1000
"""A slider goes from 0 to the photo's own length; the number beside it goes on."""
_RATIO_STEP: Final = 0.05
_PIXEL_STEP: Final = 16
_SIDES: Final = {
    "top": (mark("Top"), mark("Added above the photo")),
    "bottom": (mark("Bottom"), mark("Added below the photo")),
    "left": (mark("Left"), mark("Added at the left of the photo")),
    "right": (mark("Right"), mark("Added at the right of the photo")),
}
_ANCHORS: Final = {
    Anchor.TOP_LEFT: (mark("Photo at the top left"), "↖"),
    Anchor.TOP: (mark("Photo at the top"), "↑"),
    Anchor.TOP_RIGHT: (mark("Photo at the top right"), "↗"),
    Anchor.LEFT: (mark("Photo at the left"), "←"),
    Anchor.CENTRE: (mark("Photo in the middle"), "•"),
    Anchor.RIGHT: (mark("Photo at the right"), "→"),
    Anchor.BOTTOM_LEFT: (mark("Photo at the bottom left"), "↙"),
    Anchor.BOTTOM: (mark("Photo at the bottom"), "↓"),
    Anchor.BOTTOM_RIGHT: (mark("Photo at the bottom right"), "↘"),
}


class FramePanel(QWidget):
    """Every control sets the one frame of the :class:`Expansion` and follows it, whoever has set it."""

    def __init__(self, expansion: Expansion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("frame-panel")
        self._expansion = expansion
        self._own = 0
        self._look = Look.STAND_IN
        self._free: Size | None = None  # the frame's size before a shape was asked of it
        self._placing = False
        self._shape = ShapeBox(self)
        self._shape.chosen.connect(self._take_shape)
        self._unit = SegmentedControl("frame-unit", tr("Unit of the frame"), self)
        self._unit.add("ratio", tr("Shares"), tr("Of the photo's height or width"))
        self._unit.add("pixels", tr("Pixels"), tr("Of the photo"))
        self._unit.chosen.connect(self._follow)
        self._sides = {side: SideRow(side, self) for side in _SIDES}
        for row in self._sides.values():
            row.moved.connect(self._take_side)
        self._anchors: dict[Anchor, QToolButton] = {}
        self._mode = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self._mode.setObjectName("frame-mode")
        self._mode.setAccessibleName(tr("Mode"))
        self._mode.setProperty("role", "small")
        self._mode.setWordWrap(True)
        self._reset = QToolButton(self)
        self._reset.setObjectName("frame-reset")
        self._reset.setText(tr("Reset"))
        self._reset.setAccessibleName(tr("Reset the frame"))
        self._reset.setProperty("role", "quiet")
        self._reset.clicked.connect(self._to_first)
        self._lay_out()
        expansion.changed_photo.connect(self._another_photo)
        expansion.frame_changed.connect(self._frame_changed)
        expansion.mode_changed.connect(self._tell)
        self._another_photo()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(6)
        title = QLabel(tr("Frame"), self, textFormat=Qt.TextFormat.PlainText)
        title.setProperty("role", "heading")
        head.addWidget(title, 1)
        head.addWidget(self._reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._shape)
        column.addWidget(self._unit)
        for row in self._sides.values():
            column.addWidget(row)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addWidget(self._make_anchors(), 0, Qt.AlignmentFlag.AlignTop)
        foot.addWidget(self._mode, 1)
        column.addLayout(foot)

    def _make_anchors(self) -> QWidget:
        grid = QWidget(self)
        grid.setObjectName("frame-anchors")
        grid.setAccessibleName(tr("Where the photo lies in the frame"))
        cells = QGridLayout(grid)
        cells.setContentsMargins(0, 0, 0, 0)
        cells.setSpacing(2)
        for number, (anchor, (name, sign)) in enumerate(_ANCHORS.items()):
            button = QToolButton(grid)
            button.setObjectName(f"anchor-{anchor.name.lower().replace('_', '-')}")
            button.setText(sign)
            button.setCheckable(True)
            button.setAccessibleName(tr(name))
            button.setToolTip(tr(name))
            button.setProperty("role", "quiet")
            button.setFixedSize(24, 22)
            button.clicked.connect(lambda _checked=False, anchor=anchor: self._place(anchor))
            cells.addWidget(button, number // 3, number % 3)
            self._anchors[anchor] = button
        return grid

    @property
    def in_pixels(self) -> bool:
        return self._unit.current == "pixels"

    @property
    def _size(self) -> Size | None:
        photo = self._expansion.photo
        return photo.ref.size if photo is not None else None

    def tell_own_frames(self, count: int) -> None:
        """How many other selected photos do not follow this frame, since they have one of their own."""
        self._own = count
        self._tell()

    def tell_look(self, look: Look) -> None:
        """What the stage shows of the new area."""
        self._look = look
        self._tell()

    # ------------------------------------------------------------------ what the person does

    @Slot(str, float, bool)
    def _take_side(self, side: str, pixels: float, settled: bool) -> None:
        size, now = self._size, self._expansion.margins
        if size is None:
            return
        sides = {"top": now.top, "bottom": now.bottom, "left": now.left, "right": now.right}
        length, opposite = (
            (size.height, {"top": "bottom", "bottom": "top"})
            if side in ("top", "bottom")
            else (
                size.width,
                {"left": "right", "right": "left"},
            )
        )
        room = max(sides[side], largest(length) - length - sides[opposite[side]])
        sides[side] = max(0, min(round(pixels), room))
        self._expansion.set_margins(Margins(**sides), settled=settled)
        self._follow()  # what was typed may have been more than there is room for

    @Slot()
    def _take_shape(self) -> None:
        """Bring the frame to the shape that was chosen, around what it was before any shape was."""
        size, aspect = self._size, self._shape.aspect
        if size is None or aspect is None:
            return
        base = self._free or self._expansion.margins.grow(size)
        anchor = self._anchor() or Anchor.CENTRE
        least = Margins(0, base.height - size.height, 0, base.width - size.width)
        try:
            frame = placed(to_aspect(size, aspect.ratio, Anchor.TOP_LEFT, least=least), anchor)
        except ValueError:
            self._shape.refuse()
            self._mode.setText(tr("A frame of this shape around the photo would be too large."))
            return
        self._put(frame)
        self._free = base

    def _place(self, anchor: Anchor) -> None:
        free = self._free
        self._put(placed(self._expansion.margins, anchor))
        self._free = free
        self._show_anchor(anchor)

    @Slot()
    def _to_first(self) -> None:
        size = self._size
        if size is not None:
            ratio = FIRST_RATIO
            self._put(Margins.from_ratios(size, top=ratio, bottom=ratio, left=ratio, right=ratio))
            self._follow()

    def _put(self, frame: Margins) -> None:
        self._placing = True
        self._expansion.set_margins(frame, settled=True)
        self._placing = False

    # ------------------------------------------------------------------ what it shows

    @Slot()
    def _another_photo(self) -> None:
        self._free = None
        self._shape.set_free()
        self.setEnabled(self._size is not None)
        self._follow()

    @Slot()
    def _frame_changed(self) -> None:
        if not self._placing:
            self._free = None
        self._follow()

    @Slot()
    def _follow(self) -> None:
        size, now = self._size, self._expansion.margins
        if size is None:
            self._tell()
            return
        for side, row in self._sides.items():
            across = side in ("left", "right")
            row.show_pixels(getattr(now, side), size.width if across else size.height, in_pixels=self.in_pixels)
        self._shape.follow(now.grow(size))
        self._show_anchor(self._anchor())
        self._tell()

    def _anchor(self) -> Anchor | None:
        """Where the photo lies, where that is one of the nine places; the one chosen last where several are meant."""
        now = self._expansion.margins
        fitting = [anchor for anchor in Anchor if placed(now, anchor) == now]
        chosen = [anchor for anchor in fitting if self._anchors[anchor].isChecked()]
        if chosen:
            return chosen[0]
        if Anchor.CENTRE in fitting:
            return Anchor.CENTRE
        return fitting[0] if fitting else None

    def _show_anchor(self, shown: Anchor | None) -> None:
        for anchor, button in self._anchors.items():
            button.setChecked(anchor is shown)

    @Slot()
    def _tell(self) -> None:
        size = self._size
        lines = (
            [tr("{mode}.", mode=self._expansion.mode_text)]
            if size is not None
            else [tr("Choose a photo to set its frame.")]
        )
        if size is not None:
            lines.append(tr("{size} in all.", size=self._expansion.margins.grow(size)))
            if self._expansion.margins.grows:
                lines.append(
                    tr("The soft picture around the photo is only a preview.")
                    if self._look is Look.STAND_IN
                    else tr("The picture around the photo is about what Built-in expansion makes.")
                )
        if self._own:
            lines.append(tr("Selected photos with a frame of their own keep it: {count}.", count=self._own))
        self._mode.setText("\n".join(lines))


class SideRow(QWidget):
    """One side: its name, a number and a slider. ``moved`` carries the side, pixels, and whether the hand is done."""

    moved = Signal(str, float, bool)

    def __init__(self, side: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._side = side
        self._length = 1
        self._in_pixels = False
        label, help_ = _SIDES[side]
        self._spin = _SideSpin(self)
        self._slider = CalmSlider(Qt.Orientation.Horizontal, self)
        for control, name in ((self._spin, f"frame-{side}"), (self._slider, f"frame-{side}-slider")):
            control.setObjectName(name)
            control.setAccessibleName(tr(label))
            control.setAccessibleDescription(tr(help_))
            control.setToolTip(tr(help_))
        self._slider.setRange(0, SLIDER_STEPS)
        self._slider.setSingleStep(SLIDER_STEPS // 100)
        self._slider.setPageStep(SLIDER_STEPS // 20)
        title = QLabel(tr(label), self, textFormat=Qt.TextFormat.PlainText)
        title.setProperty("role", "muted")
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self._spin)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self._slider)
        self._spin.valueChanged.connect(self._typed)
        self._slider.valueChanged.connect(self._slid)
        self._slider.sliderReleased.connect(self._released)

    def show_pixels(self, pixels: int, length: int, *, in_pixels: bool) -> None:
        self._length, self._in_pixels = length, in_pixels
        with QSignalBlocker(self._spin):
            self._spin.set_unit(length, in_pixels=in_pixels)
            self._spin.setValue(pixels if in_pixels else shown_ratio(pixels, length))
        if not self._slider.isSliderDown():
            with QSignalBlocker(self._slider):
                self._slider.setValue(min(SLIDER_STEPS, round(pixels / length * SLIDER_STEPS)))

    @Slot(float)
    def _typed(self, value: float) -> None:
        self.moved.emit(self._side, value if self._in_pixels else margin_of(value, self._length), True)

    @Slot(int)
    def _slid(self, position: int) -> None:
        self.moved.emit(self._side, margin_of(position / SLIDER_STEPS, self._length), not self._slider.isSliderDown())

    @Slot()
    def _released(self) -> None:
        self._slid(self._slider.value())


class _SideSpin(CalmDoubleSpinBox):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setKeyboardTracking(False)
        self.setMinimumWidth(92)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.lineEdit().setAcceptDrops(False)

    def set_unit(self, length: int, *, in_pixels: bool) -> None:
        most = largest(length) - length
        self.setDecimals(0 if in_pixels else RATIO_DIGITS)
        self.setRange(0, most if in_pixels else most / length)
        self.setSingleStep(_PIXEL_STEP if in_pixels else _RATIO_STEP)
        self.setSuffix(f" {tr('px')}" if in_pixels else "")

    def textFromValue(self, value: float) -> str:
        """Ratios without the noughts at their end, but with two digits at least."""
        text = super().textFromValue(value)
        point = self.locale().decimalPoint()
        whole, _, part = text.partition(point)
        return f"{whole}{point}{part.rstrip('0').ljust(2, '0')}" if part else text
