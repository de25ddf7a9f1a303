"""Which hosts are this machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.core.hosts import is_localhost, is_loopback


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", ".", "10.0.0.1", "localhost.example", "sub.localhost", "127.0.0.1.example", "::2", "[::ffff:10.0.0.1]"]
)
def test_another_machine(host: str) -> None:
    assert not is_loopback(host)


@given(st.integers(0, 2**24 - 1))
def test_the_whole_network_of_loopback_is_this_machine(number: int) -> None:
    host = f"127.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    assert is_loopback(host)
    assert not is_localhost(host)


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert is_loopback(text) or not is_localhost(text)
