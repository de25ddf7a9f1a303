"""Careful readings of what stands in a service's JSON: nothing here raises but ``ProtocolError``, whatever it is."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Final, NoReturn

from overscan.core.calls import Json
from overscan.core.failures import ProtocolError
from overscan.core.redaction import redact
from overscan.core.text import tr

TASK_ID_LENGTH: Final = 128
_TEXT_LENGTH: Final = 300
_EMPTY_WORDS: Final = frozenset({"success", "ok"})


def json_value(text: str) -> Json:
    """``text`` read as strict JSON. Raises ``ValueError`` for anything else, contradicting names and NaN included."""
    try:
        value: Json = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def json_object(body: bytes) -> dict[str, Json] | None:
    """The object that ``body`` holds, with or without a byte order mark; ``None`` for anything else."""
    try:
        parsed = json_value(body.decode("utf-8-sig"))
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """An object whose names are used once; a reply that says two things under one name says nothing."""
    found: dict[str, Json] = {}
    for name, value in pairs:
        if name in found and found[name] != value:
            raise ValueError(f"{name} stands there twice")
        found[name] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def whole_number(value: Json) -> int | None:
    """A whole number in any of the types that services write one in; a switch is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d{1,6}(\.0+)?\s*", value, re.ASCII):
        return int(float(value))
    return None


def finite_number(value: Json) -> float | None:
    """A number that a ``float`` can hold, also as text; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def task_id(value: Json) -> str | None:
    """A task's id as text; ``None`` where there is none.

    Raises ``ProtocolError`` for one that is too long, not printable, or could be taken for a step in a path.
    """
    if value is None or value == "" or isinstance(value, bool):
        return None
    if isinstance(value, int | str):
        text = str(value) if isinstance(value, str) or abs(value) < 10**TASK_ID_LENGTH else ""
        if 0 < len(text) <= TASK_ID_LENGTH and text.isprintable() and text.strip(". ") and text == text.strip():
            return text
    raise ProtocolError(tr("The service gave a task id that cannot be used."))


def first_words(places: Iterable[Json]) -> str:
    """The first of the service's own texts that says something, fit to be shown: on one line, cut, without secrets."""
    for text in places:
        if isinstance(text, str) and text.strip() and text.strip().casefold() not in _EMPTY_WORDS:
            clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
            if clean:
                return redact(clean)[:_TEXT_LENGTH]
    return ""


def quoted(said: str) -> str:
    """What the service said, to stand behind our own sentence."""
    return tr(" It says: “{text}”.", text=said) if said else ""


def plain_word(value: Json) -> str:
    """A code word without case, blanks and signs, so that ``Unknown error`` and ``UNKNOWN_ERROR`` are one."""
    return re.sub(r"[^a-z0-9]", "", value.casefold()) if isinstance(value, str) else ""
