"""One control for each setting, from its description alone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from overscan.core.text import tr
from overscan.services.setting_specs import SettingSpec
from overscan.services.settings_model import SettingKind

SettingValue = str | float | None
_HIGHEST = 1e9


class SettingField(QWidget):
    """A setting's label, control and help. ``key`` is dotted, with real ids; ``None`` as its value means: unset."""

    changed = Signal()

    def __init__(self, spec: SettingSpec, key: str, value: SettingValue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.key = key
        self.setObjectName(f"setting-{key}")
        self._editor: QDoubleSpinBox | QLineEdit = self._make_editor()
        self._editor.setObjectName(f"edit-{key}")
        self._editor.setAccessibleName(tr(spec.label))
        self._editor.setAccessibleDescription(tr(spec.description))
        label = QLabel(tr(spec.label), self, textFormat=Qt.TextFormat.PlainText)
        label.setBuddy(self._editor)
        self.help = QLabel(tr(spec.description), self, textFormat=Qt.TextFormat.PlainText)
        self.help.setProperty("role", "small")
        self.help.setWordWrap(True)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._editor, 1)
        if spec.kind in (SettingKind.FOLDER, SettingKind.FILE):
            browse = QPushButton(tr("Browse…"), self)
            browse.setObjectName(f"browse-{key}")
            browse.setAccessibleName(tr("Browse for {label}", label=tr(spec.label)))
            browse.clicked.connect(self._browse)
            line.addWidget(browse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(label)
        column.addLayout(line)
        column.addWidget(self.help)
        self.setFocusProxy(self._editor)
        self._show(value)
        self._shown = self.value()

    @property
    def edited(self) -> bool:
        return self.value() != self._shown

    def value(self) -> SettingValue:
        """What stands in the control now; ``None`` for an empty text or the "unset" end of a number."""
        if isinstance(self._editor, QDoubleSpinBox):
            number = self._editor.value()
            return None if number == self._editor.minimum() else number
        return self._editor.text().strip() or None

    def set_placeholder(self, text: str) -> None:
        """Show ``text`` where nothing is set."""
        if isinstance(self._editor, QLineEdit):
            self._editor.setPlaceholderText(text)

    def _show(self, value: SettingValue) -> None:
        if isinstance(self._editor, QDoubleSpinBox):
            self._editor.setValue(float(value or 0))
        else:
            self._editor.setText("" if value is None else str(value))

    def _make_editor(self) -> QDoubleSpinBox | QLineEdit:
        spec = self.spec
        if spec.kind is SettingKind.NUMBER:
            spin = QDoubleSpinBox(self)
            spin.setDecimals(4 if spec.unit == "USD" else 2)
            spin.setRange(0, spec.maximum or _HIGHEST)
            spin.setSpecialValueText(tr(spec.empty) if spec.empty else "")
            spin.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
            if spec.unit:
                spin.setSuffix(f" {spec.unit}")
            spin.valueChanged.connect(self.changed)
            return spin
        edit = QLineEdit(self)
        edit.setPlaceholderText(tr(spec.empty) if spec.empty else str(spec.default or ""))
        edit.textChanged.connect(self.changed)
        return edit

    @Slot()
    def _browse(self) -> None:
        dialog = QFileDialog(self, tr(self.spec.label))
        dialog.setObjectName("browse-dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        folder = self.spec.kind is SettingKind.FOLDER
        dialog.setFileMode(QFileDialog.FileMode.Directory if folder else QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._show)
        dialog.open()


class NameField(SettingField):
    """The template for output names, with an example that follows each letter; ``check`` raises ``ValueError``."""

    def __init__(
        self,
        spec: SettingSpec,
        key: str,
        value: SettingValue,
        check: Callable[[str], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(spec, key, value, parent)
        self._check = check
        self.changed.connect(self._exemplify)
        self._exemplify()

    @Slot()
    def _exemplify(self) -> None:
        text = self.value() or self.spec.default
        try:
            template = self._check(str(text))
        except ValueError as error:
            self.help.setProperty("level", "attention")
            self.help.setText(tr("This is not possible: {reason}.", reason=error))
        else:
            self.help.setProperty("level", "")
            example = template.format(photo="osprey", provider="local-upscale", n=1) + ".png"
            self.help.setText(tr("{help} Example: {example}", help=tr(self.spec.description), example=example))
        self.help.style().unpolish(self.help)
        self.help.style().polish(self.help)
