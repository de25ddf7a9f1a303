"""APIXO's replies: the document's own, every code, state and failure code, and results in every wrapping."""

from __future__ import annotations

import json

import pytest

from overscan.core.calls import Json, Reply
from overscan.core.failures import FailureKind, ProtocolError, ServiceRefusal
from overscan.core.providers import Phase, RemoteImage, TaskStatus
from overscan.providers.apixo_codes import FAIL_CODES
from overscan.providers.apixo_envelope import read_apixo_task

A, B = "https://file.example/a.jpg", "https://file.example/b.jpg"
RESULT = json.dumps({"resultUrls": [A]})
DONE: dict[str, Json] = {"taskId": "task_1", "state": "success", "resultJson": RESULT}


def reply(data: Json = None, *, status: int = 200, code: Json = 200, message: Json = "success") -> Reply:
    return Reply(status, {}, json.dumps({"code": code, "message": message, "data": data}).encode())


def read(**data: Json) -> TaskStatus:
    return read_apixo_task(reply(data))


def refusal(answer: Reply) -> ServiceRefusal:
    with pytest.raises(ServiceRefusal) as caught:
        read_apixo_task(answer)
    return caught.value


# ---------------------------------------------------------------------------------------- the document's replies


def test_submitted() -> None:
    status = read_apixo_task(Reply(200, {}, b'{"code":200,"message":"success","data":{"taskId":"task_12345678"}}'))
    assert status == TaskStatus(Phase.QUEUED, "task_12345678")


def test_processing() -> None:
    assert read(taskId="task_1", state="processing", createTime=1767965610929) == TaskStatus(Phase.RUNNING, "task_1")


def test_success() -> None:
    status = read(
        taskId="task_12345678",
        state="success",
        resultJson='{"resultUrls":["https://file.example/upscaled-image.jpg"]}',
        createTime=1767965610929,
        completeTime=1767965652317,
        costTime=41388,
    )
    image = RemoteImage("https://file.example/upscaled-image.jpg")
    assert status == TaskStatus(Phase.SUCCEEDED, "task_12345678", 1.0, (image,))


def test_failed() -> None:
    status = read(taskId="task_1", state="failed", failCode="Unknown error", failMsg="Unknown error.")
    assert (status.phase, status.task_id, status.images) == (Phase.FAILED, "task_1", ())
    assert status.failure is not None
    assert (status.failure.kind, status.failure.code) == (FailureKind.SERVICE, "Unknown error")
    assert "Unknown error." in status.failure.message


# ---------------------------------------------------------------------------------------- codes

REFUSED = {
    400: FailureKind.BAD_REQUEST,
    401: FailureKind.AUTH,
    402: FailureKind.BILLING,
    403: FailureKind.AUTH,
    404: FailureKind.NOT_FOUND,
    429: FailureKind.RATE_LIMITED,
}


@pytest.mark.parametrize(("code", "kind"), REFUSED.items())
def test_a_refusal_counts_whichever_layer_says_it(code: int, kind: FailureKind) -> None:
    for answer in (
        reply(DONE, status=code),
        reply(DONE, code=code),
        reply(DONE, code=str(code)),
        reply(None, status=code, code=code),
        Reply(code, {}, b"<html>"),
        Reply(code, {}, b""),
    ):
        error = refusal(answer)
        assert (error.failure.kind, error.failure.code) == (kind, str(code))
        assert error.failure.remedy


@pytest.mark.parametrize("code", [500, 502, 503, 504, 520, 408, 302, 0, -1, 100, 10**30])
def test_what_does_not_tell_whether_a_task_was_made_is_no_refusal(code: int) -> None:
    answers = [reply(DONE, code=code), reply(DONE, code=code, status=401)]
    if 100 <= code < 600:
        answers += [reply(DONE, status=code), reply(DONE, status=code, code=401), Reply(code, {}, b"<html>")]
    for answer in answers:
        with pytest.raises(ProtocolError):
            read_apixo_task(answer)


