"""APIXO image upscaler: the JSON body as the document has it, callbacks, limits, price and pace."""

from __future__ import annotations

import itertools
import json

import pytest

from overscan.core.calls import Json, Links
from overscan.core.failures import InvalidParameter
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.money import Amount, Cost
from overscan.core.parameters import Value, parse, specs, validate
from overscan.core.providers import RemoteProvider
from overscan.providers.accounts import APIXO
from overscan.providers.apixo_upscaler import ApixoUpscaler
from tests.providers.asking import CALLBACK, URL, submission
from tests.providers.bodies import json_body

PROVIDER: RemoteProvider = ApixoUpscaler()
MINE = "https://mine.example/hook"


def body(links: Links | None = None, /, **parameters: Value) -> dict[str, Json]:
    return dict(json_body(submission(PROVIDER, links or Links(URL), **parameters)))


def test_the_parameters_are_those_of_the_document() -> None:
    found = {spec.name: spec for spec in specs(PROVIDER.info.parameters)}
    assert {name: spec.default for name, spec in found.items()} == {
        "resolution": "4k",
        "output_format": "jpg",
        "mode": "image-to-image",
        "request_type": "async",
        "callback_url": None,
    }
    shown_when = found["callback_url"].shown.when
    assert shown_when is not None
    assert [shown_when.holds({"request_type": kind}) for kind in ("async", "callback")] == [False, True]


def test_the_body_by_default_is_the_documents_example() -> None:
    call = submission(PROVIDER, Links(URL))
    assert (call.method, call.path, call.query) == ("POST", "/generateTask/image-upscaler", ())
    assert json_body(call) == {
        "request_type": "async",
        "input": {
            "mode": "image-to-image",
            "image_urls": [URL],
            "resolution": "4k",
            "output_format": "jpg",
        },
    }
    assert json.loads(json.dumps(json_body(call))) == json_body(call)
    assert call.read_timeout_s == 60


@pytest.mark.parametrize(
    ("resolution", "output_format"), list(itertools.product(["2k", "4k", "8k"], ["jpg", "png", "webp"])), ids=str
)
def test_each_choice_is_sent_as_the_document_writes_it(resolution: str, output_format: str) -> None:
    sent = body(resolution=resolution, output_format=output_format, mode="image-to-image", request_type="async")
    assert sent["input"] == {
        "mode": "image-to-image",
        "image_urls": [URL],
        "resolution": resolution,
        "output_format": output_format,
    }


@pytest.mark.parametrize(
    "parameters",
    [
        {"resolution": "16k"},
        {"resolution": 4},
        {"output_format": "gif"},
        {"mode": "text-to-image"},
        {"request_type": "sync"},
        {"sync": 0},
        {"provider": "auto"},
        {"image_urls": URL},
    ],
    ids=str,
)
def test_what_the_document_does_not_have_is_refused_before_sending(parameters: dict[str, Value]) -> None:
    with pytest.raises(InvalidParameter):
        body(**parameters)


@pytest.mark.parametrize("links", [Links(), Links(""), Links(None, CALLBACK)])
def test_without_an_address_of_the_photo_nothing_can_be_asked(links: Links) -> None:
    with pytest.raises(InvalidParameter, match="public URL") as caught:
        body(links)
    assert "hosting" in caught.value.failure.remedy


@pytest.mark.parametrize(
    ("typed", "ours", "sent"),
    [
        (MINE, None, MINE),
        (MINE, CALLBACK, MINE),
        (f" {MINE} ", None, MINE),
        (None, CALLBACK, CALLBACK),
        ("", CALLBACK, CALLBACK),
    ],
)
def test_a_callback_goes_to_the_typed_address_or_to_ours(typed: Value, ours: str | None, sent: str) -> None:
    told = body(Links(URL, ours), request_type="callback", callback_url=typed)
    assert list(told) == ["request_type", "callback_url", "input"]
    assert (told["request_type"], told["callback_url"]) == ("callback", sent)


def test_a_callback_without_an_address_is_refused_with_the_remedy() -> None:
    with pytest.raises(InvalidParameter) as caught:
        body(request_type="callback")
    assert "callback_url" in caught.value.failure.remedy
    assert "request_type=async" in caught.value.failure.remedy


@pytest.mark.parametrize(
    "typed", ["http://mine.example/", "a word", "https://", "ftp://a.example", "https://é.example"]
)
def test_a_callback_has_to_be_https(typed: str) -> None:
    with pytest.raises(InvalidParameter, match="callback_url"):
        body(request_type="callback", callback_url=typed)


def test_polling_names_no_callback() -> None:
    assert "callback_url" not in body(Links(URL, CALLBACK), callback_url="never looked at")


def test_the_status_call_has_the_task_in_its_query() -> None:
    call = PROVIDER.status_call("task_1&x=2")
    assert (call.method, call.path, call.body) == ("GET", "/statusTask/image-upscaler", None)
    assert call.query == (("taskId", "task_1&x=2"),)


def test_the_facts() -> None:
    info = PROVIDER.info
    assert info.account is APIXO
    assert (info.limits.takes_file, info.limits.takes_url) == (False, True)
    assert info.limits.formats == {ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.WEBP}
    assert (info.limits.max_bytes, info.limits.max_url_length) == (10_000_000, 2048)
    assert info.result_lifetime_s == 86_400


def test_8k_is_asked_for_more_slowly_and_longer() -> None:
    info = PROVIDER.info
    pace = info.pace
    assert (pace.first_s, pace.interval_s, pace.max_interval_s, pace.deadline_s) == (12, 7, 30, 900)
    ((condition, slow),) = info.pace_when
    assert [condition.holds({"resolution": r}) for r in ("2k", "4k", "8k")] == [False, False, True]
    assert (slow.first_s, slow.interval_s, slow.max_interval_s, slow.deadline_s) == (12, 12, 30, 1800)


@pytest.mark.parametrize("resolution", ["2k", "4k", "8k"])
@pytest.mark.parametrize("size", [None, Size(1, 1), Size(9000, 9000)], ids=str)
def test_the_price_is_one_cent_whatever_is_asked_for(resolution: str, size: Size | None) -> None:
    parameters = validate(PROVIDER.info.parameters, {"resolution": resolution})
    assert PROVIDER.cost(parameters, size) == Cost(usd=Amount(0.01, 0.01))
    assert PROVIDER.output_size(parameters, size or Size(1, 1)) is None


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [
        ("resolution", "8K", "8k"),
        ("resolution", "2k", "2k"),
        ("output_format", "jpeg", "jpg"),
        ("output_format", "JPEG", "jpg"),
        ("output_format", "WebP", "webp"),
    ],
)
def test_other_spellings_of_the_document(name: str, typed: str, meant: str) -> None:
    model = ApixoUpscaler.info.parameters
    assert parse(model, {name: typed}) == {name: meant}
    assert validate(model, {name: typed}).values()[name] == meant


@pytest.mark.parametrize(
    ("name", "typed"), [("resolution", "16K"), ("output_format", "gif"), ("mode", "Image-To-Image")]
)
def test_what_the_document_does_not_have_stays_refused(name: str, typed: str) -> None:
    model = ApixoUpscaler.info.parameters
    with pytest.raises(InvalidParameter):
        parse(model, {name: typed})
    with pytest.raises(InvalidParameter):
        validate(model, {name: typed})
