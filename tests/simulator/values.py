"""JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Json: TypeAlias = "dict[str, Json] | Sequence[Json] | str | int | float | bool | None"
