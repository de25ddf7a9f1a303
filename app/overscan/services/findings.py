"""What an examination of the machine brings forth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of ``overscan doctor``: ``ok`` is ``None`` where something is neither right nor wrong."""

    name: str
    ok: bool | None
    text: str
    remedy: str = ""


Check: TypeAlias = Callable[[], Finding]
"""Looks at one thing. The one who calls it gives the finding its name."""
