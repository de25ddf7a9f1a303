"""Masks for a service that generates what is black, and what is made of a result that contradicts it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from overscan.core.geometry import Margins
from overscan.core.jobs import JobState
from overscan.core.requests import Canvas
from overscan.providers.picwish_expand import PicwishExpand
from tests.conftest import MakePhoto
from tests.engine.house import QUICK, House

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("reads_black", "warned"), [(True, False), (False, True)])
async def test_a_swapped_mask_is_judged_by_what_it_means(
    house: House, make_photo: MakePhoto, reads_black: bool, warned: bool
) -> None:
    """The simulator fills what is white unless its fault makes it fill what is black."""
    house.providers = (PicwishExpand(),)
    house.photo_file = make_photo("osprey.jpg", size=(90, 60))
    photo = replace(house.photo, canvas=Canvas(frame=Margins(20, 10, 0, 6)))
    if reads_black:
        house.simulator.script_named("result-polarity-inverted")
    settings = replace(house.settings(), pace={"picwish-expand": QUICK}, white_generates={"picwish-expand": False})
    async with house.engine(settings) as engine:
        (job,) = engine.add(house.planned("picwish-expand", photos=[photo]))
        ended = await house.settled(engine, job)
    assert ended.state is JobState.DONE, ended.failure
    assert ended.sent is not None
    assert ended.sent.mask is not None
    assert "black and white swapped, as the service reads it" in ended.sent.mask.changes
    assert any("the other way round" in line for line in ended.warnings) is warned
