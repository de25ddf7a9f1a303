"""Keys, leaks and balances of the three accounts, and the callbacks of the two that call back."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.simulator import (
    ACCOUNT_IDS,
    APIXO,
    FORGED_ID,
    GPTGE,
    PICWISH,
    SMALL_EDGES,
    CallbackStyle,
    CallsBack,
    Gate,
    Options,
    Shortage,
    Simulator,
    Stage,
    forged_callback,
)
from tests.simulator.balances import APIXO_PATH, PICWISH_DEAD_PATH, PICWISH_PATH
from tests.simulator.client import Caller
from tests.simulator.plugin import make_simulator, simulator
from tests.simulator.services import EXPAND, GPTGE_SCALE, SCALE, UPSCALER

__all__ = ["make_simulator", "simulator"]

MakeSimulator = Callable[[Options], Simulator]
SERVICES = {PICWISH: SCALE, GPTGE: GPTGE_SCALE, APIXO: UPSCALER}


@pytest.mark.parametrize("owner", ACCOUNT_IDS)
@pytest.mark.parametrize("asked", ACCOUNT_IDS)
def test_a_key_is_good_at_its_own_service_only(simulator: Simulator, owner: str, asked: str) -> None:
    with Caller(simulator, SERVICES[asked]) as caller:
        key = simulator.keys[owner]
        caller.api.headers.update({"X-API-KEY": key} if asked == PICWISH else {"Authorization": f"Bearer {key}"})
        statuses = {caller.submit().status_code, caller.poll("unknown").status_code}
    assert statuses == ({200, 404} if owner == asked else {401})
    leaks = {leak.what for leak in simulator.requests.leaks}
    assert leaks == (set() if owner == asked else {f"key of {owner} sent to {asked}"})


def test_a_key_in_a_body_and_at_an_unknown_url(simulator: Simulator) -> None:
    with Caller(simulator, SCALE) as caller:
        caller.submit(type=simulator.key)
        caller.api.get(f"{simulator.base_urls[APIXO]}/models")
    assert [leak.what for leak in simulator.requests.leaks] == ["key in the body", "key of picwish sent to apixo"]


def test_balances_go_down(make_simulator: MakeSimulator) -> None:
    options = Options(balances={PICWISH: 9, APIXO: Decimal("0.02")}, apixo_edge_px=SMALL_EDGES)
    simulator = make_simulator(options)
    with Caller(simulator, EXPAND) as expand, Caller(simulator, UPSCALER) as upscaler:
        expand.ended(expand.submitted())
        told = expand.api.get(simulator.base_url + PICWISH_PATH)
        assert told.json() == {"status": 200, "data": [{"remaining_credits": 5, "used_credits": 4}]}
        second = expand.submitted()
        assert expand.submit().status_code == 402  # one credit is left beside the four that are at work
        expand.ended(second)
        assert simulator.account.remaining == 1
        upscaler.submitted()
        assert upscaler.api.get(simulator.base_url + APIXO_PATH).json()["data"] == 0.01
        upscaler.submitted()
        assert upscaler.submit().json() == {"code": 402, "message": "Insufficient balance or quota"}
    assert [request.stage for request in simulator.requests.of(Stage.BALANCE)] == [Stage.BALANCE] * 2


@pytest.mark.parametrize("account_id", ACCOUNT_IDS)
@pytest.mark.parametrize(
    ("shortage", "status"),
    [
        (Shortage.HTTP_402, 402),
        (Shortage.HTTP_400, 400),
        (Shortage.HTTP_403, 403),
        (Shortage.BODY_402, 200),
        (Shortage.STATE, 200),
    ],
)
def test_an_empty_account(make_simulator: MakeSimulator, account_id: str, shortage: Shortage, status: int) -> None:
    simulator = make_simulator(Options(balances={account_id: 0}, shortage=shortage, apixo_edge_px=SMALL_EDGES))
    with Caller(simulator, SERVICES[account_id]) as caller:
        response = caller.submit()
        assert response.status_code == status
        if shortage is Shortage.STATE:
            data = caller.ended(simulator.tasks.only().task_id)
            assert data.get("failCode", data["state"]) in {-15, "RateLimited"}
        else:
            assert len(simulator.tasks) == 0
            assert "data" not in response.json()


def test_a_balance_that_cannot_be_asked(make_simulator: MakeSimulator, simulator: Simulator) -> None:
    dead = make_simulator(Options(balance_works=False))
    with Caller(dead, SCALE) as picwish, Caller(dead, UPSCALER) as apixo:
        reply = picwish.api.get(dead.base_url + PICWISH_PATH)
        assert (reply.status_code, reply.json()["message"]) == (404, "wxtech.aoscdn.com not found")
        assert apixo.api.get(dead.base_url + APIXO_PATH).json()["code"] == 404
    with Caller(simulator, SCALE) as caller:
        assert caller.api.get(simulator.base_url + PICWISH_DEAD_PATH).status_code == 404
        headers = {"X-API-KEY": "wrong"}
        assert caller.api.get(simulator.base_url + PICWISH_PATH, headers=headers).status_code == 401


class Receiver(ThreadingHTTPServer):
    """Takes callbacks and answers with the statuses that it was given, then with 200."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.statuses: list[int] = []
        self.bodies: list[bytes] = []

    @property
    def url(self) -> str:
        """Where to call."""
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver = self.server
        assert isinstance(receiver, Receiver)
        receiver.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def submit(caller: Caller, url: str) -> str:
    if caller.service == UPSCALER:
        return caller.submitted(None, None, {"request_type": "callback", "callback_url": url})
    return caller.submitted(callback_url=url)


