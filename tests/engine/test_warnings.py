"""Outputs that were saved but are not what was asked for: the job says so, and keeps them."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from overscan.core.calls import Reply
from overscan.core.failures import FailureKind
from overscan.core.geometry import Margins, Size
from overscan.core.jobs import Job, JobState
from overscan.core.money import Amount, Cost
from overscan.core.parameters import Parameters
from overscan.core.providers import RemoteImage, TaskStatus
from overscan.core.requests import Canvas, Photo, PhotoRef
from overscan.providers.picwish_expand import PicwishExpand
from overscan.providers.picwish_scale import PicwishScale
from tests.conftest import MakePhoto
from tests.engine.house import QUICK, House
from tests.simulator import Cut, ResultIs, ResultIsInput, Stage
from tests.simulator.images import read_header
from tests.simulator.task_faults import SameTaskAs

pytestmark = pytest.mark.anyio


def encoded(width: int, height: int, kind: str = "PNG", mode: str = "RGB") -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, (width, height), (200, 100, 50, 128)[: len(mode)]).save(buffer, kind)
    return buffer.getvalue()


async def done(house: House, **parameters: int) -> Job:
    async with house.engine() as engine:
        job = await house.run(engine, **parameters)
    assert job.state is JobState.DONE, job.failure
    assert house.journalled(job).warnings == job.warnings
    return job


async def test_what_came_as_asked_needs_no_word(house: House) -> None:
    assert (await done(house, scale_factor=2)).warnings == ()


async def test_a_size_that_was_not_asked_for(house: House) -> None:  # F18, F60
    house.simulator.script(Stage.SUBMIT, ResultIs(encoded(40, 30)))
    job = await done(house, scale_factor=4)
    (line,) = job.warnings
    assert line == "osprey-picwish-scale-1.png is 40×30 pixels; 160×120 was asked for."
    assert len(house.outputs()) == 1


@pytest.mark.parametrize(("width", "height"), [(160, 120), (162, 118), (158, 121), (120, 160)])
async def test_rounding_and_a_turn_are_no_difference(house: House, width: int, height: int) -> None:
    house.simulator.script(Stage.SUBMIT, ResultIs(encoded(width, height)))
    assert (await done(house, scale_factor=4)).warnings == ()


class Vague:
    """PicWish without a word on how large its outputs are."""

    info = PicwishScale.info

    def __init__(self) -> None:
        scale = PicwishScale()
        self.submission, self.status_call, self.read = scale.submission, scale.status_call, scale.read

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        return Cost(Amount(2, 2))

    def output_size(self, parameters: Parameters, size: Size) -> Size | None:
        return None


@pytest.mark.parametrize(
    ("size", "told"), [((20, 15), True), ((15, 20), True), ((40, 15), False), ((40, 30), False), ((80, 60), False)]
)
async def test_an_enhanced_photo_that_has_become_smaller(house: House, size: tuple[int, int], told: bool) -> None:
    """F18, where nobody promises a size: an enhancement has no business to lose pixels."""
    house.providers = (Vague(),)
    house.simulator.script(Stage.SUBMIT, ResultIs(encoded(*size)))
    words = f"osprey-picwish-scale-1.png is {size[0]}×{size[1]} pixels, smaller than the photo with 40×30."
    assert (await done(house)).warnings == ((words,) if told else ())


async def test_a_photo_by_its_url_whose_size_is_known(house: House) -> None:
    house.providers = (Vague(),)
    house.simulator.script(Stage.SUBMIT, ResultIs(encoded(20, 15)))
    url = house.simulator.host_photo("osprey.jpg", house.photo_file.read_bytes())
    known = Photo(PhotoRef(name="osprey", url=url, size=Size(40, 30)), None)
    async with house.engine() as engine:
        job = await house.settled(engine, engine.add(house.planned(photos=[known]))[0])
    assert [line.partition(", ")[2] for line in job.warnings] == ["smaller than the photo with 40×30."]


async def test_nothing_was_done(house: House) -> None:  # F61
    house.simulator.script(Stage.SUBMIT, ResultIsInput())
    job = await done(house, scale_factor=1)
    (line,) = job.warnings
    assert line.startswith("osprey-picwish-scale-1.jpg is exactly the photo that was sent")


@pytest.fixture
def with_alpha(house: House) -> Callable[[int], None]:
    """Makes the house's photo a PNG whose pixels all have that alpha."""

    def make(alpha: int) -> None:
        house.photo_file = house.root / "cut-out.png"
        Image.new("RGBA", (40, 30), (9, 90, 200, alpha)).save(house.photo_file)

    return make


