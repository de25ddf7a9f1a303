"""What was found out about model files: remembered by their contents, so that no file is examined twice.

It lives in the cache folder and not with the data: everything in it can be found out again, its times belong to this
machine, and a backup or a synchronised home has no use for them. An entry also names the version of the runtime and of
the examination; those of any other version are not used. Loads nothing that is slow to load, since the window's plan
asks it for estimates.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import os
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from overscan.core.failures import Failure
from overscan.imaging.foreign_model import ForeignModel

FILE_NAME: Final = "models.json"
_EXAMINATION: Final = 1
"""Raised whenever the examination learns to see something else."""
_CHUNK: Final = 1 << 20
_MOST: Final = 200
"""Models that are remembered; the longest known go first."""
_log = logging.getLogger(__name__)


class _Stamp(BaseModel):
    """A file as it was when its contents were last read."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    path: str
    size: int
    mtime_ns: int
    sha256: str


class _Page(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    version: str
    models: tuple[ForeignModel, ...] = ()
    files: tuple[_Stamp, ...] = ()


class ModelBook:
    """The models known here. Any thread may use it; ``file`` is ``None`` for a book that ends with the program."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._file = file
        self._models: dict[str, ForeignModel] | None = None
        self._stamps: dict[str, _Stamp] = {}
        self._refused: dict[str, tuple[_Stamp, Failure]] = {}

    def keep_in(self, folder: Path) -> None:
        """From now on the book is the file :data:`FILE_NAME` in ``folder``; what was known before is dropped."""
        with self._lock:
            self._file = folder / FILE_NAME
            self._models, self._stamps, self._refused = None, {}, {}

    def known(self, path: Path) -> ForeignModel | None:
        """What is known of the file at ``path`` as it is now, by its size and time alone: quick, and never raises."""
        stamp = _stamp(path, "")
        with self._lock:
            models = self._read()
            before = self._stamps.get(str(path)) if stamp is not None else None
            if stamp is None or before is None or (before.size, before.mtime_ns) != (stamp.size, stamp.mtime_ns):
                return None
            return models.get(before.sha256)

    def by_hash(self, path: Path, sha256: str) -> ForeignModel | None:
        """What is known of the contents ``sha256``, which the file at ``path`` was just found to have."""
        with self._lock:
            model = self._read().get(sha256)
            if model is not None:
                self._note(path, sha256)
            return model

    def remember(self, path: Path, model: ForeignModel) -> None:
        """Keep what was found out about the file at ``path``. A book that cannot be written is a book in memory."""
        with self._lock:
            models = self._read()
            models.pop(model.sha256, None)
            models[model.sha256] = model
            self._refused.pop(str(path), None)
            while len(models) > _MOST:
                del models[next(iter(models))]
            self._stamps.pop(str(path), None)
            self._note(path, model.sha256)

    def refuse(self, path: Path, failure: Failure) -> None:
        """Remember, until the program ends, why the file at ``path`` cannot be used: another day it may be quicker."""
        stamp = _stamp(path, "")
        with self._lock:
            if stamp is not None:
                self._refused[str(path)] = (stamp, failure)

    def refusal(self, path: Path) -> Failure | None:
        """Why the file at ``path``, as it is now, cannot be used, where that was found out before."""
        stamp = _stamp(path, "")
        with self._lock:
            before, failure = self._refused.get(str(path), (None, None))
            return failure if stamp is not None and stamp == before else None

    def models(self) -> tuple[tuple[str, ForeignModel], ...]:
        """Every file that is known, by path."""
        with self._lock:
            models = self._read()
            return tuple((s.path, models[s.sha256]) for s in self._stamps.values() if s.sha256 in models)

    def _note(self, path: Path, sha256: str) -> None:
        """That the file at ``path`` has these contents; the book is written where it did not say so."""
        stamp = _stamp(path, sha256)
        if stamp is not None and self._stamps.get(stamp.path) != stamp:
            self._stamps[stamp.path] = stamp
            self._write()

    def _read(self) -> dict[str, ForeignModel]:
        if self._models is None:
            self._models = {}
            with suppress(OSError):
                if self._file is not None and self._file.exists():
                    self._take(self._file.read_bytes())
        return self._models

    def _take(self, data: bytes) -> None:
        try:
            page = _Page.model_validate_json(data)
        except ValidationError:
            _log.info("what was known of models cannot be read and is found out again")
            return
        if page.version == _version():
            self._models = {model.sha256: model for model in page.models}
            self._stamps = {stamp.path: stamp for stamp in page.files if stamp.sha256 in self._models}

    def _write(self) -> None:
        models = self._models or {}
        self._stamps = {path: stamp for path, stamp in self._stamps.items() if stamp.sha256 in models}
        if self._file is None:
            return
        page = _Page(version=_version(), models=tuple(models.values()), files=tuple(self._stamps.values()))
        part = self._file.with_name(f"{self._file.name}.{os.getpid()}.part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(page.model_dump_json(indent=1), encoding="utf-8")
            part.replace(self._file)
        except OSError:
            _log.info("what was found out about a model cannot be kept in %s", self._file, exc_info=True)
            with suppress(OSError):
                part.unlink(missing_ok=True)


def hash_of(path: Path) -> str:
    """SHA-256 of the file's contents, in hex. Raises ``OSError``."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def the_book() -> ModelBook:
    """The book of this program; ``composition`` names its folder. Until then it is kept in memory."""
    return _BOOK


def _stamp(path: Path, sha256: str) -> _Stamp | None:
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return _Stamp(path=str(path), size=facts.st_size, mtime_ns=facts.st_mtime_ns, sha256=sha256)


@cache
def _version() -> str:
    try:
        runtime = importlib.metadata.version("onnxruntime")
    except importlib.metadata.PackageNotFoundError:
        runtime = "none"
    return f"{_EXAMINATION}/{runtime}"


_BOOK: Final = ModelBook()
