"""Frames in a plan, for providers that are told them in their own ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from overscan.core.geometry import Margins, Rect, Size
from overscan.core.money import FREE, Cost
from overscan.core.parameters import Parameters, Role, Shown
from overscan.core.plan import Choice, Plan, Target, make_plan
from overscan.core.providers import AnyProvider, EncodedImage, ProviderInfo
from overscan.core.requests import Canvas, Photo, Request
from overscan.imaging.photo import open_photo
from overscan.providers.local_expand import LocalExpand
from overscan.ui.edit.expansion import Expansion
from overscan.ui.edit.planning import by_frames
from tests.conftest import MakePhoto

FIRST = Margins(60, 60, 80, 80)


class NoParameters(Parameters):
    pass


class OtherNames(Parameters):
    """The four sides under names that nobody else uses."""

    up: Annotated[float, Shown("Up", role=Role.TOP)] = 0.1
    down: Annotated[float, Shown("Down", role=Role.BOTTOM)] = 0.1
    port: Annotated[float, Shown("Port", role=Role.LEFT)] = 0.1
    starboard: Annotated[float, Shown("Starboard", role=Role.RIGHT)] = 0.1


class Made:
    def __init__(self, info: ProviderInfo) -> None:
        self.info = info

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        return FREE

    def output_size(self, parameters: Parameters, size: Size) -> Size | None:
        return None

    def run(
        self, request: Request, progress: Callable[[float], None], cancelled: Callable[[], bool]
    ) -> tuple[EncodedImage, ...]:
        raise NotImplementedError


FRAMES_ONLY = Made(replace(LocalExpand.info, id="frames", parameters=NoParameters, takes_mask=False))
RATIOS_ONLY = Made(replace(LocalExpand.info, id="ratios", parameters=OtherNames, takes_frame=False))
NEITHER = Made(replace(LocalExpand.info, id="neither", parameters=NoParameters, takes_frame=False))


@pytest.fixture
def photo(make_photo: MakePhoto) -> Photo:
    return open_photo(make_photo())


@pytest.fixture
def expansion(qapp: QApplication, qtbot: QtBot, tmp_path: Path, photo: Photo) -> Iterator[Expansion]:
    expansion = Expansion(tmp_path / "journal.sqlite3", tmp_path / "masks")
    expansion.set_photo(photo)
    qtbot.waitUntil(lambda: not expansion.waiting([photo]))
    yield expansion
    expansion.close()


def plan(expansion: Expansion, photo: Photo, *providers: AnyProvider) -> Plan:
    choices = [Choice(provider) for provider in providers]
    return make_plan([photo], choices, Target("/out"), has_key=lambda _: True, fit=by_frames(expansion))


def test_four_sides_go_by_their_roles_and_as_a_frame_where_there_are_none(expansion: Expansion, photo: Photo) -> None:
    ratios, frames, neither = plan(expansion, photo, RATIOS_ONLY, FRAMES_ONLY, NEITHER).jobs
    assert ratios.request.parameters == {"up": 0.25, "down": 0.25, "port": 0.25, "starboard": 0.25}
    assert ratios.request.canvas is None
    assert frames.request.canvas == Canvas(frame=FIRST)
    assert neither.request.canvas is None


def test_a_canvas_is_refused_where_none_is_taken(expansion: Expansion, photo: Photo) -> None:
    expansion.set_margins(Margins(0, 60, 80, 80), settled=True)
    made = plan(expansion, photo, RATIOS_ONLY, FRAMES_ONLY)
    (job,) = made.jobs
    assert job.request.canvas == Canvas(frame=Margins(0, 60, 80, 80))
    (refusal,) = made.refusals
    assert refusal.provider == "ratios"
    assert "takes no frame" in refusal.failure.message


def test_a_mask_is_refused_where_none_is_taken(expansion: Expansion, photo: Photo, qtbot: QtBot) -> None:
    assert expansion.mask is not None
    expansion.touched(expansion.mask.paint_rectangle(Rect(5, 5, 40, 40), add=True))
    expansion.settled()
    qtbot.waitUntil(lambda: not expansion.waiting([photo]))
    made = plan(expansion, photo, FRAMES_ONLY)
    assert made.jobs == ()
    assert "takes no mask" in made.refusals[0].failure.message
