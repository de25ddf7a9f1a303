"""The scripted faults of replies and tasks, as a client meets them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator

import pytest

from tests.simulator import (
    Bare,
    Base64Result,
    Base64Style,
    CompleteAtOnce,
    Garble,
    Garbled,
    OtherTask,
    Oversized,
    ResultIs,
    ResultIsInput,
    SameTaskAs,
    Simulator,
    Stage,
    TaskEnds,
    TaskIdIs,
    Unfinished,
    base64_text,
    no_state,
    no_task_id,
    told_image,
    told_state,
)
from tests.simulator.client import SCALE, Client, picture
from tests.simulator.plugin import simulator
from tests.simulator.wire import Json

__all__ = ["simulator"]


@pytest.fixture
def client(simulator: Simulator) -> Iterator[Client]:
    with Client(simulator) as client:
        yield client


def test_no_task_id(simulator: Simulator, client: Client) -> None:
    simulator.script(Stage.SUBMIT, no_task_id())
    simulator.script(Stage.SUBMIT, Bare())
    assert client.submit().json() == {"status": 200, "message": "success", "data": {}}
    assert client.submit().json() == {"status": 200, "message": "success"}
    assert simulator.account.accepted == 2


@pytest.mark.parametrize("value", [12345, "", "x" * 10_000, "../../etc/passwd?a=b#c", "a\r\nX-Injected: 1", "ä %2F"])
def test_strange_task_ids(simulator: Simulator, client: Client, value: str | int) -> None:
    simulator.script(Stage.SUBMIT, TaskIdIs(value))
    assert client.submit().json()["data"]["task_id"] == value
    assert simulator.tasks.only().task_id == str(value)


@pytest.mark.parametrize(("value", "quoted"), [("a/b?c", "a%2Fb%3Fc"), (77, "77"), ("ä", "%C3%A4")])
def test_a_strange_task_is_found_under_its_id(
    simulator: Simulator, client: Client, value: str | int, quoted: str
) -> None:
    simulator.script(Stage.SUBMIT, TaskIdIs(value))
    client.submit()
    assert client.poll(quoted).json()["data"]["task_id"] == str(value)
    assert simulator.requests.polls[0].path == f"{SCALE}/{quoted}"


def test_complete_at_once_and_unfinished(simulator: Simulator, client: Client) -> None:
    simulator.script(Stage.SUBMIT, CompleteAtOnce())
    data = client.submit().json()["data"]
    assert data["state"] == 1
    assert client.download(data["image"]).content == simulator.tasks.only().result_bytes
    simulator.script(Stage.SUBMIT, Unfinished())
    assert set(client.submit(sync="1").json()["data"]) == {"task_id"}
    simulator.script(Stage.SUBMIT, Unfinished(4))
    assert client.submit(sync="1").json()["data"]["state"] == 4


def test_the_same_task_for_two_submissions(simulator: Simulator, client: Client) -> None:
    first = client.submitted()
    simulator.script(Stage.SUBMIT, SameTaskAs(first))
    assert client.submitted() == first
    assert (len(simulator.tasks), simulator.account.accepted) == (1, 2)


def test_a_state_that_stays_and_the_truth_after_it(simulator: Simulator, client: Client) -> None:
    task_id = client.submitted()
    script = simulator.script(Stage.POLL, told_state(0), times=None)
    assert [client.poll(task_id).json()["data"]["state"] for _ in range(6)] == [0] * 6
    assert len(script.fired) == 6
    script.cancel()
    assert client.poll(task_id).json()["data"]["state"] == 1


@pytest.mark.parametrize("state", [0, 77, -99, "1", "Complete", 4.0, True, None])
def test_told_states(simulator: Simulator, client: Client, state: Json) -> None:
    task_id = client.submitted()
    simulator.script(Stage.POLL, told_state(state), skip=1)
    states = [client.poll(task_id).json()["data"]["state"] for _ in range(3)]
    assert states == [0, state, 4]
    assert type(states[1]) is type(state)


def test_a_missing_state(simulator: Simulator, client: Client) -> None:
    simulator.script(Stage.POLL, no_state())
    assert "state" not in client.poll(client.submitted()).json()["data"]


@pytest.mark.parametrize(
    ("state", "charged", "credit_sum"), [(-1, False, 0), (-2, True, 2), (-10, False, 0), (-15, False, 0)]
)
def test_tasks_that_end_badly(simulator: Simulator, client: Client, state: int, charged: bool, credit_sum: int) -> None:
    simulator.script(Stage.SUBMIT, TaskEnds(state, charged))
    task_id = client.submitted()
    assert [client.poll(task_id).json()["data"]["state"] for _ in range(5)] == [0, 2, 4, state, state]
    assert simulator.account.credits == credit_sum


@pytest.mark.parametrize(
    "image", ["", None, "null", "/tasks/a.jpg", "javascript:alert(1)", "http://192.0.2.1/a.jpg", 7, ["a"]]
)
def test_told_images(simulator: Simulator, client: Client, image: Json) -> None:
    simulator.script(Stage.POLL, told_image(image))
    data = client.poll(client.submitted()).json()["data"]
    assert (data["state"], data["progress"], data["image"]) == (1, 100, image)


@pytest.mark.parametrize("how", Garble)
def test_garbled_bodies(simulator: Simulator, client: Client, how: Garble) -> None:
    task_id = client.submitted()
    honest = client.ended(task_id)
    simulator.script(Stage.POLL, Garbled(how))
    response = client.poll(task_id)
    assert response.status_code == 200
    body = response.content
    if how in {Garble.LIST_ROOT, Garble.STRING_ROOT, Garble.NULL_ROOT}:
        assert not isinstance(json.loads(body), dict)
    elif how is Garble.BOM:
        assert body.startswith(b"\xef\xbb\xbf{")
    elif how is Garble.NAN:
        assert b":NaN," in body
    elif how is Garble.DUPLICATE_KEYS:
        assert body.count(b'"state"') == body.count(b'"task_id"') == 2
    elif how is Garble.ESCAPED_AMPERSAND:
        assert b"&" not in body
        assert client.download(json.loads(body)["data"]["image"]).status_code == 200
    elif how is Garble.ENTITY_AMPERSAND:
        assert b"&amp;x-oss-date" in body
    else:
        with pytest.raises(ValueError, match=r"."):
            json.loads(body)
    assert client.poll(task_id).json()["data"]["completed_at"] == honest["completed_at"]


@pytest.mark.parametrize("data", [None, [], "success"])
def test_data_of_other_shapes(simulator: Simulator, client: Client, data: Json) -> None:
    simulator.script(Stage.POLL, Bare(data, keep_data_key=True))
    assert client.poll(client.submitted()).json()["data"] == data


@pytest.mark.parametrize("gzipped", [False, True])
def test_oversized_replies(simulator: Simulator, client: Client, gzipped: bool) -> None:
    simulator.script(Stage.POLL, Oversized(3_000_000, gzipped))
    response = client.poll(client.submitted())
    assert len(response.content) >= 3_000_000
    assert (int(response.headers["content-length"]) < 30_000) == gzipped
    assert response.json()["data"]["state"] == 0


def test_another_tasks_data(simulator: Simulator, client: Client) -> None:
    first, second = client.submitted(), client.submitted()
    simulator.script(Stage.POLL, OtherTask(second), when=lambda request: request.task_id == first)
    assert client.poll(second).json()["data"]["task_id"] == second
    assert client.poll(first).json()["data"]["task_id"] == second
    simulator.script(Stage.POLL, OtherTask())
    assert client.poll(first).json()["data"]["task_id"] not in simulator.tasks


@pytest.mark.parametrize("style", Base64Style)
def test_base64_styles(simulator: Simulator, client: Client, style: Base64Style) -> None:
    task_id = client.submitted(return_type="2")
    simulator.script(Stage.POLL, Base64Result(style), times=None)
    image = str(client.ended(task_id)["image"])
    body = simulator.tasks.only().result_bytes
    assert image == base64_text(body, style, "image/jpeg")
    if style is Base64Style.NOT_BASE64:
        with pytest.raises(binascii.Error):
            base64.b64decode(image, validate=True)
        return
    text = image.rpartition(",")[2].replace("-", "+").replace("_", "/").replace("\r\n", "")
    assert base64.b64decode(text + "=" * (-len(text) % 4), validate=True) == body


def test_base64_styles_really_differ() -> None:
    body = bytes(range(256)) + b"\xff"  # a length that needs padding, and both special characters
    assert len({base64_text(body, style) for style in Base64Style}) == len(Base64Style)
    assert len(base64_text(body, Base64Style.NO_PADDING)) % 4 != 0


def test_results_of_any_kind(simulator: Simulator, client: Client) -> None:
    simulator.script(Stage.SUBMIT, ResultIs(picture("GIF"), "image/gif", "gif"))
    simulator.script(Stage.SUBMIT, ResultIsInput())
    photo = picture("PNG")
    for expected in (picture("GIF"), photo):
        data = client.ended(client.submitted(photo))
        assert client.download(data["image"]).content == expected
