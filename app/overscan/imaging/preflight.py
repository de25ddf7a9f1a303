"""Carrying out what ``core.preflight`` decided: the bytes that go to a service, and in words what was done to them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from overscan.core.calls import FileSource
from overscan.core.failures import PhotoError
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.jobs import Sent
from overscan.core.preflight import Preflight, preflight
from overscan.core.providers import Limits
from overscan.core.requests import MaskRef, Request
from overscan.core.text import tr
from overscan.imaging.canvas import compose
from overscan.imaging.decoding import decode
from overscan.imaging.fitting import Fitting, resized, size_of
from overscan.imaging.formats import SNIFF_BYTES, open_image, sniff
from overscan.imaging.mask import encode_mask, load_mask, mask_around, refuse_uniform, resized_mask
from overscan.imaging.metadata import MetadataStuck, without_private
from overscan.imaging.photo import open_photo
from overscan.imaging.reading import photo_errors, read_bytes, refuse_too_large
from overscan.imaging.samples import Samples8


@dataclass(frozen=True, slots=True)
class Payload:
    """The bytes to send and what is true of them."""

    data: bytes
    sent: Sent


def payloads_of(
    request: Request, limits: Limits, *, with_photo: bool = True, white_generates: bool = True
) -> dict[FileSource, Payload]:
    """The files that go out for ``request`` to a service with ``limits``: the photo, the mask, both or neither.

    Not ``with_photo`` where the service fetches that by a URL of its own: then a mask in a file is all there is, at its
    own size. Not ``white_generates``: black and white of the mask are swapped for a service that generates what is
    black. Raises :class:`PhotoError` where one cannot be read, has changed since it was chosen, or cannot be made to
    fit.
    """
    if not with_photo:
        mask = request.canvas.mask if request.canvas is not None else None
        return (
            {FileSource.MASK: prepare_mask(mask, white_generates=white_generates)}
            if mask is not None and mask.path is not None
            else {}
        )
    path = Path(request.photo.path or "")
    facts = open_photo(path).facts
    assert facts is not None  # noqa: S101 - a photo from a file has facts
    plan = preflight(facts, limits, keep_metadata=request.keep_metadata, canvas=request.canvas)
    if plan.canvas is None:
        return {FileSource.PHOTO: prepare(path, plan, expected_sha256=request.photo.sha256)}
    photo, made = prepare_canvas(path, plan, expected_sha256=request.photo.sha256, white_generates=white_generates)
    return {FileSource.PHOTO: photo} if made is None else {FileSource.PHOTO: photo, FileSource.MASK: made}


def prepare(path: Path, plan: Preflight, *, expected_sha256: str | None = None) -> Payload:
    """The bytes of ``path`` made fit as ``plan`` says; its own bytes where nothing has to be done.

    With a canvas it is the whole frame; :func:`prepare_canvas` makes the mask as well. The file is read once.
    ``expected_sha256`` is what it had when it was chosen. Raises :class:`PhotoError` where it cannot be read, has
    changed since, or cannot be made light enough.
    """
    data = read_bytes(path, expected_sha256)
    changes, canvas = list(plan.changes), plan.canvas
    if not plan.reencode:
        if not plan.strip_metadata:
            return _payload(data, plan.size, plan.format, changes)
        try:
            return _payload(without_private(data), plan.size, plan.format, changes)
        except MetadataStuck:
            changes.append(tr("encoded anew, since the metadata could not be taken out"))
    with photo_errors(path):
        with open_image(data) as image:
            refuse_too_large(path, image)
        decoded = decode(data)
        if not plan.reencode and decoded.samples.dtype != np.uint8:
            changes.append(tr("{bits} bits per channel reduced to 8", bits=16))
        fitted = Fitting(
            path.name,
            plan,
            decoded,
            lossy=sniff(data[:SNIFF_BYTES]) is ImageFormat.WEBP,
            render=resized if canvas is None else lambda samples, size: compose(samples, canvas.frame, size),
            keep_size=canvas is not None and canvas.mask is not None and canvas.mask.path is None,
        ).run()
    changes += [change for change in fitted.changes if change not in changes]
    return _payload(fitted.data, fitted.size, fitted.format, changes)


def prepare_canvas(
    path: Path, plan: Preflight, *, expected_sha256: str | None = None, white_generates: bool = True
) -> tuple[Payload, Payload | None]:
    """The photo in its frame, and the mask of exactly that size; ``None`` for a mask that is sent by its URL.

    ``plan`` has a canvas. The photo's ``sent`` names the mask's. Raises :class:`PhotoError` as :func:`prepare` does,
    and for a mask that cannot be read, has changed, is of another size than the frame, or would have nothing or
    everything generated, or none of the new area.
    """
    canvas = plan.canvas
    if canvas is None:
        raise ValueError("a preflight without a canvas has no mask")
    # A mask that will not do shows before the photo is worked on.
    given = _given(canvas.mask) if canvas.mask is not None and canvas.mask.path is not None else None
    photo = prepare(path, plan, expected_sha256=expected_sha256)
    if canvas.mask is not None and given is None:
        return photo, None
    size = Size(photo.sent.width, photo.sent.height)
    around = mask_around(canvas.frame.place(plan.photo_size, size), size)
    if given is None:
        mask = _mask_payload(around, white_generates=white_generates)
    else:
        mask = given.payload(size, around if canvas.frame.grows else None, white_generates=white_generates)
    return replace(photo, sent=photo.sent.model_copy(update={"mask": mask.sent})), mask


def prepare_mask(mask: MaskRef, *, white_generates: bool = True) -> Payload:
    """The mask in a file, in pure black and white at its own size, for a photo that is sent by its URL.

    Raises :class:`PhotoError` as :func:`prepare_canvas` does.
    """
    given = _given(mask)
    return given.payload(size_of(given.levels[:, :, np.newaxis]), None, white_generates=white_generates)


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """A mask from a file."""

    name: str
    levels: Samples8

    def payload(self, size: Size, around: Samples8 | None, *, white_generates: bool) -> Payload:
        """At ``size``; ``around`` is what the frame alone would have generated, ``None`` where nothing is new."""
        levels = resized_mask(self.levels, size)
        refuse_uniform(levels, self.name)
        if around is not None and not np.any(levels & around):
            raise PhotoError(
                tr("The mask “{name}” keeps the whole new area, which is blank.", name=self.name),
                tr("White is what is generated, black what is kept: is the mask inverted?"),
            )
        return _mask_payload(levels, white_generates=white_generates)


def _given(mask: MaskRef) -> _Given:
    path = Path(mask.path or "")
    levels = load_mask(path, mask.sha256)
    refuse_uniform(levels, path.name)
    return _Given(path.name, levels)


def _mask_payload(levels: Samples8, *, white_generates: bool) -> Payload:
    sent = levels if white_generates else np.bitwise_not(levels)
    swapped = [] if white_generates else [tr("black and white swapped, as the service reads it")]
    return _payload(encode_mask(sent), size_of(levels[:, :, np.newaxis]), ImageFormat.PNG, swapped)


def _payload(data: bytes, size: Size, kind: ImageFormat, changes: list[str]) -> Payload:
    digest = hashlib.sha256(data).hexdigest()
    return Payload(
        data,
        Sent(
            bytes=len(data),
            width=size.width,
            height=size.height,
            format=kind,
            sha256=digest,
            changes=tuple(changes),
        ),
    )
