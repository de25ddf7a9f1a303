"""Each scripted fault, as a client meets it."""

from __future__ import annotations

import base64
import binascii
import contextlib
import io
import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest
from PIL import Image

from tests.simulator import (
    CATALOGUE,
    Answer,
    Bare,
    Base64Result,
    Base64Style,
    CompleteAtOnce,
    Cut,
    Delay,
    Drip,
    EnvelopeError,
    ExtraHeaders,
    Garble,
    Garbled,
    Gate,
    Hold,
    HoldPoint,
    OtherTask,
    Oversized,
    ResultIs,
    ResultIsInput,
    SameTaskAs,
    Simulator,
    Stage,
    TaskEnds,
    TaskIdIs,
    Truncated,
    Unfinished,
    WrongBytes,
    base64_text,
    bomb_png,
    expired_url,
    html_error,
    no_state,
    no_task_id,
    rate_limited,
    redirect,
    told_image,
    told_state,
)
from tests.simulator.client import SCALE, Client, dial, picture
from tests.simulator.plugin import simulator
from tests.simulator.wire import Json

__all__ = ["simulator"]


@pytest.fixture
def client(simulator: Simulator) -> Iterator[Client]:
    with Client(simulator) as client:
        yield client


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


@pytest.mark.parametrize("reset", [False, True])
def test_cut_after_the_submission_was_accepted(simulator: Simulator, client: Client, reset: bool) -> None:
    simulator.script(Stage.SUBMIT, Cut(reset=reset))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.submit()
    assert simulator.account.accepted == 1
    assert client.ended(simulator.tasks.only().task_id)["state"] == 1
    request = simulator.requests.submissions[0]
    assert (request.status, request.finished_at, request.fault) == (None, None, "Cut")


def test_cut_before_the_submission_was_accepted(simulator: Simulator, client: Client) -> None:
    simulator.script(Stage.SUBMIT, Cut(accepted=False))
    with pytest.raises(httpx.RemoteProtocolError):
        client.submit()
    assert simulator.account.accepted == len(simulator.tasks) == 0
    assert client.submit().status_code == 200


def test_a_delayed_answer_of_an_accepted_submission(simulator: Simulator, client: Client) -> None:
    simulator.script(Stage.SUBMIT, Delay(60))
    with dial(simulator, "POST", SCALE, image_file=picture()):
        simulator.wait_for(lambda: len(simulator.tasks) == 1)
        assert simulator.requests[0].status is None
    simulator.wait_for(lambda: simulator.requests[0].status is not None)
    simulator.script(Stage.POLL, Delay(0.0))
    assert client.poll(simulator.tasks.only().task_id).status_code == 200


@pytest.mark.parametrize(("point", "tasks"), [(HoldPoint.RECEIVED, 0), (HoldPoint.WORKED, 1)])
def test_holding_a_submission(
    simulator: Simulator, client: Client, pool: ThreadPoolExecutor, point: HoldPoint, tasks: int
) -> None:
    gate = Gate()
    simulator.script(Stage.SUBMIT, Hold(gate, point))
    held: Future[httpx.Response] = pool.submit(client.submit)
    gate.wait_reached()
    assert len(simulator.tasks) == tasks
    assert not held.done()
    gate.open()
    assert held.result().status_code == 200
    assert len(simulator.tasks) == 1


def test_holding_a_query_and_a_download_in_the_middle(
    simulator: Simulator, client: Client, pool: ThreadPoolExecutor
) -> None:
    task_id = client.submitted()
    hold = Hold()
    simulator.script(Stage.POLL, hold)
    held = pool.submit(client.poll, task_id)
    hold.gate.wait_reached()
    hold.gate.open()
    assert held.result().status_code == 200

    url = str(client.ended(task_id)["image"])
    gate = Gate()
    simulator.script(Stage.DOWNLOAD, Hold(gate, HoldPoint.MID_BODY))
    task = simulator.tasks.only()
    with client.bare.stream("GET", url) as response:
        pieces = response.iter_raw()
        got = next(pieces)
        gate.wait_reached()
        assert 0 < len(got) <= len(task.result_bytes) // 2
        assert task.downloads == 0
        gate.open()
        assert got + b"".join(pieces) == task.result_bytes
    simulator.wait_for(lambda: task.downloads == 1)


@pytest.mark.parametrize(("drop", "tasks"), [(False, 1), (True, 0)])
def test_a_client_that_hangs_up_at_the_gate(simulator: Simulator, drop: bool, tasks: int) -> None:
    hold = Hold(at=HoldPoint.RECEIVED, drop_when_gone=drop)
    simulator.script(Stage.SUBMIT, hold)
    with dial(simulator, "POST", SCALE, image_file=picture()):
        hold.gate.wait_reached()
    simulator.wait_for(lambda: simulator.requests[0].ended)
    assert len(simulator.tasks) == tasks


