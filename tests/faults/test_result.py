"""F43 to F63: the pictures, where they come from and whether they are any."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Final

import pytest
from PIL import Image, ImageCms

from overscan.core.jobs import Job
from overscan.engine import downloads
from overscan.imaging.photo import open_photo
from tests.conftest import MakePhoto
from tests.engine.sockets import answering, http, raw_server
from tests.faults.house import FaultHouse
from tests.faults.services import faults, over_services
from tests.simulator import (
    Answer,
    Cut,
    DataFields,
    ExtraHeaders,
    Fault,
    ResultIs,
    Stage,
    Truncated,
    WrongBytes,
    bomb_png,
    redirect,
    told_image,
)
from tests.simulator.client import picture

pytestmark = pytest.mark.anyio
PNG: Final = picture("PNG", (80, 64))


@over_services
async def test_f43_an_address_that_has_expired(house: FaultHouse) -> None:
    await house.meets("F43", "download-expired")
    # The same task was asked once more, and gave a fresh address.
    assert len(house.simulator.tasks.only().urls) == 2
    assert house.account.accepted == 1


async def test_f43_every_address_has_expired(house: FaultHouse) -> None:
    await house.meets("F43", "download-expired-always")
    assert len(house.simulator.requests.downloads) == 2


UNUSABLE: Final = (
    "javascript:alert(1)",
    "file:///etc/passwd",
    "ftp://127.0.0.1/a.png",
    "data:text/html,hello",
)
FORBIDDEN: Final = (
    "http://192.0.2.1:81/result.jpg",
    "https://user:secret@192.0.2.1/result.jpg",
    "https://10.0.0.1/a.png",
    "https://169.254.169.254/latest/meta-data",
    "https://[fd00::1]/a.png",
    "https://168430081/a.png",
    "https://192.168.1.1:8443/a.png",
)


@pytest.mark.parametrize("address", UNUSABLE)
async def test_f44_an_address_of_no_picture(house: FaultHouse, address: str) -> None:
    await house.meets_fault("F44", "no address of a picture", Stage.POLL, told_image(address), times=None)
    assert house.simulator.requests.downloads == []


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_f44_an_address_in_a_private_place(house: FaultHouse, address: str) -> None:
    variant = "in a private network"
    if address.startswith("http:"):
        variant = "not secure"
    elif "@" in address:
        variant = "with a user"
    await house.meets_fault("F44", variant, Stage.POLL, told_image(address), times=None)


@pytest.mark.parametrize(("service", "name"), faults("F44"))
async def test_f44_one_such_answer(house: FaultHouse, name: str) -> None:
    await house.meets("F44", name)


@pytest.mark.parametrize(("service", "name"), faults("F45"))
async def test_f45_a_redirect_to_a_forbidden_place(house: FaultHouse, name: str) -> None:
    await house.meets("F45", name)


async def test_f45_a_redirect_to_another_host_is_followed_bare(house: FaultHouse) -> None:
    async with raw_server(answering(http(PNG))) as elsewhere:
        there = redirect(f"{elsewhere.url}/elsewhere.png")
        await house.meets_fault("F45", "another host", Stage.DOWNLOAD, there)
    (head,) = elsewhere.requests
    assert house.outputs()[0].read_bytes() == PNG
    assert house.simulator.key not in head
    assert not {"x-api-key", "authorization", "cookie", "referer"} & {
        line.partition(":")[0].lower() for line in head.splitlines()
    }


@over_services
async def test_f46_the_storage_gets_no_key(house: FaultHouse) -> None:
    cookie = ExtraHeaders((("set-cookie", "session=1; Path=/"),))
    await house.meets_fault("F46", "a bare request", Stage.POLL, cookie, times=None)
    (download,) = house.simulator.requests.downloads
    assert download.header_names() <= {"host", "accept", "accept-encoding", "connection", "user-agent"}
    assert all("cookie" not in poll.header_names() for poll in house.simulator.requests.polls)


@over_services
async def test_f47_a_redirect_of_the_submission(house: FaultHouse) -> None:
    await house.meets("F47", "submit-redirect")
    assert house.account.accepted == 0


async def test_f47_a_redirect_of_a_reading(house: FaultHouse) -> None:
    async with raw_server(answering(http(b"{}"))) as elsewhere:
        there = redirect(f"{elsewhere.url}/elsewhere", 307)
        await house.meets_fault("F47", "the address has moved", Stage.POLL, there, times=None)
    assert elsewhere.connections == 0


async def test_f47_a_captive_portal_for_a_moment(house: FaultHouse) -> None:
    await house.meets("F47", "poll-redirect")


@pytest.mark.parametrize(("service", "name"), faults("F48"))
async def test_f48_ampersands_in_disguise(house: FaultHouse, name: str) -> None:
    await house.meets("F48", name)
    (download,) = house.simulator.requests.downloads
    (url,) = house.simulator.tasks.only().urls
    assert download.query == url.partition("?")[2]  # the signature covers it as it is


@pytest.mark.parametrize(("service", "name"), faults("F49"))
async def test_f49_a_picture_that_is_cut(house: FaultHouse, name: str) -> None:
    await house.meets("F49", name)
    assert len(house.simulator.requests.downloads) == 2


async def test_f49_a_picture_that_is_always_cut(house: FaultHouse) -> None:
    await never_whole(house, "F49", Cut(0.5))


@pytest.mark.parametrize(("service", "name"), faults("F50"))
async def test_f50_no_picture_in_its_place(house: FaultHouse, name: str) -> None:
    await house.meets("F50", name)


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"<?xml version='1.0'?><Error/>", b'{"a": 1}', b""])
async def test_f50_never_a_picture_in_its_place(house: FaultHouse, body: bytes) -> None:
    await never_whole(house, "F50", Answer(200, body))


@pytest.mark.parametrize(("service", "name"), faults("F51"))
async def test_f51_half_a_picture(house: FaultHouse, name: str) -> None:
    await house.meets("F51", name)


async def test_f51_always_half_a_picture(house: FaultHouse) -> None:
    await never_whole(house, "F51", Truncated(0.5))


async def never_whole(house: FaultHouse, number: str, fault: Fault) -> Job:
    """The picture never comes; the job is parked, and resumed when it does, without another submission."""
    bad = house.simulator.script(Stage.DOWNLOAD, fault, times=None)
    async with house.engine() as engine:
        job = await house.run(engine)
        house.ends(job, number, "never whole")
        bad.cancel()
        engine.resume(job.id)
        after = await house.settled(engine, job)
    assert len(after.outputs) == house.account.accepted == 1
    return after


@pytest.mark.parametrize(("service", "name"), faults("F52"))
async def test_f52_a_bomb(house: FaultHouse, name: str) -> None:
    await house.meets("F52", name)


async def test_f52_nothing_but_bombs(house: FaultHouse) -> None:
    await never_whole(house, "F52", WrongBytes(bomb_png(), "image/png"))


@pytest.mark.parametrize(("service", "name"), faults("F53"))
async def test_f53_a_picture_of_too_many_bytes(house: FaultHouse, name: str) -> None:
    await house.meets("F53", name)


async def test_f53_no_room_on_the_disk(house: FaultHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "_RESERVE", 2**62)  # as if every disk were full
    async with house.engine() as engine:
        job = await house.run(engine)
        house.ends(job, "F53", "no room")
        monkeypatch.undo()
        engine.resume(job.id)
        assert (await house.settled(engine, job)).outputs
    assert house.account.accepted == 1


async def test_f54_a_type_that_lies(house: FaultHouse) -> None:
    await house.meets("F54", "download-wrong-type")
    (path,) = house.outputs()
    with Image.open(path) as image:
        assert path.suffix in {".jpg", ".png"}
        assert (image.format, path.suffix) in {("JPEG", ".jpg"), ("PNG", ".png")}


async def test_f54_a_name_that_lies(house: FaultHouse) -> None:
    job = await house.meets_fault("F54", "a PNG called .jpg", Stage.SUBMIT, ResultIs(PNG, "image/jpeg", "jpg"))
    assert Path(job.outputs[0].path).suffix == ".png"


@pytest.mark.parametrize(("service", "name"), faults("F55"))
async def test_f55_a_picture_of_an_unusual_kind(house: FaultHouse, name: str) -> None:
    await house.meets("F55", name)
    (path,) = house.outputs()
    assert path.read_bytes() == house.simulator.tasks.only().result_bytes
    assert open_photo(path).facts is not None


@pytest.mark.parametrize(("service", "name"), faults("F56"))
async def test_f56_transparency_is_lost(house: FaultHouse, make_photo: MakePhoto, name: str) -> None:
    house.photo_file = make_photo("osprey.png", size=(80, 64), mode="RGBA")
    await house.meets("F56", name)


@pytest.mark.parametrize(("service", "name"), faults("F57"))
async def test_f57_base64_in_any_dialect(house: FaultHouse, name: str) -> None:
    job = await house.meets("F57", name)
    assert house.simulator.requests.downloads == []
    for output in job.outputs:
        assert Path(output.path).read_bytes() == house.simulator.tasks.only().result_bytes  # noqa: ASYNC240


@pytest.mark.parametrize(("service", "name"), faults("F58"))
async def test_f58_neither_address_nor_picture_for_a_moment(house: FaultHouse, name: str) -> None:
    await house.meets("F58", name)


@pytest.mark.parametrize("image", ["null", "undefined", "/tasks/output/scale/a.jpg", " "])
async def test_f58_neither_address_nor_picture_for_ever(house: FaultHouse, image: str) -> None:
    await house.meets_fault("F58", "never a picture", Stage.POLL, told_image(image), times=None)


async def test_f58_the_next_field_counts(house: FaultHouse) -> None:
    fields = DataFields({"state": 1, "image": "null", "image1": base64.b64encode(PNG).decode()})
    await house.meets_fault("F58", "another field", Stage.POLL, fields)
    assert house.outputs()[0].read_bytes() == PNG


@pytest.mark.parametrize(("service", "name"), faults("F59"))
async def test_f59_several_pictures_in_odd_places(house: FaultHouse, name: str) -> None:
    await house.meets("F59", name)


async def test_f59_several_pictures_with_gaps_and_repetitions(house: FaultHouse) -> None:
    first, second = (base64.b64encode(picture("PNG", (80, side))).decode() for side in (64, 48))
    fields = {"image": first, "image_1": first, "image_2": "", "image_3": [second, None], "image_4": "null"}
    job = await house.meets_fault("F59", "gaps", Stage.POLL, DataFields({"state": 1, **fields}), times=None)
    assert [(output.n, output.height) for output in job.outputs] == [(1, 64), (2, 48)]


async def test_f59_one_that_fails_does_not_lose_the_others(house: FaultHouse) -> None:
    inline = base64.b64encode(PNG).decode()
    lost = {"image": "https://10.0.0.1/a.png", "image_1": inline}
    told = house.simulator.script(Stage.POLL, DataFields({"state": 1, **lost}), times=None)
    async with house.engine() as engine:
        job = await house.run(engine)
    assert told.fired
    assert house.seen(job) == house.told_of("F59", "one cannot be fetched")
    (output,) = job.outputs
    assert output.n == 2
    assert Path(output.path).read_bytes() == PNG  # noqa: ASYNC240


@pytest.mark.parametrize(("service", "name"), faults("F60"))
async def test_f60_another_size_than_asked_for(house: FaultHouse, name: str) -> None:
    job = await house.meets("F60", name)
    with Image.open(house.outputs()[0]) as image:
        assert image.size == (job.outputs[0].width, job.outputs[0].height)


@pytest.mark.parametrize(("service", "name"), faults("F61"))
async def test_f61_nothing_was_done(house: FaultHouse, name: str) -> None:
    await house.meets("F61", name)
    assert house.outputs()[0].read_bytes() == house.photo_file.read_bytes()


@pytest.mark.parametrize(("service", "name"), faults("F62"))
async def test_f62_a_file_name_of_the_services_choice(house: FaultHouse, name: str) -> None:
    await house.meets("F62", name)
    (path,) = house.outputs()
    assert path.parent == house.out
    assert path.name.startswith(f"osprey-{house.service.id}-1.")


@pytest.mark.parametrize(("service", "name"), faults("F63"))
async def test_f63_the_colour_profile_is_dropped(house: FaultHouse, name: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with Image.open(house.photo_file) as image:
        image.save(house.photo_file, icc_profile=profile)
    await house.meets("F63", name)
    with Image.open(house.outputs()[0]) as image:
        assert "icc_profile" not in image.info
