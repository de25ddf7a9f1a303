"""PicWish image expansion: the two modes, every parameter, limits, and replies with one to many results."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.core.calls import Json, Links, Reply
from overscan.core.failures import InvalidParameter, PhotoError
from overscan.core.geometry import Margins, Size
from overscan.core.images import ImageFormat
from overscan.core.parameters import Value, parse, specs, validate
from overscan.core.providers import Operation, Phase, RemoteImage, RemoteProvider
from overscan.core.requests import Canvas
from overscan.providers.accounts import PICWISH
from overscan.providers.picwish_expand import PicwishExpand
from tests.providers.asking import FRAME, MASK_FILE, MASK_LINK, URL, submission
from tests.providers.bodies import files, form

PROVIDER: RemoteProvider = PicwishExpand()
MODEL = PROVIDER.info.parameters
SIDES = ("top", "bottom", "left", "right")
OTHERS = {"scale": "7", "steps": "30", "seed": "-1", "sync": "0", "return_type": "1"}
FLAT = Margins(0, 0, 0, 0)


def test_the_parameters_are_those_of_the_document() -> None:
    found = {spec.name: spec for spec in specs(MODEL)}
    assert {name: spec.default for name, spec in found.items()} == {
        **dict.fromkeys(SIDES, 0.1),
        "prompt": None,
        "strength": None,
        "scale": 7.0,
        "steps": 30,
        "seed": -1,
        "sync": 0,
        "return_type": 1,
    }
    assert {found[side].range_text for side in SIDES} == {"(0, 1]"}
    assert found["scale"].range_text == "[1, 20]"
    assert found["strength"].range_text == "[0, 1]"
    assert found["prompt"].shown.max_length == 200


def test_labels_say_what_the_names_of_the_api_do_not() -> None:
    labels = {spec.name: spec.shown.label for spec in specs(MODEL)}
    assert (labels["scale"], labels["strength"]) == ("Prompt guidance", "Change strength")


# ---------------------------------------------------------------------------------------- four sides


def test_the_body_by_default() -> None:
    call = submission(PROVIDER)
    assert (call.method, call.path) == ("POST", "/api/tasks/visual/advanced-image-expand")
    assert form(call) == {**dict.fromkeys(SIDES, "0.1"), **OTHERS}
    assert files(call) == {"image_file": "photo"}


@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [
        *((side, 1.0, "1") for side in SIDES),
        *((side, 0.001, "0.001") for side in SIDES),
        ("top", 1, "1"),
        ("left", 1e-9, "0.000000001"),
        ("strength", 0.0, "0"),
        ("strength", -0.0, "0"),
        ("strength", 0.35, "0.35"),
        ("strength", 1, "1"),
        ("scale", 1.0, "1"),
        ("scale", 20, "20"),
        ("scale", 7.5, "7.5"),
        ("steps", 1, "1"),
        ("steps", 100, "100"),
        ("seed", 1, "1"),
        ("seed", 2**31, "2147483648"),
        ("seed", -1, "-1"),
        ("prompt", "a wide beach", "a wide beach"),
        ("prompt", "沙滩" * 100, "沙滩" * 100),
        ("sync", 1, "1"),
        ("return_type", 2, "2"),
    ],
    ids=str,
)
def test_each_value_is_sent_as_the_document_writes_it(name: str, value: Value, sent: str) -> None:
    assert form(submission(PROVIDER, **{name: value})) == {**dict.fromkeys(SIDES, "0.1"), **OTHERS, name: sent}


@pytest.mark.parametrize(
    "parameters",
    [
        *({side: bad} for side in SIDES for bad in (0, 0.0, -0.1, 1.01, "0.2", None, float("nan"), float("inf"))),
        {"strength": -0.01},
        {"strength": 1.1},
        {"scale": 0.9},
        {"scale": 20.5},
        {"scale": None},
        {"steps": 0},
        {"steps": 30.0},
        {"seed": 0},
        {"seed": -2},
        {"seed": 1.5},
        {"prompt": "x" * 201},
        {"prompt": 5},
        {"return_type": 3},
        {"sync": -1},
        {"mask_url": "https://photos.example/mask.png"},
        {"prompt": "\ud800"},
    ],
    ids=repr,
)
def test_what_the_document_does_not_have_is_refused_before_sending(parameters: dict[str, Value]) -> None:
    with pytest.raises(InvalidParameter) as caught:
        submission(PROVIDER, **parameters)
    assert caught.value.failure.message


def test_seed_0_is_refused_in_words() -> None:
    with pytest.raises(InvalidParameter, match="-1 for a random seed"):
        validate(MODEL, parse(MODEL, {"seed": "0"}))


@pytest.mark.parametrize("prompt", [None, "", "   ", "\n"])
def test_a_prompt_of_blanks_is_not_sent(prompt: Value) -> None:
    assert "prompt" not in form(submission(PROVIDER, prompt=prompt))


@given(st.fixed_dictionaries({side: st.floats(0, 1, exclude_min=True) for side in SIDES}), st.floats(1, 20))
def test_numbers_arrive_as_they_were_set(ratios: dict[str, float], scale: float) -> None:
    sent = form(submission(PROVIDER, **ratios, scale=scale))
    assert {side: float(sent[side]) for side in SIDES} == ratios
    assert float(sent["scale"]) == scale
    assert all(set(sent[name]) <= set("0123456789.") for name in (*SIDES, "scale"))


def test_a_photo_by_its_url() -> None:
    call = submission(PROVIDER, Links(URL, "https://ours.example/"))
    assert files(call) == {}
    assert form(call) == {"image_url": URL, **dict.fromkeys(SIDES, "0.1"), **OTHERS}


# ---------------------------------------------------------------------------------------- canvas


def test_a_frame_without_a_mask_sends_a_mask_file_and_no_ratios() -> None:
    call = submission(PROVIDER, None, Canvas(frame=FRAME), top=0.5)
    assert form(call) == OTHERS
    assert files(call) == {"image_file": "photo", "mask_file": "mask"}


@pytest.mark.parametrize("frame", [FRAME, FLAT], ids=["frame", "no frame"])
def test_a_mask_goes_along_as_a_file(frame: Margins) -> None:
    call = submission(PROVIDER, None, Canvas(frame=frame, mask=MASK_FILE), prompt="sky")
    assert form(call) == {**OTHERS, "prompt": "sky"}
    assert files(call) == {"image_file": "photo", "mask_file": "mask"}


def test_a_mask_by_its_url_is_the_only_one() -> None:
    call = submission(PROVIDER, None, Canvas(frame=FRAME, mask=MASK_LINK))
    assert form(call) == {**OTHERS, "mask_url": MASK_LINK.url}
    assert files(call) == {"image_file": "photo"}


def test_photo_and_mask_by_their_urls_as_in_the_documents_example() -> None:
    call = submission(PROVIDER, Links(URL), Canvas(frame=FLAT, mask=MASK_LINK))
    assert form(call) == {"image_url": URL, **OTHERS, "mask_url": MASK_LINK.url}
    assert files(call) == {}


def test_a_photo_by_its_url_can_have_a_mask_file_of_its_own_size() -> None:
    call = submission(PROVIDER, Links(URL), Canvas(frame=FLAT, mask=MASK_FILE))
    assert form(call) == {"image_url": URL, **OTHERS}
    assert files(call) == {"mask_file": "mask"}


def test_a_photo_by_its_url_cannot_be_laid_into_a_frame() -> None:
    with pytest.raises(PhotoError) as caught:
        submission(PROVIDER, Links(URL), Canvas(frame=FRAME))
    assert "--url" in caught.value.failure.remedy


def test_a_canvas_in_which_nothing_is_to_be_filled_is_refused() -> None:
    with pytest.raises(PhotoError, match="no larger than the photo"):
        submission(PROVIDER, None, Canvas(frame=FLAT))


# ---------------------------------------------------------------------------------------- facts


def test_the_limits() -> None:
    info = PROVIDER.info
    assert (info.account, info.operation) == (PICWISH, Operation.EXPAND)
    assert info.limits.formats == {ImageFormat.JPEG, ImageFormat.PNG}
    assert (info.limits.max_bytes, info.limits.min_side) == (5_000_000, 64)
    assert (info.limits.max_width, info.limits.max_height, info.limits.max_url_length) == (4096, 4096, 512)
    assert (info.takes_frame, info.takes_mask, info.max_outputs, info.limits.takes_url) == (True, True, 4, True)


def test_the_price_is_unknown_and_not_nothing() -> None:
    cost = PROVIDER.cost(MODEL(), Size(100, 100))
    assert cost.unknown
    assert not cost.free


@pytest.mark.parametrize(
    ("ratios", "size", "expected"),
    [
        ({}, Size(1000, 500), Size(1200, 600)),
        ({"top": 1.0, "left": 0.001}, Size(1000, 500), Size(1000 + 1 + 100, 500 + 500 + 50)),
        ({}, Size(8192, 4096), Size(4096 + 820, 2048 + 410)),  # reduced before sending
    ],
    ids=str,
)
def test_the_size_of_the_output(ratios: dict[str, Value], size: Size, expected: Size) -> None:
    assert PROVIDER.output_size(validate(MODEL, ratios), size) == expected


def test_calls_wait_as_long_as_they_have_to() -> None:
    pace = PROVIDER.info.pace
    assert submission(PROVIDER).read_timeout_s == pace.submit_timeout_s
    assert submission(PROVIDER, sync=1).read_timeout_s == pace.sync_timeout_s > 180
    call = PROVIDER.status_call("a/b")
    assert (call.method, call.path) == ("GET", "/api/tasks/visual/advanced-image-expand/a%2Fb")


# ---------------------------------------------------------------------------------------- results


def done(**data: Json) -> list[str]:
    body = {"status": 200, "message": "success", "data": {"task_id": "t", "state": 1, **data}}
    status = PROVIDER.read(Reply(200, {}, json.dumps(body).encode()))
    assert status.phase is Phase.SUCCEEDED
    return [image.url for image in status.images if isinstance(image, RemoteImage)]


A, B, C, D, E = (f"https://results.example/{name}.png" for name in "abcde")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"image": A}, [A]),
        ({"image1": A}, [A]),
        ({"image_1": A, "image_2": B, "image_3": C, "image_4": D}, [A, B, C, D]),
        ({"image_4": D, "image_2": B, "image_1": A, "image_3": C}, [A, B, C, D]),  # whatever the order in the reply
        ({"image": A, "image_1": A, "image_2": B, "image_3": "", "image_4": ""}, [A, B]),
        ({"image": "", "image1": None, "image_1": "null", "image_3": C}, [C]),
        ({"image_1": A, "image_2": "undefined", "image_3": A, "image_4": "/tasks/output/d.png"}, [A]),
        ({"image_1": A, "image_2": B, "image_3": C, "image_4": D, "image_5": E}, [A, B, C, D, E]),
        ({"image1": A, "image2": B, "image3": C, "image10": E, "image4": D}, [A, B, C, D, E]),
        ({"image": [A, None, B, 7, A], "image_2": [C]}, [A, B, C]),
        ({"image": [], "image_1": {}}, []),
        ({"image": "https://", "image_2": B}, [B]),
        ({"image_width": A, "image_x": B, "my_image": C, "image_1": D}, [D]),
    ],
    ids=str,
)
def test_one_to_many_results_come_once_each_and_in_order(data: dict[str, Json], expected: list[str]) -> None:
    assert done(**data) == expected  # F58, F59
