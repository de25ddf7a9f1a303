"""PicWish advanced enhancer: the body as the document has it, price, limits, and the document's own replies."""

from __future__ import annotations

import itertools

import pytest

from overscan.core.calls import Links, Reply
from overscan.core.failures import InvalidParameter
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.money import Amount, Cost
from overscan.core.parameters import Value, specs, validate
from overscan.core.providers import Phase, RemoteImage, RemoteProvider
from overscan.providers.accounts import PICWISH
from overscan.providers.picwish_scale_pro import PicwishScalePro
from tests.providers.asking import URL, submission
from tests.providers.bodies import files, form

PROVIDER: RemoteProvider = PicwishScalePro()


def test_the_parameters_are_those_of_the_document() -> None:
    assert {spec.name: spec.default for spec in specs(PROVIDER.info.parameters)} == {
        "type": 0,
        "sync": 0,
        "return_type": 1,
    }


def test_the_body_by_default() -> None:
    call = submission(PROVIDER)
    assert (call.method, call.path, call.query) == ("POST", "/api/tasks/visual/scale-pro", ())
    assert form(call) == {"type": "0", "sync": "0", "return_type": "1"}
    assert files(call) == {"image_file": "photo"}
    assert call.read_timeout_s == PROVIDER.info.pace.submit_timeout_s


@pytest.mark.parametrize(("kind", "sync", "return_type"), list(itertools.product([0, 1], [0, 1], [1, 2])), ids=str)
def test_each_choice_is_sent_as_the_document_writes_it(kind: int, sync: int, return_type: int) -> None:
    sent = form(submission(PROVIDER, type=kind, sync=sync, return_type=return_type))
    assert sent == {"type": str(kind), "sync": str(sync), "return_type": str(return_type)}


@pytest.mark.parametrize(
    "parameters",
    [{"type": 2}, {"type": "clean"}, {"type": "0"}, {"return_type": 3}, {"sync": 2}, {"scale_factor": 2}],
    ids=str,
)
def test_what_the_document_does_not_have_is_refused_before_sending(parameters: dict[str, Value]) -> None:
    with pytest.raises(InvalidParameter):
        submission(PROVIDER, **parameters)


def test_a_photo_by_its_url_is_one_source_and_no_file() -> None:
    call = submission(PROVIDER, Links(URL, "https://ours.example/"))
    assert files(call) == {}
    assert form(call) == {"image_url": URL, "type": "0", "sync": "0", "return_type": "1"}


def test_a_synchronous_call_waits_longer_than_the_service_works() -> None:
    assert submission(PROVIDER, sync=1).read_timeout_s == PROVIDER.info.pace.sync_timeout_s > 180


def test_the_status_call() -> None:
    call = PROVIDER.status_call("../a b?c")
    assert (call.method, call.path, call.body) == ("GET", "/api/tasks/visual/scale-pro/..%2Fa%20b%3Fc", None)


def test_the_limits() -> None:
    limits = PROVIDER.info.limits
    assert PROVIDER.info.account is PICWISH
    assert (limits.max_bytes, limits.max_width, limits.max_height) == (30_000_000, 4096, 4096)
    assert (limits.takes_file, limits.takes_url, limits.max_url_length) == (True, True, 512)
    taken = {ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.BMP, ImageFormat.WEBP, ImageFormat.TIFF}
    assert limits.formats == taken
    assert PROVIDER.info.result_lifetime_s == 3600


@pytest.mark.parametrize(("kind", "price"), [(0, 5), (1, 4), (False, 5), (True, 4)])
@pytest.mark.parametrize("size", [None, Size(1, 1), Size(9000, 9000)], ids=str)
def test_the_price_goes_by_the_type_alone(kind: int, price: int, size: Size | None) -> None:
    cost = PROVIDER.cost(validate(PROVIDER.info.parameters, {"type": kind}), size)
    assert cost == Cost(credits=Amount(price, price))


def test_the_size_of_the_output_is_the_services_choice() -> None:
    assert PROVIDER.output_size(PROVIDER.info.parameters(), Size(350, 350)) is None


def test_the_documents_own_replies() -> None:
    made = PROVIDER.read(Reply(200, {}, b'{"status":200,"message":"success","data":{"task_id":"TASK_ID"}}'))
    assert (made.task_id, made.phase) == ("TASK_ID", Phase.QUEUED)
    done = PROVIDER.read(
        Reply(
            200,
            {},
            b'{"status": 200, "message": "success", "data": {"task_id": "TASK_ID", "state": 1, "progress": 100,'
            b'"image": "https://results.example/result.jpg", "completed_at": 1776318305}}',
        )
    )
    assert (done.task_id, done.phase, done.progress) == ("TASK_ID", Phase.SUCCEEDED, 1.0)
    assert done.images == (RemoteImage("https://results.example/result.jpg"),)
