"""A before/after sheet: one picture that shows the original beside its results, whole and in detail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageDraw

from overscan.core.failures import StorageProblem
from overscan.core.geometry import Size
from overscan.core.text import tr
from overscan.imaging.fonts import font_for
from overscan.imaging.photo import Pixels, load_pixels

_CELL: Final = Size(640, 480)
_DETAIL: Final = Size(640, 400)
_GAP: Final = 24
_TEXT_SIZE: Final = 20
_LABEL_HEIGHT: Final = 60
_BACKGROUND: Final = (32, 32, 34)
_TEXT: Final = (236, 236, 236)
_FAINT: Final = (160, 160, 164)
_CHECKS: Final = (150, 190)
_CHECK_SIDE: Final = 12
_SAME_SHAPE: Final = 0.01
"""How far two aspect ratios may lie apart and still show the same picture."""
_SAME_LOOK: Final = 8.0
"""Mean difference in levels of 255 of both pictures, reduced to a few pixels, that an enhancement may make."""
_LOOK: Final = 32
_SEARCH_EDGE: Final = 512


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    whole: Image.Image
    detail: Image.Image
    caption: str
    """What the detail is."""


def before_after(original: Path, results: Sequence[tuple[Path, str]], target: Path) -> None:
    """Write the sheet of ``original`` and ``results`` (file and label each) as PNG to ``target``.

    Above, each picture as a whole; the original is drawn at the size of the results that show the same section,
    whatever its own is. Below, the most detailed part at 100 % of each result's pixels, beside the original
    enlarged alike; of a result with another section (an expansion) its left edge. Raises ``PhotoError`` for a
    picture that cannot be read
    and ``StorageProblem`` where ``target`` cannot be written.
    """
    before = _opaque(load_pixels(original))
    after = [(_opaque(load_pixels(path)), label) for path, label in results]
    scale = next((image.width / before.width for image, _ in after if _same_picture(before, image)), 1.0)
    place = _most_detailed(before, scale)
    columns = [_original(before, scale, place)]
    columns += [_result(image, label, before, place) for image, label in after]
    data = BytesIO()
    _sheet(columns).save(data, "PNG", compress_level=3)
    try:
        target.write_bytes(data.getvalue())
    except OSError as error:
        raise StorageProblem(
            tr("The sheet cannot be written to “{path}”: {reason}.", path=target, reason=error.strerror or error),
            tr("Choose another folder, or free some space."),
        ) from error


def _original(before: Image.Image, scale: float, place: tuple[float, float]) -> _Column:
    size = Size(*before.size)
    caption = tr("Detail, enlarged ×{factor:.3g}", factor=scale) if scale != 1 else tr("Detail at 100 %")
    return _Column(f"{tr('Original')} · {size}", _fitted(before), _cut(before, place, scale), caption)


def _result(image: Image.Image, label: str, before: Image.Image, place: tuple[float, float]) -> _Column:
    title = f"{label} · {Size(*image.size)}"
    if _same_picture(before, image):
        return _Column(title, _fitted(image), _cut(image, place, 1.0), tr("Detail at 100 %"))
    return _Column(title, _fitted(image), _cut(image, (0.0, 0.5), 1.0), tr("Left edge at 100 %"))


def _same_picture(one: Image.Image, other: Image.Image) -> bool:
    """Whether both show the same section: an expansion on all sides has the same shape, yet another one."""
    if abs(one.width * other.height / (one.height * other.width) - 1) > _SAME_SHAPE:
        return False
    small = [np.asarray(i.resize((_LOOK, _LOOK), Image.Resampling.BOX), np.float32) for i in (one, other)]
    return float(np.abs(small[0] - small[1]).mean()) <= _SAME_LOOK


def _opaque(pixels: Pixels) -> Image.Image:
    """The picture on a checkerboard, as programs show transparency."""
    if not pixels.has_alpha:
        return Image.fromarray(pixels.data)
    y, x = np.indices(pixels.data.shape[:2], np.int32) // _CHECK_SIDE
    checks = np.where((x + y) % 2, *_CHECKS).astype(np.uint8)
    board = Image.fromarray(checks).convert("RGB")
    picture = Image.fromarray(pixels.data)
    board.paste(picture, mask=picture.getchannel("A"))
    return board


def _fitted(image: Image.Image) -> Image.Image:
    """The picture at the largest size that fits the cell, enlarged where it is smaller."""
    factor = min(_CELL.width / image.width, _CELL.height / image.height)
    size = Size(*image.size).scaled(factor)
    return image.resize((size.width, size.height), Image.Resampling.LANCZOS)


def _cut(image: Image.Image, place: tuple[float, float], scale: float) -> Image.Image:
    """A detail around ``place`` (0 to 1 across and down), ``scale`` times enlarged, within the picture."""
    width, height = min(_DETAIL.width / scale, image.width), min(_DETAIL.height / scale, image.height)
    left = min(max(0.0, place[0] * image.width - width / 2), image.width - width)
    top = min(max(0.0, place[1] * image.height - height / 2), image.height - height)
    if scale == 1:
        box = (round(left), round(top))
        return image.crop((*box, box[0] + round(width), box[1] + round(height)))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC, box=(left, top, left + width, top + height))


def _most_detailed(image: Image.Image, scale: float) -> tuple[float, float]:
    """The middle of the part with the strongest fine detail, as shares of width and height."""
    factor = min(1.0, _SEARCH_EDGE / max(image.size))
    size = Size(*image.size).scaled(factor)
    small = image.convert("L").resize((size.width, size.height), Image.Resampling.BOX)
    energy = np.abs(cv2.Laplacian(np.asarray(small), cv2.CV_32F))
    window = (
        max(1, min(size.width, round(_DETAIL.width / scale * factor))),
        max(1, min(size.height, round(_DETAIL.height / scale * factor))),
    )
    means = np.asarray(cv2.blur(energy, window, borderType=cv2.BORDER_CONSTANT))
    row, column = np.unravel_index(int(means.argmax()), means.shape)
    return (float(column) + 0.5) / size.width, (float(row) + 0.5) / size.height


def _sheet(columns: Sequence[_Column]) -> Image.Image:
    width = _GAP + len(columns) * (_CELL.width + _GAP)
    whole = Size(_CELL.width, max(column.whole.height for column in columns))
    detail = Size(_DETAIL.width, max(column.detail.height for column in columns))
    height = 2 * _GAP + 2 * _LABEL_HEIGHT + whole.height + detail.height
    sheet = Image.new("RGB", (width, height), _BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    below = _GAP + _LABEL_HEIGHT + whole.height
    for n, column in enumerate(columns):
        left = _GAP + n * (_CELL.width + _GAP)
        _write(draw, (left, _GAP), column.title, _TEXT)
        _place(sheet, column.whole, left, _GAP + _LABEL_HEIGHT - _TEXT_SIZE, whole)
        _write(draw, (left, below + _TEXT_SIZE // 2), column.caption, _FAINT)
        _place(sheet, column.detail, left, below + _LABEL_HEIGHT - _TEXT_SIZE, detail)
    return sheet


def _place(sheet: Image.Image, image: Image.Image, left: int, top: int, cell: Size) -> None:
    sheet.paste(image, (left + (cell.width - image.width) // 2, top + (cell.height - image.height) // 2))


def _write(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, colour: tuple[int, int, int]) -> None:
    """One line, shortened in the middle until it fits its column: the end holds the size."""
    line = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    font = font_for(line, _TEXT_SIZE)
    shown, keep = line, len(line)
    while draw.textlength(shown, font=font) > _CELL.width and keep > 2:
        keep -= 1
        shown = f"{line[: keep // 2]}…{line[len(line) - (keep - keep // 2) :]}"
    draw.text(at, shown, font=font, fill=colour)
