"""The map of where results disagree, or of what one of them invented, to be clicked or walked through."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from overscan.core.geometry import Rect, Size
from overscan.core.text import mark, tr
from overscan.ui import style
from overscan.ui.compare.map_making import MapKind, PhotoMap
from overscan.ui.widgets.segmented_control import SegmentedControl

_HIGHEST: Final = 1.0
"""Of the picture's height to its width; a taller photo is shown narrower."""
_EMPTY_HEIGHT: Final = 64
_ABOUT: Final = 1 / 12
"""What a click beside all spots looks at: this part of the photo's longer edge."""
_REACH: Final = 0.5
"""A click within a spot widened by this part on each side means that spot."""
_RING: Final = 2
_PLACES: Final = (
    (mark("upper left"), mark("top"), mark("upper right")),
    (mark("left"), mark("middle"), mark("right")),
    (mark("lower left"), mark("bottom"), mark("lower right")),
)


def place_words(spot: Rect, photo: Size) -> str:
    """Where a spot lies, such as "upper left, 20 % across and 31 % down"."""
    x = min(0.999, max(0.0, (spot.x + spot.width / 2) / photo.width))
    y = min(0.999, max(0.0, (spot.y + spot.height / 2) / photo.height))
    name = tr(_PLACES[math.floor(y * 3)][math.floor(x * 3)])
    return tr("{place}, {x} % across and {y} % down", place=name, x=round(x * 100), y=round(y * 100))


class DisagreementView(QWidget):
    """``look_wanted`` carries the rectangle of the photo to look at, ``kind_wanted`` the :class:`MapKind` chosen."""

    look_wanted = Signal(object)
    kind_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("map")
        self._photo: Size | None = None
        self._map: PhotoMap | None = None
        self._at: int | None = None
        self._kinds = SegmentedControl("map-kind", tr("Map"), self)
        self._kinds.add(MapKind.DISAGREEMENT.value, tr("Disagreement"), tr("Where the results differ from each other"))
        tip = tr("Detail of the chosen result that the original does not support")
        self._kinds.add(MapKind.INVENTED.value, tr("Invented detail"), tip)
        self._kinds.chosen.connect(lambda name: self.kind_wanted.emit(MapKind(name)))
        self._picture = _Picture(self)
        self._picture.pressed.connect(self._look_near)
        self._picture.stepped.connect(self.step)
        self._words = QLabel("", self, textFormat=Qt.TextFormat.PlainText)
        self._words.setObjectName("map-words")
        self._words.setProperty("role", "small")
        self._words.setWordWrap(True)
        self._previous = self._button("map-previous", tr("Previous spot"), tr("Look at the spot before (Shift+N)"), -1)
        self._next = self._button("map-next", tr("Next spot"), tr("Look at the next spot, the strongest first (N)"), 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._previous, 1)
        buttons.addWidget(self._next, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self._kinds, self._picture, self._words):
            column.addWidget(widget)
        column.addLayout(buttons)
        self.show_map(None, None, "")

    @property
    def kind(self) -> MapKind:
        return MapKind(self._kinds.current)

    def choose(self, kind: MapKind) -> None:
        """Switch to the other map without a signal."""
        self._kinds.choose(kind.value)

    @property
    def spots(self) -> tuple[Rect, ...]:
        """The strongest first; empty without a map."""
        return self._map.spots if self._map is not None else ()

    def show_map(self, made: PhotoMap | None, photo: Size | None, words: str) -> None:
        """Show a map of the whole ``photo``; where there is none, ``words`` say why."""
        if made is not self._map:
            self._at = None
        self._map, self._photo = made, photo
        self._picture.show_picture(made.picture if made is not None else None)
        self._tell(words)

    @Slot(int)
    def step(self, by: int) -> None:
        """Go to the next (1) or the previous (-1) spot, round and round."""
        spots = self.spots
        if spots:
            self._at = (0 if by > 0 else len(spots) - 1) if self._at is None else (self._at + by) % len(spots)
            self._tell("")
            self.look_wanted.emit(spots[self._at])

    def _look_near(self, x: float, y: float) -> None:
        """A click at these shares of the photo's width and height."""
        if self._photo is None:
            return
        at_x, at_y = x * self._photo.width, y * self._photo.height
        near = next((n for n, spot in enumerate(self.spots) if _reaches(spot, at_x, at_y)), None)
        self._at = near
        self._tell("")
        if near is not None:
            self.look_wanted.emit(self.spots[near])
            return
        side = max(1, round(self._photo.long_edge * _ABOUT))
        self.look_wanted.emit(Rect(round(at_x - side / 2), round(at_y - side / 2), side, side))

    def _tell(self, words: str) -> None:
        spots, photo = self.spots, self._photo
        if spots and photo is not None:
            words = tr("Click a spot to look at it in all panes.")
            if self._at is not None:
                place = place_words(spots[self._at], photo)
                words = tr("Spot {n} of {count}: {place}", n=self._at + 1, count=len(spots), place=place)
        elif self._map is not None:
            words = tr("There is no spot that stands out.")
        self._words.setText(words)
        for button in (self._previous, self._next):
            button.setEnabled(bool(spots))
        rings = [_share(spot, photo) for spot in spots] if photo is not None else []
        self._picture.show_rings(rings, self._at)
        title = tr("Map of the disagreement") if self.kind is MapKind.DISAGREEMENT else tr("Map of invented detail")
        self._picture.setAccessibleName(title)
        lines = [f"{n}: {place_words(spot, photo)}" for n, spot in enumerate(spots, start=1)] if photo else []
        self._picture.setAccessibleDescription("\n".join((tr("The strongest spots:"), *lines)) if lines else words)

    def _button(self, name: str, text: str, tip: str, by: int) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self.step(by))
        return button


