"""``config.toml``: read whole, checked whole, and changed one value at a time without losing a comment."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from pydantic import ValidationError

from overscan.core.failures import ConfigProblem
from overscan.core.redaction import redact
from overscan.core.text import tr
from overscan.services.files import replace_file
from overscan.services.setting_specs import SettingSpec, described, known_below, spec_of
from overscan.services.settings_model import Settings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["SettingSpec", "Settings", "described", "load", "save_value"]

SettingValue: TypeAlias = str | int | float | None
_LARGEST: Final = 1_000_000
"""Bytes of a configuration file that are read at most."""


def load(path: Path) -> Settings:
    """The settings of the file; every default where there is no file.

    Raises :class:`ConfigProblem`, naming the file, the key and what it takes.
    """
    text = _read(path)
    return _validated(path, text)


def save_value(path: Path, key: str, value: SettingValue) -> Settings:
    """Set one value, or with ``None`` take it out, and give the settings as they are then.

    ``key`` is dotted (``accounts.picwish.base_url``). Comments, order and all other values stay. The file is
    replaced in one step, and only by one that :func:`load` takes. Raises :class:`ConfigProblem` otherwise, also
    where the file was unreadable before.
    """
    if spec_of(key) is None:
        raise _unknown(path, tuple(key.split(".")))
    text = _read(path)
    _validated(path, text)
    from overscan.services.toml_edit import with_value

    try:
        changed = with_value(text, key.split("."), value)
    except ValueError as error:
        raise ConfigProblem(
            tr("{file}: “{key}” stands in a form that cannot be changed from here.", file=path, key=key),
            tr("Change it in the file itself."),
        ) from error
    settings = _validated(path, changed)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, changed.encode())
    except OSError as error:
        raise ConfigProblem(
            tr("{file} cannot be written: {reason}.", file=path, reason=error.strerror or error),
            tr("Check the folder's permissions and the free space."),
        ) from error
    return settings


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise ConfigProblem(tr("{file} is too large for a configuration.", file=path), _mend())
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ConfigProblem(
            tr("{file} cannot be read: {reason}.", file=path, reason=error.strerror or error),
            tr("Check its permissions."),
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigProblem(tr("{file} is not UTF-8 text.", file=path), tr("Save it as UTF-8.")) from error


def _parsed(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigProblem(tr("{file} is not TOML: {reason}.", file=path, reason=error), _mend()) from error


def _validated(path: Path, text: str) -> Settings:
    values = _parsed(path, text)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise _explained(path, error.errors(include_url=False)[0]) from None


def _mend() -> str:
    return tr("Mend it, or move it away to start with the defaults.")


def _explained(path: Path, error: ErrorDetails) -> ConfigProblem:
    parts = tuple(str(part) for part in error["loc"] if part != "[key]")
    if error["type"] == "extra_forbidden":
        return _unknown(path, parts)
    key = ".".join(parts)
    if error["type"] == "string_pattern_mismatch":
        return ConfigProblem(
            tr("{file}: “{key}” is no id.", file=path, key=key),
            tr("Ids are lower-case words joined by hyphens, such as picwish."),
        )
    spec = spec_of(key)
    if spec is None:
        return ConfigProblem(
            tr("{file}: “{key}” is a table, not a value.", file=path, key=key),
            tr("It holds: {names}.", names=", ".join(known_below(parts)) or tr("one table for each id")),
        )
    reason = error["msg"].removeprefix("Value error, ") if error["type"] == "value_error" else ""
    given = redact(repr(error["input"]))
    return ConfigProblem(
        tr("{file}: “{key}” cannot be {value}", file=path, key=key, value=given) + (f": {reason}." if reason else "."),
        tr("It takes {allowed}. {help}", allowed=spec.allowed, help=tr(spec.description)),
    )


def _unknown(path: Path, parts: tuple[str, ...]) -> ConfigProblem:
    known = known_below(parts[:-1])
    near = difflib.get_close_matches(parts[-1], known, n=1)
    choice = tr("Known here: {names}.", names=", ".join(known)) if known else tr("Known: {names}.", names=_tables())
    return ConfigProblem(
        tr("{file}: there is no setting “{key}”.", file=path, key=".".join(parts)),
        tr("Did you mean “{name}”?", name=near[0]) if near else choice,
    )


def _tables() -> str:
    return ", ".join(known_below(()))
