"""The edit of one photo: its frame, its mask, and how far these have been kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from overscan.core.failures import Failure
from overscan.core.geometry import Margins, Size
from overscan.core.requests import MaskRef
from overscan.imaging.frame import Mode, margin_of, mode_of, shown_ratio

if TYPE_CHECKING:
    from overscan.imaging.mask_document import MaskDocument

FIRST_RATIO: Final = 0.25
"""What each side of a photo grows by until something else is set."""


class PhotoEdit:
    """The edit of one photo. ``version`` counts its changes; ``kept`` and ``prepared`` are those that the journal and
    the mask file are at, ``busy`` how many of these are being written."""

    def __init__(self, sha256: str, size: Size) -> None:
        self.sha256 = sha256
        self.size = size
        self.margins = Margins.from_ratios(
            size, top=FIRST_RATIO, bottom=FIRST_RATIO, left=FIRST_RATIO, right=FIRST_RATIO
        )
        self.mask: MaskDocument | None = None
        self.own = False
        self.loaded = False
        self.moved_from: Margins | None = None
        self.version = self.kept = 0
        self.prepared = -1
        self.busy = 0
        self.file: MaskRef | None = None
        self.failure: Failure | None = None

    @property
    def painted(self) -> bool:
        return self.mask is not None and self.mask.painted

    @property
    def mode(self) -> Mode:
        return mode_of(self.margins, self.size, painted=self.painted)

    @property
    def ready(self) -> bool:
        """Whether a plan can be made of it."""
        return self.loaded and self.moved_from is None and (not self.painted or self.prepared == self.version)

    @property
    def ratios(self) -> dict[str, float]:
        return shown_ratios(self.margins, self.size)


def shown_ratios(margins: Margins, size: Size) -> dict[str, float]:
    """The margins as ratios in as few digits as name the same pixels."""
    exact = margins.ratios(size)
    lengths = {"top": size.height, "bottom": size.height, "left": size.width, "right": size.width}
    short = {side: shown_ratio(round(ratio * lengths[side]), lengths[side]) for side, ratio in exact.items()}
    same = {side: margin_of(short[side], lengths[side]) == round(exact[side] * lengths[side]) for side in exact}
    return {side: short[side] if same[side] else exact[side] for side in exact}
