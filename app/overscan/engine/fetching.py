"""Fetching a photo that a person named by its URL."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from pathlib import Path

from overscan.core.failures import FailureKind, OverscanError, PhotoError
from overscan.core.text import tr
from overscan.engine.downloads import Downloader, storage_errors
from overscan.engine.outputs import name_new
from overscan.engine.settings import EngineSettings


async def fetch_photo(url: str, folder: Path, stem: str, settings: EngineSettings, *, typed: bool = True) -> Path:
    """Fetch ``url`` into ``folder`` under a name made from ``stem`` (already safe) and the file's real format.

    Only an address that a person ``typed`` may lie on this machine; one that a web page handed over may not.
    Raises :class:`PhotoError` where it cannot be fetched or is no image.
    """
    part = folder / f".overscan-{uuid.uuid4().hex}.part"
    downloader = Downloader(settings)
    try:
        await downloader.fetch(url, part, near=url if typed else "")
        return await asyncio.to_thread(_named, part, stem)
    except OverscanError as error:
        # What is said of an expired picture is about a service's result, not about a person's address.
        remedy = "" if error.failure.kind is FailureKind.EXPIRED else error.failure.remedy
        raise PhotoError(
            tr(
                "The photo at {url} cannot be fetched. {reason}",
                url=url.partition("?")[0],
                reason=error.failure.message,
            ),
            remedy or tr("Download it in a browser and give the file."),
        ) from error
    finally:
        await downloader.aclose()


def _named(part: Path, stem: str) -> Path:
    from overscan.imaging.formats import SNIFF_BYTES, sniff

    try:
        with part.open("rb") as file:
            image_format = sniff(file.read(SNIFF_BYTES))
        if image_format is None:
            raise PhotoError(tr("It is no image."))
        with storage_errors(part.parent):
            for n in itertools.count(1):
                target = part.parent / f"{stem}{'' if n == 1 else f'-{n}'}{image_format.extension}"
                if name_new(part, target):
                    return target
        raise AssertionError("the names never end")
    finally:
        part.unlink(missing_ok=True)
