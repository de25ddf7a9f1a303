"""The photos on the table, each with its thumbnail and what its jobs have come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QImage

from overscan.core.jobs import Job, JobState
from overscan.core.requests import Photo, PhotoRef
from overscan.core.text import tr, trn
from overscan.ui import wording

_Index = QModelIndex | QPersistentModelIndex

PHOTO_ROLE = Qt.ItemDataRole.UserRole + 1
THUMBNAIL_ROLE = Qt.ItemDataRole.UserRole + 2
LINE_ROLE = Qt.ItemDataRole.UserRole + 3
TONE_ROLE = Qt.ItemDataRole.UserRole + 4
ROW_SIZE = QSize(160, 60)


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a photo's jobs: counts by what a person wants to know."""

    running: int = 0
    saved: int = 0
    troubled: int = 0

    @property
    def tone(self) -> wording.Tone:
        """The dot: running before trouble before saved, plain for nothing yet."""
        if self.running:
            return wording.Tone.ACTIVE
        if self.troubled:
            return wording.Tone.ATTENTION
        return wording.Tone.GOOD if self.saved else wording.Tone.PLAIN

    def line(self, photo: Photo) -> str:
        """The second line under the photo's name."""
        total = self.running + self.saved + self.troubled
        if self.running:
            return tr("running {number} of {total}", number=min(total, total - self.running + 1), total=total)
        if self.troubled:
            return trn("{count} needs a look", "{count} need a look", self.troubled)
        if self.saved:
            return trn("{count} result", "{count} results", self.saved)
        return str(photo.ref.size) if photo.ref.size else ""


@dataclass(slots=True)
class _Entry:
    photo: Photo
    thumbnail: QImage | None = None
    standing: Standing = Standing()


class PhotoModel(QAbstractListModel):
    """Photos in the order in which they came; a file is there once, however often it is opened."""

    looks_changed = Signal()
    """Some rows look otherwise than before. In the place of ``dataChanged``: to that a list view answers by measuring
    every row that it is told of, which takes 60 ms for 200 photos, although none of them changes its size."""
    replaced = Signal()
    """A file that was opened again has another content than before."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[_Entry] = []
        self._rows: dict[str, int] = {}

    def put(self, photo: Photo) -> int:
        """Add ``photo``, or bring the known one up to date; its row."""
        key = key_of(photo)
        row = self._rows.get(key)
        if row is not None:
            known = self._entries[row]
            photo = _with_what_was_known(photo, known.photo)
            if known.photo != photo:
                known.photo, known.thumbnail, known.standing = photo, None, Standing()
                self.looks_changed.emit()
                self.replaced.emit()
            return row
        row = len(self._entries)
        self.beginInsertRows(QModelIndex(), row, row)
        self._entries.append(_Entry(photo))
        self._rows[key] = row
        self.endInsertRows()
        return row

    def remove(self, rows: Iterable[int]) -> None:
        for row in sorted(set(rows), reverse=True):
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._entries[row]
            self.endRemoveRows()
        self._rows = {key_of(entry.photo): row for row, entry in enumerate(self._entries)}

    def photo_at(self, row: int) -> Photo:
        return self._entries[row].photo

    def row_of(self, photo: Photo) -> int | None:
        return self._rows.get(key_of(photo))

    def row_of_path(self, path: str) -> int | None:
        return self._rows.get(path)

    def photos(self) -> tuple[Photo, ...]:
        return tuple(entry.photo for entry in self._entries)

    def has_thumbnail(self, row: int) -> bool:
        return self._entries[row].thumbnail is not None

    def set_thumbnail(self, path: str, image: QImage) -> None:
        row = self._rows.get(path)
        if row is not None:
            self._entries[row].thumbnail = image
            self.looks_changed.emit()

    def follow(self, jobs: Iterable[Job]) -> None:
        """Count the jobs of each photo anew. A job of an older content of the file does not count."""
        counts: dict[tuple[str, str | None], list[int]] = {}
        for job in jobs:
            place = _counted_as(job)
            if place is not None:
                counts.setdefault((key_of_ref(job.request.photo), job.request.photo.sha256), [0, 0, 0])[place] += 1
        moved = False
        for entry in self._entries:
            found = counts.get((key_of(entry.photo), entry.photo.ref.sha256))
            standing = Standing(*found) if found else Standing()
            if standing != entry.standing:
                entry.standing = standing
                moved = True
        if moved:
            self.looks_changed.emit()

    # ------------------------------------------------------------------ what Qt asks

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return wording.photo_name(entry.photo.ref)
            case Qt.ItemDataRole.ToolTipRole:
                return wording.plain_tip(_tip(entry.photo))
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{wording.photo_name(entry.photo.ref)}, {entry.standing.line(entry.photo)}"
            case Qt.ItemDataRole.SizeHintRole:
                return ROW_SIZE
            case _ if role == PHOTO_ROLE:
                return entry.photo
            case _ if role == THUMBNAIL_ROLE:
                return entry.thumbnail
            case _ if role == LINE_ROLE:
                return entry.standing.line(entry.photo)
            case _ if role == TONE_ROLE:
                return entry.standing.tone
        return None


def _with_what_was_known(photo: Photo, known: Photo) -> Photo:
    """The same content opened once more keeps where it came from, and the canvas that was set for it."""
    if photo.ref.sha256 != known.ref.sha256:
        return photo
    came = {name: getattr(photo.ref, name) or getattr(known.ref, name) for name in ("url", "output")}
    return replace(photo, ref=photo.ref.model_copy(update=came), canvas=photo.canvas or known.canvas)


def key_of(photo: Photo) -> str:
    """What makes two photos the same one in the list: the file, or the URL where there is none."""
    return _key(photo.ref.path, photo.ref.url)


def key_of_ref(ref: PhotoRef) -> str:
    """The same for a job's photo."""
    return _key(ref.path, ref.url)


def _key(path: str | None, url: str | None) -> str:
    return path or url or ""


def _counted_as(job: Job) -> int | None:
    if job.state is JobState.DONE:
        return 1
    if wording.needs_decision(job):
        return 2
    return None if job.terminal else 0


def _tip(photo: Photo) -> str:
    parts = [photo.ref.path or photo.ref.url or photo.ref.name]
    if photo.facts is not None:
        facts = photo.facts
        kind = f"{facts.format.value.upper()} · {facts.colour_model.value}"
        parts.append(f"{facts.size} · {wording.bytes_text(facts.bytes)} · {kind}")
        if facts.private_metadata:
            parts.append(tr("contains: {what}", what=", ".join(tr(name) for name in facts.private_metadata)))
    return "\n".join(parts)
