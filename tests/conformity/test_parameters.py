"""Every value that a declaration allows is taken by the service as meant; every other is refused here and there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from overscan.core.calls import FileSource, HttpCall, JsonBody, Links, Multipart, Reply
from overscan.core.failures import InvalidParameter
from overscan.core.images import ImageFormat
from overscan.core.parameters import Value, validate
from overscan.core.providers import RemoteProvider
from overscan.core.requests import PhotoRef, Request
from overscan.engine.settings import EngineSettings
from overscan.engine.transport import Transport, Upload
from tests.conformity.values import CALLBACK, Sample, good, wrong
from tests.simulator import LoggedRequest, Simulator, Stage
from tests.simulator.client import picture
from tests.simulator.values import Json

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def service() -> Iterator[Simulator]:
    """One for all samples: each makes a task of its own."""
    with Simulator() as simulator:
        yield simulator
    assert simulator.crashes == []


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends calls as the engine does."""

    transport: Transport
    simulator: Simulator

    async def send(self, provider: RemoteProvider, call: HttpCall) -> Reply:
        account = provider.info.account
        assert account is not None
        files = {FileSource.PHOTO: Upload(picture("JPEG", (80, 70)), ImageFormat.JPEG)}
        base_url = self.simulator.base_urls[account.id]
        return await self.transport.send(account, base_url, self.simulator.keys[account.id], call, files)


@asynccontextmanager
async def sender(tmp_path: Path, simulator: Simulator) -> AsyncIterator[Sender]:
    transport = Transport(EngineSettings(rescue_folder=tmp_path, instances_folder=tmp_path))
    try:
        yield Sender(transport, simulator)
    finally:
        await transport.aclose()


def submission(sample: Sample, simulator: Simulator, values: dict[str, Value] | None = None) -> HttpCall:
    provider = sample.provider
    url = None if provider.info.limits.takes_file else simulator.host_photo("photo.jpg", picture("JPEG", (80, 70)))
    photo = PhotoRef(name="photo", url=url) if url else PhotoRef(name="photo", path="/photo.jpg")
    parameters = validate(provider.info.parameters, sample.values if values is None else values).values()
    request = Request(provider=provider.info.id, photo=photo, parameters=parameters, folder="/out")
    return provider.submission(request, Links(url, CALLBACK if sample.spec.name == "request_type" else None))


def received(request: LoggedRequest) -> dict[str, Json]:
    """What the service read, by name."""
    inner = request.json.get("input")
    return {**request.fields, **request.json, **(inner if isinstance(inner, dict) else {})}


@pytest.mark.parametrize("sample", list(good()), ids=str)
async def test_what_is_declared_is_taken_as_meant(sample: Sample, service: Simulator, tmp_path: Path) -> None:
    before = len(service.tasks)
    async with sender(tmp_path, service) as out:
        reply = await out.send(sample.provider, submission(sample, service))
    assert reply.status == 200, reply.body
    assert len(service.tasks) == before + 1
    seen = received([r for r in service.requests if r.stage is Stage.SUBMIT][-1])
    if sample.value is None:
        assert sample.spec.wire_name not in seen
    elif isinstance(sample.value, float):
        text = seen[sample.spec.wire_name]
        assert isinstance(text, str)
        assert "e" not in text.lower()
        assert float(text) == sample.value
    else:
        assert str(seen[sample.spec.wire_name]) == str(sample.value)


@pytest.mark.parametrize("sample", list(wrong()), ids=str)
async def test_what_is_not_declared_is_refused_by_both(sample: Sample, service: Simulator, tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter):
        submission(sample, service)
    before = len(service.tasks)
    call = _smuggled(submission(sample, service, {**_harmless(sample), **sample.beside}), sample)
    async with sender(tmp_path, service) as out:
        reply = await out.send(sample.provider, call)
    assert b"200" not in reply.body[:20] or reply.status != 200, reply.body
    assert len(service.tasks) == before


def _harmless(sample: Sample) -> dict[str, Value]:
    """A value without which the other parameters would be refused already."""
    return {"callback_url": CALLBACK} if sample.spec.name == "callback_url" else {}


def _smuggled(call: HttpCall, sample: Sample) -> HttpCall:
    """The call with the wrong value put in after all checks."""
    name, value = sample.spec.wire_name, sample.value
    if isinstance(call.body, Multipart):
        fields = tuple(pair for pair in call.body.fields if pair[0] != name)
        return replace(call, body=replace(call.body, fields=(*fields, (name, str(value)))))
    assert isinstance(call.body, JsonBody)
    body = dict(call.body.value)
    inner = body["input"]
    assert isinstance(inner, dict)
    body = {**body, name: value} if name in body else {**body, "input": {**inner, name: value}}
    return replace(call, body=JsonBody(body))
