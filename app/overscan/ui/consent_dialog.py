"""What a person agrees to before a photo may be put into their bucket for a service that takes only URLs."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QVBoxLayout, QWidget

from overscan.core.text import mark, tr

_POINTS = (
    mark("What: the photo as it is prepared for the service, without its private metadata (place, person, camera)."),
    mark("Where: your bucket {place}, under a name that nobody can guess."),
    mark("Who can read it: the service, and whoever else gets hold of the secret link, until the job ends."),
    mark(
        "How long: it is deleted when the job ends. If Overscan or the network stops before that, it is deleted at "
        "the next start; until then it lies there. The link ends by itself."
    ),
    mark("When: only for photos that have no URL of their own, and only for services that take nothing else."),
)


_WIDTH = 500


class ConsentDialog(QDialog):
    """``agreed`` carries the place, ``endpoint/bucket``. Enter and Escape do not agree."""

    agreed = Signal(str)

    def __init__(self, place: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = place
        self.setObjectName("hosting-consent")
        self.setWindowTitle(tr("Put photos into your bucket?"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        title = QLabel(
            tr("Some services fetch a photo from a public address only. This is what leaves your computer for them:"),
            self,
            textFormat=Qt.TextFormat.PlainText,
        )
        title.setProperty("role", "title")
        title.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(title)
        for number, point in enumerate(_POINTS):
            label = QLabel(tr(point, place=place), self, textFormat=Qt.TextFormat.PlainText)
            label.setObjectName(f"consent-point-{number}")
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        note = QLabel(
            tr("Your storage may charge for it. You can withdraw this in the settings at any time."),
            self,
            textFormat=Qt.TextFormat.PlainText,
        )
        note.setProperty("role", "small")
        note.setWordWrap(True)
        column.addWidget(note)
        column.addStretch(1)
        buttons = QDialogButtonBox(self)
        agree = self._button("consent-agree", tr("Agree"))
        decline = self._button("consent-decline", tr("Do Not Agree"))
        buttons.addButton(agree, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(decline, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._agree)
        buttons.rejected.connect(self.reject)
        decline.setDefault(True)
        decline.setFocus()
        column.addWidget(buttons)
        self.resize(_WIDTH, column.totalHeightForWidth(_WIDTH))

    def _button(self, name: str, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setAutoDefault(False)
        return button

    def _agree(self) -> None:
        self.agreed.emit(self._place)
        self.accept()
