"""Draws the queue's cells: words in the colour of what they mean, and a flat bar for the progress."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from overscan.core.jobs import Job, JobState
from overscan.ui import queue_model, wording
from overscan.ui.painting import tone_colour
from overscan.ui.style import colours

_Index = QModelIndex | QPersistentModelIndex
_BAR = 4


class QueueDelegate(QStyledItemDelegate):
    """Paints every cell of :class:`~overscan.ui.queue_model.QueueModel`."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colours().selected))
        elif index.row() % 2:
            painter.fillRect(option.rect, QColor(colours().bar))
        if index.column() == queue_model.Column.PROGRESS:
            self._bar(painter, option, index)
        else:
            self._text(painter, option, index)
        painter.restore()

    def _text(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        room = option.rect.adjusted(8, 0, -8, 0)
        painter.setPen(tone_colour(index.data(queue_model.TONE_ROLE)))
        middle = index.column() == queue_model.Column.PHOTO
        text = option.fontMetrics.elidedText(
            str(index.data(Qt.ItemDataRole.DisplayRole)),
            Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight,
            room.width(),
        )
        painter.drawText(
            room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, text
        )

    def _bar(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        job = index.data(queue_model.JOB_ROLE)
        if not isinstance(job, Job):
            return
        progress = index.data(queue_model.PROGRESS_ROLE)
        room = QRectF(option.rect).adjusted(4, 0, -12, 0)
        groove = QRectF(room.left(), room.center().y() - _BAR / 2, room.width(), _BAR)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours().field))
        painter.drawRoundedRect(groove, _BAR / 2, _BAR / 2)
        done = job.state is JobState.DONE
        if progress is None and wording.running(job):
            # Nothing is known of how far it is: a short piece in the middle says "at work" without claiming more.
            piece = QRectF(groove.center().x() - groove.width() / 8, groove.top(), groove.width() / 4, _BAR)
        else:
            piece = QRectF(groove.left(), groove.top(), groove.width() * float(progress or 0), _BAR)
        if piece.width() > 0:
            painter.setBrush(tone_colour(wording.Tone.GOOD if done else wording.Tone.ACTIVE))
            painter.drawRoundedRect(piece, _BAR / 2, _BAR / 2)
