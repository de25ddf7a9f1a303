"""What the overlay shows against the mask's own levels."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from overscan.core.geometry import Rect, Size
from overscan.imaging.mask_document import MaskDocument
from overscan.imaging.samples import Samples8
from overscan.ui.compare.viewport import Box, Viewport
from overscan.ui.edit.overlay import Overlay

PHOTO = Size(301, 203)
BOUNDS = Box(-60, -50, 430, 300)


def view_at(zoom: float) -> Viewport:
    return Viewport.fitted_to(BOUNDS, 240, 180).zoomed(zoom).aligned()


def shown(overlay: Overlay) -> Samples8:
    """The alpha of each device pixel."""
    image = overlay.image
    assert image.format() is QImage.Format.Format_ARGB32_Premultiplied
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:, :, 3].copy()


def overlay_of(mask: MaskDocument, zoom: float) -> Overlay:
    overlay = Overlay()
    overlay.set_look(QColor("white"), 1.0)
    overlay.show(mask, view_at(zoom))
    return overlay


@pytest.mark.parametrize("zoom", [0.21, 0.34, 0.5, 1.0, 1.3, 2.0, 5.0])
def test_a_mask_that_is_untouched_is_drawn_as_if_it_had_been_read(zoom: float) -> None:
    untouched, painted = MaskDocument(PHOTO), MaskDocument(PHOTO)
    painted.paint_rectangle(Rect(-3000, -3000, 5, 5), add=False)  # far away, so that the rest is read
    assert painted.painted
    difference = shown(overlay_of(untouched, zoom)).astype(int) - shown(overlay_of(painted, zoom))
    assert np.abs(difference).max() <= 1


def test_at_100_percent_each_pixel_has_its_level() -> None:
    mask = MaskDocument(PHOTO)
    mask.paint_ellipse(Rect(40, 30, 101, 77), add=True)
    view = view_at(1.0)
    overlay = overlay_of(mask, 1.0)
    x, y = (round(value) for value in view.to_photo(0, 0))
    assert (shown(overlay) == mask.read(Rect(x, y, overlay.image.width(), overlay.image.height()))).all()


@pytest.mark.parametrize("zoom", [0.21, 0.5, 1.0, 2.7])
def test_only_what_was_touched_is_drawn_anew(zoom: float) -> None:
    mask = MaskDocument(PHOTO)
    overlay = overlay_of(mask, zoom)
    before = shown(overlay)
    dirty = mask.paint_rectangle(Rect(100, 80, 40, 30), add=True)
    assert dirty is not None
    area = overlay.touch(mask, view_at(zoom), dirty)
    rows, columns = np.nonzero(shown(overlay) != before)
    assert len(rows) > 0
    assert area.contains(int(columns.min()), int(rows.min()))
    assert area.contains(int(columns.max()), int(rows.max()))
    assert np.abs(shown(overlay).astype(int) - shown(overlay_of(mask, zoom))).max() <= 1


def test_what_is_out_of_view_changes_nothing() -> None:
    mask = MaskDocument(PHOTO)
    overlay = overlay_of(mask, 5.0)
    dirty = mask.paint_rectangle(Rect(-5000, -5000, 40, 30), add=False)
    assert dirty is not None
    assert overlay.touch(mask, view_at(5.0), dirty).isEmpty()


def test_colour_and_opacity_are_premultiplied() -> None:
    overlay = Overlay()
    overlay.set_look(QColor(200, 100, 0), 0.5)
    overlay.show(MaskDocument(PHOTO), view_at(1.0).panned(400, 400).aligned())
    colour = overlay.image.pixelColor(0, 0)
    assert colour.alpha() == 128
    assert (colour.red(), colour.green(), colour.blue()) == pytest.approx((200, 100, 0), abs=2)