@pytest.mark.parametrize("code", [200, "200", 200.0, None])
def test_a_good_code_in_any_type(code: Json) -> None:
    assert read_apixo_task(reply({"taskId": "t"}, code=code)).task_id == "t"


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (400, "Insufficient credits", FailureKind.BILLING),
        (400, "The parameter {{resolution}} must be either '2k', '4k' or '8k'.", FailureKind.BAD_REQUEST),
        (403, "Content violates policy", FailureKind.CONTENT),
        (403, "NSFW image", FailureKind.CONTENT),
        (401, "The key violates a policy", FailureKind.AUTH),
        (403, "This key cannot access the model", FailureKind.AUTH),
        (403, "Insufficient balance", FailureKind.BILLING),
        (429, "Too many concurrent tasks", FailureKind.RATE_LIMITED),
        (429, "Insufficient quota", FailureKind.BILLING),
    ],
)
def test_the_message_narrows_what_a_code_means(code: int, message: str, kind: FailureKind) -> None:
    for answer in (reply(None, status=code, code=code, message=message), reply(None, code=code, message=message)):
        error = refusal(answer)
        assert error.failure.kind is kind
        assert message in error.failure.message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{}",
        b'{"code":200}',
        b'{"code":200,"data":null}',
        b'{"code":200,"data":[]}',
        b'{"code":200,"data":"task_1"}',
        b"<html>",
        b'{"code":200,"data":{"taskId":',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_a_reply_of_a_foreign_shape(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_apixo_task(Reply(200, {}, body))


# ---------------------------------------------------------------------------------------- states


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        ("pending", Phase.QUEUED),
        ("Queueing", Phase.QUEUED),
        ("processing", Phase.RUNNING),
        ("PROCESSING", Phase.RUNNING),
        ("in_progress", Phase.RUNNING),
        ("In Progress", Phase.RUNNING),
        ("success", Phase.SUCCEEDED),
        ("SUCCESS", Phase.SUCCEEDED),
        (" succeeded ", Phase.SUCCEEDED),
        ("completed", Phase.SUCCEEDED),
        ("failed", Phase.FAILED),
        ("fail", Phase.FAILED),
        ("Cancelled", Phase.FAILED),
        ("a new word", Phase.RUNNING),
        (True, Phase.RUNNING),
        (1, Phase.RUNNING),
        ({}, Phase.RUNNING),
        ("", Phase.QUEUED),
        (None, Phase.QUEUED),
    ],
    ids=repr,
)
def test_states_and_their_synonyms(state: Json, phase: Phase) -> None:
    status = read(taskId="t", state=state)
    assert status.phase is phase
    assert (status.failure is not None) == (phase is Phase.FAILED)
    assert status.images == ()


def test_a_result_before_its_state_is_not_looked_at() -> None:
    assert read(taskId="t", state="processing", resultJson=RESULT).images == ()


def test_a_result_without_a_state_is_taken() -> None:  # F09
    assert read(taskId="t", resultJson=RESULT).images == (RemoteImage(A),)


def test_the_state_decides_and_not_an_empty_failure_code() -> None:  # F42
    assert read(**{**DONE, "failCode": "", "failMsg": ""}).images == (RemoteImage(A),)


@pytest.mark.parametrize("bad", ["x" * 129, "a\nb", "..", [], {}, 1.5])
def test_a_task_id_that_cannot_be_used(bad: Json) -> None:  # F08
    with pytest.raises(ProtocolError):
        read(taskId=bad, state="pending")


# ---------------------------------------------------------------------------------------- results (F41)


