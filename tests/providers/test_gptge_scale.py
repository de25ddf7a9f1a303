"""gpt.ge image enhancement: the body, the callback, the status path that can be set, and the document's reply."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from overscan.core.calls import Links, Reply
from overscan.core.failures import InvalidParameter
from overscan.core.geometry import Size
from overscan.core.parameters import Value, specs, validate
from overscan.core.providers import Phase, RemoteImage, RemoteProvider
from overscan.providers.accounts import GPTGE
from overscan.providers.gptge_scale import GptgeScale
from tests.providers.asking import CALLBACK, URL, submission
from tests.providers.bodies import files, form

PROVIDER: RemoteProvider = GptgeScale()

SAMPLE = b"""{
"status": 200,
"data": {
"completed_at": 1742687863,
"created_at": 1742687863,
"download_time": 0,
"image": "https://results.example/tasks/output/scale/7df94a60-1b62-40d6-a0f5-abf35bafce75.jpg",
"image_height": 1152,
"image_width": 864,
"processed_at": 1742687862,
"progress": 100,
"return_type": 1,
"state": 1,
"state_detail": "Complete",
"task_id": "7df94a60-1b62-40d6-a0f5-abf35bafce75",
"time_elapsed": 356.4800109863281,
"type": "clean"
}
}"""


def test_the_parameters_are_those_of_the_document() -> None:
    assert {spec.name: spec.default for spec in specs(PROVIDER.info.parameters)} == {
        "type": "clean",
        "scale_factor": None,
        "sync": 0,
        "callback_url": None,
    }


def test_the_body_by_default_has_no_return_type() -> None:
    call = submission(PROVIDER)
    assert (call.method, call.path) == ("POST", "/task/pic/scale")
    assert form(call) == {"type": "clean", "sync": "0"}
    assert files(call) == {"image_file": "photo"}


@pytest.mark.parametrize(
    ("kind", "factor", "sync"), list(itertools.product(["clean", "face"], [None, 1, 2, 4], [0, 1])), ids=str
)
def test_each_choice_is_sent_as_the_document_writes_it(kind: str, factor: int | None, sync: int) -> None:
    expected = {"type": kind, "sync": str(sync)} | ({} if factor is None else {"scale_factor": str(factor)})
    assert form(submission(PROVIDER, type=kind, scale_factor=factor, sync=sync)) == expected


@pytest.mark.parametrize(
    "parameters",
    [{"type": "hd"}, {"scale_factor": 3}, {"sync": 2}, {"return_type": 1}, {"callback_url": 5}],
    ids=str,
)
def test_what_the_document_does_not_have_is_refused_before_sending(parameters: dict[str, Value]) -> None:
    with pytest.raises(InvalidParameter):
        submission(PROVIDER, **parameters)


def test_a_photo_by_its_url_is_one_source_and_no_file() -> None:
    call = submission(PROVIDER, Links(URL))
    assert files(call) == {}
    assert form(call)["image_url"] == URL


@pytest.mark.parametrize(
    ("typed", "ours", "sync", "sent"),
    [
        (None, None, 0, None),
        (None, CALLBACK, 0, CALLBACK),
        ("", CALLBACK, 0, CALLBACK),
        (None, CALLBACK, 1, None),  # the answer is the result: there is nothing to wake up for
        ("https://mine.example/hook?id=1", CALLBACK, 0, "https://mine.example/hook?id=1"),
        (" http://mine.example:8080/hook ", None, 1, "http://mine.example:8080/hook"),
    ],
)
def test_where_the_callback_goes(typed: Value, ours: str | None, sync: int, sent: str | None) -> None:
    body = form(submission(PROVIDER, Links(None, ours), sync=sync, callback_url=typed))
    assert body.get("callback_url") == sent


@pytest.mark.parametrize(
    "typed",
    [
        "a word",
        "ftp://a.example/",
        "https://",
        "https:///x",
        "/hook",
        "https://a.example/ b",
        "https://a.example/\n",
        "é",
    ],
)
def test_a_callback_that_nobody_could_call_is_refused(typed: str) -> None:
    if typed.strip() != typed:
        assert form(submission(PROVIDER, callback_url=typed))["callback_url"] == typed.strip()
        return
    with pytest.raises(InvalidParameter) as caught:
        submission(PROVIDER, callback_url=typed)
    assert "https://" in caught.value.failure.remedy


def test_the_status_path_can_be_set() -> None:
    call = PROVIDER.status_call("7df9/..")
    assert (call.method, call.path, call.query) == ("GET", "/task/7df9%2F..", ())

    class Elsewhere(GptgeScale):
        info = replace(GptgeScale.info, status_path="/v2/{task_id}/state")  # type: ignore[misc]

    assert Elsewhere().status_call("{task_id}").path == "/v2/%7Btask_id%7D/state"


def test_the_facts() -> None:
    info = PROVIDER.info
    assert info.account is GPTGE
    assert info.status_path == "/task/{task_id}"
    assert (info.limits.max_bytes, info.limits.max_width, info.limits.max_height) == (20_000_000, 4096, 4096)
    assert (info.pace.first_s, info.pace.interval_s, info.pace.max_interval_s) == (2, 2, 5)
    assert (info.pace.deadline_s, info.result_lifetime_s) == (300, 3600)
    assert submission(PROVIDER).read_timeout_s == info.pace.submit_timeout_s
    assert submission(PROVIDER, sync=1).read_timeout_s == info.pace.sync_timeout_s > 180


def test_the_price_is_unknown_and_not_nothing() -> None:
    cost = PROVIDER.cost(PROVIDER.info.parameters(), Size(100, 100))
    assert cost.unknown
    assert not cost.free


@pytest.mark.parametrize(
    ("factor", "size", "expected"),
    [(None, Size(100, 50), None), (1, Size(100, 50), Size(100, 50)), (4, Size(8192, 4096), Size(16384, 8192))],
)
def test_the_size_of_the_output(factor: Value, size: Size, expected: Size | None) -> None:
    assert PROVIDER.output_size(validate(PROVIDER.info.parameters, {"scale_factor": factor}), size) == expected


def test_the_documents_own_reply() -> None:
    status = PROVIDER.read(Reply(200, {}, SAMPLE))
    task = "7df94a60-1b62-40d6-a0f5-abf35bafce75"
    assert (status.phase, status.task_id, status.progress) == (Phase.SUCCEEDED, task, 1.0)
    assert status.images == (RemoteImage(f"https://results.example/tasks/output/scale/{task}.jpg"),)
