"""The table of the services is what the declarations say."""

from __future__ import annotations

from tests.conformity.table import TARGET, text


def test_the_table_is_up_to_date() -> None:
    """Where this fails: ``python -m tests.conformity.table``."""
    assert TARGET.read_text(encoding="utf-8") == text()
