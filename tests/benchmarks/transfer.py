"""30 MB up and down on loopback through the engine's own border to HTTP, against curl.

The server does nothing with the bytes, so that what is measured is the client. Each download is written to a file,
as curl does it; the check by a full decode, which curl does not do, is left out.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from overscan.core.calls import FileSource, Links
from overscan.core.images import ImageFormat
from overscan.core.requests import PhotoRef, Request
from overscan.engine.downloads import Downloader
from overscan.engine.settings import EngineSettings
from overscan.engine.transport import Transport, Upload
from overscan.providers.accounts import PICWISH
from overscan.providers.picwish_scale import PicwishScale
from tests.benchmarks.harness import LIMIT_S, Figure, against, in_turns
from tests.benchmarks.sink import sinking

BYTES: Final = 30_000_000
BUDGET: Final = 1.3
RUNS: Final = 15


def measure(workplace: Path) -> Iterator[Figure]:
    curl = shutil.which("curl")
    if curl is None:
        raise RuntimeError("there is no curl here")
    with sinking(workplace, BYTES) as base_url:
        yield from _measured(workplace, base_url, curl)


def _measured(workplace: Path, base_url: str, curl: str) -> Iterator[Figure]:
    photo, saved = workplace / "photo.jpg", workplace / "saved.part"
    data = bytes(BYTES)
    photo.write_bytes(data)
    settings = EngineSettings(rescue_folder=workplace, instances_folder=workplace, base_urls={PICWISH.id: base_url})
    picwish = PicwishScale()
    reference = PhotoRef(name="photo", path=str(photo))
    call = picwish.submission(Request(provider=picwish.info.id, photo=reference, folder=str(workplace)), Links())
    upload = Upload(data, ImageFormat.JPEG)
    with asyncio.Runner() as runner:
        transport, downloader = Transport(settings), Downloader(settings)

        async def send() -> float:
            begun = time.perf_counter()
            reply = await transport.send(PICWISH, base_url, "a-key-of-no-account", call, {FileSource.PHOTO: upload})
            seconds = time.perf_counter() - begun
            assert reply.status == 200
            return seconds

        async def fetch() -> float:
            begun = time.perf_counter()
            await downloader.fetch(f"{base_url}/picture.jpg", saved, near=base_url)
            seconds = time.perf_counter() - begun
            assert saved.stat().st_size == BYTES
            return seconds

        def curled(*options: str) -> float:
            done = subprocess.run(
                [curl, "--silent", "--fail", "--noproxy", "*", "-w", "\n%{time_total}", *options],
                capture_output=True,
                timeout=LIMIT_S,
                check=True,
            )
            return float(done.stdout.rpartition(b"\n")[2])

        up, curl_up, down, curl_down = in_turns(
            lambda: runner.run(send()),
            lambda: curled("-H", "Expect:", "-F", f"image_file=@{photo}", f"{base_url}/up"),
            lambda: runner.run(fetch()),
            lambda: curled("-o", str(workplace / "curl.part"), f"{base_url}/picture.jpg"),
            runs=RUNS,
            warm_up=2,
        )
        runner.run(transport.aclose())
        runner.run(downloader.aclose())
    yield against("upload of 30 MB on loopback", up, curl_up, BUDGET, "curl")
    yield against("download of 30 MB on loopback", down, curl_down, BUDGET, "curl")
