"""Slots, waiting times, and what Retry-After may say."""

from __future__ import annotations

import asyncio
import datetime
import itertools
from contextlib import ExitStack
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from overscan.engine.pacing import RETRY_AFTER_CAP_S, AccountPacer, back_off, retry_after
from overscan.engine.waking import Wakes

pytestmark = pytest.mark.anyio
TICK_S = 0.001
"""How much earlier than asked a timer may go off."""


async def slots(pacer: AccountPacer, count: int) -> list[tuple[int, float]]:
    """Who got a slot and when, in the order of getting it; all of them ask at once."""
    got: list[tuple[int, float]] = []

    async def ask(number: int) -> None:
        await pacer.slot()
        got.append((number, asyncio.get_running_loop().time()))

    await asyncio.gather(*(ask(number) for number in range(count)))
    return got


def gaps(got: list[tuple[int, float]]) -> list[float]:
    return [later[1] - earlier[1] for earlier, later in itertools.pairwise(got)]


async def test_slots_come_in_order_and_not_closer_than_the_rate() -> None:
    got = await slots(AccountPacer(200.0), 8)
    assert [number for number, _ in got] == list(range(8))
    assert min(gaps(got)) >= 1 / 200.0 - TICK_S


async def test_the_first_slot_is_free_at_once() -> None:
    pacer = AccountPacer(0.001)
    async with asyncio.timeout(10):
        await pacer.slot()


async def test_a_refusal_widens_and_good_answers_narrow_again() -> None:
    pacer = AccountPacer(400.0)
    pacer.refused(0.0)
    pacer.refused(0.0)
    assert min(gaps(await slots(pacer, 4))) >= 4 / 400.0 - TICK_S
    for _ in range(100):
        pacer.answered()
    await pacer.slot()
    before = pacer._next
    await pacer.slot()
    assert pacer._next - before < 4 / 400.0


async def test_widening_has_an_end() -> None:
    pacer = AccountPacer(3200.0)
    for _ in range(1000):
        pacer.refused(0.0)
    assert min(gaps(await slots(pacer, 3))) >= 32 / 3200.0 - TICK_S
    assert pacer._widening == 32.0


async def test_a_refusal_holds_also_those_who_are_already_waiting() -> None:
    pacer = AccountPacer(100.0)
    loop = asyncio.get_running_loop()
    await pacer.slot()
    waiting = asyncio.ensure_future(slots(pacer, 3))
    await asyncio.sleep(0)
    refused_at = loop.time()
    pacer.refused(0.08)
    assert all(at >= refused_at + 0.08 - TICK_S for _, at in await waiting)


async def test_a_cancelled_wait_takes_no_slot() -> None:
    pacer = AccountPacer(20.0)
    await pacer.slot()
    next_before = pacer._next
    waiting = [asyncio.ensure_future(pacer.slot()) for _ in range(50)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert pacer._next == next_before
    await pacer.slot()


@pytest.mark.parametrize(("rate", "tasks"), [(0.1, 4), (2.0, 16), (10.0, 80)])
async def test_as_many_tasks_run_as_can_be_asked_for(rate: float, tasks: int) -> None:
    pacer = AccountPacer(rate)
    for _ in range(tasks):
        assert not pacer.in_flight.locked()
        await pacer.in_flight.acquire()
    assert pacer.in_flight.locked()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("0", 0.0),
        ("1", 1.0),
        (" 7 ", 7.0),
        ("2.5", 2.5),
        ("99999", RETRY_AFTER_CAP_S),
        ("-5", 0.0),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("Wed, 21 Oct 2099 07:28:00 GMT", RETRY_AFTER_CAP_S),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00", 0.0),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
        ("Wed, 21 Oct 99999999999 07:28:00 GMT", None),
    ],
)
def test_retry_after(header: str | None, expected: float | None) -> None:
    assert retry_after(header) == expected


def test_a_date_soon_is_a_short_wait() -> None:
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=30)
    wait_s = retry_after(format_datetime(soon, usegmt=True))
    assert wait_s is not None
    assert 0 < wait_s <= 30


