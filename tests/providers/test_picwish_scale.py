"""PicWish photo enhancement: the body as the document has it, the price, the size of the output."""

from __future__ import annotations

import itertools

import pytest

from overscan.core.calls import Links, Reply
from overscan.core.failures import InvalidParameter
from overscan.core.geometry import Size
from overscan.core.money import Amount, Cost
from overscan.core.parameters import Value, validate
from overscan.core.providers import Phase, RemoteProvider
from overscan.core.requests import PhotoRef, Request
from overscan.providers.picwish_scale import PicwishScale
from tests.providers.bodies import files, form

PROVIDER: RemoteProvider = PicwishScale()
FILE = PhotoRef(name="osprey", path="/photos/osprey.jpg")
LINK = PhotoRef(name="osprey", url="https://photos.example/osprey.jpg?a=b&c=%20d")


def request(photo: PhotoRef = FILE, /, **parameters: Value) -> Request:
    return Request(provider="picwish-scale", photo=photo, parameters=parameters, folder="/out")


def fields(**parameters: Value) -> dict[str, str]:
    return form(PROVIDER.submission(request(**parameters), Links()))


def test_the_body_by_default() -> None:
    call = PROVIDER.submission(request(), Links())
    assert (call.method, call.path) == ("POST", "/api/tasks/visual/scale")
    assert form(call) == {"type": "clean", "sync": "0", "return_type": "1"}
    assert files(call) == {"image_file": "photo"}


@pytest.mark.parametrize(("factor", "sent"), [(None, None), (1, "1"), (2, "2"), (4, "4")])
def test_the_factor_is_left_out_for_automatic(factor: Value, sent: str | None) -> None:
    assert fields(scale_factor=factor).get("scale_factor") == sent


@pytest.mark.parametrize(
    ("kind", "sync", "return_type"), list(itertools.product(["clean", "face"], [0, 1], [1, 2])), ids=str
)
def test_each_choice_is_sent_as_the_document_writes_it(kind: str, sync: int, return_type: int) -> None:
    sent = fields(type=kind, sync=sync, return_type=return_type)
    assert sent == {"type": kind, "sync": str(sync), "return_type": str(return_type)}


def test_the_image_itself_comes_only_at_once() -> None:
    assert fields(sync=1, return_type=3)["return_type"] == "3"
    with pytest.raises(InvalidParameter, match="sync"):
        PROVIDER.submission(request(return_type=3), Links())


@pytest.mark.parametrize(
    "parameters",
    [
        {"type": "cat"},
        {"scale_factor": 3},
        {"scale_factor": "2"},
        {"sync": "1"},
        {"sync": 2},
        {"return_type": 0},
        {"format": "png"},
        {"type": None},
    ],
)
def test_what_the_document_does_not_have_is_refused_before_sending(parameters: dict[str, Value]) -> None:
    with pytest.raises(InvalidParameter):
        PROVIDER.submission(request(**parameters), Links())


def test_a_photo_by_its_url_is_one_source_and_no_file() -> None:
    call = PROVIDER.submission(request(LINK, sync=0), Links(LINK.url))
    assert files(call) == {}
    assert form(call)["image_url"] == LINK.url
    assert "image_url" not in fields()


def test_a_synchronous_call_waits_for_the_result() -> None:
    pace = PROVIDER.info.pace
    assert PROVIDER.submission(request(), Links()).read_timeout_s == pace.submit_timeout_s
    assert PROVIDER.submission(request(sync=1), Links()).read_timeout_s == pace.sync_timeout_s
    assert pace.sync_timeout_s > 180  # the service's own limit: its answer must win that race


@pytest.mark.parametrize(
    ("task_id", "path"),
    [("abc-1", "abc-1"), ("../x", "..%2Fx"), ("a?b#c", "a%3Fb%23c"), ("a b%", "a%20b%25"), ("é", "%C3%A9")],
)
def test_a_task_id_cannot_leave_its_place_in_the_path(task_id: str, path: str) -> None:
    call = PROVIDER.status_call(task_id)
    assert (call.method, call.path) == ("GET", f"/api/tasks/visual/scale/{path}")
    assert call.body is None


def credits_of(size: Size | None, **parameters: Value) -> tuple[float, float] | None:
    cost = PROVIDER.cost(validate(PROVIDER.info.parameters, parameters), size)
    assert cost.usd is None
    return (cost.credits.low, cost.credits.high) if cost.credits else None


@pytest.mark.parametrize(
    ("size", "parameters", "expected"),
    [
        (Size(512, 400), {}, (2, 2)),  # automatic: ×4, 2048
        (Size(513, 400), {}, (2, 2)),  # automatic: ×2
        (Size(1024, 700), {}, (2, 2)),
        (Size(1025, 700), {}, (2, 2)),  # automatic: as it is
        (Size(2048, 2048), {}, (2, 2)),
        (Size(2049, 10), {}, (3, 3)),
        (Size(10, 4096), {}, (3, 3)),
        (Size(8000, 6000), {}, (3, 3)),  # reduced before sending
        (Size(1024, 700), {"scale_factor": 4}, (2, 3)),  # the document does not say which edge counts
        (Size(512, 512), {"scale_factor": 4}, (2, 2)),
        (Size(2048, 1), {"scale_factor": 1}, (2, 2)),
        (Size(2048, 1), {"scale_factor": 2}, (2, 3)),
        (None, {}, (2, 3)),
        (None, {"scale_factor": 1}, (2, 3)),
    ],
    ids=str,
)
def test_the_price(size: Size | None, parameters: dict[str, Value], expected: tuple[float, float]) -> None:
    assert credits_of(size, **parameters) == expected


def test_the_price_is_never_called_free_or_unknown() -> None:
    cost = PROVIDER.cost(validate(PROVIDER.info.parameters, {}), Size(5, 5))
    assert cost == Cost(credits=Amount(2, 2))
    assert not cost.free
    assert not cost.unknown


@pytest.mark.parametrize(
    ("size", "factor", "expected"),
    [
        (Size(11, 300), None, Size(44, 1200)),
        (Size(512, 384), None, Size(2048, 1536)),
        (Size(513, 384), None, Size(1026, 768)),
        (Size(1024, 768), None, Size(2048, 1536)),
        (Size(1025, 768), None, Size(1025, 768)),
        (Size(8192, 4096), None, Size(4096, 2048)),
        (Size(8192, 4096), 2, Size(8192, 4096)),
        (Size(100, 50), 1, Size(100, 50)),
        (Size(100, 50), 4, Size(400, 200)),
    ],
    ids=str,
)
def test_the_size_of_the_output(size: Size, factor: Value, expected: Size) -> None:
    parameters = validate(PROVIDER.info.parameters, {"scale_factor": factor})
    assert PROVIDER.output_size(parameters, size) == expected


def test_it_reads_the_shared_envelope() -> None:
    body = b'{"status":200,"message":"success","data":{"task_id":"t-1"}}'
    status = PROVIDER.read(Reply(200, {}, body))
    assert (status.task_id, status.phase) == ("t-1", Phase.QUEUED)


def test_true_is_sent_as_the_number_that_the_document_has() -> None:
    assert fields(sync=True)["sync"] == "1"
