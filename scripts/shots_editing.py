"""The pictures of the Edit page: the frame dragged, a part painted, and the built-in expansion's styles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from scripts.shots_comparing import Sitting


def editing(sitting: Sitting, folder: Path, size: tuple[int, int], small: tuple[int, int]) -> None:
    """Lead the window through the Edit page and back; all that was set and opened is taken back."""
    from overscan.core.providers import Operation

    sitting.desk.panel.set_operation(Operation.EXPAND)
    _frame_and_mask(sitting, size, small)
    _styles(sitting, folder, size, small)
    sitting.desk.panel.set_operation(Operation.ENHANCE)
    sitting.settle()


def _frame_and_mask(sitting: Sitting, window: tuple[int, int], small: tuple[int, int]) -> None:
    """The frame dragged by a corner, then a part of the photo painted."""
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QWidget

    from overscan.core.geometry import Margins
    from overscan.ui.edit.tools import Tool

    editor, expansion = sitting.desk.editor, sitting.desk.session.expansion
    _rest(sitting)
    size = editor.canvas.photo_size
    corner = editor.canvas.findChild(QWidget, "handle-bottom-right")
    if size is None or corner is None:
        raise RuntimeError("the editor has no photo or no handles")
    before = expansion.margins
    wide = Margins.from_ratios(size, top=0.23, bottom=0.19, left=0.2, right=0.13)
    expansion.set_margins(wide, settled=True)
    _rest(sitting)
    corner.setFocus(Qt.FocusReason.TabFocusReason)
    sitting.shoot("edit-frame")
    editor.tools.choose(Tool.BRUSH)
    editor.tools.set_radius(size.width * 0.04)
    view = editor.canvas.viewport
    if view is None:
        raise RuntimeError("the editor shows nothing")
    places = [(0.97, 0.62), (0.9, 0.66), (0.86, 0.76), (0.84, 0.86)]
    ratio = editor.canvas.devicePixelRatioF()
    spots = [view.to_view(x * size.width, y * size.height) for x, y in places]
    left, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    points = [QPoint(round(x / ratio), round(y / ratio)) for x, y in spots]
    QTest.mousePress(editor.canvas, left, plain, points[0])
    for point in points[1:]:
        QTest.mouseMove(editor.canvas, point)
    QTest.mouseRelease(editor.canvas, left, plain, points[-1])
    sitting.settle()
    sitting.shoot("edit-mask")
    sitting.window.resize(*small)
    _rest(sitting)
    sitting.shoot("edit-small")
    sitting.window.resize(*window)
    expansion.undo()
    expansion.set_margins(before, settled=True)
    editor.tools.choose(Tool.MOVE)


def _styles(sitting: Sitting, folder: Path, window: tuple[int, int], small: tuple[int, int]) -> None:
    """A street, for which the blurred frame is proposed; then that frame on the stage, with a part of it kept blank."""
    from PySide6.QtWidgets import QPushButton

    from overscan.core.geometry import Rect
    from overscan.ui.edit.style_hint import StyleHint

    desk = sitting.desk
    panel, expansion = desk.panel, desk.session.expansion
    photo = draw_street(folder)
    photos = desk.session.photos
    count = photos.rowCount()
    desk.files.take([photo])
    sitting.wait(lambda: photos.rowCount() == count + 1 and not desk.session.opener.busy)
    desk.tray.select_row(count)
    hint = panel.findChild(StyleHint, "style-hint")
    if hint is None:
        raise RuntimeError("the built-in expansion has no hint")
    sitting.wait(lambda: not hint.isHidden())
    _rest(sitting)
    _show(sitting, hint)
    sitting.shoot("edit-hint")
    sitting.window.resize(*small)
    _rest(sitting)
    _show(sitting, hint)
    sitting.shoot("edit-hint-small")
    sitting.window.resize(*window)
    take = hint.findChild(QPushButton, "use-blurred-frame")
    if take is None:
        raise RuntimeError("the hint cannot be taken")
    take.click()
    _rest(sitting)
    _show(sitting, panel.form("local-expand"))
    sitting.shoot("edit-blur")
    mask, size = expansion.mask, desk.editor.canvas.photo_size
    if mask is None or size is None:
        raise RuntimeError("the street has no mask")
    desk.editor.tools.set_opacity(0.15)
    expansion.touched(mask.paint_rectangle(Rect(-size.width, -size.height, size.width * 3, size.height), add=False))
    expansion.settled()
    _rest(sitting)
    sitting.shoot("edit-blur-mask")
    desk.editor.tools.set_opacity(0.4)
    panel.form("local-expand").reset()
    desk.tray.select_row(count)
    desk.tray.remove_selected()
    desk.tray.select_row(0)
    sitting.settle()


def draw_street(folder: Path) -> Path:
    """A photo whose lines run into its edge, under a long name."""
    import numpy as np
    from PIL import Image

    from scripts.sample_street import street

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "老街 the street behind the station, before the rain.png"
    Image.fromarray((street() * 255).round().astype(np.uint8)).save(path)
    return path


def _rest(sitting: Sitting) -> None:
    """Until the stage shows the preview of how everything is now."""
    from overscan.core.providers import Operation

    desk = sitting.desk
    canvas, expansion = desk.editor.canvas, desk.session.expansion
    assert desk.panel.operation is Operation.EXPAND  # noqa: S101
    sitting.wait(lambda: desk.editor.isVisible() and expansion.mask is not None and canvas.surface.photo is not None)
    sitting.settle()
    sitting.wait(lambda: not canvas.settling and canvas.surface.preview is not None)
    sitting.settle()


def _show(sitting: Sitting, widget: QWidget) -> None:
    """Scroll the panel until all of ``widget`` is seen."""
    from PySide6.QtWidgets import QScrollArea

    scroll = sitting.desk.panel.findChild(QScrollArea, "task-scroll")
    if scroll is None:
        raise RuntimeError("the panel has no scroll area")
    scroll.ensureWidgetVisible(widget, 0, 12)
