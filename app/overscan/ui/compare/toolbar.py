"""The row above the panes: how to compare, how large, what the mode can be told, and which keys do the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDoubleSpinBox, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from overscan.core.text import tr, trn
from overscan.ui.compare.actions import CompareActions
from overscan.ui.compare.blink import INTERVALS
from overscan.ui.compare.difference import AMPLIFICATIONS
from overscan.ui.compare.items import CompareMode
from overscan.ui.widgets.elided_label import ElidedLabel
from overscan.ui.widgets.segmented_control import SegmentedControl

_GAP: Final = 4
_HINT_ROOM: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A control, what stands in its place in the menu of the rest, and the modes that it is about (none: all)."""

    widget: QWidget
    instead: tuple[QAction, ...]
    left: bool = False
    modes: tuple[CompareMode, ...] = ()


class CompareToolbar(QWidget):
    """The modes in the middle; what has no room goes into the menu at the end. Without results, only the zoom."""

    mode_chosen = Signal(object)
    """A :class:`CompareMode`."""
    interval_chosen = Signal(float)
    """Seconds of the blink."""
    amplification_chosen = Signal(int)

    def __init__(
        self, actions: CompareActions, results_menu: QMenu, object_name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"{object_name}-toolbar")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._actions = actions
        self._mode = CompareMode.SIDE_BY_SIDE
        self._comparing = False
        self._zooms = [self._button(action, object_name) for action in (actions.fit, actions.actual, actions.double)]
        self._modes = SegmentedControl(f"{object_name}-mode", tr("Compare mode"), self)
        self._modes.add(CompareMode.SIDE_BY_SIDE.value, tr("Side by side"), tr("All images next to each other (F5)"))
        self._modes.add(CompareMode.SPLIT.value, tr("Split"), tr("Two images with a line between them (F6)"))
        self._modes.add(CompareMode.FLIP.value, tr("Flip"), tr("One image at a time, in place (F7)"))
        self._modes.add(CompareMode.DIFFERENCE.value, tr("Difference"), tr("How far two images lie apart (F8)"))
        self._modes.chosen.connect(lambda name: self.mode_chosen.emit(CompareMode(name)))
        self.results = self._button(actions.results, object_name)
        self._results_menu = results_menu
        self.interval = self._interval_field(object_name)
        self._levels, self.amplification = self._amplification_button(object_name)
        self._rest = QToolButton(self)
        self._rest.setObjectName(f"{object_name}-more")
        self._rest.setText("⋯")
        self._rest.setAccessibleName(tr("More commands"))
        self._rest.setToolTip(tr("More commands"))
        self._rest.setProperty("role", "quiet")
        self._menu = QMenu(self._rest)
        self._menu.setObjectName(f"{object_name}-more-menu")
        self._rest.clicked.connect(lambda: self._menu.popup(self._rest.mapToGlobal(self._rest.rect().bottomLeft())))
        self._hint = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self._hint.setObjectName(f"{object_name}-hint")
        self._hint.setProperty("role", "muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._parts = self._in_order_of_need(actions, object_name)
        for before, after in zip(chain := self._in_order_of_keys(), chain[1:], strict=False):
            QWidget.setTabOrder(before, after)

    def _in_order_of_need(self, actions: CompareActions, name: str) -> tuple[_Part, ...]:
        """The last ones go first where there is little room."""
        grid, flip = (CompareMode.SIDE_BY_SIDE,), (CompareMode.FLIP,)
        pair = (CompareMode.SPLIT,)
        fit, actual, double = self._zooms
        return (
            _Part(self._button(actions.turn, name), (actions.turn,), modes=pair),
            _Part(self._button(actions.blink, name), (actions.blink,), modes=flip),
            _Part(self.amplification, (actions.amplify, actions.attenuate), modes=(CompareMode.DIFFERENCE,)),
            _Part(self._button(actions.sync, name), (actions.sync,), modes=grid),
            _Part(self.interval, (actions.faster, actions.slower), modes=flip),
            _Part(fit, (actions.fit,), left=True),
            _Part(actual, (actions.actual,), left=True),
            _Part(self.results, (actions.results,), modes=grid),
            _Part(self._button(actions.loupe, name), (actions.loupe,)),
            _Part(double, (actions.double,), left=True),
        )

    def _in_order_of_keys(self) -> list[QWidget]:
        left = [part.widget for part in self._parts if part.left]
        return [*left, self._modes, *(part.widget for part in self._parts if not part.left), self._rest]

    def sizeHint(self) -> QSize:
        widgets = (self._modes, self._rest, *(part.widget for part in self._parts))
        return QSize(440, max(widget.sizeHint().height() for widget in widgets))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._lay_out()

    def refresh(self, mode: CompareMode, results: int, shown: int, images: int) -> None:
        """Follow the stage: ``shown`` panes have room, the original's among them; ``images`` can be compared."""
        self._mode = mode
        self._comparing = images > 1
        self._modes.choose(mode.value)
        self._carry_focus()
        if images < 2:
            self._hint.setText("")
        elif mode is CompareMode.SIDE_BY_SIDE and images > shown > 1:
            text = trn("{shown} of {count} image shown", "{shown} of {count} images shown", images, shown=shown)
            self._hint.setText(text)
        else:
            keys = "1" if results == 1 else f"1–{min(results, 9)}"
            hint = tr("Output {keys} · Original 0 · Mode M", keys=keys)
            with_other = tr("Output {keys} · Original 0 · Other Shift+{keys} · Mode M", keys=keys)
            self._hint.setText(hint if mode is CompareMode.SIDE_BY_SIDE else with_other)
        self._lay_out()

    def _carry_focus(self) -> None:
        """A focus on the modes goes with the mode that is taken."""
        buttons = self._modes.findChildren(QPushButton)
        if any(button.hasFocus() and not button.isChecked() for button in buttons):
            next(button for button in buttons if button.isChecked()).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_interval(self, seconds: float) -> None:
        blocked = self.interval.blockSignals(True)
        self.interval.setValue(seconds)
        self.interval.blockSignals(blocked)

    def show_amplification(self, amplification: int) -> None:
        words = tr("×{factor}", factor=amplification)
        self.amplification.setText(words)
        self.amplification.setAccessibleName(tr("Amplification ×{factor}", factor=amplification))
        for action in self._levels.actions():
            action.setChecked(action.data() == amplification)

    def open_results(self) -> None:
        """Show the menu of the results where its button is, or where the button would be."""
        anchor = self.results if self.results.isVisible() else self._rest
        self._results_menu.popup(anchor.mapToGlobal(anchor.rect().bottomLeft()))

    def _lay_out(self) -> None:
        """Everything in its place; what has no room in the menu."""
        wanted = [part for part in self._parts if self._wanted(part)]
        room = self.width()
        if self._comparing:
            room -= self._modes.sizeHint().width() + self._rest.sizeHint().width() + 2 * _GAP
        shown: list[_Part] = []
        for part in wanted:
            width = part.widget.sizeHint().width() + _GAP
            if width <= room:
                room -= width
                shown.append(part)
        for part in self._parts:
            part.widget.setVisible(part in shown)
        self._modes.setVisible(self._comparing)
        self._rest.setVisible(self._comparing)
        self._offer_rest([part for part in wanted if part not in shown])
        self._put_in_row(shown)

    def _wanted(self, part: _Part) -> bool:
        return part.left or (self._comparing and (not part.modes or self._mode in part.modes))

    def _put_in_row(self, shown: list[_Part]) -> None:
        left = self._row([widget for widget in self._zooms if any(part.widget is widget for part in shown)], 0)
        right = [part.widget for part in shown if not part.left]
        after = sum(widget.sizeHint().width() + _GAP for widget in right)
        end = self.width()
        if self._comparing:
            end -= self._rest.sizeHint().width()
            self._row([self._rest], end)
            end -= _GAP
            width = self._modes.sizeHint().width()
            middle = (self.width() - width) // 2
            at = max(left, min(middle, end - after - width))
            left = self._row(right, self._row([self._modes], at))
        self._hint.setGeometry(QRect(left, 0, max(0, end - left), self.height()))
        self._hint.setVisible(end - left >= _HINT_ROOM)

    def _row(self, widgets: Sequence[QWidget], at: int) -> int:
        """Put them next to each other from ``at`` on; gives where the next one goes."""
        for widget in widgets:
            size = widget.sizeHint()
            widget.setGeometry(at, (self.height() - size.height()) // 2, size.width(), size.height())
            at += size.width() + _GAP
        return at

    def _offer_rest(self, left_out: list[_Part]) -> None:
        actions = self._actions
        wanted = [action for part in left_out for action in part.instead]
        always = [actions.realign, actions.register, actions.pin, actions.loupe_zoom, actions.second_screen]
        listed = [*wanted, *always]
        if self._menu.actions() != listed:
            self._menu.clear()
            self._menu.addActions(listed)

    def _interval_field(self, name: str) -> QDoubleSpinBox:
        field = QDoubleSpinBox(self)
        field.setObjectName(f"{name}-interval")
        field.setAccessibleName(tr("Blink interval"))
        field.setToolTip(tr("How long each image stays ([ and ])"))
        field.setRange(INTERVALS[0], INTERVALS[-1])
        field.setSingleStep(0.1)
        field.setDecimals(2)
        field.setSuffix(tr(" s"))
        field.setKeyboardTracking(False)
        field.valueChanged.connect(self.interval_chosen)
        return field

    def _amplification_button(self, name: str) -> tuple[QActionGroup, QToolButton]:
        button = QToolButton(self)
        button.setObjectName(f"{name}-amplification")
        button.setToolTip(tr("How many times the difference is amplified (A)"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setProperty("role", "quiet")
        menu = QMenu(button)
        group = QActionGroup(button)
        for factor in AMPLIFICATIONS:
            action = menu.addAction(tr("×{factor}", factor=factor))
            action.setObjectName(f"{name}-amplification-{factor}")
            action.setCheckable(True)
            action.setData(factor)
            group.addAction(action)
        group.triggered.connect(lambda action: self.amplification_chosen.emit(action.data()))
        button.setMenu(menu)
        return group, button

    def _button(self, action: QAction, object_name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"{object_name}-{action.objectName().removeprefix('compare-action-')}")
        button.setDefaultAction(action)
        button.setAccessibleName(action.text())
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setProperty("role", "quiet")
        return button
