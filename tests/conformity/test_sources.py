"""The ways in which photo and mask reach each service: exactly one source of each, as its document has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from overscan.core.calls import FileSource, Links
from overscan.core.geometry import Margins
from overscan.core.images import ImageFormat
from overscan.core.providers import RemoteProvider
from overscan.core.requests import Canvas, MaskRef, PhotoRef, Request
from overscan.engine.settings import EngineSettings
from overscan.engine.transport import Transport, Upload
from tests.conformity.values import SERVICES, sources
from tests.simulator import Simulator, Stage
from tests.simulator.client import picture

pytestmark = pytest.mark.anyio
SIZE = (80, 70)
CASES = [(provider, name) for provider in SERVICES for name in sources(provider)]


@pytest.mark.parametrize(("provider", "source"), CASES, ids=[f"{p.info.id}-{name}" for p, name in CASES])
async def test_each_source_is_taken(
    provider: RemoteProvider, source: str, simulator: Simulator, tmp_path: Path
) -> None:
    account = provider.info.account
    assert account is not None
    photo, mask = picture("PNG", SIZE), picture("PNG", SIZE, "1")
    url = simulator.host_photo("photo.png", photo) if source == "image_url" else None
    if source in ("image_urls", "mask_url"):
        url = simulator.host_photo("photo.png", photo)
    masks = {
        "mask_url": MaskRef(url=simulator.host_photo("mask.png", mask)),
        "mask_file": MaskRef(path="/mask.png"),
    }
    canvas = Canvas(frame=Margins(0, 0, 0, 0), mask=masks[source]) if source in masks else None
    reference = PhotoRef(name="photo", url=url) if url else PhotoRef(name="photo", path="/photo.png")
    request = Request(provider=provider.info.id, photo=reference, canvas=canvas, folder="/out")
    files = {
        FileSource.PHOTO: Upload(photo, ImageFormat.PNG),
        FileSource.MASK: Upload(mask, ImageFormat.PNG),
    }
    transport = Transport(EngineSettings(rescue_folder=tmp_path, instances_folder=tmp_path))
    try:
        reply = await transport.send(
            account,
            simulator.base_urls[account.id],
            simulator.keys[account.id],
            provider.submission(request, Links(url)),
            files,
        )
    finally:
        await transport.aclose()
    assert provider.read(reply).task_id == simulator.tasks.only().task_id
    (seen,) = (request for request in simulator.requests if request.stage is Stage.SUBMIT)
    inner = seen.json.get("input")
    given = {*seen.fields, *seen.files, *(inner if isinstance(inner, dict) else {})}
    assert source in given
    assert len(given & {"image_file", "image_url", "image_urls"}) == 1
    assert len(given & {"mask_file", "mask_url"}) == (1 if source in masks else 0)
