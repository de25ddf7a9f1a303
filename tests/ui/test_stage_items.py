"""What the stage is told about the images of a photo, from real providers' declarations and real jobs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from overscan.core.geometry import Margins, Rect, Size
from overscan.core.images import ImageFormat
from overscan.core.jobs import Job, JobState, Output, Sent
from overscan.core.money import Amount, Cost
from overscan.core.parameters import Value
from overscan.core.providers import AnyProvider
from overscan.core.requests import Canvas, Delivery, MaskRef, Photo, PhotoRef, Request
from overscan.providers.registry import load_registry
from overscan.ui.loose_results import LooseFile
from overscan.ui.stage_items import loose_items, original_item, result_items

NOW = time.time()
SHA = "ab" * 32


@pytest.fixture(scope="module")
def provider() -> AnyProvider:
    return load_registry().get("picwish-scale")


def a_job(
    provider: str = "picwish-scale",
    parameters: dict[str, Value] | None = None,
    *,
    outputs: int = 1,
    **changes: object,
) -> Job:
    photo = PhotoRef(name="osprey", path="/photos/osprey.jpg", sha256=SHA, size=Size(600, 400), bytes=1000)
    request = Request(provider=provider, photo=photo, parameters=parameters or {}, folder="/out")
    job = Job(
        id="0123456789abcdef",
        request=request,
        state=JobState.DONE,
        cost=Cost(credits=Amount(2, 2)),
        created_at=NOW - 9,
        started_at=NOW - 8.1,
        finished_at=NOW,
        task_id="7df94a60-secret-free-but-long",
        sent=Sent(
            bytes=3_100_000,
            width=600,
            height=400,
            format=ImageFormat.JPEG,
            sha256="cd" * 32,
            changes=("reduced from 900×600 to 600×400",),
        ),
        outputs=tuple(
            Output(
                n=n,
                path=f"/out/osprey-{n}.png",
                sha256=f"{n}" * 64,
                bytes=5_000_000 + n,
                width=1200,
                height=800,
                format=ImageFormat.PNG,
            )
            for n in range(1, outputs + 1)
        ),
    )
    return job.model_copy(update=changes)


def with_request(job: Job, **changes: object) -> Job:
    return job.model_copy(update={"request": job.request.model_copy(update=changes)})


def test_an_output_says_what_comparing_needs(provider: AnyProvider) -> None:
    (item,) = result_items(a_job(parameters={"type": "face", "scale_factor": 2}), provider, NOW)
    assert item.key == "0123456789abcdef-1"
    assert (item.provider, item.title) == ("picwish-scale", provider.info.name)
    assert item.parameters[:2] == (("Subject", "Faces"), ("Enlarge", "×2"))
    assert (item.bytes, item.sha256) == (5_000_001, "1" * 64)
    assert (item.size, item.asked) == (Size(1200, 800), Size(1200, 800))


def test_defaults_are_said_too_so_that_two_results_can_be_told_apart(provider: AnyProvider) -> None:
    (plain,) = result_items(a_job(), provider, NOW)
    (faces,) = result_items(a_job(parameters={"type": "face"}), provider, NOW)
    assert dict(plain.parameters)["Subject"] == "General"
    assert dict(plain.parameters)["Enlarge"] == "Automatic"
    assert [label for label, _ in plain.parameters] == [label for label, _ in faces.parameters]
    assert set(plain.parameters) ^ set(faces.parameters) == {("Subject", "General"), ("Subject", "Faces")}


def test_the_recipe_is_short_and_complete(provider: AnyProvider) -> None:
    (item,) = result_items(a_job(parameters={"type": "face"}), provider, NOW)
    what, sent, changes, task, saved = item.recipe
    assert what.startswith("picwish-scale · Subject Faces · Enlarge Automatic")
    assert sent == "sent 600×400 JPEG, 3.1 MB"
    assert changes == "reduced from 900×600 to 600×400"
    assert task.startswith("task 7df94a60… · ")
    assert task.endswith(" · 2 credits")
    assert "secret" not in task
    assert saved == "saved osprey-1.png"


def test_how_the_answer_travelled_is_no_parameter_of_the_result() -> None:
    gptge = load_registry().get("gptge-scale")
    (item,) = result_items(a_job("gptge-scale", {"sync": 1, "callback_url": "https://a.example.org"}), gptge, NOW)
    assert item.parameters == (("Subject", "General"), ("Enlarge", "Automatic"))


def test_no_query_of_an_address_gets_into_words() -> None:
    secret = "signature=abcdef0123456789"
    expand = load_registry().get("picwish-expand")
    job = a_job("picwish-expand", {"prompt": f"as at https://hooks.example.org/done?{secret}"})
    job = with_request(
        job,
        delivery=Delivery.URL,
        photo=job.request.photo.model_copy(update={"url": f"https://pictures.example.org/a.jpg?{secret}"}),
    )
    (item,) = result_items(job, expand, NOW)
    words = "\n".join([*item.recipe, *(f"{label} {value}" for label, value in item.parameters)])
    assert "hooks.example.org/done" in words
    assert "sent as its address" in words
    assert secret not in words


def test_several_outputs_have_numbers_and_keys_of_their_own() -> None:
    expand = load_registry().get("picwish-expand")
    job = a_job("picwish-expand", {"top": 0.5, "bottom": 0.5, "left": 0.5, "right": 0.5}, outputs=3)
    items = result_items(job, expand, NOW)
    assert [item.title for item in items] == [f"{expand.info.name} {n}" for n in (1, 2, 3)]
    assert [item.key for item in items] == [f"{job.id}-{n}" for n in (1, 2, 3)]
    assert {item.frame for item in items} == {Rect(-300, -200, 1200, 800)}
    assert ("Top", "0.5") in items[0].parameters


def test_a_canvas_is_said_as_its_frame_and_mask_and_comes_back_as_large_as_it_was_sent() -> None:
    expand = load_registry().get("picwish-expand")
    canvas = Canvas(frame=Margins(top=0, bottom=0, left=100, right=50), mask=MaskRef(path="/masks/m.png"))
    job = a_job("picwish-expand", {"top": 0.5, "bottom": 0.5, "left": 0.5, "right": 0.5})
    job = with_request(job, canvas=canvas)
    (item,) = result_items(job, expand, NOW)
    assert item.parameters[:2] == (("Frame", "750×400"), ("Mask", "painted"))
    assert "Top" not in dict(item.parameters)
    assert item.asked == Size(600, 400), "as large as what was sent, whatever the frame was"
    assert item.frame == Rect(-100, 0, 750, 400)


def test_a_job_without_an_output_waits_under_the_key_of_its_first(provider: AnyProvider) -> None:
    waiting = a_job(state=JobState.RUNNING, outputs=0, finished_at=None, progress=0.4, task_id=None)
    (item,) = result_items(waiting, provider, NOW)
    (done,) = result_items(a_job(), provider, NOW)
    assert item.key == done.key
    assert item.path is None
    assert item.busy
    assert item.progress == 0.4
    assert item.recipe[-1] == "2 credits"
    assert item.parameters == done.parameters


def test_a_provider_or_parameters_of_an_older_program_give_their_names_and_values(provider: AnyProvider) -> None:
    job = a_job(parameters={"type": "painting", "sparkle": True, "strength": 0.25, "unset": None})
    for known in (None, provider):
        (item,) = result_items(job, known, NOW)
        assert item.parameters == (("type", "painting"), ("sparkle", "on"), ("strength", "0.25"))
        assert item.asked is None
    assert result_items(job, None, NOW)[0].title == "picwish-scale"


def test_the_original_brings_its_hash_and_an_address_alone_is_none() -> None:
    ref = PhotoRef(name="a", path="/photos/a.jpg", sha256=SHA, size=Size(3, 2))
    item = original_item(Photo(ref, None))
    assert item is not None
    assert (item.title, item.sha256, item.size, item.path) == ("a.jpg", SHA, Size(3, 2), Path("/photos/a.jpg"))
    assert original_item(Photo(PhotoRef(name="a", url="https://example.org/a.jpg"), None)) is None


def test_loose_files_of_one_name_are_told_apart_by_their_folder() -> None:
    ref = PhotoRef(name="a", path="/one/a.png", sha256=SHA, size=Size(3, 2), bytes=77)
    known = LooseFile(Path("/one/a.png"), Photo(ref, None), 5.0)
    dated = loose_items([known, LooseFile(Path("/two/a.png")), LooseFile(Path("/two/b.png"))])
    assert [since for since, _ in dated] == [5.0, 0.0, 0.0]
    first, second, third = (item for _, item in dated)
    assert [first.title, second.title, third.title] == ["one/a.png", "two/a.png", "b.png"]
    assert (first.size, first.bytes, first.sha256, first.provider) == (Size(3, 2), 77, SHA, "")
    assert second.size is None
    assert len({first.key, second.key, third.key}) == 3
