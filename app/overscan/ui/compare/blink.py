"""Blinking: two images in turns at one place, so that the eye sees what changes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

INTERVALS: Final = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)
"""Seconds that each image stays; the keys go through these, a field takes anything between the ends."""


class Blink(QObject):
    """Switched on, it shows the other image at once, and then each in turn."""

    turned = Signal(bool)
    """True: the first image is to be seen; false: the second, also when it is switched off."""
    running_changed = Signal(bool)
    interval_changed = Signal(float)
    """Seconds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._back = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(500)
        self._timer.timeout.connect(self._turn)

    @property
    def running(self) -> bool:
        return self._timer.isActive()

    @property
    def interval(self) -> float:
        """Seconds that each image stays."""
        return self._timer.interval() / 1000

    def set_running(self, running: bool) -> None:
        if running == self.running:
            return
        if running:
            self._timer.start()
            self._turn()
        else:
            self._timer.stop()
            self._back = False
            self.turned.emit(False)
        self.running_changed.emit(running)

    def set_interval(self, seconds: float) -> None:
        """Clipped to the ends of :data:`INTERVALS`."""
        wanted = round(1000 * min(INTERVALS[-1], max(INTERVALS[0], seconds)))
        if wanted != self._timer.interval():
            self._timer.setInterval(wanted)
            self.interval_changed.emit(self.interval)

    def faster(self) -> None:
        self.set_interval(max((one for one in INTERVALS if one < self.interval - 1e-6), default=INTERVALS[0]))

    def slower(self) -> None:
        self.set_interval(min((one for one in INTERVALS if one > self.interval + 1e-6), default=INTERVALS[-1]))

    @Slot()
    def _turn(self) -> None:
        self._back = not self._back
        self.turned.emit(self._back)
