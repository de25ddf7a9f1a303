"""Scripted faults of telling: other words for a state, strange times, a task that goes back, results in odd places."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import partial

from tests.simulator.faults import Exchange, Fault
from tests.simulator.picwish_expand import MAX_OUTPUTS
from tests.simulator.reply_faults import DataFields, told_data
from tests.simulator.tasks import SUCCEEDED
from tests.simulator.values import Json
from tests.simulator.wire import Reply, json_reply

Rewrite = Callable[[dict[str, Json]], dict[str, Json]]


async def _rewritten(reply: Reply, rewrite: Rewrite) -> Reply:
    envelope, data = told_data(reply)
    return reply if data is None else json_reply({**envelope, "data": rewrite(data)}, reply.status, reply.headers)


@dataclass(frozen=True, slots=True)
class StateWords(Fault):
    """Honest replies with other words for their states; a state that is not named stays."""

    words: Mapping[str | int, Json]

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        def renamed(data: dict[str, Json]) -> dict[str, Json]:
            state = data.get("state")
            is_known = isinstance(state, str | int) and state in self.words
            return {**data, "state": self.words[state]} if is_known and isinstance(state, str | int) else data

        return await _rewritten(reply, renamed)


class TimeStyle(Enum):
    """How a service's times may look."""

    FUTURE = "ten years on"
    PAST = "1970"
    OTHER_UNIT = "milliseconds for seconds and the reverse"
    ISO = "ISO 8601"
    NULL = "null"
    TEXT = "a numeric text"


@dataclass(frozen=True, slots=True)
class Times(Fault):
    """Honest replies whose times of every name are written in that style."""

    style: TimeStyle

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        def retimed(data: dict[str, Json]) -> dict[str, Json]:
            return {name: self._told(value) if _is_time(name) else value for name, value in data.items()}

        return await _rewritten(reply, retimed)

    def _told(self, value: Json) -> Json:
        if value is None or value == "":
            return value
        number = int(value) if isinstance(value, int | float | str) else 0
        in_ms = number > 10**11
        match self.style:
            case TimeStyle.FUTURE:
                return number + 315_360_000 * (1000 if in_ms else 1)
            case TimeStyle.PAST:
                return 1
            case TimeStyle.OTHER_UNIT:
                return number // 1000 if in_ms else number * 1000
            case TimeStyle.ISO:
                return datetime.fromtimestamp(number / 1000 if in_ms else number, UTC).isoformat()
            case TimeStyle.NULL:
                return None
            case TimeStyle.TEXT:
                return str(number)


def _is_time(name: str) -> bool:
    return name.endswith("_at") or name in {"createTime", "completeTime"}


@dataclass(frozen=True, slots=True)
class GoesBack(Fault):
    """A query of a task that had already ended is told that it runs (again)."""

    state: int = 4

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        if not exchange.had_ended:
            return reply
        return await DataFields({"state": self.state, "progress": 50, "image": ""}).after(reply, exchange)


@dataclass(frozen=True, slots=True)
class AtTheEnd(Fault):
    """Honest replies until the task has ended well; those then with other fields in their `data`.

    The names are those of the service, not PicWish's.
    """

    values: Mapping[str, Json] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        if exchange.task is None or exchange.task.state != SUCCEEDED:
            return reply

        def changed(data: dict[str, Json]) -> dict[str, Json]:
            return {name: value for name, value in data.items() if name not in self.removed} | dict(self.values)

        return await _rewritten(reply, changed)


class ResultText(Enum):
    """What may stand in place of APIXO's `resultJson`, whose honest form is a JSON text."""

    OBJECT = "the object itself"
    TWICE = "encoded twice"
    EMPTY = "an empty text"
    NULL_TEXT = 'the text "null"'
    NULL = "null"
    MISSING = "no such field"
    INVALID = "no JSON"
    LIST = "the list of URLs alone"
    NO_URLS = "no resultUrls"
    URLS_NULL = "resultUrls null"
    URLS_TEXT = "resultUrls a text"
    URLS_EMPTY = "resultUrls []"
    URLS_WITH_NULL = "null before the URL"
    URLS_REPEATED = "the URL twice"
    ALL_NULL = "null alone"


