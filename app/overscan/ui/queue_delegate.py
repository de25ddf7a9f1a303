"""Draws the queue's cells: words in the colour of what they mean, and a flat bar for the progress."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from overscan.core.jobs import Job, JobState
from overscan.ui import queue_model, wording
from overscan.ui.painting import tone_colour
from overscan.ui.style import colours

_Index = QModelIndex | QPersistentModelIndex
_BAR = 4


_FLAGS: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class QueueDelegate(QStyledItemDelegate):
    """Paints every cell of ``model``, which is the one that its view shows."""

    def __init__(self, model: queue_model.QueueModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        # Every call into Qt may have to wait for the interpreter lock while an engine is busy: few of them here.
        row, column = index.row(), index.column()
        room = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(room, QColor(colours().selected))
        elif row % 2:
            painter.fillRect(room, QColor(colours().bar))
        if column == queue_model.Column.PROGRESS:
            painter.save()
            self._bar(painter, option, index)
            painter.restore()
            return
        text, tone = self._model.cell(row, queue_model.Column(column))
        if not text:
            return
        room.adjust(8, 0, -8, 0)
        painter.setPen(tone_colour(tone))
        middle = column == queue_model.Column.PHOTO
        elide = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        painter.drawText(room, _FLAGS, option.fontMetrics.elidedText(text, elide, room.width()))

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
