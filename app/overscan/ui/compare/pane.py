"""One pane of the stage: a header of facts, and the canvas, or the words that stand in for its image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from overscan.core.text import tr
from overscan.ui import style
from overscan.ui.compare.canvas import Canvas
from overscan.ui.compare.painting import Layer
from overscan.ui.widgets.elided_label import ElidedLabel
from overscan.ui.widgets.level import Level
from overscan.ui.widgets.progress_bar import ProgressBar

_TITLE_ROOM: Final = 72
_LEAST_TITLE: Final = 30
_TITLE_SHARE: Final = 0.45
_FILLED: Final = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)
"""How much of their lines the words of an empty pane fill, at best and at worst."""
_WARNING_ROOM: Final = 64
_WARNING_SHARE: Final = 0.3
_EDGE: Final = 8
_ABOVE: Final = 4
_TALLER: Final = 2
_MORE_FROM: Final = 320
_MARGIN: Final = 16
_SPACING: Final = 8


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What stands where no image is yet; ``bar`` shows ``progress`` (0 to 1 or unknown)."""

    text: str
    remedy: str = ""
    level: Level | None = None
    bar: bool = False
    progress: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PaneContent:
    """All that a pane shows. ``number`` is 0 for the original; ``facts`` are in words, the most important first.

    ``saved`` tells that there is an output that something can be done with. ``notes`` are in the tooltip only.
    """

    number: int
    title: str
    facts: tuple[str, ...]
    layer: Layer | None
    placeholder: Placeholder | None
    warnings: tuple[str, ...] = ()
    saved: bool = False
    notes: tuple[str, ...] = ()


class PaneHeader(QFrame):
    """Number and title at the left, facts at the right, warnings between them, in one line of constant height.

    What has no room is in the tooltip.

    ``menu_wanted`` carries the number on show and where on the screen the menu is to open.
    """

    menu_wanted = Signal(int, QPoint)

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setProperty("role", "pane-header")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._number = QLabel()
        self._number.setProperty("role", "title")
        self._title = ElidedLabel()
        self._title.setObjectName(f"{object_name}-title")
        self._title.setProperty("role", "title")
        self._facts = ElidedLabel(mode=Qt.TextElideMode.ElideRight)
        self._facts.setObjectName(f"{object_name}-facts")
        self._facts.setProperty("role", "muted")
        self._facts.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._warning = ElidedLabel(mode=Qt.TextElideMode.ElideRight)
        self._warning.setObjectName(f"{object_name}-warning")
        self._warning.setProperty("level", "attention")
        self._more = QToolButton()
        self._more.setObjectName(f"{object_name}-more")
        self._more.setText("⋯")
        self._more.setAccessibleName(tr("What can be done with this output"))
        self._more.setToolTip(tr("Use as source, save elsewhere"))
        self._more.setProperty("role", "slim")
        self._more.clicked.connect(self._ask_for_menu)
        self._shown = 0
        self._saved = False
        self._all_facts: tuple[str, ...] = ()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(_EDGE, _ABOVE, _EDGE, _ABOVE)
        layout.setSpacing(_SPACING)
        layout.addWidget(self._number)
        layout.addWidget(self._title)
        layout.addWidget(self._warning, 1)
        layout.addStretch(0)
        layout.addWidget(self._facts)
        layout.addWidget(self._more)

    def show_content(self, content: PaneContent, *, numbered: bool = True) -> None:
        self._number.setVisible(numbered)
        self._number.setText(str(content.number))
        self._title.setText(content.title)
        self._all_facts = content.facts
        self._warning.setText(" · ".join(content.warnings))
        self._warning.setToolTip("\n".join(content.warnings))
        self._warning.setVisible(bool(content.warnings))
        self._saved = content.saved
        self._shown = content.number
        whole = " · ".join((f"{content.number} {content.title}", *content.facts, *content.warnings))
        self.setToolTip("\n".join((whole, *content.notes)))
        self.setAccessibleName(whole)
        self.setAccessibleDescription("\n".join(content.notes))
        self._share_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def sizeHint(self) -> QSize:
        """The height does not depend on the words: Chinese letters are taller than Latin ones."""
        return QSize(super().sizeHint().width(), self.fontMetrics().height() + _TALLER + 2 * _ABOVE)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def _share_width(self) -> None:
        """Size first, then the title, then the warnings, then the other facts, whole ones, as far as they go."""
        room = self.width() - 2 * _EDGE - self._facts_gap()
        # Where there is little room the facts need it; the pane's own menu offers the same.
        self._more.setVisible(self._saved and self.width() >= _MORE_FROM)
        if not self._more.isHidden():
            room -= self._more.sizeHint().width() + _SPACING
        # Measured from the text: a label's own hint never falls below the width it was given before.
        title = min(_advance(self._title, self._title.text()), max(_TITLE_ROOM, round(room * _TITLE_SHARE)))
        warned = not self._warning.isHidden()
        wanted = _advance(self._warning, self._warning.text())
        warning = min(wanted, max(_WARNING_ROOM, round(room * _WARNING_SHARE))) if warned else 0
        first = self._all_facts[:1]
        # The size is there as a whole or not at all: a part of a number is worse than none.
        shown = first if _advance(self._facts, _joined(first)) <= room - min(title, _LEAST_TITLE) else ()
        for fact in self._all_facts[1:] if shown else ():
            if _advance(self._facts, _joined((*shown, fact))) <= room - title - warning:
                shown = (*shown, fact)
        self._facts.setText(_joined(shown))
        self._facts.setFixedWidth(_advance(self._facts, _joined(shown)) if shown else 0)
        layout = self.layout()
        if layout is not None:
            layout.activate()  # or the facts would be cut until the loop comes to it

    def _facts_gap(self) -> int:
        """What the number and the spaces between the parts take."""
        number = 0 if self._number.isHidden() else self._number.sizeHint().width() + _SPACING
        return number + (2 if self._warning.isHidden() else 3) * _SPACING

    @Slot()
    def _ask_for_menu(self) -> None:
        self.menu_wanted.emit(self._shown, self._more.mapToGlobal(self._more.rect().bottomLeft()))


