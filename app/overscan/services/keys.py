"""The keys of accounts: in the system's keyring, or in the environment; never in a file of ours.

A key is bound to the origin of its account's address (scheme, host and port), so that a changed address in the
settings can never carry a key to another host.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from overscan.core.failures import InvalidParameter, KeyringProblem
from overscan.core.text import tr
from overscan.services.keyring_backend import environment_name, no_keyring, usable_backends
from overscan.services.origins import origin_of

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE: Final = "overscan"
SHORTEST: Final = 8
LONGEST: Final = 512

Source: TypeAlias = Literal["environment", "keyring"]
_T = TypeVar("_T")
_WRONG: Final = re.compile(r"[^\x21-\x7e\xa1-\xff]")
_VARIABLE: Final = re.compile(r"OVERSCAN_KEY_[A-Z0-9_]+")


def checked_key(text: str) -> str:
    """``text`` as a key that an HTTP header can carry, without blanks around it.

    Raises ``ValueError`` with a sentence for people that does not hold the key.
    """
    key = text.strip()
    if not key:
        raise ValueError(tr("The key is empty."))
    if _WRONG.search(key):
        raise ValueError(tr("The key holds a blank, a line break or a letter that no key can hold."))
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(
            tr("A key has {low} to {high} characters, not {count}.", low=SHORTEST, high=LONGEST, count=len(key))
        )
    return key


class KeyStore:
    """The keys of all accounts. May be used from any thread.

    Every method but :meth:`known_secrets` may ask the keyring, which can wait for a person to unlock it and takes
    a tenth of a second the first time: call them from a worker, never from the thread of the window or of the engine's
    loop. ``origin`` is a base URL or its origin; each raises ``ValueError`` where it has none.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ
        self._seen: frozenset[str] = frozenset()
        self._lock = threading.Lock()

    def get(self, account_id: str, origin: str) -> str | None:
        """The key of the account for this origin, the environment's first; ``None`` where there is none.

        Raises :class:`KeyringProblem` where the environment's key is malformed or no keyring works.
        """
        return self._from_environment(account_id) or self._from_keyring(account_id, origin)

    def source(self, account_id: str, origin: str) -> Source | None:
        """Where :meth:`get` would find the key. Raises as it does."""
        if self._from_environment(account_id):
            return "environment"
        return "keyring" if self._from_keyring(account_id, origin) else None

    def set(self, account_id: str, origin: str, key: str) -> None:
        """Keep the key in the keyring, and read it back.

        Raises :class:`InvalidParameter` for what can be no key, :class:`KeyringProblem` where it cannot be kept.
        """
        try:
            checked = checked_key(key)
        except ValueError as error:
            raise InvalidParameter(str(error), tr("Copy it again from the page of the service.")) from None
        self._remember(checked)
        name = _entry(account_id, origin)

        def keep(backend: KeyringBackend) -> bool:
            backend.set_password(SERVICE, name, checked)
            return backend.get_password(SERVICE, name) == checked

        if not self._ask(account_id, keep, usable_backends(account_id)[0]):
            raise no_keyring(account_id, tr("The keyring did not keep the key."))

    def remove(self, account_id: str, origin: str) -> bool:
        """Take the key out of the keyring; false where it held none. The environment stays as it is.

        Raises :class:`KeyringProblem`.
        """
        name = _entry(account_id, origin)

        def drop(backend: KeyringBackend) -> bool:
            if backend.get_password(SERVICE, name) is None:
                return False
            backend.delete_password(SERVICE, name)
            return True

        dropped = [self._ask(account_id, drop, backend) for backend in usable_backends(account_id)]
        return any(dropped)

    def known_secrets(self) -> frozenset[str]:
        """Every key that this process has seen, for redaction. Never asks the keyring."""
        here = {value.strip() for name, value in self._environ.items() if _VARIABLE.fullmatch(name)}
        return self._seen | (here - {""})

    def _from_environment(self, account_id: str) -> str | None:
        name = environment_name(account_id)
        text = self._environ.get(name, "")
        if not text.strip():
            return None
        try:
            return checked_key(text)
        except ValueError as error:
            raise KeyringProblem(
                tr("{variable} holds no key. {reason}", variable=name, reason=error),
                tr("Set it again, or unset it to use the keyring."),
            ) from None

    def _from_keyring(self, account_id: str, origin: str) -> str | None:
        name = _entry(account_id, origin)
        for backend in usable_backends(account_id):
            key = self._ask(account_id, lambda backend: backend.get_password(SERVICE, name), backend)
            if key:
                self._remember(key)
                try:
                    return checked_key(key)
                except ValueError as error:
                    raise KeyringProblem(
                        tr("The keyring holds no key of {account}. {reason}", account=account_id, reason=error),
                        tr("Set it again with “overscan key set {account}”.", account=account_id),
                    ) from None
        return None

    def _remember(self, key: str) -> None:
        with self._lock:
            self._seen |= {key}

    def _ask(self, account_id: str, question: Callable[[KeyringBackend], _T], backend: KeyringBackend) -> _T:
        from keyring.errors import KeyringLocked

        try:
            return question(backend)
        except KeyringLocked as error:
            raise KeyringProblem(
                tr("The keyring is locked."),
                tr("Unlock it and try again, or set {variable}.", variable=environment_name(account_id)),
            ) from error
        except Exception as error:  # noqa: BLE001 - behind a backend stand D-Bus, ctypes and files, each with its own errors
            # The error's own text is left out: some backends repeat the password in it.
            raise no_keyring(
                account_id, tr("The keyring does not work here ({error}).", error=type(error).__name__)
            ) from None


def _entry(account_id: str, origin: str) -> str:
    return f"{account_id}@{origin_of(origin)}"
