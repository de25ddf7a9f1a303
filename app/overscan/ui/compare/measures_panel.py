"""The right column of the Compare page: measures, what can be done with a result, the maps, and the recipe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from overscan.core.geometry import Rect, Size
from overscan.core.text import tr
from overscan.ui.compare.compare_view import CompareView
from overscan.ui.compare.contents import result_key
from overscan.ui.compare.disagreement_view import DisagreementView
from overscan.ui.compare.items import ResultItem
from overscan.ui.compare.map_making import LEAST_TO_DISAGREE, MapKind, MapMaker
from overscan.ui.compare.measure_columns import columns_of, remarks_on
from overscan.ui.compare.measure_table import MeasureTable
from overscan.ui.compare.measuring import Measuring
from overscan.ui.compare.recipe_lines import RecipeLines
from overscan.ui.compare.registrations import Pair
from overscan.ui.widgets.scrolling import scrolled
from overscan.ui.widgets.segmented_control import SegmentedControl
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.imaging.measure_words import MeasureInfo

_WHOLE, _VIEW = "whole", "view"
_LEAST_FOR_A_DUEL: Final = 2


class MeasuresPanel(QWidget):
    """Measures what ``view`` shows while the panel is visible, in a thread of its own, until :meth:`close_threads`.

    ``duel_wanted`` and ``report_wanted`` are about all results on the stage, ``source_wanted`` and ``folder_wanted``
    carry the path of the chosen one.
    """

    duel_wanted = Signal()
    report_wanted = Signal()
    source_wanted = Signal(object)
    folder_wanted = Signal(object)

    def __init__(self, view: CompareView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("measures-panel")
        self._view = view
        # Not the view's own thread, which finds the places of further results meanwhile.
        self._workers = Workers(self, threads=1)
        self.destroyed.connect(self._workers.close)
        self._measuring = Measuring(self._workers, self)
        self._maps = MapMaker(self._workers, self)
        self._infos: tuple[MeasureInfo, ...] = ()
        self._chosen = ""
        self._kind: MapKind | None = None
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._refresh)
        self._extent = SegmentedControl("measures-extent", tr("What is measured"), self)
        self._extent.add(_WHOLE, tr("Whole photo"), tr("Measure all of the photo"))
        self._extent.add(_VIEW, tr("This view"), tr("Measure the part of the photo that is in view"))
        self._extent.chosen.connect(self._later.start)
        self._table = MeasureTable("measures", self)
        self._table.chosen.connect(self._choose_number)
        self._status = _line("measures-status", "muted", self)
        self._remarks = _line("measures-remarks", "", self)
        self._remarks.setProperty("level", "attention")
        self._remarks.setWordWrap(True)
        self._duel = self._button("duel-button", tr("Blind duel"), self.duel_wanted.emit)
        self._report = self._button("report-button", tr("Report"), self.report_wanted.emit)
        self._source = self._button(
            "source-button", tr("Use as source"), lambda: self._hand_on(self.source_wanted.emit)
        )
        self._folder = self._button(
            "folder-button", tr("Show in folder"), lambda: self._hand_on(self.folder_wanted.emit)
        )
        self._map = DisagreementView(self)
        self._map.kind_wanted.connect(self._choose_kind)
        self._map.look_wanted.connect(view.look_at)
        self._recipe = RecipeLines(self)
        self._next = self._action("next-spot", tr("Next Spot of the Map"), "N", 1)
        self._previous = self._action("previous-spot", tr("Previous Spot of the Map"), "Shift+N", -1)
        self._lay_out()
        for changed in (view.contents_changed, view.registrations.changed, self._measuring.changed, self._maps.changed):
            changed.connect(self._later.start)
        view.viewport_settled.connect(self._view_moved)

    def actions_for_menu(self) -> list[QAction]:
        """The commands with their shortcuts; they are disabled while there is nothing to walk through."""
        return [self._next, self._previous]

    @Slot()
    def close_threads(self) -> None:
        """Drop what has not begun, and wait for the one measure or map that has."""
        self._workers.close()

    @property
    def chosen(self) -> ResultItem | None:
        """The result that the recipe, the invented detail and the buttons are about."""
        items = self._view.results
        return next((item for item in items if item.key == self._chosen), items[0] if items else None)

    def choose(self, number: int) -> None:
        """Make result ``number``, from 1, the chosen one."""
        items = self._view.results
        if 1 <= number <= len(items):
            self._choose_number(number)

    # ------------------------------------------------------------------ making

    def _lay_out(self) -> None:
        content = QWidget(self)
        content.setObjectName("measures-content")
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        buttons = QGridLayout()
        buttons.setSpacing(8)
        for n, button in enumerate((self._duel, self._report, self._source, self._folder)):
            buttons.addWidget(button, n // 2, n % 2)
        column.addWidget(self._extent)
        column.addWidget(self._table)
        column.addWidget(self._status)
        column.addWidget(self._remarks)
        column.addLayout(buttons)
        column.addSpacing(8)
        column.addWidget(self._map)
        column.addSpacing(8)
        column.addWidget(self._recipe)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content, self, "measures-scroll"))

    def _button(self, name: str, text: str, run: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: run())
        return button

    def _action(self, name: str, text: str, shortcut: str, by: int) -> QAction:
        action = QAction(text, self)
        action.setObjectName(f"measures-action-{name}")
        action.setShortcut(QKeySequence(shortcut))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setEnabled(False)
        action.triggered.connect(lambda: self._map.step(by))
        self._view.addAction(action)
        return action

    # ------------------------------------------------------------------ following

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._later.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """What was not begun is not measured for nobody."""
        super().hideEvent(event)
        self._later.stop()
        self._measuring.want({}, None)
        self._maps.want(MapKind.DISAGREEMENT, {})
        self._next.setEnabled(False)
        self._previous.setEnabled(False)

    @Slot()
    def _view_moved(self) -> None:
        if self._extent.current == _VIEW:
            self._later.start()

    @Slot(int)
    def _choose_number(self, number: int) -> None:
        self._chosen = self._view.results[number - 1].key
        self._later.start()

    @Slot(object)
    def _choose_kind(self, kind: MapKind) -> None:
        self._kind = kind
        self._later.start()

    @Slot()
    def _refresh(self) -> None:
        if not self.isVisible():
            return
        if not self._infos:
            self._ask_for_measures()
            return
        items, registrations = self._view.results, self._view.registrations
        found = {item.key: registrations.pair(result_key(item)) for item in items if item.path is not None}
        pairs = {key: pair for key, pair in found.items() if pair is not None and pair.located is not None}
        photo = next((pair.original.size for pair in pairs.values()), None)
        region, seen = self._region(photo)
        self._measuring.want(pairs if seen else {}, region)
        chosen = self.chosen
        number = next((n for n, item in enumerate(items, start=1) if item is chosen), 0)
        self._table.show_columns(columns_of(items, self._infos, self._measuring, registrations), number)
        self._tell(items, len(found), seen=seen)
        self._follow_map(items, pairs, photo, chosen)
        self._recipe.show_recipe(number, chosen)
        self._enable(items, chosen)

    def _ask_for_measures(self) -> None:
        """What is measured is declared beside the measuring, whose libraries take long to import."""

        def came(infos: tuple[MeasureInfo, ...]) -> None:
            if not self._infos:
                self._infos = infos
                self._table.set_measures(infos)
                self._later.start()

        self._workers.submit(_declared, came, priority=1)

    def _region(self, photo: Size | None) -> tuple[Rect | None, bool]:
        """What of the photo is measured (``None``: all of it), and whether there is anything of it."""
        if self._extent.current == _WHOLE or photo is None:
            return None, True
        rect = self._view.visible_rect()
        if rect is None:
            return None, False
        left, top = max(0, rect.x), max(0, rect.y)
        right, bottom = min(photo.width, rect.right), min(photo.height, rect.bottom)
        if right <= left or bottom <= top:
            return None, False
        region = Rect(left, top, right - left, bottom - top)
        return (None if region.size == photo else region), True

    def _tell(self, items: tuple[ResultItem, ...], wanted: int, *, seen: bool) -> None:
        ready, _ = self._measuring.progress
        if not items:
            status = tr("There is no result to measure yet.")
        elif not seen:
            status = tr("Nothing of the photo is in view.")
        elif ready < wanted:
            status = tr("Measuring {n} of {count}", n=ready + 1, count=wanted)
        else:
            status = tr("Press a measure's name for its definition.")
        self._status.setText(status)
        remarks = remarks_on(items, self._measuring)
        self._remarks.setText("\n".join(remarks))
        self._remarks.setVisible(bool(remarks))

    def _follow_map(
        self, items: tuple[ResultItem, ...], pairs: dict[str, Pair], photo: Size | None, chosen: ResultItem | None
    ) -> None:
        saved = sum(item.path is not None for item in items)
        enough = saved >= LEAST_TO_DISAGREE
        kind = self._kind or (MapKind.DISAGREEMENT if enough or not items else MapKind.INVENTED)
        self._map.choose(kind)
        usable = {key: pair for key, pair in pairs.items() if pair.located is not None and not pair.located.mismatch}
        if kind is MapKind.DISAGREEMENT:
            complete = len(pairs) == saved and len(usable) >= LEAST_TO_DISAGREE
            wanted = usable if complete else {}
            missing = tr("Three results or more tell where they disagree.") if not enough else tr("Comparing…")
            if enough and len(pairs) == saved and not complete:
                missing = tr("Too few of the results show the same picture.")
        else:
            wanted = {key: pair for key, pair in usable.items() if chosen is not None and key == chosen.key}
            waits = chosen is not None and chosen.path is not None and chosen.key not in pairs
            missing = tr("Comparing…") if waits else tr("There is no result to compare with the photo.")
        self._maps.want(kind, wanted)
        words = tr("Comparing…") if self._maps.busy else self._maps.failure or missing
        self._map.show_map(self._maps.map, photo, words)
        for action in (self._next, self._previous):
            action.setEnabled(bool(self._map.spots))

    def _enable(self, items: tuple[ResultItem, ...], chosen: ResultItem | None) -> None:
        saved = sum(item.path is not None for item in items)
        needs_file = "" if chosen is not None and chosen.path is not None else tr("This result has no file yet.")
        if chosen is None:
            needs_file = tr("There is no result yet.")
        two = tr("A duel needs two results that are saved.")
        for button, tip, obstacle in (
            (self._duel, tr("Judge pairs of results without their names"), two if saved < _LEAST_FOR_A_DUEL else ""),
            (self._report, tr("Save original and results as one page to show to others"), _no_result(saved)),
            (self._source, tr("Put the chosen result among the photos, to go on with it"), needs_file),
            (self._folder, tr("Open the folder of the chosen result"), needs_file),
        ):
            button.setEnabled(not obstacle)
            button.setToolTip(obstacle or tip)

    def _hand_on(self, emit: Callable[[Path], None]) -> None:
        chosen = self.chosen
        if chosen is not None and chosen.path is not None:
            emit(chosen.path)


def _declared() -> tuple[MeasureInfo, ...]:
    """In a worker."""
    from overscan.imaging.measure_words import MEASURES

    return MEASURES


def _no_result(saved: int) -> str:
    return "" if saved else tr("There is no result yet.")


def _line(name: str, role: str, parent: QWidget) -> QLabel:
    label = QLabel("", parent, textFormat=Qt.TextFormat.PlainText)
    label.setObjectName(name)
    label.setProperty("role", role)
    return label
