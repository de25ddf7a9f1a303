"""The built-in expansion as the engine runs it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from overscan.core.failures import Cancelled, InvalidParameter, OverscanError, PhotoError
from overscan.core.geometry import Margins, Size
from overscan.core.images import ImageFormat
from overscan.core.parameters import Role, Value, specs, validate
from overscan.core.providers import EncodedImage, LocalProvider
from overscan.core.requests import Canvas, MaskRef, Request
from overscan.imaging.expanding import Style
from overscan.imaging.formats import verify
from overscan.imaging.mask import GENERATED, encode_mask, open_mask
from overscan.imaging.photo import load_pixels, open_photo
from overscan.providers.local_expand import LocalExpand, LocalExpandParameters
from tests.imaging import zoo
from tests.imaging.zoo import ZOO, Animal, keep

PROVIDER = LocalExpand()
SIDES = ("top", "bottom", "left", "right")


def request(path: Path, **parameters: Value) -> Request:
    parameters = {"style": "mirror", **parameters}
    values = validate(LocalExpandParameters, parameters).values()
    return Request(provider="local-expand", photo=open_photo(path).ref, parameters=values, folder=str(path.parent))


def result(asked: Request) -> EncodedImage:
    seen: list[float] = []
    (image,) = PROVIDER.run(asked, seen.append, lambda: False)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    return image


def run(path: Path, **parameters: Value) -> bytes:
    """As a mirror image, the quickest style, unless another is asked for."""
    return bytes(result(request(path, **parameters)).data)


def test_the_declaration_is_complete() -> None:
    assert isinstance(PROVIDER, LocalProvider)
    found = specs(LocalExpandParameters)
    assert tuple(spec.name for spec in found) == (*SIDES, "style", "model_file")
    assert {(s.minimum, s.maximum, s.default, s.shown.step) for s in found[:4]} == {(0, 1, 0.25, 0.05)}
    assert [choice.value for choice in found[4].shown.choices] == list(Style)
    assert found[4].default == "continue"
    assert found[5].shown.role is Role.MODEL_FILE
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


@pytest.mark.parametrize("style", ["mirror", "blur"])
@pytest.mark.parametrize("animal", ZOO, ids=lambda a: a.name)
def test_every_animal_is_expanded_around_its_own_pixels(animal: Animal, style: str, tmp_path: Path) -> None:
    path = keep(tmp_path, animal.name, animal.make())
    data = run(path, style=style, top=0.5, bottom=0.0, left=0.25, right=1.0)
    assert verify(data, 100_000) == (ImageFormat.PNG, Size(48 + 12 + 48, 32 + 16))
    made = load_pixels(keep(tmp_path, "out.png", data))
    assert np.array_equal(made.data[16:, 12:60], load_pixels(path).data)


def test_patches_go_on_around_the_photos_own_pixels(tmp_path: Path) -> None:
    path = keep(tmp_path, "p.png", zoo.pillow(zoo.rgb(), "PNG"))
    image = result(request(path, style="continue"))
    assert image.notes == ()
    made = load_pixels(keep(tmp_path, "out.png", bytes(image.data)))
    assert np.array_equal(made.data[8:40, 12:60], load_pixels(path).data)


def test_too_small_for_patches_is_mirrored_and_says_so(tmp_path: Path) -> None:
    for size in ((1, 1), (3, 2), (27, 200)):
        path = tmp_path / "small.png"
        Image.new("RGB", size, (10, 200, 30)).save(path)
        framed = canvas(request(path, style="continue"), Margins(5, 4, 3, 2))
        image = result(framed)
        assert "too small" in image.notes[0]
        assert verify(bytes(image.data), 100_000)[1] == Size(size[0] + 5, size[1] + 9)


def test_exactly_the_white_pixels_of_a_mask_are_filled(tmp_path: Path) -> None:
    path = keep(tmp_path, "p.png", zoo.pillow(zoo.rgb(), "PNG"))
    photo = load_pixels(path).data
    white = np.zeros((32 + 10, 48 + 6), bool)
    white[:10, :20] = True
    white[20:30, 12:40] = True
    for style in ("continue", "blur", "mirror"):
        framed = canvas(request(path, style=style), Margins(10, 0, 0, 6), write_mask(tmp_path, white))
        image = result(framed)
        made = load_pixels(keep(tmp_path, "out.png", bytes(image.data))).data
        kept = ~white[10:, :48]
        assert np.array_equal(made[10:, :48][kept], photo[kept])
        # What a mask keeps outside the photo stays blank.
        assert (made[:10, 20:] == 255).all()
        assert (made[10:, 48:] == 255).all()
        assert not (made[:10, :20] == 255).all()


def test_a_mask_that_fills_nothing_new_or_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = keep(tmp_path, "p.png", zoo.pillow(zoo.rgb(), "PNG"))
    inside = np.zeros((42, 48), bool)
    inside[15:20, 5:9] = True
    frame = Margins(10, 0, 0, 0)
    for white, words in (
        (inside, "keeps the whole new area"),
        (np.zeros((42, 48), bool), "black all over"),
        (np.ones((42, 48), bool), "white all over"),
        (np.eye(5, dtype=bool), "both have to be equal"),
    ):
        with pytest.raises(PhotoError, match=words):
            result(canvas(request(path), frame, write_mask(tmp_path, white)))
    with pytest.raises(PhotoError, match="needs the mask as a file"):
        result(canvas(request(path), frame, MaskRef(url="https://example.com/m.png")))


def test_a_model_has_to_be_named_and_to_be_one(tmp_path: Path) -> None:
    path = keep(tmp_path, "p.png", zoo.pillow(zoo.rgb(), "PNG"))
    with pytest.raises(InvalidParameter, match="model_file"):
        request(path, style="model")
    with pytest.raises(OverscanError):
        result(request(path, style="model", model_file=str(path)))


def canvas(asked: Request, frame: Margins, mask: MaskRef | None = None) -> Request:
    return asked.model_copy(update={"canvas": Canvas(frame=frame, mask=mask)})


def write_mask(folder: Path, white: npt.NDArray[np.bool_]) -> MaskRef:
    path = folder / "mask.png"
    path.write_bytes(encode_mask(np.where(white, np.uint8(GENERATED), np.uint8(0))))
    return open_mask(path)


def test_a_frame_goes_before_the_ratios(tmp_path: Path) -> None:
    assert PROVIDER.info.takes_frame
    path = keep(tmp_path, "p.jpg", zoo.pillow(zoo.rgb(), "JPEG", exif=zoo.private_exif(6)))
    upright = load_pixels(path).data
    assert upright.shape[:2] == (48, 32)
    framed = request(path).model_copy(update={"canvas": Canvas(frame=Margins(top=5, bottom=0, left=100, right=7))})
    (image,) = PROVIDER.run(framed, lambda value: None, lambda: False)
    data = bytes(image.data)
    assert verify(data, 100_000) == (ImageFormat.PNG, Size(32 + 107, 48 + 5))
    made = load_pixels(keep(tmp_path, "out.png", data)).data
    assert np.array_equal(made[5:, 100:132], upright)


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
