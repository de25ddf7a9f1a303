"""The built-in enlargement as the engine runs it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from overscan.core.failures import Cancelled, InvalidParameter, PhotoError
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.parameters import Value, specs, validate
from overscan.core.providers import LocalProvider
from overscan.core.requests import PhotoRef, Request
from overscan.imaging.formats import verify
from overscan.imaging.photo import open_photo
from overscan.providers.local_upscale import LocalUpscale, LocalUpscaleParameters
from tests.imaging import zoo
from tests.imaging.zoo import ZOO, Animal, keep

PROVIDER = LocalUpscale()


def request(path: Path, **parameters: Value) -> Request:
    photo = open_photo(path)
    values = validate(LocalUpscaleParameters, parameters).values()
    return Request(provider="local-upscale", photo=photo.ref, parameters=values, folder=str(path.parent))


def run(path: Path, **parameters: Value) -> bytes:
    seen: list[float] = []
    (image,) = PROVIDER.run(request(path, **parameters), seen.append, lambda: False)
    assert image.format is ImageFormat.PNG
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    return bytes(image.data)


def test_the_declaration_is_complete() -> None:
    assert isinstance(PROVIDER, LocalProvider)
    assert [spec.name for spec in specs(LocalUpscaleParameters)] == ["scale_factor", "sharpen"]
    sharpen = specs(LocalUpscaleParameters)[1]
    assert (sharpen.minimum, sharpen.maximum, sharpen.default) == (0, 1, 0.5)
    parameters = validate(LocalUpscaleParameters, {})
    assert PROVIDER.cost(parameters, None).free
    assert PROVIDER.output_size(parameters, Size(30, 20)) == Size(60, 40)
    assert PROVIDER.info.account is None


@pytest.mark.parametrize("bad", [{"scale_factor": 3}, {"sharpen": 1.1}, {"sharpen": -0.1}, {"size": 2}])
def test_bad_values_are_refused(bad: dict[str, Value]) -> None:
    with pytest.raises(InvalidParameter):
        validate(LocalUpscaleParameters, bad)


@pytest.mark.parametrize("animal", ZOO, ids=lambda a: a.name)
def test_every_animal_is_enlarged(animal: Animal, tmp_path: Path) -> None:
    data = run(keep(tmp_path, animal.name, animal.make()), scale_factor=4)
    assert verify(data, 100_000) == (ImageFormat.PNG, Size(4 * zoo.WIDTH, 4 * zoo.HEIGHT))
    facts = open_photo(keep(tmp_path, "out.png", data)).facts
    assert facts is not None
    assert facts.has_alpha is animal.has_alpha
    assert facts.bit_depth == (16 if animal.depth == 16 else 8)


def test_profile_and_metadata_stay_and_the_turn_is_taken(tmp_path: Path) -> None:
    icc = zoo.wide_profile()
    path = keep(tmp_path, "p.jpg", zoo.pillow(zoo.rgb(), "JPEG", exif=zoo.private_exif(6), icc_profile=icc))
    with Image.open(BytesIO(run(path))) as image:
        assert image.size == (2 * zoo.HEIGHT, 2 * zoo.WIDTH)
        assert image.info["icc_profile"] == icc
        assert image.getexif()[0x0112] == 1
        assert image.getexif()[0x013B] == "Ann Example"
        assert image.getexif().get_ifd(0x8825)[1] == "N"


def test_sixteen_bits_stay_sixteen(tmp_path: Path) -> None:
    data = run(keep(tmp_path, "d.png", zoo.opencv(".png", zoo.deep())), sharpen=0.0)
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert decoded is not None
    assert decoded.dtype == np.uint16
    assert len(np.unique(decoded)) > 1000


def test_a_changed_photo_is_refused(tmp_path: Path) -> None:
    path = keep(tmp_path, "c.png", zoo.pillow(zoo.rgb(), "PNG"))
    asked = request(path)
    keep(tmp_path, "c.png", zoo.pillow(zoo.rgba(), "PNG"))
    with pytest.raises(PhotoError, match="has changed"):
        PROVIDER.run(asked, lambda _: None, lambda: False)


def test_a_url_is_refused(tmp_path: Path) -> None:
    photo = PhotoRef(name="x", url="https://example.com/x.png")
    asked = Request(provider="local-upscale", photo=photo, folder=str(tmp_path))
    with pytest.raises(PhotoError, match="as a file"):
        PROVIDER.run(asked, lambda _: None, lambda: False)


def test_it_can_be_cancelled(tmp_path: Path) -> None:
    asked = request(keep(tmp_path, "c.png", zoo.pillow(zoo.rgb(), "PNG")))
    with pytest.raises(Cancelled):
        PROVIDER.run(asked, lambda _: None, lambda: True)


def test_what_does_not_fit_into_memory_is_told_beforehand(tmp_path: Path) -> None:
    from overscan.imaging.memory import available_bytes, refuse_without_memory

    available = available_bytes()
    if available is None:
        pytest.skip("this system does not tell its free memory")
    refuse_without_memory("x", Size(10, 10), 300)
    with pytest.raises(PhotoError, match="not enough memory") as caught:
        refuse_without_memory("x", Size(10, 10), 2 * available)
    assert caught.value.failure.remedy


def test_too_many_megapixels_are_refused(tmp_path: Path) -> None:
    # 121 megapixels of one colour: a small file that is quick to make and would be slow to enlarge.
    path = keep(tmp_path, "big.png", zoo.pillow(Image.new("1", (11_000, 11_000)), "PNG"))
    with pytest.raises(PhotoError, match="too large for the built-in engine"):
        PROVIDER.run(request(path), lambda _: None, lambda: False)
