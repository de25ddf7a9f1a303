"""What all PicWish operations share: key, rate, envelope, one source, tasks, the three ways to give a result."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ssl
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import httpx
from starlette.routing import Route

from tests.simulator.accounts import Account
from tests.simulator.faults import Exchange
from tests.simulator.form import MalformedForm, read_form
from tests.simulator.front import Front
from tests.simulator.images import EndState, ImageWorker, ResultFile
from tests.simulator.log import FilePart, Port, RequestLog, Stage
from tests.simulator.options import Options, PerTime
from tests.simulator.tasks import SUCCEEDED, Finished, Task, TaskTable
from tests.simulator.wire import Json, Reply, json_reply

FETCH_TIMEOUT_S = 10.0
_NO_TLS_ROOTS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loading the system's roots takes longer than a test
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Refused(Exception):
    """The service refuses a request before making a task. `status` is both HTTP's and the body's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def reply(self) -> Reply:
        """The refusal as the service writes it."""
        return json_reply({"status": self.status, "message": self.message}, self.status)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields and files of a submission, each name once."""

    fields: Mapping[str, str]
    files: Mapping[str, FilePart]

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """The value of a field that takes only certain texts."""
        value = self.fields.get(name, default)
        if name in self.files or value not in allowed:
            raise Refused(400, f"Invalid params '{name}', must be one of {', '.join(allowed)}")
        return value


@dataclass(frozen=True, slots=True)
class Order:
    """A submission that was found good. `source` is the file's bytes or the URL to fetch."""

    parameters: dict[str, str]
    source: FilePart | str
    sync: bool
    return_type: int


