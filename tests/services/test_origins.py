"""Which addresses are allowed, and what a key is bound to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.services.origins import can_fetch, checked_base_url, checked_proxy, origin_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://techhk.aoscdn.com", "https://techhk.aoscdn.com:443"),
        ("HTTPS://Techhk.AOSCDN.com/api/", "https://techhk.aoscdn.com:443"),
        ("https://host:8443/x", "https://host:8443"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("http://localhost", "http://localhost:80"),
        ("http://[::1]:9", "http://[::1]:9"),
    ],
)
def test_the_origin_is_scheme_host_and_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin
    assert origin_of(origin) == origin


@pytest.mark.parametrize(
    "url",
    [
        *("", "host", "ftp://host", "https://", "https:///x", "//host", "https://host:99999", "https://host:0"),
        *("https://ho st", "https://host\n", "https://[::1", "file:///etc/passwd", "https:\\\\host"),
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    for reader in (origin_of, checked_base_url, checked_proxy):
        with pytest.raises(ValueError, match=r"address|port"):
            reader(url)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://example.org", "http://"),
        ("http://127.0.0.1.example.org", "http://"),
        ("http://localhost.example.org", "http://"),
        ("http://10.0.0.1", "http://"),
        ("https://me:secret@host", "password"),
        ("https://me@host", "user"),
        ("https://host/?a=1", "“?”"),
        ("https://host/#a", "“#”"),
        ("https://host/?", "“?”"),
    ],
)
def test_a_base_url_is_https_and_bare(url: str, word: str) -> None:
    with pytest.raises(ValueError, match=r"http|password|base URL") as caught:
        checked_base_url(url)
    assert word in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:80", "http://127.8.9.1", "http://localhost:1", "http://[::1]"])
def test_plain_http_is_for_this_machine(url: str) -> None:
    assert checked_base_url(url + "/") == url


def test_a_proxy_may_be_plain_and_have_a_user() -> None:
    assert checked_proxy("http://me:pass@proxy.example:8080/") == "http://me:pass@proxy.example:8080"
    with pytest.raises(ValueError, match="proxy"):
        checked_proxy("http://proxy/path")


@given(st.text())
def test_no_text_breaks_the_readers(text: str) -> None:
    for reader in (origin_of, checked_base_url, checked_proxy):
        try:
            reader(text)
        except ValueError as error:
            assert str(error)  # noqa: PT017 - most texts are refused, and each refusal is a sentence


SERVICE = "https://api.example.com"


@pytest.mark.parametrize(
    "url",
    [
        "https://192.168.1.1/a.jpg",
        "http://10.0.0.7/a.jpg",
        "https://127.0.0.1/a.jpg",
        "https://127.1/a.jpg",
        "https://0x7f000001/a.jpg",
        "https://169.254.169.254/latest",
        "https://[::1]/a.jpg",
        "https://[fe80::1]/a.jpg",
        "https://[::ffff:10.0.0.1]/a.jpg",
        "https://localhost/a.jpg",
        "https://LOCALHOST./a.jpg",
        "https://nas/a.jpg",
        "https://nas.local/a.jpg",
        "https://user:word@example.org/a.jpg",
        "https://user@example.org/a.jpg",
        "ftp://example.org/a.jpg",
        "file:///etc/passwd",
        "https:///a.jpg",
        "https://[::1/a.jpg",
        "",
    ],
)
def test_a_service_is_not_given_what_it_cannot_fetch(url: str) -> None:
    assert not can_fetch(url, SERVICE)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a.jpg?x=1",
        "http://example.org:8080/a.jpg",
        "https://8.8.8.8/a.jpg",
        "https://[2606:4700::1111]/a.jpg",
        "HTTPS://localhost.example.org/a.jpg",
        "https://bücher.example.org/ä.jpg",
    ],
)
def test_a_service_is_given_what_is_public(url: str) -> None:
    assert can_fetch(url, SERVICE)


def test_a_service_on_this_machine_fetches_from_it_but_without_names() -> None:
    assert can_fetch("http://127.0.0.1:8080/a.jpg", "http://127.0.0.1:80")
    assert not can_fetch("http://user:word@127.0.0.1:8080/a.jpg", "http://127.0.0.1:80")


@given(st.text(), st.text())
def test_no_url_breaks_the_question(text: str, host: str) -> None:
    assert can_fetch(text, SERVICE) in (True, False)
    assert can_fetch(f"https://{host}/{text}", SERVICE) in (True, False)
