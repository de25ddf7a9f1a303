"""A contact sheet: one picture that shows the original beside its results, whole and in detail, with labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

from overscan.core.failures import Failure, StorageProblem
from overscan.core.geometry import Size
from overscan.core.text import tr
from overscan.imaging.fitting import size_of
from overscan.imaging.fonts import font_for
from overscan.imaging.photo import Pixels, load_pixels
from overscan.imaging.samples import Samples8
from overscan.imaging.sheet_cells import CELL, DETAIL, cut, fitted, most_detailed, same_picture

if TYPE_CHECKING:
    from overscan.imaging.comparing import Compared

_MOST_COLUMNS: Final = 4
_GAP: Final = 24
_TEXT_SIZE: Final = 20
_LABEL_HEIGHT: Final = 60
_LINE_HEIGHT: Final = 28
_BACKGROUND: Final = (32, 32, 34)
_TEXT: Final = (236, 236, 236)
_FAINT: Final = (160, 160, 164)
_MEASURES: Final = (("psnr_db", "ssim"), ("ciede2000_p95",))
"""Those that a label has room for, by line."""


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    lines: tuple[str, ...]
    whole: Image.Image
    detail: Image.Image
    caption: str
    """What the detail is."""


class SheetMaker:
    """Takes results with their pixels and keeps only the small pictures of them; the original is held.

    Above, each picture as a whole; the original is drawn at the size of the results that show the same section,
    whatever its own is. Below, the most detailed part at 100 % of each result's pixels, beside the original
    enlarged alike; of a result with another section (an expansion) its left edge. Up to four stand in a row.
    """

    def __init__(self, original: Pixels, name: str = "") -> None:
        self._original = original.data
        self._name = name
        self._scale: float | None = None
        self._place: tuple[float, float] | None = None
        self._columns: list[_Column] = []
        self._refused: list[str] = []

    def add(self, compared: Compared, pixels: Pixels) -> None:
        """Take the next result, with its time, cost and main measures as its label."""
        from overscan.imaging.measure_words import MEASURES, text_of

        recipe = compared.file.recipe
        facts = [tr("{seconds:.1f} s", seconds=recipe.seconds)] if recipe is not None and recipe.seconds else []
        facts.append(recipe.cost_words if recipe is not None else tr("cost unknown"))
        told = {
            info.key: f"{tr(info.label)} {text_of(info, compared.measures)} {tr(info.unit) if info.unit else ''}"
            for info in MEASURES
        }
        lines = (" · ".join(told[key].strip() for key in keys) for keys in _MEASURES)
        self.put(pixels.data, compared.file.title, (" · ".join(facts), *lines))

    def put(self, samples: Samples8, label: str, lines: tuple[str, ...] = ()) -> None:
        """Take the next result (H×W×3 or 4), with a title and further lines of its label."""
        title = f"{label} · {size_of(samples)}"
        if same_picture(self._original, samples):
            if self._scale is None:
                self._scale = samples.shape[1] / self._original.shape[1]
            if self._place is None:
                self._place = most_detailed(self._original, self._scale)
            whole, detail, caption = fitted(samples), cut(samples, self._place, 1.0), tr("Detail at 100 %")
        else:
            whole, detail, caption = fitted(samples), cut(samples, (0.0, 0.5), 1.0), tr("Left edge at 100 %")
        self._columns.append(_Column(title, lines, whole, detail, caption))

    def refuse(self, name: str, failure: Failure) -> None:
        """Note that this file is missing from the sheet."""
        self._refused.append(tr("{name}: {reason}", name=name, reason=failure.message))

    def png(self) -> bytes:
        """The sheet as a PNG file."""
        data = BytesIO()
        _sheet([self._first(), *self._columns], self._refused).save(data, "PNG", compress_level=3)
        return data.getvalue()

    def _first(self) -> _Column:
        scale = self._scale or 1.0
        place = self._place or most_detailed(self._original, scale)
        caption = tr("Detail, enlarged ×{factor:.3g}", factor=scale) if scale != 1 else tr("Detail at 100 %")
        title = f"{tr('Original')} · {size_of(self._original)}"
        lines = (self._name,) if self._name else ()
        return _Column(title, lines, fitted(self._original), cut(self._original, place, scale), caption)


def before_after(original: Path, results: Sequence[tuple[Path, str]], target: Path) -> None:
    """Write the sheet of ``original`` and ``results`` (file and label each) as PNG to ``target``.

    Raises ``PhotoError`` for a picture that cannot be read and ``StorageProblem`` where ``target`` cannot be written.
    """
    sheet = SheetMaker(load_pixels(original))
    for path, label in results:
        sheet.put(load_pixels(path).data, label)
    data = sheet.png()
    try:
        target.write_bytes(data)
    except OSError as error:
        raise StorageProblem(
            tr("The sheet cannot be written to “{path}”: {reason}.", path=target, reason=error.strerror or error),
            tr("Choose another folder, or free some space."),
        ) from error


def _sheet(columns: Sequence[_Column], remarks: Sequence[str]) -> Image.Image:
    """Rows of about equally many columns; below them the remarks."""
    in_a_row = math.ceil(len(columns) / math.ceil(len(columns) / _MOST_COLUMNS))
    rows = [columns[n : n + in_a_row] for n in range(0, len(columns), in_a_row)]
    heights = [_row_height(row) for row in rows]
    size = (_GAP + in_a_row * (CELL.width + _GAP), sum(heights) + len(remarks) * _LINE_HEIGHT)
    sheet = Image.new("RGB", size, _BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    top = 0
    for row, height in zip(rows, heights, strict=True):
        _draw_row(sheet, draw, row, top)
        top += height
    for remark in remarks:
        _write(draw, (_GAP, top - _TEXT_SIZE // 2), remark, _FAINT, size[0] - 2 * _GAP)
        top += _LINE_HEIGHT
    return sheet


def _lines_height(row: Sequence[_Column]) -> int:
    return max(len(column.lines) for column in row) * _LINE_HEIGHT


def _row_height(row: Sequence[_Column]) -> int:
    pictures = max(column.whole.height for column in row) + max(column.detail.height for column in row)
    return 2 * _GAP + 2 * _LABEL_HEIGHT + _lines_height(row) + pictures


def _draw_row(sheet: Image.Image, draw: ImageDraw.ImageDraw, row: Sequence[_Column], top: int) -> None:
    whole = Size(CELL.width, max(column.whole.height for column in row))
    detail = Size(DETAIL.width, max(column.detail.height for column in row))
    first = top + _GAP + _lines_height(row)
    below = first + _LABEL_HEIGHT + whole.height
    for n, column in enumerate(row):
        left = _GAP + n * (CELL.width + _GAP)
        _write(draw, (left, top + _GAP), column.title, _TEXT, CELL.width)
        for k, line in enumerate(column.lines):
            _write(draw, (left, top + _GAP + (k + 1) * _LINE_HEIGHT), line, _FAINT, CELL.width)
        _place(sheet, column.whole, left, first + _LABEL_HEIGHT - _TEXT_SIZE, whole)
        _write(draw, (left, below + _TEXT_SIZE // 2), column.caption, _FAINT, CELL.width)
        _place(sheet, column.detail, left, below + _LABEL_HEIGHT - _TEXT_SIZE, detail)


def _place(sheet: Image.Image, image: Image.Image, left: int, top: int, cell: Size) -> None:
    sheet.paste(image, (left + (cell.width - image.width) // 2, top + (cell.height - image.height) // 2))


def _write(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, colour: tuple[int, int, int], width: int) -> None:
    """One line, shortened in the middle until it fits its column: the end holds the size."""
    line = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    font = font_for(line, _TEXT_SIZE)
    shown, keep = line, len(line)
    while draw.textlength(shown, font=font) > width and keep > 2:
        keep -= 1
        shown = f"{line[: keep // 2]}…{line[len(line) - (keep - keep // 2) :]}"
    draw.text(at, shown, font=font, fill=colour)
