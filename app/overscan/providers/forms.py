"""What the PicWish and gpt.ge services share: some parameters, and a body of texts with exactly one source."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Final, Literal, TypeAlias

from overscan.core.calls import INLINE_IMAGE_CAP, FilePart, FileSource, HttpCall, Links, Multipart
from overscan.core.failures import InvalidParameter
from overscan.core.parameters import Choice, Role, Shown, Value
from overscan.core.providers import Pace
from overscan.core.requests import Canvas
from overscan.core.text import mark, tr

Sync: TypeAlias = Annotated[
    Literal[0, 1],
    Shown(
        mark("Answer"),
        mark("Later is safer: the task can be picked up again after a lost connection."),
        choices=(Choice(0, mark("Later, by task")), Choice(1, mark("At once, while connected"))),
        advanced=True,
        role=Role.TRANSPORT,
    ),
]
"""Whether the answer to the submission is the result. It is always sent: most documents name no default."""

Subject: TypeAlias = Annotated[
    Literal["clean", "face"],
    Shown(
        mark("Subject"),
        mark("General is best for products and scenes, faces for portraits (up to 10 in a photo)."),
        choices=(Choice("clean", mark("General")), Choice("face", mark("Faces"))),
    ),
]
"""``type`` of the enhancement that PicWish does, for itself and behind gpt.ge."""

FACTORS: Final = (
    Choice(None, mark("Automatic")),
    Choice(1, mark("×1")),
    Choice(2, mark("×2")),
    Choice(4, mark("×4")),
)
"""The choices of ``scale_factor``; what automatic means differs in what the documents say."""

LinkOrText: TypeAlias = Annotated[
    Literal[1, 2],
    Shown(
        mark("Result comes as"),
        mark("A link is fetched at once. Base64 text brings the image within the answer."),
        choices=(Choice(1, mark("Link")), Choice(2, mark("Base64 text"))),
        advanced=True,
        role=Role.TRANSPORT,
    ),
]
"""``return_type`` where the image itself cannot be had."""


def submission_call(
    path: str, values: Mapping[str, Value], pace: Pace, links: Links, canvas: Canvas | None = None
) -> HttpCall:
    """The POST that begins a task. ``values`` go by wire name; ``sync`` among them decides how long to wait.

    Raises :class:`InvalidParameter` for a text that cannot be sent.
    """
    return HttpCall(
        "POST",
        path,
        body=multipart(values, links, canvas),
        read_timeout_s=pace.sync_timeout_s if values.get("sync") == 1 else pace.submit_timeout_s,
        max_reply_bytes=INLINE_IMAGE_CAP,
    )


def multipart(values: Mapping[str, Value], links: Links, canvas: Canvas | None = None) -> Multipart:
    """The body of a submission. Every document has its own rule for two sources at once, so there is only one.

    A canvas brings a mask along: the URL that it has, else a file that the engine makes or has.
    """
    fields = [(name, text(value)) for name, value in values.items()]
    files = []
    if links.photo_url is not None:
        fields.insert(0, ("image_url", links.photo_url))
    else:
        files.append(FilePart("image_file"))
    mask = canvas.mask if canvas is not None else None
    if mask is not None and mask.path is None and mask.url is not None:
        fields.append(("mask_url", mask.url))
    elif canvas is not None:
        files.append(FilePart("mask_file", FileSource.MASK))
    for name, value in fields:
        _refuse_broken(name, value)
    return Multipart(tuple(fields), tuple(files))


def text(value: Value) -> str:
    """A value as a form carries it: numbers with a point and without an exponent, switches as 1 and 0."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return format(Decimal(repr(value + 0.0)).normalize(), "f")
    return str(value)


def _refuse_broken(name: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidParameter(
            tr("{name} holds letters that are no text.", name=name), tr("Type it anew, in UTF-8.")
        ) from None
