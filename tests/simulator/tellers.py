"""How each service puts things: its envelope, its errors, its names for a task's id, state and pictures.

Faults are written once, in PicWish's names and states; a teller says them in the words of its service.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from tests.simulator.accounts import APIXO, GPTGE, PICWISH
from tests.simulator.images import EndState
from tests.simulator.values import Json
from tests.simulator.wire import Reply, json_reply

Headers = tuple[tuple[str, str], ...]


class Teller(Protocol):
    """One service's way of telling."""

    def error(self, status: int, message: str, http_status: int | None = None, headers: Headers = ()) -> Reply:
        """A failure. `http_status` None: the same as `status`, which is the body's."""
        ...

    def envelope(self, data: Json) -> dict[str, Json]:
        """What a good reply wraps around its data."""
        ...

    def changed(self, data: Mapping[str, Json], values: Mapping[str, Json], removed: Iterable[str]) -> dict[str, Json]:
        """`data` with some values set and some removed, both by PicWish's names (task_id, state, image, progress).

        Names that are no such go into the reply as they are.
        """
        ...


class PicwishTeller:
    """`{"status", "message", "data"}` with a number as state."""

    def error(self, status: int, message: str, http_status: int | None = None, headers: Headers = ()) -> Reply:
        """The message beside the code."""
        return json_reply({"status": status, "message": message}, http_status or status, headers)

    def envelope(self, data: Json) -> dict[str, Json]:
        """As the documents print it."""
        return {"status": 200, "message": "success", "data": data}

    def changed(self, data: Mapping[str, Json], values: Mapping[str, Json], removed: Iterable[str]) -> dict[str, Json]:
        """The names are its own."""
        gone = set(removed)
        return {**{name: value for name, value in data.items() if name not in gone}, **values}


GATEWAY_CODES: Final = {
    401: "invalid_api_key",
    403: "insufficient_user_quota",
    429: "rate_limit_exceeded",
    503: "model_not_found",
}


class GptgeTeller(PicwishTeller):
    """PicWish's shape without `message`, behind a gateway with errors of its own."""

    def error(self, status: int, message: str, http_status: int | None = None, headers: Headers = ()) -> Reply:
        """The gateway's style for what a gateway decides, else what is passed on from PicWish."""
        if status not in GATEWAY_CODES or http_status == 200:
            return super().error(status, message, http_status, headers)
        error: dict[str, Json] = {
            "message": f"{message} (request id: {uuid.uuid4().hex})",
            "type": "one_api_error",
            "code": GATEWAY_CODES[status],
        }
        return json_reply({"error": error}, http_status or status, headers)

    def envelope(self, data: Json) -> dict[str, Json]:
        """As the document prints it."""
        return {"status": 200, "data": data}


FAIL_CODES: Final[Mapping[int, tuple[str, str]]] = {
    EndState.SOURCE_UNREACHABLE: ("ImageFormatIncorrect", "The image could not be read from its URL."),
    EndState.SOURCE_TOO_LARGE: ("ImageFormatIncorrect", "The image is too large."),
    EndState.NOT_AN_IMAGE: ("ImageFormatIncorrect", "The image format is not supported."),
    EndState.NOT_SUITABLE: ("ImageFormatIncorrect", "The image is not suitable."),
    -8: ("Timeout", "The upstream service did not finish in time."),
    -10: ("SensitiveContent", "The content was rejected."),
    EndState.NO_RESOURCES: ("RateLimited", "The upstream rate limit was reached."),
    -16: ("SensitiveContent", "The content was rejected."),
}
UNKNOWN_FAILURE: Final = ("Unknown error", "Unknown error.")
_AT_THE_END = ("resultJson", "completeTime", "costTime", "failCode", "failMsg")


def state_word(state: int) -> str:
    """APIXO's word for one of PicWish's states."""
    if state < 0:
        return "failed"
    return {0: "pending", 1: "success"}.get(state, "processing")


class ApixoTeller:
    """`{"code", "message", "data"}` with words as states and the pictures in a JSON text."""

    def error(self, status: int, message: str, http_status: int | None = None, headers: Headers = ()) -> Reply:
        """The message beside the code."""
        return json_reply({"code": status, "message": message}, http_status or status, headers)

    def envelope(self, data: Json) -> dict[str, Json]:
        """As the document prints it."""
        return {"code": 200, "message": "success", "data": data}

    def changed(self, data: Mapping[str, Json], values: Mapping[str, Json], removed: Iterable[str]) -> dict[str, Json]:
        """States that PicWish has become words (others stay what they are), an image a `resultJson`."""
        gone = {{"task_id": "taskId", "image": "resultJson"}.get(name, name) for name in removed}
        told = {name: value for name, value in data.items() if name not in gone}
        for name, value in values.items():
            match name:
                case "task_id":
                    told["taskId"] = value
                case "state":
                    told |= self._state(value)
                case "image" | "progress":
                    pass
                case _:
                    told[name] = value
        if "state" in values and told.get("state") != "success":
            for name in _AT_THE_END[:3] if told.get("state") == "failed" else _AT_THE_END:
                told.pop(name, None)
        elif "image" in values:
            told["resultJson"] = json.dumps({"resultUrls": [values["image"]]})
        return told

    def _state(self, state: Json) -> dict[str, Json]:
        if not isinstance(state, int) or isinstance(state, bool) or state > 6:
            return {"state": state}
        told: dict[str, Json] = {"state": state_word(state)}
        if state < 0:
            told["failCode"], told["failMsg"] = FAIL_CODES.get(state, UNKNOWN_FAILURE)
        return told


TELLERS: Final[Mapping[str, Teller]] = {PICWISH: PicwishTeller(), GPTGE: GptgeTeller(), APIXO: ApixoTeller()}
"""By account id."""
