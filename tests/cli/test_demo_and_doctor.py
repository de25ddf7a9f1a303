"""``overscan demo`` and ``overscan doctor``: a first look without a key, and a look at the machine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from overscan.cli.app import app
from overscan.services.paths import Folders, resource
from tests.cli.program import Program
from tests.simulator import Simulator


def test_the_demo_saves_two_outputs_and_a_sheet(bare_program: Program, tmp_path: Path) -> None:
    ran = bare_program.run("demo", "-o", tmp_path / "demo")
    assert (ran.status, ran.err) == (0, "")
    paths = [Path(line) for line in ran.out.splitlines()]
    assert [path.parent for path in paths] == [tmp_path / "demo"] * 3
    assert sorted(paths) == sorted((tmp_path / "demo").iterdir())
    sizes = []
    for path in paths:
        with Image.open(path) as image:
            image.load()
            sizes.append(image.size)
    with Image.open(resource("sample.jpg")) as sample:
        width, height = sample.size
    assert sizes[0] == (2 * width, 2 * height)
    assert sizes[1][0] > width
    assert sizes[1][1] > height


def test_a_second_demo_keeps_the_first(bare_program: Program, tmp_path: Path) -> None:
    first = bare_program.call("demo", "-o", tmp_path).out.splitlines()
    kept = {path: Path(path).read_bytes() for path in first}
    second = bare_program.call("demo", "-o", tmp_path).out.splitlines()
    assert not set(first) & set(second)
    assert {path: Path(path).read_bytes() for path in first} == kept


@pytest.mark.parametrize(("platform", "opens"), [("offscreen", False), ("a-screen", True)])
def test_with_a_display_the_demo_opens_the_window_with_the_sample(
    home: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, opens: bool
) -> None:
    opened: list[Sequence[str]] = []

    def window(photos: Sequence[str]) -> int:
        opened.append(photos)
        return 0

    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    with pytest.raises(SystemExit) as left:
        app(["demo", "-o", str(tmp_path)], obj=window)
    assert left.value.code == 0
    assert opened == ([[str(resource("sample.jpg"))]] if opens else [])


def test_doctor_names_every_part_and_no_secret(program: Program, simulator: Simulator, photo_file: Path) -> None:
    assert program.call("run", photo_file, "-p", "picwish-scale").status == 0
    ran = program.run("doctor", "--json")
    findings = {str(o["name"]): o for o in ran.objects}
    assert all(list(o) == ["name", "ok", "text", "remedy"] for o in ran.objects)
    assert {"Python", "Qt", "Display", "Settings", "Journal", "Keyring", "Key of PicWish"} <= findings.keys()
    assert findings["Journal"]["text"] == "1 job"
    assert findings["Key of PicWish"]["ok"] is True
    assert simulator.key not in ran.out + ran.err
    assert ran.status == (1 if any(o["ok"] is False for o in ran.objects) else 0)
    people = program.call("doctor")
    assert simulator.key not in people.out + people.err
    assert all(name in people.out for name in findings)


def test_doctor_makes_nothing(bare_program: Program) -> None:
    ran = bare_program.run("doctor", "--json")
    assert [json.loads(line)["text"] for line in ran.out.splitlines() if '"Journal"' in line] == ["none yet"]
    assert not (bare_program.home / "data" / "journal.sqlite3").exists()
