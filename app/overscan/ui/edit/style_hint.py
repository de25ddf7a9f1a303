"""A proposal beside the style of the built-in expansion: the blurred frame, where patches will hardly do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from overscan.core.requests import Photo
from overscan.core.text import tr
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.core.failures import Failure
    from overscan.imaging.suiting import Suiting

_MOST_KEPT: Final = 200


class StyleHint(QWidget):
    """Looks at the first of the photos in a thread and tells what it found; it changes no choice by itself.

    ``frame_wanted`` comes when the person takes the proposal.
    """

    frame_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("style-hint")
        self._workers = Workers(self, threads=1)
        self.found: dict[str, Suiting | None] = {}
        """By the photo's hash; ``None`` while it is being looked at, and where it could not be."""
        self._key = ""
        self._text = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self._text.setObjectName("style-hint-text")
        self._text.setProperty("role", "small")
        self._text.setWordWrap(True)
        take = QPushButton(tr("Use Blurred Frame"), self)
        take.setObjectName("use-blurred-frame")
        take.clicked.connect(self.frame_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._text)
        column.addWidget(take, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def look(self, photos: Sequence[Photo]) -> None:
        """Speak of these photos, where there is something to say; of none where patches are not wanted."""
        photo = next((photo for photo in photos if photo.ref.path is not None), None)
        self._key = "" if photo is None else photo.ref.sha256 or photo.ref.path or ""
        if photo is not None and self._key not in self.found:
            self._begin(self._key, Path(photo.ref.path or ""))
        self._show()

    @Slot()
    def close_work(self) -> None:
        """End the thread."""
        self._workers.close()

    def _begin(self, key: str, path: Path) -> None:
        if len(self.found) >= _MOST_KEPT:
            self.found.clear()
        self.found[key] = None

        def done(found: Suiting) -> None:
            self.found[key] = found
            self._show()

        def failed(_failure: Failure) -> None:
            """A photo that cannot be read is told of elsewhere."""

        self._workers.submit(lambda: _look_at(path), done, failed)

    def _show(self) -> None:
        found = self.found.get(self._key)
        unsuited = found.unsuited if found is not None else None
        if unsuited is None:
            self.hide()
            return
        # Such a photo was measured, so what names the reasons is loaded already.
        from overscan.imaging.suiting import Unsuited

        self._text.setText(
            {
                Unsuited.FACE: tr("Patches cannot continue a person; the blurred frame may look better."),
                Unsuited.LINES: tr("This photo has lines that run into its edge; the blurred frame may look better."),
                Unsuited.STRANGE: tr(
                    "The edge of this photo is like little else in it; the blurred frame may look better."
                ),
            }[unsuited]
        )
        self.show()


def _look_at(path: Path) -> Suiting:
    """In the worker."""
    from overscan.imaging.background import step_back
    from overscan.imaging.suiting import look_at

    step_back()
    return look_at(path)
