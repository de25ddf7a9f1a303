"""F64 to F74: what is sent, made fit here or refused before it costs anything."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Final

import pytest
from PIL import Image

from overscan.core.failures import InvalidParameter
from overscan.core.geometry import Margins
from overscan.core.jobs import JobState
from overscan.core.parameters import parse, specs, validate
from overscan.core.providers import Account
from overscan.core.requests import Canvas, MaskRef, Photo, PhotoRef
from overscan.imaging.mask import load_mask, open_mask, refuse_uniform
from overscan.services.keys import checked_key
from tests.conftest import MakePhoto
from tests.faults.house import FaultHouse, refusing
from tests.faults.services import EXPAND, faults, over_services
from tests.simulator.log import FilePart

pytestmark = pytest.mark.anyio


def sent_file(house: FaultHouse) -> FilePart:
    """The photo as it arrived."""
    (submission,) = house.simulator.requests.submissions
    return submission.files["image_file"]


@pytest.mark.parametrize("happens", ["changed", "deleted"])
async def test_f64_the_photo_changes_before_it_is_sent(house: FaultHouse, happens: str) -> None:
    plan = house.plan()
    if happens == "changed":
        house.photo_file.write_bytes(house.photo_file.read_bytes() + b"\0")
    else:
        house.photo_file.unlink()
    async with house.engine() as engine:
        (job,) = engine.add(plan.jobs)
        house.ends(await house.settled(engine, job), "F64", happens)
    assert list(house.simulator.requests) == []


@pytest.mark.parametrize("name", ["Füße 鳥", "q\"uo'te;", "line\nbreak", "x" * 150, "..\\..\\evil", "%00"])
async def test_f65_a_file_name_that_breaks_parsers(house: FaultHouse, make_photo: MakePhoto, name: str) -> None:
    house.photo_file = make_photo(f"{name}.jpg", size=(80, 64))
    async with house.engine() as engine:
        job = await house.run(engine)
    assert job.state is JobState.DONE
    assert house.seen(job) == house.told_of("F65", "any name")
    assert sent_file(house).filename == "image.jpg"
    (output,) = house.outputs()
    assert output.parent == house.out
    assert output.name.isprintable()


@pytest.mark.parametrize("orientation", [2, 3, 6, 8])
async def test_f66_a_turned_photo_is_sent_upright(house: FaultHouse, make_photo: MakePhoto, orientation: int) -> None:
    house.photo_file = make_photo("turned.jpg", size=(80, 64), orientation=orientation)
    assert "turned upright" in house.plan().jobs[0].changes
    async with house.engine() as engine:
        job = await house.run(engine)
    house.ends(job, "F66", "turned")
    with Image.open(io.BytesIO(sent_file(house).body)) as sent:
        assert sent.size == ((64, 80) if orientation > 4 else (80, 64))
        assert sent.getexif().get(0x0112, 1) == 1
        assert job.sent is not None
        assert sent.size == (job.sent.width, job.sent.height)


FRAME: Final = Margins(10, 0, 20, 5)
EXPANDING: Final = pytest.mark.parametrize("service", [EXPAND], ids=str)


def framed(house: FaultHouse, mask: MaskRef | None = None) -> Photo:
    """The usual photo within a frame."""
    photo = house.photo
    return Photo(photo.ref, photo.facts, Canvas(frame=FRAME, mask=mask))


def sent_canvas(house: FaultHouse) -> tuple[Image.Image, Image.Image]:
    """Photo and mask as they arrived."""
    (submission,) = house.simulator.requests.submissions
    photo, mask = (Image.open(io.BytesIO(submission.files[name].body)) for name in ("image_file", "mask_file"))
    return photo, mask


def painted(house: FaultHouse, suffix: str, size: tuple[int, int] = (105, 74)) -> Path:
    """A mask as a person would paint it in some program: the left third is to be generated."""
    path = house.root / f"mask{suffix}"
    mask = Image.new("L", size, 0)
    mask.paste(255, (0, 0, size[0] // 3, size[1]))
    mask.save(path, quality=40) if suffix == ".jpg" else mask.save(path)
    return path


@EXPANDING
async def test_f67_photo_and_mask_have_one_size(house: FaultHouse) -> None:
    async with house.engine() as engine:
        (job,) = engine.add(house.plan(framed(house)).jobs)
        house.ends(await house.settled(engine, job), "F67", "composed here")
    photo, mask = sent_canvas(house)
    assert photo.size == mask.size == (105, 74)


@EXPANDING
def test_f67_a_mask_of_another_size_is_refused(house: FaultHouse) -> None:
    mask = open_mask(painted(house, ".png", (104, 74)))
    house.refused(house.plan(framed(house, mask)), "F67", "one pixel less")


@EXPANDING
async def test_f68_a_mask_with_noise_is_sent_pure(house: FaultHouse) -> None:
    mask = open_mask(painted(house, ".jpg"))
    async with house.engine() as engine:
        (job,) = engine.add(house.plan(framed(house, mask)).jobs)
        house.ends(await house.settled(engine, job), "F68", "JPEG")
    _, sent = sent_canvas(house)
    assert (sent.format, sent.mode) == ("PNG", "L")
    assert {level for _, level in sent.getcolors() or []} == {0, 255}


@pytest.mark.parametrize(("level", "variant"), [(0, "all black"), (255, "all white")])
def test_f69_a_mask_of_one_level_is_refused(house: FaultHouse, level: int, variant: str) -> None:
    path = house.root / "mask.png"
    Image.new("L", (105, 74), level).save(path)
    with refusing(house, "F69", variant):
        refuse_uniform(load_mask(path), path.name)


@pytest.mark.parametrize(("service", "name"), faults("F70"))
async def test_f70_the_mask_is_taken_the_wrong_way_round(house: FaultHouse, name: str) -> None:
    house.simulator.script_named(name)
    async with house.engine() as engine:
        (job,) = engine.add(house.plan(framed(house)).jobs)
        house.ends(await house.settled(engine, job), "F70", name)
    assert len(house.simulator.requests.submissions) == 1


LONG_URL: Final = "https://photos.example/" + "a" * 2100 + ".jpg"


@over_services
async def test_f71_an_address_that_is_too_long(house: FaultHouse) -> None:
    by_url = Photo(PhotoRef(name="long", url=LONG_URL), None)
    house.refused(house.plan(by_url), "F71", "too long")


async def test_f71_an_address_that_the_service_cannot_read(house: FaultHouse) -> None:
    gone = Photo(PhotoRef(name="gone", url=f"{house.simulator.storage_url}/photos/gone.jpg"), None)
    async with house.engine() as engine:
        (job,) = engine.add(house.plan(gone).jobs)
        house.ends(await house.settled(engine, job), "F71", "cannot be fetched")


@over_services
@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", "0,5", "٣", "1_0", "0x10", " "])
def test_f72_what_is_no_number(house: FaultHouse, text: str) -> None:
    model = house.provider.info.parameters
    for spec in specs(model):
        if spec.kind not in ("number", "integer"):
            continue
        try:
            values = parse(model, {spec.name: text})
            number = validate(model, values).values()[spec.name]
        except InvalidParameter as error:
            assert spec.name in error.failure.message  # noqa: PT017
        else:
            assert isinstance(number, int | float)
            assert math.isfinite(number)


@over_services
async def test_f73_a_body_without_a_file_is_multipart_all_the_same(house: FaultHouse) -> None:
    url = house.simulator.host_photo("osprey.jpg", house.photo_file.read_bytes())
    async with house.engine() as engine:
        (job,) = engine.add(house.plan(Photo(PhotoRef(name="osprey", url=url), None)).jobs)
        house.ends(await house.settled(engine, job), "F73", "by its URL")
    (submission,) = house.simulator.requests.submissions
    kind = submission.header("content-type") or ""
    assert kind.startswith("multipart/form-data; boundary=" if house.multipart else "application/json")


@pytest.mark.parametrize(
    "key", ["a-key-with\nX-Injected: 1", "a key with blanks", "a-key-with-\x00-in-it", "schlüssel-鍵-0123456789"]
)
def test_f74_a_key_that_would_break_a_header_is_not_kept(key: str) -> None:
    with pytest.raises(ValueError, match="no key can hold") as caught:
        checked_key(key)
    assert key not in str(caught.value)
    assert checked_key(" \ta-key-with-blanks-around-it\r\n") == "a-key-with-blanks-around-it"


@pytest.mark.parametrize("key", ["a-key-with\nX-Injected: 1", "schlüssel-鍵-0123456789"])
async def test_f74_nor_sent(house: FaultHouse, key: str) -> None:
    def broken(account: Account, base_url: str) -> str:
        return key

    async with house.engine(key=broken) as engine:
        job = await house.run(engine)
    house.ends(job, "F74", "cannot be sent")
    assert list(house.simulator.requests) == []
