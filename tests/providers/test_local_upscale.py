"""The built-in enlargement as the engine runs it."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from overscan.core.failures import Cancelled, InvalidParameter, PhotoError
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat, PhotoFacts
from overscan.core.parameters import Value, parse, specs, validate
from overscan.core.plan import Choice, Plan, Target, make_plan
from overscan.core.providers import LocalProvider
from overscan.core.requests import Photo, PhotoRef, Request
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
    declared = {spec.name: spec for spec in specs(LocalUpscaleParameters)}
    defaults = {name: spec.default for name, spec in declared.items()}
    assert defaults | {"scale_factor": 2, "model": "natural", "quality": "standard", "strength": 1.0} == defaults
    assert (declared["strength"].minimum, declared["strength"].maximum) == (0, 1)
    parameters = validate(LocalUpscaleParameters, {})
    assert PROVIDER.cost(parameters, None).free
    assert PROVIDER.output_size(parameters, Size(30, 20)) == Size(60, 40)
    same = validate(LocalUpscaleParameters, {"scale_factor": 1, "model": "repair"})
    assert PROVIDER.output_size(same, Size(30, 20)) == Size(30, 20)
    assert PROVIDER.info.account is None


@pytest.mark.parametrize(
    "bad",
    [
        {"scale_factor": 3},
        {"scale_factor": 1},
        {"scale_factor": 1, "model": "natural"},
        {"strength": 1.1},
        {"strength": -0.1},
        {"model": "portrait"},
        {"quality": "slow"},
        {"size": 2},
    ],
)
def test_bad_values_are_refused(bad: dict[str, Value]) -> None:
    with pytest.raises(InvalidParameter):
        validate(LocalUpscaleParameters, bad)


def test_a_journal_of_an_older_program_is_understood() -> None:
    parameters = validate(LocalUpscaleParameters, {"scale_factor": 4, "sharpen": 0.5})
    assert "sharpen" not in parameters.values()
    assert parameters.values()["scale_factor"] == 4
    # On the command line the name is as unknown as any other.
    with pytest.raises(InvalidParameter, match="sharpen"):
        parse(LocalUpscaleParameters, {"sharpen": "0.5"})


@pytest.mark.parametrize("animal", ZOO, ids=lambda a: a.name)
def test_every_animal_is_enlarged(animal: Animal, tmp_path: Path) -> None:
    data = run(keep(tmp_path, animal.name, animal.make()))
    assert verify(data, 100_000) == (ImageFormat.PNG, Size(2 * zoo.WIDTH, 2 * zoo.HEIGHT))
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
    data = run(keep(tmp_path, "d.png", zoo.opencv(".png", zoo.deep())))
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


def test_a_cancel_from_another_thread_stops_it_within_one_tile(tmp_path: Path) -> None:
    """As the engine does it: the job runs in a worker, and the person asks for its end while a tile is computed."""
    asked = request(keep(tmp_path, "c.png", zoo.pillow(Image.new("RGB", (2000, 1200), "teal"), "PNG")), quality="fast")
    begun, stop = threading.Event(), threading.Event()
    seen: list[float] = []

    def progress(value: float) -> None:
        seen.append(value)
        if len(seen) == 3:  # decoded, and two tiles
            begun.set()
            stop.wait(20)

    with ThreadPoolExecutor(1) as worker:
        job = worker.submit(PROVIDER.run, asked, progress, stop.is_set)
        assert begun.wait(20)
        stop.set()
        with pytest.raises(Cancelled):
            job.result(20)
    assert len(seen) == 3


def test_without_onnxruntime_the_photo_is_enlarged_and_the_result_says_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    asked = request(keep(tmp_path, "c.png", zoo.pillow(zoo.rgb(), "PNG")))
    (image,) = PROVIDER.run(asked, lambda _: None, lambda: False)
    assert verify(bytes(image.data), 100_000) == (ImageFormat.PNG, Size(2 * zoo.WIDTH, 2 * zoo.HEIGHT))
    (note,) = image.notes
    assert "onnxruntime" in note


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_a_single_pixel_is_enlarged(tmp_path: Path, mode: str) -> None:
    path = keep(tmp_path, "one.png", zoo.pillow(Image.new(mode, (1, 1)), "PNG"))
    assert verify(run(path), 100_000) == (ImageFormat.PNG, Size(2, 2))


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


def test_a_result_that_nobody_could_open_is_refused_in_the_plan() -> None:
    def planned(width: int, height: int, factor: int) -> Plan:
        facts = PhotoFacts(ImageFormat.JPEG, Size(width, height), 1000)
        photo = Photo(PhotoRef(name="a", path="/a.jpg", sha256="0" * 64, size=Size(width, height)), facts)
        choice = Choice(LocalUpscale(), {"scale_factor": factor})
        return make_plan([photo], [choice], Target("/out"), has_key=lambda _: True)

    assert len(planned(10_000, 10_000, 2).jobs) == 1
    assert len(planned(6000, 4000, 4).jobs) == 1
    refused = planned(10_000, 10_000, 4)
    assert refused.jobs == ()
    assert "1600 megapixels" in refused.refusals[0].failure.message
    assert "400 megapixels" in refused.refusals[0].failure.remedy