@pytest.fixture(params=[GPTGE_SCALE, UPSCALER])
def caller(request: pytest.FixtureRequest, make_simulator: MakeSimulator) -> Iterator[tuple[Simulator, Caller]]:
    simulator = make_simulator(Options(apixo_edge_px=SMALL_EDGES, callback_retry_s=0.001))
    with Caller(simulator, request.param) as caller:
        yield simulator, caller


def test_a_callback_tells_what_a_query_tells(caller: tuple[Simulator, Caller], receiver: Receiver) -> None:
    simulator, service = caller
    task_id = submit(service, receiver.url)
    simulator.wait_for(lambda: len(simulator.callbacks) == 1)
    told = json.loads(receiver.bodies[0])
    queried = service.poll(task_id).json()
    assert told.keys() == queried.keys()
    assert set(queried["data"]) - {"mask"} <= set(told["data"])
    assert service.files(told["data"])
    (sent,) = simulator.callbacks
    assert (sent.task_id, sent.url, sent.status, sent.attempt) == (task_id, receiver.url, 200, 0)


def test_repetitions(caller: tuple[Simulator, Caller], receiver: Receiver) -> None:
    simulator, service = caller
    receiver.statuses = [500, 302, 404, 500]
    submit(service, receiver.url)
    tries = 4 if service.service == UPSCALER else 1
    simulator.wait_for(lambda: len(simulator.callbacks) == tries)
    assert [sent.status for sent in simulator.callbacks] == [500, 302, 404, 500][:tries]


@pytest.mark.parametrize("style", [style for style in CallbackStyle if style is not CallbackStyle.HONEST])
def test_dishonest_callbacks(caller: tuple[Simulator, Caller], receiver: Receiver, style: CallbackStyle) -> None:
    simulator, service = caller
    simulator.script(Stage.SUBMIT, CallsBack(style))
    task_id = submit(service, receiver.url)
    submit(service, receiver.url)  # honest, so that there is something to wait for
    expected = {CallbackStyle.NEVER: 1, CallbackStyle.EARLY: 3, CallbackStyle.REPEATED: 4}.get(style, 2)
    simulator.wait_for(lambda: len(simulator.callbacks) == expected)
    bodies = [sent.body for sent in simulator.callbacks if sent.task_id == task_id]
    match style:
        case CallbackStyle.FORGED:
            assert FORGED_ID.encode() in bodies[0]
        case CallbackStyle.HUGE:
            assert len(bodies[0]) > 50_000_000
        case CallbackStyle.GARBLED:
            assert bodies[0].startswith(b"<")
    service.ended(task_id)


def test_callbacks_wait_at_the_gate_and_strangers_do_not(make_simulator: MakeSimulator, receiver: Receiver) -> None:
    gate = Gate()
    simulator = make_simulator(Options(callback_gate=gate))
    with Caller(simulator, GPTGE_SCALE) as caller:
        task_id = submit(caller, receiver.url)
        gate.wait_reached()
        forged = forged_callback(GPTGE, task_id)
        assert simulator.forge_callback(receiver.url, forged, times=2) == [200, 200]
        assert receiver.bodies == [forged, forged]
        assert json.loads(forged)["data"]["task_id"] == task_id
        assert simulator.callbacks == ()
        gate.open()
        simulator.wait_for(lambda: len(simulator.callbacks) == 1)


def test_only_loopback_is_called(make_simulator: MakeSimulator) -> None:
    simulator = make_simulator(Options(callback_retries=0, apixo_edge_px=SMALL_EDGES))
    with Caller(simulator, UPSCALER) as caller:
        submit(caller, "https://192.0.2.1/hook")
        simulator.wait_for(lambda: len(simulator.callbacks) == 1)
    assert simulator.callbacks[0].status is None
