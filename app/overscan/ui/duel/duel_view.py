"""The window of a blind duel: two pictures called A and B, and the keys and buttons that judge them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from overscan.core.duel import Cast, Duel, Pairing, Vote
from overscan.core.failures import Failure
from overscan.core.text import tr, trn
from overscan.ui import style
from overscan.ui.duel.buttons import button_of, label
from overscan.ui.duel.pictures import PictureMaker, Pictures
from overscan.ui.duel.reveal import RevealPage
from overscan.ui.duel.stage import DuelMode, DuelStage, Side
from overscan.ui.duel.store import DuelStore
from overscan.ui.widgets.progress_bar import ProgressBar
from overscan.ui.widgets.segmented_control import SegmentedControl

_FIRST_SIZE: Final = (1180, 780)


class DuelView(QWidget):
    """One duel, from its first open pair on. It can be closed at any moment: every vote is in the journal by then."""

    results_wanted = Signal()
    closed = Signal()

    def __init__(self, duel: Duel, store: DuelStore, maker: PictureMaker, parent: QWidget | None = None) -> None:
        """``maker`` makes the pictures of this duel, and is retired when the window is closed."""
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("duel")
        self.setWindowTitle(tr("Blind Duel"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(520, 360)
        self.resize(*_FIRST_SIZE)
        self.duel = duel
        self._store = store
        self._maker = maker
        self._maker.ready.connect(self._show_pictures)
        self._maker.failed.connect(self._show_failure)
        self._pairing: Pairing | None = None
        self._photo: int | None = None
        self._ready = False
        self._writing = False
        self._closed = False
        self._seen: set[Side] = set()
        self._since = 0.0
        self.stage = DuelStage(self)
        self.stage.side_shown.connect(self._saw)
        self._make_actions()
        self._lay_out()
        if duel.revealed:
            self._show_reveal()
        else:
            self._next()

    # ------------------------------------------------------------------ making

    def _make_actions(self) -> None:
        self._vote_actions = {
            Vote.LEFT: self._action("a", tr("A Is Better"), ("Left",), lambda: self.vote(Vote.LEFT)),
            Vote.EQUAL: self._action("equal", tr("Equal"), ("Down", "="), lambda: self.vote(Vote.EQUAL)),
            Vote.RIGHT: self._action("b", tr("B Is Better"), ("Right",), lambda: self.vote(Vote.RIGHT)),
            Vote.SKIP: self._action("skip", tr("Skip"), ("S",), lambda: self.vote(Vote.SKIP)),
        }
        self._undo = self._action("undo", tr("Undo"), ("Backspace",), self.take_back)
        self._flip = self._action("flip", tr("Flip"), ("Up",), self.stage.flip)
        self._automatic = self._action("automatic", tr("Automatic"), ("F",), self._toggle_automatic)
        self._automatic.setCheckable(True)
        self._fit = self._action("fit", tr("Fit"), ("Ctrl+0",), self.stage.fit)
        self._actual = self._action("actual-size", tr("100 %"), ("Ctrl+1",), lambda: self.stage.zoom_to(1.0))
        self._action("double-size", tr("200 %"), ("Ctrl+2",), lambda: self.stage.zoom_to(2.0))
        self._action("zoom-in", tr("Zoom in"), ("Ctrl++", "Ctrl+="), lambda: self.stage.zoom_by(1))
        self._action("zoom-out", tr("Zoom out"), ("Ctrl+-",), lambda: self.stage.zoom_by(-1))
        self._action("mode", tr("Next mode"), ("M",), self._next_mode)
        self._action("show-a", tr("Show A"), ("1",), lambda: self.stage.show_side(Side.A))
        self._action("show-b", tr("Show B"), ("2",), lambda: self.stage.show_side(Side.B))
        self._action("close", tr("Close"), ("Ctrl+W", "Escape"), self.close)
        full = self._action("full-screen", tr("Full Screen"), ("F11",), self._toggle_full_screen)
        full.setAutoRepeat(False)
        self._reveal = self._action("reveal", tr("Reveal"), (), self.reveal)

    def _action(self, name: str, text: str, keys: tuple[str, ...], run: Callable[[], object]) -> QAction:
        action = QAction(text, self)
        action.setObjectName(f"duel-action-{name}")
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        # A key that is held down must not judge one pair after the other.
        action.setAutoRepeat(name.startswith("zoom"))
        if keys:
            first = QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{text} ({first})")
        action.triggered.connect(lambda: run())
        self.addAction(action)
        return action

    def _lay_out(self) -> None:
        self._progress = label("duel-progress", "title", self)
        self._status = label("duel-status", "muted", self)
        self._status.setWordWrap(True)
        self._bar = ProgressBar(tr("Preparing the pictures"), self)
        self._bar.setObjectName("duel-bar")
        # Whether it is there or not, the pictures must not move.
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(policy)
        self._modes = SegmentedControl("duel-mode", tr("How to look"), self)
        self._modes.add(DuelMode.FLIP.value, tr("Flip"), tr("Both in one place (M)"))
        self._modes.add(DuelMode.SIDE_BY_SIDE.value, tr("Side by side"), tr("Next to each other (M)"))
        self._modes.chosen.connect(lambda name: self.set_mode(DuelMode(name)))
        for segment in self._modes.findChildren(QPushButton):
            segment.installEventFilter(self)
        top = QFrame(self)
        top.setProperty("role", "bar")
        row = QHBoxLayout(top)
        row.setContentsMargins(12, 6, 12, 6)
        row.addWidget(self._progress)
        row.addStretch(1)
        row.addWidget(self._modes)
        row.addWidget(button_of(self._automatic, "quiet", self))
        row.addWidget(button_of(self._fit, "quiet", self))
        row.addWidget(button_of(self._actual, "quiet", self))
        bottom = QFrame(self)
        bottom.setProperty("role", "bar")
        buttons = QHBoxLayout(bottom)
        buttons.setContentsMargins(12, 6, 12, 6)
        arrows = {Vote.LEFT: "←", Vote.EQUAL: "↓", Vote.RIGHT: "→", Vote.SKIP: "S"}
        for vote, action in self._vote_actions.items():
            action.setIconText(f"{action.text()}  {arrows[vote]}")
            buttons.addWidget(button_of(action, "", self))
        buttons.addWidget(button_of(self._undo, "quiet", self))
        buttons.addStretch(1)
        self._reveal_button = button_of(self._reveal, "", self)
        buttons.addWidget(self._reveal_button)
        voting = QWidget(self)
        column = QVBoxLayout(voting)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self._bar)
        column.addWidget(self.stage, 1)
        under = QWidget(voting)
        line = QHBoxLayout(under)
        line.setContentsMargins(12, 5, 12, 5)
        line.addWidget(self._status, 1)
        column.addWidget(under)
        column.addWidget(bottom)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(voting)

    # ------------------------------------------------------------------ the pairs

    @property
    def pair_on_show(self) -> int | None:
        """The number of the pair that can be judged now."""
        return self._pairing.number if self._pairing is not None and self._ready and not self._writing else None

    def _next(self) -> None:
        """Go to the first pair that is open."""
        self._pairing = self.duel.next_pairing
        self._ready = False
        self._seen.clear()
        total, done = len(self.duel.pairings), len(self.duel.votes)
        if self._pairing is None:
            self._progress.setText(trn("{count} pair judged", "All {count} pairs judged", total))
            self.stage.show_pictures(None)
            self._bar.hide()
            self._say(tr("Reveal shows what was what and ends the duel. Backspace takes the last vote back."))
        else:
            self._progress.setText(tr("Pair {n} of {total}", n=done + 1, total=total))
            self._bar.show()
            self._bar.set_fraction(None)
            if self.stage.look is None:
                self._say(tr("Preparing the pictures"))
            self._maker.want(self._pairing)
        self._enable()

    def _show_pictures(self, number: int, pictures: Pictures) -> None:
        pairing = self._pairing
        if pairing is None or pairing.number != number or self._ready:
            return
        self._ready = True
        self._bar.hide()
        automatic = self.stage.automatic
        if self.stage.mode is DuelMode.SIDE_BY_SIDE:
            self._seen = set(Side)
        self.stage.show_pictures(pictures, keep_place=pairing.photo == self._photo)
        self.stage.set_automatic(automatic)
        self._photo = pairing.photo
        self._since = time.monotonic()
        self._hint()
        self._enable()
        coming = [p for p in self.duel.pairings if p.number not in self.duel.votes and p.number != number]
        if coming:
            self._maker.prepare(coming[0])

    def _show_failure(self, number: int, failure: Failure) -> None:
        if self._pairing is None or self._pairing.number != number:
            return
        self._bar.hide()
        self.stage.show_pictures(None)
        self._say(str(failure), "failure")
        self._enable()

    def vote(self, vote: Vote) -> None:
        """Judge the pair on show. In flip, only who has seen both can; a pair that cannot be shown can be skipped."""
        pairing = self._pairing
        if pairing is None or self._writing or self.duel.revealed or not (self._ready or vote is Vote.SKIP):
            return
        if vote is not Vote.SKIP and self._seen != set(Side):
            self._say(tr("Look at B too before you judge: press ↑."), "attention")
            return
        seconds = time.monotonic() - self._since if self._ready else 0.0
        self._write()
        cast = Cast(vote, time.time(), seconds)
        self._store.vote(self.duel.id, pairing.number, cast, self._written, self._not_written)

    def take_back(self) -> None:
        """Forget the last vote and show its pair again."""
        last = self.duel.last_voted
        if last is None or self._writing or self.duel.revealed:
            return
        self._write()
        self._store.take_back(self.duel.id, last.number, self._written, self._not_written)

    def reveal(self) -> None:
        """End the duel and show what was what; pairs without a vote stay so."""
        if self._writing or self.duel.revealed or not self.duel.votes:
            return
        self._write()
        self._store.reveal(self.duel.id, self._revealed, self._not_written)

    def _write(self) -> None:
        self._writing = True
        self._enable()

    def _written(self, duel: Duel | None) -> None:
        if self._closed:
            return
        self._writing = False
        if duel is None:
            self.close()  # forgotten in another window
            return
        self.duel = duel
        self._next()

    def _not_written(self, failure: Failure) -> None:
        if self._closed:
            return
        self._writing = False
        self._say(str(failure), "failure")
        self._enable()

    def _revealed(self, duel: Duel | None) -> None:
        if self._closed:
            return
        self._writing = False
        if duel is None:
            self.close()
            return
        self.duel = duel
        self._show_reveal()

    def _show_reveal(self) -> None:
        self._pairing = None
        self.stage.show_pictures(None)
        self._enable()
        page = RevealPage(self.duel, self)
        page.results_wanted.connect(self.results_wanted)
        page.close_wanted.connect(self.close)
        self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        page.setFocus()

    # ------------------------------------------------------------------ looking

    def set_mode(self, mode: DuelMode) -> None:
        self._modes.choose(mode.value)
        if mode is DuelMode.SIDE_BY_SIDE and self._ready:
            self._seen = set(Side)
        self.stage.set_mode(mode)
        self._automatic.setChecked(self.stage.automatic)
        self._hint()
        self._enable()

    def _next_mode(self) -> None:
        self.set_mode(DuelMode.FLIP if self.stage.mode is DuelMode.SIDE_BY_SIDE else DuelMode.SIDE_BY_SIDE)

    def _toggle_automatic(self) -> None:
        self.stage.set_automatic(not self.stage.automatic)
        self._automatic.setChecked(self.stage.automatic)

    def _saw(self, side: Side) -> None:
        if self._ready and side not in self._seen:
            self._seen.add(side)
            self._hint()

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys on the choice of modes choose a mode: they are no votes there."""
        arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right)
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and event.key() in arrows:
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat():
            return
        if event.key() == Qt.Key.Key_0 and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.stage.hold_original(True)
        elif event.key() == Qt.Key.Key_Space:
            self.vote(Vote.SKIP)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_0 and not event.isAutoRepeat():
            self.stage.hold_original(False)
        else:
            super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.stage.hold_original(False)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setFocus()  # its keys judge; Tab goes to the buttons

    def closeEvent(self, event: QCloseEvent) -> None:
        self.stage.show_pictures(None)
        self._closed = True
        self._maker.retire()
        super().closeEvent(event)
        self.closed.emit()

    # ------------------------------------------------------------------ telling

    def _hint(self) -> None:
        if self._ready:
            flip = tr("Flip: ↑, 1 and 2, or F by itself") + " · " if self.stage.mode is DuelMode.FLIP else ""
            self._say(flip + tr("Original: hold 0 · Wheel zooms · M: other mode · Backspace: undo"))

    def _say(self, text: str, level: str = "") -> None:
        self._status.setText(text)
        style.set_look(self._status, "level", level)

    def _enable(self) -> None:
        free = self._pairing is not None and not self._writing
        for vote, action in self._vote_actions.items():
            action.setEnabled(free and (self._ready or vote is Vote.SKIP))
        open_ = not self._writing and not self.duel.revealed
        self._undo.setEnabled(open_ and self.duel.last_voted is not None)
        self._reveal.setEnabled(open_ and bool(self.duel.votes))
        early = self.duel.next_pairing is not None
        self._reveal.setIconText(tr("End and Reveal") if early else tr("Reveal"))
        style.set_look(self._reveal_button, "role", "" if early else "primary")
        in_flip = self.stage.mode is DuelMode.FLIP
        self._flip.setEnabled(in_flip and self._ready)
        self._automatic.setEnabled(in_flip and self._ready)
