"""What is left on an account: told where it can be, and never in the way."""

from __future__ import annotations

import logging
from decimal import Decimal

import pytest

from overscan.core.jobs import JobState
from overscan.core.money import Balance
from tests.engine.house import House
from tests.simulator import Answer, Cut, EnvelopeError, Fault, Stage

pytestmark = pytest.mark.anyio


async def test_what_is_left(house: House) -> None:
    house.simulator.account.balance = Decimal(12)
    async with house.engine() as engine:
        assert await engine.balance("picwish") == Balance(credits=12)
        job = await house.run(engine)
        assert job.state is JobState.DONE
        assert await engine.balance("picwish") == Balance(credits=10)
    (asked, _) = [request for request in house.simulator.requests if request.stage is Stage.BALANCE]
    assert asked.key == house.simulator.key


async def test_nobody_to_ask(house: House) -> None:
    async with house.engine() as engine:
        assert await engine.balance("no-such-account") is None
    assert list(house.simulator.requests) == []


@pytest.mark.parametrize(
    "fault",
    [EnvelopeError(401), EnvelopeError(404), EnvelopeError(429), EnvelopeError(500), Answer(200, b"<html>"), Cut(0.5)],
    ids=str,
)
async def test_a_failure_is_silent(house: House, fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    house.simulator.script(Stage.BALANCE, fault)
    caplog.set_level(logging.INFO, "overscan.engine.asking")
    async with house.engine() as engine:
        assert await engine.balance("picwish") is None
        (record,) = [found for found in caplog.records if found.name == "overscan.engine.asking"]
        assert record.levelno == logging.INFO
        assert house.simulator.key not in record.getMessage()
        # Nothing follows from it: the account goes on.
        assert (await house.run(engine)).state is JobState.DONE


async def test_without_a_key_nobody_is_asked(house: House) -> None:
    async with house.engine(key=lambda account, base_url: None) as engine:
        assert await engine.balance("picwish") is None
    assert list(house.simulator.requests) == []
