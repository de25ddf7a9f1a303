"""The scripted faults of connection, HTTP and download, as a client meets them; gates; the named faults."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest
from PIL import Image

from tests.simulator import (
    Answer,
    Cut,
    Delay,
    Drip,
    EnvelopeError,
    ExtraHeaders,
    Gate,
    Hold,
    HoldPoint,
    Simulator,
    Stage,
    TaskEnds,
    Truncated,
    WrongBytes,
    bomb_png,
    expired_url,
    html_error,
    rate_limited,
    redirect,
)
from tests.simulator.client import SCALE, Client, dial, picture
from tests.simulator.plugin import simulator

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


def test_redirects(simulator: Simulator, client: Client) -> None:
    simulator.script(Stage.SUBMIT, redirect("http://192.0.2.1/", 307))
    simulator.script(Stage.DOWNLOAD, redirect("file:///etc/passwd"))
    response = client.submit()
    assert (response.status_code, response.headers["location"]) == (307, "http://192.0.2.1/")
    assert simulator.account.accepted == 0
    url = client.ended(client.submitted())["image"]
    assert client.download(url).headers["location"] == "file:///etc/passwd"


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


def test_the_bomb_is_a_valid_small_file(simulator: Simulator, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # Pillow's limit belongs to the whole process, and the program turns it off in favour of its own.
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 89_478_485)
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
