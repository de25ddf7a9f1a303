"""``--frame`` and ``--mask``: canvas mode from the command line to what the service got."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.cli.program import Program
from tests.conftest import MakePhoto
from tests.simulator import Simulator

EXPAND = ("-p", "picwish-expand")
HERE = ("-p", "local-expand")
FRAME = ("--frame", "40,10,20,0")
PACE = """
[providers.picwish-expand.pace]
first_s = 0.01
interval_s = 0.01
"""
Levels = npt.NDArray[np.uint8]
MakeMask = Callable[[Levels], Path]


@pytest.fixture
def expander(program: Program, simulator: Simulator) -> Program:
    program.use(simulator, extra=PACE)
    return program


@pytest.fixture
def make_mask(tmp_path: Path) -> MakeMask:
    def make(levels: Levels) -> Path:
        path = tmp_path / "mask.png"
        Image.fromarray(levels).save(path)
        return path

    return make


def _levels(width: int, height: int) -> Levels:
    levels = np.zeros((height, width), np.uint8)
    levels[: height // 2] = 255
    return levels


def _posted(simulator: Simulator) -> tuple[Image.Image, Image.Image, dict[str, str]]:
    (post,) = simulator.requests.submissions
    return (
        Image.open(BytesIO(post.files["image_file"].body)),
        Image.open(BytesIO(post.files["mask_file"].body)),
        post.fields,
    )


def test_the_plan_says_what_is_composed(expander: Program, simulator: Simulator, photo_file: Path) -> None:
    ran = expander.call("plan", photo_file, *EXPAND, *FRAME, "--json")
    assert ran.status == 0
    assert ran.object["changes"] == [
        "laid into a frame of 380×250, the new area blank",
        "sent with a mask of the new area",
    ]
    large = expander.call("plan", photo_file, *EXPAND, "--frame", "2840,1880,2840,1880", "--json")
    assert "canvas reduced from 6000×4000 to 4096×2731" in str(large.object["changes"])
    assert len(simulator.requests) == 0


def test_a_canvas_is_filled(expander: Program, simulator: Simulator, photo_file: Path) -> None:
    ran = expander.run("run", photo_file, *EXPAND, *FRAME, "--json")
    assert ran.status == 0, ran.err
    photo, mask, fields = _posted(simulator)
    assert photo.size == mask.size == (380, 250)
    assert not {"top", "bottom", "left", "right"} & set(fields)
    levels = np.asarray(mask)
    assert not levels[10:, 40:360].any()
    assert int((levels == 255).sum()) == 380 * 250 - 320 * 240
    assert np.asarray(photo.convert("L"))[levels == 255].mean() > 250
    assert simulator.requests.mistakes == ()
    (saved,) = expander.saved()
    with Image.open(saved) as output:
        assert output.size == (380, 250)


def test_a_mask_alone_is_one_of_the_photo_itself(
    expander: Program, simulator: Simulator, photo_file: Path, make_mask: MakeMask
) -> None:
    levels = _levels(320, 240)
    ran = expander.run("run", photo_file, *EXPAND, "--mask", make_mask(levels), "--json")
    assert ran.status == 0, ran.err
    photo, mask, _ = _posted(simulator)
    assert photo.size == (320, 240)
    assert np.array_equal(np.asarray(mask), levels)


def test_a_service_that_generates_black_gets_the_mask_the_other_way_round(
    program: Program, simulator: Simulator, photo_file: Path, make_mask: MakeMask
) -> None:
    program.use(simulator, extra=PACE.replace("[", '[providers.picwish-expand]\nmask_polarity = "black"\n[', 1))
    levels = _levels(320, 240)
    ran = program.run("run", photo_file, *EXPAND, "--mask", make_mask(levels), "--json")
    assert ran.status == 0, ran.err
    _, mask, _ = _posted(simulator)
    assert np.array_equal(np.asarray(mask), 255 - levels)


def test_a_mask_of_another_size_refuses_that_photo_and_no_other(
    expander: Program, simulator: Simulator, make_photo: MakePhoto, make_mask: MakeMask
) -> None:
    mask = make_mask(_levels(380, 250))
    fits, other = make_photo("fits.jpg"), make_photo("other.jpg", size=(321, 240))
    ran = expander.call("plan", fits, other, *EXPAND, *FRAME, "--mask", mask, "--json")
    assert ran.status == 1
    failures = [line["failure"] for line in ran.objects]
    assert failures[0] is None
    assert "The mask has 380×250 pixels and the frame 381×250" in str(failures[1])
    assert len(simulator.requests) == 0


@pytest.mark.parametrize(
    ("settings", "size", "corner"),
    [
        (["-s", "top=0", "-s", "left=0.5"], (320 + 160 + 32, 240 + 24), (160, 0)),
        (["-s", "picwish-expand.right=1.5"], (320 + 32 + 480, 240 + 48), (32, 24)),
        (["-s", "top=0", "-s", "bottom=0", "-s", "left=2", "-s", "right=0"], (960, 240), (640, 0)),
    ],
)
def test_ratios_that_the_service_cannot_be_told_become_a_canvas(
    expander: Program,
    simulator: Simulator,
    photo_file: Path,
    settings: list[str],
    size: tuple[int, int],
    corner: tuple[int, int],
) -> None:
    ran = expander.run("run", photo_file, *EXPAND, *settings, "--json")
    assert ran.status == 0, ran.err
    photo, mask, fields = _posted(simulator)
    assert photo.size == mask.size == size
    assert not {"top", "bottom", "left", "right"} & set(fields)
    levels = np.asarray(mask)
    x, y = corner
    assert not levels[y : y + 240, x : x + 320].any()
    assert int((levels == 255).sum()) == size[0] * size[1] - 320 * 240


def test_ratios_that_it_can_be_told_are_sent_as_they_are(
    expander: Program, simulator: Simulator, photo_file: Path
) -> None:
    ran = expander.run("run", photo_file, *EXPAND, "-s", "top=1", "-s", "left=0.05", "--json")
    assert ran.status == 0, ran.err
    (post,) = simulator.requests.submissions
    assert "mask_file" not in post.files
    assert {side: float(post.fields[side]) for side in ("top", "bottom", "left", "right")} == {
        "top": 1,
        "bottom": 0.1,
        "left": 0.05,
        "right": 0.1,
    }


def test_each_provider_has_its_own_way_to_the_same_frame(program: Program, photo_file: Path) -> None:
    ran = program.call("plan", photo_file, *HERE, "-s", "top=0", "--json")
    assert (ran.status, ran.object["changes"]) == (0, [])
    beyond = program.run("run", photo_file, *HERE, "-s", "top=0", "-s", "bottom=2", "-s", "left=0", "-s", "right=0")
    assert beyond.status == 0, beyond.err
    (saved,) = program.saved()
    with Image.open(saved) as output:
        assert output.size == (320, 720)


@pytest.mark.parametrize(
    ("size", "arguments", "words"),
    [
        ((320, 240), [*FRAME, "--mask", "379x250"], "The mask has 379×250 pixels and the frame 380×250"),
        ((320, 240), ["--mask", "321x240"], "The mask has 321×240 pixels and the frame 320×240"),
        ((30, 20), ["--frame", "5,5,5,5"], "too small"),
        ((320, 240), ["--frame", "999999999,0,0,0"], "too long and narrow"),
        ((320, 240), ["-s", "top=99999999"], "longer than 16384 pixels"),
        ((320, 240), ["-s", f"top=1{'0' * 308}"], "longer than 16384 pixels"),
        ((320, 240), ["-s", "top=0", "-s", "bottom=0", "-s", "left=0", "-s", "right=0"], "adds nothing"),
    ],
)
def test_what_goes_with_no_photo_stops_the_run(
    expander: Program,
    simulator: Simulator,
    make_photo: MakePhoto,
    make_mask: MakeMask,
    size: tuple[int, int],
    arguments: list[str],
    words: str,
) -> None:
    masked = [
        str(make_mask(_levels(*map(int, text.split("x"))))) if "x" in text and before == "--mask" else text
        for before, text in zip(["", *arguments], arguments, strict=False)
    ]
    ran = expander.call("run", make_photo(size=size), *EXPAND, *masked)
    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err
    assert len(simulator.requests) == 0


def test_a_photo_that_stays_behind_its_url_cannot_be_framed_and_takes_a_mask_of_its_own_size(
    expander: Program, simulator: Simulator, make_mask: MakeMask
) -> None:
    url = "https://example.com/canvas.png"
    framed = expander.call("plan", url, "--url", *EXPAND, *FRAME, "--json")
    assert framed.status == 1
    assert "sent by its URL cannot be laid into a" in str(framed.failure()["message"])
    masked = expander.call("plan", url, "--url", *EXPAND, "--mask", make_mask(_levels(320, 240)), "--json")
    assert masked.status == 0
    assert masked.object["changes"] == [
        "sent by its own URL, as it is there",
        "sent with its mask, in pure black and white",
    ]
    both = expander.call("plan", url, "--url", *EXPAND, "--mask", "https://example.com/mask.png", "--json")
    assert both.object["changes"] == [
        "sent by its own URL, as it is there",
        "sent with the URL of its mask, as it is there",
    ]
    assert len(simulator.requests) == 0


def test_the_built_in_expansion_takes_any_frame(program: Program, photo_file: Path) -> None:
    ran = program.run("run", photo_file, *HERE, *FRAME)
    assert ran.status == 0, ran.err
    (saved,) = program.saved()
    with Image.open(saved) as output, Image.open(photo_file) as photo:
        assert output.size == (380, 250)
        assert np.array_equal(np.asarray(output)[10:, 40:360], np.asarray(photo))


def test_the_built_in_expansion_takes_a_mask_as_a_file_only(program: Program, photo_file: Path) -> None:
    ran = program.run("run", photo_file, *HERE, "--mask", "https://example.com/m.png")
    assert ran.status == 2
    assert "needs the mask as a file" in ran.err
    assert program.saved() == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*EXPAND, "--frame", "10,10,10"], "“10,10,10” is no frame"),
        ([*EXPAND, "--frame", "10,10,10,10,10"], "is no frame"),
        ([*EXPAND, "--frame", "10,10,10,-1"], "is no frame"),
        ([*EXPAND, "--frame", "nan,0,0,0"], "is no frame"),
        ([*EXPAND, "--frame", "1.5,0,0,0"], "is no frame"),
        ([*EXPAND, "--frame", "٣,0,0,0"], "is no frame"),
        ([*EXPAND, "--frame", "9" * 5000 + ",0,0,0"], "is no frame"),
        ([*EXPAND, "--frame", ""], "is no frame"),
        ([*EXPAND, "--frame", "0,0,0,0"], "adds nothing"),
        ([*EXPAND, *FRAME, "-s", "top=0.2"], "top is a share of the photo"),
        ([*EXPAND, *FRAME, "-s", "picwish-expand.left=0.2"], "left is a share of the photo"),
        (["-p", "picwish-scale", *FRAME], "No chosen provider takes a frame or a mask"),
        ([*EXPAND, "-s", "top=nan"], "top=nan is not possible"),
        ([*EXPAND, "-s", "top=inf"], "top=inf is not possible"),
        ([*EXPAND, "-s", "top=-0.1"], "top=-0.1 is not possible"),
        ([*EXPAND, "-s", "top=0", "-s", "bottom=-1"], "bottom=-1.0 is not possible"),
        ([*EXPAND, "-s", "top=0", "-s", "scale=21"], "scale=21.0 is not possible"),
        ([*EXPAND, "-s", "top=0", "-s", "prompt=" + "x" * 201], "prompt is longer than 200 characters"),
        ([*EXPAND, *FRAME, "-s", "prompt=" + "x" * 201], "prompt is longer than 200 characters"),
        ([*EXPAND, *FRAME, "-s", "seed=0"], "seed=0 has no meaning"),
        ([*HERE, "-s", "top=-1"], "top=-1.0 is not possible"),
        ([*EXPAND, "--mask", "no such mask.png"], "There is no mask no such mask.png"),
        ([*EXPAND, "--mask", "a" * 5000], "cannot be opened"),
        ([*EXPAND, "--mask", "~nobody-of-this-name/m.png"], "cannot be opened"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_sent(
    expander: Program, simulator: Simulator, photo_file: Path, arguments: list[str], words: str
) -> None:
    ran = expander.call("run", photo_file, *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err
    assert len(simulator.requests) == 0
    assert expander.saved() == []


@pytest.mark.parametrize(("level", "words"), [(0, "black all over"), (255, "white all over")])
def test_f69_a_mask_of_one_level_stops_the_run(
    expander: Program, simulator: Simulator, photo_file: Path, make_mask: MakeMask, level: int, words: str
) -> None:
    mask = make_mask(np.full((250, 380), level, np.uint8))
    ran = expander.call("run", photo_file, *EXPAND, *FRAME, "--mask", mask)
    assert ran.status == 2
    assert words in ran.err
    assert len(simulator.requests) == 0


def test_a_mask_that_is_no_image_stops_the_run(
    expander: Program, simulator: Simulator, photo_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "mask.png").write_text("not a picture")
    ran = expander.call("run", photo_file, *EXPAND, "--mask", tmp_path / "mask.png")
    assert ran.status == 2
    assert "“mask.png” is not an image" in ran.err
    assert len(simulator.requests) == 0
