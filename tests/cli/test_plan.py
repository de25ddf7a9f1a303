"""``overscan plan``: what would be sent, changed and charged, and not a request."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.conftest import MakePhoto
from tests.simulator import Simulator

PICWISH = ("-p", "picwish-scale")


def test_a_plan_sends_nothing_and_leaves_nothing(program: Program, simulator: Simulator, photo_file: Path) -> None:
    ran = program.run("plan", photo_file, *PICWISH, "-p", "local-upscale")
    assert ran.status == 0
    assert ran.out.splitlines() == [
        "photo  picwish-scale  2 credits",
        "photo  local-upscale  free",
        "2 jobs, 2 credits",
        f"saved in {program.folder}",
    ]
    assert len(simulator.requests) == 0
    assert program.saved() == []
    assert program.call("jobs", "--json").out == ""


@pytest.mark.parametrize(
    ("name", "size", "mode", "orientation", "change"),
    [
        ("turned.jpg", (320, 240), "RGB", 6, "turned upright"),
        ("large.jpg", (4200, 700), "RGB", 1, "reduced from 4200×700 to 4096×683"),
        ("print.jpg", (320, 240), "CMYK", 1, "converted from CMYK to sRGB"),
        ("moving.gif", (320, 240), "P", 1, "converted from GIF to PNG"),
    ],
)
def test_what_is_changed_before_sending_is_told(
    program: Program,
    simulator: Simulator,
    make_photo: MakePhoto,
    name: str,
    size: tuple[int, int],
    mode: str,
    orientation: int,
    change: str,
) -> None:
    photo = make_photo(name, size=size, mode=mode, orientation=orientation)
    people = program.call("plan", photo, *PICWISH)
    scripts = program.call("plan", photo, *PICWISH, "--json")
    assert (people.status, scripts.status) == (0, 0)
    assert f"    before sending: {change}" in people.out.splitlines()
    assert scripts.object["changes"] == [change]
    assert len(simulator.requests) == 0


def test_the_price_is_a_range_where_the_document_leaves_it_open(
    program: Program, simulator: Simulator, make_photo: MakePhoto
) -> None:
    photo = make_photo("wide.jpg", size=(2000, 100))
    ran = program.call("plan", photo, *PICWISH, "-s", "scale_factor=2")
    assert ran.out.splitlines()[0] == "wide  picwish-scale  2–3 credits"
    assert program.call("plan", photo, *PICWISH, "-s", "scale_factor=2", "--max-credits", "2").status == 2


def test_a_plan_in_json(program: Program, simulator: Simulator, photo_file: Path) -> None:
    ran = program.call("plan", photo_file, *PICWISH, "-s", "scale_factor=4", "--json")
    assert ran.object == {
        "photo": str(photo_file),
        "provider": "picwish-scale",
        "parameters": {"type": "clean", "scale_factor": 4, "sync": 0, "return_type": 1},
        "cost": {"credits": 2, "usd": None},
        "estimate": None,
        "changes": [],
        "failure": None,
        "delivery": "file",
    }


def test_a_plan_in_json_tells_how_long_the_built_in_engine_takes(program: Program, make_photo: MakePhoto) -> None:
    ran = program.call("plan", make_photo("large.jpg", size=(4000, 3000)), "-p", "local-upscale", "--json")
    estimate = ran.object["estimate"]
    assert isinstance(estimate, dict)
    assert isinstance(estimate["seconds"], float)
    assert 2 <= estimate["seconds"] < 600
    assert estimate["memory_bytes"] is None


def test_a_photo_that_cannot_be_sent_is_told(program: Program, simulator: Simulator, make_photo: MakePhoto) -> None:
    tiny = make_photo("tiny.png", size=(8, 8))
    long = make_photo("long.png", size=(9000, 4))
    broken = make_photo("broken.jpg")
    broken.write_bytes(b"\xff\xd8\xff\xe0 and no more")
    ran = program.call("plan", tiny, long, broken, make_photo("fine.jpg"), *PICWISH, "--json")
    assert ran.status == 1
    told = {Path(str(o["photo"])).stem: o["failure"] for o in ran.objects}
    assert told.keys() == {"tiny", "long", "broken", "fine"}
    assert told["fine"] is None
    assert isinstance(told["broken"], dict)
    assert told["broken"]["kind"] == "photo"
    assert len(simulator.requests) == 0


def test_a_folder_without_photos_is_told(program: Program, simulator: Simulator, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    ran = program.call("run", empty, *PICWISH)
    assert ran.status == 1
    assert "There is no photo in it." in ran.err
    assert len(simulator.requests) == 0


def test_a_plan_needs_no_key_and_says_that_a_run_does(
    bare_program: Program, simulator: Simulator, photo_file: Path
) -> None:
    bare_program.use(simulator, key="")
    ran = bare_program.run("plan", photo_file, "-p", "picwish-scale")
    assert ran.status == 0
    assert "2 credits" in ran.out
    assert "no key of PicWish" in ran.err
    assert list(simulator.requests) == []
