"""What every request passes through, whichever service it is for: log, leak check, faults, delivery."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias

from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route

from tests.simulator.accounts import Account, owner_of
from tests.simulator.faults import Exchange, Fault, Sign
from tests.simulator.gates import ClientLine
from tests.simulator.log import LoggedRequest, Port, RequestLog, Stage
from tests.simulator.options import Options
from tests.simulator.script import ScriptQueue
from tests.simulator.tasks import Task, TaskTable
from tests.simulator.wire import Broken, Reply, WireResponse

Service: TypeAlias = Callable[[Exchange], Awaitable[Reply]]

ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]
SECRET_HEADERS = ("x-api-key", "authorization", "cookie", "proxy-authorization")
"""Headers that a storage must never see."""


class Front:
    """Wraps the services' handlers into endpoints."""

    def __init__(
        self,
        log: RequestLog,
        scripts: ScriptQueue,
        tasks: TaskTable,
        accounts: dict[str, Account],
        sign: Sign,
        options: Options,
    ) -> None:
        self._log = log
        self._scripts = scripts
        self._tasks = tasks
        self._accounts = accounts
        self._sign = sign
        self._clock = options.clock
        self._latency_s = options.latency_s
        self.crashes: list[Exception] = []
        """Exceptions of the simulator's own code (or of a fault that does not fit): always a defect."""

    def route(self, path: str, port: Port, stage: Stage, service: Service, methods: Iterable[str]) -> Route:
        """A route whose requests are logged as `stage` and answered by `service`."""

        async def serve(request: Request) -> WireResponse:
            entry = self._enter(request, port, stage)
            try:
                reply, task = await self._answer(request, entry, service)
            except ClientDisconnect:
                reply, task = Reply(499, b"", delivery=Broken()), None
            except Exception as error:
                self.crashes.append(error)
                raise
            sends_status = not (isinstance(reply.delivery, Broken) and reply.delivery.body_bytes is None)

            def decide() -> None:
                entry.status = reply.status if sends_status else None

            def finished(whole: bool) -> None:
                if whole and task is not None and stage is Stage.DOWNLOAD and reply.status in {200, 206}:
                    task.downloads += 1
                self._log.finish(entry, self._clock.now() if whole else None)

            self._log.note(decide)
            return WireResponse(reply, finished)

        return Route(path, serve, methods=list(methods))

    def _enter(self, request: Request, port: Port, stage: Stage) -> LoggedRequest:
        raw_path = request.scope.get("raw_path") or request.url.path.encode()
        entry = LoggedRequest(
            number=0,
            port=port,
            stage=stage,
            method=request.method,
            path=raw_path.decode("latin-1").partition("?")[0],
            query=request.scope["query_string"].decode("latin-1"),
            headers=tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in request.scope["headers"]),
            received_at=self._clock.now(),
            key=_presented_key(request),
            account_id=owner_of(request.url.path) if port is Port.API else "",
            task_id=str(request.path_params.get("task_id") or request.query_params.get("taskId", "")),
        )
        self._log.add(entry)
        for what in self._leaks(entry):
            self._log.leak(what, entry)
        return entry

    def _leaks(self, entry: LoggedRequest) -> list[str]:
        found = []
        if entry.port is Port.STORAGE:
            found += [f"header {name} sent to the storage" for name in SECRET_HEADERS if entry.header(name) is not None]
        for key, account in self._accounts.items():
            if entry.account_id not in {"", account.account_id}:
                found += [
                    f"key of {account.account_id} sent to {entry.account_id}"
                    for name, value in entry.headers
                    if name in SECRET_HEADERS and key in value
                ]
            if key in entry.path or key in entry.query:
                found.append("key in the URL")
            if any(key in value for name, value in entry.headers if name not in SECRET_HEADERS):
                found.append("key in an unrelated header")
        return found

    async def _answer(self, request: Request, entry: LoggedRequest, service: Service) -> tuple[Reply, Task | None]:
        exchange = Exchange(entry.stage, entry, b"", ClientLine(request.receive), self._tasks, self._sign)
        fault: Fault | None = self._scripts.take(entry, early=True)
        if fault is None:
            exchange.body = await request.body()
            if any(key.encode() in exchange.body for key in self._accounts):
                self._log.leak("key in the body", entry)

            def arrived() -> None:
                entry.body_bytes = len(exchange.body)

            self._log.note(arrived)
            fault = self._scripts.take(entry, early=False)
        if fault is not None and (reply := await fault.before(exchange)) is not None:
            return reply, None
        exchange.fault = fault
        exchange.had_ended = entry.task_id in self._tasks and self._tasks[entry.task_id].ended
        if self._latency_s:
            await exchange.line.pause(self._latency_s)
        reply = await service(exchange)
        if fault is not None:
            reply = await fault.after(reply, exchange)
        return reply, exchange.task


def _presented_key(request: Request) -> str:
    key = request.headers.get("x-api-key")
    return request.headers.get("authorization", "").removeprefix("Bearer ") if key is None else key
