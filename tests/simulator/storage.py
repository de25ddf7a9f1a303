"""The object storage behind the result URLs, on a port of its own."""

from __future__ import annotations

import hashlib
from urllib.parse import unquote

from starlette.routing import Router

from tests.simulator.accounts import APIXO
from tests.simulator.clock import Clock
from tests.simulator.faults import Exchange, storage_error
from tests.simulator.front import ALL_METHODS, SECRET_HEADERS, Front
from tests.simulator.log import Port, Stage
from tests.simulator.signing import Signer, Verdict
from tests.simulator.tasks import Task, TaskTable
from tests.simulator.wire import Reply


def object_path(task: Task, index: int = 0) -> str:
    """Where a result of a finished task lies. APIXO's results are for everyone who knows the name."""
    extension = task.results[index].extension if index < len(task.results) else "bin"
    number = f"_{index + 1}" if index else ""
    folder = "temp" if task.account_id == APIXO else f"tasks/output/{task.service}"
    return f"/{folder}/{task.object_name}{number}.{extension}"


class Storage:
    """Serves results under signed URLs, and photos that a test has put there for `image_url`."""

    def __init__(self, signer: Signer, tasks: TaskTable, clock: Clock) -> None:
        self._signer = signer
        self._tasks = tasks
        self._clock = clock
        self.photos: dict[str, bytes] = {}
        self._etags: dict[str, str] = {}

    def router(self, front: Front) -> Router:
        """The ASGI application of the storage port."""
        return Router(
            [
                front.route("/tasks/output/{folder}/{name}", Port.STORAGE, Stage.DOWNLOAD, self._result, ["GET"]),
                front.route("/temp/{name}", Port.STORAGE, Stage.DOWNLOAD, self._public_result, ["GET"]),
                front.route("/photos/{name}", Port.STORAGE, Stage.OTHER, self._photo, ["GET"]),
                front.route("/{path:path}", Port.STORAGE, Stage.OTHER, self._nothing, ALL_METHODS),
            ],
            redirect_slashes=False,
        )

    async def _result(self, exchange: Exchange) -> Reply:
        request = exchange.request
        if any(request.header(name) is not None for name in SECRET_HEADERS):
            return _refusal(400, "InvalidArgument", "Only one authentication mechanism is allowed.")
        match self._signer.check(request.path, request.query, self._clock.unix()):
            case Verdict.BAD_SIGNATURE:
                return _refusal(403, "SignatureDoesNotMatch", "The signature does not match.")
            case Verdict.EXPIRED:
                return _refusal(403, "AccessDenied", "Request has expired.")
        return self._file(exchange)

    async def _public_result(self, exchange: Exchange) -> Reply:
        return self._file(exchange)

    def _file(self, exchange: Exchange) -> Reply:
        request = exchange.request
        name = request.path.rpartition("/")[2].partition(".")[0]
        task = self._tasks.by_object(name)
        number = name.partition("_")[2]
        index = int(number) - 1 if number.isdecimal() else 0
        if task is None or index >= len(task.results):
            return _refusal(404, "NoSuchKey", "The specified key does not exist.")
        is_public = task.account_id == APIXO
        if is_public != request.path.startswith("/temp/") or (is_public and self._expired(task)):
            return _refusal(404, "NoSuchKey", "The specified key does not exist.")
        exchange.task = task
        request.task_id = task.task_id
        result = task.results[index]
        etag = self._etags.get(name) or _etag(result.body)
        self._etags[name] = etag
        return _file_reply(etag, result.body, result.media_type, request.header("range"), request.header("if-range"))

    def _expired(self, task: Task) -> bool:
        return task.completed_at is not None and self._clock.unix() - task.completed_at >= task.lifetime_s

    async def _photo(self, exchange: Exchange) -> Reply:
        body = self.photos.get(unquote(exchange.request.path.rpartition("/")[2]))
        return _refusal(404, "NoSuchKey", "No such photo.") if body is None else Reply(200, body, "image/*")

    async def _nothing(self, exchange: Exchange) -> Reply:
        return _refusal(404, "NoSuchKey", "The specified key does not exist.")


def _refusal(status: int, code: str, message: str) -> Reply:
    return Reply(status, storage_error(code, message), "application/xml")


def _etag(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest().upper()}"'


def _file_reply(etag: str, body: bytes, media_type: str, byte_range: str | None, if_range: str | None) -> Reply:
    headers = (("etag", etag), ("accept-ranges", "bytes"))
    span = _span(byte_range, len(body)) if if_range in {None, etag} else None
    if span is None:
        return Reply(200, body, media_type, headers)
    first, end = span
    if first >= len(body):
        return _refusal(416, "InvalidRange", "The requested range cannot be satisfied.")
    content_range = ("content-range", f"bytes {first}-{end - 1}/{len(body)}")
    return Reply(206, body[first:end], media_type, (*headers, content_range))


def _span(byte_range: str | None, size: int) -> tuple[int, int] | None:
    """First byte and end of a single `bytes=first-` or `bytes=first-last`; None for anything else."""
    unit, _, span = (byte_range or "").partition("=")
    first, dash, last = span.partition("-")
    if unit != "bytes" or not dash or not first.isascii() or not first.isdigit():
        return None
    if not last:
        return int(first), size
    return (int(first), min(int(last) + 1, size)) if last.isascii() and last.isdigit() else None
