"""Where pictures may be fetched from."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.core.failures import NotSent, OutputRejected
from overscan.core.hosts import is_loopback
from overscan.engine.addresses import check

pytestmark = pytest.mark.anyio
PRIVATE = [
    "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "127.0.0.1", "127.9.9.9",  # noqa: S104
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1",
    "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]", "[2001:db8::1]",
    "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::a00:1]",
    "[2002:7f00:1::]", "[2002:a00:1::]", "[2001:0:1:2::1]",
    "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "sub.localhost", "localhost.",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "[2606:4700::1]", "[64:ff9b::101:101]", "[::ffff:1.1.1.1]"]


@pytest.mark.parametrize("host", PRIVATE)
@pytest.mark.parametrize("resolve", [True, False], ids=["resolved", "by proxy"])
async def test_no_place_in_a_private_network(host: str, resolve: bool) -> None:
    with pytest.raises((OutputRejected, NotSent) if host.strip(".").endswith("localhost") else OutputRejected):
        await check(f"https://{host}/a.png", near="techhk.aoscdn.com", resolve=resolve)


@pytest.mark.parametrize("host", PUBLIC)
@pytest.mark.parametrize("resolve", [True, False], ids=["resolved", "by proxy"])
async def test_public_places(host: str, resolve: bool) -> None:
    place = await check(f"https://{host}/a.png?x-oss-signature=a%2Fb", near="", resolve=resolve)
    assert place.url.raw_path == b"/a.png?x-oss-signature=a%2Fb"
    assert place.addresses == ((host.strip("[]"),) if resolve else ())


@pytest.mark.parametrize(
    "url",
    [
        "http://1.1.1.1/a.png",
        "ftp://1.1.1.1/a.png",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "HTTP://1.1.1.1/",
        "//1.1.1.1/a.png",
        "/tasks/a.png",
        "",
        "https://",
        "https:///a.png",
        "https://user:pass@1.1.1.1/",
        "https://user@1.1.1.1/",
        "https://1.1.1.1:99999/",
        "https://[::1/",
        "https://\x00/",
        "https://1.1.1.1\n.example/",
        "gopher://1.1.1.1",
    ],
)
async def test_no_other_way_than_https(url: str) -> None:
    with pytest.raises(OutputRejected):
        await check(url, near="techhk.aoscdn.com")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/a.png", "http://localhost/a", "http://localhost./a", "https://127.0.0.1/"]
)
async def test_this_machine_where_the_account_is_on_it(url: str) -> None:
    place = await check(url, near="127.0.0.1")
    assert all(is_loopback(address) for address in place.addresses)
    for elsewhere in ("", "techhk.aoscdn.com", "10.0.0.1"):
        with pytest.raises(OutputRejected):
            await check(url, near=elsewhere)


async def test_the_accounts_own_host_may_be_private() -> None:
    assert (await check("https://10.0.0.7:8443/a.png", near="10.0.0.7")).addresses == ("10.0.0.7",)
    for url in ("http://10.0.0.7/a.png", "https://10.0.0.8/a.png"):
        with pytest.raises(OutputRejected):
            await check(url, near="10.0.0.7")


async def test_a_loopback_account_opens_no_private_network() -> None:
    with pytest.raises(OutputRejected):
        await check("https://10.0.0.7/a.png", near="127.0.0.1")


async def test_a_name_that_leads_into_a_private_network(monkeypatch: pytest.MonkeyPatch) -> None:
    # What a name means is the network's business and none of ours, so the look-up is the one thing replaced here.
    def resolver(*addresses: str) -> object:
        return lambda *args, **kw: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 443)) for a in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolver("1.1.1.1", "8.8.8.8"))
    assert (await check("https://results.example/a", near="")).addresses == ("1.1.1.1", "8.8.8.8")
    monkeypatch.setattr(socket, "getaddrinfo", resolver("1.1.1.1", "127.0.0.1"))
    for near in ("", "127.0.0.1", "techhk.aoscdn.com"):
        with pytest.raises(OutputRejected):
            await check("https://results.example/a", near=near)


async def test_a_name_that_nobody_knows() -> None:
    with pytest.raises(NotSent, match="resolved"):
        await check("https://no-such-host.invalid/a", near="")


@given(st.text() | st.from_regex(r"https?://[^/]{0,30}(/.*)?"))
def test_any_text_is_checked_or_rejected(text: str) -> None:
    import asyncio

    try:
        place = asyncio.run(check(text, near="", resolve=False))
    except OutputRejected:
        return
    assert place.url.scheme == "https"
    assert place.url.userinfo == b""
