"""What all PicWish operations share: envelope, sources, tasks, the ways to give a result. gpt.ge forwards to it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from starlette.routing import Route

from tests.simulator.accounts import PICWISH, Account
from tests.simulator.backend import Backend, Form, Order, Refused, Terms
from tests.simulator.faults import Exchange
from tests.simulator.front import Front
from tests.simulator.images import EndState, ImageWorker, ResultFile
from tests.simulator.log import FilePart, Port, Stage
from tests.simulator.loopback import fetched
from tests.simulator.tasks import SUCCEEDED, Finished, Task
from tests.simulator.values import Json
from tests.simulator.wire import Reply, json_reply


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes that an order's work begins with."""

    body: bytes
    sha256: str
    mask: bytes | None = None


class Operation(Protocol):
    """One PicWish service: what it takes, what it does, what it costs."""

    name: str
    path: str
    field_names: frozenset[str]
    least_price: Decimal
    max_file_bytes: int

    def read(self, form: Form) -> Order:
        """Check a submission; raises Refused."""
        ...

    async def process(self, order: Order, source: Source, worker: ImageWorker) -> Finished:
        """Do the work on the source's bytes."""
        ...

    def told(self, task: Task, common: dict[str, Json], images: list[str]) -> dict[str, Json]:
        """The `data` of its replies, from what all have in common; `images` is empty until success."""
        ...


class PicwishService:
    """The two calls of one operation."""

    account_id = PICWISH

    def __init__(self, operation: Operation, backend: Backend) -> None:
        self._operation = operation
        self._backend = backend
        backend.callbacks.tellings[operation.name] = self.data
        self._terms = Terms(
            operation.name,
            self.account_id,
            operation.least_price,
            backend.options.result_lifetime_s,
            operation.max_file_bytes,
        )

    def routes(self, front: Front) -> list[Route]:
        """Submission and status query."""
        path = self._operation.path
        return [
            front.route(path, Port.API, Stage.SUBMIT, self._submit, ["POST"]),
            front.route(self.status_path(), Port.API, Stage.POLL, self._query, ["GET"]),
        ]

    def status_path(self) -> str:
        """The route of the status query."""
        return self._operation.path + "/{task_id:path}"

    async def _submit(self, exchange: Exchange) -> Reply:
        backend = self._backend
        try:
            account = backend.admit(exchange, self.account_id)
            form = await asyncio.to_thread(backend.read_form, exchange, self._operation.field_names)
            order = self._operation.read(form)
            affordable = backend.check_balance(account, self._terms)
        except Refused as refusal:
            return refusal.reply(exchange.teller)
        for mistake in form.mistakes:
            backend.log.mistake(mistake, exchange.request)
        task = backend.accept(exchange, order, account, self._terms, self._work(order), affordable=affordable)
        backend.call_back(task)
        if not order.sync:
            return json_reply(exchange.teller.envelope({"task_id": task.task_id}))
        await backend.wait_in_turn(exchange, task)
        if order.return_type == 3 and task.result is not None:
            return Reply(200, task.result.body, task.result.media_type)
        return json_reply(exchange.teller.envelope(self.data(task)))

    async def _query(self, exchange: Exchange) -> Reply:
        try:
            account = self._backend.admit(exchange, self.account_id)
            task = self._find(exchange.request.task_id, account)
        except Refused as refusal:
            return refusal.reply(exchange.teller)
        exchange.task = task
        await self._backend.tasks.poll(task)
        return json_reply(exchange.teller.envelope(self.queried(task)))

    def _find(self, task_id: str, account: Account) -> Task:
        task = self._backend.tasks.find(task_id, account.key)
        if task is None or task.service != self._operation.name:
            raise Refused(404, "task_id does not exist")
        return task

    async def _work(self, order: Order) -> Finished:
        given = order.source
        if isinstance(given, FilePart):
            source = Source(given.body, given.sha256)
        else:
            body = await fetched(given)
            if body is None:
                return Finished(EndState.SOURCE_UNREACHABLE)
            if len(body) > self._terms.max_file_bytes:
                return Finished(EndState.SOURCE_TOO_LARGE)
            source = Source(body, hashlib.sha256(body).hexdigest())
        if order.mask is not None:
            mask = order.mask.body if isinstance(order.mask, FilePart) else await fetched(order.mask)
            if mask is None:
                return Finished(EndState.SOURCE_UNREACHABLE)
            source = replace(source, mask=mask)
        finished = await self._operation.process(order, source, self._backend.worker)
        return replace(finished, source=source.body, mask=source.mask)

    def queried(self, task: Task) -> dict[str, Json]:
        """The `data` that a query tells."""
        return self.data(task)

    def data(self, task: Task) -> dict[str, Json]:
        """The `data` that a synchronous reply tells."""
        images: list[str] = []
        if task.state == SUCCEEDED:
            in_text = task.parameters.get("return_type") == "2"
            images = [
                base64.b64encode(result.body).decode() if in_text else self._backend.sign(task, index)
                for index, result in enumerate(task.results)
            ]
        common: dict[str, Json] = {
            "task_id": task.task_id,
            "created_at": task.created_at,
            "processed_at": task.processed_at,
            "completed_at": task.completed_at,
            "image": images[0] if images else "",
            "progress": task.progress,
            "state": task.state,
        }
        return self._operation.told(task, common, images)


def state_detail(task: Task) -> str:
    """The state in words, as live replies have it."""
    return "Complete" if task.state == SUCCEEDED else "Processing" if task.state >= 0 else "Failed"


def live_fields(task: Task, result: ResultFile | None) -> dict[str, Json]:
    """Fields beyond the document of `scale` that live replies were seen to carry."""
    extra: dict[str, Json] = {
        "state_detail": state_detail(task),
        "return_type": int(task.parameters.get("return_type", "1")),
        "type": task.parameters.get("type", ""),
        "download_time": 0,
        "time_elapsed": 356.4800109863281,
    }
    if result is not None:
        extra |= {"image_width": result.width, "image_height": result.height}
    return extra
