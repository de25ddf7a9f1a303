"""What the panes say of results: what differs, where they lie, and what their files lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from overscan.core.geometry import Size
from overscan.ui.compare.contents import ORIGINAL, Contents, differing_parameters, result_key
from overscan.ui.compare.items import OriginalItem, ResultItem
from overscan.ui.compare.pane import PaneContent
from overscan.ui.compare.registrations import Registrations
from overscan.ui.compare.sources import Sources
from overscan.ui.images import ImageLoader
from overscan.ui.workers import Workers
from tests.ui.compare.pictures import PHOTO, moved, saved, textured

WAIT_MS = 20_000


class Stage:
    """A stage without widgets: items in, contents out."""

    def __init__(self, qtbot: QtBot, loader: ImageLoader, workers: Workers) -> None:
        self.qtbot = qtbot
        self.sources = Sources(loader)
        self.registrations = Registrations(workers)
        self.contents = Contents(self.sources, self.registrations)

    def show(self, original: OriginalItem, *items: ResultItem) -> None:
        """Until everything is decoded, measured and looked at."""
        self.contents.original, self.contents.results = original, items
        paths = {result_key(item): item.path for item in items if item.path is not None}
        self.sources.want({ORIGINAL: original.path, **paths})
        keys = [ORIGINAL, *paths]
        self.qtbot.waitUntil(lambda: all(self.there(key) for key in keys), timeout=WAIT_MS)
        self.contents.all()
        self.qtbot.waitUntil(lambda: not self.registrations.busy and self.all_lengths(), timeout=WAIT_MS)

    def there(self, key: str) -> bool:
        image = self.sources.image(key)
        return self.sources.failure(key) is not None or (image is not None and image.complete)

    def all_lengths(self) -> bool:
        shown = [content for content in self.contents.all()[1:] if content.layer is not None]
        return all(any(fact.endswith(("KB", "MB")) for fact in content.facts) for content in shown)

    def result(self, n: int = 1) -> PaneContent:
        return self.contents.all()[n]


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    loader, workers = ImageLoader(), Workers(threads=1)
    yield Stage(qtbot, loader, workers)
    workers.close()
    loader.close()


@pytest.fixture
def original(tmp_path: Path) -> OriginalItem:
    return OriginalItem("photo", saved(tmp_path / "photo.png", textured(PHOTO)), "photo.png", PHOTO)


def test_only_parameters_that_differ_are_said() -> None:
    one = ResultItem("a", "A", parameters=(("Scale", "2×"), ("Kind", "photo"), ("Face", "on")))
    two = ResultItem("b", "B", parameters=(("Scale", "4×"), ("Kind", "photo")))
    assert differing_parameters((one, two)) == {"Scale"}
    assert differing_parameters((one, one)) == frozenset()
    assert differing_parameters((one,)) == frozenset()


def test_the_facts_come_in_the_order_of_their_weight(stage: Stage, original: OriginalItem, tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", moved(textured(PHOTO), 0, 0, 2))
    first = ResultItem("a", "A", path, None, 8.1, "5 credits", parameters=(("Scale", "2×"),))
    waiting = ResultItem("b", "B", parameters=(("Scale", "4×"),), state="Waiting", bytes=None)
    stage.show(original, first, waiting)
    length = f"{path.stat().st_size / 1e3:.0f} KB"
    assert stage.result().facts == ("960×640", "Scale 2×", "8.1 s", "5 credits", length)
    assert stage.result().warnings == ()
    assert stage.result(2).facts == ("Scale 4×",)


def test_a_drift_is_said_and_where_it_was_taken_out_too(stage: Stage, original: OriginalItem, tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", moved(textured(PHOTO), 2, 0, 2))
    stage.show(original, ResultItem("a", "A", path))
    aligned = stage.result()
    assert "aligned" in aligned.facts
    assert any("2.0 px right" in note for note in aligned.notes)
    assert aligned.layer is not None
    assert aligned.layer.place.x == pytest.approx(-2, abs=0.1)
    stage.registrations.set_on(False)
    plain = stage.result()
    assert "2.0 px right" in plain.facts
    assert "aligned" not in plain.facts
    assert plain.layer is not None
    assert plain.layer.place.x == 0


def test_another_picture_is_warned_of(stage: Stage, original: OriginalItem, tmp_path: Path) -> None:
    stage.show(original, ResultItem("a", "A", saved(tmp_path / "a.png", textured(PHOTO, seed=8))))
    assert len(stage.result().warnings) == 1
    assert stage.result().warnings[0] == stage.registrations.mismatch("result/a")


def test_losses_are_warned_of_and_what_went_beside_the_picture_is_remarked(stage: Stage, tmp_path: Path) -> None:
    pixels = np.dstack([textured(PHOTO), np.full((PHOTO.height, PHOTO.width), 255, np.uint8)])
    pixels[:40, :40, 3] = 0
    exif = Image.Exif()
    exif[0x8298] = "somebody"  # copyright
    photo = tmp_path / "photo.png"
    Image.fromarray(pixels).save(photo, exif=exif)
    result = saved(tmp_path / "a.png", moved(textured(PHOTO), 0, 0, 2))
    item = ResultItem("a", "A", result, asked=Size(1920, 1280))
    stage.show(OriginalItem("photo", photo, "photo.png", PHOTO), item)
    shown = stage.result()
    assert {"960×640 instead of 1920×1280 pixels", "Transparency lost"} <= set(shown.warnings)
    assert any("copyright" in fact for fact in shown.facts)
    assert not any("copyright" in line for line in shown.warnings)


def test_a_copy_of_the_original_is_called_one(stage: Stage, original: OriginalItem, tmp_path: Path) -> None:
    stage.show(original, ResultItem("a", "A", saved(tmp_path / "a.png", textured(PHOTO))))
    assert stage.result().warnings == ("Identical to the original",)


def test_a_result_that_nobody_said_to_be_larger_is_shown_whole(
    stage: Stage, original: OriginalItem, tmp_path: Path
) -> None:
    wide = textured(Size(720, 480), seed=5)
    wide[80:400, 120:600] = textured(PHOTO)
    stage.show(original, ResultItem("a", "A", saved(tmp_path / "a.png", wide)))
    bounds = stage.contents.bounds
    assert bounds is not None
    assert (bounds.x, bounds.y) == pytest.approx((-120, -80), abs=1)
    assert (bounds.width, bounds.height) == pytest.approx((720, 480), abs=2)


def test_without_registrations_nothing_is_looked_at(qtbot: QtBot, original: OriginalItem) -> None:
    loader = ImageLoader()
    contents = Contents(Sources(loader))
    contents.original = original
    contents.results = (replace(ResultItem("a", "A", original.path), bytes=3_200_000),)
    assert contents.all()[1].facts == ("3.2 MB",)
    loader.close()
