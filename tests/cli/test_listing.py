"""``overscan providers`` and ``overscan jobs``."""

from __future__ import annotations

import shutil
from pathlib import Path

from overscan.providers.registry import load_registry
from tests.cli.program import Program
from tests.conftest import MakePhoto
from tests.simulator import Cut, Gate, Hold, HoldPoint, Simulator, Stage, TaskEnds

PICWISH = ("-p", "picwish-scale")
PROVIDERS = {provider.info.id for provider in load_registry().all()}


def test_the_list_of_providers_tells_price_and_key(program: Program) -> None:
    ran = program.call("providers")
    lines = {line.split()[0]: line for line in ran.out.splitlines()}
    assert ran.status == 0
    assert lines.keys() == PROVIDERS
    assert "2 credits" in lines["picwish-scale"]
    assert "key of PicWish is there" in lines["picwish-scale"]
    assert "free" in lines["local-upscale"]
    assert "needs no key and no network" in lines["local-expand"]


def test_without_a_key_the_list_says_so(bare_program: Program) -> None:
    ran = bare_program.run("providers")
    assert ran.status == 0
    assert "no key of PicWish" in ran.out


def test_one_provider_in_full_names_every_parameter_and_limit(program: Program) -> None:
    ran = program.call("providers", "picwish-scale")
    assert ran.status == 0
    for words in ("type", "clean, face", "scale_factor", "return_type", "4096×4096", "20 MB", "0.01 s", "Parameters:"):
        assert words in ran.out


def test_one_provider_in_full_says_what_its_numbers_stand_for(program: Program) -> None:
    pro = program.call("providers", "picwish-scale-pro").out
    assert "0: Ultra HD; 1: HD" in pro
    apixo = program.call("providers", "apixo-upscaler").out
    assert "only by a URL of up to 2048 characters" in apixo
    assert "Pace with resolution=8k: asked after 12 s, then every 12 s, parked after 1800 s" in apixo
    expand = program.call("providers", "picwish-expand").out
    for words in ("Takes: --frame, --mask", "up to 4 pictures", "at least 64 pixels"):
        assert words in expand
    assert "/task/{task_id} (setting providers.gptge-scale.status_path)" in program.call("providers", "gptge-scale").out


def test_a_long_price_stays_apart_from_its_neighbours(program: Program, photo_file: Path) -> None:
    config = program.home / "config" / "config.toml"
    config.write_text(config.read_text() + "\n[money]\nusd_per_credit = 0.05\n")
    assert program.call("run", photo_file, *PICWISH).status == 0
    listed = program.call("jobs").out
    assert f"2 credits · $0.10  2 credits · $0.10 (by the documents)  {photo_file.stem}" in listed
    assert "PicWish: quoted 2 credits, $0.10; charged 2 credits, $0.10 (" in listed


def test_a_rescued_output_says_why_it_is_not_where_it_was_wanted(
    program: Program, simulator: Simulator, photo_file: Path
) -> None:
    gate = Gate()
    simulator.script(Stage.DOWNLOAD, Hold(gate, HoldPoint.RECEIVED))
    process = program.start("run", photo_file, *PICWISH)
    gate.wait_reached()
    shutil.rmtree(program.folder)
    program.folder.write_text("no folder any more")
    gate.open()
    ran = program.finish(process)
    said = f"Saved there since {program.folder} could not be used."
    assert (ran.status, said in ran.out) == (0, True)
    assert said in program.call("jobs").out


def test_the_list_does_not_show_what_a_url_gives_access_to(program: Program, simulator: Simulator) -> None:
    url = f"{simulator.storage_url}/photos/none.jpg?X-Amz-Signature=0123456789abcdef"
    ran = program.call("run", "--url", url, *PICWISH, "--json")
    assert ran.status == 1
    assert "0123456789abcdef" not in ran.out + ran.err + program.call("jobs", "--json").out + program.call("jobs").out


def test_providers_in_json(program: Program) -> None:
    ran = program.call("providers", "--json")
    by_id = {str(o["id"]): o for o in ran.objects}
    assert by_id.keys() == PROVIDERS
    picwish = by_id["picwish-scale"]
    assert (picwish["operation"], picwish["account"], picwish["key"]) == ("enhance", "picwish", True)
    assert (by_id["local-expand"]["operation"], by_id["local-expand"]["account"]) == ("expand", None)
    assert by_id["local-expand"]["pace"] is None
    parameters = picwish["parameters"]
    assert isinstance(parameters, list)
    names = [parameter["name"] for parameter in parameters if isinstance(parameter, dict)]
    assert names == ["type", "scale_factor", "sync", "return_type"]
    assert program.call("providers", "picwish-scale", "--json").object == picwish


