"""Why a result's colours differ: a profile that was dropped, colours that were changed, or neither.

Told by wide shades, the mean colours of squares of 32×32 original pixels: sharpening and noise reduction move single
pixels a long way and these hardly at all. 2.3 is the just noticeable difference in CIELAB of M. Mahy, L. Van Eycken,
A. Oosterlinck, Evaluation of uniform color spaces developed after the adoption of CIELAB and CIELUV, Color Research
and Application 19(2), 1994.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np

from overscan.imaging.aligning import Floats
from overscan.imaging.colour_difference import ciede2000

SQUARE: Final = 32
NOTICEABLE: Final = 2.3
_LOSS: Final = 1.0
"""Mean CIEDE2000 between a photo's colours and its own values from which on the loss of its profile can be told."""
_CLEARLY: Final = 0.5


class ColourCause(StrEnum):
    NONE = "none"
    PROFILE_LOST = "profile lost"
    """The result has the original's values and not its colours: the ICC profile was dropped on the way."""
    CHANGED = "changed"


def colour_cause(original: Floats, result: Floats, unmanaged: Floats | None = None) -> ColourCause:
    """Read off the wide shades, N×3 in CIELAB, of all three; ``unmanaged`` with the original's profile ignored."""
    drift = ciede2000(original, result)
    if unmanaged is not None:
        managed, own = float(drift.mean()), float(ciede2000(unmanaged, result).mean())
        if managed > _LOSS and own < _CLEARLY * managed:
            return ColourCause.PROFILE_LOST
    return ColourCause.CHANGED if float(np.percentile(drift, 95)) > NOTICEABLE else ColourCause.NONE
