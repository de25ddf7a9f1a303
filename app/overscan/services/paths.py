"""Where the program keeps what is its own, and where it finds what came with it."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from overscan.core.failures import StorageProblem
from overscan.core.text import tr
from overscan.imaging.bundled import bundled

HOME_VARIABLE: Final = "OVERSCAN_HOME"
"""Names one folder that takes config, data, cache and logs, instead of the platform's own folders."""

_PRIVATE: Final = 0o700


@dataclass(frozen=True, slots=True)
class Folders:
    """The four folders of the program, all absolute, and what lies at a fixed place in them."""

    config: Path
    data: Path
    cache: Path
    logs: Path

    @property
    def config_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def journal(self) -> Path:
        return self.data / "journal.sqlite3"

    @property
    def incoming(self) -> Path:
        """Photos that had no file of their own: pasted or fetched ones."""
        return self.data / "incoming"

    @property
    def rescue(self) -> Path:
        """Outputs that could not be saved where they were asked for."""
        return self.data / "rescue"

    def create(self) -> Folders:
        """Make every folder that is missing; on POSIX nobody else can look into any but the cache.

        Raises :class:`StorageProblem`.
        """
        for folder in (self.config, self.data, self.logs, self.incoming, self.rescue):
            _make(folder, private=True)
        _make(self.cache, private=False)
        return self


def locate() -> Folders:
    """The folders of this person on this machine, whether they exist or not."""
    home = os.environ.get(HOME_VARIABLE, "").strip()
    if home:
        root = _absolute(home)
        return Folders(root / "config", root / "data", root / "cache", root / "logs")

    import platformdirs

    name = "overscan"
    return Folders(
        config=platformdirs.user_config_path(name, appauthor=False),
        data=platformdirs.user_data_path(name, appauthor=False),
        cache=platformdirs.user_cache_path(name, appauthor=False),
        logs=platformdirs.user_log_path(name, appauthor=False),
    )


def folders() -> Folders:
    """The folders of this person on this machine, made where they are missing.

    Raises :class:`StorageProblem` where one cannot be made.
    """
    return locate().create()


def resource(name: str) -> Path:
    """A file or folder that came with the program, by its path below ``resources/`` with forward slashes.

    Raises :class:`StorageProblem` where it is missing.
    """
    return bundled(name)


def _absolute(text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise StorageProblem(
            tr("{variable} names a home folder that nobody has: {path}", variable=HOME_VARIABLE, path=text),
            tr("Give the whole path."),
        ) from error


def _make(folder: Path, *, private: bool) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=_PRIVATE if private else 0o777)
    except OSError as error:
        raise StorageProblem(
            tr("The folder {folder} cannot be made: {reason}.", folder=folder, reason=error.strerror or error),
            tr("Free the way to it, or name another folder in {variable}.", variable=HOME_VARIABLE),
        ) from error
    if private and os.name == "posix" and folder.stat().st_mode & 0o077:
        # A file system without permissions cannot be made private; `overscan doctor` tells it.
        with contextlib.suppress(OSError):
            folder.chmod(_PRIVATE)