class PlaceholderView(QWidget):
    """Words and a bar in the middle of an empty pane; the mouse goes through it to the canvas.

    Where there is little room the remedy goes first and then the end of the words: the queue has both in full.
    """

    def __init__(self, object_name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._placeholder = Placeholder("")
        self.setObjectName(object_name)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = _words("title")
        self._text.setObjectName(f"{object_name}-text")
        self._remedy = _words("muted")
        self._bar = ProgressBar(tr("Progress"))
        self._bar.setObjectName(f"{object_name}-progress")
        self._bar.setMaximumWidth(220)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        layout.setSpacing(_SPACING)
        layout.addStretch(1)
        layout.addWidget(self._text)
        layout.addWidget(self._remedy)
        bar = QHBoxLayout()
        bar.addStretch(1)
        bar.addWidget(self._bar, 2)
        bar.addStretch(1)
        layout.addLayout(bar)
        layout.addStretch(1)

    def show_placeholder(self, placeholder: Placeholder | None) -> None:
        self.setVisible(placeholder is not None)
        if placeholder is None:
            self._bar.set_fraction(0.0)
            return
        self._placeholder = placeholder
        style.set_look(self._text, "level", placeholder.level.value if placeholder.level else "")
        self._remedy.setText(placeholder.remedy)
        self._bar.setVisible(placeholder.bar)
        self._bar.set_fraction(placeholder.progress if placeholder.bar else 0.0)
        self._fit_words()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_words()

    def _fit_words(self) -> None:
        width = max(1, self.width() - 2 * _MARGIN)
        room = self.height() - 2 * _MARGIN - (self._bar.sizeHint().height() + _SPACING if self._placeholder.bar else 0)
        metrics = self._text.fontMetrics()
        self._text.setText(self._placeholder.text)
        needed = self._text.heightForWidth(width)
        lines = max(1, room // metrics.lineSpacing())
        # Words that wrap leave some of each line empty, long ones in a narrow pane more than half.
        for share in _FILLED if needed > room else ():
            short = metrics.elidedText(self._placeholder.text, Qt.TextElideMode.ElideRight, int(width * lines * share))
            self._text.setText(short)
            if self._text.heightForWidth(width) <= room:
                break
        with_remedy = needed + _SPACING + self._remedy.heightForWidth(width)
        self._remedy.setVisible(bool(self._placeholder.remedy) and with_remedy <= room)


class Pane(QFrame):
    """A header above a canvas; two headers above one canvas where two images share it.

    ``menu_wanted`` carries the number of a saved output and where on the screen its menu is to open.
    """

    menu_wanted = Signal(int, QPoint)

    def __init__(self, object_name: str, headers: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.canvas = Canvas(f"{object_name}-canvas")
        self._headers = tuple(PaneHeader(f"{object_name}-header{n or ''}") for n in range(headers))
        row = QHBoxLayout()
        row.setSpacing(2)
        self._saved: int | None = None
        for header in self._headers:
            row.addWidget(header, 1)
            header.menu_wanted.connect(self.menu_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self.canvas, 1)
        self._placeholder = PlaceholderView(f"{object_name}-placeholder", self.canvas)
        covering = QHBoxLayout(self.canvas)
        covering.setContentsMargins(0, 0, 0, 0)
        covering.setSpacing(0)
        covering.addStretch(headers - 1)  # of two images, it is the right one that people wait for
        covering.addWidget(self._placeholder, 1)

    @property
    def header_height(self) -> int:
        return self._headers[0].sizeHint().height()

    def show_contents(self, *contents: PaneContent, numbered: bool = True) -> None:
        """Show one content, or two at both sides of the canvas's divider. A number means a key that calls it."""
        for header, content in zip(self._headers, contents, strict=True):
            header.show_content(content, numbered=numbered)
        self._saved = next((content.number for content in reversed(contents) if content.saved), None)
        self.canvas.set_layers(*(content.layer for content in contents))
        self.canvas.setAccessibleName(" | ".join(f"{content.number} {content.title}" for content in contents))
        empty = next((content.placeholder for content in reversed(contents) if content.placeholder), None)
        self._placeholder.show_placeholder(empty)
        self.canvas.setAccessibleDescription(f"{empty.text} {empty.remedy}".strip() if empty else "")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._saved is None:
            super().contextMenuEvent(event)
        else:
            self.menu_wanted.emit(self._saved, event.globalPos())


def _advance(label: QLabel, text: str) -> int:
    return label.fontMetrics().horizontalAdvance(text) + 2


def _joined(facts: tuple[str, ...]) -> str:
    return "   ".join(facts)


def _words(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
