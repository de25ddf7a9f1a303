"""Every reader of every provider and account: whatever a service answers, only the declared exceptions come out."""

from __future__ import annotations

import base64
import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from overscan.core.calls import Json, Reply
from overscan.core.failures import ProtocolError, ServiceRefusal
from overscan.core.providers import Account, InlineImage, Phase, RemoteImage, RemoteProvider, TaskStatus
from overscan.providers.registry import load_registry
from tests.simulator.client import picture

REGISTRY = load_registry()
READERS = [p for p in REGISTRY.all() if isinstance(p, RemoteProvider)]
BALANCES = [a for a in REGISTRY.accounts() if a.balance is not None]
every_reader = pytest.mark.parametrize("provider", READERS, ids=lambda p: p.info.id)
every_balance = pytest.mark.parametrize("account", BALANCES, ids=lambda a: a.id)

NAMES = [
    "status", "code", "message", "data", "error", "type", "task_id", "taskId", "state", "progress",
    "image", "image1", "image_1", "image_2", "image_4", "image_9", "state_detail", "err_message",
    "resultJson", "resultUrls", "failCode", "failMsg", "createTime", "completeTime", "remaining_credits",
]  # fmt: skip
TEXTS = [
    "success", "failed", "fail", "pending", "processing", "Complete", "cancelled", "null", "undefined", "200", "401",
    "1", "-1", "1e999", "NaN", "{}", "[]", "https://r.example/a.png", "https://", "data:image/png;base64,",
    "/tasks/a.png", "Timeout", "NSFW", "insufficient_user_quota",
]  # fmt: skip
NUMBERS = [200, 400, 401, 402, 403, 404, 408, 413, 429, 500, 503, 1, 0, -1, -2, -15, 100, 10**30, -(10**400), 1.5]

PICTURE = base64.b64encode(picture("PNG", (2, 2))).decode()

leaves = (
    st.none()
    | st.booleans()
    | st.sampled_from(NUMBERS)
    | st.sampled_from(TEXTS)
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.text("ABCDab+/-_=", max_size=24)
)
names = st.sampled_from(NAMES) | st.text(max_size=5)
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(names, inner, max_size=6)
        # JSON within a text, as one of the services writes it.
        | st.dictionaries(names, inner, max_size=3).map(json.dumps)
    ),
    max_leaves=12,
)
ids = st.sampled_from(["t-1", "task_1", 7, "../x?y#z", " a", ".."])
links = st.sampled_from(["https://r.example/a.png", "http://r.example/b.png?s=1&amp;x", "", "null", PICTURE, "/a.png"])
states = st.sampled_from(
    [1, 1, 0, 4, -1, -2, -10, -15, -99, "1", "success", "SUCCESS", "failed", "pending", "processing"]
)
results = st.dictionaries(st.just("resultUrls"), links | st.lists(links | leaves, max_size=4))
plausible = st.fixed_dictionaries(
    {},
    optional={
        "task_id": ids,
        "taskId": ids,
        "state": states,
        "progress": st.integers(-10, 200) | leaves,
        "image": links | st.lists(links, max_size=4),
        "image_1": links,
        "image_4": links,
        "resultJson": results | results.map(json.dumps) | results.map(json.dumps).map(json.dumps),
        "failCode": st.sampled_from(["Timeout", "Unknown error", "NSFW", "INSUFFICIENT_CREDITS", "", 5]),
        "failMsg": leaves,
        "state_detail": leaves,
        "remaining_credits": st.integers() | st.floats(),
    },
)
"""What a task looks like, with a few things wrong in it."""
data = plausible | st.dictionaries(st.sampled_from(NAMES), anything, max_size=7)
codes = st.sampled_from([200, 200, 200, "200", None]) | anything
envelopes = st.fixed_dictionaries(
    {"data": data}, optional={"status": codes, "code": codes, "message": leaves, "error": data}
) | st.fixed_dictionaries({}, optional=dict.fromkeys(("data", "status", "code", "message", "error"), anything | data))
balances = st.fixed_dictionaries(
    {"status": st.just(200), "code": st.just(200), "data": st.lists(data, max_size=2) | st.integers() | st.floats()}
)
statuses = st.sampled_from([200, 200, 200, 201, 302, 400, 401, 403, 404, 429, 500, 503]) | st.integers(0, 1000)


