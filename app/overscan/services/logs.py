"""The log file: small, private, and never with a secret in it."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Final, TypeAlias

from overscan.core.redaction import redact
from overscan.core.text import tr

FILE_NAME: Final = "overscan.log"
LARGEST: Final = 1_000_000
"""Bytes of one log file; there are at most :data:`FILES` of them."""
FILES: Final = 3

Secrets: TypeAlias = Callable[[], Iterable[str]]
_TALKATIVE: Final = ("httpx", "httpcore", "h11", "h2", "hpack", "PIL", "urllib3", "asyncio", "keyring", "exiv2")
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s [%(threadName)s]: %(message)s"

logger = logging.getLogger("overscan")


class RedactingFormatter(logging.Formatter):
    """Hides secrets in the line as it will be written, so that no argument and no traceback gets around it."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__(_FORMAT)
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record), self._secrets())


class _PrivateFile(RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        def opener(path: str, flags: int) -> int:
            return os.open(path, flags, 0o600)

        return open(self.baseFilename, "a", encoding=self.encoding, errors=self.errors, opener=opener)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base class names it so
        """Lose the line: a full disk must neither stop a job nor print the unredacted record."""


@dataclass(slots=True)
class Logging:
    """Logging as it was started; :meth:`stop` puts everything back. ``file`` is ``None`` where none can be written."""

    file: Path | None
    _handlers: tuple[logging.Handler, ...]
    _levels: dict[str, int]
    _hook: Callable[[type[BaseException], BaseException, TracebackType | None], object]
    _thread_hook: Callable[[threading.ExceptHookArgs], object]

    def stop(self) -> None:
        """Close the file and take the hooks out."""
        for handler in self._handlers:
            logging.getLogger().removeHandler(handler)
            handler.close()
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)
        sys.excepthook = self._hook
        threading.excepthook = self._thread_hook


def start(folder: Path, secrets: Secrets, *, level: int = logging.INFO) -> Logging:
    """Log everything from ``level`` on into ``folder``, and every exception that nobody caught.

    ``secrets`` is asked at every line for what must not be in it. Where the file cannot be written there is no log
    and the program goes on.
    """
    formatter = RedactingFormatter(secrets)
    handler = _file_handler(folder)
    handlers: tuple[logging.Handler, ...] = (handler,) if handler else ()
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ("", *_TALKATIVE)}
    started = Logging(folder / FILE_NAME if handler else None, handlers, levels, sys.excepthook, threading.excepthook)
    for each in handlers:
        each.setFormatter(formatter)
        root.addHandler(each)
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    _catch_the_uncaught(started.file, secrets)
    return started


def _file_handler(folder: Path) -> _PrivateFile | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _PrivateFile(
            folder / FILE_NAME, maxBytes=LARGEST, backupCount=FILES - 1, encoding="utf-8", errors="backslashreplace"
        )
    except OSError:
        return None


def _catch_the_uncaught(file: Path | None, secrets: Secrets) -> None:
    def tell(error: BaseException) -> None:
        line = tr("Something went wrong inside Overscan: {error}", error=f"{type(error).__name__}: {error}")
        more = tr("The details are in {file}", file=file) if file else ""
        if sys.stderr is not None:  # a windowed program on Windows has none
            sys.stderr.write(redact(f"{line}\n{more}".strip() + "\n", secrets()))

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        logger.critical("uncaught", exc_info=(kind, error, trace))
        tell(error)

    def uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
        if issubclass(arguments.exc_type, SystemExit):
            return
        error = arguments.exc_value or arguments.exc_type()
        name = arguments.thread.name if arguments.thread else "?"
        logger.critical("uncaught in thread %s", name, exc_info=(arguments.exc_type, error, arguments.exc_traceback))
        tell(error)

    sys.excepthook = uncaught
    threading.excepthook = uncaught_in_thread
