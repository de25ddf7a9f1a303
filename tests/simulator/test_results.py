"""Faults of results, seen in the pixels and bytes; and faults of telling that need more than one reply."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from PIL import Image, ImageCms

from tests.simulator import (
    CATALOGUE,
    EXPAND,
    SCALE,
    SMALL_EDGES,
    UPSCALER,
    CompleteAtOnce,
    Options,
    SameTaskAs,
    Simulator,
    Stage,
    TaskEnds,
    Times,
    TimeStyle,
)
from tests.simulator.client import Caller, picture
from tests.simulator.plugin import make_simulator

__all__ = ["make_simulator"]

SIZE = (96, 72)


@pytest.fixture
def simulator(make_simulator: Callable[[Options], Simulator]) -> Simulator:
    return make_simulator(Options(apixo_edge_px=SMALL_EDGES))


@pytest.fixture
def caller(simulator: Simulator) -> Iterator[Caller]:
    with Caller(simulator, SCALE) as caller:
        yield caller


def brought(caller: Caller, source: bytes, **fields: str) -> bytes:
    (body,) = caller.files(caller.ended(caller.submitted(source, **fields)))
    return body


def opened(body: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(body))
    image.load()
    return image


@pytest.mark.parametrize(
    ("name", "image_format", "mode", "size"),
    [
        ("result-factor-ignored", "PNG", "RGBA", SIZE),
        ("result-rounded", "PNG", "RGBA", (191, 145)),
        ("result-capped", "PNG", "RGBA", (144, 108)),
        ("result-without-alpha", "JPEG", "RGB", (192, 144)),
        ("result-sixteen-bit", "PNG", "I;16", (192, 144)),
        ("result-cmyk", "JPEG", "CMYK", (192, 144)),
        ("result-turned-by-exif", "JPEG", "RGB", (144, 192)),
        ("result-animated", "WEBP", "RGB", (192, 144)),
        ("result-stereo", "MPO", "RGB", (192, 144)),
    ],
)
@pytest.mark.parametrize("sync", ["0", "1"])
def test_altered_results(
    simulator: Simulator,
    caller: Caller,
    name: str,
    image_format: str,
    mode: str,
    size: tuple[int, int],
    sync: str,
) -> None:
    simulator.script_named(name)
    source = picture("PNG", SIZE, "RGBA")
    data = caller.submit(source, scale_factor="2", sync=sync).json()["data"]
    (body,) = caller.files(data if sync == "1" else caller.ended(data["task_id"]))
    image = opened(body)
    assert (image.format, image.mode, image.size) == (image_format, mode, size)
    if name == "result-turned-by-exif":
        assert image.getexif()[0x0112] == 6
    if name in {"result-animated", "result-stereo"}:
        assert image.n_frames == 2  # type: ignore[attr-defined]


def test_the_input_comes_back_from_a_file_and_from_a_url(simulator: Simulator, caller: Caller) -> None:
    source = picture("PNG", SIZE)
    with Caller(simulator, UPSCALER) as upscaler:
        for service in (caller, upscaler):
            simulator.script_named("result-is-input")
            assert brought(service, source) == source
            assert brought(service, source) != source


@pytest.mark.parametrize("image_format", ["PNG", "JPEG"])
@pytest.mark.parametrize("service", [SCALE, EXPAND])
def test_a_colour_profile_is_kept_until_it_is_dropped(simulator: Simulator, image_format: str, service: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    target = io.BytesIO()
    opened(picture("PNG", SIZE)).save(target, image_format, icc_profile=profile)
    with Caller(simulator, service) as caller:
        assert opened(brought(caller, target.getvalue())).info.get("icc_profile") == profile
        simulator.script_named("result-without-profile")
        assert "icc_profile" not in opened(brought(caller, target.getvalue())).info


def test_a_kept_area_that_was_redrawn(simulator: Simulator) -> None:
    source = picture("PNG", (100, 80))
    with Caller(simulator, EXPAND) as caller:
        simulator.script_named("result-kept-area-redrawn")
        result = opened(brought(caller, source, top="0.5"))
    kept = result.crop((10, 40, 110, 120)).getpixel((50, 40))
    before = opened(source).getpixel((50, 40))
    assert isinstance(kept, tuple)
    assert isinstance(before, tuple)
    assert [a - b for a, b in zip(kept, before, strict=True)] == [24, 24, 24]


@pytest.mark.parametrize("service", [SCALE, UPSCALER])
def test_a_task_that_ended_goes_back(simulator: Simulator, service: str) -> None:
    simulator.script_named("poll-back-after-the-end")
    with Caller(simulator, service) as caller:
        task_id = caller.submitted()
        honest = caller.ended(task_id)
        after = caller.poll(task_id).json()["data"]
    assert honest["state"] in {1, "success"}
    assert after["state"] in {4, "processing"}
    assert after.get("image", "") == ""
    assert "resultJson" not in after


@pytest.mark.parametrize("style", TimeStyle)
@pytest.mark.parametrize("service", [SCALE, EXPAND, UPSCALER])
def test_times(simulator: Simulator, service: str, style: TimeStyle) -> None:
    name = "createTime" if service == UPSCALER else "created_at"
    with Caller(simulator, service) as caller:
        task_id = caller.submitted()
        honest = int(caller.poll(task_id).json()["data"][name])
        simulator.script(Stage.POLL, Times(style))
        told = caller.poll(task_id).json()["data"][name]
    second = 1000 if service == UPSCALER else 1
    match style:
        case TimeStyle.FUTURE:
            assert told == honest + 10 * 365 * 86_400 * second
        case TimeStyle.PAST:
            assert told == 1
        case TimeStyle.OTHER_UNIT:
            assert told in {honest * 1000, honest // 1000}
        case TimeStyle.ISO:
            assert datetime.fromisoformat(told).timestamp() == honest / second
        case TimeStyle.NULL:
            assert told is None
        case TimeStyle.TEXT:
            assert told == str(honest)


@pytest.mark.parametrize(
    ("name", "service", "states"),
    [
        ("states-as-texts", SCALE, ["0", "2", "4", "1"]),
        ("states-in-words", SCALE, ["queueing", "processing", "processing", "Complete"]),
        ("states-in-capitals", UPSCALER, ["PENDING", "PROCESSING", "PROCESSING", "SUCCESS"]),
        ("states-in-synonyms", UPSCALER, ["queueing", "running", "running", "succeeded"]),
        ("states-as-numbers", UPSCALER, [0, 4, 4, 1]),
    ],
)
def test_other_words_for_states(simulator: Simulator, name: str, service: str, states: list[str] | list[int]) -> None:
    simulator.script_named(name)
    with Caller(simulator, service) as caller:
        task_id = caller.submitted()
        told = [caller.poll(task_id).json()["data"] for _ in states]
        assert [data["state"] for data in told] == states
        assert caller.files(told[-1])


@pytest.mark.parametrize("service", [SCALE, UPSCALER])
def test_a_submission_that_is_complete_or_names_the_first_task(simulator: Simulator, service: str) -> None:
    with Caller(simulator, service) as caller:
        first = caller.submitted()
        simulator.script(Stage.SUBMIT, SameTaskAs())
        assert caller.submitted() == first
        simulator.script(Stage.SUBMIT, CompleteAtOnce())
        data = caller.submit().json()["data"]
        assert data["state"] in {1, "success"}
        assert caller.files(data)


def test_a_synchronous_task_meets_its_end_too(simulator: Simulator, caller: Caller) -> None:
    simulator.script(Stage.SUBMIT, TaskEnds(-2, charged=True))
    assert caller.submit(sync="1").json()["data"]["state"] == -2
    assert simulator.account.credits == 2


def test_the_gateway_passes_an_error_on_as_success(simulator: Simulator) -> None:
    named = CATALOGUE["submit-gateway-error-200"]
    assert named.services == {"gptge-scale"}
    simulator.script_named("submit-gateway-error-200")
    with Caller(simulator, "gptge-scale") as caller:
        response = caller.submit()
    assert (response.status_code, set(response.json())) == (200, {"error"})
