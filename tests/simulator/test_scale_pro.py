"""The contract of scale-pro: where it differs from scale."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from tests.simulator import Options, Simulator
from tests.simulator.client import Caller, picture
from tests.simulator.plugin import make_simulator
from tests.simulator.services import SCALE, SCALE_PRO

__all__ = ["make_simulator"]

MakeSimulator = Callable[[Options], Simulator]


@pytest.fixture
def simulator(make_simulator: MakeSimulator) -> Simulator:
    return make_simulator(Options(pro_edge_px=200, max_edge_px=400, pro_max_file_bytes=30_000))


@pytest.fixture
def caller(simulator: Simulator) -> Iterator[Caller]:
    with Caller(simulator, SCALE_PRO) as caller:
        yield caller


@pytest.mark.parametrize(("fields", "price"), [({}, 5), ({"type": "0"}, 5), ({"type": "1"}, 4)])
def test_a_task_from_submission_to_file(
    simulator: Simulator, caller: Caller, fields: dict[str, str], price: int
) -> None:
    data = caller.ended(caller.submitted(picture("PNG", (100, 80)), **fields))
    (body,) = caller.files(data)
    assert Image.open(io.BytesIO(body)).size == (200, 160)
    assert (data["type"], data["image_width"], data["image_height"]) == (int(fields.get("type", "0")), 200, 160)
    assert (data["out_format"], data["return_type"], data["state_detail"]) == ("png", 1, "Complete")
    assert (simulator.account.charged_tasks, simulator.account.credits) == (1, price)


def test_a_larger_photo_keeps_its_size(caller: Caller) -> None:
    data = caller.submit(picture(size=(300, 10)), sync="1").json()["data"]
    assert (data["image_width"], data["image_height"], data["out_format"]) == (300, 10, "jpg")


@pytest.mark.parametrize(
    "fields",
    [{"type": "clean"}, {"type": "2"}, {"sync": "2"}, {"return_type": "3"}, {"scale_factor": "2"}, {"format": "png"}],
    ids=str,
)
def test_refused_fields(simulator: Simulator, caller: Caller, fields: dict[str, str]) -> None:
    response = caller.submit(None, **fields)
    assert (response.status_code, response.json()["status"]) == (400, 400)
    assert len(simulator.tasks) == 0


def test_limits(simulator: Simulator, caller: Caller) -> None:
    assert caller.submit(b"\xff" * 30_001).status_code == 413
    assert caller.submit(picture("PNG", (401, 1))).status_code == 400
    long_url = {"image_url": (None, "http://127.0.0.1/" + "a" * 496)}
    assert caller.api.post(caller.submit_url, files=long_url).status_code == 400
    assert caller.api.post(caller.submit_url, data={"image_url": "http://127.0.0.1/a.png"}).status_code == 400
    assert caller.ended(caller.submitted(b"no picture"))["state"] == -7
    assert simulator.account.credits == 0


def test_a_file_has_priority_over_a_url_and_that_is_noted(simulator: Simulator, caller: Caller) -> None:
    url = simulator.host_photo("other.png", picture("PNG", (10, 100)))
    (body,) = caller.files(caller.ended(caller.submitted(picture("PNG", (100, 50)), image_url=url)))
    assert Image.open(io.BytesIO(body)).size == (200, 100)
    assert [mistake.what for mistake in simulator.requests.mistakes] == ["image_file and image_url together"]


def test_a_url_alone(simulator: Simulator, caller: Caller) -> None:
    url = simulator.host_photo("photo.png", picture("PNG", (100, 50)))
    task_id = caller.api.post(caller.submit_url, files={"image_url": (None, url)}).json()["data"]["task_id"]
    (body,) = caller.files(caller.ended(task_id))
    assert Image.open(io.BytesIO(body)).size == (200, 100)
    assert simulator.requests.mistakes == ()


def test_a_task_belongs_to_its_own_operation(simulator: Simulator, caller: Caller) -> None:
    with Caller(simulator, SCALE) as scale:
        assert scale.poll(caller.submitted()).status_code == 404
