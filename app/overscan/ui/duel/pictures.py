"""The pictures of a duel's pairs, made equal in a thread of their own, the next pair's ahead of time."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, SignalInstance

from overscan.core.duel import Duel, Pairing
from overscan.core.failures import Failure
from overscan.core.geometry import Size
from overscan.ui.compare.painting import Layer
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.ui.duel.equalising import Round

MEMORY: Final = 1_200_000_000
"""Bytes of pictures that are kept besides those on show."""
_ORIGINAL: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """What a pair is judged by: three images of one size and one place, and the photo's size."""

    left: Layer
    right: Layer
    original: Layer
    photo: Size


class PictureMaker(QObject):
    """Both pictures of a pair come at once: which one took longer would tell something about them."""

    ready = Signal(int, object)
    """The pairing's number and its :class:`Pictures`."""
    failed = Signal(int, object)
    """The pairing's number and a :class:`Failure` that names no result."""
    closed = Signal()

    def __init__(self, duel: Duel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._duel = duel
        self._workers = Workers(self, threads=1)
        self._closed = False
        # All of this belongs to the one thread of the workers.
        self._rounds: dict[int, Round] = {}
        self._made: OrderedDict[tuple[int, int], Layer] = OrderedDict()
        self._sizes: dict[int, Size] = {}

    def want(self, pairing: Pairing) -> None:
        """Make a pair's pictures and tell; asked for before, they come at once."""
        number = pairing.number
        self._workers.submit(
            lambda: self._pictures(pairing),
            lambda pictures: self._tell(self.ready, number, pictures),
            lambda failure: self._tell(self.failed, number, failure),
            priority=1,
        )

    def _tell(self, signal: SignalInstance, number: int, what: Pictures | Failure) -> None:
        if not self._closed:
            signal.emit(number, what)

    def prepare(self, pairing: Pairing) -> None:
        """Make them ahead of time, and tell nobody."""

        def ignored(_: Pictures | Failure) -> None:
            """It is told when the pair's turn has come."""

        self._workers.submit(lambda: self._pictures(pairing), ignored, ignored)

    def retire(self) -> None:
        """Stop working soon, without waiting: nobody will ask again. Nothing more is told."""
        self._closed = True
        self._workers.submit(lambda: None, lambda _: self.close())

    def close(self) -> None:
        """Stop working, and wait until the thread has ended."""
        self._closed = True
        self._workers.close()
        self._rounds.clear()
        self._made.clear()
        self.closed.emit()

    # ------------------------------------------------------------------ in the thread

    def _pictures(self, pairing: Pairing) -> Pictures:
        from overscan.imaging.background import step_back

        step_back()  # the pool's thread may be a new one
        original = self._layer(pairing.photo, _ORIGINAL)
        left = self._layer(pairing.photo, pairing.left)
        right = self._layer(pairing.photo, pairing.right)
        return Pictures(left, right, original, self._sizes[pairing.photo])

    def _layer(self, photo: int, contender: int) -> Layer:
        key = (photo, contender)
        layer = self._made.get(key)
        if layer is None:
            pictures = self._round(photo)
            layer = pictures.original() if contender == _ORIGINAL else pictures.picture(self._within(photo, contender))
            self._made[key] = layer
            self._sizes[photo] = pictures.size
            while sum(held.image.bytes for held in self._made.values()) > MEMORY and len(self._made) > 1:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return layer

    def _round(self, photo: int) -> Round:
        from overscan.ui.duel.equalising import Round

        if photo not in self._rounds:
            self._rounds.clear()  # its pixels go; the pictures that were made of them stay as long as there is room
            mine = [each for each in self._duel.contenders if each.photo == photo]
            self._rounds[photo] = Round(self._duel.photos[photo], mine, lambda: self._closed)
        return self._rounds[photo]

    def _within(self, photo: int, contender: int) -> int:
        """A contender's place among those of its photo."""
        mine = [n for n, each in enumerate(self._duel.contenders) if each.photo == photo]
        return mine.index(contender)
