"""The request: everything one job needs, self-contained and serialisable."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from overscan.core.geometry import Size
from overscan.core.images import PhotoFacts
from overscan.core.parameters import Value


class PhotoRef(BaseModel):
    """Which photo a request is about.

    A photo is a file (``path``, absolute, with the ``sha256`` it had when it was chosen) or, where its URL itself is
    sent, only a ``url``; ``size`` is upright and unknown for a URL that was not fetched. ``name`` is what people
    see and what output names are made from, without an extension.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    path: str | None = None
    url: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    size: Size | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """A source image as chosen: which one, and what its header tells (``None`` where only its URL is known)."""

    ref: PhotoRef
    facts: PhotoFacts | None


class Request(BaseModel):
    """Photo, provider, parameters and target, complete and frozen.

    ``parameters`` holds values by field name, valid for the provider's model. ``folder`` is absolute;
    ``name_template`` may use ``{photo}``, ``{provider}`` and ``{n}``. ``keep_metadata`` sends private metadata
    along instead of removing it.
    """

    model_config = ConfigDict(frozen=True)

    provider: str
    photo: PhotoRef
    parameters: dict[str, Value] = Field(default_factory=dict)
    folder: str
    name_template: str = "{photo}-{provider}-{n}"
    keep_metadata: bool = False
