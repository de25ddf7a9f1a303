"""The project's drawings in the colours of the theme."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Slot
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton

from overscan.core.failures import StorageProblem
from overscan.services.paths import resource
from overscan.ui import style

_DRAWN_IN: Final = re.compile(r"#9a9a9a", re.IGNORECASE)
_SIZES: Final = (16, 20, 24, 32, 40, 48, 64)  # those that a 1x, 1.5x and 2x screen ask for


def icon(name: str, colour: str | None = None) -> QIcon:
    """The drawing ``resources/icons/<name>.svg`` in ``colour`` (``#rrggbb``; the theme's text by default).

    Disabled, it takes the theme's grey. A drawing that is missing or damaged gives an empty icon: the control it
    belongs to has its words as well.
    """
    try:
        drawing = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
    except (StorageProblem, OSError, UnicodeDecodeError):
        return QIcon()
    colours = style.colours()
    result = QIcon()
    for mode, paint in ((QIcon.Mode.Normal, colour or colours.text), (QIcon.Mode.Disabled, colours.disabled)):
        for pixmap in _rendered(_DRAWN_IN.sub(paint, drawing)):
            result.addPixmap(pixmap, mode)
    return result


def bind_icon(target: QAbstractButton | QAction, name: str) -> None:
    """Give ``target`` the drawing ``name``, and again in the new colour whenever the theme changes."""
    _Binding(target, name)


class _Binding(QObject):
    def __init__(self, target: QAbstractButton | QAction, name: str) -> None:
        super().__init__(target)
        self._target = target
        self._name = name
        self._paint()
        keeper = style.keeper()
        if keeper is not None:
            keeper.colours_changed.connect(self._paint)

    @Slot()
    def _paint(self) -> None:
        self._target.setIcon(icon(self._name))


def _rendered(drawing: str) -> list[QPixmap]:
    # Loaded with the first icon, not with the module: the parser is of no use before.
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(QByteArray(drawing.encode()))
    if not renderer.isValid():
        return []
    result = []
    for side in _SIZES:
        pixmap = QPixmap(side, side)
        pixmap.fill(QColor(Qt.GlobalColor.transparent))
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, side, side))
        painter.end()
        result.append(pixmap)
    return result
