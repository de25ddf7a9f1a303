"""What shows through where a photo is transparent."""

from __future__ import annotations

from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from overscan.ui.style import Colours


def checkerboard(colours: Colours, side: int = 8) -> QBrush:
    """A brush of squares ``side`` painter units wide, in the theme's two neutral greys."""
    tile = QImage(2 * side, 2 * side, QImage.Format.Format_RGB32)
    tile.fill(QColor(colours.check_light))
    painter = QPainter(tile)
    dark = QColor(colours.check_dark)
    painter.fillRect(0, 0, side, side, dark)
    painter.fillRect(side, side, side, side, dark)
    painter.end()
    return QBrush(tile)
