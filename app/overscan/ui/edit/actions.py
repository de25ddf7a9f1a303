"""The editor's commands, each with its shortcut, for its toolbar and for the window's menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup, QColor, QKeySequence
from PySide6.QtWidgets import QColorDialog, QInputDialog

from overscan.core.geometry import Margins, Rect
from overscan.core.text import mark, tr
from overscan.ui.edit.expansion import Expansion
from overscan.ui.edit.tools import COLOURS, Tool, ToolState
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.imaging.mask_document import MaskDocument
    from overscan.imaging.samples import Samples8
    from overscan.ui.edit.canvas import EditCanvas

TOOLS: Final = {
    Tool.MOVE: (mark("Move"), mark("Move the frame over the photo"), "V"),
    Tool.BRUSH: (mark("Brush"), mark("Paint what is to be generated"), "B"),
    Tool.ERASER: (mark("Eraser"), mark("Paint what is to be kept"), "E"),
    Tool.LASSO: (mark("Lasso"), mark("Draw around an area"), "L"),
    Tool.POLYGON: (mark("Polygon"), mark("Set corners by clicks; Enter or a double click closes"), "P"),
    Tool.RECTANGLE: (mark("Rect"), mark("Draw a rectangle; Shift makes it a square"), "R"),
    Tool.ELLIPSE: (mark("Ellipse"), mark("Draw an ellipse; Shift makes it a circle"), "O"),
    Tool.FILL: (mark("Fill"), mark("Fill the connected area under the cursor"), "G"),
}
"""Word, explanation and key of each tool."""
_COLOUR_NAMES: Final = {
    "red": mark("Red Mask"),
    "green": mark("Green Mask"),
    "blue": mark("Blue Mask"),
    "yellow": mark("Yellow Mask"),
}
_OPACITY_STEP: Final = 0.1
_HARDNESS_STEP: Final = 0.1
_MOST_PIXELS: Final = 500


class EditActions(QObject):
    """Made once with the canvas; all of them are disabled while the editor is not shown."""

    def __init__(self, expansion: Expansion, tools: ToolState, canvas: EditCanvas) -> None:
        super().__init__(canvas)
        self._expansion = expansion
        self._tools = tools
        self._canvas = canvas
        self._shown = False
        self._pixels = 16
        self._every: list[QAction] = []
        self._edits = 0
        self._workers = Workers(self, threads=1)
        expansion.mask_changed.connect(self._count_edit)
        self.undo = self._make("undo", tr("Undo"), "Ctrl+Z", self._undo)
        self.redo = self._make("redo", tr("Redo"), "Ctrl+Shift+Z", self._redo)
        self.tools = QActionGroup(self)
        for tool, (word, tip, key) in TOOLS.items():
            action = self._make(tool.value, tr(word), key, lambda tool=tool: tools.choose(tool), tip=tr(tip))  # type: ignore[misc]
            action.setCheckable(True)
            action.setData(tool.value)
            self.tools.addAction(action)
        self.swap = self._make(
            "swap", tr("Swap Marking and Unmarking"), "X", tools.swap, tip=tr("Mark instead of unmark, or back")
        )
        self.larger = self._make("larger", tr("Larger Brush"), "]", lambda: tools.resize(1))
        self.smaller = self._make("smaller", tr("Smaller Brush"), "[", lambda: tools.resize(-1))
        self.harder = self._make("harder", tr("Harder Brush"), "Shift+]", lambda: self._harden(_HARDNESS_STEP))
        self.harder.setShortcuts([QKeySequence("Shift+]"), QKeySequence("}")])
        self.softer = self._make("softer", tr("Softer Brush"), "Shift+[", lambda: self._harden(-_HARDNESS_STEP))
        self.softer.setShortcuts([QKeySequence("Shift+["), QKeySequence("{")])
        self.invert = self._make("invert", tr("Invert Mask"), "Shift+V", self._invert)
        self.grow = self._make("grow", tr("Grow Mask…"), "Ctrl+Alt+G", lambda: self._ask("grow"))
        self.shrink = self._make("shrink", tr("Shrink Mask…"), "Ctrl+Alt+H", lambda: self._ask("shrink"))
        self.feather = self._make("feather", tr("Feather Mask…"), "Ctrl+Alt+F", lambda: self._ask("feather"))
        self.clear = self._make(
            "clear", tr("Clear Mask"), "Ctrl+Alt+K", self._clear, tip=tr("Keep everything in the frame")
        )
        self.reset = self._make(
            "reset", tr("Reset Mask"), "Ctrl+Alt+R", self._reset, tip=tr("Generate what lies outside the photo")
        )
        self.import_ = self._make("import", tr("Import Mask…"), "Ctrl+Alt+I", None)
        self.export = self._make("export", tr("Export Mask…"), "Ctrl+Alt+E", None)
        self.colours = QActionGroup(self)
        for number, (name, colour) in enumerate(COLOURS.items(), start=3):
            word = tr(_COLOUR_NAMES[name])
            action = self._make(name, word, f"Ctrl+Alt+{number}", lambda colour=colour: tools.set_colour(colour))  # type: ignore[misc]
            action.setCheckable(True)
            action.setData(colour)
            self.colours.addAction(action)
        self.other_colour = self._make("other-colour", tr("Other Mask Colour…"), "Ctrl+Alt+7", self._choose_colour)
        self.denser = self._make(
            "denser", tr("More Opaque Mask"), "Ctrl+Alt+]", lambda: tools.set_opacity(tools.opacity + _OPACITY_STEP)
        )
        self.clearer = self._make(
            "clearer",
            tr("More Transparent Mask"),
            "Ctrl+Alt+[",
            lambda: tools.set_opacity(tools.opacity - _OPACITY_STEP),
        )
        tools.changed.connect(self.refresh)
        tools.look_changed.connect(self.refresh)
        expansion.changed_photo.connect(self.refresh)
        expansion.history_changed.connect(self.refresh)
        expansion.frame_changed.connect(self.refresh)
        self.refresh()

    def for_menu(self) -> list[QAction]:
        """In the order of a menu; a separator is an action too."""
        return [
            *(self.undo, self.redo, self._separator()),
            *(*self.tools.actions(), self._separator()),
            *(self.swap, self.smaller, self.larger, self.softer, self.harder, self._separator()),
            *(*self.for_mask(), self._separator()),
            *(*self.colours.actions(), self.other_colour, self.denser, self.clearer),
        ]

    def for_mask(self) -> list[QAction]:
        """What is done to the whole mask."""
        return [
            *(self.invert, self.grow, self.shrink, self.feather, self.clear, self.reset, self._separator()),
            *(self.import_, self.export),
        ]

    def set_shown(self, *, shown: bool) -> None:
        """Whether the editor is on the stage."""
        self._shown = shown
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Enable and check what can be done and what is chosen now."""
        mask = self._expansion.mask
        able = self._shown and mask is not None
        for action in self._every:
            action.setEnabled(able)
        self.undo.setEnabled(able and mask is not None and mask.undo_steps > 0)
        self.redo.setEnabled(able and mask is not None and mask.redo_steps > 0)
        for action in self.tools.actions():
            action.setChecked(action.data() == self._tools.tool.value)
        for action in self.colours.actions():
            action.setChecked(action.data() == self._tools.colour)

    # ------------------------------------------------------------------ what they do

    def _undo(self) -> None:
        if not self._canvas.cancel():
            self._expansion.undo()

    def _redo(self) -> None:
        if not self._canvas.cancel():
            self._expansion.redo()

    def _harden(self, step: float) -> None:
        self._tools.set_hardness(self._tools.hardness + step)

    def _invert(self) -> None:
        mask = self._expansion.mask
        if mask is not None:
            self.edited(mask.invert(self._expansion.margins))

    def _clear(self) -> None:
        mask = self._expansion.mask
        if mask is not None:
            self.edited(mask.clear(self._expansion.margins))

    def _reset(self) -> None:
        mask = self._expansion.mask
        if mask is not None:
            self.edited(mask.reset())

    def edited(self, dirty: Rect | None) -> None:
        """Tell of one whole edit of the mask."""
        self._canvas.cancel()
        if dirty is not None:
            self._expansion.touched(dirty)
            self._expansion.settled()

    def _ask(self, what: str) -> None:
        """How many pixels, then do it; the number is the same next time."""
        titles = {"grow": tr("Grow the Mask"), "shrink": tr("Shrink the Mask"), "feather": tr("Feather the Mask")}
        dialog = QInputDialog(self._canvas.window())
        dialog.setObjectName(f"{what}-dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setInputMode(QInputDialog.InputMode.IntInput)
        dialog.setWindowTitle(titles[what])
        dialog.setLabelText(tr("By how many pixels of the photo?"))
        dialog.setIntRange(1, _MOST_PIXELS)
        dialog.setIntValue(self._pixels)
        dialog.intValueSelected.connect(lambda pixels: self._by(what, pixels))
        dialog.open()

    def _by(self, what: str, pixels: int) -> None:
        self._pixels = pixels
        self._canvas.cancel()
        works: dict[str, Callable[[MaskDocument, Margins], Rect | None]] = {
            "grow": lambda mask, frame: mask.grow(frame, pixels),
            "shrink": lambda mask, frame: mask.shrink(frame, pixels),
            "feather": lambda mask, frame: mask.feather(frame, pixels),
        }
        self._work(works[what])

    def _work(self, work: Callable[[MaskDocument, Margins], Rect | None]) -> None:
        """Do to the frame's mask in a worker what takes up to a second; begun anew where a hand has changed it
        meanwhile."""
        mask, margins, count = self._expansion.mask, self._expansion.margins, self._edits
        if mask is None:
            return
        twin = mask.copy()

        def compute() -> Samples8 | None:
            from overscan.imaging.background import step_back

            step_back()
            changed = work(twin, margins)
            return twin.read(margins.frame(twin.photo)) if changed is not None else None

        def done(levels: Samples8 | None) -> None:
            if self._expansion.mask is not mask or levels is None:
                return
            if self._edits != count or self._expansion.margins != margins or self._canvas.gesture is not None:
                self._work(work)
            else:
                self.edited(mask.put(margins, levels))

        self._workers.submit(compute, done)

    def close(self) -> None:
        """Wait for what is being computed."""
        self._workers.close()

    @Slot()
    def _count_edit(self) -> None:
        self._edits += 1

    def _choose_colour(self) -> None:
        dialog = QColorDialog(QColor(self._tools.colour), self._canvas.window())
        dialog.setObjectName("mask-colour-dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(tr("Colour of the Mask"))
        dialog.colorSelected.connect(lambda colour: self._tools.set_colour(colour.name()))
        dialog.open()

    # ------------------------------------------------------------------ making

    def _make(self, name: str, text: str, key: str, run: Callable[[], None] | None, *, tip: str = "") -> QAction:
        action = QAction(text, self)
        action.setObjectName(f"edit-action-{name}")
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setStatusTip(tip or text.removesuffix("…"))
        shown = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{tip or text.removesuffix('…')} ({shown})")
        if run is not None:
            action.triggered.connect(lambda: run())
        self._canvas.addAction(action)
        self._every.append(action)
        return action

    def _separator(self) -> QAction:
        action = QAction(self)
        action.setSeparator(True)
        return action
