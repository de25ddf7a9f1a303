"""What `make run` starts: the window with the sample photo, or the demo where there is no display.

Run by the venv's own Python, standard library only. The exit status is that of the program it starts.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "resources" / "sample.jpg"

# Qt ends the process when it cannot connect, so the attempt needs a process of its own.
PROBE = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
PROBE_TIMEOUT_S = 30.0  # a cold disk makes Qt's first load slow

UNSEEN_PLATFORMS = frozenset({"offscreen", "minimal", "minimalegl"})


def may_have_display(platform: str, environment: Mapping[str, str]) -> bool:
    """Tell from `sys.platform` and the environment alone whether looking for a display makes sense.

    On Linux that takes an X or Wayland address, or a Qt platform named on purpose (`vnc`, `eglfs`). A platform that
    draws nowhere a person can see counts as no display everywhere.
    """
    named = environment.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if named in UNSEEN_PLATFORMS:
        return False
    if platform in {"darwin", "win32"}:
        return True
    return bool(named or environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def can_open_window(timeout_s: float = PROBE_TIMEOUT_S) -> bool:
    """Tell whether Qt can really connect to the display that the environment names."""
    try:
        probe = subprocess.run(
            [sys.executable, "-c", PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return probe.returncode == 0


def command(program: Path, *, display: bool) -> list[str]:
    """Give the command line to start: the window with the sample loaded, or the demo."""
    return [str(program), str(SAMPLE)] if display else [str(program), "demo"]


def start(arguments: list[str]) -> int:
    """Replace this process by the program; where that is not possible, run it and give its exit status."""
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(arguments[0], arguments)  # noqa: S606 - no shell is wanted
    return subprocess.run(arguments, check=False).returncode


def main() -> int:
    """Choose between window and demo and start it."""
    program = Path(sys.executable).parent / ("overscan.exe" if sys.platform == "win32" else "overscan")
    # A desktop's own platforms need no proof: there the window system is always running.
    display = may_have_display(sys.platform, os.environ) and (sys.platform in {"darwin", "win32"} or can_open_window())
    if not display:
        print("There is no display here, so the demo runs instead of the window.")
    try:
        return start(command(program, display=display))
    except OSError as error:
        print(f"Cannot start {program}: {error.strerror}. Run `make setup` first.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
