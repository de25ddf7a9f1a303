"""APIXO image-upscaler: POST /generateTask/image-upscaler and GET /statusTask/image-upscaler?taskId=."""

from __future__ import annotations

import json
import uuid
from decimal import Decimal
from urllib.parse import urlsplit

from starlette.routing import Route

from tests.simulator.accounts import APIXO, Account
from tests.simulator.backend import Backend, Order, Refused, Terms
from tests.simulator.faults import Exchange
from tests.simulator.front import Front
from tests.simulator.images import EndState, read_header
from tests.simulator.log import Port, Stage
from tests.simulator.loopback import LOOPBACK, fetched
from tests.simulator.tasks import SUCCEEDED, Finished, Task
from tests.simulator.tellers import FAIL_CODES, UNKNOWN_FAILURE, state_word
from tests.simulator.values import Json
from tests.simulator.wire import Reply, json_reply

BASE_PATH = "/api/v1"
SUBMIT_PATH = f"{BASE_PATH}/generateTask/image-upscaler"
STATUS_PATH = f"{BASE_PATH}/statusTask/image-upscaler"
PRICE = Decimal("0.01")
"""US dollars for each accepted submission."""
FORMATS = {"JPEG", "MPO", "PNG", "WEBP"}
EXTENSIONS = {"jpg": "jpg", "jpeg": "jpg", "png": "png", "webp": "webp"}
_BODY_NAMES = {"request_type", "callback_url", "input"}
_INPUT_NAMES = {"mode", "image_urls", "resolution", "output_format"}


class ApixoUpscaler:
    """The two calls."""

    name = "image-upscaler"

    def __init__(self, backend: Backend) -> None:
        options = backend.options
        self._backend = backend
        self._terms = Terms(
            self.name, APIXO, PRICE, options.apixo_lifetime_s, options.apixo_max_file_bytes, prepaid=True
        )
        backend.callbacks.tellings[self.name] = self.data

    def routes(self, front: Front) -> list[Route]:
        """Submission and status query."""
        return [
            front.route(SUBMIT_PATH, Port.API, Stage.SUBMIT, self._submit, ["POST"]),
            front.route(STATUS_PATH, Port.API, Stage.POLL, self._query, ["GET"]),
        ]

    async def _submit(self, exchange: Exchange) -> Reply:
        backend = self._backend
        try:
            account = backend.admit(exchange, APIXO)
            order = self._read(exchange)
            self._check_concurrency(account)
            affordable = backend.check_balance(account, self._terms)
        except Refused as refusal:
            return refusal.reply(exchange.teller)
        task = backend.accept(
            exchange,
            order,
            account,
            self._terms,
            self._work(order),
            task_id=uuid.uuid4().hex,
            affordable=affordable,
        )
        backend.call_back(task)
        return json_reply(exchange.teller.envelope({"taskId": task.task_id}))

    async def _query(self, exchange: Exchange) -> Reply:
        backend = self._backend
        try:
            account = backend.admit(exchange, APIXO, frozenset({"taskId"}))
            task = self._find(exchange.request.task_id, account)
        except Refused as refusal:
            return refusal.reply(exchange.teller)
        exchange.task = task
        await backend.tasks.poll(task)
        return json_reply(exchange.teller.envelope(self.data(task)))

    def _find(self, task_id: str, account: Account) -> Task:
        if not task_id:
            raise Refused(400, "The required parameter {{taskId}} is missing.")
        task = self._backend.tasks.find(task_id, account.key)
        if task is None or task.service != self.name:
            raise Refused(404, "Task not found")
        return task

    def data(self, task: Task) -> dict[str, Json]:
        """The `data` that a query and the callback tell."""
        told: dict[str, Json] = {"taskId": task.task_id, "state": state_word(task.state)}
        if task.state == SUCCEEDED:
            urls = [self._backend.sign(task, index) for index in range(len(task.results))]
            told["resultJson"] = json.dumps({"resultUrls": urls}, separators=(",", ":"))
        elif task.state < 0:
            told["failCode"], told["failMsg"] = task.failure or FAIL_CODES.get(task.state, UNKNOWN_FAILURE)
        told["createTime"] = task.created_at * 1000
        if task.completed_at is not None:
            told["completeTime"] = task.completed_at * 1000 + 132
            if task.state == SUCCEEDED:
                told["costTime"] = (task.completed_at - task.created_at) * 1000 + 132
        return told

    def _check_concurrency(self, account: Account) -> None:
        limit = self._backend.options.apixo_concurrent
        at_work = sum(not task.ended for task in self._backend.tasks if task.key == account.key)
        if limit is not None and at_work >= limit:
            raise Refused(429, "Concurrency limit reached")

    def _read(self, exchange: Exchange) -> Order:
        """Check a submission, in the order and with the messages of the document."""
        request = exchange.request
        if (request.header("content-type") or "").partition(";")[0].strip() != "application/json":
            raise Refused(400, "Content-Type must be application/json")
        try:
            body = json.loads(exchange.body)
        except ValueError:
            raise Refused(400, "Invalid request body") from None
        if not isinstance(body, dict):
            raise Refused(400, "Invalid request body")
        request.json.update(body)
        if "input" not in body:
            raise Refused(400, "The required parameter {{input}} is missing.")
        given = body["input"]
        if not isinstance(given, dict):
            raise Refused(400, "The parameter {{input}} must be Object type.")
        unknown = sorted({*body} - _BODY_NAMES) + sorted({*given} - _INPUT_NAMES)
        if unknown:
            raise Refused(400, f"Unknown parameters: {', '.join(unknown)}")
        parameters = _parameters(given)
        return Order(parameters, _image_url(given), callback_url=_callback_url(body))

    async def _work(self, order: Order) -> Finished:
        assert isinstance(order.source, str)
        body = await fetched(order.source)
        if body is None:
            return Finished(EndState.SOURCE_UNREACHABLE)
        if len(body) > self._terms.max_file_bytes:
            return Finished(EndState.SOURCE_TOO_LARGE, source=body)
        header = read_header(body)
        if header is None or header.format not in FORMATS:
            return Finished(EndState.NOT_AN_IMAGE, source=body)
        edge = self._backend.options.apixo_edge_px[order.parameters["resolution"]]
        outcome = await self._backend.worker.resized(body, edge, order.parameters["output_format"])
        return Finished(outcome, PRICE, source=body)


