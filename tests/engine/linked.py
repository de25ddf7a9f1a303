"""A house whose engine has three accounts, a bucket on a real S3 server, and a receiver of callbacks."""

from __future__ import annotations

import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from overscan.core.delivery import Reach
from overscan.core.parameters import Value
from overscan.core.plan import Choice, PlannedJob, Target, make_plan
from overscan.core.providers import Account, AnyProvider
from overscan.core.requests import Photo, PhotoRef
from overscan.engine.settings import CallbackSettings, EngineSettings, HostingSettings
from overscan.providers.apixo_upscaler import ApixoUpscaler
from overscan.providers.gptge_scale import GptgeScale
from overscan.providers.picwish_scale import PicwishScale
from overscan.providers.registry import Registry
from tests.engine.house import QUICK, House

SECRET = "s3cret-access-key-0123456789abcdef"
SMALL: Mapping[str, Value] = {"resolution": "2k"}
_S3 = "{http://s3.amazonaws.com/doc/2006-03-01/}"


@dataclass(frozen=True)
class S3:
    """A running server; every test makes a bucket of its own."""

    url: str

    def make(self, bucket: str) -> HostingSettings:
        _ask("PUT", f"{self.url}/{bucket}")
        return HostingSettings(self.url, bucket, "eu-central-1", "over/scan/", "AKIDEXAMPLE", consented=True)

    def names(self, hosting: HostingSettings) -> list[str]:
        """What lies in the bucket."""
        listing = ET.fromstring(_ask("GET", f"{self.url}/{hosting.bucket}"))  # noqa: S314 - our own server
        return [found.text or "" for found in listing.iter(f"{_S3}Key")]


def everything_on_disk(root: Path) -> bytes:
    """The bytes of every file below ``root``, the journal's side files included."""
    return b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())


def _ask(method: str, url: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, method=method)) as response:  # noqa: S310 - our own server
        return bytes(response.read())


@contextmanager
def s3_server() -> Iterator[S3]:
    """moto's server on a free port of this machine."""
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield S3(f"http://{host}:{port}")
    finally:
        server.stop()


@dataclass
class LinkedHouse(House):
    """A house with hosting and callbacks as they are set here."""

    providers: Sequence[AnyProvider] = field(default_factory=lambda: (PicwishScale(), ApixoUpscaler(), GptgeScale()))
    hosting: HostingSettings | None = None
    receiver: CallbackSettings | None = None
    live: bool = True

    def settings(self) -> EngineSettings:
        accounts = self.simulator.base_urls
        return replace(
            super().settings(),
            base_urls=accounts,
            requests_per_second=dict.fromkeys(accounts, 2000.0),
            pace={provider.info.id: QUICK for provider in self.providers},
            hosting=self.hosting,
            callbacks=self.receiver,
        )

    def key(self, account: Account, base_url: str) -> str | None:
        return SECRET if account.id == "hosting" else self.simulator.keys[account.id]

    def planned(
        self,
        provider: str = "apixo-upscaler",
        *,
        photos: Sequence[Photo] | None = None,
        parameters: Mapping[str, Value] | None = None,
    ) -> tuple[PlannedJob, ...]:
        chosen = SMALL if parameters is None and provider == "apixo-upscaler" else parameters or {}
        reach = Reach(live=self._is_live, hosting=True, callbacks=self.receiver is not None)
        choice = Choice(Registry(self.providers).get(provider), chosen)
        plan = make_plan(photos or [self.photo], [choice], Target(str(self.out)), has_key=lambda _: True, reach=reach)
        assert plan.refusals == ()
        return plan.jobs

    def _is_live(self, ref: PhotoRef) -> bool:
        return self.live