def check(provider: RemoteProvider, reply: Reply) -> None:
    """Nothing but a status or the two declared exceptions comes out, and what comes out keeps its promises."""
    try:
        status = provider.read(reply)
    except (ServiceRefusal, ProtocolError) as error:
        refused = error.failure
    else:
        check_status(provider, status)
        assert 200 <= reply.status < 300
        return
    assert refused.message
    assert len(str(refused)) < 1000


def check_status(provider: RemoteProvider, status: TaskStatus) -> None:
    assert (status.failure is not None) == (status.phase is Phase.FAILED)
    assert status.progress is None or 0.0 <= status.progress <= 1.0
    if status.task_id is not None:
        assert 0 < len(status.task_id) <= 128
        assert status.task_id.isprintable()
        assert status.task_id.strip(". ")
        call = provider.status_call(status.task_id)
        assert call.path.startswith("/")
        assert call.path.isascii()
    assert not (status.images and status.phase is not Phase.SUCCEEDED)
    assert len(set(status.images)) == len(status.images)
    for image in status.images:
        if isinstance(image, RemoteImage):
            assert image.url.lower().startswith(("http://", "https://"))
        else:
            assert isinstance(image, InlineImage)
            assert image.data
    if status.failure is not None:
        assert status.failure.message
        assert len(status.failure.message) < 600
        assert status.failure.code is None or status.failure.code.isprintable()


@every_reader
@given(statuses, envelopes | anything)
def test_any_json_is_read_or_refused(provider: RemoteProvider, status: int, body: Json) -> None:
    check(provider, Reply(status, {}, json.dumps(body).encode()))


@every_reader
@given(plausible)
def test_what_looks_like_a_task_is_read_or_refused(provider: RemoteProvider, told: Json) -> None:
    check(provider, Reply(200, {}, json.dumps({"status": 200, "code": 200, "data": told}).encode()))


@every_reader
@given(statuses, st.binary(max_size=200))
@example(200, b"BM")
@example(200, b"\x00\x00\x00\x18ftypavif")
@example(200, b"\xef\xbb\xbf")
@example(200, b"[" * 100_000)
@example(200, b'{"a":' * 100_000)
@example(200, b'{"code":200,"data":{"taskId":"t","state":"success","resultJson":"' + b"[" * 100_000 + b'"}}')
@example(200, b'{"status":200,"data":{"state":"-0","task_id":' + b"9" * 4000 + b"}}")
@example(200, b'{"status":1e999,"code":-1e999,"data":{}}')
@example(200, b'{"status":200,"code":200,"data":{"state":"\\ud800","failCode":"\\ud800","task_id":"\\ud800"}}')
def test_any_bytes_are_read_or_refused(provider: RemoteProvider, status: int, body: bytes) -> None:
    check(provider, Reply(status, {}, body))


@every_reader
@given(envelopes, st.integers(0, 400), st.binary(max_size=3))
def test_a_reply_cut_and_patched_anywhere(provider: RemoteProvider, body: Json, at: int, patch: bytes) -> None:
    whole = json.dumps(body).encode()
    check(provider, Reply(200, {}, whole[:at] + patch))
    check(provider, Reply(200, {}, whole[:at] + patch + whole[at + len(patch) :]))


@every_balance
@given(statuses, balances | envelopes | anything)
def test_a_balance_is_a_number_or_not_told(account: Account, status: int, body: Json) -> None:
    assert account.balance is not None
    balance = account.balance.read(Reply(status, {}, json.dumps(body).encode()))
    if balance is not None:
        assert status == 200
        (amount,) = [value for value in (balance.credits, balance.usd) if value is not None]
        assert math.isfinite(amount)


@every_balance
@given(statuses, st.binary(max_size=200))
def test_a_balance_of_any_bytes(account: Account, status: int, body: bytes) -> None:
    assert account.balance is not None
    assert account.balance.read(Reply(status, {}, body)) is None or status == 200


def test_the_walk_covers_every_service() -> None:
    assert len(READERS) >= 5
    assert {account.id for account in BALANCES} == {"picwish", "apixo"}