@pytest.mark.parametrize(
    ("result", "urls"),
    [
        (RESULT, [A]),
        ({"resultUrls": [A, B]}, [A, B]),
        (json.dumps(RESULT), [A]),
        (json.dumps(json.dumps(RESULT)), [A]),
        (json.dumps(json.dumps(json.dumps(RESULT))), []),
        (json.dumps({"resultUrls": A}), [A]),
        (json.dumps({"resultUrls": json.dumps([A, B])}), [A, B]),
        (json.dumps({"resultUrls": [None, A, "", 7, A, "null", "/b.jpg", B]}), [A, B]),
        (json.dumps({"resultUrls": [[A], B]}), [B]),
        (json.dumps([A]), [A]),
        (A, [A]),
        ("", []),
        ("null", []),
        ("  ", []),
        ("{", []),
        ("undefined", []),
        ("[" * 100_000, []),
        ("9" * 5000, []),
        (None, []),
        (7, []),
        ([], []),
        ({}, []),
        ('{"resultUrls": null}', []),
        ('{"resultUrls": []}', []),
        ('{"resultUrls": {}}', []),
        ('{"resultUrls": 7}', []),
        ('{"resultUrls": NaN}', []),
        ('{"urls": ["https://file.example/a.jpg"]}', []),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_results_in_every_wrapping(result: Json, urls: list[str]) -> None:
    status = read(taskId="t", state="success", resultJson=result)
    assert (status.phase, status.progress) == (Phase.SUCCEEDED, 1.0)
    assert status.images == tuple(RemoteImage(url) for url in urls)


# ---------------------------------------------------------------------------------------- failure codes

DOCUMENTED = {
    "ImageFormatIncorrect": FailureKind.BAD_IMAGE,
    "SensitiveContent": FailureKind.CONTENT,
    "RateLimited": FailureKind.RATE_LIMITED,
    "Timeout": FailureKind.TIMEOUT,
    "Unknown error": FailureKind.SERVICE,
}
OF_OTHER_PAGES = {
    "SensitiveContentDetected": FailureKind.CONTENT,
    "InputImageSensitiveContentDetected": FailureKind.CONTENT,
    "InputOutputSensitiveContentDetected": FailureKind.CONTENT,
    "NSFW": FailureKind.CONTENT,
    "ProhibitedContentDetected": FailureKind.CONTENT,
    "PromptLengthExceeded": FailureKind.PROMPT,
    "CONTENT_VIOLATION": FailureKind.CONTENT,
    "NSFW_DETECTED": FailureKind.CONTENT,
    "PROMPT_TOO_LONG": FailureKind.PROMPT,
    "INVALID_PROMPT": FailureKind.PROMPT,
    "INVALID_IMAGE_URL": FailureKind.INPUT_URL,
    "IMAGE_TOO_LARGE": FailureKind.TOO_LARGE,
    "UNSUPPORTED_FORMAT": FailureKind.BAD_IMAGE,
    "IMAGE_DOWNLOAD_FAILED": FailureKind.INPUT_URL,
    "PROCESSING_TIMEOUT": FailureKind.TIMEOUT,
    "MODEL_UNAVAILABLE": FailureKind.CAPACITY,
    "GENERATION_FAILED": FailureKind.SERVICE,
    "INSUFFICIENT_CREDITS": FailureKind.BILLING,
}


def test_the_table_holds_these_codes_and_no_others() -> None:
    assert len(FAIL_CODES) == len(DOCUMENTED | OF_OTHER_PAGES)


@pytest.mark.parametrize(("code", "kind"), (DOCUMENTED | OF_OTHER_PAGES).items())
def test_every_failure_code_has_its_class_and_words(code: str, kind: FailureKind) -> None:
    for written in (code, code.upper(), code.lower(), f" {code}."):
        failure = read(taskId="t", state="failed", failCode=written, failMsg="why it was").failure
        assert failure is not None
        assert failure.kind is kind
        assert "why it was" in failure.message
        assert failure.remedy
        assert failure.possibly_charged is (code != "INSUFFICIENT_CREDITS")


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("Brand new", "Brand new"),
        (500, "500"),
        (None, None),
        ("", None),
        ([], None),
        ({}, None),
        ("x" * 900, "x" * 64),
        ("a\r\nb", "a b"),
        (10**400, None),
        (True, None),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_an_unknown_failure_code_is_a_failure_all_the_same(told: Json, code: str | None) -> None:
    failure = read(taskId="t", state="failed", failCode=told).failure
    assert failure is not None
    assert (failure.kind, failure.code, failure.possibly_charged) == (FailureKind.SERVICE, code, True)


def test_what_the_service_says_is_cut_and_without_secrets() -> None:
    failure = read(taskId="t", state="failed", failMsg="see https://a.example/x?sign=abcdef " + "y" * 9000).failure
    assert failure is not None
    assert "abcdef" not in failure.message
    assert len(failure.message) < 500
