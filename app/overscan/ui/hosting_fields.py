"""The settings that need more than a plain field: consent to hosting, and the region of an account."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from overscan.core.providers import Region
from overscan.core.text import tr
from overscan.services.setting_specs import SettingSpec
from overscan.ui import style
from overscan.ui.consent_dialog import ConsentDialog
from overscan.ui.settings_fields import SettingField, SettingValue


class ConsentField(QWidget):
    """Says whether a consent was given, and for what; ``place`` gives the place as the other fields have it now.

    ``key``, ``edited`` and ``value()`` are those of a :class:`SettingField`.
    """

    changed = Signal()

    def __init__(
        self,
        spec: SettingSpec,
        key: str,
        value: SettingValue,
        place: Callable[[], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.key = key
        self.setObjectName(f"setting-{key}")
        self._place = place
        self._given = str(value or "")
        self._shown = self._given
        label = QLabel(tr(spec.label), self, textFormat=Qt.TextFormat.PlainText)
        self._status = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self._status.setObjectName(f"status-{key}")
        self._status.setWordWrap(True)
        self._button = QPushButton(self)
        self._button.setObjectName(f"edit-{key}")
        self._button.setAutoDefault(False)
        self._button.clicked.connect(self._clicked)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._status, 1)
        line.addWidget(self._button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(label)
        column.addLayout(line)
        self.setFocusProxy(self._button)
        self.refresh()

    @property
    def edited(self) -> bool:
        return self._given != self._shown

    def value(self) -> SettingValue:
        return self._given or None

    @Slot()
    def refresh(self) -> None:
        """Follow the other fields: a consent holds for one place only."""
        place = self._place()
        holds = bool(place) and self._given == place
        if holds:
            text, level = tr("Given for {place}.", place=place), "saved"
        elif not place:
            text, level = tr("Fill in endpoint, bucket and access key id first."), ""
        elif self._given:
            text, level = tr("Given for another place, {place}; not for this one.", place=self._given), "attention"
        else:
            text, level = tr("Not given: no photo is put there."), "attention"
        self._status.setText(text)
        style.set_look(self._status, "level", level)
        button = tr("Withdraw") if holds else tr("Read and Agree…")
        self._button.setText(button)
        self._button.setAccessibleName(tr("{what}: consent to hosting", what=button.removesuffix("…")))
        self._button.setEnabled(bool(place))

    @Slot()
    def _clicked(self) -> None:
        if self._given and self._given == self._place():
            self._give("")
            return
        dialog = ConsentDialog(self._place(), self)
        dialog.agreed.connect(self._give)
        dialog.open()

    @Slot(str)
    def _give(self, place: str) -> None:
        self._given = place
        self.refresh()
        self.changed.emit()


class RegionField(SettingField):
    """The address of an account that runs in several regions: one of them by name, or any other."""

    def __init__(
        self,
        spec: SettingSpec,
        key: str,
        value: SettingValue,
        regions: Sequence[Region],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(spec, key, value, parent)
        self._regions = tuple(regions)
        self._choice = QComboBox(self)
        self._choice.setObjectName(f"region-{key}")
        self._choice.setAccessibleName(tr("Region"))
        for region in self._regions:
            self._choice.addItem(f"{tr(region.name)} – {region.base_url}")
        self._choice.addItem(tr("Another address"))
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.insertWidget(1, self._choice)
        at = self._place_of(value)
        self._choice.setCurrentIndex(at)
        self._editor.setVisible(at == len(self._regions))
        self._choice.activated.connect(self._chosen)
        self.setFocusProxy(self._choice)

    def _place_of(self, value: SettingValue) -> int:
        address = str(value or "").rstrip("/")
        if not address:
            return 0
        found = [place for place, region in enumerate(self._regions) if region.base_url == address]
        return found[0] if found else len(self._regions)

    @Slot(int)
    def _chosen(self, at: int) -> None:
        other = at == len(self._regions)
        # The first region is the service's own address, which is what an unset address means.
        if not other:
            self._show(self._regions[at].base_url if at else None)
        self._editor.setVisible(other)
        if other:
            self._editor.setFocus()
