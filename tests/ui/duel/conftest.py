"""A photo, results of it that differ in everything a duel must hide, and the journal for their duel."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from overscan.core.duel import Contender, Duel, DuelPhoto, schedule
from overscan.engine.duels import Duels
from overscan.engine.journal import Journal
from overscan.ui.duel.duel_view import DuelView
from overscan.ui.duel.pictures import PictureMaker
from overscan.ui.duel.store import DuelStore
from tests.conftest import MakePhoto

WAIT_MS = 20_000
SECRETS = ("zeta-scale", "Zeta Enhancer", "omega-scale", "Omega Studio", "iota-scale", "Iota Local")


@dataclass(frozen=True)
class Made:
    photo: DuelPhoto
    contenders: tuple[Contender, ...]


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def made(make_photo: MakePhoto, tmp_path: Path) -> Made:
    """A photo of 320×240 and three results: a JPEG of twice the size, a PNG of four times, a WebP of three times."""
    path = make_photo("source.png")
    with Image.open(path) as opened:
        source = opened.convert("RGB")
    out = tmp_path / "out"
    out.mkdir()
    rows = (("zeta", "Zeta Enhancer", "jpg", 2), ("omega", "Omega Studio", "png", 4), ("iota", "Iota Local", "webp", 3))
    contenders = []
    for name, title, suffix, factor in rows:
        file = out / f"source-{name}-scale-1.{suffix}"
        source.resize((320 * factor, 240 * factor), Image.Resampling.BICUBIC).save(
            file, quality=90, compress_level=1, method=0
        )
        parameters = (("Factor", f"{factor}×"),)
        contenders.append(Contender(0, f"{name}-scale", title, parameters, str(file), sha256_of(file)))
    return Made(DuelPhoto(sha256_of(path), "source", str(path)), tuple(contenders))


@pytest.fixture
def journal_path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.db"


MakeDuel = Callable[..., Duel]


@pytest.fixture
def make_duel(made: Made, journal_path: Path) -> MakeDuel:
    """Journals a duel of the made photo's first results, by default of all three."""

    def make(count: int = 3, *, seed: int = 7, name: str = "d1", tags: Sequence[str] = ()) -> Duel:
        contenders = made.contenders[:count]
        duel = Duel(name, 1000.0, seed, (made.photo,), contenders, schedule(contenders, seed))
        journal = Journal(journal_path)
        Duels(journal).begin(duel, {made.photo.sha256: tags} if tags else {})
        journal.close()
        return duel

    return make


def read_duel(journal_path: Path, name: str = "d1") -> Duel:
    journal = Journal(journal_path)
    try:
        found = Duels(journal).get(name)
    finally:
        journal.close()
    assert found is not None
    return replace(found)


@pytest.fixture
def store(journal_path: Path, qapp: object) -> Iterator[DuelStore]:
    made = DuelStore(journal_path)
    yield made
    made.close()


MakeView = Callable[..., DuelView]


@pytest.fixture
def make_view(store: DuelStore, qtbot: QtBot) -> Iterator[MakeView]:
    """Shows the window of a duel and, if ``ready``, waits for the first pair's pictures."""
    makers: list[PictureMaker] = []

    def make(duel: Duel, *, ready: bool = True) -> DuelView:
        maker = PictureMaker(duel)
        makers.append(maker)
        view = DuelView(duel, store, maker)
        qtbot.addWidget(view)
        view.resize(900, 600)
        view.show()
        if ready:
            qtbot.waitUntil(lambda: view.pair_on_show is not None, timeout=WAIT_MS)
        return view

    yield make
    for maker in makers:
        maker.close()
