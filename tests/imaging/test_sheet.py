"""The before/after sheet."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from overscan.core.failures import PhotoError, StorageProblem
from overscan.imaging.comparing import ResultFile
from overscan.imaging.fonts import font_for
from overscan.imaging.photo import Pixels
from overscan.imaging.sheet import SheetMaker, before_after
from overscan.imaging.sheet_cells import cut, fitted
from overscan.services.exhibits import ExhibitKind, exhibit
from tests.imaging import zoo
from tests.imaging.exhibits import job, recipe, scene
from tests.imaging.zoo import keep


def _photo(folder: Path, name: str, size: tuple[int, int], colour: str | None = None) -> Path:
    image = Image.new("RGB", size, colour) if colour else Image.fromarray(zoo.gradient(*size))
    return keep(folder, name, zoo.pillow(image, "PNG"))


def test_original_and_results_stand_side_by_side(tmp_path: Path) -> None:
    original = _photo(tmp_path, "a.png", (300, 200), "red")
    double = _photo(tmp_path, "b.png", (600, 400), "#fb0505")
    wider = _photo(tmp_path, "c.png", (500, 200), "blue")
    target = tmp_path / "sheet.png"
    before_after(original, [(double, "local-upscale"), (wider, "扩图")], target)
    with Image.open(target) as image:
        shown = np.asarray(image.convert("RGB"))
        assert image.width == 3 * 640 + 4 * 24
    middles = [shown[24 + 40 + 213, 24 + n * 664 + 320] for n in range(3)]
    assert [tuple(int(v) for v in m) for m in middles] == [(255, 0, 0), (251, 5, 5), (0, 0, 255)]
    # The original is drawn as large as the result that shows the same section, whole and in detail.
    assert np.all(shown == (255, 0, 0), axis=2).sum() == np.all(shown == (251, 5, 5), axis=2).sum() > 0


def test_the_detail_of_a_result_is_shown_pixel_by_pixel(tmp_path: Path) -> None:
    original = _photo(tmp_path, "o.png", (750, 500))
    noise = np.random.default_rng(2).integers(0, 256, (1000, 1500, 3), np.uint8)
    noise = (noise // 16 + zoo.gradient(1500, 1000) * (15 / 16)).astype(np.uint8)
    result = keep(tmp_path, "r.png", zoo.pillow(Image.fromarray(noise), "PNG"))
    target = tmp_path / "sheet.png"
    before_after(original, [(result, "x")], target)
    with Image.open(target) as image:
        shown = np.asarray(image.convert("RGB"))
    detail = shown[-424 - 20 : -24 - 20, 24 + 664 : 24 + 664 + 640]
    windows = np.argwhere(np.all(noise == detail[0, 0], axis=2))
    assert any(np.array_equal(noise[y : y + 400, x : x + 640], detail) for y, x in windows)


def test_small_transparent_and_strange_pictures_are_no_obstacle(tmp_path: Path) -> None:
    original = keep(tmp_path, "一只 水獭.png", zoo.pillow(zoo.rgba(), "PNG"))
    tiny = _photo(tmp_path, "tiny.png", (1, 1), "red")
    tall = _photo(tmp_path, "tall.png", (2, 900), "red")
    target = tmp_path / "sheet.png"
    before_after(original, [(tiny, "长" * 200), (tall, "a\nb\t{c}"), (original, "")], target)
    with Image.open(target) as image:
        assert image.format == "PNG"
        image.load()


def test_text_has_a_font_everywhere() -> None:
    assert font_for("Original", 20).getbbox("Original")[2] > 20
    assert font_for("原图", 20).getbbox("原图")[2] > 10


def test_failures_are_told_apart(tmp_path: Path) -> None:
    original = _photo(tmp_path, "a.png", (30, 20))
    with pytest.raises(PhotoError):
        before_after(original, [(tmp_path / "gone.png", "x")], tmp_path / "s.png")
    with pytest.raises(StorageProblem):
        before_after(original, [], tmp_path / "no folder" / "s.png")


def test_an_expansion_of_the_same_shape_is_told_from_an_enlargement(tmp_path: Path) -> None:
    original = _photo(tmp_path, "o.png", (300, 200))
    frame = np.zeros((300, 450, 3), np.uint8)
    frame[50:250, 75:375] = zoo.gradient(300, 200)
    expanded = keep(tmp_path, "e.png", zoo.pillow(Image.fromarray(frame), "PNG"))
    target = tmp_path / "sheet.png"
    before_after(original, [(expanded, "expanded")], target)
    with Image.open(target) as image:
        # Neither detail is enlarged: the original's fills its own 300×200 pixels.
        shown = np.asarray(image.convert("RGB"))
    corner = zoo.gradient(300, 200)
    found = [
        (y, 24 + 170)
        for y in range(shown.shape[0] - 200)
        if np.array_equal(shown[y : y + 200, 24 + 170 : 24 + 470], corner)
    ]
    assert len(found) == 1


def test_nine_results_stand_in_rows_with_their_labels(tmp_path: Path) -> None:
    samples = scene()
    sheet = SheetMaker(Pixels(samples, False), "原图.png")
    for n in range(9):
        sheet.put(scene(640, 480), f"provider {n}", ("2 credits", "PSNR 30.0"))
    sheet.refuse("broken.png", PhotoError("It is cut short.").failure)
    with Image.open(io.BytesIO(sheet.png())) as image:
        shown = np.asarray(image.convert("RGB"))
    # Ten pictures in three rows: four, four and two.
    assert shown.shape[1] == 4 * 664 + 24
    row = 2 * 24 + 2 * 60 + 2 * 28 + 480 + 400
    assert shown.shape[0] == 3 * row + 28
    background = (32, 32, 34)
    cells = [
        [bool((shown[r * row + 400, 24 + c * 664 : 24 + c * 664 + 640] != background).any()) for c in range(4)]
        for r in range(3)
    ]
    assert cells == [[True] * 4, [True] * 4, [True, True, False, False]]
    assert (shown[-40:-8] != background).any()


def test_a_measured_result_is_labelled_with_time_cost_and_measures(tmp_path: Path) -> None:
    original = keep(tmp_path, "o.png", zoo.pillow(Image.fromarray(scene()), "PNG"))
    result = keep(tmp_path, "r.png", zoo.pillow(Image.fromarray(scene(640, 480)), "PNG"))
    drawn: list[bytes] = []
    for made in (None, recipe(job())):
        data = exhibit(original, [ResultFile(result, "title", made)], ExhibitKind.SHEET)
        assert data is not None
        drawn.append(data)
    first, second = (np.asarray(Image.open(io.BytesIO(data)).convert("RGB")) for data in drawn)
    assert first.shape == second.shape
    changed = np.argwhere((first != second).any(axis=2))
    # Only the line of time and cost is another: the second of the label, above the result.
    assert changed.size
    assert changed[:, 0].min() >= 24 + 28
    assert changed[:, 0].max() < 24 + 2 * 28
    assert changed[:, 1].min() >= 24 + 664


def test_detail_of_a_large_picture_is_cut_without_a_copy_of_it() -> None:
    samples = np.zeros((3000, 4000, 3), np.uint8)
    tracemalloc.start()
    cut(samples, (0.5, 0.5), 1.0)
    cut(samples, (0.5, 0.5), 2.0)
    fitted(samples)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < samples.nbytes / 3
