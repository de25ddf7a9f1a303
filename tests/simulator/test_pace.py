"""Pace, rate limit and load."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from tests.simulator import ManualClock, Options, PerPoll, PerTime, Simulator, Stage
from tests.simulator.client import SCALE, Client, picture
from tests.simulator.plugin import make_simulator, simulator

__all__ = ["make_simulator", "simulator"]

MakeSimulator = Callable[[Options], Simulator]


def test_states_by_time(make_simulator: MakeSimulator) -> None:
    clock = ManualClock()
    simulator = make_simulator(Options(clock=clock, pace=PerTime(2.0)))
    with Client(simulator) as client:
        task_id = client.submitted()
        simulator.wait_for(lambda: simulator.tasks.only().work.done())
        states = []
        for _ in range(5):
            states += [client.poll(task_id).json()["data"]["state"] for _ in range(2)]
            clock.advance(1.5)
    assert states == [0, 0, 0, 0, 2, 2, 4, 4, 1, 1]


def test_other_states_on_the_way(make_simulator: MakeSimulator) -> None:
    with Client(make_simulator(Options(pace=PerPoll((3, 5, 6))))) as client:
        task_id = client.submitted()
        assert [client.poll(task_id).json()["data"]["state"] for _ in range(4)] == [3, 5, 6, 1]


def test_finished_at_the_first_query(make_simulator: MakeSimulator) -> None:
    with Client(make_simulator(Options(pace=PerPoll(())))) as client:
        assert client.poll(client.submitted()).json()["data"]["state"] == 1


def test_qps_counts_submissions_and_queries_of_a_key(make_simulator: MakeSimulator) -> None:
    clock = ManualClock()
    simulator = make_simulator(Options(clock=clock, qps=2, retry_after="1"))
    other = simulator.add_key("other")
    with Client(simulator) as client, Client(simulator, "other") as second:
        task_id = client.submitted()
        assert client.poll(task_id).status_code == 200
        refused = [client.poll(task_id), client.submit()]
        assert [(r.status_code, r.json()["status"], r.headers["retry-after"]) for r in refused] == [(429, 429, "1")] * 2
        assert second.submit().status_code == 200
        clock.advance(0.9)
        assert client.poll(task_id).status_code == 429
        clock.advance(0.2)
        assert client.poll(task_id).status_code == 200
    assert (simulator.account.accepted, other.accepted) == (1, 1)


@pytest.mark.parametrize("count", [100])
def test_many_tasks_at_once(make_simulator: MakeSimulator, count: int) -> None:
    simulator = make_simulator(Options())
    body = picture(size=(64, 64))

    async def job(client: httpx.AsyncClient, bare: httpx.AsyncClient) -> bytes:
        files = {"image_file": ("a.jpg", body, "image/jpeg")}
        made = await client.post(SCALE, data={"sync": "0", "scale_factor": "2"}, files=files)
        task_id = made.json()["data"]["task_id"]
        while True:
            data = (await client.get(f"{SCALE}/{task_id}")).json()["data"]
            if data["state"] == 1:
                return (await bare.get(data["image"])).content

    async def everything() -> list[bytes]:
        limits = httpx.Limits(max_connections=20, max_keepalive_connections=20)  # unequal: quadratic
        headers = {"X-API-KEY": simulator.key}
        async with (
            httpx.AsyncClient(base_url=simulator.base_url, headers=headers, limits=limits, timeout=60) as client,
            httpx.AsyncClient(limits=limits, timeout=60) as bare,
        ):
            return await asyncio.gather(*(job(client, bare) for _ in range(count)))

    results = asyncio.run(everything())
    assert len(results) == len(simulator.tasks) == simulator.account.charged_tasks == count
    assert set(results) == {next(iter(simulator.tasks)).result_bytes}
    assert all(task.downloads == 1 and task.polls == 4 for task in simulator.tasks)


def test_thirty_megabytes_both_ways(make_simulator: MakeSimulator) -> None:
    simulator = make_simulator(Options(passthrough=True, max_file_bytes=40_000_000))
    body = picture("BMP", (3400, 3000))
    assert len(body) > 30_000_000
    with Client(simulator) as client:
        data = client.ended(client.submitted(body))
        assert client.download(data["image"]).content == body
    assert simulator.requests.submissions[0].body_bytes is not None
    assert simulator.requests.submissions[0].body_bytes > len(body)


def test_waiting_for_what_happens(simulator: Simulator) -> None:
    with Client(simulator) as client:
        task_id = client.submitted()
        (request,) = simulator.wait_for_requests(Stage.SUBMIT)
        assert request.task_id == task_id
        assert simulator.wait_for(lambda: len(simulator.tasks)) == 1
        with pytest.raises(TimeoutError, match="POST /api/tasks/visual/scale -> 200"):
            simulator.wait_for(lambda: len(simulator.requests.polls) > 0, timeout=0)
