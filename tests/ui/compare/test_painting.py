"""What lands on the screen, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from overscan.core.geometry import Size
from overscan.imaging.photo import Pixels
from overscan.ui import images
from overscan.ui.compare.painting import Layer, level_for, paint, resampler_for
from overscan.ui.compare.viewport import Box, Viewport, placement
from overscan.ui.images import ImageLevels
from overscan.ui.style import DARK
from overscan.ui.widgets.checkerboard import checkerboard

VIEW = (300, 200)
BLANK = QColor("#123456")


def levels_of(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> ImageLevels:
    return images.levels_of(Pixels(pixels, pixels.shape[2] == 4))


def noise(width: int, height: int, channels: int = 3) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(7).integers(0, 256, (height, width, channels), dtype=np.uint8)


def picture(layer: Layer, view: Viewport, checks: QBrush | None = None) -> QImage:
    image = QImage(*VIEW, QImage.Format.Format_RGB32)
    image.fill(BLANK)
    painter = QPainter(image)
    resampler = resampler_for((layer,), view.zoom)
    paint(painter, layer, view.aligned(), Box(0, 0, *VIEW), checks or QBrush(), resampler)
    painter.end()
    return image


def rgb(image: QImage, x: int, y: int) -> tuple[int, int, int]:
    colour = image.pixelColor(x, y)
    return colour.red(), colour.green(), colour.blue()


@pytest.mark.parametrize("zoom", [1, 3, 4, 16])
def test_each_pixel_of_the_photo_is_a_whole_square_of_the_screen(zoom: int) -> None:
    pixels = noise(401, 303)
    layer = Layer(levels_of(pixels), Box(0, 0, 401, 303))
    view = Viewport.fitted_to(layer.place, *VIEW).zoomed(float(zoom)).panned(37.4, -21.8)
    image = picture(layer, view)
    shown = view.aligned()
    for x, y in ((0, 0), (299, 199), (150, 100), (7, 190), (151, 101), (64, 64)):
        at_x, at_y = shown.to_photo(x + 0.5, y + 0.5)
        assert rgb(image, x, y) == tuple(int(value) for value in pixels[int(at_y), int(at_x)])


@given(st.floats(0.05, 40), st.floats(-300, 300), st.floats(-200, 200))
def test_nothing_is_painted_outside_the_photo_and_all_within(zoom: float, dx: float, dy: float) -> None:
    layer = Layer(levels_of(np.full((90, 120, 3), 250, np.uint8)), Box(0, 0, 120, 90))
    view = Viewport.fitted_to(layer.place, *VIEW).zoomed(zoom).panned(dx, dy)
    image = picture(layer, view)
    target = view.aligned().box_to_view(layer.place)
    for x in range(0, VIEW[0], 13):
        for y in range(0, VIEW[1], 13):
            inside = target.x + 1 < x < target.right - 2 and target.y + 1 < y < target.bottom - 2
            outside = x < target.x - 2 or x > target.right + 1 or y < target.y - 2 or y > target.bottom + 1
            if inside:
                assert rgb(image, x, y) == (250, 250, 250)
            elif outside:
                assert image.pixelColor(x, y) == BLANK


@pytest.mark.parametrize("factor", [2, 4])
def test_an_enlarged_result_shows_the_same_place_at_the_same_size(factor: int) -> None:
    photo = Size(400, 300)
    pixels = np.zeros((300, 400, 3), np.uint8)
    pixels[120:180, 200:260] = 255  # a white square on black
    enlarged = pixels.repeat(factor, axis=0).repeat(factor, axis=1)
    for view in (
        Viewport.fitted_to(Box(0, 0, 400, 300), *VIEW),
        Viewport.fitted_to(Box(0, 0, 400, 300), *VIEW).zoomed(3.0, 200, 120),
    ):
        first = picture(Layer(levels_of(pixels), placement(photo, photo)), view)
        size = Size(400 * factor, 300 * factor)
        second = picture(Layer(levels_of(enlarged), placement(photo, size)), view)
        shown = view.aligned().box_to_view(Box(200, 120, 60, 60))
        for x in range(0, VIEW[0], 3):
            for y in range(0, VIEW[1], 3):
                near = min(abs(x - edge) for edge in (shown.x, shown.right)) < 3
                near = near or min(abs(y - edge) for edge in (shown.y, shown.bottom)) < 3
                assert near or rgb(first, x, y) == rgb(second, x, y)


def test_the_level_is_the_smallest_that_is_large_enough() -> None:
    image = levels_of(noise(1600, 1200))
    for width, expected in ((1600, 1600), (4000, 1600), (801, 1600), (800, 800), (500, 800), (399, 400), (401, 800)):
        assert image.levels[level_for(image, width)].size.width == expected


def test_transparency_shows_the_checkerboard() -> None:
    pixels = np.zeros((200, 300, 4), np.uint8)
    pixels[:, 150:] = (10, 200, 30, 255)
    layer = Layer(levels_of(pixels), Box(0, 0, 300, 200))
    image = picture(layer, Viewport.fitted_to(layer.place, *VIEW), checkerboard(DARK, 8))
    assert {image.pixelColor(4, 4).name(), image.pixelColor(12, 4).name()} == {DARK.check_light, DARK.check_dark}
    assert rgb(image, 200, 50) == (10, 200, 30)


def test_the_colour_at_a_place_is_the_files_own() -> None:
    pixels = noise(64, 48)
    layer = Layer(levels_of(pixels), Box(0, 0, 32, 24))
    assert layer.colour_at(10.0, 5.5) == (*(int(value) for value in pixels[11, 20]), 255)
    assert layer.colour_at(-0.1, 3) is None
    assert layer.colour_at(3, 24) is None
