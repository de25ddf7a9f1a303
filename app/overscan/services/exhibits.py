"""What is made of a comparison to be shown to others: a report or a contact sheet, written as one new file."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from overscan.core.failures import Cancelled, Failure, OverscanError, StorageProblem, UsageError
from overscan.core.text import tr
from overscan.services.paths import resource

if TYPE_CHECKING:
    from overscan.imaging.comparing import Compared, Comparison, ResultFile
    from overscan.imaging.photo import Pixels
    from overscan.imaging.report_facts import Writer

MOST_RESULTS: Final = 9
"""Of one exhibit: as many as there are keys to choose them with."""


class ExhibitKind(StrEnum):
    REPORT = "report"
    SHEET = "sheet"


_EXTENSIONS: Final = {".html": ExhibitKind.REPORT, ".htm": ExhibitKind.REPORT, ".png": ExhibitKind.SHEET}


class _Maker(Protocol):
    def add(self, compared: Compared, pixels: Pixels) -> None: ...

    def refuse(self, name: str, failure: Failure) -> None: ...


def kind_of(path: Path) -> ExhibitKind:
    """By the file's extension. Raises :class:`UsageError` for another one."""
    kind = _EXTENSIONS.get(path.suffix.lower())
    if kind is None:
        raise UsageError(
            tr("“{name}” is neither a report nor a sheet.", name=path.name),
            tr("Name a file that ends in .html for a report, or in .png for a sheet."),
        )
    return kind


def refuse_taken(path: Path) -> None:
    """Raise :class:`UsageError` where ``path`` is there already or its folder is not."""
    if path.exists() or path.is_symlink():
        raise UsageError(
            tr("There is a file “{name}” already.", name=path.name), tr("Name another one; it is not overwritten.")
        )
    if not path.parent.is_dir():
        raise UsageError(
            tr("There is no folder {folder}.", folder=path.parent), tr("Make it first, or check the path.")
        )


def exhibit(
    original: Path,
    results: Sequence[ResultFile],
    kind: ExhibitKind | None,
    *,
    secrets: frozenset[str] = frozenset(),
    told: Callable[[Compared], None] = lambda compared: None,
    refused: Callable[[ResultFile, Failure], None] = lambda file, failure: None,
    progress: Callable[[float], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> bytes | None:
    """Measure the results one after the other and make the file of that ``kind``; ``None`` where none is wanted or no
    result could be measured.

    ``told`` gets each result, ``refused`` each that cannot be read. At most two pictures are held decoded at a time.
    ``progress`` takes 0 to 1. Raises ``PhotoError`` where the original cannot be read, ``Cancelled`` between two
    results, :class:`StorageProblem` where a part of the program is missing.
    """
    from overscan.imaging.comparing import Comparison

    comparison = Comparison(original)
    maker = _maker(kind, comparison, results)
    measured = 0
    for n, file in enumerate(results):
        progress(n / len(results))
        _stop_if(cancelled)
        try:
            compared, pixels = comparison.look(file)
        except OverscanError as error:
            refused(file, error.failure)
            if maker is not None:
                maker.refuse(file.path.name, error.failure)
            continue
        measured += 1
        told(compared)
        if maker is not None:
            maker.add(compared, pixels)
        del pixels
    progress(1.0)
    if maker is None or not measured:
        return None
    _stop_if(cancelled)
    return _finished(maker, original, results, secrets)


def write_exhibit(path: Path, data: bytes, *, replace: bool = False) -> None:
    """Write the file whole or not at all; without ``replace`` only where there is none.

    Raises :class:`StorageProblem`, and :class:`UsageError` where there is one.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if not replace:
            refuse_taken(path)
        part.replace(path)
    except OSError as error:
        raise StorageProblem(
            tr("“{name}” could not be saved: {reason}.", name=path.name, reason=error.strerror or error),
            tr("Choose another folder, or free some space."),
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _stop_if(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Cancelled(tr("Cancelled."))


def _maker(kind: ExhibitKind | None, comparison: Comparison, results: Sequence[ResultFile]) -> _Maker | None:
    if kind is ExhibitKind.REPORT:
        from overscan.imaging.report import ReportMaker

        return ReportMaker(comparison, [file.ratio(comparison.pixels.size) for file in results])
    if kind is ExhibitKind.SHEET:
        from overscan.imaging.sheet import SheetMaker

        return SheetMaker(comparison.pixels, comparison.path.name)
    return None


def _finished(maker: _Maker, original: Path, results: Sequence[ResultFile], secrets: frozenset[str]) -> bytes:
    from overscan.imaging.report import ReportMaker
    from overscan.imaging.report_facts import Parts
    from overscan.imaging.sheet import SheetMaker

    if isinstance(maker, SheetMaker):
        return maker.png()
    if not isinstance(maker, ReportMaker):
        raise TypeError(f"{maker!r} makes no file")
    parts = Parts(*(_resource(name) for name in ("template.html", "report.css", "report.js")))
    return maker.page(parts, writer_for(original, results, secrets)).encode("utf-8")


def writer_for(original: Path, results: Sequence[ResultFile], secrets: frozenset[str]) -> Writer:
    """A writer that knows the keys and every folder of these files, which a report must not tell."""
    from overscan.imaging.report_facts import Writer

    paths = [original, *(file.path for file in results)]
    folders = {str(path.absolute().parent) for path in paths} | {str(path.resolve().parent) for path in paths}
    with contextlib.suppress(RuntimeError):
        folders.add(str(Path.home()))
    # The longest first: a folder's parent would leave the folder's own name.
    return Writer(secrets, tuple(sorted((f for f in folders if len(f) > 1), key=lambda f: (-len(f), f))))


def _resource(name: str) -> str:
    path = resource(f"report/{name}")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StorageProblem(
            tr("A part of the program cannot be read: {name}.", name=name), tr("Install the program again.")
        ) from error
