"""``overscan run`` against the real server: what is sent, what is saved, what is told."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.program import Json, Program
from tests.conftest import MakePhoto
from tests.simulator import Port, Simulator, Stage, TaskEnds
from tests.simulator.client import picture

KEYS = ["job", "photo", "provider", "state", "outputs", "task_id", "width", "height", "elapsed_s", "cost", "sent"]
KEYS += ["failure", "quoted", "charged", "possibly_charged", "warnings"]
PICWISH = ("-p", "picwish-scale")


def paths(value: Json) -> list[Path]:
    assert isinstance(value, list)
    return [Path(str(path)) for path in value]


def test_one_submission_then_polls_then_the_service_s_own_bytes(
    program: Program, simulator: Simulator, photo_file: Path
) -> None:
    ran = program.run("run", photo_file, *PICWISH, "--json")
    task = simulator.tasks.only()
    told = ran.object
    assert (ran.status, ran.err) == (0, "")
    assert list(told) == KEYS
    (output,) = paths(told["outputs"])
    assert output == program.folder / "photo-picwish-scale-1.jpg"
    assert output.read_bytes() == task.result_bytes
    assert program.saved() == [output]
    with Image.open(output) as image:
        assert (told["width"], told["height"]) == image.size == (1280, 960)
    assert told["photo"] == str(photo_file)
    assert (told["provider"], told["state"], told["task_id"]) == ("picwish-scale", "done", task.task_id)
    assert told["cost"] == {"credits": 2, "usd": None}
    assert told["failure"] is None
    (submission,) = simulator.requests.submissions
    file = submission.files["image_file"]
    assert told["sent"] == {"bytes": len(file.body), "width": 320, "height": 240, "format": "jpeg"}
    assert file.sha256 == hashlib.sha256(photo_file.read_bytes()).hexdigest()
    assert len(simulator.requests.polls) == 4
    assert len(simulator.requests.downloads) == 1
    assert simulator.account.charged_tasks == 1


def test_the_key_goes_to_the_api_and_nowhere_else(program: Program, simulator: Simulator, photo_file: Path) -> None:
    ran = program.run("run", photo_file, *PICWISH)
    assert ran.status == 0
    assert {r.header("x-api-key") for r in simulator.requests if r.port is Port.API} == {simulator.key}
    assert all(simulator.key not in str(r.headers) for r in simulator.requests if r.port is Port.STORAGE)
    assert simulator.requests.leaks == ()
    assert simulator.key not in ran.out + ran.err
    written = [path for path in program.home.rglob("*") if path.is_file()]
    assert written
    assert all(simulator.key.encode() not in path.read_bytes() for path in written)


def test_a_second_run_keeps_the_first_file(program: Program, simulator: Simulator, photo_file: Path) -> None:
    first = program.call("run", photo_file, *PICWISH)
    kept = program.folder / "photo-picwish-scale-1.jpg"
    before = (kept.read_bytes(), kept.stat().st_mtime_ns)
    second = program.call("run", photo_file, *PICWISH, "-s", "scale_factor=2")
    assert (first.status, second.status) == (0, 0)
    assert (kept.read_bytes(), kept.stat().st_mtime_ns) == before
    assert [path.name for path in program.saved()] == ["photo-picwish-scale-1.jpg", "photo-picwish-scale-2.jpg"]
    assert program.saved()[1].read_bytes() == list(simulator.tasks)[1].result_bytes


def test_parameters_reach_the_service(program: Program, simulator: Simulator, photo_file: Path) -> None:
    ran = program.call(
        *("run", photo_file, *PICWISH, "-s", "scale_factor=2", "-s", "picwish-scale.type=face", "-s", "sync=1")
    )
    (submission,) = simulator.requests.submissions
    assert ran.status == 0
    assert submission.fields == {"scale_factor": "2", "type": "face", "sync": "1", "return_type": "1"}
    assert simulator.requests.polls == []


@pytest.mark.parametrize("return_type", ["1", "2", "3"])
def test_every_way_in_which_the_result_can_come(
    program: Program, simulator: Simulator, photo_file: Path, return_type: str
) -> None:
    ran = program.call("run", photo_file, *PICWISH, "-s", "sync=1", "-s", f"return_type={return_type}", "--json")
    assert ran.status == 0
    (output,) = paths(ran.object["outputs"])
    assert output.read_bytes() == simulator.tasks.only().result_bytes


def test_a_setting_of_one_provider_leaves_the_other_alone(
    program: Program, simulator: Simulator, photo_file: Path
) -> None:
    ran = program.call(
        *("run", photo_file, "-p", "local-upscale", *PICWISH, "-s", "scale_factor=2"),
        *("-s", "local-upscale.scale_factor=4", "--json"),
    )
    assert ran.status == 0
    assert {str(o["provider"]): o["width"] for o in ran.objects} == {"local-upscale": 1280, "picwish-scale": 640}


def test_every_photo_with_every_provider(program: Program, simulator: Simulator, make_photo: MakePhoto) -> None:
    photos = [make_photo("a.jpg", seed=1), make_photo("b.png", seed=2)]
    ran = program.run("run", *photos, "-p", "local-upscale", *PICWISH, "--json")
    assert ran.status == 0
    assert sorted((Path(str(o["photo"])).name, str(o["provider"])) for o in ran.objects) == [
        ("a.jpg", "local-upscale"),
        ("a.jpg", "picwish-scale"),
        ("b.png", "local-upscale"),
        ("b.png", "picwish-scale"),
    ]
    assert len({str(path) for o in ran.objects for path in paths(o["outputs"])}) == len(program.saved()) == 4
    assert len(simulator.tasks) == 2


def test_a_folder_stands_for_its_photos(program: Program, simulator: Simulator, make_photo: MakePhoto) -> None:
    make_photo("deep/10.jpg", seed=1)
    make_photo("2.jpg", seed=2)
    folder = make_photo("1.jpg", seed=3).parent
    (folder / "notes.txt").write_text("no photo")
    ran = program.call("plan", folder, *PICWISH, "--json")
    assert ran.status == 0
    assert [Path(str(o["photo"])).name for o in ran.objects] == ["1.jpg", "2.jpg", "10.jpg"]
    assert len(simulator.requests) == 0


def test_a_photo_named_twice_is_paid_for_once(program: Program, simulator: Simulator, photo_file: Path) -> None:
    ran = program.call("run", photo_file, photo_file.parent, f"./{photo_file.relative_to(Path.cwd())}", *PICWISH)
    assert ran.status == 0
    assert len(simulator.tasks) == 1


def test_one_bad_photo_stops_no_other(program: Program, simulator: Simulator, make_photo: MakePhoto) -> None:
    first, second = make_photo("first.jpg", seed=1), make_photo("second.jpg", seed=2)
    broken = make_photo("broken.jpg", seed=3)
    broken.write_bytes(broken.read_bytes()[:900])
    text = first.with_name("text.jpg")
    text.write_text("this is no image")
    ran = program.run("run", first, broken, text, second, *PICWISH, "--json")
    by_name = {Path(str(o["photo"])).name: o for o in ran.objects}
    assert ran.status == 1
    assert {name: o["state"] for name, o in by_name.items()} == {
        "first.jpg": "done",
        "second.jpg": "done",
        "broken.jpg": "failed",
        "text.jpg": "failed",
    }
    assert all(list(o) == KEYS for o in ran.objects)
    for name in ("broken.jpg", "text.jpg"):
        failure = by_name[name]["failure"]
        assert isinstance(failure, dict)
        assert list(failure) == ["kind", "message", "remedy", "code"]
        assert failure["kind"] == "photo"
    assert len(simulator.tasks) == 2


def test_one_job_that_the_service_fails_stops_no_other(
    program: Program, simulator: Simulator, make_photo: MakePhoto
) -> None:
    simulator.script(Stage.SUBMIT, TaskEnds(-1))
    ran = program.call("run", make_photo("a.jpg", seed=1), make_photo("b.jpg", seed=2), *PICWISH, "--json")
    assert ran.status == 1
    assert sorted(str(o["state"]) for o in ran.objects) == ["done", "failed"]
    assert len(program.saved()) == 1


def test_a_refused_key_is_told_and_nothing_is_made(
    bare_program: Program, simulator: Simulator, photo_file: Path
) -> None:
    bare_program.use(simulator, key="another-key-than-the-right-one")
    ran = bare_program.run("run", photo_file, *PICWISH, "--json")
    assert ran.status == 1
    assert ran.failure()["kind"] == "auth"
    assert "another-key" not in ran.out + ran.err
    assert len(simulator.tasks) == 0
    assert bare_program.saved() == []


def test_a_service_that_is_not_there_is_told(program: Program, simulator: Simulator, photo_file: Path) -> None:
    simulator.close()
    process = program.start("run", photo_file, *PICWISH, "--json")
    ran = program.finish(process)
    assert ran.status == 1
    assert ran.failure()["kind"] == "network"
    assert ran.object["task_id"] is None


def test_a_url_is_fetched_and_sent_as_a_file(program: Program, simulator: Simulator) -> None:
    body = picture("JPEG", (64, 48))
    url = simulator.host_photo("Some%20photo.jpg", body)
    url = simulator.host_photo("fence.jpg", body)
    ran = program.call("run", url, *PICWISH, "--json")
    (submission,) = simulator.requests.submissions
    assert ran.status == 0
    assert submission.files["image_file"].body == body
    assert [path.name for path in program.saved()] == ["fence-picwish-scale-1.jpg"]
    assert sum(r.path == "/photos/fence.jpg" for r in simulator.requests) == 1


def test_with_url_the_service_fetches_it_itself(program: Program, simulator: Simulator) -> None:
    url = simulator.host_photo("fence.jpg", picture("JPEG", (64, 48)))
    ran = program.call("run", url, "--url", *PICWISH, "--json")
    (submission,) = simulator.requests.submissions
    assert ran.status == 0
    assert submission.files == {}
    assert submission.fields["image_url"] == url
    assert ran.object["photo"] == url
    assert ran.object["sent"] is None
    assert [path.name for path in program.saved()] == ["fence-picwish-scale-1.jpg"]


def test_a_url_without_a_photo_behind_it_is_one_failed_photo(
    program: Program, simulator: Simulator, photo_file: Path
) -> None:
    ran = program.call("run", f"{simulator.storage_url}/photos/gone.jpg", photo_file, *PICWISH, "--json")
    assert ran.status == 1
    assert sorted(str(o["state"]) for o in ran.objects) == ["done", "failed"]
    assert len(simulator.tasks) == 1


def test_blanks_and_letters_of_every_script(program: Program, simulator: Simulator, make_photo: MakePhoto) -> None:
    photo = make_photo("商品 照片/红色 (1) é ß.jpg")
    folder = photo.parent / "输出 图"
    ran = program.run("run", photo, *PICWISH, "-o", folder, "--json", environment={"LANG": "C.UTF-8"})
    assert ran.status == 0
    assert ran.object["photo"] == str(photo)
    (output,) = paths(ran.object["outputs"])
    assert output == folder / "红色 (1) é ß-picwish-scale-1.jpg"
    assert output.read_bytes() == simulator.tasks.only().result_bytes
    assert photo.name in ran.out


def test_json_stays_json_where_the_output_s_encoding_lacks_letters(
    program: Program, simulator: Simulator, make_photo: MakePhoto
) -> None:
    photo = make_photo("红.jpg")
    ran = program.run("run", photo, *PICWISH, "--json", environment={"PYTHONIOENCODING": "latin-1"})
    assert ran.status == 0
    assert ran.object["photo"] == str(photo)
    lines = program.run("jobs", environment={"PYTHONIOENCODING": "latin-1"})
    assert lines.status == 0
    assert "红".encode("unicode_escape").decode() in lines.out


def test_without_json_a_line_for_people(program: Program, simulator: Simulator, photo_file: Path) -> None:
    ran = program.call("run", photo_file, *PICWISH)
    (output,) = program.saved()
    assert ran.err == ""
    assert ran.out.startswith("photo.jpg  picwish-scale  done  1280×960")
    assert ran.out.rstrip().endswith(str(output))


def test_options_may_stand_before_the_photos(program: Program, simulator: Simulator, photo_file: Path) -> None:
    ran = program.call("run", *PICWISH, "--json", photo_file)
    assert ran.status == 0
    assert json.loads(ran.out)["state"] == "done"