@pytest.mark.parametrize(
    ("alpha", "kind", "mode", "lost"),
    [
        (0, "JPEG", "RGB", True),
        (254, "PNG", "RGB", True),
        (100, "PNG", "RGBA", False),
        (255, "JPEG", "RGB", False),
    ],
)
async def test_lost_transparency(  # F56
    house: House, with_alpha: Callable[[int], None], alpha: int, kind: str, mode: str, lost: bool
) -> None:
    with_alpha(alpha)
    house.simulator.script(Stage.SUBMIT, ResultIs(encoded(40, 30, kind, mode)))
    job = await done(house, scale_factor=1)
    assert [line.endswith("has lost the photo's transparency.") for line in job.warnings] == [True] * lost


async def test_transparency_is_not_looked_for_in_a_photo_that_has_changed_since(
    house: House, with_alpha: Callable[[int], None]
) -> None:
    with_alpha(0)
    house.simulator.script(Stage.SUBMIT, ResultIs(encoded(40, 30, "JPEG")))
    house.answer = once(house, JobState.WAITING, lambda: house.photo_file.write_bytes(b"another file"))
    assert (await done(house, scale_factor=1)).warnings == ()


def once(house: House, state: JobState, act: Callable[[], object]) -> Callable[[Job], None]:
    """Acts when a job is first told in that state."""
    acted: list[bool] = []

    def answer(job: Job) -> None:
        if job.state is state and not acted:
            acted.append(True)
            act()

    return answer


INVERTED = "the service may read the mask the other way round."


@pytest.fixture
def framed(house: House, make_photo: MakePhoto) -> Photo:
    """A photo laid into a wider frame, for the service that takes it as a canvas; its frame is what is generated."""
    house.providers = (PicwishExpand(),)
    house.photo_file = make_photo("osprey.jpg", size=(90, 60))
    photo = house.photo
    return Photo(photo.ref, photo.facts, Canvas(frame=Margins(20, 10, 0, 6)))


async def expanded(house: House, photo: Photo) -> Job:
    settings = replace(house.settings(), pace={"picwish-expand": QUICK})
    async with house.engine(settings) as engine:
        (job,) = engine.add(house.planned("picwish-expand", photos=[photo]))
        ended = await house.settled(engine, job)
    assert ended.state is JobState.DONE, ended.failure
    assert len(house.simulator.requests.submissions) == 1
    return ended


async def test_f70_a_mask_that_was_read_the_other_way_round(house: House, framed: Photo) -> None:
    house.simulator.script_named("result-polarity-inverted")
    job = await expanded(house, framed)
    (line,) = job.warnings
    assert line.startswith("In osprey-picwish-expand-1.png the kept part changed")
    assert line.endswith(INVERTED)
    assert len(house.outputs()) == 1


@pytest.mark.parametrize("fault", [None, "result-kept-area-redrawn"])
async def test_a_mask_that_was_read_rightly(house: House, framed: Photo, fault: str | None) -> None:
    if fault is not None:
        house.simulator.script_named(fault)
    assert (await expanded(house, framed)).warnings == ()


@pytest.mark.parametrize(
    "becomes_of_it",
    [
        Path.unlink,
        lambda path: path.write_bytes(b"another file"),
        lambda path: Image.new("RGB", (90, 60), (0, 90, 0)).save(path),
    ],
    ids=["gone", "no image", "another photo"],
)
async def test_masks_are_not_judged_without_the_photo_that_was_sent(
    house: House, framed: Photo, becomes_of_it: Callable[[Path], object]
) -> None:
    house.simulator.script_named("result-polarity-inverted")
    house.answer = once(house, JobState.WAITING, lambda: becomes_of_it(house.photo_file))
    assert (await expanded(house, framed)).warnings == ()


async def test_a_canvas_of_another_size_than_was_sent(house: House, framed: Photo) -> None:
    house.simulator.script(Stage.SUBMIT, ResultIs(encoded(40, 30)))
    (line,) = (await expanded(house, framed)).warnings
    assert line.endswith("is 40×30 pixels; 96×90 was asked for.")


