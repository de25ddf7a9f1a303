"""Talking to loopback addresses, the only ones that the simulator ever calls."""

from __future__ import annotations

import ssl
from typing import Final
from urllib.parse import urlsplit

import httpx

_NO_TLS_ROOTS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loading the system's roots takes longer than a test
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def is_loopback(url: str) -> bool:
    """Whether a URL is one that the simulator will talk to."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.hostname in LOOPBACK


async def fetched(url: str, timeout_s: float = 10.0) -> bytes | None:
    """The bytes behind a loopback URL, as a service would fetch them; None for anything that fails."""
    if not is_loopback(url):
        return None
    try:
        async with _client(timeout_s) as client:
            response = await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    return response.content if response.status_code == 200 else None


async def posted(url: str, body: bytes, content_type: str = "application/json", timeout_s: float = 30.0) -> int | None:
    """POST to a loopback URL; the HTTP status, None when nothing came back."""
    if not is_loopback(url):
        return None
    try:
        async with _client(timeout_s) as client:
            response = await client.post(url, content=body, headers={"content-type": content_type})
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    return response.status_code


def _client(timeout_s: float) -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=timeout_s, trust_env=False, verify=_NO_TLS_ROOTS)
