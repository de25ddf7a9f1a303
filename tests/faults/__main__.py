"""Writes the fault catalogue to ``tests/FAULTS.md``: ``python -m tests.faults``."""

from __future__ import annotations

from pathlib import Path

from tests.faults.document import written

TARGET = Path(__file__).resolve().parent.parent / "FAULTS.md"

if __name__ == "__main__":
    TARGET.write_text(written(), encoding="utf-8")
