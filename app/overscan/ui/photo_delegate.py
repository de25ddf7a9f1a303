"""Draws a photo in the tray: thumbnail, name, one line, and a dot that says whether to look."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from overscan.ui import photo_model
from overscan.ui.painting import tone_colour
from overscan.ui.style import colours
from overscan.ui.wording import Tone

_Index = QModelIndex | QPersistentModelIndex
_THUMBNAIL = QSize(64, 48)
_PAD = 6


class PhotoDelegate(QStyledItemDelegate):
    """Paints an item of :class:`~overscan.ui.photo_model.PhotoModel`."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        palette = colours()
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        rect: QRect = option.rect
        box = rect.adjusted(_PAD, 2, -_PAD, -2)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.selected))
            painter.drawRoundedRect(box, 5, 5)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(palette.focus))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        frame = QRect(
            box.left() + 4, box.center().y() - _THUMBNAIL.height() // 2, _THUMBNAIL.width(), _THUMBNAIL.height()
        )
        self._thumbnail(painter, frame, index.data(photo_model.THUMBNAIL_ROLE))
        self._words(
            painter, QRect(frame.right() + 10, box.top(), box.right() - frame.right() - 14, box.height()), index
        )
        painter.restore()

    def _thumbnail(self, painter: QPainter, frame: QRect, image: object) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours().field))
        painter.drawRect(frame)
        if not isinstance(image, QImage) or image.isNull():
            return
        # Cropped to fill, so that a row of thumbnails stands quiet whatever the shapes are.
        scale = max(frame.width() / image.width(), frame.height() / image.height())
        width, height = frame.width() / scale, frame.height() / scale
        source = QRectF((image.width() - width) / 2, (image.height() - height) / 2, width, height)
        painter.drawImage(QRectF(frame), image, source)

    def _words(self, painter: QPainter, room: QRect, index: _Index) -> None:
        palette = colours()
        metrics = painter.fontMetrics()
        line_height = metrics.height()
        top = room.top() + (room.height() - 2 * line_height - 2) // 2
        tone = index.data(photo_model.TONE_ROLE)
        dot = 14 if tone != Tone.PLAIN else 0
        name = str(index.data(Qt.ItemDataRole.DisplayRole))
        painter.setPen(QColor(palette.text))
        painter.drawText(
            # Taller than a line: the font that stands in for missing letters may sit lower than the window's own.
            QRect(room.left(), top, room.width(), line_height * 2),
            Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine,
            metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room.width()),
        )
        painter.setPen(QColor(palette.muted))
        second = QRect(room.left(), top + line_height + 2, room.width() - dot, line_height)
        painter.drawText(
            second,
            Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine,
            metrics.elidedText(str(index.data(photo_model.LINE_ROLE)), Qt.TextElideMode.ElideRight, second.width()),
        )
        if dot:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tone_colour(tone))
            painter.drawEllipse(QRectF(room.right() - 8, second.center().y() - 4, 8, 8))
