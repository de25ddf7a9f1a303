"""The table of a job's legal moves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from overscan.core.failures import Failure, FailureKind
from overscan.core.images import ImageFormat
from overscan.core.jobs import MOVES, TERMINAL, IllegalMove, Job, JobEvent, JobState, Output, Sent, advance
from overscan.core.money import FREE, Amount, Cost
from overscan.core.requests import PhotoRef, Request

REQUEST = Request(provider="p", photo=PhotoRef(name="a", path="/a.jpg"), folder="/out")


def reachable(start: JobState, without: frozenset[JobEvent] = frozenset()) -> set[JobState]:
    """Every state that some way leads to from ``start``, ``start`` itself only if one comes back."""
    found: set[JobState] = set()
    waiting = [start]
    while waiting:
        for event, state in MOVES[waiting.pop()].items():
            if event not in without and state not in found:
                found.add(state)
                waiting.append(state)
    return found


def test_every_state_has_its_row_and_is_reached() -> None:
    assert MOVES.keys() == set(JobState)
    assert reachable(JobState.QUEUED) == set(JobState)


def test_every_event_is_used() -> None:
    assert {event for row in MOVES.values() for event in row} == set(JobEvent)


@pytest.mark.parametrize("state", sorted(TERMINAL))
@pytest.mark.parametrize("event", list(JobEvent))
def test_a_terminal_state_is_never_left(state: JobState, event: JobEvent) -> None:
    with pytest.raises(IllegalMove):
        advance(state, event)


@pytest.mark.parametrize("state", sorted(set(JobState) - TERMINAL))
def test_every_other_state_can_end(state: JobState) -> None:
    assert reachable(state) & TERMINAL
    assert advance(state, JobEvent.FAIL) is JobState.FAILED


def test_nothing_is_submitted_twice_but_through_the_queue() -> None:
    assert JobState.SUBMITTING not in reachable(JobState.SUBMITTING, without=frozenset({JobEvent.REQUEUE}))


def test_a_lost_answer_never_leads_to_a_second_submission() -> None:
    assert advance(JobState.SUBMITTING, JobEvent.LOSE) is JobState.UNCONFIRMED
    assert reachable(JobState.UNCONFIRMED) == set()


def test_an_accepted_task_never_goes_back_to_the_queue_from_waiting_or_parked() -> None:
    for state in (JobState.WAITING, JobState.PARKED):
        assert JobEvent.REQUEUE not in MOVES[state]


def test_a_submission_under_way_cannot_be_cancelled() -> None:
    cancellable = {state for state, row in MOVES.items() if JobEvent.CANCEL in row}
    assert cancellable == set(JobState) - TERMINAL - {JobState.SUBMITTING}


class Walk(RuleBasedStateMachine):
    """Any sequence of events: legal ones move as the table says, the others raise and change nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.state = JobState.QUEUED
        self.submissions = 0
        self.allowed = 1

    @rule(event=st.sampled_from(list(JobEvent)))
    def happen(self, event: JobEvent) -> None:
        before = self.state
        if event not in MOVES[before]:
            with pytest.raises(IllegalMove, match=str(event)):
                advance(before, event)
            return
        self.state = advance(before, event)
        if event is JobEvent.REQUEUE:
            self.allowed = self.submissions + 1
        if self.state is JobState.SUBMITTING:
            self.submissions += 1

    @rule(choice=st.integers(0, 20))
    def go_on(self, choice: int) -> None:
        legal = sorted(MOVES[self.state])
        if legal:
            self.happen(legal[choice % len(legal)])

    @invariant()
    def at_most_one_submission_for_each_time_in_the_queue(self) -> None:
        assert self.submissions <= self.allowed

    @invariant()
    def a_terminal_state_has_no_way_out(self) -> None:
        assert (not MOVES[self.state]) == (self.state in TERMINAL)


Walk.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestWalk = Walk.TestCase


def job(**changes: object) -> Job:
    return Job(id="1", request=REQUEST, created_at=100.0).model_copy(update=changes)


def test_elapsed_time_runs_from_the_start_to_the_end() -> None:
    assert job().elapsed_s(500.0) == 0.0
    assert job(started_at=200.0).elapsed_s(230.5) == 30.5
    assert job(started_at=200.0, finished_at=210.0).elapsed_s(1e9) == 10.0
    assert job(started_at=200.0).elapsed_s(100.0) == 0.0  # the clock was set back


PAID = Cost(Amount(2, 3))
LOST = Failure(FailureKind.UNCONFIRMED, "lost", possibly_charged=True)


@pytest.mark.parametrize(
    ("changes", "charged"),
    [
        ({"cost": PAID}, False),
        ({"cost": PAID, "task_id": "t"}, True),
        ({"cost": PAID, "state": JobState.UNCONFIRMED, "failure": LOST}, True),
        ({"cost": PAID, "state": JobState.FAILED, "failure": Failure(FailureKind.AUTH, "no")}, False),
        ({"cost": PAID, "state": JobState.DONE, "task_id": "t"}, False),
        ({"cost": FREE, "task_id": "t", "failure": LOST}, False),
        ({"cost": Cost(), "task_id": "t"}, True),
    ],
)
def test_what_may_have_cost_money_is_said(changes: dict[str, object], charged: bool) -> None:
    assert job(**changes).possibly_charged is charged


failures = st.none() | st.builds(
    Failure, st.sampled_from(FailureKind), st.text(), st.text(), st.none() | st.text(), st.booleans()
)
jobs = st.builds(
    Job,
    id=st.text(min_size=1),
    request=st.just(REQUEST),
    state=st.sampled_from(JobState),
    cost=st.sampled_from([FREE, PAID, Cost()]),
    created_at=st.floats(0, 1e10),
    task_id=st.none() | st.text(),
    sent=st.none()
    | st.just(Sent(bytes=1, width=2, height=3, format=ImageFormat.JPEG, sha256="x", changes=("turned upright",))),
    outputs=st.just(())
    | st.just((Output(n=1, path="/o.png", sha256="y", bytes=4, width=5, height=6, format=ImageFormat.PNG),)),
    failure=failures,
)


@given(jobs)
def test_a_job_survives_being_written_down(given_job: Job) -> None:
    assert Job.model_validate_json(given_job.model_dump_json()) == given_job