class Puzzled(PicwishScale):
    """A provider of somebody's own that has a fault where its sizes are asked for."""

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        return Cost()

    def output_size(self, parameters: Parameters, size: Size) -> Size:
        raise ZeroDivisionError("a fault of the provider's")


async def test_a_fault_in_a_remark_holds_no_picture_back(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.providers = (Puzzled(),)
    caplog.set_level(logging.CRITICAL, logger="overscan.engine.collecting")
    job = await done(house)
    assert (job.warnings, len(job.outputs)) == ((), 1)


# ---------------------------------------------------------------------------------------- several pictures


class Several(PicwishScale):
    """The same service, bringing each picture several times, as multi-output services do."""

    def __init__(self, count: int, charged: Cost | None = None) -> None:
        self._count, self._charged = count, charged

    def read(self, reply: Reply) -> TaskStatus:
        status = super().read(reply)
        images = [
            RemoteImage(f"{image.url}#{n}")
            for image in status.images
            for n in range(self._count)
            if isinstance(image, RemoteImage)
        ]
        return replace(status, images=tuple(images), charged=self._charged)


def break_the_third(house: House) -> None:
    """Every attempt at the third picture, until patience ends."""
    house.simulator.script(Stage.DOWNLOAD, Cut(0.5), times=4, skip=2)


async def test_one_that_fails_does_not_lose_the_others(house: House) -> None:  # F59
    house.providers = (Several(4),)
    break_the_third(house)
    async with house.engine() as engine:
        job = await house.run(engine)
        assert job.state is JobState.PARKED
        assert [output.n for output in job.outputs] == [1, 2, 4]
        (line,) = job.warnings
        assert line.startswith("Picture 3 of 4 is missing: ")
        assert house.journalled(job).warnings == job.warnings
        engine.resume(job.id)
        whole = await house.settled(engine, job)
        assert (whole.state, whole.warnings) == (JobState.DONE, ())
        assert sorted(output.n for output in whole.outputs) == [1, 2, 3, 4]
    assert len(house.outputs()) == 4


async def test_those_that_came_are_kept_when_the_task_has_gone(house: House) -> None:
    house.providers = (Several(4),)
    break_the_third(house)
    async with house.engine() as engine:
        job = await house.run(engine)
        assert job.state is JobState.PARKED
        house.simulator.tasks.remove(house.simulator.tasks.only())
        engine.resume(job.id)
        ended = await house.settled(engine, job)
    assert ended.state is JobState.DONE
    assert [output.n for output in ended.outputs] == [1, 2, 4]
    (line,) = ended.warnings
    assert line.startswith("Picture 3 of 4 is missing: ")
    assert [str(path) for path in house.outputs()] == sorted(output.path for output in ended.outputs)


async def test_what_the_service_says_that_it_took(house: House) -> None:
    charged = Cost(credits=Amount(2, 2), usd=Amount(0.1, 0.1))
    house.providers = (Several(1, charged),)
    job = await done(house)
    assert job.charged == charged == house.journalled(job).charged


# ---------------------------------------------------------------------------------------- one task for two


async def test_a_task_that_two_submissions_were_answered_with(house: House) -> None:  # F11
    async with house.engine() as engine:
        first = await house.run(engine)
        assert first.task_id is not None
        house.simulator.script(Stage.SUBMIT, SameTaskAs(first.task_id))
        second = await house.run(engine)
    assert first.warnings == ()
    assert (second.state, second.task_id) == (JobState.DONE, first.task_id)
    (line,) = second.warnings
    assert first.id in line
    paths = [Path(output.path) for job in (first, second) for output in job.outputs]
    assert sorted(paths) == house.outputs()
    assert read_header(paths[0].read_bytes()) == read_header(paths[1].read_bytes())


async def test_a_retry_of_a_cancelled_task_is_no_second_submission(house: House) -> None:
    house.answer = once(house, JobState.RUNNING, lambda: engine.cancel(house.told[-1].id))
    async with house.engine() as engine:
        job = await house.run(engine)
        assert job.state is JobState.CANCELLED
        again = engine.retry(job.id)
        assert again is not None
        ended = await house.settled(engine, again)
    assert (ended.state, ended.warnings, ended.failure) == (JobState.DONE, (), None)
    assert FailureKind.UNCONFIRMED not in {told.failure.kind for told in house.told if told.failure}
