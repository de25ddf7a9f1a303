"""What became of the kept pixels: a verdict, figures, and a map of where they changed."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from overscan.core.failures import Failure
from overscan.core.text import tr
from overscan.ui import style
from overscan.ui.edit.result_work import Checked
from overscan.ui.widgets.labels import copyable_label
from overscan.ui.widgets.level import Level
from overscan.ui.widgets.progress_bar import ProgressBar

_LEAST_HEAT: Final = QSize(320, 200)


class CheckDialog(QDialog):
    """Empty with a bar until :meth:`show_check` or :meth:`show_failure`. ``paste_wanted`` closes it."""

    paste_wanted = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("result-check")
        self.setWindowTitle(tr("Kept pixels of {name}", name=name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 620)
        self._verdict = copyable_label("result-check-verdict", "title", self)
        self._verdict.setText(tr("Comparing the kept pixels with your photo's"))
        self._remedy = copyable_label("result-check-remedy", "muted", self)
        self._remedy.hide()
        self._bar = ProgressBar(tr("Progress"), self)
        self._bar.setObjectName("result-check-progress")
        self._figures = copyable_label("result-check-figures", "", self)
        self._figures.hide()
        self._heat = _Heat(self)
        self._legend = copyable_label("result-check-legend", "small", self)
        self._legend.setText(tr("Black: unchanged. Red to white: changed. Grey: generated, or not compared."))
        self._legend.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=self)
        buttons.rejected.connect(self.reject)
        self._paste = buttons.addButton(tr("Paste My Original Back"), QDialogButtonBox.ButtonRole.ActionRole)
        self._paste.setObjectName("result-check-paste")
        self._paste.setEnabled(False)
        self._paste.setAutoDefault(False)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        self._paste.clicked.connect(self._want_paste)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        for widget in (self._verdict, self._remedy, self._bar, self._figures):
            column.addWidget(widget)
        column.addWidget(self._heat, 1)
        column.addWidget(self._legend)
        column.addWidget(buttons)

    def show_progress(self, share: float) -> None:
        self._bar.set_fraction(share)

    def show_check(self, found: Checked) -> None:
        """Fill in what was found."""
        from overscan.imaging.untouched import Verdict, measured_words, verdict_words

        level = {Verdict.UNTOUCHED: Level.SAVED, Verdict.COMPRESSED: Level.SAVED}.get(
            found.check.verdict, Level.ATTENTION
        )
        self._say(*verdict_words(found.check), level)
        lines = measured_words(found.check)
        self._figures.setText("\n".join(lines))
        self._figures.setVisible(bool(lines))
        if found.heat is not None:
            self._heat.show_picture(found.heat)
            self._legend.show()
            self._paste.setEnabled(True)

    def show_failure(self, failure: Failure) -> None:
        """Say why there is nothing to show."""
        self._say(failure.message, failure.remedy, Level.FAILURE)

    def _say(self, text: str, remedy: str, level: Level) -> None:
        self._bar.hide()
        self._verdict.setText(text)
        style.set_look(self._verdict, "level", level.value)
        self._remedy.setText(remedy)
        self._remedy.setVisible(bool(remedy))

    def _want_paste(self) -> None:
        self.accept()
        self.paste_wanted.emit()


class _Heat(QWidget):
    """The map, as large as there is room."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("result-check-heat")
        self.setAccessibleName(tr("Map of the changed pixels"))
        self.picture = QImage()
        self.setMinimumSize(_LEAST_HEAT)

    def show_picture(self, picture: QImage) -> None:
        self.picture = picture
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.picture.isNull():
            return
        size = self.picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect((self.width() - size.width()) // 2, (self.height() - size.height()) // 2, *size.toTuple())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, self.picture)
