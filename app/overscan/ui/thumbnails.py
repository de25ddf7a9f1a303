"""Thumbnails for the rows of the tray that are on the screen, and for no others."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QImage

from overscan.core.failures import Failure
from overscan.ui.images import ImageLoader
from overscan.ui.photo_tray import PhotoTray

_PREFIX = "tray:"
_SIDE = 96
_PAUSE_MS = 30


class Thumbnails(QObject):
    """Asks ``loader`` for what the tray shows, again whenever it scrolls, grows or is resized."""

    def __init__(self, tray: PhotoTray, loader: ImageLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tray = tray
        self._loader = loader
        self._asked: set[str] = set()
        self._later = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._later.timeout.connect(self._ask)
        tray.rows_shown.connect(self._later.start)
        loader.thumbnail_ready.connect(self._ready)
        loader.failed.connect(self._failed)

    @Slot()
    def _ask(self) -> None:
        model = self._tray.model
        for row in self._tray.visible_rows():
            path = model.photo_at(row).ref.path
            if path is None or model.has_thumbnail(row) or path in self._asked:
                continue
            self._asked.add(path)
            self._loader.request_thumbnail(_PREFIX + path, Path(path), _SIDE, self._tray.devicePixelRatioF())

    @Slot(str, QImage)
    def _ready(self, key: str, image: QImage) -> None:
        if key.startswith(_PREFIX):
            path = key.removeprefix(_PREFIX)
            self._asked.discard(path)
            self._tray.model.set_thumbnail(path, image)

    @Slot(str, object)
    def _failed(self, key: str, _failure: Failure) -> None:
        # The tray keeps the empty frame; what is wrong with the file is told where it is opened or shown.
        if key.startswith(_PREFIX):
            self._asked.add(key.removeprefix(_PREFIX))