def test_a_gate_times_out_when_nobody_comes_and_stays_open() -> None:
    gate = Gate()
    with pytest.raises(TimeoutError, match="0 of 1"):
        gate.wait_reached(timeout=0)
    gate.open()
    assert gate.reached == 0


def test_a_held_request_does_not_keep_the_simulator_from_closing(pool: ThreadPoolExecutor) -> None:
    gate = Gate()
    with Simulator() as simulator, Client(simulator) as client:
        simulator.script(Stage.SUBMIT, Hold(gate))
        held = pool.submit(client.submit)
        gate.wait_reached()
        simulator.close()
        assert isinstance(held.exception(), httpx.TransportError)
    assert simulator.crashes == []


@pytest.mark.parametrize(("accepted", "tasks"), [(True, 1), (False, 0)])
def test_error_pages(simulator: Simulator, client: Client, accepted: bool, tasks: int) -> None:
    simulator.script(Stage.SUBMIT, html_error(502, accepted=accepted))
    response = client.submit()
    assert (response.status_code, response.headers["content-type"]) == (502, "text/html")
    assert response.text.startswith("<html>")
    assert len(simulator.tasks) == tasks


@pytest.mark.parametrize("text", ["2", "99999", "-5", "soon", "Wed, 21 Oct 2099 07:28:00 GMT", None])
def test_rate_limited(simulator: Simulator, client: Client, text: str | None) -> None:
    simulator.script(Stage.SUBMIT, rate_limited(text), times=2)
    for _ in range(2):
        response = client.submit()
        assert (response.status_code, response.headers.get("retry-after")) == (429, text)
    assert client.submit().status_code == 200
    assert simulator.account.accepted == 1


def test_an_early_413_page(simulator: Simulator, client: Client) -> None:
    simulator.script(Stage.SUBMIT, html_error(413, accepted=False, early=True))
    response = client.submit(b"x" * 5_000_000)
    assert response.status_code == 413
    assert simulator.requests.submissions[0].body_bytes is None
    assert client.submit().status_code == 200


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


@pytest.mark.parametrize("http_status", [None, 200])
@pytest.mark.parametrize("status", [401, 402, 404, 429, 500])
def test_envelope_errors(simulator: Simulator, client: Client, status: int, http_status: int | None) -> None:
    task_id = client.submitted()
    simulator.script(Stage.POLL, EnvelopeError(status, "no", http_status))
    response = client.poll(task_id)
    assert response.status_code == (http_status or status)
    assert response.json() == {"status": status, "message": "no"}
    assert client.poll(task_id).json()["data"]["state"] == 0


def test_a_bad_http_status_with_a_good_body(simulator: Simulator, client: Client) -> None:
    simulator.script(Stage.POLL, EnvelopeError(200, "success", http_status=500))
    response = client.poll(client.submitted())
    assert (response.status_code, response.json()["status"]) == (500, 200)


def test_the_key_echoed(simulator: Simulator, client: Client) -> None:
    simulator.script(Stage.SUBMIT, EnvelopeError(400, "Bad key", echo_key=True))
    assert simulator.key in client.submit().json()["message"]


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


def test_a_dripping_body(simulator: Simulator, client: Client) -> None:
    task_id = client.submitted()
    simulator.script(Stage.POLL, Drip(chunk_bytes=16, pause_s=0.0))
    assert client.poll(task_id).json()["data"]["task_id"] == task_id
    simulator.script(Stage.POLL, Drip(pause_s=60))
    with dial(simulator, "GET", f"{SCALE}/{task_id}") as connection:
        assert connection.recv(1) == b"H"
        assert not simulator.requests[-1].ended
    simulator.wait_for(lambda: simulator.requests[-1].ended)
    assert simulator.requests[-1].finished_at is None


def test_another_tasks_data(simulator: Simulator, client: Client) -> None:
    first, second = client.submitted(), client.submitted()
    simulator.script(Stage.POLL, OtherTask(second), when=lambda request: request.task_id == first)
    assert client.poll(second).json()["data"]["task_id"] == second
    assert client.poll(first).json()["data"]["task_id"] == second
    simulator.script(Stage.POLL, OtherTask())
    assert client.poll(first).json()["data"]["task_id"] not in simulator.tasks


def test_redirects(simulator: Simulator, client: Client) -> None:
    simulator.script(Stage.SUBMIT, redirect("http://192.0.2.1/", 307))
    simulator.script(Stage.DOWNLOAD, redirect("file:///etc/passwd"))
    response = client.submit()
    assert (response.status_code, response.headers["location"]) == (307, "http://192.0.2.1/")
    assert simulator.account.accepted == 0
    url = client.ended(client.submitted())["image"]
    assert client.download(url).headers["location"] == "file:///etc/passwd"


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


