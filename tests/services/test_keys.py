"""Keys: bound to an origin, from the environment or an encrypted keyring, and never shown."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator

import keyring
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.errors import InitError, KeyringLocked, PasswordSetError

from overscan.core.failures import InvalidParameter, KeyringProblem
from overscan.services.keyring_backend import environment_name, usable_backends, writes_in_the_clear
from overscan.services.keys import KeyStore, checked_key
from tests.conftest import MemoryKeyring

HOST = "https://techhk.aoscdn.com"
KEY = "wx-abcdef-0123456789"


@pytest.fixture
def store() -> KeyStore:
    return KeyStore({})


def test_a_key_comes_back(store: KeyStore, memory_keyring: MemoryKeyring) -> None:
    assert store.get("picwish", HOST) is None
    assert store.source("picwish", HOST) is None
    store.set("picwish", HOST, f"  {KEY}\n")
    assert store.get("picwish", HOST) == KEY
    assert store.source("picwish", HOST) == "keyring"
    assert memory_keyring.entries == {("overscan", "picwish@https://techhk.aoscdn.com:443"): KEY}


def test_another_process_finds_it(store: KeyStore) -> None:
    store.set("picwish", HOST, KEY)
    assert KeyStore({}).get("picwish", HOST) == KEY


@pytest.mark.parametrize(
    "other",
    ["https://evil.example", "http://techhk.aoscdn.com", "https://techhk.aoscdn.com:8443", "http://127.0.0.1:1"],
)
def test_a_key_stays_with_its_origin(store: KeyStore, other: str) -> None:
    store.set("picwish", HOST, KEY)
    assert store.get("picwish", other) is None
    assert store.get("gptge", HOST) is None
    assert store.get("picwish", f"{HOST}/api/") == KEY


def test_removing_says_whether_there_was_one(store: KeyStore) -> None:
    store.set("picwish", HOST, KEY)
    assert store.remove("picwish", "https://other.example") is False
    assert store.remove("picwish", HOST) is True
    assert store.remove("picwish", HOST) is False
    assert store.get("picwish", HOST) is None


def test_the_environment_wins_and_needs_no_keyring(store: KeyStore) -> None:
    store.set("picwish", HOST, KEY)
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    other = KeyStore({"OVERSCAN_KEY_PICWISH": " from-environment "})
    assert other.get("picwish", HOST) == "from-environment"
    assert other.source("picwish", HOST) == "environment"


def test_the_real_environment_is_read_when_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    store = KeyStore()
    monkeypatch.setenv("OVERSCAN_KEY_PICWISH", KEY)
    assert store.get("picwish", HOST) == KEY
    monkeypatch.setenv("OVERSCAN_KEY_PICWISH", " ")
    assert store.get("picwish", HOST) is None


def test_the_variable_of_an_id_with_a_hyphen() -> None:
    assert environment_name("my-lab") == "OVERSCAN_KEY_MY_LAB"


WRONG = [
    "",
    "   ",
    "short",
    "x" * 513,
    "two words",
    "two\nlines",
    "tab\tinside",
    "null\0inside",
    "ключ-ключ",
    "zero\u200bwidth",
]


@pytest.mark.parametrize("text", WRONG)
def test_what_can_be_no_key_is_refused_without_repeating_it(
    store: KeyStore, memory_keyring: MemoryKeyring, text: str
) -> None:
    with pytest.raises(InvalidParameter) as caught:
        store.set("picwish", HOST, text)
    assert memory_keyring.entries == {}
    assert len(text.strip()) < 2 or text.strip() not in str(caught.value)
    if text.strip():
        with pytest.raises(KeyringProblem, match="OVERSCAN_KEY_PICWISH") as told:
            KeyStore({"OVERSCAN_KEY_PICWISH": text}).get("picwish", HOST)
        assert text.strip() not in str(told.value)


@given(st.text(max_size=600))
def test_a_checked_key_fits_a_header(text: str) -> None:
    try:
        key = checked_key(text)
    except ValueError:
        return
    assert key.encode("latin-1")
    assert 8 <= len(key) <= 512
    assert key.isprintable()
    assert not any(letter.isspace() for letter in key)


def test_a_malformed_entry_of_the_keyring_is_told(store: KeyStore, memory_keyring: MemoryKeyring) -> None:
    memory_keyring.entries["overscan", "picwish@https://techhk.aoscdn.com:443"] = "two words here"
    with pytest.raises(KeyringProblem, match="overscan key set picwish"):
        store.get("picwish", HOST)


def test_an_address_without_origin_is_a_mistake(store: KeyStore) -> None:
    with pytest.raises(ValueError, match="address"):
        store.get("picwish", "techhk.aoscdn.com")


# --- keyrings that do not work ---


class Locked(MemoryKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("dismissed")


class Broken(MemoryKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise OSError("org.freedesktop.DBus.Error.ServiceUnknown")


class Uninitialised(MemoryKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise InitError("no D-Bus here")


class ReadOnly(MemoryKeyring):
    def set_password(self, service: str, username: str, password: str) -> None:
        raise PasswordSetError(f"cannot store {password}")


class Forgetful(MemoryKeyring):
    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class PlaintextKeyring(MemoryKeyring):
    pass


class DerivedFromPlaintext(PlaintextKeyring):
    pass


@pytest.mark.parametrize(
    "backend",
    [keyring.backends.fail.Keyring, keyring.backends.null.Keyring, Locked, Broken, Uninitialised, PlaintextKeyring],
)
def test_where_no_keyring_works_every_question_says_how_to_go_on(
    store: KeyStore, backend: type[keyring.backend.KeyringBackend]
) -> None:
    keyring.set_keyring(backend())
    for question in (
        lambda: store.get("picwish", HOST),
        lambda: store.source("picwish", HOST),
        lambda: store.remove("picwish", HOST),
        lambda: store.set("picwish", HOST, KEY),
    ):
        with pytest.raises(KeyringProblem, match="OVERSCAN_KEY_PICWISH") as caught:
            question()
        assert KEY not in str(caught.value)


@pytest.mark.parametrize("backend", [ReadOnly, Forgetful, DerivedFromPlaintext])
def test_a_key_that_was_not_kept_is_told(store: KeyStore, backend: type[MemoryKeyring]) -> None:
    keyring.set_keyring(backend())
    with pytest.raises(KeyringProblem, match="EncryptedKeyring") as caught:
        store.set("picwish", HOST, KEY)
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None or KEY not in str(caught.value.__cause__)


def test_nothing_is_ever_written_in_the_clear(store: KeyStore) -> None:
    backend = PlaintextKeyring()
    keyring.set_keyring(backend)
    with pytest.raises(KeyringProblem, match="unencrypted"):
        store.set("picwish", HOST, KEY)
    assert backend.entries == {}


@pytest.fixture
def alternative_backends() -> Iterator[types.ModuleType]:
    """Classes that say they are of the package keyrings.alt, which is not installed for the tests."""
    module = types.ModuleType("keyrings.alt.file")
    for name in ("PlaintextKeyring", "EncryptedKeyring", "RegistryKeyring"):
        setattr(module, name, type(name, (MemoryKeyring,), {"__module__": "keyrings.alt.file"}))
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


def test_of_the_alternative_package_only_encrypted_backends_are_taken(alternative_backends: types.ModuleType) -> None:
    judged = {name: writes_in_the_clear(kind) for name, kind in vars(alternative_backends).items() if "Keyring" in name}
    assert judged == {"PlaintextKeyring": True, "EncryptedKeyring": False, "RegistryKeyring": True}
    assert not writes_in_the_clear(MemoryKeyring)


@pytest.mark.parametrize("name", ["no.such.Module", "keyring.backends.fail.NoSuchClass", "json.JSONDecoder"])
def test_a_backend_that_cannot_be_loaded_is_told(store: KeyStore, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    with pytest.raises(KeyringProblem, match="cannot be loaded"):
        store.get("picwish", HOST)


def chain(*backends: MemoryKeyring) -> keyring.backends.chainer.ChainerBackend:
    kind = type("Chain", (keyring.backends.chainer.ChainerBackend,), {"backends": list(backends)})
    made = kind()
    assert isinstance(made, keyring.backends.chainer.ChainerBackend)
    return made


def test_of_a_chain_only_encrypted_links_are_used(store: KeyStore) -> None:
    clear, first, second = PlaintextKeyring(), MemoryKeyring(), MemoryKeyring()
    keyring.set_keyring(chain(clear, first, second))
    assert usable_backends("picwish") == (first, second)
    second.set_password("overscan", "picwish@https://techhk.aoscdn.com:443", "from-the-second")
    assert store.get("picwish", HOST) == "from-the-second"
    store.set("picwish", HOST, KEY)
    assert store.get("picwish", HOST) == KEY
    assert clear.entries == {}
    assert store.remove("picwish", HOST)
    assert first.entries == second.entries == {}


def test_an_empty_chain_is_no_keyring(store: KeyStore) -> None:
    keyring.set_keyring(chain())
    with pytest.raises(KeyringProblem, match="No keyring works"):
        store.get("picwish", HOST)


# --- what redaction is told ---


def test_every_key_that_was_seen_is_known(store: KeyStore) -> None:
    assert store.known_secrets() == frozenset()
    store.set("picwish", HOST, KEY)
    assert store.known_secrets() == {KEY}
    reader = KeyStore({"OVERSCAN_KEY_GPTGE": "other-key-1", "OVERSCAN_KEY_": "", "OVERSCAN_HOME": "/x"})
    assert reader.known_secrets() == {"other-key-1"}
    reader.get("picwish", HOST)
    assert reader.known_secrets() == {"other-key-1", KEY}


def test_asking_for_the_known_ones_asks_no_keyring() -> None:
    keyring.set_keyring(Locked())
    assert KeyStore({"OVERSCAN_KEY_PICWISH": KEY}).known_secrets() == {KEY}