def test_an_unknown_provider(program: Program) -> None:
    ran = program.call("providers", "nobody")
    assert ran.status == 2
    assert "Known: " in ran.err


def test_the_journal_lists_what_was_run(program: Program, simulator: Simulator, make_photo: MakePhoto) -> None:
    simulator.script(Stage.SUBMIT, TaskEnds(-8))
    assert program.call("run", make_photo("bad.jpg", seed=1), *PICWISH).status == 1
    ran = program.call("run", make_photo("good.jpg", seed=2), *PICWISH, "--json")
    assert program.call("jobs", "--json", "--state", "done").object == ran.object
    failed = program.call("jobs", "--json", "--state", "failed").object
    assert Path(str(failed["photo"])).name == "bad.jpg"
    assert [o["state"] for o in program.call("jobs", "--json").objects] == ["failed", "done"]
    people = program.call("jobs").out
    assert "bad" in people
    assert str(program.folder / "good-picwish-scale-1.jpg") in people


def test_the_journal_tells_what_was_quoted_and_what_it_came_to(
    program: Program, simulator: Simulator, make_photo: MakePhoto
) -> None:
    wide = make_photo("wide.jpg", size=(2000, 100), seed=3)
    assert program.call("run", wide, *PICWISH, "-s", "scale_factor=2").status == 0
    simulator.script(Stage.SUBMIT, Cut())
    assert program.call("run", make_photo("lost.jpg", seed=1), *PICWISH).status == 1
    simulator.script(Stage.SUBMIT, TaskEnds(-8))
    assert program.call("run", make_photo("bad.jpg", seed=2), *PICWISH).status == 1
    by_state = {str(o["state"]): o for o in program.call("jobs", "--json").objects}
    told = {state: (o["quoted"], o["charged"], o["possibly_charged"]) for state, o in by_state.items()}
    nothing = {"credits": [0, 0], "usd": [0, 0]}
    two = {"credits": [2, 2], "usd": None}
    range_ = {"credits": [2, 3], "usd": None}
    assert told == {
        "done": (range_, range_, False),
        "unconfirmed": (two, None, True),
        "failed": (two, nothing, False),
    }
    lines = program.call("jobs").out.splitlines()
    assert "2–3 credits     2–3 credits (by the documents)" in lines[1]
    (lost,) = [line for line in lines if line.endswith("lost")]
    (bad,) = [line for line in lines if line.endswith("bad")]
    assert "possibly 2 credits" in lost
    assert "nothing" in bad
    assert lines[-1] == (
        "PicWish: quoted 6–7 credits; charged 2–3 credits (1 job by the documents: the service did not tell); "
        "possibly charged 2 credits"
    )


def test_an_empty_journal(bare_program: Program) -> None:
    assert bare_program.call("jobs").out == "The journal is empty.\n"
    assert bare_program.call("jobs", "--state", "parked").out == "The journal has no such job.\n"
    assert bare_program.call("jobs", "--json").out == ""
    assert bare_program.call("jobs", "--state", "lost").status == 2
    resumed = bare_program.call("resume")
    assert (resumed.status, resumed.out) == (0, "Nothing is unfinished.\n")
    assert bare_program.call("resume", "--json").out == ""


def test_a_journal_of_a_newer_version_is_left_alone(bare_program: Program, photo_file: Path) -> None:
    import sqlite3

    assert bare_program.call("jobs").status == 0
    journal = bare_program.home / "data" / "journal.sqlite3"
    connection = sqlite3.connect(journal)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = journal.read_bytes()
    for arguments in (["jobs"], ["run", photo_file, "-p", "local-upscale"], ["resume"]):
        ran = bare_program.call(*arguments)
        assert ran.status == 1
        assert "newer" in ran.err
    assert journal.read_bytes() == before
    assert bare_program.saved() == []


def test_a_damaged_journal_is_told(bare_program: Program) -> None:
    journal = bare_program.home / "data" / "journal.sqlite3"
    journal.parent.mkdir(parents=True)
    journal.write_bytes(b"this is no database, and never was" * 100)
    ran = bare_program.call("jobs")
    assert ran.status == 1
    assert "damaged" in ran.err
