"""The contract of gpt.ge, where it differs from PicWish's scale."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from tests.simulator import GPTGE, EnvelopeError, Options, Simulator, Stage, rate_limited
from tests.simulator.client import Caller, picture
from tests.simulator.plugin import make_simulator, simulator
from tests.simulator.services import GPTGE_SCALE

__all__ = ["make_simulator", "simulator"]


@pytest.fixture
def caller(simulator: Simulator) -> Iterator[Caller]:
    with Caller(simulator, GPTGE_SCALE) as caller:
        yield caller


def test_a_task_from_submission_to_file(simulator: Simulator, caller: Caller) -> None:
    response = caller.submit(picture("PNG", (30, 20)), type="face", scale_factor="4")
    task = simulator.tasks.only()
    assert response.json() == {"status": 200, "data": {"task_id": task.task_id}}
    data = caller.ended(task.task_id)
    names = {"mask", "image", "state", "task_id", "progress", "created_at", "completed_at", "processed_at"}
    assert set(data) == names
    assert int(str(data["processed_at"])) < int(str(data["created_at"]))
    (body,) = caller.files(data)
    assert Image.open(io.BytesIO(body)).size == (120, 80)
    account = simulator.account_of(GPTGE)
    assert (account.accepted, account.charged_tasks, account.credits) == (1, 1, 2)
    assert simulator.account.accepted == 0
    assert simulator.requests.leaks == ()


def test_sync_has_the_fields_of_the_sample(caller: Caller) -> None:
    reply = caller.submit(picture("PNG", (30, 20)), sync="1", scale_factor="2").json()
    assert set(reply) == {"status", "data"}
    data = reply["data"]
    assert (data["image_width"], data["image_height"], data["return_type"], data["type"]) == (60, 40, 1, "clean")


@pytest.mark.parametrize(
    "fields",
    [
        {"sync": "2"},
        {"type": "0"},
        {"scale_factor": "3"},
        {"return_type": "1"},
        {"callback_url": "ftp://127.0.0.1/"},
        {"image_url": "http://127.0.0.1/a.png"},
    ],
    ids=str,
)
def test_refused_fields(simulator: Simulator, caller: Caller, fields: dict[str, str]) -> None:
    response = caller.submit(None, **fields)
    assert (response.status_code, response.json()["status"]) == (400, 400)
    assert len(simulator.tasks) == 0


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer wrong", "bearer x"])
def test_the_gateway_refuses_keys_in_its_own_style(simulator: Simulator, caller: Caller, value: str) -> None:
    for header in (value, simulator.keys[GPTGE]):  # the key without the word Bearer is no key
        response = caller.api.post(caller.submit_url, headers={"Authorization": header})
        assert response.status_code == 401
        error = response.json()["error"]
        assert "(request id: " in error["message"]
        assert (error["type"], error["code"]) == ("one_api_error", "invalid_api_key")


def test_faults_are_told_by_the_gateway_or_passed_on(simulator: Simulator, caller: Caller) -> None:
    simulator.script(Stage.SUBMIT, rate_limited("2"))
    response = caller.submit()
    assert (response.status_code, response.headers["retry-after"]) == (429, "2")
    assert response.json()["error"]["code"] == "rate_limit_exceeded"
    for status in (403, 503):
        simulator.script(Stage.SUBMIT, EnvelopeError(status))
        assert set(caller.submit().json()) == {"error"}
    simulator.script(Stage.SUBMIT, EnvelopeError(413, "too large"))
    assert caller.submit().json() == {"status": 413, "message": "too large"}


def test_the_status_path(caller: Caller, make_simulator: Callable[[Options], Simulator]) -> None:
    task_id = caller.submitted()
    assert caller.api.get(f"{caller.submit_url}/{task_id}").status_code == 404
    other = make_simulator(Options(gptge_status_path="/task/pic/result/{task_id}"))
    with Caller(other, GPTGE_SCALE) as moved:
        task_id = moved.submitted()
        assert moved.poll(task_id).status_code == 404
        assert moved.api.get(f"{other.base_url}/task/pic/result/{task_id}").status_code == 200
