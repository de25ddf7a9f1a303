"""The built-in expansion as the engine runs it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from overscan.core.failures import Cancelled, InvalidParameter
from overscan.core.geometry import Margins, Size
from overscan.core.images import ImageFormat
from overscan.core.parameters import Value, specs, validate
from overscan.core.providers import LocalProvider
from overscan.core.requests import Canvas, Request
from overscan.imaging.formats import verify
from overscan.imaging.photo import load_pixels, open_photo
from overscan.providers.local_expand import LocalExpand, LocalExpandParameters
from tests.imaging import zoo
from tests.imaging.zoo import ZOO, Animal, keep

PROVIDER = LocalExpand()
SIDES = ("top", "bottom", "left", "right")


def request(path: Path, **parameters: Value) -> Request:
    values = validate(LocalExpandParameters, parameters).values()
    return Request(provider="local-expand", photo=open_photo(path).ref, parameters=values, folder=str(path.parent))


def run(path: Path, **parameters: Value) -> bytes:
    seen: list[float] = []
    (image,) = PROVIDER.run(request(path, **parameters), seen.append, lambda: False)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    return bytes(image.data)


def test_the_declaration_is_complete() -> None:
    assert isinstance(PROVIDER, LocalProvider)
    found = specs(LocalExpandParameters)
    assert tuple(spec.name for spec in found) == SIDES
    assert {(s.minimum, s.maximum, s.default, s.shown.step) for s in found} == {(0, 1, 0.25, 0.05)}
    parameters = validate(LocalExpandParameters, {"top": 0.0, "left": 1})
    assert PROVIDER.cost(parameters, Size(1, 1)).free
    assert PROVIDER.output_size(parameters, Size(100, 40)) == Size(100 + 100 + 25, 40 + 10)


def test_no_side_at_all_is_refused_in_words() -> None:
    with pytest.raises(InvalidParameter, match="At least one side has to grow"):
        validate(LocalExpandParameters, dict.fromkeys(SIDES, 0.0))


@pytest.mark.parametrize("bad", [{"top": 1.5}, {"left": -0.1}, {"all": 0.2}])
def test_bad_values_are_refused(bad: dict[str, Value]) -> None:
    with pytest.raises(InvalidParameter):
        validate(LocalExpandParameters, bad)


@pytest.mark.parametrize("animal", ZOO, ids=lambda a: a.name)
def test_every_animal_is_expanded_around_its_own_pixels(animal: Animal, tmp_path: Path) -> None:
    path = keep(tmp_path, animal.name, animal.make())
    data = run(path, top=0.5, bottom=0.0, left=0.25, right=1.0)
    assert verify(data, 100_000) == (ImageFormat.PNG, Size(48 + 12 + 48, 32 + 16))
    result = load_pixels(keep(tmp_path, "out.png", data))
    assert np.array_equal(result.data[16:, 12:60], load_pixels(path).data)


def test_a_frame_goes_before_the_ratios(tmp_path: Path) -> None:
    assert PROVIDER.info.takes_frame
    assert not PROVIDER.info.takes_mask
    path = keep(tmp_path, "p.jpg", zoo.pillow(zoo.rgb(), "JPEG", exif=zoo.private_exif(6)))
    upright = load_pixels(path).data
    assert upright.shape[:2] == (48, 32)
    framed = request(path).model_copy(update={"canvas": Canvas(frame=Margins(top=5, bottom=0, left=100, right=7))})
    (image,) = PROVIDER.run(framed, lambda value: None, lambda: False)
    data = bytes(image.data)
    assert verify(data, 100_000) == (ImageFormat.PNG, Size(32 + 107, 48 + 5))
    result = load_pixels(keep(tmp_path, "out.png", data)).data
    assert np.array_equal(result[5:, 100:132], upright)


def test_profile_and_metadata_stay_and_the_turn_is_taken(tmp_path: Path) -> None:
    icc = zoo.wide_profile()
    path = keep(tmp_path, "p.jpg", zoo.pillow(zoo.rgb(), "JPEG", exif=zoo.private_exif(8), icc_profile=icc))
    with Image.open(BytesIO(run(path))) as image:
        assert image.size == (32 + 16, 48 + 24)
        assert image.info["icc_profile"] == icc
        assert image.getexif()[0x0112] == 1
        assert image.getexif()[0x0110] == "Model"


def test_sixteen_bits_stay_sixteen(tmp_path: Path) -> None:
    data = run(keep(tmp_path, "d.tif", zoo.opencv(".tif", zoo.deep())))
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert decoded is not None
    assert np.array_equal(decoded[8:40, 12:60, ::-1], zoo.deep())


def test_it_can_be_cancelled(tmp_path: Path) -> None:
    asked = request(keep(tmp_path, "c.png", zoo.pillow(zoo.rgb(), "PNG")))
    with pytest.raises(Cancelled):
        PROVIDER.run(asked, lambda _: None, lambda: True)