def _parameters(given: dict[str, Json]) -> dict[str, str]:
    if given.get("mode", "image-to-image") != "image-to-image":
        raise Refused(400, "Invalid mode type. Supported: image-to-image")
    resolution = given.get("resolution", "4k")
    if not isinstance(resolution, str) or resolution.lower() not in {"2k", "4k", "8k"}:
        raise Refused(400, "The parameter {{resolution}} must be either '2k', '4k' or '8k'.")
    output_format = given.get("output_format", "jpg")
    if not isinstance(output_format, str) or output_format not in EXTENSIONS:
        raise Refused(400, "The parameter {{output_format}} must be either 'jpg', 'png' or 'webp'.")
    return {"resolution": resolution.lower(), "output_format": EXTENSIONS[output_format]}


def _image_url(given: dict[str, Json]) -> str:
    if "image_urls" not in given:
        raise Refused(400, "The required parameter {{image_urls}} is missing.")
    urls = given["image_urls"]
    if not isinstance(urls, list):
        raise Refused(400, "The parameter {{image_urls}} must be Array type.")
    if len(urls) != 1:
        raise Refused(400, "The parameter {{image_urls}} must contain exactly 1 image.")
    url = urls[0]
    if not isinstance(url, str):
        raise Refused(400, "The parameter {{image_urls}} Array elements must be String type.")
    if not url:
        raise Refused(400, "The parameter {{image_urls}} cannot contain empty string.")
    if not _host(url, {"http", "https"}):
        raise Refused(400, "The parameter {{image_urls}} must contain a public image URL.")
    return url


def _callback_url(body: dict[str, Json]) -> str:
    """The address of a callback. HTTPS only, except on loopback, which stands for the public here."""
    request_type = body.get("request_type", "async")
    if request_type not in {"async", "callback"}:
        raise Refused(400, "The parameter {{request_type}} must be either 'async' or 'callback'.")
    url = body.get("callback_url", "")
    if not isinstance(url, str):
        raise Refused(400, "The parameter {{callback_url}} must be String type.")
    if request_type == "async":
        return ""
    if not url:
        raise Refused(400, "The required parameter {{callback_url}} is missing.")
    if not _host(url, {"https"}) and _host(url, {"http"}) not in LOOPBACK:
        raise Refused(400, "The parameter {{callback_url}} must be a public HTTPS URL.")
    return url


def _host(url: str, schemes: set[str]) -> str:
    """The host of a URL with one of those schemes; empty for anything else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in schemes else ""
