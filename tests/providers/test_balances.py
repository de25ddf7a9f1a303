"""What is left on an account: the two shapes that are known, and silence for any other."""

from __future__ import annotations

import json

import pytest

from overscan.core.calls import Json, Reply
from overscan.core.money import Balance
from overscan.providers.accounts import APIXO, GPTGE, PICWISH


def picwish(body: Json, status: int = 200) -> Balance | None:
    assert PICWISH.balance is not None
    return PICWISH.balance.read(Reply(status, {}, json.dumps(body).encode()))


def apixo(body: Json, status: int = 200) -> Balance | None:
    assert APIXO.balance is not None
    return APIXO.balance.read(Reply(status, {}, json.dumps(body).encode()))


def test_where_it_is_asked_for() -> None:
    assert PICWISH.balance is not None
    assert APIXO.balance is not None
    assert (PICWISH.balance.call.method, PICWISH.balance.call.path) == ("GET", "/api/customers/package-credits")
    assert (APIXO.balance.call.method, APIXO.balance.call.path) == ("GET", "/apikeys/current-balance")
    assert PICWISH.balance.call.body is None is APIXO.balance.call.body
    assert GPTGE.balance is None


@pytest.mark.parametrize("left", [0, 12, 12.5, 10**9])
def test_picwish_counts_credits(left: float) -> None:
    body: Json = {"status": 200, "data": [{"remaining_credits": left, "used_credits": 3}]}
    assert picwish(body) == Balance(credits=left)


@pytest.mark.parametrize("left", [0, 74.87, -0.5])
def test_apixo_counts_dollars(left: float) -> None:
    assert apixo({"code": 200, "message": "success", "data": left}) == Balance(usd=left)


GOOD: Json = [{"remaining_credits": 12}]
ODD_AMOUNTS: list[Json] = [None, "12", True, [], {}, 10**400]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": 404, "message": "wxtech.aoscdn.com not found"}, 200),
        ({"status": 200, "data": GOOD}, 404),
        ({"status": 401, "data": GOOD}, 200),
        ({"data": GOOD}, 200),
        ({"status": 200, "data": []}, 200),
        ({"status": 200, "data": {"remaining_credits": 12}}, 200),
        ({"status": 200, "data": ["x"]}, 200),
        ({"status": 200, "data": [{}]}, 200),
        ([], 200),
        (None, 200),
        *(({"status": 200, "data": [{"remaining_credits": odd}]}, 200) for odd in ODD_AMOUNTS),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_picwish_is_silent_about_a_surprise(body: Json, status: int) -> None:
    assert picwish(body, status) is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"code": 401, "data": 5}, 200),
        ({"code": 200, "data": 5}, 500),
        ({"data": 5}, 200),
        ({"code": 200}, 200),
        ("5", 200),
        *(({"code": 200, "data": odd}, 200) for odd in ODD_AMOUNTS),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_apixo_is_silent_about_a_surprise(body: Json, status: int) -> None:
    assert apixo(body, status) is None
