"""What lands on the screen, pixel by pixel."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from overscan.core.geometry import Size
from overscan.imaging.photo import Pixels
from overscan.ui import images
from overscan.ui.compare.painting import Layer, Resampler, level_for, paint, resampler_for
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


def _photo_like() -> ImageLevels:
    """Texture such as a photo has: each pixel near its neighbours."""
    soft = cv2.GaussianBlur(noise(700, 500), (0, 0), 2.0).astype(np.float32)
    return levels_of(np.clip((soft - 127) * 4 + 127, 0, 255).astype(np.uint8))


PHOTO = _photo_like()


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


def drawn(levels: ImageLevels, view: Viewport, place: Box, resampler: Resampler = Resampler.SMOOTH) -> QImage:
    image = QImage(*VIEW, QImage.Format.Format_RGB32)
    image.fill(BLANK)
    painter = QPainter(image)
    paint(painter, Layer(levels, place), view, Box(0, 0, *VIEW), QBrush(), resampler)
    painter.end()
    return image


def values(image: QImage) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    held = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return held[:, :, :3].astype(np.int32)


@settings(deadline=None)
@given(st.floats(0.06, 6), st.floats(-900, 900), st.floats(-600, 600))
def test_windows_show_what_the_whole_level_would(zoom: float, dx: float, dy: float) -> None:
    place = Box(0, 0, 700, 500)
    view = Viewport.fitted_to(place, *VIEW).zoomed(zoom).panned(dx, dy)
    target = view.box_to_view(place)
    level = PHOTO.levels[level_for(PHOTO, target.width)]
    expected = QImage(*VIEW, QImage.Format.Format_RGB32)
    expected.fill(BLANK)
    painter = QPainter(expected)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(target.x, target.y, target.width, target.height), level.image())
    painter.end()
    off = np.abs(values(drawn(PHOTO, view, place)) - values(expected)).max(axis=2)
    # Qt adds up its steps along a row in 1/65536, so that a row that begins elsewhere may round elsewhere.
    assert off.max() <= 3
    assert (off > 1).mean() < 0.001


def test_parts_painted_alone_make_the_same_picture_as_all_at_once() -> None:
    place = Box(0, 0, 700, 500)
    for zoom in (0.31, 0.5, 0.77, 1.0, 1.9, 3.3):
        view = Viewport.fitted_to(place, *VIEW).zoomed(zoom).panned(31.3, -17.7)
        whole = values(drawn(PHOTO, view, place))
        parts = QImage(*VIEW, QImage.Format.Format_RGB32)
        parts.fill(BLANK)
        painter = QPainter(parts)
        for x in range(0, VIEW[0], 64):
            for y in range(0, VIEW[1], 64):
                painter.setClipRect(x, y, 64, 64)
                paint(painter, Layer(PHOTO, place), view, Box(x, y, 64, 64), QBrush(), Resampler.SMOOTH)
        painter.end()
        assert np.abs(values(parts) - whole).max() <= 1


def test_a_photo_wider_than_the_painter_can_address_is_painted() -> None:
    width = 40_000
    pixels = np.zeros((40, width, 3), np.uint8)
    pixels[:, :, 0] = np.arange(width) // 256
    pixels[:, :, 1] = np.arange(width) % 256
    levels = levels_of(pixels)
    place = Box(0, 0, width, 40)
    for zoom, photo_x in ((1.0, 39_000), (1.0, 32_760), (4.0, 36_000)):
        view = Viewport.fitted_to(place, *VIEW).zoomed(zoom)
        view = view.panned((view.centre_x - photo_x) * zoom, 0).aligned()
        image = drawn(levels, view, place, resampler_for((Layer(levels, place),), zoom))
        for x in (10, 150, 290):
            at = int(view.to_photo(x + 0.5, 100.5)[0])
            assert rgb(image, x, 100) == (at // 256, at % 256, 0)
    stretched = Box(0, 0, width, width / 2)
    fitted = drawn(levels, Viewport.fitted_to(stretched, *VIEW), stretched)
    assert rgb(fitted, 299, 99)[0] in (155, 156)


def test_a_forgotten_level_is_stood_in_for_and_missed() -> None:
    levels = levels_of(noise(640, 480))
    missed: list[int] = []
    levels.missed = lambda image: missed.append(image.missed_level)
    place = Box(0, 0, 640, 480)
    full = Viewport.fitted_to(place, *VIEW).zoomed(1.0)
    drawn(levels, full, place)
    assert missed == []
    assert levels.forget_finest() == 640 * 480 * 4
    second = drawn(levels, full, place)
    assert missed == [0]
    assert levels.size == Size(640, 480)
    half = levels.levels[1].image().scaled(640, 480)
    x, y = (int(value) for value in full.to_photo(150.5, 100.5))
    assert rgb(second, 150, 100) == pytest.approx(rgb(half, x, y), abs=90)
    drawn(levels, Viewport.fitted_to(place, *VIEW), place)
    assert missed == [0]


def test_smooth_until_the_finest_of_all_is_large() -> None:
    coarse = Layer(levels_of(noise(100, 80)), Box(0, 0, 100, 80))
    fine = Layer(levels_of(noise(400, 320)), Box(0, 0, 100, 80))
    assert resampler_for((coarse,), 2.0) is Resampler.SMOOTH
    assert resampler_for((coarse,), 2.1) is Resampler.NEAREST
    assert resampler_for((coarse, fine), 8.0) is Resampler.SMOOTH
    assert resampler_for((coarse, fine), 8.1) is Resampler.NEAREST
    assert resampler_for((), 9.0) is Resampler.SMOOTH
    preview = images.levels_of(Pixels(noise(50, 40), has_alpha=False), complete=False)
    assert resampler_for((coarse, Layer(preview, coarse.place)), 60.0) is Resampler.SMOOTH


def test_the_painters_state_is_used_as_it_is() -> None:
    levels = levels_of(np.full((200, 300, 3), 200, np.uint8))
    image = QImage(*VIEW, QImage.Format.Format_RGB32)
    image.fill(QColor(50, 60, 70))
    view = Viewport.fitted_to(Box(0, 0, 300, 200), *VIEW)
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Difference)
    painter.setClipRect(0, 0, 100, 200)
    for zoom in (1.0, 1.7):
        paint(
            painter, Layer(levels, Box(0, 0, 300, 200)), view.zoomed(zoom), Box(0, 0, *VIEW), QBrush(), Resampler.SMOOTH
        )
    assert painter.compositionMode() is QPainter.CompositionMode.CompositionMode_Difference
    painter.end()
    assert rgb(image, 50, 100) == (50, 60, 70)  # the difference of the difference
    assert rgb(image, 150, 100) == (50, 60, 70)


@pytest.mark.parametrize("channels", [3, 4])
def test_one_pixel_is_a_photo_too(channels: int) -> None:
    levels = levels_of(np.full((1, 1, channels), 255, np.uint8))
    image = drawn(levels, Viewport.fitted_to(Box(0, 0, 1, 1), *VIEW), Box(0, 0, 1, 1))
    assert rgb(image, 150, 100) == (255, 255, 255)
    assert levels.pixel(0, 0) == (255, 255, 255, 255)


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
