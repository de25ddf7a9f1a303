"""``overscan compare``: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from overscan.core.jobs import JobState
from tests.cli.program import Program
from tests.conftest import MakePhoto
from tests.imaging.exhibits import keep, scene
from tests.simulator import Simulator

KEYS = ["result", "width", "height", "psnr_db", "ssim", "ciede2000_mean", "ciede2000_p95", "shift_px", "scale"]


@pytest.fixture
def original(tmp_path: Path) -> Path:
    return keep(tmp_path / "原图.png", scene())


@pytest.fixture
def double(tmp_path: Path) -> Path:
    return keep(tmp_path / "double.png", scene(640, 480))


def test_json_has_one_object_for_each_result_and_nothing_else(
    bare_program: Program, original: Path, double: Path
) -> None:
    ran = bare_program.run("compare", original, double, original, "--json")
    assert ran.status == 0
    assert ran.err == ""
    first, second = ran.objects
    assert list(first) == list(second) == KEYS
    assert (first["result"], first["width"], first["height"]) == (str(double), 640, 480)
    assert first["scale"] == pytest.approx(2.0, abs=1e-3)
    assert first["shift_px"] == pytest.approx([0, 0], abs=0.05)
    assert isinstance(first["psnr_db"], float)
    assert first["psnr_db"] > 35
    equal = {"psnr_db": None, "ssim": 1.0, "ciede2000_mean": 0.0, "ciede2000_p95": 0.0, "shift_px": [0, 0], "scale": 1}
    assert equal.items() <= second.items()


def test_psnr_is_that_of_the_definition(bare_program: Program, tmp_path: Path) -> None:
    samples = np.clip(scene(), 8, 240)
    noise = np.random.default_rng(3).integers(-5, 6, samples.shape)
    other = np.clip(samples.astype(int) + noise, 0, 255).astype(np.uint8)
    ran = bare_program.call("compare", keep(tmp_path / "o.png", samples), keep(tmp_path / "n.png", other), "--json")
    error = ((samples.astype(float) - other) ** 2).mean()
    assert ran.object["psnr_db"] == pytest.approx(10 * np.log10(255**2 / error), abs=0.3)


def test_people_get_a_table(bare_program: Program, original: Path, double: Path) -> None:
    ran = bare_program.call("compare", original, double, original)
    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "1  double.png  640×480"
    assert "2  原图.png  320×240" in lines
    assert "   Identical to the original" in lines
    psnr = next(line for line in lines if line.startswith("PSNR to original, dB"))
    assert psnr.endswith("∞")


def test_one_bad_result_does_not_stop_the_others(
    bare_program: Program, original: Path, double: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(double.read_bytes()[:400])
    text = tmp_path / "notes.txt"
    text.write_text("no image")
    target = tmp_path / "report.html"
    ran = bare_program.call("compare", original, broken, double, text, "--json", "-o", target)
    assert ran.status == 1
    assert ran.object["result"] == str(double)
    assert f"{broken}: “broken.png” is cut short or damaged." in ran.err
    assert f"{text}: “notes.txt” is not an image." in ran.err
    page = target.read_text(encoding="utf-8")
    assert "broken.png could not be measured" in page
    alone = bare_program.call("compare", original, broken, "-o", tmp_path / "none.html")
    assert (alone.status, alone.out) == (1, "")
    assert not (tmp_path / "none.html").exists()


def test_wrong_usage_is_told_before_anything_is_measured(
    bare_program: Program, original: Path, double: Path, tmp_path: Path
) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no image")
    taken = keep(tmp_path / "taken.png", scene(8, 8))
    before = taken.read_bytes()
    for arguments, words in (
        ([tmp_path / "gone.png", double], "There is no "),
        ([original, double, tmp_path / "gone.png"], "gone.png"),
        ([text, double], "“notes.txt” is not an image."),
        ([tmp_path, double], "is a folder"),
        ([original, double, "-o", tmp_path / "x.pdf"], "ends in .html for a report, or in .png for a sheet"),
        ([original, double, "-o", taken], "There is a file “taken.png” already."),
        ([original, double, "-o", original], "already"),
        ([original, double, "-o", tmp_path / "no" / "x.png"], "There is no folder"),
        ([original, *[double] * 10, "-o", tmp_path / "x.png"], "at most 9 results"),
        ([original], "RESULT"),
    ):
        ran = bare_program.call("compare", *arguments)
        assert (ran.status, ran.out) == (2, ""), arguments
        assert words in ran.err
    assert taken.read_bytes() == before
    assert not (tmp_path / "x.png").exists()


def test_more_than_nine_can_be_measured(bare_program: Program, original: Path, double: Path) -> None:
    assert len(bare_program.call("compare", original, *[double] * 10, "--json").objects) == 10


def test_a_report_and_a_sheet_are_written(bare_program: Program, original: Path, double: Path, tmp_path: Path) -> None:
    report, sheet = tmp_path / "my report.HTML", tmp_path / "sheet.png"
    ran = bare_program.call("compare", original, double, "-o", report)
    assert (ran.status, ran.out.splitlines()[-1]) == (0, str(report))
    assert report.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    ran = bare_program.call("compare", original, double, "-o", sheet, "--json")
    assert (ran.status, len(ran.objects), ran.err) == (0, 1, f"{sheet}\n")
    with Image.open(sheet) as image:
        assert image.format == "PNG"
        image.load()
    assert not bare_program.home.joinpath("data", "journal.sqlite3").exists()


def test_the_journal_tells_how_a_result_was_made(
    program: Program, simulator: Simulator, make_photo: MakePhoto, tmp_path: Path
) -> None:
    photo = make_photo()
    ran = program.call("run", photo, "-p", "local-upscale", "-s", "scale_factor=2", "--json")
    assert (ran.status, ran.object["state"]) == (0, JobState.DONE.value)
    outputs = ran.object["outputs"]
    assert isinstance(outputs, list)
    output = Path(str(outputs[0]))
    moved = output.rename(tmp_path / "elsewhere.png")
    program.environment["OVERSCAN_KEY_PICWISH"] = "wxa9secretkeyofaperson"
    report = tmp_path / "r.html"
    ran = program.call("compare", photo, moved, "-o", report)
    assert ran.status == 0
    assert ran.out.startswith("1  elsewhere.png  640×480  ")
    assert "  free" in ran.out.splitlines()[0]
    page = report.read_text(encoding="utf-8")
    for words in ("(local-upscale)", "scale_factor = 2", "Total cost: free"):
        assert words in page
    for words in (str(tmp_path), "wxa9secretkeyofaperson", "/person"):
        assert words not in page


def test_a_journal_that_cannot_be_read_is_told_and_measures_all_the_same(
    bare_program: Program, original: Path, double: Path
) -> None:
    journal = bare_program.home / "data" / "journal.sqlite3"
    journal.parent.mkdir(parents=True)
    journal.write_bytes(b"no database at all, and long enough to be looked at as one" * 40)
    ran = bare_program.call("compare", original, double, "--json")
    assert (ran.status, len(ran.objects)) == (0, 1)
    assert "is damaged" in ran.err


def test_an_expansion_is_found_in_its_picture(bare_program: Program, original: Path, tmp_path: Path) -> None:
    frame = np.full((400, 520, 3), 90, np.uint8)
    frame[60:300, 150:470] = scene()
    ran = bare_program.call("compare", original, keep(tmp_path / "e.png", frame), "--json")
    assert ran.status == 0
    assert ran.object["scale"] == pytest.approx(1.0, abs=1e-3)
    psnr = ran.object["psnr_db"]
    assert psnr is None or (isinstance(psnr, float) and psnr > 40)
    assert json.loads(ran.out)["width"] == 520
