"""Errors of gateways: clear ones are refusals, and an unclear one never lets a job be sent again."""

from __future__ import annotations

import json

import pytest

from overscan.core.calls import Json, Reply
from overscan.core.failures import FailureKind, ProtocolError, ServiceRefusal
from overscan.core.providers import Phase
from overscan.providers.task_envelope import read_task


def reply(error: Json, status: int = 200, **others: Json) -> Reply:
    return Reply(status, {}, json.dumps({"error": error, **others}).encode())


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (401, {"message": "bad token (request id: 1)", "type": "new_api_error"}, FailureKind.AUTH),
        (403, {"message": "no access", "type": "new_api_error", "code": ""}, FailureKind.AUTH),
        (403, {"message": "quota is not enough", "code": "insufficient_user_quota"}, FailureKind.BILLING),
        (403, {"message": "no", "code": "insufficient_user_quota"}, FailureKind.BILLING),
        (403, {"message": "用户额度不足"}, FailureKind.BILLING),
        (403, {"message": "insufficient permissions"}, FailureKind.AUTH),
        (429, {"message": "slow down", "type": "rate_limit_error"}, FailureKind.RATE_LIMITED),
        (429, {"message": "You have insufficient quota", "code": "insufficient_quota"}, FailureKind.BILLING),
        (400, {"message": "insufficient"}, FailureKind.BILLING),
        (413, "too large", FailureKind.TOO_LARGE),
    ],
    ids=str,
)
def test_with_a_telling_status_the_words_narrow_it(status: int, error: Json, kind: FailureKind) -> None:
    with pytest.raises(ServiceRefusal) as caught:
        read_task(reply(error, status))
    assert caught.value.failure.kind is kind
    assert caught.value.failure.code == str(status)
    if isinstance(error, dict):
        assert str(error["message"]) in caught.value.failure.message


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "m", "code": "invalid_api_key"}, FailureKind.AUTH),
        ({"message": "m", "code": 401}, FailureKind.AUTH),
        ({"message": "m", "code": "401"}, FailureKind.AUTH),
        ({"message": "m", "type": "authentication_error", "code": None}, FailureKind.AUTH),
        ({"message": "m", "code": "insufficient_user_quota", "type": "new_api_error"}, FailureKind.BILLING),
        ({"message": "m", "code": "pre_consume_token_quota_failed"}, FailureKind.BILLING),
        ({"message": "m", "code": 402}, FailureKind.BILLING),
        ({"message": "m", "code": "rate_limit_exceeded"}, FailureKind.RATE_LIMITED),
        ({"message": "m", "code": 429}, FailureKind.RATE_LIMITED),
        ({"message": "m", "type": "invalid_request_error"}, FailureKind.BAD_REQUEST),
        ({"message": "m", "code": "task_not_exist"}, FailureKind.NOT_FOUND),
    ],
    ids=str,
)
def test_a_clear_error_with_http_200_is_a_refusal(error: Json, kind: FailureKind) -> None:
    for answer in (reply(error), reply(error, data=None), reply(error, data={}), reply(error, status_code=200)):
        with pytest.raises(ServiceRefusal) as caught:
            read_task(answer)
        assert caught.value.failure.kind is kind


@pytest.mark.parametrize(
    "error",
    [
        {"message": "upstream failed"},
        {"message": "upstream failed", "type": "new_api_error"},
        {"message": "upstream failed", "type": "new_api_error", "code": "bad_response_status_code"},
        {"message": "upstream failed", "type": "invalid_request_error", "code": "do_request_failed"},
        {"message": "rate limit", "type": "rate_limit_error", "code": 500},
        {"message": "unauthorized", "code": 200},
        {"message": "gave up", "code": 408},
        {"message": "gave up", "code": True, "type": "authentication_error"},
        {"message": "gave up", "code": "错误", "type": "authentication_error"},
        {"code": "x" * 1000},
        {"code": "a\nb"},
        {"code": []},
        "invalid_api_key",
    ],
    ids=str,
)
def test_an_unclear_error_leaves_open_what_happened(error: Json) -> None:
    for answer in (reply(error), reply(error, data={}), reply(error, data="x"), reply(error, 500)):
        with pytest.raises(ProtocolError) as caught:
            read_task(answer)
        assert len(caught.value.failure.code or "") <= 64


@pytest.mark.parametrize("error", [None, {}, "", " ", [], False, 0])
def test_an_empty_error_is_none(error: Json) -> None:
    assert read_task(reply(error, status=200, data={"task_id": "t"})).task_id == "t"


@pytest.mark.parametrize("data", [{"task_id": "t"}, {"task_id": "t", "state": 0}, {"task_id": 7}, {"state": 4}])
def test_a_task_that_was_made_is_never_taken_for_refused(data: Json) -> None:
    answer = Reply(200, {}, json.dumps({"error": {"code": "invalid_api_key"}, "data": data}).encode())
    assert read_task(answer).phase in (Phase.QUEUED, Phase.RUNNING)


@pytest.mark.parametrize("status", [408, 499])
def test_who_gave_up_waiting_does_not_know_whether_a_task_was_made(status: int) -> None:
    with pytest.raises(ProtocolError):
        read_task(Reply(status, {}, b"{}"))


@pytest.mark.parametrize(
    ("http", "code", "raised"),
    [(401, 500, ProtocolError), (500, 401, ProtocolError), (200, 408, ProtocolError), (400, 402, ServiceRefusal)],
)
def test_of_two_bad_codes_the_worse_one_counts(http: int, code: int, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        read_task(Reply(http, {}, json.dumps({"status": code}).encode()))


def test_of_two_refusals_the_bodys_is_the_services_own_word() -> None:
    for code, kind in ((402, FailureKind.BILLING), (409, FailureKind.BAD_REQUEST)):
        with pytest.raises(ServiceRefusal) as caught:
            read_task(Reply(400, {}, json.dumps({"status": code}).encode()))
        assert caught.value.failure.kind is kind
