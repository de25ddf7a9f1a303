"""The storage: signatures, lifetimes, ranges, and secrets that went astray."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.simulator import ManualClock, Options, Port, Simulator
from tests.simulator.client import Client
from tests.simulator.plugin import make_simulator, simulator

__all__ = ["make_simulator", "simulator"]


@pytest.fixture
def client(simulator: Simulator) -> Iterator[Client]:
    with Client(simulator) as client:
        yield client


@pytest.fixture
def url(client: Client) -> str:
    return str(client.ended(client.submitted())["image"])


def test_results_lie_on_another_port_and_every_query_signs_afresh(
    simulator: Simulator, client: Client, url: str
) -> None:
    again = client.poll(simulator.tasks.only().task_id).json()["data"]["image"]
    assert url.startswith(simulator.storage_url + "/tasks/output/scale/")
    assert urlsplit(url).port != urlsplit(simulator.base_url).port
    assert again != url
    assert simulator.tasks.only().urls == [url, again]
    assert client.download(url).content == client.download(again).content
    assert {request.port for request in simulator.requests.downloads} == {Port.STORAGE}


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.partition("?")[0],
        lambda url: url[:-1] + ("0" if url[-1] != "0" else "1"),
        lambda url: url.replace("x-oss-expires=3600", "x-oss-expires=999999"),
        lambda url: url.replace(".jpg?", ".png?"),
        lambda url: url + "&extra=1",
        lambda url: url + "&x-oss-signature=x",
        lambda url: url.replace("&", "&amp;"),
    ],
)
def test_a_changed_url_is_refused(client: Client, url: str, change: Callable[[str], str]) -> None:
    response = client.download(change(url))
    assert response.status_code == 403
    assert "<Code>SignatureDoesNotMatch</Code>" in response.text


def test_a_url_expires(make_simulator: Callable[[Options], Simulator]) -> None:
    clock = ManualClock()
    with Client(make_simulator(Options(clock=clock, result_lifetime_s=600))) as client:
        url = client.ended(client.submitted())["image"]
        clock.advance(590)
        assert client.download(url).status_code == 200
        clock.advance(20)
        response = client.download(url)
    assert response.status_code == 403
    assert "<Code>AccessDenied</Code>" in response.text


@pytest.mark.parametrize("name", ["X-API-KEY", "Authorization", "Cookie"])
def test_secrets_are_refused_and_recorded(simulator: Simulator, client: Client, url: str, name: str) -> None:
    response = client.bare.get(url, headers={name: "anything"})
    assert response.status_code == 400
    assert "<Code>InvalidArgument</Code>" in response.text
    (leak,) = simulator.requests.leaks
    assert leak.what == f"header {name.lower()} sent to the storage"
    assert leak.request.path == urlsplit(url).path
    assert simulator.tasks.only().downloads == 0


def test_a_key_in_a_url_or_another_header_is_recorded(simulator: Simulator, client: Client) -> None:
    client.api.get("/api/tasks", params={"key": simulator.key})
    client.bare.get(simulator.storage_url, headers={"X-Other": f"Bearer {simulator.key}"})
    assert [leak.what for leak in simulator.requests.leaks] == ["key in the URL", "key in an unrelated header"]


def test_ranges(simulator: Simulator, client: Client, url: str) -> None:
    whole = client.download(url)
    body, etag = whole.content, whole.headers["etag"]

    def part(byte_range: str, **headers: str) -> httpx.Response:
        return client.bare.get(url, headers={"Range": byte_range, **headers})

    tail = part("bytes=100-")
    assert (tail.status_code, tail.content) == (206, body[100:])
    assert tail.headers["content-range"] == f"bytes 100-{len(body) - 1}/{len(body)}"
    assert part("bytes=10-19").content == body[10:20]
    assert part("bytes=100-", **{"If-Range": etag}).status_code == 206
    assert part("bytes=100-", **{"If-Range": '"other"'}).content == body
    assert part(f"bytes={len(body)}-").status_code == 416
    assert part("lines=1-2").status_code == 200


def test_unknown_places(simulator: Simulator, client: Client) -> None:
    for path in ("/", "/photos/none", "/tasks/output"):
        assert client.bare.get(simulator.storage_url + path).status_code == 404