class _Picture(QWidget):
    """``pressed`` carries where, as shares of the width and height; the arrow keys step."""

    pressed = Signal(float, float)
    stepped = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("map-picture")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_EMPTY_HEIGHT)
        self._image: QImage | None = None
        self._scaled: QImage | None = None
        self._rings: list[QRectF] = []
        self._at: int | None = None

    def show_picture(self, image: QImage | None) -> None:
        if image is not self._image:
            self._image, self._scaled = image, None
            self.setCursor(Qt.CursorShape.PointingHandCursor if image is not None else Qt.CursorShape.ArrowCursor)
            self._fit()
            self.update()

    def show_rings(self, rings: list[QRectF], at: int | None) -> None:
        """Rectangles as shares of the picture; ``at`` is the one looked at."""
        self._rings, self._at = rings, at
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._scaled = None
        self._fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        target = self._target()
        at = event.position()
        if event.button() is Qt.MouseButton.LeftButton and target is not None and target.contains(at):
            self.pressed.emit((at.x() - target.x()) / target.width(), (at.y() - target.y()) / target.height())
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ahead = (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and event.key() in (*ahead, Qt.Key.Key_Left, Qt.Key.Key_Up):
            self.stepped.emit(1 if event.key() in ahead else -1)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = style.colours()
        target = self._target()
        if self._image is None or target is None:
            painter.fillRect(self.rect(), QColor(colours.track))
        else:
            painter.drawImage(target.topLeft(), self._for_screen(self._image, target))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._at is not None and self._at < len(self._rings):
                ring = self._rings[self._at]
                across, down = target.width(), target.height()
                place = QRectF(ring.x() * across, ring.y() * down, ring.width() * across, ring.height() * down)
                painter.setPen(QPen(QColor(colours.accent), _RING))
                painter.drawRoundedRect(place.translated(target.topLeft()).intersected(target), 3, 3)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.focus), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _for_screen(self, image: QImage, target: QRectF) -> QImage:
        ratio = self.devicePixelRatioF()
        size = QSize(round(target.width() * ratio), round(target.height() * ratio))
        if self._scaled is None or self._scaled.size() != size:
            how = Qt.TransformationMode.SmoothTransformation
            self._scaled = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, how)
            self._scaled.setDevicePixelRatio(ratio)
        return self._scaled

    def _target(self) -> QRectF | None:
        if self._image is None:
            return None
        shape = self._image.height() / self._image.width()
        width = min(float(self.width()), self.height() / shape)
        height = width * shape
        return QRectF(round((self.width() - width) / 2), 0, max(1, round(width)), max(1, round(height)))

    def _fit(self) -> None:
        height = _EMPTY_HEIGHT
        if self._image is not None:
            shape = min(_HIGHEST, self._image.height() / self._image.width())
            height = max(_EMPTY_HEIGHT, round(self.width() * shape))
        if self.height() != height or self.minimumHeight() != height:
            self.setFixedHeight(height)


def _reaches(spot: Rect, x: float, y: float) -> bool:
    slack_x, slack_y = spot.width * _REACH, spot.height * _REACH
    return spot.x - slack_x <= x < spot.right + slack_x and spot.y - slack_y <= y < spot.bottom + slack_y


def _share(spot: Rect, photo: Size) -> QRectF:
    return QRectF(spot.x / photo.width, spot.y / photo.height, spot.width / photo.width, spot.height / photo.height)
