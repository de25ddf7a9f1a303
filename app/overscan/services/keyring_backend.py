"""Which of the machine's keyrings may hold a key: none that forgets it, and none that writes it in the clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from overscan.core.failures import KeyringProblem
from overscan.core.text import tr

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_FORGETFUL: Final = frozenset({"keyring.backends.fail", "keyring.backends.null"})
_MOSTLY_CLEAR: Final = "keyrings.alt"
"""A package of which only the backends named so are encrypted."""


def environment_name(account_id: str) -> str:
    """The environment variable that stands in for the keyring: ``OVERSCAN_KEY_PICWISH`` for ``picwish``."""
    return f"OVERSCAN_KEY_{account_id.upper().replace('-', '_')}"


def usable_backends(account_id: str) -> tuple[KeyringBackend, ...]:
    """The backends to ask, the best first; never empty.

    ``account_id`` is only for the words of the remedy. Loads ``keyring``, which takes a tenth of a second. Raises
    :class:`KeyringProblem` where none works here or where only unencrypted ones do.
    """
    import keyring
    from keyring.backends.chainer import ChainerBackend

    try:
        chosen = keyring.get_keyring()
        found = tuple(chosen.backends) if isinstance(chosen, ChainerBackend) else (chosen,)
    except Exception as error:  # a configuration can name any module as a backend, and that can raise anything
        raise no_keyring(account_id, tr("The keyring that is configured here cannot be loaded.")) from error
    remembering = tuple(b for b in found if type(b).__module__ not in _FORGETFUL)
    encrypted = tuple(b for b in remembering if not writes_in_the_clear(type(b)))
    if encrypted:
        return encrypted
    if remembering:
        names = ", ".join(type(b).__name__ for b in remembering)
        raise no_keyring(account_id, tr("The keyring here, {name}, would write the key unencrypted.", name=names))
    raise no_keyring(account_id, tr("No keyring works here."))


def writes_in_the_clear(backend: type[object]) -> bool:
    """True for a backend that is known to store passwords without encrypting them."""
    if any("plaintext" in base.__name__.lower() for base in backend.__mro__):
        return True
    inside = backend.__module__ == _MOSTLY_CLEAR or backend.__module__.startswith(f"{_MOSTLY_CLEAR}.")
    return inside and "encrypted" not in backend.__name__.lower()


def no_keyring(account_id: str, message: str) -> KeyringProblem:
    """``message`` with the two ways to go on without a keyring."""
    return KeyringProblem(
        message,
        tr(
            "Set {variable} in the environment, or install an encrypted keyring (GNOME Keyring or KWallet, or the "
            "package keyrings.alt with keyrings.alt.file.EncryptedKeyring named as default-keyring in keyringrc.cfg).",
            variable=environment_name(account_id),
        ),
    )