class Operation(Protocol):
    """One PicWish service: what it takes, what it does, what it costs."""

    name: str
    path: str
    field_names: frozenset[str]

    def read(self, form: Form) -> Order:
        """Check a submission; raises Refused."""
        ...

    async def process(self, order: Order, body: bytes, sha256: str, worker: ImageWorker) -> Finished:
        """Do the work on the source's bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Backend:
    """What the services stand on."""

    options: Options
    accounts: dict[str, Account]
    tasks: TaskTable
    log: RequestLog
    worker: ImageWorker
    sign: Callable[[Task], str]


class PicwishService:
    """The two calls of one operation."""

    def __init__(self, operation: Operation, backend: Backend) -> None:
        self._operation = operation
        self._backend = backend
        self._background: set[asyncio.Task[Finished]] = set()

    def routes(self, front: Front) -> list[Route]:
        """Submission and status query."""
        path = self._operation.path
        return [
            front.route(path, Port.API, Stage.SUBMIT, self._submit, ["POST"]),
            front.route(path + "/{task_id:path}", Port.API, Stage.POLL, self._query, ["GET"]),
        ]

    async def _submit(self, exchange: Exchange) -> Reply:
        try:
            account = self._admit(exchange)
            form = await asyncio.to_thread(self._form, exchange)
            order = self._operation.read(form)
        except Refused as refusal:
            return refusal.reply()
        task = self._accept(order, account)
        exchange.task = task
        exchange.request.task_id = task.task_id
        if not order.sync:
            return json_reply({"status": 200, "message": "success", "data": {"task_id": task.task_id}})
        pace = self._backend.options.pace
        if isinstance(pace, PerTime):
            await exchange.line.pause(pace.seconds_per_state * len(pace.states))
        await self._backend.tasks.finish(task)
        return self._told(task, order.return_type)

    async def _query(self, exchange: Exchange) -> Reply:
        try:
            account = self._admit(exchange)
            task = self._find(exchange.request.task_id, account)
        except Refused as refusal:
            return refusal.reply()
        exchange.task = task
        await self._backend.tasks.poll(task)
        return_type = int(task.parameters["return_type"])
        return self._told(task, 1 if return_type == 3 else return_type)

    def _find(self, task_id: str, account: Account) -> Task:
        task = self._backend.tasks.find(task_id, account.key)
        if task is None or task.service != self._operation.name:
            raise Refused(404, "task_id does not exist")
        return task

    def _admit(self, exchange: Exchange) -> Account:
        request, options = exchange.request, self._backend.options
        account = self._backend.accounts.get(request.key)
        if account is None or not account.enabled:
            raise Refused(401, "Invalid API key")
        if not account.admits(options.clock.now(), options.qps):
            raise _RateExceeded(options.retry_after)
        if request.query:
            raise Refused(400, "Query parameters are not part of this call")
        return account

    def _form(self, exchange: Exchange) -> Form:
        request = exchange.request
        try:
            parts = read_form(request.header("content-type") or "", exchange.body)
        except MalformedForm as error:
            raise Refused(400, f"Invalid body: {error}") from error
        for part in parts:
            if part.name in request.fields or part.name in request.files:
                raise Refused(400, f"Invalid params '{part.name}', given twice")
            if part.filename is None:
                request.fields[part.name] = part.body.decode("utf-8", "replace")
            else:
                request.files[part.name] = self._backend.log.file_part(part.filename, part.content_type, part.body)
        unknown = sorted({*request.fields, *request.files} - self._operation.field_names)
        if unknown:
            raise Refused(400, f"Unknown params {', '.join(unknown)}")
        return Form(request.fields, request.files)

    def _accept(self, order: Order, account: Account) -> Task:
        clock = self._backend.options.clock
        work = asyncio.create_task(self._work(order))
        self._background.add(work)
        work.add_done_callback(self._background.discard)
        task = Task(
            task_id=str(uuid.uuid4()),
            service=self._operation.name,
            key=account.key,
            parameters=order.parameters,
            source_sha256=order.source.sha256 if isinstance(order.source, FilePart) else "",
            created_at=int(clock.unix()),
            began=clock.now(),
            work=work,
        )
        account.accepted += 1
        self._backend.tasks.add(task)
        return task

    async def _work(self, order: Order) -> Finished:
        source = order.source
        if isinstance(source, FilePart):
            return await self._operation.process(order, source.body, source.sha256, self._backend.worker)
        body = await fetch_loopback(source)
        if body is None:
            return Finished(EndState.SOURCE_UNREACHABLE)
        if len(body) > self._backend.options.max_file_bytes:
            return Finished(EndState.SOURCE_TOO_LARGE)
        return await self._operation.process(order, body, hashlib.sha256(body).hexdigest(), self._backend.worker)

    def _told(self, task: Task, return_type: int) -> Reply:
        result = task.result if task.state == SUCCEEDED else None
        if return_type == 3 and result is not None:
            return Reply(200, result.body, result.media_type)
        image = ""
        if result is not None:
            image = base64.b64encode(result.body).decode() if return_type == 2 else self._backend.sign(task)
        data: dict[str, Json] = {
            "task_id": task.task_id,
            "created_at": task.created_at,
            "processed_at": task.processed_at,
            "completed_at": task.completed_at,
            "image": image,
            "progress": task.progress,
            "state": task.state,
        }
        if self._backend.options.extra_fields:
            data |= _extra_fields(task, result)
        return json_reply({"status": 200, "message": "success", "data": data})


class _RateExceeded(Refused):
    def __init__(self, retry_after: str | None) -> None:
        super().__init__(429, "QPS limit exceeded")
        self._retry_after = retry_after

    def reply(self) -> Reply:
        headers = () if self._retry_after is None else (("retry-after", self._retry_after),)
        return json_reply({"status": self.status, "message": self.message}, self.status, headers)


def one_source(form: Form, options: Options) -> FilePart | str:
    """The one image source of a form under the rule "if one is present, the other must be empty"."""
    if "image_file" in form.fields or "image_url" in form.files:
        raise Refused(400, "Invalid params, image_file must be a file and image_url a text")
    part, url = form.files.get("image_file"), form.fields.get("image_url", "")
    has_file = part is not None and len(part.body) > 0
    if has_file and url:
        raise Refused(400, "Invalid params, image_file and image_url exclude each other")
    if part is None or not has_file:
        if not url:
            raise Refused(400, "Invalid params, image_file or image_url is required")
        return url
    if len(part.body) > options.max_file_bytes:
        raise Refused(413, "The uploaded file is too large")
    return part


async def fetch_loopback(url: str) -> bytes | None:
    """The bytes behind a loopback URL, as the service would fetch them; None for anything that fails."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or parts.hostname not in LOOPBACK:
        return None
    try:
        async with httpx.AsyncClient(timeout=FETCH_TIMEOUT_S, trust_env=False, verify=_NO_TLS_ROOTS) as client:
            response = await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    return response.content if response.status_code == 200 else None


def _extra_fields(task: Task, result: ResultFile | None) -> dict[str, Json]:
    extra: dict[str, Json] = {
        "state_detail": "Complete" if task.state == SUCCEEDED else "Processing" if task.state >= 0 else "Failed",
        "return_type": int(task.parameters["return_type"]),
        "type": task.parameters.get("type", ""),
        "download_time": 0,
        "time_elapsed": 356.4800109863281,
    }
    if result is not None:
        extra |= {"image_width": result.width, "image_height": result.height}
    return extra
