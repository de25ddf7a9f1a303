"""F75 to F80: keys, signatures, certificates, and who may speak to us."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import keyring
import keyring.backends.fail
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from overscan.core.failures import ConfigProblem, KeyringProblem
from overscan.core.parameters import Value
from overscan.core.providers import Account
from overscan.engine.settings import CallbackSettings
from overscan.services import logs, settings
from overscan.services.keys import KeyStore
from tests.conftest import MemoryKeyring
from tests.engine.sockets import answering, closed_port, http, raw_server
from tests.faults.house import FaultHouse, refusing
from tests.faults.services import APIXO, Service, faults, over_accounts, over_services
from tests.simulator import Cut, Stage
from tests.simulator.callbacks import forged_callback

pytestmark = pytest.mark.anyio


@over_services
async def test_f75_the_key_is_repeated_in_an_error(house: FaultHouse) -> None:
    job = await house.meets("F75", "submit-echoes-key")
    assert house.account.key not in job.model_dump_json()


@over_accounts
async def test_f76_a_talkative_log(house: FaultHouse, tmp_path: Path) -> None:
    started = logs.start(tmp_path / "logs", lambda: [house.account.key], level=logging.DEBUG)
    try:
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        house.simulator.script(Stage.DOWNLOAD, Cut(0.5))
        async with house.engine() as engine:
            house.ends(await house.run(engine), "F76", "everything is logged")
    finally:
        started.stop()
    text = (tmp_path / "logs" / logs.FILE_NAME).read_text()
    urls = [urlsplit(url) for url in house.simulator.tasks.only().urls]
    assert any(url.path in text for url in urls)  # the libraries did speak of the address
    assert house.account.key not in text
    assert not any(url.query and url.query in text for url in urls)


def test_f77_a_key_in_the_settings_is_no_setting(house: FaultHouse, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[accounts.picwish]\nkey = "a-key-in-the-wrong-place"\n', encoding="utf-8")
    with pytest.raises(ConfigProblem) as caught:
        settings.load(file)
    assert "a-key-in-the-wrong-place" not in str(caught.value.failure)
    failure = replace(caught.value.failure, message=caught.value.failure.message.replace(str(file), "{file}"))
    house.refuses(failure, "F77", "in the settings")


def test_f77_without_a_keyring_no_file_takes_its_place(house: FaultHouse, clean_environment: Path) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    with refusing(house, "F77", "without a keyring"):
        KeyStore().set("picwish", "https://techhk.aoscdn.com", "a-key-for-nowhere")
    written = [path for path in clean_environment.rglob("*") if path.is_file()] if clean_environment.exists() else []
    assert not any(b"a-key-for-nowhere" in path.read_bytes() for path in written)
    with pytest.raises(KeyringProblem):
        KeyStore().get("picwish", "https://techhk.aoscdn.com")


@dataclass(frozen=True)
class Certificate:
    """A certificate of this machine that nobody knows, and its key, as files."""

    certificate: Path
    key: Path


@pytest.fixture
def unknown(tmp_path: Path) -> Certificate:
    """Made anew, so that it never expires."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An inspecting proxy")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    files = Certificate(tmp_path / "ca.pem", tmp_path / "key.pem")
    files.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


@asynccontextmanager
async def inspected(certificate: Certificate, base_url: str) -> AsyncIterator[str]:
    """A TLS server in front of the simulator; its address."""
    port = int(base_url.rpartition(":")[2])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    pipes: set[asyncio.Task[None]] = set()
    ends: list[asyncio.StreamWriter] = []

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
        target.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        ends.extend((writer, back))
        pipes.update({asyncio.create_task(pump(reader, back)), asyncio.create_task(pump(there, writer))})

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for pipe in pipes:
            pipe.cancel()
        await asyncio.gather(*pipes, return_exceptions=True)
        for end in ends:
            with suppress(AttributeError):  # Debian 12's Python fails where TLS has closed it already
                end.transport.abort()
        await server.wait_closed()


async def test_f78_a_certificate_that_nobody_knows(house: FaultHouse, unknown: Certificate) -> None:
    async with inspected(unknown, house.simulator.base_url) as url:
        there = house.simulator.base_url
        base_urls = {account: known.replace(there, url) for account, known in house.simulator.base_urls.items()}
        behind = replace(house.settings(), base_urls=base_urls)
        async with house.engine(behind) as engine:
            house.ends(await house.run(engine), "F78", "not trusted")
        assert house.simulator.requests.submissions == []
        # With its file named, the same certificate is verified and good.
        async with house.engine(replace(behind, ca_file=str(unknown.certificate))) as engine:
            house.ends(await house.run(engine), "F78", "trusted by its file")


async def test_f78_a_proxy_that_refuses(house: FaultHouse) -> None:
    async with raw_server(answering(http(b"", "407 Proxy Authentication Required"))) as proxy:
        far = dict.fromkeys(house.settings().base_urls, "https://service.invalid")
        async with house.engine(replace(house.settings(), base_urls=far, proxy=proxy.url)) as engine:
            house.ends(await house.run(engine), "F78", "refused by the proxy")
        assert house.simulator.key not in "".join(proxy.requests)


@over_accounts
async def test_f79_a_changed_address_gets_no_key(house: FaultHouse, memory_keyring: MemoryKeyring) -> None:
    store = KeyStore({})
    for account in {provider.info.account for provider in house.remote} - {None}:
        assert account is not None
        store.set(account.id, account.base_url, "a-key-of-the-real-address")

    def key(account: Account, base_url: str) -> str | None:
        return store.get(account.id, base_url)

    async with house.engine(key=key) as engine:
        house.ends(await house.run(engine), "F79", "another address")
    assert list(house.simulator.requests) == []


def answers(service: Service) -> dict[str, Value]:
    """The parameters with which the service calls back."""
    return {"request_type": "callback"} if service is APIXO else {}


@pytest.mark.parametrize(("service", "name"), faults("F80"))
async def test_f80_a_callback_is_never_believed(house: FaultHouse, name: str) -> None:
    port = closed_port()
    house.receiver = CallbackSettings(port, f"http://127.0.0.1:{port}")
    job = await house.meets("F80", name, parameters=answers(house.service))
    # What was saved is what the task itself gave, read with the key.
    (path,) = house.outputs()
    assert path.read_bytes() == house.simulator.tasks.only().result_bytes
    assert house.simulator.requests.polls
    assert job.task_id == house.simulator.tasks.only().task_id


async def test_f80_a_strangers_call_wakes_nobody(house: FaultHouse) -> None:
    port = closed_port()
    house.receiver = CallbackSettings(port, f"http://127.0.0.1:{port}")
    async with house.engine() as engine:
        forged = forged_callback(house.service.account, "any")
        forge = house.simulator.forge_callback
        assert await asyncio.to_thread(forge, f"http://127.0.0.1:{port}/guessed", forged, times=3) == [404] * 3
        house.ends(await house.run(engine), "F80", "a stranger calls")
