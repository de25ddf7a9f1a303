"""What counts as a photo in a drop or on the clipboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QImage

from overscan.ui import drops


def mime(*urls: str, text: str = "", image: bool = False) -> QMimeData:
    data = QMimeData()
    if urls:
        data.setUrls([QUrl(url) for url in urls])
    if text:
        data.setText(text)
    if image:
        pixels = QImage(3, 2, QImage.Format.Format_RGB32)
        pixels.fill(QColor("red"))
        data.setImageData(pixels)
    return data


def test_files_win_over_pixels() -> None:
    found = drops.read(mime("file:///a/b.jpg", image=True))
    assert (found.paths, found.image) == ((Path("/a/b.jpg"),), None)


def test_a_browsers_address_comes_with_its_pixels_for_the_worst_case() -> None:
    found = drops.read(mime("https://example.org/a%20b.jpg", image=True))
    assert found.urls == ("https://example.org/a%20b.jpg",)
    assert found.image is not None


def test_pixels_alone() -> None:
    found = drops.read(mime(image=True))
    assert found.image is not None
    assert found.image.width() == 3


@pytest.mark.parametrize(
    ("text", "paths", "urls"),
    [
        ("/a/b.jpg\n/c d/e.png", ("/a/b.jpg", "/c d/e.png"), ()),
        ('"/a/b.jpg"', ("/a/b.jpg",), ()),
        ("file:///a/%E7%85%A7.jpg", ("/a/照.jpg",), ()),
        ("https://example.org/x.png", (), ("https://example.org/x.png",)),
        ("just words, http: and /", (), ()),
        ("", (), ()),
    ],
)
def test_text_with_paths_or_addresses(text: str, paths: tuple[str, ...], urls: tuple[str, ...]) -> None:
    found = drops.read(mime(text=text))
    assert (found.paths, found.urls) == (tuple(map(Path, paths)), urls)
    assert drops.acceptable(mime(text=text)) is bool(paths or urls)


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    found = drops.read(mime(text=text))
    assert bool(found) is bool(found.paths or found.urls)
