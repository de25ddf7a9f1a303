"""The icons: each one is valid SVG that Qt draws, in one colour so that a theme can change it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "icons"
SYMBOLS = sorted(path for path in FOLDER.glob("*.svg") if path.stem != "overscan")
NEEDED = {
    "add-photo", "cancel", "close", "folder", "key", "ok", "open", "paste", "retry", "run", "settings",
    "side-by-side", "split", "warning", "zoom-100", "zoom-fit",
}  # fmt: skip


def inked(path: Path, size: int) -> float:
    """Share of the pixels that the icon covers at least half, drawn at size × size."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(0, 0, 0, 0))
    painter = QPainter(image)
    QSvgRenderer(str(path)).render(painter)
    painter.end()
    covered = sum(image.pixelColor(x, y).alpha() > 127 for x in range(size) for y in range(size))
    return covered / size**2


def test_all_that_the_window_needs_is_there() -> None:
    assert {path.stem for path in SYMBOLS} >= NEEDED
    assert (FOLDER / "overscan.svg").exists()


@pytest.mark.parametrize("path", SYMBOLS, ids=lambda path: path.stem)
def test_symbol_has_one_colour_and_shows_at_16_pixels(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert 'viewBox="0 0 20 20"' in text
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}", text)) == {"#9a9a9a"}
    assert QSvgRenderer(str(path)).isValid()
    assert 0.03 < inked(path, 16) < 0.6


def test_app_icon_fills_its_square_at_every_size() -> None:
    for size in (16, 32, 256):
        assert inked(FOLDER / "overscan.svg", size) > 0.8
