"""Examining a model file: first the file itself, then, in a process of its own with limits, what it computes."""

from __future__ import annotations

import errno
import logging
from pathlib import Path
from typing import Final

from overscan.core.failures import ModelUnfit
from overscan.imaging import unfit
from overscan.imaging.child import ChildFailed, ChildTooLarge, ChildTooSlow, Limits, run_in_child
from overscan.imaging.foreign_model import ForeignModel
from overscan.imaging.memory import available_bytes
from overscan.imaging.model_book import ModelBook, hash_of
from overscan.imaging.onnx_head import Head, look
from overscan.imaging.probing import Question, probe
from overscan.imaging.work import IsCancelled, Progress, stop_if

SECONDS: Final = 180.0
"""What an examination may take: 16.7 million weights take some 40 on two cores."""
_MOST_MEMORY: Final = 4_000_000_000
_SHARE: Final = 0.7
"""Of the memory that is free."""
_ABORTED: Final = "ended with -6"
_log = logging.getLogger(__name__)


def default_limits() -> Limits:
    free = available_bytes()
    return Limits(SECONDS, _MOST_MEMORY if free is None else min(_MOST_MEMORY, int(free * _SHARE)))


def examine_file(
    path: Path, progress: Progress, cancelled: IsCancelled, book: ModelBook, limits: Limits | None
) -> ForeignModel:
    """See :func:`overscan.imaging.foreign_model.examine`."""
    path = path.expanduser().absolute()
    try:
        sha256 = _checked(path)
        stop_if(cancelled)
        known = book.by_hash(path, sha256)
        if known is None:
            known = _asked(Question(path, sha256), progress, cancelled, limits or default_limits())
            book.remember(path, known)
    except ModelUnfit as error:
        book.refuse(path, error.failure)
        raise
    progress(1.0)
    return known


def _checked(path: Path) -> str:
    """The hash of a file that is a whole ONNX model by its structure. Raises ``ModelUnfit``."""
    try:
        if path.is_dir():
            raise unfit.folder(path.name)
        if not path.stat().st_size:
            raise unfit.empty(path.name)
        match look(path):
            case Head.FOREIGN:
                raise unfit.not_onnx(path.name)
            case Head.CUT_SHORT:
                raise unfit.cut_short(path.name)
            case Head.WHOLE:
                return hash_of(path)
    except FileNotFoundError as error:
        raise unfit.missing(path.name) from error
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOTDIR, errno.ENAMETOOLONG):
            raise unfit.missing(path.name) from error
        raise unfit.not_readable(path.name, getattr(error, "strerror", None) or str(error)) from error


def _asked(question: Question, progress: Progress, cancelled: IsCancelled, limits: Limits) -> ForeignModel:
    try:
        return run_in_child(probe, question, progress, cancelled, limits)
    except ChildTooSlow as error:
        raise unfit.too_slow(limits.seconds or 0) from error
    except ChildTooLarge as error:
        raise unfit.too_large((limits.memory or 0) / 1e9) from error
    except ChildFailed as error:
        _log.warning("the examination of a model failed: %s", error.reason)
        if limits.memory is not None and _ABORTED in error.reason:
            # What C++ does where a thread of its own gets no memory.
            raise unfit.too_large(limits.memory / 1e9) from error
        raise unfit.crashed() from error