DATES = st.builds(
    "{}, {} {} {} {}:{}:{} {}".format,
    st.sampled_from(["Wed", "Xyz", ""]),
    st.integers(-1, 99),
    st.sampled_from(["Oct", "Feb", "Foo"]),
    st.integers(-1, 10**12),
    *[st.integers(-1, 99)] * 3,
    st.sampled_from(["GMT", "+0000", "+9999", "-2400", "EST", ""]),
)


@given(st.text(max_size=40) | st.floats().map(str) | st.integers().map(str) | DATES)
@example("9" * 400)
@example("0x10")
def test_any_retry_after_is_a_sane_wait(header: str) -> None:
    wait_s = retry_after(header)
    assert wait_s is None or 0.0 <= wait_s <= RETRY_AFTER_CAP_S


@given(st.integers(0, 10_000), st.floats(0.001, 10), st.floats(0.001, 100))
def test_waits_double_up_to_a_cap(attempt: int, base_s: float, cap_s: float) -> None:
    full = min(cap_s, base_s * 2.0 ** min(attempt, 16))
    assert full / 2 <= back_off(attempt, base_s=base_s, cap_s=cap_s) <= full


# ---------------------------------------------------------------------------------------- sharing


async def served(pacer: AccountPacer, submissions: int, reads: int) -> str:
    """Who got the slots in turn (S, R) when all of them ask at once, the reads first."""
    got: list[str] = []

    async def ask(letter: str) -> None:
        await pacer.slot(submission=letter == "S")
        got.append(letter)

    await asyncio.gather(*(ask("R") for _ in range(reads)), *(ask("S") for _ in range(submissions)))
    return "".join(got)


async def test_submissions_go_first_and_reads_keep_their_share() -> None:
    pacer = AccountPacer(1000.0)
    await pacer.slot()
    assert await served(pacer, submissions=7, reads=4) == "SSSRSSSRSRR"


async def test_a_cancelled_turn_is_passed_on() -> None:
    pacer = AccountPacer(100.0)
    await pacer.slot()
    turns = [asyncio.ensure_future(pacer.slot(submission=n % 2 == 0)) for n in range(20)]
    await asyncio.sleep(0)
    for turn in turns[:-1]:
        turn.cancel()
    async with asyncio.timeout(10):
        await turns[-1]
    assert all(turn.cancelled() for turn in turns[:-1])


async def test_nobody_is_asked_for_more_often_than_all_can_be() -> None:
    pacer = AccountPacer(2.0)
    assert pacer.round_s == 0
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(pacer.following())
        assert pacer.round_s == 5.0
        pacer.refused(0.0)
        assert pacer.round_s == 10.0
    assert pacer.round_s == 0


# ---------------------------------------------------------------------------------------- waking


async def test_news_cut_a_sleep_short() -> None:
    wakes = Wakes()
    with wakes.listening("a", 0.0) as wait:
        sleeping = asyncio.ensure_future(wait.sleep(1000.0))
        await asyncio.sleep(0)
        assert not wakes.wake("b")
        assert wakes.wake("a")
        async with asyncio.timeout(10):
            await sleeping
    assert not wakes.wake("a")


async def test_news_between_two_sleeps_cut_the_next_one_short() -> None:
    wakes = Wakes()
    with wakes.listening("a", 0.0) as wait:
        await wait.sleep(0.0)
        for _ in range(1000):
            wakes.wake("a")
        async with asyncio.timeout(10):
            await wait.sleep(1000.0)


async def test_repeated_news_gain_one_reading_in_each_span() -> None:
    loop = asyncio.get_running_loop()
    wakes = Wakes()
    with wakes.listening("a", 0.05) as wait:
        woken = []
        for _ in range(3):
            wakes.wake("a")
            await wait.sleep(1000.0)
            woken.append(loop.time())
    assert all(later - earlier >= 0.05 - TICK_S for earlier, later in itertools.pairwise(woken))
