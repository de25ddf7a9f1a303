"""What all services stand on: keys, rates and money, accepting a task, working on it, fetching sources."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tests.simulator.accounts import APIXO, GPTGE, Account
from tests.simulator.callbacks import Callbacks
from tests.simulator.faults import Exchange, Sign
from tests.simulator.form import MalformedForm, read_form
from tests.simulator.images import EndState, ImageWorker
from tests.simulator.log import FilePart, RequestLog
from tests.simulator.options import Options, PerTime, Shortage
from tests.simulator.tasks import Finished, Task, TaskTable
from tests.simulator.tellers import Teller
from tests.simulator.wire import Reply

MINUTE_S = 60.0


class Refused(Exception):
    """The service refuses a request before making a task. `http_status` None: the same as the body's `status`."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        http_status: int | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self._http_status = http_status
        self._headers = headers

    def reply(self, teller: Teller) -> Reply:
        """The refusal as the service writes it."""
        return teller.error(self.status, self.message, self._http_status, self._headers)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields and files of a submission, each name once; `mistakes` collects what our client should not send."""

    fields: Mapping[str, str]
    files: Mapping[str, FilePart]
    mistakes: list[str] = field(default_factory=list)

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """The value of a field that takes only certain texts."""
        value = self.fields.get(name, default)
        if name in self.files or value not in allowed:
            raise Refused(400, f"Invalid params '{name}', must be one of {', '.join(allowed)}")
        return value


@dataclass(frozen=True, slots=True)
class Order:
    """A submission that was found good. A source is the file's bytes or the URL to fetch."""

    parameters: dict[str, str]
    source: FilePart | str
    sync: bool = False
    return_type: int = 1
    mask: FilePart | str | None = None
    callback_url: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which name and at what price a service takes tasks."""

    service: str
    account_id: str
    least_price: Decimal
    lifetime_s: float
    max_file_bytes: int
    prepaid: bool = False


@dataclass(frozen=True, slots=True)
class Backend:
    """The simulator's parts that the services share."""

    options: Options
    accounts: dict[str, Account]
    tasks: TaskTable
    log: RequestLog
    worker: ImageWorker
    sign: Sign
    callbacks: Callbacks
    _background: set[asyncio.Task[None] | asyncio.Task[Finished]] = field(default_factory=set)

    def admit(self, exchange: Exchange, account_id: str, allowed_query: frozenset[str] = frozenset()) -> Account:
        """The account of a request's key; raises Refused for a bad key, too many requests, an unknown query."""
        request, options = exchange.request, self.options
        header = request.header("authorization" if account_id in {GPTGE, APIXO} else "x-api-key") or ""
        if account_id in {GPTGE, APIXO}:
            header = header.removeprefix("Bearer ") if header.startswith("Bearer ") else ""
        account = self.accounts.get(header)
        if account is None or not account.enabled or account.account_id != account_id:
            raise Refused(401, "Invalid API key")
        per_minute = options.apixo_per_minute
        is_fine = account.admits(options.clock.now(), options.qps)
        if account_id == APIXO and per_minute is not None:
            is_fine = account.admits(options.clock.now(), per_minute, MINUTE_S)
        if not is_fine:
            headers = () if options.retry_after is None else (("retry-after", options.retry_after),)
            raise Refused(429, "QPS limit exceeded", headers=headers)
        names = {part.partition("=")[0] for part in request.query.split("&") if part}
        if names - allowed_query:
            raise Refused(400, "Query parameters are not part of this call")
        return account

    def read_form(self, exchange: Exchange, allowed: frozenset[str]) -> Form:
        """The form of a submission, entered in the log; raises Refused unless each name is known and given once."""
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
                request.files[part.name] = self.log.file_part(part.filename, part.content_type, part.body)
        unknown = sorted({*request.fields, *request.files} - allowed)
        if unknown:
            raise Refused(400, f"Unknown params {', '.join(unknown)}")
        return Form(request.fields, request.files)

    def check_balance(self, account: Account, terms: Terms) -> bool:
        """Whether the task may end well. Raises Refused when the account has too little and the service says so
        at once; False when it says so with a task that fails."""
        if account.affords(terms.least_price):
            return True
        shortage = self.options.shortage
        if shortage is None:
            shortage = Shortage.HTTP_403 if account.account_id == GPTGE else Shortage.HTTP_402
        match shortage:
            case Shortage.HTTP_402:
                raise Refused(402, "Insufficient balance or quota")
            case Shortage.HTTP_400:
                raise Refused(400, "Insufficient credits")
            case Shortage.HTTP_403:
                raise Refused(403, f"user quota is not enough, remaining: {account.remaining}")
            case Shortage.BODY_402:
                raise Refused(402, "Insufficient credits", http_status=200)
            case Shortage.STATE:
                return False

    def accept(
        self,
        exchange: Exchange,
        order: Order,
        account: Account,
        terms: Terms,
        work: Coroutine[object, object, Finished],
        *,
        task_id: str | None = None,
        affordable: bool = True,
    ) -> Task:
        """Make the task that works on an order, and see to its callback."""
        clock = self.options.clock
        running = asyncio.create_task(work)
        self._keep(running)
        task = Task(
            task_id=task_id or str(uuid.uuid4()),
            service=terms.service,
            account_id=account.account_id,
            key=account.key,
            parameters=order.parameters,
            source_sha256=order.source.sha256 if isinstance(order.source, FilePart) else "",
            created_at=int(clock.unix()),
            began=clock.now(),
            work=running,
            least_price=terms.least_price,
            lifetime_s=terms.lifetime_s,
            callback_url=order.callback_url,
            forced_state=None if affordable else int(EndState.NO_RESOURCES),
        )
        account.accepted += 1
        if terms.prepaid:
            task.prepaid, task.charged, task.price = True, True, terms.least_price
            account.charge(terms.least_price)
        else:
            account.reserved += terms.least_price
        self.tasks.add(task)
        exchange.made(task)
        return task

    async def wait_in_turn(self, exchange: Exchange, task: Task) -> None:
        """Let a synchronous request wait as long as its task takes, and bring the task to its end."""
        pace = self.options.pace
        if isinstance(pace, PerTime):
            await exchange.line.pause(pace.seconds_per_state * len(pace.states))
        await self.tasks.finish(task)

    def call_back(self, task: Task) -> None:
        """Begin to watch a task for its callback, where it has an address."""
        if task.callback_url:
            self._keep(asyncio.create_task(self.callbacks.follow(task)))

    async def close(self) -> None:
        """Give up the tasks' work and the callbacks that are still to come."""
        running = tuple(self._background)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _keep(self, running: asyncio.Task[None] | asyncio.Task[Finished]) -> None:
        self._background.add(running)
        running.add_done_callback(self._background.discard)