def test_expired_urls(simulator: Simulator, client: Client) -> None:
    url = client.ended(client.submitted())["image"]
    simulator.script(Stage.DOWNLOAD, expired_url(), times=2)
    assert [client.download(url).status_code for _ in range(3)] == [403, 403, 200]
    assert simulator.tasks.only().downloads == 1


@pytest.mark.parametrize("declared", [True, False])
def test_a_download_cut_in_the_middle(simulator: Simulator, client: Client, declared: bool) -> None:
    url = str(client.ended(client.submitted())["image"])
    whole = simulator.tasks.only().result_bytes
    simulator.script(Stage.DOWNLOAD, Cut(0.5, declared_length=declared))
    got = b""
    with client.bare.stream("GET", url) as response:
        assert response.headers.get("content-length") == (str(len(whole)) if declared else None)
        pieces = response.iter_raw()
        with contextlib.suppress(httpx.RemoteProtocolError):
            while True:
                got += next(pieces)
    assert got == whole[: len(whole) // 2]
    assert simulator.tasks.only().downloads == 0


def test_wrong_content(simulator: Simulator, client: Client) -> None:
    url = client.ended(client.submitted())["image"]
    whole = simulator.tasks.only().result_bytes
    simulator.script(Stage.DOWNLOAD, WrongBytes(b""))
    simulator.script(Stage.DOWNLOAD, Answer(200, b"<html>Sign in</html>"))
    simulator.script(Stage.DOWNLOAD, Truncated(0.5))
    simulator.script(Stage.DOWNLOAD, ExtraHeaders((("Content-Type", "text/plain"), ("X-More", "1"))))
    assert client.download(url).content == b""
    assert client.download(url).text.startswith("<html>")
    short = client.download(url)
    assert short.content == whole[: len(whole) // 2]
    assert int(short.headers["content-length"]) == len(short.content)
    lying = client.download(url)
    assert (lying.content, lying.headers["x-more"]) == (whole, "1")
    assert lying.headers.get_list("content-type") == ["text/plain"]


def test_results_of_any_kind(simulator: Simulator, client: Client) -> None:
    simulator.script(Stage.SUBMIT, ResultIs(picture("GIF"), "image/gif", "gif"))
    simulator.script(Stage.SUBMIT, ResultIsInput())
    photo = picture("PNG")
    for expected in (picture("GIF"), photo):
        data = client.ended(client.submitted(photo))
        assert client.download(data["image"]).content == expected


def test_the_bomb_is_a_valid_small_file(simulator: Simulator, client: Client) -> None:
    bomb = bomb_png()
    assert len(bomb) < 300_000
    url = client.ended(client.submitted())["image"]
    simulator.script(Stage.DOWNLOAD, WrongBytes(bomb, "image/png"))
    response = client.download(url)
    assert response.content == bomb
    with pytest.raises(Image.DecompressionBombError):
        Image.open(io.BytesIO(bomb))


def test_scripts_fire_in_order_and_skip(simulator: Simulator, client: Client) -> None:
    simulator.script(Stage.SUBMIT, html_error(500, accepted=False))
    simulator.script(Stage.SUBMIT, html_error(502, accepted=False), skip=1, times=2)
    assert [client.submit().status_code for _ in range(5)] == [500, 200, 502, 502, 200]
    assert [request.fault for request in simulator.requests.submissions] == ["Answer", "", "Answer", "Answer", ""]


def test_a_fault_that_does_not_fit_is_told() -> None:
    with Simulator() as simulator, Client(simulator) as client:
        simulator.script(Stage.POLL, TaskEnds(-1))
        assert client.poll("unknown").status_code == 500
    assert isinstance(simulator.crashes[0], LookupError)


@pytest.mark.parametrize("name", [name for name in CATALOGUE if name not in {"submit-delayed", "poll-drip"}])
def test_every_named_fault_fires_and_breaks_nothing_else(simulator: Simulator, client: Client, name: str) -> None:
    named = CATALOGUE[name]
    script = simulator.script(named.stage, named.make(), times=1)

    def attempt() -> None:
        data = client.ended(client.submitted())
        assert client.download(data["image"]).status_code == 200

    broken = (httpx.HTTPError, httpx.InvalidURL, AssertionError, KeyError, TypeError, ValueError, AttributeError)
    with contextlib.suppress(*broken):  # how such a simple client fails does not matter here
        attempt()
    assert len(script.fired) == 1
    attempt()
