"""How an expansion is planned: each photo goes by its own frame and mask, whatever the providers call them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from overscan.core.parameters import SIDES, Value, by_role
from overscan.core.plan import Choice, Fit
from overscan.core.requests import Canvas, Photo

if TYPE_CHECKING:
    from overscan.ui.edit.expansion import Expansion


def by_frames(expansion: Expansion) -> Fit:
    """Photos with their frames, for an ``expansion`` that is not waiting for any of them.

    In four-side mode the frame is the provider's four sides; one that has none fills a canvas in either mode.
    """

    def fit(photo: Photo, choice: Choice) -> tuple[Photo, Choice]:
        canvas, margins = expansion.canvas_of(photo), expansion.margins_of(photo)
        info = choice.provider.info
        sides = by_role(info.parameters)
        has_sides = sides.keys() >= SIDES
        if canvas is None and has_sides:
            ratios = expansion.ratios_of(photo)
            values: dict[str, Value] = {sides[role].name: ratios[role.value] for role in sorted(SIDES)}
            return replace(photo, canvas=None), replace(choice, parameters={**choice.parameters, **values})
        if canvas is None and margins is not None and info.takes_frame:
            canvas = Canvas(frame=margins)
        return replace(photo, canvas=canvas), choice

    return fit
