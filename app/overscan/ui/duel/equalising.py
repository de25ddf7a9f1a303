"""Making the results of one photo alike in all but what a person is to judge. Heavy: for workers only.

Every result of a round is brought to one place, one size and one kind of pixels: the part of the photo plane that all
of them cover, at the size that the coarsest of them has there, without transparency. They are shown from these pixels
only, so neither size nor format, file name nor metadata tell one from another.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import cv2
import numpy as np

from overscan.core.duel import Contender, DuelPhoto
from overscan.core.failures import PhotoError
from overscan.core.geometry import Margins, Rect, Size
from overscan.core.text import tr
from overscan.imaging.aligning import Axis
from overscan.imaging.locating import locate
from overscan.imaging.photo import Pixels, load_pixels
from overscan.imaging.reduce import reduce_to
from overscan.imaging.samples import Samples8
from overscan.imaging.work import stop_if
from overscan.ui.compare.kept import ContentHashes
from overscan.ui.compare.painting import Layer
from overscan.ui.compare.viewport import Box
from overscan.ui.image_levels import levels_from

GROUND: Final = 128
"""The grey behind what is transparent: a result that has lost its alpha is not given away by a pattern."""
MEMORY: Final = 700_000_000
"""Bytes of decoded pixels that a round keeps, so that few files are decoded twice."""
_SAME: Final = 1e-3  # pixels by which a place may differ from a whole one and still be taken for it
_BAND_ROWS: Final = 512
_UNMOVED: Final = Axis(1.0, 0.0)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a result lies: photo coordinates to its own pixels."""

    x: Axis
    y: Axis
    size: Size

    @property
    def box(self) -> Box:
        """The rectangle of the photo plane that it covers."""
        return Box(
            -self.x.offset / self.x.scale,
            -self.y.offset / self.y.scale,
            self.size.width / self.x.scale,
            self.size.height / self.y.scale,
        )


@dataclass(frozen=True, slots=True)
class Common:
    """What all results of a round cover of the photo plane, and the size at which all of them are shown."""

    region: Box
    size: Size


class Round:
    """The pictures of one photo. To be used from one thread at a time.

    What goes wrong is told without any name of a file or a service. Raises
    :class:`~overscan.core.failures.PhotoError` from every method, and ``Cancelled``.
    """

    def __init__(self, photo: DuelPhoto, contenders: Sequence[Contender], cancelled: Callable[[], bool]) -> None:
        self._photo = photo
        self._contenders = contenders
        self._cancelled = cancelled
        self._hashes = ContentHashes()
        self._decoded: dict[int, Samples8] = {}
        self._places: list[Place] = []
        self._common: Common | None = None
        self._size = Size(1, 1)

    @property
    def size(self) -> Size:
        """The photo's, once anything was asked for."""
        return self._size

    def original(self) -> Layer:
        """The photo, made equal to its results."""
        common = self._prepared()
        samples = self._load(Path(self._photo.path), self._photo.sha256)
        return _layer(equalised(samples, Place(_UNMOVED, _UNMOVED, self._size), common), common)

    def picture(self, n: int) -> Layer:
        """Contender ``n`` of the round."""
        common = self._prepared()
        samples = self._decoded.pop(n, None)
        if samples is None:
            samples = self._open(n)
        return _layer(equalised(samples, self._places[n], common), common)

    def _prepared(self) -> Common:
        if self._common is None:
            original = self._load(Path(self._photo.path), self._photo.sha256)
            self._size = _size(original)
            places, kept = [], 0
            for n, contender in enumerate(self._contenders):
                stop_if(self._cancelled)
                samples = self._open(n)
                places.append(place_of(original, samples, contender.frame))
                if kept + samples.nbytes <= MEMORY:
                    self._decoded[n] = samples
                    kept += samples.nbytes
            self._places, self._common = places, common_of(places)
        return self._common

    def _open(self, n: int) -> Samples8:
        return self._load(Path(self._contenders[n].path), self._contenders[n].sha256)

    def _load(self, path: Path, sha256: str) -> Samples8:
        """The pixels of a file that still has the content that it had when the duel began."""
        stop_if(self._cancelled)
        try:
            if self._hashes.of(path) == sha256:
                return load_pixels(path).data
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, its words may name the file
            _log.warning("a picture of a blind duel cannot be read: %s", type(error).__name__)
            raise _unreadable() from None
        raise _unreadable()


