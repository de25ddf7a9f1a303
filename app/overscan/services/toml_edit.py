"""Changing one value in the text of a TOML file, and nothing else of it.

Import it only where a file is really changed: tomlkit takes a while to load.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import TypeAlias

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.container import OutOfOrderTableProxy
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable, Table

Scalar: TypeAlias = str | int | float
_AnyTable: TypeAlias = TOMLDocument | Table | InlineTable | OutOfOrderTableProxy


def with_value(text: str, parts: Sequence[str], value: Scalar | None) -> str:
    """The valid TOML ``text`` with the value at the key ``parts`` set, or taken out for ``None``.

    The result is read again and compared with what was meant. Raises ``ValueError`` where they differ or where the
    key stands in a form that cannot be changed without touching others.
    """
    expected = _expected(tomllib.loads(text), parts, value)
    try:
        changed = _edited(tomlkit.parse(text), text, parts, value)
        if tomllib.loads(changed) == expected:
            return changed
    except (TOMLKitError, tomllib.TOMLDecodeError) as error:
        raise ValueError(str(error)) from error
    raise ValueError(f"{'.'.join(parts)} is written in an unusual form")


def _expected(values: dict[str, object], parts: Sequence[str], value: Scalar | None) -> dict[str, object]:
    table = values
    for part in parts[:-1]:
        inner = table.setdefault(part, {}) if value is not None else table.get(part, {})
        if not isinstance(inner, dict):
            raise ValueError(f"{part} is no table")  # noqa: TRY004 - the text is wrong, not the argument's type
        table = inner
    if value is None:
        table.pop(parts[-1], None)
    else:
        table[parts[-1]] = value
    return values


def _edited(document: TOMLDocument, text: str, parts: Sequence[str], value: Scalar | None) -> str:
    table: _AnyTable = document
    for part in parts[:-1]:
        inner = table.get(part)
        if inner is None and value is None:
            return text
        if inner is None and not isinstance(table, InlineTable):
            # A table behind the last one cannot tear a comment from the header that it belongs to.
            return _appended(text, ".".join(parts[:-1]), {parts[-1]: value})
        if inner is None:
            table[part] = tomlkit.inline_table()
            inner = table[part]
        if not isinstance(inner, Table | InlineTable | OutOfOrderTableProxy):
            raise TOMLKitError(f"{part} is no table")
        table = inner
    if value is None:
        if parts[-1] in table:
            del table[parts[-1]]
    else:
        _assign(table, parts[-1], value)
    return tomlkit.dumps(document)


def _appended(text: str, header: str, values: dict[str, Scalar | None]) -> str:
    gap = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
    return f"{text}{gap}[{header}]\n{tomlkit.dumps(values)}"


def _assign(table: _AnyTable, name: str, value: Scalar) -> None:
    """Set ``name``; a new one goes before the blank lines and comments that lead to the next table's header."""
    trailing = []
    if isinstance(table, Table) and name not in table:
        body = table.value.body
        while body and body[-1][0] is None:
            trailing.append(body.pop())
    table[name] = value
    if isinstance(table, Table):
        table.value.body.extend(reversed(trailing))
