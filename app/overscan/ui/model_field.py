"""The control for a model file of the person's own: its path, and what was found out about it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from overscan.core.failures import Failure, FailureKind
from overscan.core.parameters import ParameterSpec, Value
from overscan.core.text import tr
from overscan.ui import wording
from overscan.ui.field import Field
from overscan.ui.style import set_look
from overscan.ui.widgets.elided_label import ElidedLabel
from overscan.ui.widgets.progress_bar import ProgressBar
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.imaging.foreign_model import ForeignModel


class _Examiner(QObject):
    """The thread of a field's examinations, and what ends the one that is under way."""

    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        self.workers = Workers(self, threads=1)
        self.stop = threading.Event()
        # Whatever comes first: a process must be killed and its thread waited for.
        field.destroyed.connect(self.close)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.close)

    def begin(self) -> threading.Event:
        """What ends the examination that begins now."""
        self.stop.set()
        self.stop = threading.Event()
        return self.stop

    @Slot()
    def close(self) -> None:
        self.stop.set()
        self.workers.close()


class ModelField(Field):
    """A file that was chosen or typed is examined at once, in the background, unless it is known already; ``changed``
    comes again when that has ended, since an estimate is then there. A file that is unfit stays the value: a run says
    no to it with the same words."""

    examined = Signal()
    """An examination has ended in any way."""
    _progressed = Signal(float)

    def __init__(self, spec: ParameterSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._examiner = _Examiner(self)
        self._asked = ""
        """The path that is examined, or was last."""
        self._line = QLineEdit(self)
        self._line.setAcceptDrops(False)  # a photo can be dropped anywhere on the window
        self._line.setPlaceholderText(tr("none"))
        self.name_it(self._line)
        self._choose = QPushButton(tr("Choose…"), self)
        self._choose.setObjectName(f"parameter-{spec.name}-choose")
        self._choose.setAccessibleName(tr("Choose a model file"))
        self._clear = self.small_button("clear", "✕", tr("Use no model file"))
        self._cancel = self.small_button("cancel", tr("Cancel"), tr("Stop examining the model"))
        self._name = ElidedLabel("", self)
        self._name.setObjectName(f"parameter-{spec.name}-name")
        self._bar = ProgressBar(tr("Examining the model"), self)
        self._bar.setObjectName(f"parameter-{spec.name}-progress")
        self._found = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self._found.setObjectName(f"parameter-{spec.name}-found")
        self._found.setProperty("role", "small")
        self._found.setWordWrap(True)
        self._found.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()
        self._line.textEdited.connect(self._typed)
        self._line.editingFinished.connect(self._settled)
        self._choose.clicked.connect(self.choose)
        self._clear.clicked.connect(self._cleared)
        self._cancel.clicked.connect(self.cancel)
        self._progressed.connect(self._show_progress)
        self.set_value(spec.default)
        self._rest()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self._line, 1)
        line.addWidget(self._clear)
        line.addWidget(self._choose)
        busy = QHBoxLayout()
        busy.setSpacing(6)
        busy.addWidget(self._bar, 1)
        busy.addWidget(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(line)
        column.addWidget(self._name)
        column.addLayout(busy)
        column.addWidget(self._found)

    # ------------------------------------------------------------------ the value

    def value(self) -> Value:
        # A path that was copied from a file manager often comes in quotation marks.
        return self._line.text().strip().strip('"').strip()

    def set_value(self, value: Value) -> None:
        text = "" if value is None else str(value)
        if text == self.value():
            return
        with QSignalBlocker(self._line):
            self._line.setText(text)
        self._settled()
        self.changed.emit()

    @property
    def busy(self) -> bool:
        return not self._bar.isHidden()

    @Slot()
    def choose(self) -> None:
        """Ask for a file."""
        dialog = QFileDialog(self.window(), tr("Choose a Model File"))
        dialog.setObjectName("model-file-dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([tr("ONNX models (*.onnx)"), tr("All files (*)")])
        path = str(self.value())
        if path:
            dialog.setDirectory(str(Path(path).expanduser().parent))
        dialog.fileSelected.connect(self.set_value)
        dialog.open()

    @Slot()
    def _cleared(self) -> None:
        self.set_value("")

    @Slot()
    def _typed(self) -> None:
        if self.value() != self._asked:
            self._examiner.stop.set()
            self._rest()
        self.changed.emit()

    # ------------------------------------------------------------------ the examination

    @Slot()
    def _settled(self) -> None:
        """The path is whole now: say what is known, or find out."""
        path = str(self.value())
        if path == self._asked and (self.busy or self._found.text()):
            return
        self._examiner.stop.set()
        self._asked = path
        self._rest()
        self._show_name(path)
        if path:
            self._examine(path)

    def _examine(self, path: str) -> None:
        from overscan.imaging.foreign_model import examine, known

        model = known(path)
        if model is not None:
            self._show(model)
            return
        stop = self._examiner.begin()
        self._bar.set_fraction(0.0)
        self._bar.show()
        self._cancel.show()
        self._tell(tr("Finding out what it can do…"))

        def progress(share: float) -> None:
            if not stop.is_set():
                self._progressed.emit(share)

        def done(model: ForeignModel) -> None:
            if stop is self._examiner.stop and not stop.is_set():
                self._rest()
                self._show(model)
                self._ended()

        def failed(failure: Failure) -> None:
            if stop is not self._examiner.stop:
                return
            self._rest()
            if failure.kind is FailureKind.CANCELLED:
                self._tell(tr("Not examined: the first run will do that."))
            else:
                self._tell(str(failure), level="attention")
            self._ended()

        self._examiner.workers.submit(lambda: examine(Path(path), progress, stop.is_set), done, failed)

    def _ended(self) -> None:
        self.changed.emit()
        self.examined.emit()

    @Slot()
    def cancel(self) -> None:
        """Stop examining; the file stays chosen."""
        self._examiner.stop.set()

    @Slot(float)
    def _show_progress(self, share: float) -> None:
        if self.busy:
            self._bar.set_fraction(share)

    def _rest(self) -> None:
        """Nothing is examined, and nothing is told."""
        self._bar.hide()
        self._cancel.hide()
        self._tell("")
        self._clear.setVisible(bool(self._line.text()))

    def _show_name(self, path: str) -> None:
        """The line shows where a long path begins; the name of the file is what tells models apart."""
        self._name.setText(Path(path).name if path else "")
        self._name.setVisible(bool(path))
        self._line.setToolTip(wording.plain_tip(path) if path else "")
        self._line.setCursorPosition(0)

    def _show(self, model: ForeignModel) -> None:
        from overscan.imaging.model_words import model_lines

        self._tell("\n".join(model_lines(model)))

    def _tell(self, text: str, *, level: str = "") -> None:
        self._found.setText(text)
        self._found.setVisible(bool(text))
        set_look(self._found, "level", level)
