"""The menu that says which images are side by side, and in how many columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget

from overscan.core.text import tr


class ResultsMenu(QMenu):
    """Stays open while images are ticked, by the mouse as by the Space bar; Enter, too, closes it."""

    hidden_chosen = Signal(object)
    """The keys of the images that are to be left out, as a frozenset."""
    columns_chosen = Signal(object)
    """How many columns; ``None`` for as many as show the images largest."""

    def __init__(self, object_name: str, parent: QWidget) -> None:
        super().__init__(tr("Results"), parent)
        self.setObjectName(object_name)
        self._images: list[QAction] = []
        self._all = self._command("all", tr("All"))
        self._all.triggered.connect(lambda: self._tick(on=True))
        self._none = self._command("none", tr("None"))
        self._none.triggered.connect(lambda: self._tick(on=False))
        self._before = self.addSeparator()
        self._columns = self.addMenu(tr("Columns"))
        self._columns.setObjectName(f"{object_name}-columns")
        self._group = QActionGroup(self)
        self._group.triggered.connect(lambda action: self.columns_chosen.emit(action.data()))

    def refresh(self, images: Sequence[tuple[str, str]], hidden: Collection[str], columns: int | None) -> None:
        """``images`` are the keys and words of all there are, in order."""
        if [(image.data(), image.text()) for image in self._images] != list(images):
            for image in self._images:
                self.removeAction(image)
                image.deleteLater()
            self._images = [self._image(key, words) for key, words in images]
        for image in self._images:
            image.setChecked(image.data() not in hidden)
        self._offer_columns(len(images), columns)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self.activeAction()
        if event.key() == Qt.Key.Key_Space and action is not None and self._stays(action):
            action.trigger()
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = self.actionAt(event.position().toPoint())
        if action is not None and self._stays(action):
            action.trigger()
            return
        super().mouseReleaseEvent(event)

    def _stays(self, action: QAction) -> bool:
        return action in (*self._images, self._all, self._none)

    def _command(self, name: str, text: str) -> QAction:
        action = self.addAction(text)
        action.setObjectName(f"{self.objectName()}-{name}")
        return action

    def _image(self, key: str, words: str) -> QAction:
        action = QAction(words, self)
        action.setObjectName(f"{self.objectName()}-{key}")
        action.setData(key)
        action.setCheckable(True)
        action.triggered.connect(self._tell)
        self.insertAction(self._columns.menuAction(), action)
        return action

    def _tick(self, *, on: bool) -> None:
        for image in self._images:
            image.setChecked(on)
        self._tell()

    def _tell(self) -> None:
        self.hidden_chosen.emit(frozenset(image.data() for image in self._images if not image.isChecked()))

    def _offer_columns(self, most: int, now: int | None) -> None:
        wanted: list[int | None] = [None, *range(1, most + 1)]
        if [action.data() for action in self._group.actions()] != wanted:
            for action in self._group.actions():
                self._group.removeAction(action)
                self._columns.removeAction(action)
                action.deleteLater()
            for number in wanted:
                action = self._columns.addAction(tr("Automatic") if number is None else str(number))
                action.setObjectName(f"{self.objectName()}-columns-{number or 'automatic'}")
                action.setCheckable(True)
                action.setData(number)
                self._group.addAction(action)
        for action in self._group.actions():
            action.setChecked(action.data() == now)
