"""The stage's page for an expansion: tools above, the photo in its frame, and under it what will happen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from overscan.core.geometry import Margins, Size
from overscan.core.text import tr, trn
from overscan.ui import style
from overscan.ui.compare.items import OriginalItem
from overscan.ui.compare.painting import Layer
from overscan.ui.compare.sources import Sources
from overscan.ui.compare.viewport import Box
from overscan.ui.edit.actions import EditActions
from overscan.ui.edit.canvas import EditCanvas
from overscan.ui.edit.expansion import Expansion
from overscan.ui.edit.mask_files import MaskFiles
from overscan.ui.edit.toolbar import EditToolbar
from overscan.ui.edit.tools import ToolState
from overscan.ui.images import ImageLoader
from overscan.ui.widgets.elided_label import ElidedLabel
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.imaging.mask_document import MaskDocument

_PHOTO: Final = "photo"
_COUNT_MS: Final = 120
_GAP: Final = 8


class Editor(QFrame):
    """Its zoom obeys the same commands as the other pages (:class:`~overscan.ui.compare.actions.Zoomed`)."""

    readout_changed = Signal(str)
    """Zoom, place and colour under the cursor, for the status bar."""
    status_changed = Signal(str)
    """How much is generated and how many steps can be undone; empty while the editor is not shown."""

    def __init__(self, loader: ImageLoader, expansion: Expansion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("editor")
        self.setProperty("role", "stage")
        self.setAccessibleName(tr("Frame and mask"))
        self.expansion = expansion
        self.tools = ToolState(self)
        self.canvas = EditCanvas(expansion, self.tools, self)
        self.canvas.setAccessibleName(tr("Photo in its frame"))
        self.actions_ = EditActions(expansion, self.tools, self.canvas)
        self.toolbar = EditToolbar(self.tools, self.actions_, self)
        self.files = MaskFiles(expansion, self)
        self._sources = Sources(loader, self)
        self._sources.changed.connect(self._image_came)
        self._original: OriginalItem | None = None
        self._sent = ""
        self._hover: tuple[float, float] | None = None
        self._share: float | None = None
        self._counters = Workers(self, threads=1)
        self._counting = False
        self._count_again = False
        self._counting_soon = QTimer(self, singleShot=True, interval=_COUNT_MS)
        self._counting_soon.timeout.connect(self._count)
        self._line = _Line("", self.canvas, Qt.TextElideMode.ElideMiddle)
        self._line.setObjectName("edit-line")
        self._line.setAccessibleName(tr("What will be done"))
        self._line.setProperty("role", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 0)
        column.setSpacing(4)
        column.addWidget(self.toolbar)
        column.addWidget(self.canvas, 1)
        self._connect()

    def _connect(self) -> None:
        expansion = self.expansion
        self.actions_.import_.triggered.connect(self.files.choose_import)
        self.actions_.export.triggered.connect(self.files.choose_export)
        self.files.imported.connect(self.actions_.edited)
        self.canvas.hovered.connect(self._hovered)
        self.canvas.viewport_changed.connect(self._view_moved)
        expansion.changed_photo.connect(self._photo_changed)
        expansion.frame_changed.connect(self._frame_changed)
        expansion.mode_changed.connect(self._show_line)
        expansion.mask_changed.connect(self._counting_soon.start)
        expansion.history_changed.connect(self._tell_status)

    # ------------------------------------------------------------------ what is shown

    def set_original(self, original: OriginalItem | None) -> None:
        """The file that the photo's pixels come from; the expansion says which photo is edited."""
        if original == self._original:
            return
        self._original = original
        self.canvas.set_image(None)
        self._sources.want({})
        self._want()

    @property
    def busy(self) -> bool:
        """Whether a hand is at the frame or the mask."""
        return self.canvas.gesture is not None or self.canvas.framing.busy

    def set_sent(self, text: str) -> None:
        """What a service will get, in words, where that is known."""
        self._sent = text
        self._show_line()

    def fit(self) -> None:
        self.canvas.fit()

    def actual_size(self) -> None:
        """One pixel of the photo for each of the screen."""
        self.canvas.zoom_to(1.0)

    def double_size(self) -> None:
        self.canvas.zoom_to(2.0)

    def zoom_by(self, steps: float) -> None:
        self.canvas.zoom_by(steps)

    @Slot()
    def close_threads(self) -> None:
        """Before the window goes: give up what is being computed."""
        self.canvas.close_threads()
        self.files.close()
        self.actions_.close()
        self._counters.close()

    def _want(self) -> None:
        """Pixels are asked for when they are to be seen, not for each photo that is passed by."""
        if self.isVisible() and self._original is not None:
            self._sources.want({_PHOTO: self._original.path}, first=_PHOTO)

    @Slot(str)
    def _image_came(self, _key: str) -> None:
        self.canvas.set_image(self._sources.image(_PHOTO))
        self._show_line()

    @Slot()
    def _photo_changed(self) -> None:
        self._share = None
        self._counting_soon.start()
        self._show_line()
        self._tell_status()

    @Slot()
    def _frame_changed(self) -> None:
        self._counting_soon.start()
        self._show_line()

    # ------------------------------------------------------------------ words

    @Slot()
    def _show_line(self) -> None:
        failure = self._sources.failure(_PHOTO)
        photo, margins = self.expansion.photo, self.expansion.margins
        size = photo.ref.size if photo is not None else None
        if failure is not None:
            text = str(failure)
        elif size is None:
            text = ""
        else:
            text = " · ".join(
                part for part in (self.expansion.mode_text, factor_text(size, margins), self._sent) if part
            )
        self._line.setText(text)
        self._place_line()

    def _place_line(self) -> None:
        """Right under the frame, or at the view's lower edge where the frame reaches beyond it."""
        view, size = self.canvas.viewport, self.canvas.photo_size
        self._line.setVisible(view is not None and bool(self._line.text()))
        if view is None or size is None:
            return
        ratio = self.canvas.devicePixelRatioF()
        frame = self.expansion.margins.frame(size)
        box = view.box_to_view(Box(frame.x, frame.y, frame.width, frame.height))
        hint = self._line.sizeHint()
        width = min(hint.width() + 2, self.canvas.width() - 2 * _GAP)
        left = min(max(_GAP, round(box.x / ratio) - _Line.PADDING), self.canvas.width() - width - _GAP)
        under = round(box.bottom / ratio) + _GAP + _Line.PADDING
        top = max(0, min(under, self.canvas.height() - hint.height()))
        self._line.covers = top < under
        self._line.setGeometry(max(_GAP, left), top, width, hint.height())

    @Slot()
    def _view_moved(self) -> None:
        self._place_line()
        self._tell_readout()

    @Slot(object)
    def _hovered(self, at: tuple[float, float] | None) -> None:
        self._hover = at
        self._tell_readout()

    def _tell_readout(self) -> None:
        view = self.canvas.viewport
        if view is None or not self.isVisible():
            return
        parts = [tr("{percent} %", percent=f"{view.zoom * 100:.0f}" if view.zoom >= 0.1 else f"{view.zoom * 100:.1f}")]
        size, image = self.canvas.photo_size, self._sources.image(_PHOTO)
        if self._hover is not None and size is not None:
            x, y = math.floor(self._hover[0]), math.floor(self._hover[1])
            parts.append(tr("x {x}  y {y}", x=x, y=y))
            colour = Layer(image, Box(0, 0, size.width, size.height)).colour_at(x + 0.5, y + 0.5) if image else None
            if colour is not None:
                parts.append(tr("rgb {red} {green} {blue}", red=colour[0], green=colour[1], blue=colour[2]))
        self.readout_changed.emit("   ".join(parts))

    @Slot()
    def _tell_status(self) -> None:
        mask = self.expansion.mask
        if mask is None or not self.isVisible():
            return
        steps = trn("{count} step to undo", "{count} steps to undo", mask.undo_steps)
        if self._share is None:
            self.status_changed.emit(steps)
        else:
            percent = percent_text(self._share)
            self.status_changed.emit(f"{tr('Mask: {percent} % of the frame', percent=percent)} · {steps}")

    # ------------------------------------------------------------------ counting

    @Slot()
    def _count(self) -> None:
        """How much of the frame is generated, counted in a worker; what changes meanwhile is counted afterwards."""
        mask, margins = self.expansion.mask, self.expansion.margins
        if mask is None:
            return
        if self._counting:
            self._count_again = True
            return
        self._counting = True
        twin = mask.copy()

        def counted(share: float) -> None:
            self._counting = False
            if self.expansion.mask is mask:
                self._share = share
                self._tell_status()
            if self._count_again:
                self._count_again = False
                self._count()

        def failed(_failure: object) -> None:
            self._counting = False

        self._counters.submit(lambda: _coverage(twin, margins), counted, failed)

    # ------------------------------------------------------------------ the widget

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._want()
        self.actions_.set_shown(shown=True)
        self._counting_soon.start()
        self._show_line()
        self._tell_readout()
        self._tell_status()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.actions_.set_shown(shown=False)
        self.status_changed.emit("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_line()


class _Line(ElidedLabel):
    """Over the photo it brings its own ground along, or nobody could read it."""

    PADDING: Final = 6

    def __init__(self, text: str, parent: QWidget, mode: Qt.TextElideMode) -> None:
        super().__init__(text, parent, mode)
        self.covers = False
        self.setContentsMargins(self.PADDING, 2, self.PADDING, 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.covers:
            painter = QPainter(self)
            painter.fillRect(self.rect(), QColor(style.colours().stage))
            painter.end()
        super().paintEvent(event)


def _coverage(mask: MaskDocument, margins: Margins) -> float:
    """In the worker."""
    from overscan.imaging.background import step_back

    step_back()
    return mask.coverage(margins)


def factor_text(size: Size, margins: Margins) -> str:
    """How many times as wide and as high as the photo the frame is."""
    grown = margins.grow(size)
    across, down = f"{grown.width / size.width:.2f}", f"{grown.height / size.height:.2f}"
    return tr("{across} × {down} of the photo", across=across, down=down)


def percent_text(share: float) -> str:
    """A share in whole percent, but never 0 or 100 where that is not meant."""
    percent = share * 100
    if 0 < percent < 1:
        return tr("less than {percent}", percent=1)
    if 99 < percent < 100:
        return tr("more than {percent}", percent=99)
    return f"{percent:.0f}"
