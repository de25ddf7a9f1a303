"""After faults of every kind at every service: no key and no signature anywhere the program writes or speaks.

The real program runs as a process of its own, with everything logged that there is to log. Then every file below its
home, its outputs' folder and all that it said is searched for every key and for every signed address.
"""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from tests.cli.program import Program, Ran
from tests.conftest import MakePhoto
from tests.faults.services import APIXO, ENVELOPE, SERVICES
from tests.simulator import (
    CATALOGUE,
    EnvelopeError,
    Gate,
    Hold,
    HoldPoint,
    Simulator,
    Stage,
    redirect,
    told_image,
    told_state,
)

KEYS: Final = {
    "picwish": "wx-leak-7Qm2Zt9LrB4xWn6Kd1",
    "gptge": "sk-leak-Hc8Vy3Pj5sTf0GqRu7",
    "apixo": "ax-leak-Ea6Mo2Ni9dXk4ZbYw3",
}
SIGNATURE: Final = "5ig-of-an-address-that-was-never-fetched"
NAMED: Final = (
    *("submit-cut", "submit-500-html", "submit-200-with-500", "submit-413", "submit-no-task-id", "submit-redirect"),
    *("submit-echoes-key", "submit-429-bare", "submit-id-newline"),
    *("poll-html", "poll-truncated", "poll-cut", "poll-200-with-500", "poll-redirect", "poll-other-task"),
    *("ends-with-1", "ends-with-10", "image-userinfo", "image-foreign-http"),
    *("download-expired", "download-cut", "download-html", "download-redirect", "download-truncated", "download-500"),
)
ECHOES: Final = (
    (Stage.SUBMIT, EnvelopeError(500, "odd", echo_key=True)),
    (Stage.POLL, EnvelopeError(500, "odd", echo_key=True)),
    (Stage.POLL, told_image(f"http://192.0.2.1/a.jpg?OSSAccessKeyId=a&Signature={SIGNATURE}")),
    (Stage.POLL, told_state(-1, state_detail=f"see https://192.0.2.1/a.jpg?x-oss-signature={SIGNATURE}")),
    (Stage.DOWNLOAD, redirect(f"http://192.0.2.1/a.jpg?Signature={SIGNATURE}")),
)
LOUD: Final = """
import logging, sys
from overscan.services import logs

start = logs.start

def loud(folder, secrets, **rest):
    started = start(folder, secrets, level=logging.DEBUG)
    for name in ("httpx", "httpcore", "h11", "asyncio", "PIL", "keyring"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    return started

logs.start = loud
from overscan.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Loud(Program):
    """The program with everything logged; ``said`` is all that it wrote to its streams."""

    said: list[str] = field(default_factory=list)

    def start(self, *arguments: str | Path, **_: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", LOUD, *map(str, arguments)],
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def finish(self, process: subprocess.Popen[bytes], given: bytes = b"") -> Ran:
        ran = super().finish(process, given)
        self.said.extend((ran.out, ran.err))
        return ran

    def written(self) -> Iterator[tuple[str, bytes]]:
        """Everything that it has written and said, by where that is."""
        for folder in (self.home, self.folder):
            for path in folder.rglob("*"):
                if path.is_file():
                    yield str(path), path.read_bytes()
        yield "its own words", "\n".join(self.said).encode()


@pytest.fixture
def leaky() -> Iterator[Simulator]:
    with Simulator(keys=KEYS, key=KEYS["picwish"]) as simulator:
        yield simulator
    assert simulator.crashes == []


@pytest.fixture
def loud(clean_environment: Path, tmp_path: Path, leaky: Simulator) -> Loud:
    program = Loud(clean_environment, tmp_path / "outputs")
    accounts = "\n".join(
        f'[accounts.{name}]\nbase_url = "{url}"\nrequests_per_second = 200' for name, url in leaky.base_urls.items()
    )
    paces = "\n".join(f"[providers.{each.id}.pace]\nfirst_s = 0.01\ninterval_s = 0.01" for each in SERVICES)
    program.configure(f'{accounts}\n{paces}\n[output]\nfolder = "{program.folder}"\n')
    program.environment.update({f"OVERSCAN_KEY_{name.upper()}": key for name, key in KEYS.items()})
    return program


def needles(simulator: Simulator) -> dict[str, bytes]:
    """What must be found nowhere, by what it is."""
    found = {f"the key of {name}": key.encode() for name, key in KEYS.items()}
    found |= {f"the key of {name}, quoted": quote(key, safe="").encode() for name, key in KEYS.items()}
    found |= {f"the key of {name}, in base64": base64.b64encode(key.encode()) for name, key in KEYS.items()}
    found["a signature that was told"] = SIGNATURE.encode()
    found["a password in an address"] = b"user:secret"
    for url in (url for task in simulator.tasks for url in task.urls):
        query = urlsplit(url).query
        for name, value in parse_qsl(query):
            if name == "x-oss-signature":
                found[f"the signature of {url}"] = value.encode()
                found[f"the query of {url}"] = query.encode()
    return found


def leaks(places: Iterable[tuple[str, bytes]], simulator: Simulator) -> list[str]:
    """Which secret lies where."""
    secrets = needles(simulator)
    return [f"{what} in {where}" for where, data in places for what, secret in secrets.items() if secret in data]


def test_no_secret_is_written_or_said(loud: Loud, leaky: Simulator, make_photo: MakePhoto) -> None:
    photos = [make_photo(f"p{n}.jpg", size=(80, 64), seed=n) for n in range(8)]
    urls = [leaky.host_photo(path.name, path.read_bytes()) for path in photos]
    files = [argument for service in ENVELOPE for argument in ("-p", service.id)]
    scripts = [leaky.script_named(name) for name in NAMED] + [leaky.script(stage, fault) for stage, fault in ECHOES]

    loud.run("run", *photos, *files, "--json")
    scripts += [leaky.script_named(name) for name in NAMED if APIXO.simulated in CATALOGUE[name].services]
    loud.run("run", "--url", *urls, "-p", APIXO.id, "--json")
    assert all(script.fired for script in scripts[: len(NAMED) + len(ECHOES)])
    for script in scripts:
        script.cancel()

    # A program that is killed while the service works leaves its write-ahead log behind.
    gate = Gate()
    leaky.script(Stage.POLL, Hold(gate, HoldPoint.WORKED))
    process = loud.start("run", photos[0], "-p", ENVELOPE[0].id)
    gate.wait_reached()
    assert any(where.endswith("-wal") and data for where, data in loud.written())
    assert leaks(loud.written(), leaky) == []
    loud.kill(process)
    gate.open()
    assert leaks(loud.written(), leaky) == []

    # A refused key, and one that the service does not know, are told by every command that meets them.
    for key in KEYS.values():
        leaky.disable_key(key)
    loud.run("run", *photos[:2], *files)
    for command in (("key", "check", "picwish"), ("resume", "--json"), ("jobs", "--json"), ("jobs",), ("doctor",)):
        loud.run(*command)

    log = (loud.home / "logs" / "overscan.log").read_text(encoding="utf-8")
    assert "DEBUG httpcore" in log
    assert "DEBUG httpx" in log or "INFO httpx" in log
    assert all(len(leaky.account_of(name).key) > 20 and leaky.account_of(name).accepted for name in KEYS)
    assert any(task.urls for task in leaky.tasks)
    assert leaks(loud.written(), leaky) == []
    assert leaky.requests.leaks == ()


@pytest.mark.parametrize("what", ["a key", "a signature"])
def test_the_search_finds_what_is_there(what: str, leaky: Simulator) -> None:
    held = KEYS["gptge"] if what == "a key" else f"https://192.0.2.1/a?Signature={SIGNATURE}"
    assert leaks([("a file", f"before {held} after".encode())], leaky) != []
