"""Masks that come from files and go to files; what is slow is done in a worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from overscan.core.failures import Failure, StorageProblem
from overscan.core.geometry import Margins, Size
from overscan.core.text import tr
from overscan.services.intake import IMAGE_EXTENSIONS
from overscan.ui.edit.expansion import Expansion
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.imaging.samples import Samples8


@dataclass(frozen=True, slots=True, eq=False)
class ReadMask:
    """An image that is to be a mask: its greys, and its alpha where something in it is transparent."""

    name: str
    luminance: Samples8
    alpha: Samples8 | None

    @property
    def size(self) -> Size:
        return Size(self.luminance.shape[1], self.luminance.shape[0])


class MaskFiles(QObject):
    """Import asks only what it cannot know: which channel, and how large, where the size is another one."""

    imported = Signal(object)
    """The changed ``Rect``, in photo coordinates."""
    exported = Signal(object)
    """The path that was written."""
    failed = Signal(object)
    """A :class:`Failure`."""

    def __init__(self, expansion: Expansion, window: QWidget) -> None:
        super().__init__(window)
        self._expansion = expansion
        self._window = window
        self._workers = Workers(self, threads=1)

    def close(self) -> None:
        """Wait for what is being read or written."""
        self._workers.close()

    def choose_import(self) -> None:
        dialog = self._dialog("import-mask-dialog", tr("Import a Mask"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        patterns = " ".join(f"*{extension}" for extension in sorted(IMAGE_EXTENSIONS))
        dialog.setNameFilters([tr("Images ({patterns})", patterns=patterns), tr("All files (*)")])
        dialog.fileSelected.connect(lambda name: self.take(Path(name)))
        dialog.open()

    def choose_export(self) -> None:
        photo = self._expansion.photo
        if photo is None:
            return
        dialog = self._dialog("export-mask-dialog", tr("Export the Mask"))
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([tr("PNG images (*.png)")])
        dialog.setDefaultSuffix("png")
        dialog.selectFile(f"{photo.ref.name}-mask.png")
        dialog.fileSelected.connect(lambda name: self.write(Path(name)))
        dialog.open()

    def take(self, path: Path) -> None:
        """Read ``path`` and make it the mask of the frame."""
        photo = self._expansion.photo
        self._workers.submit(lambda: _read(path), lambda read: self._ask(read, photo), self._tell)

    def write(self, path: Path) -> None:
        """Save the mask of the whole frame, only black and white, as a PNG; the dialog has asked about an old file."""
        mask, margins = self._expansion.mask, self._expansion.margins
        if mask is None:
            return
        twin = mask.copy()

        def work() -> Path:
            from overscan.imaging.mask import encode_mask

            _save(path, encode_mask(twin.levels(margins)))
            return path

        self._workers.submit(work, self.exported.emit, self._tell)

    def _tell(self, failure: Failure) -> None:
        self.failed.emit(failure)

    def _ask(self, read: ReadMask, photo: object) -> None:
        if self._expansion.photo is not photo or self._expansion.mask is None:
            return  # another photo has been chosen meanwhile
        size = self._expansion.mask.photo
        frame = self._expansion.margins.grow(size)
        fits = read.size in (size, frame)
        if fits and read.alpha is None:
            self._put(read.luminance, to_photo=read.size != frame)
            return
        dialog = ImportDialog(read, size, frame, self._window)
        dialog.accepted.connect(
            lambda: self._put(
                read.alpha if dialog.use_alpha and read.alpha is not None else read.luminance, to_photo=dialog.to_photo
            )
        )
        dialog.open()

    def _put(self, levels: Samples8, *, to_photo: bool) -> None:
        mask, margins = self._expansion.mask, self._expansion.margins
        if mask is None:
            return

        def done(fitted: Samples8) -> None:
            if self._expansion.mask is mask and self._expansion.margins == margins:
                self.imported.emit(mask.put(margins, fitted))

        self._workers.submit(lambda: fitted_levels(levels, mask.photo, margins, to_photo=to_photo), done, self._tell)

    def _dialog(self, name: str, title: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setObjectName(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog


class ImportDialog(QDialog):
    """Asks what to make of an image whose size is neither the frame's nor the photo's, or that has alpha."""

    def __init__(self, read: ReadMask, photo: Size, frame: Size, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mask-import")
        self.setWindowTitle(tr("Import a Mask"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 18, 20, 16)
        self._column.setSpacing(8)
        self._to_photo: QRadioButton | None = None
        self._alpha: QRadioButton | None = None
        self._fits_photo = read.size == photo and read.size != frame
        if read.size not in (photo, frame):
            self._line(
                tr("“{name}” has {size} pixels, the frame {frame}.", name=read.name, size=read.size, frame=frame)
            )
            group = QButtonGroup(self)
            self._choice(group, "to-frame", tr("Scale it to the frame, {size}", size=frame)).setChecked(True)
            self._to_photo = self._choice(group, "to-photo", tr("Scale it to the photo, {size}", size=photo))
        if read.alpha is not None:
            self._line(tr("Part of it is transparent. What says where to generate?"))
            group = QButtonGroup(self)
            self._alpha = self._choice(group, "by-alpha", tr("Its opacity: what is opaque is generated"))
            self._alpha.setChecked(True)
            self._choice(group, "by-luminance", tr("Its brightness: what is white is generated"))
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, parent=self
        )
        buttons.setObjectName("mask-import-buttons")
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText(tr("Import"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._column.addSpacing(6)
        self._column.addWidget(buttons)

    @property
    def to_photo(self) -> bool:
        """Whether it is laid over the photo alone; around it everything is generated."""
        return self._to_photo.isChecked() if self._to_photo is not None else self._fits_photo

    @property
    def use_alpha(self) -> bool:
        return self._alpha is not None and self._alpha.isChecked()

    def _line(self, text: str) -> None:
        label = QLabel(text, self, textFormat=Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        self._column.addWidget(label)

    def _choice(self, group: QButtonGroup, name: str, text: str) -> QRadioButton:
        button = QRadioButton(text, self)
        button.setObjectName(f"mask-import-{name}")
        button.setAccessibleName(text)
        group.addButton(button)
        self._column.addWidget(button)
        return button


def _read(path: Path) -> ReadMask:
    import cv2
    import numpy as np

    from overscan.imaging.decoding import decode, to_8_bit
    from overscan.imaging.formats import open_image
    from overscan.imaging.reading import photo_errors, read_bytes, refuse_too_large

    data = read_bytes(path, None)
    with photo_errors(path):
        with open_image(data) as image:
            refuse_too_large(path, image)
        samples = to_8_bit(decode(data).samples)
    channels = samples.shape[2]
    grey = cv2.cvtColor(samples[:, :, :3], cv2.COLOR_RGB2GRAY) if channels >= 3 else samples[:, :, 0]
    alpha = np.ascontiguousarray(samples[:, :, -1], np.uint8) if channels in (2, 4) else None
    transparent = alpha is not None and int(alpha.min()) < 255
    return ReadMask(path.name, np.ascontiguousarray(grey, np.uint8), alpha if transparent else None)


def fitted_levels(levels: Samples8, photo: Size, margins: Margins, *, to_photo: bool) -> Samples8:
    """``levels`` (H×W) at the frame's size: scaled to it, or to the photo with everything around it generated."""
    import cv2
    import numpy as np

    from overscan.imaging.mask import GENERATED

    frame = margins.grow(photo)
    size = photo if to_photo else frame
    shrinking = levels.shape[0] * levels.shape[1] > size.pixels
    how = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    if levels.shape != (size.height, size.width):
        levels = np.asarray(cv2.resize(levels, (size.width, size.height), interpolation=how), np.uint8)
    if not to_photo:
        return levels
    result = np.full((frame.height, frame.width), GENERATED, np.uint8)
    result[margins.top : margins.top + photo.height, margins.left : margins.left + photo.width] = levels
    return result


def _save(path: Path, data: bytes) -> None:
    from overscan.services.files import replace_file

    try:
        replace_file(path, data)
    except OSError as error:
        raise StorageProblem(
            tr("“{name}” could not be saved: {reason}.", name=path.name, reason=error.strerror or error),
            tr("Choose another folder, or free some space."),
        ) from error
