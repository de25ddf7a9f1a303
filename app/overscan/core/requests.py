"""The request: everything one job needs, self-contained and serialisable."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator

from overscan.core.geometry import Margins, Size
from overscan.core.images import PhotoFacts
from overscan.core.parameters import Value
from overscan.core.redaction import has_lost_query, without_query


class OutputRef(BaseModel):
    """Output ``n`` (counted from 1) of an earlier job."""

    model_config = ConfigDict(frozen=True)

    job: str
    n: int


class PhotoRef(BaseModel):
    """Which photo a request is about.

    A photo is a file (``path``, absolute, with the ``sha256`` it had when it was chosen) or, where its URL itself is
    sent, only a ``url``; a file that was fetched from a URL has both. ``size`` is upright and unknown for a URL that
    was not fetched. ``output`` tells that the file is what an earlier job brought. ``name`` is what people see and what
    output names are made from, without an extension.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    path: str | None = None
    url: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    size: Size | None = None
    output: OutputRef | None = None


class MaskRef(BaseModel):
    """Which mask: a file (``path`` and ``sha256``) or, for a service that fetches it, only a ``url``.

    White is what is generated, black what is kept. ``size`` is that of the frame; unknown for a URL.
    """

    model_config = ConfigDict(frozen=True)

    path: str | None = None
    url: str | None = None
    sha256: str | None = None
    size: Size | None = None


class Canvas(BaseModel):
    """What an expansion fills: ``frame`` in pixels added to the upright photo on each side, and which pixels of it.

    Without a mask everything outside the photo is generated.
    """

    model_config = ConfigDict(frozen=True)

    frame: Margins
    mask: MaskRef | None = None


class Delivery(StrEnum):
    """How a photo gets to a service."""

    FILE = "file"
    """Its bytes are sent."""
    URL = "url"
    """The public URL that it has is sent."""
    RESULT = "result"
    """The URL is sent under which an earlier job's service still keeps it."""
    HOSTED = "hosted"
    """It is put into the person's own bucket, and a presigned URL of that is sent."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A source image as chosen: which one, what its header tells (``None`` where only its URL is known), and the
    frame and mask that were set for it."""

    ref: PhotoRef
    facts: PhotoFacts | None
    canvas: Canvas | None = None


class Request(BaseModel):
    """Photo, provider, parameters, frame and mask, and target, complete and frozen.

    ``parameters`` holds values by field name, valid for the provider's model. A ``canvas`` makes an expansion fill it
    instead of going by ratios. ``folder`` is absolute; ``name_template`` may use ``{photo}``, ``{provider}`` and
    ``{n}``. ``keep_metadata`` sends private metadata along instead of removing it.
    """

    model_config = ConfigDict(frozen=True)

    provider: str
    photo: PhotoRef
    delivery: Delivery = Delivery.FILE
    parameters: dict[str, Value] = Field(default_factory=dict)
    canvas: Canvas | None = None
    folder: str
    name_template: str = "{photo}-{provider}-{n}"
    keep_metadata: bool = False

    @model_validator(mode="before")
    @classmethod
    def _delivery_of_old(cls, values: object) -> object:
        """A request of a journal before deliveries were told apart: what has no file went as its URL."""
        if isinstance(values, dict) and "delivery" not in values:
            photo = values.get("photo")
            path = photo.get("path") if isinstance(photo, dict) else getattr(photo, "path", None)
            return {**values, "delivery": Delivery.URL if path is None else Delivery.FILE}
        return values

    def forgetful(self) -> Request:
        """The request without its URLs' queries: they may be signatures, and only a job under way needs them."""
        changes: dict[str, object] = {}
        if self.photo.url is not None:
            changes["photo"] = self.photo.model_copy(update={"url": without_query(self.photo.url)})
        mask = self.canvas.mask if self.canvas is not None else None
        if self.canvas is not None and mask is not None and mask.url is not None:
            bare = mask.model_copy(update={"url": without_query(mask.url)})
            changes["canvas"] = self.canvas.model_copy(update={"mask": bare})
        return self.model_copy(update=changes) if changes else self

    @property
    def forgot_photo(self) -> bool:
        """Whether :meth:`forgetful` has taken away what the photo's URL needs."""
        return has_lost_query(self.photo.url)

    @property
    def forgot_mask(self) -> bool:
        """The same of the mask."""
        mask = self.canvas.mask if self.canvas is not None else None
        return mask is not None and has_lost_query(mask.url)
