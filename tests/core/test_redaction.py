"""A secret never comes through the filter."""

from __future__ import annotations

import json
import string
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.core.redaction import HIDDEN, redact

# What keys are made of, and what makes URLs, repr and JSON write them in another way.
secret_letters = st.sampled_from(string.ascii_letters + string.digits + "-_.~+/=%&?#@:;,!$'\"\\ é")
secrets = st.text(secret_letters, min_size=8, max_size=60)
noise = st.text(max_size=60)


@given(st.lists(secrets, min_size=1, max_size=3), st.lists(noise, min_size=4, max_size=4))
def test_a_known_secret_never_survives(known: list[str], pieces: list[str]) -> None:
    text = "".join(piece + secret for piece, secret in zip(pieces, [*known, known[0]], strict=False))
    clean = redact(text, known)
    assert all(secret not in clean for secret in known)


@given(secrets)
def test_nor_in_a_url_nor_as_python_or_json_write_it(secret: str) -> None:
    forms = {
        quote(secret, safe=""),
        quote(secret),
        quote(secret, safe="").lower() if "%" in quote(secret, safe="") and secret.islower() else quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        repr(secret.encode())[2:-1],
    }
    for form in forms:
        # A path, where nothing but knowing the secret hides it.
        clean = redact(f"GET https://host/path/{form}/end of it", [secret])
        assert form not in clean
        assert clean.startswith("GET https://")


@given(st.text(string.ascii_letters + string.digits + "%=&+/._~-@:?", min_size=1, max_size=80))
def test_the_query_of_a_url_goes_as_a_whole(query: str) -> None:
    clean = redact(f"fetching <https://cdn.example/a/b.png?{query}> failed")
    assert clean == f"fetching <https://cdn.example/a/b.png?{HIDDEN}> failed"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://me:pass@host/x", "https://[hidden]@host/x"),
        ("http://me:p@ss@proxy:8080", "http://[hidden]@proxy:8080"),
        ("socks5://me:pass@proxy:1080", "socks5://[hidden]@proxy:1080"),
        ("X-API-KEY: abcdef", "X-API-KEY: [hidden]"),
        ("x-api-key=abc status=200", "x-api-key=[hidden] status=200"),
        ("{'x-api-key': 'a,b;c'}", "{'x-api-key': [hidden]}"),
        ('{"x-api-key": "abc", "n": 1}', '{"x-api-key": [hidden], "n": 1}'),
        ("[(b'X-API-KEY', b'abc'), (b'Host', b'h')]", "[(b'X-API-KEY', [hidden]), (b'Host', b'h')]"),
        ("Authorization: Bearer abc", "Authorization: [hidden]"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: [hidden]"),
        ("Proxy-Authorization: Basic dXNlcjpwYXNz", "Proxy-Authorization: [hidden]"),
        ("Cookie: a=b; c=d\nHost: h", "Cookie: [hidden]\nHost: h"),
        ("Set-Cookie: a=b; Path=/", "Set-Cookie: [hidden]"),
        ("got bearer abc.def here", "got Bearer [hidden] here"),
    ],
)
def test_authentication_is_hidden_without_knowing_it(text: str, clean: str) -> None:
    assert redact(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The photo is too small: 5×5 pixels.",
        "https://techhk.aoscdn.com/api/tasks/visual/scale",
        "What is it? See https://example.org/a.",
        "Cookies, referer and keys are never sent.",
        "C:\\photos\\me@home.jpg",
    ],
)
def test_what_holds_no_secret_stays_as_it_is(text: str) -> None:
    assert redact(text, ["another-secret"]) == text


@given(noise, st.lists(secrets, max_size=2))
def test_filtering_twice_is_filtering_once(text: str, known: list[str]) -> None:
    once = redact(text, known)
    assert redact(once, known) == once


def test_what_is_too_short_to_be_a_secret_tears_up_nothing() -> None:
    assert redact("a cat sat", ["a", "at", ""]) == "a cat sat"
