"""The stage's commands, each with its shortcut, for the stage itself and for the window's menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from overscan.core.text import mark, tr
from overscan.ui.compare.items import CompareMode
from overscan.ui.widgets.icons import bind_icon

if TYPE_CHECKING:
    from overscan.ui.compare.compare_view import CompareView

OUTPUT_KEYS: Final = 9
_MODES: Final = {
    CompareMode.SIDE_BY_SIDE: (mark("Side by Side"), "F5"),
    CompareMode.SPLIT: (mark("Split"), "F6"),
    CompareMode.FLIP: (mark("Flip"), "F7"),
    CompareMode.DIFFERENCE: (mark("Difference"), "F8"),
}


class Zoomed(Protocol):
    """What shows a photo at a zoom."""

    def fit(self) -> None: ...
    def actual_size(self) -> None: ...
    def double_size(self) -> None: ...
    def zoom_by(self, steps: float) -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class MenuGroup:
    """Commands that belong together under one title."""

    name: str
    title: str
    actions: tuple[QAction, ...]


class CompareActions(QObject):
    """Made once by each :class:`CompareView`; disabled while that is hidden, so that two stages never quarrel.

    For the same reason some keys may be those of commands of the Edit page, which is never on show at the same time.
    """

    def __init__(self, view: CompareView) -> None:
        super().__init__(view)
        self._view = view
        self._lent_to: Zoomed | None = None
        self._has_photo = False
        self._make_zoom()
        self._make_modes(view)
        self._make_stage(view)
        self._make_loupe(view)
        self.outputs = [self._output(n) for n in range(1, OUTPUT_KEYS + 1)]
        self.firsts = [self._first(n) for n in range(OUTPUT_KEYS + 1)]
        self._hold = self._held_key(view)
        self._holds = [self._hold]

    def _make_zoom(self) -> None:
        self.fit = self._action("fit", tr("Fit"), "Ctrl+0", lambda: self._zoomed().fit(), "zoom-fit")
        self.actual = self._action(
            "actual-size", tr("100 %"), "Ctrl+1", lambda: self._zoomed().actual_size(), "zoom-100"
        )
        self.double = self._action("double-size", tr("200 %"), "Ctrl+2", lambda: self._zoomed().double_size())
        self.zoom_in = self._action("zoom-in", tr("Zoom in"), "Ctrl++", lambda: self._zoomed().zoom_by(1))
        self.zoom_in.setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")])
        self.zoom_out = self._action("zoom-out", tr("Zoom out"), "Ctrl+-", lambda: self._zoomed().zoom_by(-1))

    def _make_modes(self, view: CompareView) -> None:
        self.modes = {
            mode: self._action(mode.value, tr(text), key, lambda mode=mode: view.set_mode(mode))  # type: ignore[misc]
            for mode, (text, key) in _MODES.items()
        }
        for action in self.modes.values():
            action.setCheckable(True)
        self.next_mode = self._action("next-mode", tr("Next compare mode"), "M", view.next_mode)
        self.turn = self._action("turn-divider", tr("Turn the Divider"), "H", view.turn_divider)
        self.turn.setIconText(tr("Turn"))
        self.blink = self._action("blink", tr("Blink"), "B", lambda: view.set_blinking(self.blink.isChecked()))
        self.blink.setCheckable(True)
        self.faster = self._action("blink-faster", tr("Blink Faster"), "[", view.blink.faster)
        self.slower = self._action("blink-slower", tr("Blink Slower"), "]", view.blink.slower)
        self.amplify = self._action("amplify", tr("Amplify the Difference More"), "A", lambda: view.amplify(1))
        self.attenuate = self._action(
            "attenuate", tr("Amplify the Difference Less"), "Shift+A", lambda: view.amplify(-1)
        )

    def _make_stage(self, view: CompareView) -> None:
        self.sync = self._action("sync", tr("Sync"), "S", lambda: view.set_sync(self.sync.isChecked()))
        self.sync.setCheckable(True)
        self.sync.setChecked(True)
        self.sync.setToolTip(tr("Move all panes together (S); Alt moves one pane alone"))
        self.realign = self._action("realign", tr("Re-align"), "Shift+S", view.realign)
        self.realign.setToolTip(tr("Bring panes that were moved alone back to the others (Shift+S)"))
        self.register = self._action(
            "align-results",
            tr("Align Results"),
            "Shift+R",
            lambda: view.registrations.set_on(self.register.isChecked()),
        )
        self.register.setCheckable(True)
        self.register.setChecked(True)
        self.register.setToolTip(tr("Show results where they were measured to lie (Shift+R)"))
        self.results = self._action("results", tr("Choose Results…"), "R", view.open_results_menu)
        self.results.setIconText(tr("Results"))
        self.more_columns = self._action("more-columns", tr("More Columns"), "C", lambda: view.step_columns(1))
        self.fewer_columns = self._action(
            "fewer-columns", tr("Fewer Columns"), "Shift+C", lambda: view.step_columns(-1)
        )
        self.previous = self._action("previous-image", tr("Previous Image"), "PgUp", lambda: view.step_image(-1))
        self.next = self._action("next-image", tr("Next Image"), "PgDown", lambda: view.step_image(1))
        for action in (self.previous, self.next):  # lists beside the stage turn their own pages
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.second_screen = self._action(
            "second-screen", tr("Show on Second Screen"), "Shift+F11", lambda: view.second_screen.toggle()
        )
        self.second_screen.setCheckable(True)
        self.original = QAction(tr("Show the original (hold 0)"), self)
        self.original.setObjectName("compare-action-original")
        self.original.setCheckable(True)
        self.original.triggered.connect(view.hold_original)

    def _make_loupe(self, view: CompareView) -> None:
        point = view.pointing
        self.loupe = self._action("loupe", tr("Loupe"), "L", lambda: point.switch_loupe(not point.loupe.on))
        self.loupe.setCheckable(True)
        self.loupe_zoom = self._action("loupe-zoom", tr("Next Loupe Zoom"), "Shift+L", point.next_zoom)
        self.pin = self._action("pin-loupe", tr("Pin the Loupe"), "P", lambda: point.pin(not point.loupe.pinned))
        self.pin.setCheckable(True)
        self.pin.setToolTip(tr("Keep the loupe at its spot, and move it with the arrow keys (P)"))

    def lend(self, view: Zoomed | None) -> None:
        """Let the zoom obey another view as long as that is shown in the place of this one; ``None`` takes it back."""
        self._lent_to = view
        self._enable_zoom(shown=self._view.isVisible())

    def _zoomed(self) -> Zoomed:
        return self._lent_to or self._view

    def _enable_zoom(self, *, shown: bool) -> None:
        for action in (self.fit, self.actual, self.double, self.zoom_in, self.zoom_out):
            action.setEnabled((shown or self._lent_to is not None) and self._has_photo)

    def all(self) -> list[QAction]:
        """In the order of a menu; a separator is an action too."""
        return [
            *(self.fit, self.actual, self.double, self.zoom_in, self.zoom_out, self._separator()),
            *(*self.modes.values(), self.next_mode, self._separator()),
            *(self.sync, self.realign, self.register, self.results, self.more_columns, self.fewer_columns),
            *(self._separator(), self.turn, self.blink, self.faster, self.slower, self.amplify, self.attenuate),
            *(self._separator(), self.loupe, self.loupe_zoom, self.pin, self.second_screen, self._separator()),
            *(self.previous, self.next, self.original, self._separator()),
            *(*self.outputs, self._separator(), *self.firsts),
        ]

    def groups(self) -> tuple[MenuGroup, ...]:
        """Those of :meth:`all` that a menu has in menus of their own: it would be too long otherwise."""
        pair = (self.turn, self.blink, self.faster, self.slower, self.amplify, self.attenuate)
        panes = (self.sync, self.realign, self.register, self.results, self.more_columns, self.fewer_columns)
        return (
            MenuGroup("panes", tr("Panes"), panes),
            MenuGroup("pair", tr("Split, Blink and Difference"), pair),
            MenuGroup("loupe", tr("Loupe"), (self.loupe, self.loupe_zoom, self.pin)),
            MenuGroup("image", tr("Image on Show"), (self.previous, self.next, self.original, *self.outputs)),
            MenuGroup("other", tr("Compare With"), tuple(self.firsts)),
        )

    def keyed(self) -> list[QAction]:
        """What works in another window too, by its key."""
        return [action for action in self.all() if not action.shortcut().isEmpty()]

    def hold_in(self, window: QWidget) -> None:
        """Let 0 be held in another window, too, as long as that lives."""
        hold = self._held_key(window)
        hold.setEnabled(self._hold.isEnabled())
        self._holds.append(hold)
        window.destroyed.connect(lambda: self._holds.remove(hold))

    def refresh(self, *, shown: bool, has_photo: bool, results: int, images: int, mode: CompareMode) -> None:
        """Enable what can be done now. ``images`` are the results, and the original if there is one."""
        self._has_photo = has_photo
        self._enable_zoom(shown=shown)
        several = shown and images > 1
        always = (*self.modes.values(), self.next_mode, self.original, self.register, self.blink, self.loupe)
        for action in (*always, self.faster, self.slower, self.loupe_zoom, self.previous, self.next, self.results):
            action.setEnabled(several)
        for action in (self.sync, self.more_columns, self.fewer_columns):
            action.setEnabled(several and mode is CompareMode.SIDE_BY_SIDE)
        self.turn.setEnabled(several and mode is CompareMode.SPLIT)
        for action in (self.amplify, self.attenuate):
            action.setEnabled(several and mode is CompareMode.DIFFERENCE)
        self.pin.setEnabled(several and self.loupe.isChecked())
        self.second_screen.setEnabled(shown and has_photo)
        for hold in self._holds:
            hold.setEnabled(self.original.isEnabled())
        for n, action in enumerate(self.outputs, start=1):
            action.setEnabled(shown and n <= results)
            action.setVisible(n <= max(1, results))
        for n, action in enumerate(self.firsts):
            action.setEnabled(several and n <= results and mode is not CompareMode.SIDE_BY_SIDE)
            action.setVisible(n <= max(1, results))
        for each, action in self.modes.items():
            action.setChecked(each is mode)
        if not self.original.isEnabled():
            self._release()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Only while 0 is held: its release, or the window losing the keyboard, lets go."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyRelease:
            released = event.key() == Qt.Key.Key_0 and not event.isAutoRepeat()
        else:
            released = event.type() in (QEvent.Type.WindowDeactivate, QEvent.Type.ApplicationDeactivate)
        if released:
            self._release()
        return False

    def _pressed(self) -> None:
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)
        self._view.hold_original(True)

    def _release(self) -> None:
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        self._view.hold_original(False)

    def _held_key(self, window: QWidget) -> QShortcut:
        hold = QShortcut(QKeySequence("0"), window, context=Qt.ShortcutContext.WindowShortcut)
        hold.setAutoRepeat(False)
        hold.activated.connect(self._pressed)
        return hold

    def _action(self, name: str, text: str, shortcut: str, run: Callable[[], None], drawing: str = "") -> QAction:
        action = QAction(text, self)
        action.setObjectName(f"compare-action-{name}")
        action.setShortcut(QKeySequence(shortcut))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(f"{text} ({QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)})")
        action.triggered.connect(lambda: run())
        if drawing:
            bind_icon(action, drawing)
        self._view.addAction(action)
        return action

    def _output(self, n: int) -> QAction:
        return self._action(f"output-{n}", tr("Output {n}", n=n), str(n), lambda: self._view.flip_to(n))

    def _first(self, n: int) -> QAction:
        text = tr("Compare with Output {n}", n=n) if n else tr("Compare with the Original")
        return self._action(f"first-{n}", text, f"Shift+{n}", lambda: self._view.set_first(n))

    def _separator(self) -> QAction:
        action = QAction(self)
        action.setSeparator(True)
        return action
