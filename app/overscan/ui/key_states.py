"""Which accounts have a key, as far as it is known. The key itself is never held here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class HasKey:
    """``source`` is ``environment`` or ``keyring``."""

    source: str


@dataclass(frozen=True, slots=True)
class NoKey:
    """``problem`` says what is wrong with the keyring, where something is."""

    problem: str = ""


@dataclass(frozen=True, slots=True)
class Looking:
    """A worker is still asking the keyring."""


KeyState: TypeAlias = HasKey | NoKey | Looking
KeyStates: TypeAlias = Mapping[str, KeyState]
"""By account id; an account that is missing is still being looked for."""
