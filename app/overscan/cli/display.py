"""Whether a window can be opened here, told before Qt is asked: without a display Qt ends the process by itself."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

UNSEEN: Final = frozenset({"offscreen", "minimal", "minimalegl"})
"""Qt's platforms that draw where nobody can see it."""
_X_ADDRESS: Final = re.compile(r"(?P<host>[^:/]*|\[[0-9a-fA-F:]+\]):(?P<number>\d{1,4})(\.\d+)?")
_X_PORT: Final = 6000
_TIMEOUT_S: Final = 2.0


def can_open_window(platform: str, environment: Mapping[str, str]) -> bool:
    """Whether Qt can be expected to start: a platform is named, or a display server answers.

    ``platform`` is ``sys.platform``; a desktop's own systems always have their window system.
    """
    if platform in {"darwin", "win32"} or environment.get("QT_QPA_PLATFORM"):
        return True
    return _wayland_answers(environment) or _x_answers(environment.get("DISPLAY", ""))


def can_see_window(platform: str, environment: Mapping[str, str]) -> bool:
    """The same, for a window that a person could see."""
    named = environment.get("QT_QPA_PLATFORM", "").partition(":")[0]
    return named not in UNSEEN and can_open_window(platform, environment)


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    name = environment.get("WAYLAND_DISPLAY", "")
    return bool(name) and _answers(str(PurePosixPath(environment.get("XDG_RUNTIME_DIR", "/"), name)))


def _x_answers(address: str) -> bool:
    if not address:
        return False
    parts = _X_ADDRESS.fullmatch(address)
    if parts is None:
        return True  # an address of a kind not known here: Qt may know it
    host, number = parts["host"], int(parts["number"])
    if host in {"", "unix"}:
        path = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - where every X server listens
        return _answers("\0" + path) or _answers(path)
    try:
        with socket.create_connection((host.strip("[]"), _X_PORT + number), timeout=_TIMEOUT_S):
            return True
    except OSError:
        return False


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as attempt:
        attempt.settimeout(_TIMEOUT_S)
        try:
            attempt.connect(path)
        except OSError:
            return False
    return True
