"""The jobs as a table: newest first, repainted a few times a second at most however many jobs move."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
    Slot,
)

from overscan.core.jobs import Job, JobState
from overscan.core.ledger import Charge, charge_of
from overscan.core.providers import ProviderInfo
from overscan.core.text import mark, tr
from overscan.ui import wording

_Index = QModelIndex | QPersistentModelIndex
REPAINT_MS = 50
"""Changes that arrive within this time are shown together."""


class Column(IntEnum):
    PHOTO = 0
    PROVIDER = 1
    STATE = 2
    PROGRESS = 3
    TIME = 4
    COST = 5
    NOTE = 6


_HEADERS = {
    Column.PHOTO: mark("Photo"),
    Column.PROVIDER: mark("Provider"),
    Column.STATE: mark("State"),
    Column.PROGRESS: mark("Progress"),
    Column.TIME: mark("Time"),
    Column.COST: mark("Cost"),
    Column.NOTE: mark("Note"),
}

JOB_ROLE = Qt.ItemDataRole.UserRole + 1
TONE_ROLE = Qt.ItemDataRole.UserRole + 2
PROGRESS_ROLE = Qt.ItemDataRole.UserRole + 3


class QueueModel(QAbstractTableModel):
    """Jobs by id. ``changed`` tells, after each repaint, that counts and states may be different."""

    changed = Signal()

    def __init__(
        self,
        provider: Callable[[str], ProviderInfo | None],
        parent: QObject | None = None,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(parent)
        self._provider = provider
        self._now = now
        self._jobs: list[Job] = []  # oldest first, so that a new job moves no index
        self._place: dict[str, int] = {}
        self._hidden: set[str] = set()
        self._pending: dict[str, Job] = {}
        self._timer = QTimer(self, singleShot=True, interval=REPAINT_MS)
        self._timer.timeout.connect(self.flush)

    # ------------------------------------------------------------------ jobs

    @Slot(object)
    def put(self, job: Job) -> None:
        """Take a new state of a job; it is shown at the next repaint."""
        self._pending[job.id] = job
        if not self._timer.isActive():
            self._timer.start()

    def put_all(self, jobs: Iterable[Job]) -> None:
        for job in sorted(jobs, key=lambda job: job.created_at):
            self.put(job)
        self.flush()

    @Slot()
    def flush(self) -> None:
        """Show everything that has arrived."""
        self._timer.stop()
        if not self._pending:
            return
        pending, self._pending = self._pending, {}
        known = {id_: job for id_, job in pending.items() if id_ in self._place}
        new = [job for id_, job in pending.items() if id_ not in self._place and id_ not in self._hidden]
        if known:
            rows = []
            for id_, job in known.items():
                place = self._place[id_]
                self._jobs[place] = job
                rows.append(self._row(place))
            self._repaint(min(rows), max(rows))
        if new:
            self._insert(new)
        self.changed.emit()

    def _insert(self, new: list[Job]) -> None:
        newest = self._jobs[-1].created_at if self._jobs else float("-inf")
        if min(job.created_at for job in new) >= newest:
            new.sort(key=lambda job: job.created_at)
            self.beginInsertRows(QModelIndex(), 0, len(new) - 1)
            for job in new:
                self._place[job.id] = len(self._jobs)
                self._jobs.append(job)
            self.endInsertRows()
            return
        self.beginResetModel()
        self._jobs = sorted([*self._jobs, *new], key=lambda job: job.created_at)
        self._index_again()
        self.endResetModel()

    def remove(self, ids: Iterable[str]) -> None:
        """Take jobs out of the view; the journal keeps them."""
        gone = set(ids) & self._place.keys()
        if not gone:
            return
        self.beginResetModel()
        self._hidden |= gone
        self._jobs = [job for job in self._jobs if job.id not in gone]
        self._index_again()
        self.endResetModel()
        self.changed.emit()

    def jobs(self) -> tuple[Job, ...]:
        """Oldest first, with what is still to be painted."""
        return tuple(self._pending.get(job.id, job) for job in self._jobs) + tuple(
            job for id_, job in self._pending.items() if id_ not in self._place and id_ not in self._hidden
        )

    def job_at(self, row: int) -> Job:
        return self._jobs[len(self._jobs) - 1 - row]

    def row_of(self, job_id: str) -> int | None:
        place = self._place.get(job_id)
        return None if place is None else self._row(place)

    @property
    def any_running(self) -> bool:
        return any(wording.running(job) for job in self._jobs)

    @Slot()
    def tick(self) -> None:
        """Repaint the times of the jobs that run."""
        rows = [self._row(place) for place, job in enumerate(self._jobs) if wording.running(job)]
        if rows:
            self.dataChanged.emit(self.index(min(rows), Column.TIME), self.index(max(rows), Column.TIME))

    def _index_again(self) -> None:
        self._place = {job.id: place for place, job in enumerate(self._jobs)}

    def _row(self, place: int) -> int:
        return len(self._jobs) - 1 - place

    def _repaint(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1))

    # ------------------------------------------------------------------ what Qt asks

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._jobs)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            # The bar stands beside the state and needs no title of its own.
            return "" if section == Column.PROGRESS else tr(_HEADERS[Column(section)])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return tr(_HEADERS[Column(section)])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        job = self.job_at(index.row())
        column = Column(index.column())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if column is Column.PROGRESS and role == Qt.ItemDataRole.DisplayRole:
                return ""
            return self._text(job, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return wording.plain_tip(self._tip(job, column))
        if role == JOB_ROLE:
            return job
        if role == TONE_ROLE:
            return wording.state_tone(job) if column is Column.STATE else self._quietness(job, column)
        if role == PROGRESS_ROLE:
            return self._progress(job)
        return None

    def cell(self, row: int, column: Column) -> tuple[str, wording.Tone]:
        """The words of a cell and what they mean, without the way through Qt that ``data`` takes."""
        job = self.job_at(row)
        tone = wording.state_tone(job) if column is Column.STATE else self._quietness(job, column)
        return self._text(job, column), tone

    def _text(self, job: Job, column: Column) -> str:
        match column:
            case Column.PHOTO:
                return wording.photo_name(job.request.photo)
            case Column.PROVIDER:
                info = self._provider(job.request.provider)
                return tr(info.name) if info else job.request.provider
            case Column.STATE:
                return wording.state_text(job, local=self._local(job))
            case Column.PROGRESS:
                return f"{(self._progress(job) or 0) * 100:.0f} %"
            case Column.TIME:
                return (
                    ""
                    if job.started_at is None or job.state is JobState.QUEUED
                    else wording.elapsed_text(job.elapsed_s(self._now()))
                )
            case Column.COST:
                return wording.job_cost_text(job)
            case Column.NOTE:
                return wording.note_text(job) or self._lifetime(job)

    def _tip(self, job: Job, column: Column) -> str:
        match column:
            case Column.PHOTO:
                return job.request.photo.path or job.request.photo.url or job.request.photo.name
            case Column.COST:
                return wording.job_cost_tip(job)
            case Column.NOTE if job.outputs and job.failure is None:
                return "\n".join((*job.warnings, *(output.path for output in job.outputs)))
            case _:
                return self._text(job, column)

    def _quietness(self, job: Job, column: Column) -> wording.Tone:
        if column in (Column.PHOTO, Column.PROVIDER):
            return wording.Tone.PLAIN
        if column is Column.COST and charge_of(job) is Charge.POSSIBLE:
            return wording.Tone.ATTENTION
        if column is Column.NOTE and (job.paused or (job.warnings and job.failure is None)):
            return wording.Tone.ATTENTION
        return wording.Tone.QUIET

    def _progress(self, job: Job) -> float | None:
        """0 to 1, or ``None`` where nothing is known of a job that runs."""
        if job.state is JobState.DONE:
            return 1.0
        if job.terminal or job.state is JobState.QUEUED:
            return 0.0
        return job.progress

    def _local(self, job: Job) -> bool:
        info = self._provider(job.request.provider)
        return info is not None and info.account is None

    def _lifetime(self, job: Job) -> str:
        info = self._provider(job.request.provider)
        return wording.lifetime_text(info.result_lifetime_s) if info and wording.running(job) else ""
