"""The simulator: two HTTP servers, an API and a storage, in one background thread."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType, TracebackType
from typing import Final, Protocol, TypeVar

import uvicorn
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from tests.simulator.accounts import ACCOUNT_IDS, APIXO, GPTGE, PICWISH, UNLIMITED, Account
from tests.simulator.apixo import BASE_PATH, ApixoUpscaler
from tests.simulator.backend import Backend
from tests.simulator.balances import Balances
from tests.simulator.callbacks import Callbacks, SentCallback
from tests.simulator.catalogue import CATALOGUE
from tests.simulator.faults import Exchange, Fault
from tests.simulator.front import ALL_METHODS, Front
from tests.simulator.gates import DEFAULT_WAIT_S
from tests.simulator.gptge import GptgeScale, GptgeService
from tests.simulator.images import ImageWorker
from tests.simulator.log import LoggedRequest, Port, RequestLog, Stage
from tests.simulator.loopback import posted
from tests.simulator.options import Options
from tests.simulator.picwish import PicwishService
from tests.simulator.picwish_expand import PicwishExpand
from tests.simulator.picwish_scale import PicwishScale
from tests.simulator.picwish_scale_pro import PicwishScalePro
from tests.simulator.script import Script, ScriptQueue
from tests.simulator.signing import Signer
from tests.simulator.storage import Storage, object_path
from tests.simulator.tasks import Task, TaskTable
from tests.simulator.wire import TRANSPORT, Handler, Reply

DEFAULT_KEY = "simulator-key-0123456789"
DEFAULT_KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {PICWISH: DEFAULT_KEY, GPTGE: "sk-simulator-gptge-0123456789", APIXO: "simulator-apixo-0123456789"}
)
"""By account id. None is a part of another, so that a leak tells whose key it was."""
HOST = "127.0.0.1"
SHUTDOWN_S = 5.0
ACCEPTING_TURNS = 5

T = TypeVar("T")


class Simulator:
    """Speaks the services' contracts on loopback. A context manager; everything may be read from any thread.

    `tasks` and `requests` are what happened, `accounts` the counters by key, `requests.leaks` the secrets
    that went astray, `crashes` the simulator's own defects (a test's teardown should find none).
    """

    def __init__(
        self,
        options: Options | None = None,
        *,
        key: str = DEFAULT_KEY,
        keys: Mapping[str, str] | None = None,
        port: int = 0,
        observer: Callable[[LoggedRequest], None] | None = None,
    ) -> None:
        self.options = options or Options()
        self.keys = {**DEFAULT_KEYS, PICWISH: key, **(keys or {})}
        """The valid key of each account, by account id."""
        self.key = self.keys[PICWISH]
        self._changed = threading.Condition(threading.RLock())
        self.accounts: dict[str, Account] = {}
        for account_id, valid in self.keys.items():
            self.add_key(valid, account_id)
        self.requests = RequestLog(self._changed, observer)
        self.tasks = TaskTable(self.options, self._changed, self._charge)
        self._scripts = ScriptQueue(self._changed)
        self._signer = Signer()
        self._storage = Storage(self._signer, self.tasks, self.options.clock)
        self._sockets = {Port.API: _listener(port), Port.STORAGE: _listener(0)}
        self._origins = {role: f"http://{HOST}:{sock.getsockname()[1]}" for role, sock in self._sockets.items()}
        self._front = Front(self.requests, self._scripts, self.tasks, self.accounts, self.sign, self.options)
        self._callbacks = Callbacks(self.options, self.tasks, self._changed)
        self._connections: set[asyncio.Transport] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)

    @property
    def base_url(self) -> str:
        """Origin of the API, which is PicWish's base URL."""
        return self._origins[Port.API]

    @property
    def base_urls(self) -> dict[str, str]:
        """The base URL of each account, by account id."""
        paths = dict.fromkeys(ACCOUNT_IDS, "") | {APIXO: BASE_PATH}
        return {account_id: self.base_url + path for account_id, path in paths.items()}

    @property
    def storage_url(self) -> str:
        """Origin of the storage."""
        return self._origins[Port.STORAGE]

    @property
    def account(self) -> Account:
        """PicWish's account of the default key."""
        return self.accounts[self.key]

    def account_of(self, account_id: str) -> Account:
        """The account of that id's default key."""
        return self.accounts[self.keys[account_id]]

    @property
    def callbacks(self) -> tuple[SentCallback, ...]:
        """Every callback that was sent."""
        return self._callbacks.sent

    @property
    def crashes(self) -> list[Exception]:
        """Exceptions of the simulator itself."""
        return self._front.crashes

    def start(self) -> Simulator:
        """Begin to serve; returns when both ports answer."""
        self._thread.start()
        self._ready.wait(DEFAULT_WAIT_S)
        if self._failure is not None:
            raise RuntimeError("the simulator did not start") from self._failure
        return self

    def close(self) -> None:
        """Break all connections and stop; may be called twice."""
        loop, stop = self._loop, self._stop
        if loop is not None and stop is not None and self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # the loop has ended in between
                loop.call_soon_threadsafe(stop.set)
            self._thread.join(DEFAULT_WAIT_S)
        for listener in self._sockets.values():
            listener.close()

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add_key(self, key: str, account_id: str = PICWISH) -> Account:
        """Make a further key valid at one of the services, with counters and a balance of its own."""
        balance = Decimal(self.options.balances.get(account_id, UNLIMITED))
        with self._changed:
            return self.accounts.setdefault(key, Account(key, account_id, balance))

    def disable_key(self, key: str) -> None:
        """From now on the key is answered with 401."""
        with self._changed:
            self.accounts[key].enabled = False

    def host_photo(self, name: str, body: bytes) -> str:
        """Put a photo where the services can fetch it; returns its URL."""
        self._storage.photos[name] = body
        return f"{self.storage_url}/photos/{name}"

    def script(
        self,
        stage: Stage,
        fault: Fault,
        *,
        times: int | None = 1,
        skip: int = 0,
        when: Callable[[LoggedRequest], bool] | None = None,
    ) -> Script:
        """Queue a fault for the next `times` requests of a stage (None: all), after `skip` honest ones.

        `when` narrows it to certain requests. It sees headers, path and task id; a submission's fields
        are not parsed yet at that moment. Each request meets at most one fault.
        """
        script = Script(stage, fault, times, skip, when)
        self._scripts.add(script)
        return script

    def script_named(self, name: str, *, times: int | None = None, skip: int = 0) -> Script:
        """Queue a fault of the catalogue for the requests that it can befall; KeyError for an unknown name.

        `times` None: as often as the catalogue says, which may be for ever.
        """
        named = CATALOGUE[name]
        return self.script(
            named.stage, named.make(), times=named.times if times is None else times, skip=skip, when=named.fits
        )

    def forge_callback(self, url: str, body: bytes, *, times: int = 1) -> list[int | None]:
        """POST to a loopback address as a stranger would; the HTTP statuses, None where nobody answered.

        `callbacks.forged_callback` makes a body that looks like the real one.
        """
        return [asyncio.run(posted(url, body)) for _ in range(times)]

    def sign(self, task: Task, index: int = 0) -> str:
        """A fresh URL of one of a task's results."""
        path = object_path(task, index)
        url = f"{self.storage_url}{path}"
        if task.account_id != APIXO:
            url += "?" + self._signer.query(path, self.options.clock.unix(), self.options.result_lifetime_s)
        task.urls.append(url)
        return url

    def wait_for(self, condition: Callable[[], T], timeout: float = DEFAULT_WAIT_S) -> T:
        """Block until `condition()` is true, looking again whenever something happened; its value.

        TimeoutError with the requests so far when that takes longer than `timeout` seconds.
        """
        with self._changed:
            value = self._changed.wait_for(condition, timeout)
            if value:
                return value
            lines = [f"{r.method} {r.path} -> {r.status} {r.fault}" for r in list(self.requests)[-20:]]
        raise TimeoutError(f"not within {timeout} s; last requests:\n" + "\n".join(lines))

    def wait_for_requests(self, stage: Stage, count: int = 1, timeout: float = DEFAULT_WAIT_S) -> list[LoggedRequest]:
        """Block until so many requests of a stage have arrived; those."""
        self.wait_for(lambda: len(self.requests.of(stage)) >= count, timeout)
        return self.requests.of(stage)

    def _charge(self, task: Task) -> None:
        if task.prepaid:
            return
        account = self.accounts[task.key]
        account.reserved -= task.least_price
        if task.charged:
            account.charge(Decimal(task.price))

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits in start()
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        worker = ImageWorker(self.options.max_output_px, self.options.passthrough)
        options = self.options
        backend = Backend(options, self.accounts, self.tasks, self.requests, worker, self.sign, self._callbacks)
        services: list[_Routed] = [
            PicwishService(PicwishScale(options), backend),
            PicwishService(PicwishScalePro(options), backend),
            PicwishService(PicwishExpand(options), backend),
            GptgeService(GptgeScale(options), backend),
            ApixoUpscaler(backend),
            Balances(backend),
        ]
        routes = [route for service in services for route in service.routes(self._front)]
        routes.append(self._front.route("/{path:path}", Port.API, Stage.OTHER, _no_such_url, ALL_METHODS))
        state = ServerState()
        listeners = [
            await self._listen(Router(routes, redirect_slashes=False), self._sockets[Port.API], state),
            await self._listen(self._storage.router(self._front), self._sockets[Port.STORAGE], state),
        ]
        self._ready.set()
        await self._stop.wait()
        # First what fetches photos from here: asyncio leaves a socket open that is accepted while its listener closes.
        await backend.close()
        for _ in range(ACCEPTING_TURNS):
            await asyncio.sleep(0)
        for listener in listeners:
            listener.close()
        for transport in tuple(self._connections):
            transport.abort()
        if state.tasks:
            await asyncio.wait(state.tasks, timeout=SHUTDOWN_S)
        worker.close()

    async def _listen(self, app: Handler, sock: socket.socket, state: ServerState) -> asyncio.Server:
        # uvicorn's protocol without its Server class: that one looks at its stop flag ten times a second and
        # waits for its clients, which would cost every test a fraction of a second.
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
            ws="none",
            date_header=False,
            timeout_keep_alive=self.options.keep_alive_s,
        )
        config.load()
        connections = self._connections
        return await asyncio.get_running_loop().create_server(
            lambda: _Protocol(config, state, connections), sock=sock, backlog=2048
        )


class _Routed(Protocol):
    def routes(self, front: Front) -> list[Route]: ...


class _Protocol(H11Protocol):
    """uvicorn's HTTP/1.1 with each connection's transport in the scope, so that a reply can break it."""

    def __init__(self, config: uvicorn.Config, state: ServerState, connections: set[asyncio.Transport]) -> None:
        super().__init__(config=config, server_state=state, app_state={})
        self._open = connections

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._open.add(transport)
        app = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope[TRANSPORT] = transport
            await app(scope, receive, send)

        self.app = with_transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self.transport)
        super().connection_lost(exc)


def _listener(port: int) -> socket.socket:
    # With the protocol named, asyncio switches Nagle's algorithm off; without it each small reply takes 40 ms.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, port))
    except (OSError, OverflowError):
        sock.close()
        raise
    return sock


async def _no_such_url(exchange: Exchange) -> Reply:
    return exchange.teller.error(404, f"{exchange.request.path} not found")
