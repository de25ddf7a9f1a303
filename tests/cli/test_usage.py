"""Wrong usage: exit status 2, told in words, before anything is sent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.conftest import MakePhoto
from tests.simulator import Simulator

PICWISH = ("-p", "picwish-scale")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-p", "no-such-provider"], "There is no provider “no-such-provider”"),
        ([], "'-p'"),
        ([*PICWISH, "-s", "scale_factor=3"], "scale_factor"),
        ([*PICWISH, "-s", "type=animal"], "type"),
        ([*PICWISH, "-s", "sync="], "sync"),
        ([*PICWISH, "-s", "colour=red"], "No chosen provider has a parameter “colour”"),
        ([*PICWISH, "-s", "picwish-scale.colour=red"], "colour"),
        ([*PICWISH, "-s", "local-upscale.scale_factor=2"], "local-upscale is not among the chosen providers"),
        ([*PICWISH, "-s", "scale_factor"], "“scale_factor” is no setting"),
        ([*PICWISH, "-s", "=2"], "“=2” is no setting"),
        ([*PICWISH, "-s", "return_type=3"], "return_type"),
        ([*PICWISH, "no such file.jpg"], "There is no no such file.jpg"),
        ([*PICWISH, "~nobody-of-this-name/photo.jpg"], "~nobody-of-this-name"),
        ([*PICWISH, "a" * 5000], "cannot be opened"),
        ([*PICWISH, "-o", "~nobody-of-this-name"], "cannot be the folder for outputs"),
        ([*PICWISH, "--frame", "10,10,10,10"], "No chosen provider takes a frame or a mask"),
        ([*PICWISH, "--mask", "mask.png"], "No chosen provider takes a frame or a mask"),
        ([*PICWISH, "--max-credits", "1"], "The run could cost 2 credits; the cap is 1"),
        ([*PICWISH, "--max-usd", "5"], "The cost in dollars is not known for every job"),
        ([*PICWISH, "--max-credits", "nan"], "--max-credits"),
        ([*PICWISH, "--max-usd", "-1"], "--max-usd"),
        ([*PICWISH, "--no-such-option"], "--no-such-option"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else None,
)
def test_wrong_usage_is_told_before_anything_is_sent(
    program: Program, simulator: Simulator, photo_file: Path, arguments: list[str], words: str
) -> None:
    ran = program.call("run", photo_file, *arguments)
    assert ran.status == 2
    assert words in ran.err
    assert len(simulator.requests) == 0
    assert program.saved() == []


@pytest.mark.parametrize("arguments", [["-p", "nobody"], ["-s", "type=animal"], ["--max-credits", "1"]])
def test_a_plan_refuses_what_a_run_would(program: Program, photo_file: Path, arguments: list[str]) -> None:
    assert program.call("plan", photo_file, *PICWISH, *arguments).status == 2


def test_wrong_usage_leaves_standard_output_to_json(program: Program, photo_file: Path) -> None:
    ran = program.run("run", photo_file, *PICWISH, "-s", "type=animal", "--json")
    assert (ran.status, ran.out) == (2, "")


def test_without_a_key_nothing_is_sent(bare_program: Program, simulator: Simulator, photo_file: Path) -> None:
    bare_program.use(simulator)
    del bare_program.environment["OVERSCAN_KEY_PICWISH"]
    ran = bare_program.run("run", photo_file, "-p", "local-upscale", *PICWISH)
    assert ran.status == 2
    assert "OVERSCAN_KEY_PICWISH" in ran.err
    assert len(simulator.requests) == 0
    assert bare_program.saved() == []


def test_a_key_that_is_none_is_told_without_repeating_it(
    bare_program: Program, simulator: Simulator, photo_file: Path
) -> None:
    bare_program.use(simulator, key="a key with blanks")
    ran = bare_program.run("run", photo_file, *PICWISH)
    assert ran.status == 2
    assert "OVERSCAN_KEY_PICWISH holds no key" in ran.err
    assert "with blanks" not in ran.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[accounts.picwish]\nbase_url = 'http://example.com'", "accounts.picwish.base_url"),
        ("[accounts.picwish]\nbase_ur = 'https://example.com'", "Did you mean “base_url”"),
        ("[output]\nname = '{photo}/{n}'", "output.name"),
        ("[money]\nmax_credits_per_day = 'many'", "money.max_credits_per_day"),
        ("[money", "is not TOML"),
    ],
)
def test_a_bad_configuration_is_told_with_its_place(
    bare_program: Program, photo_file: Path, text: str, words: str
) -> None:
    bare_program.configure(text)
    for arguments in (["run", photo_file, "-p", "local-upscale"], ["jobs"], ["providers"], ["resume"]):
        ran = bare_program.call(*arguments)
        assert ran.status == 2
        assert words in ran.err
    assert bare_program.saved() == []


def test_doctor_works_where_the_configuration_does_not(bare_program: Program) -> None:
    bare_program.configure("[money")
    ran = bare_program.call("doctor")
    assert ran.status == 1
    assert "is not TOML" in ran.out


def test_a_cap_that_is_kept_lets_the_run_pass(program: Program, simulator: Simulator, photo_file: Path) -> None:
    ran = program.call("run", photo_file, *PICWISH, "--max-credits", "2")
    assert ran.status == 0
    assert simulator.account.credits == 2


def test_a_cap_in_dollars_with_a_price_of_credits(program: Program, simulator: Simulator, photo_file: Path) -> None:
    program.use(simulator, extra="[money]\nusd_per_credit = 0.5")
    assert program.call("run", photo_file, *PICWISH, "--max-usd", "0.9").status == 2
    assert len(simulator.requests) == 0
    ran = program.call("run", photo_file, *PICWISH, "--max-usd", "1", "--json")
    assert ran.status == 0
    assert ran.object["cost"] == {"credits": 2, "usd": 1.0}


def test_the_day_s_cap_holds_over_runs(program: Program, simulator: Simulator, photo_file: Path) -> None:
    program.use(simulator, extra="[money]\nmax_credits_per_day = 3")
    assert program.call("run", photo_file, *PICWISH).status == 0
    second = program.call("run", photo_file, *PICWISH)
    assert second.status == 2
    assert "today's cap of 3" in second.err
    assert len(simulator.requests.submissions) == 1


@pytest.mark.skipif(os.name == "nt", reason="file names are text there")
def test_names_that_are_no_text_are_refused(program: Program, simulator: Simulator, make_photo: MakePhoto) -> None:
    good = make_photo("good.jpg")
    odd = Path(os.fsdecode(os.fsencode(good.parent) + b"/\xff\xfe.jpg"))
    odd.write_bytes(good.read_bytes())
    ran = program.run("run", good.parent, "-p", "local-upscale", "--json")
    assert ran.status == 1
    assert sorted(str(o["state"]) for o in ran.objects) == ["done", "failed"]
    folder = program.run("run", good, "-p", "local-upscale", "-o", os.fsdecode(b"\xff\xfe"))
    assert folder.status == 2
    assert "cannot be the folder" in folder.err


def test_an_output_folder_that_cannot_be_made_sends_nothing(
    program: Program, simulator: Simulator, photo_file: Path
) -> None:
    in_the_way = program.folder
    in_the_way.write_text("a file where the folder should be")
    ran = program.run("run", photo_file, *PICWISH, "--json")
    assert ran.status == 1
    assert ran.failure()["kind"] == "storage"
    assert len(simulator.requests) == 0


def test_the_version_and_the_help(bare_program: Program) -> None:
    from overscan import __version__

    version = bare_program.run("--version")
    assert (version.status, version.out, version.err) == (0, f"overscan {__version__}\n", "")
    overview = bare_program.run("--help")
    assert overview.status == 0
    commands = ("run", "plan", "providers", "jobs", "resume", "compare", "key", "demo", "doctor")
    assert all(f"\n  {command} " in overview.out for command in commands)
    for command in commands:
        ran = bare_program.call(command, "--help")
        assert ran.status == 0
        assert "Usage: overscan" in ran.out
    assert not bare_program.home.exists()