@dataclass(frozen=True, slots=True)
class ResultJsonIs(Fault):
    """The finished task's reply with its `resultJson` in that form. APIXO only."""

    form: ResultText

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        def changed(data: dict[str, Json]) -> dict[str, Json]:
            text = data.get("resultJson")
            if not isinstance(text, str):
                return data
            value = self._value(text, json.loads(text)["resultUrls"])
            rest = {name: other for name, other in data.items() if name != "resultJson"}
            return rest if self.form is ResultText.MISSING else {**rest, "resultJson": value}

        return await _rewritten(reply, changed)

    def _value(self, text: str, urls: list[str]) -> Json:
        plain: dict[ResultText, Json] = {
            ResultText.OBJECT: {"resultUrls": urls},
            ResultText.TWICE: json.dumps(text),
            ResultText.EMPTY: "",
            ResultText.NULL_TEXT: "null",
            ResultText.NULL: None,
            ResultText.MISSING: None,
            ResultText.INVALID: text[:-2],
            ResultText.LIST: json.dumps(urls),
            ResultText.NO_URLS: "{}",
        }
        listed: dict[ResultText, Json] = {
            ResultText.URLS_NULL: None,
            ResultText.URLS_TEXT: urls[0],
            ResultText.URLS_EMPTY: [],
            ResultText.URLS_WITH_NULL: [None, *urls],
            ResultText.URLS_REPEATED: [urls[0], urls[0]],
            ResultText.ALL_NULL: [None],
        }
        return plain[self.form] if self.form in plain else json.dumps({"resultUrls": listed[self.form]})


class Slots(Enum):
    """How an expansion may tell its results apart from the honest way."""

    GAPS = "only image_2 and image_4"
    REPEATED = "every slot the same URL"
    TOO_MANY = "image_1 to image_6"
    LIST = "image is a list"
    NULLS = "unused slots are null"
    MISSING = "unused slots are left out"
    NUMBERED_ONLY = "image is empty, image_1 has it"
    OLD_NAME = "image is empty, image1 has it"
    SAME_AS_IMAGE = "image and image_1 are the same"
    ONE_BROKEN = "image_2 cannot be fetched"


@dataclass(frozen=True, slots=True)
class ImagesIn(Fault):
    """The finished expansion's reply with its results in odd places. Expansion only."""

    slots: Slots

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        task = exchange.task
        if task is None or task.result is None:
            return reply

        def changed(data: dict[str, Json]) -> dict[str, Json]:
            first = data.get("image")
            fresh = partial(exchange.sign, task)
            return {**data, **self._told(first, fresh)} if isinstance(first, str) and first else data

        reply = await _rewritten(reply, changed)
        if self.slots is not Slots.MISSING:
            return reply

        def without_empty(data: dict[str, Json]) -> dict[str, Json]:
            return {name: value for name, value in data.items() if value != "" or not name.startswith("image")}

        return await _rewritten(reply, without_empty)

    def _told(self, url: str, fresh: Callable[[], str]) -> dict[str, Json]:
        match self.slots:
            case Slots.GAPS:
                return {**_numbered("", url, "", fresh()), "image": ""}
            case Slots.REPEATED:
                return {**_numbered(url, url, url, url), "image1": url}
            case Slots.TOO_MANY:
                return _numbered(url, *(fresh() for _ in range(MAX_OUTPUTS + 1)))
            case Slots.LIST:
                return {"image": [url, fresh()]}
            case Slots.NULLS:
                return {"image1": None, **_numbered(None, None, None, None)}
            case Slots.MISSING:
                return {}
            case Slots.NUMBERED_ONLY:
                return {"image": "", "image_1": url}
            case Slots.OLD_NAME:
                return {"image": "", "image1": url}
            case Slots.SAME_AS_IMAGE:
                return {"image_1": url}
            case Slots.ONE_BROKEN:
                return {"image_1": url, "image_2": url.partition("?")[0]}


def _numbered(*values: Json) -> dict[str, Json]:
    return {f"image_{index}": value for index, value in enumerate(values, 1)}
