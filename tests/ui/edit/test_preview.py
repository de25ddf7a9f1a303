"""What is shown of the new area, beside what a run makes of it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from overscan.core.failures import Cancelled
from overscan.core.geometry import Margins, Rect, Size
from overscan.core.providers import Operation
from overscan.imaging.expanding import Style, expand
from overscan.imaging.mask_document import MaskDocument
from overscan.imaging.new_area import NewArea
from overscan.imaging.samples import Samples8
from overscan.ui.edit.continuation import Continuation, Look, Wanted, continued
from overscan.ui.edit.tools import Tool
from overscan.ui.main_window import MainWindow
from tests.conftest import MakePhoto
from tests.ui.conftest import MakeWindow, child
from tests.ui.edit.conftest import WAIT_MS, Hand

SIZE = Size(1200, 900)
AROUND = Margins(top=90, bottom=225, left=360, right=180)


@pytest.fixture(scope="module")
def photo() -> Samples8:
    """Wide shades, waves and a hard edge, 1200×900."""
    y, x = np.mgrid[0 : SIZE.height, 0 : SIZE.width]
    waves = 127 + 100 * np.sin(x / 40) * np.cos(y / 60)
    picture = np.stack([x * (255 / SIZE.width), y * (255 / SIZE.height), waves], axis=-1)
    picture[600:, 700:] = (40, 200, 90)
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def level_of(photo: Samples8) -> QImage:
    """As the window keeps its photos."""
    if photo.shape[2] == 4:
        weighed = cv2.cvtColor(photo, cv2.COLOR_RGBA2mRGBA)[:, :, [2, 1, 0, 3]].tobytes()
        form = QImage.Format.Format_ARGB32_Premultiplied
    else:
        weighed = np.dstack([photo[:, :, ::-1], np.full(photo.shape[:2], 255, np.uint8)]).tobytes()
        form = QImage.Format.Format_RGB32
    return QImage(weighed, photo.shape[1], photo.shape[0], photo.shape[1] * 4, form).copy()


def made(
    photo: Samples8, look: Look, *, zoom: float = 0.5, quick: bool = False, mask: MaskDocument | None = None
) -> Continuation:
    wanted = Wanted(level_of(photo), SIZE, AROUND, zoom, quick, look, mask)
    return continued(wanted, lambda: False)


def samples_of(image: QImage) -> Samples8:
    bgra = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return np.asarray(bgra[:, :, [2, 1, 0, 3]], np.uint8)


def differences(preview: Continuation, final: Samples8) -> npt.NDArray[np.float64]:
    """The mean absolute difference of each pixel of the new area from the reduced result, in levels of 255."""
    scale = preview.image.width() / preview.place.width
    grown = AROUND.grow(SIZE)
    reduced = cv2.resize(
        final, (round(grown.width * scale), round(grown.height * scale)), interpolation=cv2.INTER_AREA
    ).astype(np.float64)
    left, top = round((-AROUND.left - preview.place.x) * scale), round((-AROUND.top - preview.place.y) * scale)
    seen = samples_of(preview.image)[top:, left:, :3].astype(np.float64)
    height, width = min(len(seen), len(reduced)), min(seen.shape[1], reduced.shape[1])
    outside = np.ones((height, width), bool)
    rows = slice(int(AROUND.top * scale) - 1, int((AROUND.top + SIZE.height) * scale) + 2)
    columns = slice(int(AROUND.left * scale) - 1, int((AROUND.left + SIZE.width) * scale) + 2)
    outside[rows, columns] = False
    apart = np.abs(seen[:height, :width] - reduced[:height, :width, :3]).mean(axis=2)
    return np.asarray(apart[outside], np.float64)


def final_of(photo: Samples8, style: Style, mask: Samples8 | None = None) -> Samples8:
    area = NewArea(SIZE, AROUND, mask)
    return np.asarray(expand(photo, area, style, "", lambda share: None, lambda: False).samples, np.uint8)


@pytest.mark.parametrize(("zoom", "quick"), [(0.75, False), (0.3, False), (0.75, True)])
def test_the_blurred_frame_is_shown_as_a_run_makes_it(photo: Samples8, zoom: float, quick: bool) -> None:
    apart = differences(made(photo, Look.BLUR, zoom=zoom, quick=quick), final_of(photo, Style.BLUR))
    assert apart.mean() < 0.8
    assert np.percentile(apart, 99) < 4


def test_the_mirror_is_shown_about_as_a_run_makes_it(photo: Samples8) -> None:
    # How far it blurs goes by pixels, so a small one is a little sharper.
    mirror = made(photo, Look.MIRROR)
    assert differences(mirror, final_of(photo, Style.MIRROR)).mean() < 6
    assert differences(mirror, final_of(photo, Style.BLUR)).mean() > 12


def test_what_takes_too_long_is_stood_in_for_by_the_mirror(photo: Samples8) -> None:
    assert made(photo, Look.STAND_IN).image == made(photo, Look.MIRROR).image


@pytest.mark.parametrize("look", [Look.BLUR, Look.STAND_IN])
def test_a_quick_preview_reaches_beyond_the_frame(photo: Samples8, look: Look) -> None:
    place = made(photo, look, quick=True).place
    assert place.x < -AROUND.left - 100
    assert place.y < -AROUND.top - 100
    assert place.right > SIZE.width + AROUND.right + 100
    assert place.bottom > SIZE.height + AROUND.bottom + 100


@pytest.mark.parametrize(("look", "style"), [(Look.BLUR, Style.BLUR), (Look.MIRROR, Style.MIRROR)])
def test_what_the_mask_keeps_of_the_new_area_is_blank(photo: Samples8, look: Look, style: Style) -> None:
    mask = MaskDocument(SIZE)
    mask.paint_rectangle(Rect(-360, -90, 300, 400), add=False)
    mask.paint_rectangle(Rect(500, 300, 200, 200), add=True)
    final = final_of(photo, style, mask.levels(AROUND))
    preview = made(photo, look, mask=mask)
    seen = samples_of(preview.image)
    assert (seen[:195, :145, :3] == 255).all()
    assert (seen[210:, :145, :3] < 255).any(axis=2).all()
    apart = differences(preview, final)
    assert apart.mean() < (0.8 if look is Look.BLUR else 6)
    # A hole in the photo is the overlay's to show.
    plain = samples_of(made(photo, look).image)
    assert np.array_equal(seen[:, 180:], plain[:, 180:])


def test_blank_is_transparent_where_the_photo_can_be(photo: Samples8) -> None:
    alpha = np.full((*photo.shape[:2], 1), 200, np.uint8)
    mask = MaskDocument(SIZE)
    mask.paint_rectangle(Rect(-360, -90, 300, 400), add=False)
    seen = samples_of(made(np.concatenate([photo, alpha], axis=2), Look.BLUR, mask=mask).image)
    assert (seen[:195, :145] == 0).all()
    assert (seen[210:, :145, 3] == 255).all()


def test_an_outdated_one_is_given_up(photo: Samples8) -> None:
    for look in (Look.BLUR, Look.MIRROR):
        wanted = Wanted(level_of(photo), SIZE, AROUND, 0.5, quick=False, look=look)
        with pytest.raises(Cancelled):
            continued(wanted, lambda: True)


# ---------------------------------------------------------------------- in the window


@pytest.fixture
def window(make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot) -> MainWindow:
    """With one photo whose expansion is being edited by the built-in engine."""
    window = make_window([make_photo(size=(400, 300))])
    desk = window.desk
    desk.panel.set_operation(Operation.EXPAND)
    desk.panel.card("local-expand").set_ticked(True)
    qtbot.waitUntil(lambda: desk.editor.isVisible() and desk.session.expansion.mask is not None, timeout=WAIT_MS)
    rests_on(window, qtbot, Look.STAND_IN)
    return window


def rests_on(window: MainWindow, qtbot: QtBot, look: Look) -> None:
    canvas, expansion = window.desk.editor.canvas, window.desk.session.expansion

    def rests() -> bool:
        shown = canvas.surface.preview
        of_now = shown is not None and shown.look is look and shown.margins == expansion.margins
        return of_now and not canvas.settling

    qtbot.waitUntil(rests, timeout=WAIT_MS)


def words(window: MainWindow) -> str:
    return child(window, QLabel, "frame-mode").text()


def test_the_preview_follows_the_style(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.desk.panel
    assert "only a preview" in words(window)
    form = panel.form("local-expand")
    form.set_values({"style": "blur"})
    rests_on(window, qtbot, Look.BLUR)
    assert "about what Built-in expansion makes" in words(window)
    form.set_values({"style": "mirror"})
    rests_on(window, qtbot, Look.MIRROR)
    assert "about what Built-in expansion makes" in words(window)
    form.set_values({"style": "model"})
    rests_on(window, qtbot, Look.STAND_IN)
    assert "only a preview" in words(window)


def test_a_style_that_is_not_run_is_not_shown(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.desk.panel
    panel.form("local-expand").set_values({"style": "blur"})
    rests_on(window, qtbot, Look.BLUR)
    panel.card("local-expand").set_ticked(False)
    rests_on(window, qtbot, Look.STAND_IN)


def test_the_look_of_the_frame_goes_along_with_it(window: MainWindow, qtbot: QtBot) -> None:
    window.desk.panel.form("local-expand").set_values({"style": "blur"})
    rests_on(window, qtbot, Look.BLUR)
    window.desk.session.expansion.set_margins(Margins(top=10, bottom=20, left=300, right=40), settled=True)
    rests_on(window, qtbot, Look.BLUR)


def test_a_stroke_outside_the_photo_is_blank_once_the_hand_is_off(window: MainWindow, qtbot: QtBot) -> None:
    hand = Hand(window.desk.editor)
    hand.editor.tools.set_opacity(0)
    hand.editor.tools.choose(Tool.RECTANGLE)
    hand.editor.tools.set_adding(adding=False)
    assert hand.shown(-50, 20).lightness() < 250
    hand.stroke((-90, -60), (-40, 0), (-10, 100))
    qtbot.waitUntil(lambda: hand.shown(-50, 20).lightness() == 255, timeout=WAIT_MS)
    assert hand.shown(-50, 200).lightness() < 250
    window.desk.session.expansion.undo()
    qtbot.waitUntil(lambda: hand.shown(-50, 20).lightness() < 250, timeout=WAIT_MS)


def test_a_stroke_within_the_photo_asks_for_no_preview(window: MainWindow, qtbot: QtBot) -> None:
    hand = Hand(window.desk.editor)
    shown = hand.canvas.surface.preview
    hand.editor.tools.choose(Tool.BRUSH)
    hand.stroke((200, 150), (220, 160))
    assert hand.mask.painted
    assert not hand.canvas.settling
    assert hand.canvas.surface.preview is shown
