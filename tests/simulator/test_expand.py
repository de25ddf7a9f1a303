"""The contract of the image expansion, and what its results look like."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image, ImageChops

from tests.simulator import CATALOGUE, Options, Simulator
from tests.simulator.client import Caller, images, picture
from tests.simulator.expanding import fill_colour
from tests.simulator.plugin import make_simulator, simulator
from tests.simulator.services import EXPAND

__all__ = ["make_simulator", "simulator"]

MakeSimulator = Callable[[Options], Simulator]


@pytest.fixture
def caller(simulator: Simulator) -> Iterator[Caller]:
    with Caller(simulator, EXPAND) as caller:
        yield caller


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body)).convert("RGB")


def mask(size: tuple[int, int], kept: tuple[int, int, int, int]) -> bytes:
    image = Image.new("L", size, 255)
    image.paste(0, kept)
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def same(a: Image.Image, b: Image.Image) -> bool:
    return a.size == b.size and ImageChops.difference(a, b).getbbox() is None


def test_four_sides(simulator: Simulator, caller: Caller) -> None:
    source = picture("PNG", (100, 80))
    data = caller.ended(caller.submitted(source, top="0.5", left="0.25", right="1", bottom="0.05"))
    (body,) = caller.files(data)
    result = opened(body)
    assert result.size == (25 + 100 + 100, 40 + 80 + 4)
    assert same(result.crop((25, 40, 125, 120)), opened(source))
    assert {result.getpixel(at) for at in ((0, 0), (224, 123), (24, 60), (60, 121))} == {fill_colour(0)}
    assert isinstance(data["created_at"], str)
    assert data["image_1"] == data["image1"] == ""
    assert (simulator.account.charged_tasks, simulator.account.credits) == (1, 4)


def test_ratios_that_are_left_out_are_a_tenth(caller: Caller) -> None:
    (body,) = caller.files(caller.ended(caller.submitted(picture("PNG", (100, 80)))))
    assert opened(body).size == (120, 96)


def test_canvas_and_its_polarity(simulator: Simulator, caller: Caller) -> None:
    source, kept = picture("PNG", (100, 80)), (10, 20, 60, 70)
    selection = mask((100, 80), kept)
    (body,) = caller.files(caller.ended(caller.submitted(source, selection)))
    result = opened(body)
    assert same(result.crop(kept), opened(source).crop(kept))
    assert {result.getpixel(at) for at in ((0, 0), (99, 79), (9, 40), (60, 40))} == {fill_colour(0)}

    simulator.script_named("result-polarity-inverted")
    (body,) = caller.files(caller.ended(caller.submitted(source, selection)))
    inverted = opened(body)
    assert [colour for _, colour in inverted.crop(kept).getcolors() or []] == [fill_colour(0)]
    assert same(inverted.crop((0, 0, 100, 20)), opened(source).crop((0, 0, 100, 20)))
    assert simulator.requests.mistakes == ()


@pytest.mark.parametrize("count", [1, 2, 4])
def test_several_results(make_simulator: MakeSimulator, count: int) -> None:
    with Caller(make_simulator(Options(expand_outputs=count)), EXPAND) as caller:
        data = caller.ended(caller.submitted(picture("PNG", (100, 80)), seed="1"))
        bodies = caller.files(data)
    assert [opened(body).getpixel((0, 0)) for body in bodies] == [fill_colour(index, 1) for index in range(count)]
    assert [bool(data[f"image_{index}"]) for index in range(1, 5)] == [1 < count >= index for index in range(1, 5)]


def test_sync_and_base64(simulator: Simulator, caller: Caller) -> None:
    data = caller.submit(sync="1", return_type="2").json()["data"]
    assert base64.b64decode(data["image"], validate=True) == simulator.tasks.only().result_bytes


@pytest.mark.parametrize(
    "fields",
    [
        {"top": "0"},
        {"bottom": "1.01"},
        {"left": "-0.1"},
        {"right": "0,5"},
        {"top": "nan"},
        {"top": ""},
        {"top": "1e-1"},
        {"strength": "1.1"},
        {"scale": "0.9"},
        {"scale": "20.5"},
        {"steps": "0"},
        {"steps": "2.5"},
        {"seed": "0"},
        {"seed": "-2"},
        {"sync": "2"},
        {"return_type": "3"},
        {"negative_prompt": "x"},
        {"mask_file": "text"},
        {"mask_url": "http://127.0.0.1/" + "a" * 496},
    ],
    ids=lambda fields: str(fields)[:40],
)
def test_refused_fields(simulator: Simulator, caller: Caller, fields: dict[str, str]) -> None:
    assert caller.submit(None, **fields).status_code == 400
    assert len(simulator.tasks) == 0


def test_everything_that_is_allowed_at_once(caller: Caller) -> None:
    fields = {"top": "1", "strength": "0", "scale": "20", "steps": "30", "seed": "-1", "prompt": "ü" * 200}
    assert caller.submit(None, **fields).status_code == 200


def test_a_long_prompt(caller: Caller) -> None:
    response = caller.submit(prompt="x" * 201)
    assert response.json() == {"status": 400, "message": "Invalid params 'prompt', length must not exceed 200"}


def test_files_that_are_refused_or_fail(make_simulator: MakeSimulator) -> None:
    simulator = make_simulator(Options(max_edge_px=100, expand_max_file_bytes=20_000))
    with Caller(simulator, EXPAND) as caller:
        source = picture("PNG", (90, 80))
        assert caller.submit(picture("PNG", (101, 80))).status_code == 400
        assert caller.submit(picture("PNG", (63, 80))).status_code == 400
        assert caller.submit(b"\xff" * 20_001).status_code == 413
        assert caller.submit(source, mask((90, 81), (0, 0, 9, 9))).status_code == 400
        assert len(simulator.tasks) == 0
        assert caller.ended(caller.submitted(picture("WEBP", (90, 80))))["state"] == -7
        assert caller.ended(caller.submitted(source, b"no picture"))["state"] == -7
        url = simulator.host_photo("mask.png", mask((91, 80), (0, 0, 9, 9)))
        assert caller.ended(caller.submitted(source, mask_url=url))["state"] == -14
        gone = f"{simulator.storage_url}/photos/none.png"
        assert caller.ended(caller.submitted(source, mask_url=gone))["state"] == -3
        assert simulator.account.credits == 0


def test_what_is_taken_but_should_not_be_sent(simulator: Simulator, caller: Caller) -> None:
    size = (96, 72)
    url = simulator.host_photo("other.png", mask(size, (0, 0, 96, 72)))
    caller.submitted(picture("PNG", size), mask(size, (0, 0, 9, 9)), mask_url=url, image_url=url, top="0.5")
    assert [mistake.what for mistake in simulator.requests.mistakes] == [
        "image_file and image_url together",
        "mask_file and mask_url together",
        "expansion ratios beside a mask",
    ]


@pytest.mark.parametrize("name", [name for name, named in CATALOGUE.items() if named.number == "F59"])
def test_results_in_odd_places(simulator: Simulator, caller: Caller, name: str) -> None:
    task_id = caller.submitted()
    honest = set(caller.ended(task_id))
    simulator.script_named(name)
    data = caller.ended(task_id)
    urls = {"images-gaps": 2, "images-too-many": 4, "images-list": 1, "images-one-broken": 2}
    assert len(images(data)) == urls.get(name, 1)
    assert (set(data) == honest) == (name not in {"images-missing", "images-too-many"})
