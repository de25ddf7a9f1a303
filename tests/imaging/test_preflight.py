"""Carrying out a preflight: what goes out, and whether the words about it are true."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from overscan.core.failures import FailureKind, PhotoError
from overscan.core.geometry import Margins, Size
from overscan.core.images import ColourModel, ImageFormat
from overscan.core.preflight import preflight
from overscan.core.providers import Limits, ProviderInfo, RemoteProvider
from overscan.core.requests import Canvas
from overscan.imaging.decoding import decode
from overscan.imaging.encode import encode_jpeg
from overscan.imaging.formats import open_image
from overscan.imaging.photo import load_pixels, open_photo
from overscan.imaging.preflight import Payload, prepare
from overscan.imaging.private import private_names
from overscan.providers.registry import BUNDLED
from tests.imaging import zoo
from tests.imaging.zoo import ZOO, Animal, keep

COMMON = frozenset({ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.WEBP, ImageFormat.TIFF, ImageFormat.BMP})
ANY = Limits(formats=COMMON, max_bytes=None, max_width=None, max_height=None)


def _prepare(path: Path, limits: Limits, *, keep_metadata: bool = False) -> Payload:
    photo = open_photo(path)
    assert photo.facts is not None
    plan = preflight(photo.facts, limits, keep_metadata=keep_metadata)
    payload = prepare(path, plan, expected_sha256=photo.ref.sha256)
    assert payload.sent.bytes == len(payload.data)
    assert payload.sent.sha256 == hashlib.sha256(payload.data).hexdigest()
    assert payload.sent.changes[: len(plan.changes)] == plan.changes
    assert limits.max_bytes is None or len(payload.data) <= limits.max_bytes
    return payload


@pytest.mark.parametrize("name", ["rgb.jpg", "rgba.png", "rgb16.png", "palette.png", "rgb.webp", "rgb.tif", "rgb.bmp"])
def test_a_photo_that_fits_is_sent_as_it_is(name: str, tmp_path: Path) -> None:
    animal = next(a for a in ZOO if a.name == name)
    path = keep(tmp_path, name, animal.make())
    payload = _prepare(path, ANY)
    assert payload.data == path.read_bytes()
    assert payload.sent.changes == ()


@pytest.mark.parametrize("animal", ZOO, ids=lambda a: a.name)
@pytest.mark.parametrize("formats", [frozenset({ImageFormat.JPEG}), frozenset({ImageFormat.PNG, ImageFormat.JPEG})])
def test_every_animal_can_be_made_to_fit(animal: Animal, formats: frozenset[ImageFormat], tmp_path: Path) -> None:
    path = keep(tmp_path, animal.name, animal.make())
    limits = Limits(formats=formats, max_bytes=None, max_width=24, max_height=24)
    payload = _prepare(path, limits)
    sent = payload.sent
    assert sent.format in formats
    with open_image(payload.data) as image:
        assert image.size == (sent.width, sent.height) == (24, 16)
    assert f"sent as {sent.format.value.upper()}, 24×16 pixels, 0.0 MB" in sent.changes
    if animal.has_alpha and ImageFormat.PNG not in formats:
        assert "transparent parts laid on white" in sent.changes
    if animal.model in (ColourModel.CMYK, ColourModel.LAB):
        assert any("to sRGB" in change for change in sent.changes)
    if not animal.has_alpha:
        shown = load_pixels(keep(tmp_path, "sent", payload.data)).data
        full = load_pixels(path).data
        assert np.abs(shown.mean((0, 1)) - full.mean((0, 1))).max() < 8


def test_alpha_survives_a_reduction(tmp_path: Path) -> None:
    path = keep(tmp_path, "a.png", zoo.pillow(zoo.rgba(), "PNG"))
    payload = _prepare(path, Limits(COMMON, None, 24, 24))
    assert payload.sent.format is ImageFormat.PNG
    with open_image(payload.data) as image:
        assert image.mode == "RGBA"


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_photo_is_sent_upright(orientation: int, tmp_path: Path) -> None:
    exif = zoo.private_exif(orientation)
    path = keep(tmp_path, "t.jpg", zoo.pillow(zoo.rgb(), "JPEG", exif=exif, quality=95, subsampling=0))
    payload = _prepare(path, ANY, keep_metadata=True)
    with open_image(payload.data) as image:
        assert image.getexif()[0x0112] == 1
        assert image.getexif()[0x013B] == "Ann Example"
    shown = load_pixels(keep(tmp_path, "sent", payload.data)).data
    assert np.abs(shown.astype(int) - load_pixels(path).data).mean() < 2


def test_private_metadata_goes_unless_it_is_kept(tmp_path: Path) -> None:
    for orientation in (1, 6):
        path = keep(tmp_path, "p.jpg", zoo.pillow(zoo.rgb(), "JPEG", exif=zoo.private_exif(orientation)))
        payload = _prepare(path, ANY)
        assert any("GPS position" in change for change in payload.sent.changes)
        with open_image(payload.data) as image:
            assert private_names(image) == ()
            assert image.getexif()[0x0110] == "Model"
        with open_image(_prepare(path, ANY, keep_metadata=True).data) as image:
            assert "GPS position" in private_names(image)


def test_removing_metadata_alone_leaves_the_pixels(tmp_path: Path) -> None:
    path = keep(tmp_path, "p.jpg", zoo.pillow(zoo.rgb(), "JPEG", exif=zoo.private_exif()))
    payload = _prepare(path, ANY)
    assert payload.sent.changes == ("GPS position, camera serial number, owner or artist name removed",)
    with open_image(payload.data) as sent, Image.open(path) as original:
        assert np.array_equal(np.asarray(sent), np.asarray(original))


def test_the_profile_stays_with_its_colours(tmp_path: Path) -> None:
    icc = zoo.wide_profile()
    path = keep(tmp_path, "w.png", zoo.pillow(zoo.rgb(), "PNG", icc_profile=icc))
    for formats in (frozenset({ImageFormat.JPEG}), frozenset({ImageFormat.PNG})):
        payload = _prepare(path, Limits(formats, None, 24, 24))
        with open_image(payload.data) as image:
            assert image.info["icc_profile"] == icc


def _noise(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(3).integers(0, 256, (height, width, 3), np.uint8))


def test_a_heavy_photo_loses_quality_before_size(tmp_path: Path) -> None:
    path = keep(tmp_path, "n.png", zoo.pillow(_noise(300, 200), "PNG"))
    lighter = _prepare(path, Limits(COMMON, 130_000, None, None))
    assert lighter.sent.format is ImageFormat.JPEG
    assert (lighter.sent.width, lighter.sent.height) == (300, 200)
    assert any(change.startswith("JPEG quality") for change in lighter.sent.changes)
    lightest = _prepare(path, Limits(COMMON, 20_000, None, None))
    assert lightest.sent.width < 300
    assert any("reduced further" in change for change in lightest.sent.changes)
    assert "JPEG quality 80" in lightest.sent.changes


def test_the_quality_is_the_highest_that_fits(tmp_path: Path) -> None:
    path = keep(tmp_path, "n.png", zoo.pillow(_noise(300, 200), "PNG"))
    everything = decode(path.read_bytes()).samples
    lengths = {quality: len(encode_jpeg(everything, quality)) for quality in range(80, 97)}
    for limit in (lengths[80], lengths[87], lengths[88] - 1, lengths[94] + 1, lengths[95]):
        payload = _prepare(path, Limits(COMMON, limit, None, None))
        best = max(quality for quality in range(80, 96) if lengths[quality] <= limit)
        assert f"JPEG quality {best}" in payload.sent.changes
        assert payload.sent.bytes == lengths[best]
    reduced = _prepare(path, Limits(COMMON, lengths[80] - 1, None, None))
    assert reduced.sent.width < 300


def test_a_photo_is_not_made_smaller_than_the_service_takes(tmp_path: Path) -> None:
    path = keep(tmp_path, "n.png", zoo.pillow(_noise(300, 200), "PNG"))
    with pytest.raises(PhotoError, match="small enough"):
        _prepare(path, Limits(COMMON, 20_000, None, None, min_side=190))


SERVICES = tuple(p.info for p in (make() for make in BUNDLED) if isinstance(p, RemoteProvider))


@pytest.mark.parametrize("info", SERVICES, ids=lambda info: info.id)
@pytest.mark.parametrize("animal", ZOO, ids=lambda a: a.name)
def test_every_animal_passes_the_limits_of_every_service(animal: Animal, info: ProviderInfo, tmp_path: Path) -> None:
    path = keep(tmp_path, animal.name, animal.make())
    facts = open_photo(path).facts
    assert facts is not None
    limits = info.limits
    canvas = Canvas(frame=Margins(20, 20, 20, 20)) if facts.size.short_edge < limits.min_side else None
    plan = preflight(facts, limits, canvas=canvas)
    sent = prepare(path, plan).sent
    assert sent.format in limits.formats
    assert min(sent.width, sent.height) >= limits.min_side
    assert sent.bytes <= (limits.max_bytes or sent.bytes)
    assert bool(sent.changes) == (sent.sha256 != hashlib.sha256(path.read_bytes()).hexdigest())


def test_what_cannot_fit_is_refused(tmp_path: Path) -> None:
    path = keep(tmp_path, "n.png", zoo.pillow(_noise(300, 200), "PNG"))
    with pytest.raises(PhotoError, match="small enough") as caught:
        _prepare(path, Limits(COMMON, 100, None, None))
    assert caught.value.failure.kind is FailureKind.TOO_LARGE


def test_a_changed_photo_is_refused(tmp_path: Path) -> None:
    path = keep(tmp_path, "c.png", zoo.pillow(zoo.rgb(), "PNG"))
    photo = open_photo(path)
    assert photo.facts is not None
    plan = preflight(photo.facts, ANY)
    keep(tmp_path, "c.png", zoo.pillow(zoo.rgba(), "PNG"))
    with pytest.raises(PhotoError, match="has changed since it was chosen"):
        prepare(path, plan, expected_sha256=photo.ref.sha256)
    path.unlink()
    with pytest.raises(PhotoError, match="not there any more"):
        prepare(path, plan, expected_sha256=photo.ref.sha256)


def test_deep_colour_is_said_to_be_reduced(tmp_path: Path) -> None:
    path = keep(tmp_path, "d.png", zoo.opencv(".png", zoo.deep()))
    payload = _prepare(path, Limits(COMMON, None, 24, 24))
    assert "16 bits per channel reduced to 8" in payload.sent.changes
    assert (payload.sent.width, payload.sent.height) == (24, 16)
    assert Size(24, 16) == load_pixels(keep(tmp_path, "s", payload.data)).size