def place_of(original: Samples8, result: Samples8, frame: Rect | None) -> Place:
    """Where ``result`` lies: as measured where it drifts from what its size tells, else as that."""
    photo, size = _size(original), _size(result)
    located = locate(original, result, _margins(photo, frame))
    if located.measured and located.drifts and located.x.scale > 0 and located.y.scale > 0:
        return Place(located.x, located.y, size)
    # What is right already is not moved by the error of the measurement: that would only blur it.
    return Place(located.expected_x, located.expected_y, size)


def common_of(places: Sequence[Place]) -> Common:
    """What all places cover, and the size that the coarsest has there. Raises ``PhotoError`` where that is nothing."""
    region: Box | None = places[0].box
    for place in places[1:]:
        region = region.intersected(place.box) if region is not None else None
    if region is None:
        raise PhotoError(
            tr("The results of this photo do not show the same place."), tr("Skip its pairs, or end the duel early.")
        )
    across, down = min(place.x.scale for place in places), min(place.y.scale for place in places)
    return Common(region, Size(max(1, round(region.width * across)), max(1, round(region.height * down))))


def equalised(samples: Samples8, place: Place, common: Common) -> Samples8:
    """``samples`` (H×W×3, or 4 with straight alpha), which lie at ``place``, as the common picture: H×W×3.

    Made smaller by area averages; moved by fractions of a pixel by Lanczos interpolation; enlarged, which only an
    original is, by bicubic interpolation.
    """
    left, right = place.x.at(common.region.x), place.x.at(common.region.right)
    top, bottom = place.y.at(common.region.y), place.y.at(common.region.bottom)
    wanted, own = common.size, _size(samples)
    flat = _flattened(samples)
    edges = (left, right, top, bottom)
    if all(abs(edge - round(edge)) < _SAME for edge in edges):
        cut = flat[max(0, round(top)) : round(bottom), max(0, round(left)) : round(right)]
        if cut.shape[1] >= wanted.width and cut.shape[0] >= wanted.height:
            return np.ascontiguousarray(reduce_to(cut, wanted), np.uint8)
    # First the whole at about the wanted scale, then its exact place.
    across, down = wanted.width / (right - left), wanted.height / (bottom - top)
    if across < 1 or down < 1:
        near = Size(max(1, round(own.width * min(1.0, across))), max(1, round(own.height * min(1.0, down))))
        flat = np.ascontiguousarray(reduce_to(flat, near), np.uint8)
        left, right = left * near.width / own.width, right * near.width / own.width
        top, bottom = top * near.height / own.height, bottom * near.height / own.height
    step_x, step_y = (right - left) / wanted.width, (bottom - top) / wanted.height
    # Both count pixels from their middles.
    matrix = np.array([[step_x, 0, left + step_x / 2 - 0.5], [0, step_y, top + step_y / 2 - 0.5]])
    enlarges = step_x < 0.999 or step_y < 0.999
    filter_ = cv2.INTER_CUBIC if enlarges else cv2.INTER_LANCZOS4
    moved = cv2.warpAffine(
        flat,
        matrix,
        (wanted.width, wanted.height),
        flags=filter_ | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return cast(Samples8, moved)


def _flattened(samples: Samples8) -> Samples8:
    """Without transparency: over the same grey for all."""
    if samples.shape[2] == 3:
        return samples
    flat = np.empty((*samples.shape[:2], 3), np.uint8)
    for top in range(0, samples.shape[0], _BAND_ROWS):
        band = samples[top : top + _BAND_ROWS].astype(np.uint16)
        alpha = band[:, :, 3:]
        flat[top : top + _BAND_ROWS] = (band[:, :, :3] * alpha + GROUND * (255 - alpha) + 127) // 255
    return flat


def _layer(samples: Samples8, common: Common) -> Layer:
    return Layer(levels_from(Pixels(np.ascontiguousarray(samples), has_alpha=False)), common.region)


def _margins(photo: Size, frame: Rect | None) -> Margins | None:
    if frame is None:
        return None
    sides = (-frame.y, frame.bottom - photo.height, -frame.x, frame.right - photo.width)
    return Margins(*sides) if min(sides) >= 0 else None


def _size(samples: Samples8) -> Size:
    return Size(samples.shape[1], samples.shape[0])


def _unreadable() -> PhotoError:
    return PhotoError(
        tr("A picture of this pair cannot be read, or has changed since the duel began."),
        tr("Skip the pair, or put the file back and open the duel again."),
    )
