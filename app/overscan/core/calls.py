"""HTTP calls and replies as values: what a provider describes and the engine carries out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_PATH = re.compile(r"/[!-\"$->@-~]*")
API_REPLY_CAP = 8_000_000
"""Bytes of a JSON reply that are read at most."""
INLINE_IMAGE_CAP = 96_000_000
"""Bytes of a reply that carries the image itself, binary or base64."""


class FileSource(StrEnum):
    """Which of a job's files goes into a part of a body."""

    PHOTO = "photo"
    MASK = "mask"


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file of a multipart body; the engine fills in the bytes that the preflight prepared."""

    field: str
    source: FileSource = FileSource.PHOTO


@dataclass(frozen=True, slots=True)
class Multipart:
    """A ``multipart/form-data`` body, also where it has no file: text fields, then files."""

    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[FilePart, ...] = ()


@dataclass(frozen=True, slots=True)
class JsonBody:
    """An ``application/json`` body."""

    value: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One call, without origin, key and bytes: those are the engine's business.

    ``path`` begins with a slash, is already quoted and has no query; ``query`` is quoted by the engine. A GET has no
    body. Raises ``ValueError`` for a path that could lead elsewhere once it stands behind the account's address.
    """

    method: Literal["GET", "POST"]
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Multipart | JsonBody | None = None
    read_timeout_s: float = 30.0
    max_reply_bytes: int = API_REPLY_CAP

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.path):
            raise ValueError(f"{self.path!r} is no path of a call")


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses that are known only just before a submission, and that no journal keeps.

    ``photo_url`` is where the service can fetch the photo; ``None``: the photo goes as a file. ``callback_url`` is
    where it may tell that something has happened; ``None``: nowhere.
    """

    photo_url: str | None = None
    callback_url: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes
