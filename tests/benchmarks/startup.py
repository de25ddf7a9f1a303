"""Start to the first painted window, against a bare PySide6 window; each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.benchmarks.harness import LIMIT_S, Figure, against, environment, in_turns

BUDGET: Final = 1.6
RUNS: Final = 9

BARE: Final = """
import os
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, self, lambda: os.write(1, b"painted") and os._exit(0))

application = QApplication([])
window = Window()
window.resize(1440, 900)
window.show()
application.exec()
"""

OURS: Final = """
import os, sys
from overscan.__main__ import main
from PySide6.QtCore import QTimer
from overscan.ui.main_window import MainWindow

made = MainWindow.__init__

def watched(self, *arguments, **named):
    made(self, *arguments, **named)
    self.first_painted.connect(lambda: os.write(1, b"painted") and os._exit(0))

MainWindow.__init__ = watched
sys.exit(main([]))
"""


def measure(workplace: Path) -> Iterator[Figure]:
    bare, ours = in_turns(lambda: _seconds(BARE, workplace), lambda: _seconds(OURS, workplace), runs=RUNS)
    yield against("start to first painted window", ours, bare, BUDGET, "bare PySide6 window")


def _seconds(program: str, home: Path) -> float:
    """From the start of the process until it says that it has painted."""
    begun = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", program], env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = process.stdout.read(7)
        seconds = time.perf_counter() - begun
        if said != b"painted":
            raise RuntimeError(f"no window was painted:\n{process.stderr.read().decode()[-2000:]}")
        process.wait(LIMIT_S)
    return seconds