def one_of(form: Form, name: str, max_bytes: int, *, required: bool, file_wins: bool) -> FilePart | str | None:
    """The source called `name` ("image" or "mask") of a form: a file or a URL.

    With `file_wins` a file beside a URL has priority, as the documents of scale-pro and the expansion say, and
    is noted as a mistake; else the two exclude each other.
    """
    file_name, url_name = f"{name}_file", f"{name}_url"
    if file_name in form.fields or url_name in form.files:
        raise Refused(400, f"Invalid params, {file_name} must be a file and {url_name} a text")
    part, url = form.files.get(file_name), form.fields.get(url_name, "")
    has_file = part is not None and len(part.body) > 0
    if has_file and url:
        if not file_wins:
            raise Refused(400, f"Invalid params, {file_name} and {url_name} exclude each other")
        form.mistakes.append(f"{file_name} and {url_name} together")
    if part is None or not has_file:
        if not url and required:
            raise Refused(400, f"Invalid params, {file_name} or {url_name} is required")
        return url or None
    if len(part.body) > max_bytes:
        raise Refused(413, "The uploaded file is too large")
    return part


def image_source(form: Form, max_bytes: int, *, file_wins: bool) -> FilePart | str:
    """The image source of a form, which must be there."""
    source = one_of(form, "image", max_bytes, required=True, file_wins=file_wins)
    assert source is not None
    return source
