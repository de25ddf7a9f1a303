"""The shared envelope: every layer, every state, every odd type, and never another exception."""

from __future__ import annotations

import base64
import json
from typing import TypeAlias

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from overscan.core.calls import Reply
from overscan.core.failures import FailureKind, ProtocolError, ServiceRefusal
from overscan.core.providers import InlineImage, Phase, RemoteImage, TaskStatus
from overscan.providers.task_codes import TASK_FAILURES
from overscan.providers.task_envelope import read_task
from tests.simulator.client import picture
from tests.simulator.reply_faults import Base64Style, base64_text

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

URL = "https://results.example/tasks/output/a.jpg?x-oss-signature=abc"
PICTURE = picture("PNG")


def reply(data: Json = None, *, status: int = 200, code: Json = 200, **others: Json) -> Reply:
    """The envelope around ``data``."""
    return Reply(status, {}, json.dumps({"status": code, "message": "success", "data": data, **others}).encode())


def read(**data: Json) -> TaskStatus:
    return read_task(reply(data))


# ---------------------------------------------------------------------------------------- HTTP and body codes

REFUSED = {
    301: FailureKind.CONFIG,
    307: FailureKind.CONFIG,
    308: FailureKind.CONFIG,
    400: FailureKind.BAD_REQUEST,
    401: FailureKind.AUTH,
    402: FailureKind.BILLING,
    403: FailureKind.AUTH,
    404: FailureKind.NOT_FOUND,
    409: FailureKind.BAD_REQUEST,
    413: FailureKind.TOO_LARGE,
    415: FailureKind.BAD_IMAGE,
    422: FailureKind.BAD_REQUEST,
    429: FailureKind.RATE_LIMITED,
}
UNCLEAR = (100, 199, 302, 303, 500, 502, 503, 504, 520, 524)
GOOD: Json = {"task_id": "t", "state": 1, "image": URL}


@pytest.mark.parametrize(("code", "kind"), REFUSED.items())
def test_a_refusal_counts_whichever_layer_says_it(code: int, kind: FailureKind) -> None:
    for answer in (
        reply(GOOD, status=code),  # F31: the body contradicts HTTP
        reply(GOOD, code=code),  # F30: HTTP contradicts the body
        reply(None, status=code, code=code),
        Reply(code, {}, b"<html>no</html>"),  # F16
        Reply(code, {}, b""),
    ):
        with pytest.raises(ServiceRefusal) as caught:
            read_task(answer)
        assert (caught.value.failure.kind, caught.value.failure.code) == (kind, str(code))
        assert caught.value.failure.message
        assert caught.value.failure.remedy or code == 409


@pytest.mark.parametrize("code", UNCLEAR)
def test_what_does_not_tell_whether_a_task_was_made_is_no_refusal(code: int) -> None:
    for answer in (reply(GOOD, status=code), reply(GOOD, code=code), Reply(code, {}, b"<html>")):
        with pytest.raises(ProtocolError):
            read_task(answer)


@pytest.mark.parametrize("status", [200, 201, 202])
def test_every_2xx_arrives(status: int) -> None:
    assert read_task(reply({"task_id": "t"}, status=status)).task_id == "t"


@pytest.mark.parametrize("code", [None, 200, "200", 200.0, "200.0"])
def test_a_body_status_of_200_in_any_type(code: Json) -> None:
    assert read_task(reply({"task_id": "t"}, code=code)).task_id == "t"


def test_a_missing_message_is_no_fault() -> None:
    assert read_task(Reply(200, {}, b'{"status":200,"data":{"task_id":"t"}}')).task_id == "t"


def test_insufficient_credits_are_a_matter_of_money_even_as_400() -> None:
    answer = Reply(400, {}, b'{"status":400,"message":"Insufficient credits"}')
    with pytest.raises(ServiceRefusal) as caught:
        read_task(answer)
    assert caught.value.failure.kind is FailureKind.BILLING


@pytest.mark.parametrize(
    "body",
    [
        {"status": 400, "message": "said here"},
        {"status": 400, "message": "", "err_message": "said here"},
        {"status": 400, "err_info": "said here"},
        {"status": 400, "message": "success", "error": {"message": "said here"}},
        {"status": 400, "data": {"state_detail": "said here"}},
        {"status": 400, "data": {"err_info": "said\r\n  here"}},
    ],
)
def test_the_services_own_words_are_quoted(body: Json) -> None:
    with pytest.raises(ServiceRefusal) as caught:
        read_task(Reply(400, {}, json.dumps(body).encode()))
    assert "“said here”" in caught.value.failure.message


def test_what_the_service_says_is_cut_and_without_secrets() -> None:
    said = "see https://host.example/a?signature=abcdef Authorization: Bearer s3cr3t " + "x" * 10_000
    with pytest.raises(ServiceRefusal) as caught:
        read_task(Reply(400, {}, json.dumps({"status": 400, "message": said}).encode()))
    message = caught.value.failure.message
    assert "abcdef" not in message
    assert "s3cr3t" not in message
    assert len(message) < 500


# ---------------------------------------------------------------------------------------- states


@pytest.mark.parametrize("state", sorted(TASK_FAILURES))
def test_every_documented_failure_has_its_words(state: int) -> None:
    status = read(task_id="t", state=state, progress=30, state_detail="why")
    assert status.phase is Phase.FAILED
    assert status.failure is not None
    assert status.failure.code == str(state)
    assert "why" in status.failure.message
    assert status.failure.remedy
    assert status.failure.possibly_charged is (state in (-2, -11))


EXPECTED_KINDS = {
    -3: FailureKind.INPUT_URL,
    -5: FailureKind.TOO_LARGE,
    -7: FailureKind.BAD_IMAGE,
    -8: FailureKind.TIMEOUT,
    -10: FailureKind.CONTENT,
    -14: FailureKind.BAD_IMAGE,
    -15: FailureKind.CAPACITY,
    -16: FailureKind.CONTENT,
    -17: FailureKind.PROMPT,
}


@pytest.mark.parametrize(("state", "kind"), EXPECTED_KINDS.items())
def test_failures_are_classed_for_scripts(state: int, kind: FailureKind) -> None:
    failure = read(state=state).failure
    assert failure is not None
    assert failure.kind is kind


@pytest.mark.parametrize("state", [-4, -6, -12, -18, -99, -(10**30)])
def test_an_unassigned_negative_state_keeps_its_number(state: int) -> None:  # F26
    failure = read(state=state).failure
    assert failure is not None
    assert (failure.kind, failure.code) == (FailureKind.SERVICE, str(state))


@pytest.mark.parametrize("state", [2, 3, 4, 5, 6, 7, 99, "4", " 4 ", 4.0, "4.0", 1.5, True, False, [], {}, "odd word"])
def test_whatever_is_neither_end_nor_queue_counts_as_running(state: Json) -> None:  # F25, F27
    assert read(task_id="t", state=state, image=URL).phase is Phase.RUNNING


@pytest.mark.parametrize("state", [0, "0", 0.0, "queueing", "Pending", None, ""])
def test_queued(state: Json) -> None:
    assert read(task_id="t", state=state, image="").phase is Phase.QUEUED


@pytest.mark.parametrize("state", [1, "1", 1.0, "1.0", "Complete", "SUCCESS", "succeeded"])
def test_succeeded(state: Json) -> None:
    status = read(task_id="t", state=state, progress=57, image=URL)  # F23: the state decides, not the progress
    assert (status.phase, status.progress, status.images) == (Phase.SUCCEEDED, 1.0, (RemoteImage(URL),))


@pytest.mark.parametrize("state", ["fail", "Failed", "ERROR", "cancelled", "canceled"])
def test_words_for_failure(state: str) -> None:
    assert read(task_id="t", state=state).phase is Phase.FAILED


def test_full_progress_is_no_success() -> None:  # F22
    assert read(task_id="t", state=4, progress=100, image="").phase is Phase.RUNNING


def test_a_complete_result_without_a_state_is_taken() -> None:  # F09
    assert read(task_id="t", image=URL).phase is Phase.SUCCEEDED


@pytest.mark.parametrize("image", ["", None, "null", "undefined", "/tasks/output/a.jpg", [], {}, 7, "javascript:a()"])
def test_success_without_a_usable_image_has_none(image: Json) -> None:  # F24, F58
    status = read(task_id="t", state=1, image=image)
    assert (status.phase, status.images) == (Phase.SUCCEEDED, ())


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (0, 0.0),
        (57, 0.57),
        ("57", 0.57),
        (57.5, 0.575),
        (250, 1.0),
        (-3, 0.0),
        (None, None),
        (True, None),
        ("half", None),
        ([], None),
        (10**400, None),
        ("inf", None),
    ],
)
def test_progress_in_any_type(progress: Json, expected: float | None) -> None:
    assert read(task_id="t", state=4, progress=progress).progress == expected


# ---------------------------------------------------------------------------------------- task ids (F08)


@pytest.mark.parametrize(
    ("given_id", "expected"),
    [
        ("abc", "abc"),
        (12345, "12345"),
        ("../../etc/passwd?a=b#c", "../../etc/passwd?a=b#c"),
        ("", None),
        (None, None),
        (True, None),
    ],
)
def test_task_ids(given_id: Json, expected: str | None) -> None:
    assert read(task_id=given_id).task_id == expected


@pytest.mark.parametrize(
    "given_id", ["x" * 129, "x" * 10_000, "a\r\nX-Injected: 1", "a\0b", "..", ".", " a", "a ", "\u202ea", [], {}, 1.5]
)
def test_task_ids_that_cannot_be_used(given_id: Json) -> None:
    with pytest.raises(ProtocolError):
        read(task_id=given_id)


# ---------------------------------------------------------------------------------------- images


def test_links_are_taken_as_signed() -> None:  # F48
    assert read(state=1, image="https://h/a?x=1&amp;y=2%2F").images == (RemoteImage("https://h/a?x=1&y=2%2F"),)
    raw = rb'{"status":200,"data":{"state":1,"image":"https://h/a?x=1\u0026y=2"}}'
    assert read_task(Reply(200, {}, raw)).images == (RemoteImage("https://h/a?x=1&y=2"),)


def test_several_images_come_once_each_and_in_order() -> None:  # F59
    a, b, c = (f"https://h/{name}.png" for name in "abc")
    status = read(state=1, image=a, image1=a, image_1=b, image_2="", image_3=None, image_4=[c, a, 5])
    assert status.images == (RemoteImage(a), RemoteImage(b), RemoteImage(c))


@pytest.mark.parametrize("style", [style for style in Base64Style if style is not Base64Style.NOT_BASE64])
def test_base64_in_every_dialect(style: Base64Style) -> None:  # F57
    assert read(state=1, image=base64_text(PICTURE, style)).images == (InlineImage(PICTURE),)


def test_base64_of_something_else_is_no_image() -> None:
    assert read(state=1, image=base64_text(PICTURE, Base64Style.NOT_BASE64)).images == ()
    assert read(state=1, image=base64.b64encode(b"<html>" * 20).decode()).images == ()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF"])
def test_an_image_as_the_whole_body(form: str) -> None:
    body = picture(form)
    assert read_task(Reply(200, {"content-type": "text/html"}, body)) == TaskStatus(
        Phase.SUCCEEDED, progress=1.0, images=(InlineImage(body),)
    )


def test_an_image_with_a_failing_status_is_no_result() -> None:
    with pytest.raises(ProtocolError):
        read_task(Reply(500, {}, PICTURE))


# ---------------------------------------------------------------------------------------- broken replies (F32, F33)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<html>",
        b"{",
        b'{"status":200',
        b"null",
        b"[]",
        b'"text"',
        b"7",
        b"\xff\xfe\x00",
        b"{}",
        b'{"status":200,"data":{"progress":NaN,"state":4}}',
        b'{"status":200,"data":{"state":4,"state":1}}',
        b'{"status":200}',
        b'{"status":200,"data":null}',
        b'{"status":200,"data":[]}',
        b'{"status":200,"data":"success"}',
        b'{"status":' + b"9" * 5000 + b"}",
        b"[" * 100000,
        b'{"a":' * 100000,
    ],
)
def test_a_reply_of_a_foreign_shape(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_task(Reply(200, {}, body))


def test_a_byte_order_mark_and_a_harmless_repetition_are_read() -> None:
    assert read_task(Reply(200, {}, b'\xef\xbb\xbf{"status":200,"data":{"task_id":"t"}}')).task_id == "t"
    assert read_task(Reply(200, {}, b'{"status":200,"status":200,"data":{"task_id":"t"}}')).task_id == "t"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
LIKELY = st.fixed_dictionaries(
    {},
    optional={
        "task_id": JSON,
        "state": JSON | st.integers(-20, 10),
        "progress": JSON,
        "image": JSON | st.just(URL),
        "image_1": JSON | st.text("ABCDab+/-_=", max_size=40),
        "state_detail": JSON,
    },
)
ENVELOPE = st.fixed_dictionaries(
    {}, optional={"status": JSON | st.just(200), "message": JSON, "data": JSON | LIKELY, "error": JSON}
)


def check_reading(answer: Reply) -> None:
    """Nothing but a status or the two known exceptions comes out, and what comes out keeps its promises."""
    try:
        status = read_task(answer)
    except (ServiceRefusal, ProtocolError):
        return
    assert (status.failure is not None) == (status.phase is Phase.FAILED)
    assert status.progress is None or 0.0 <= status.progress <= 1.0
    assert status.task_id is None or (0 < len(status.task_id) <= 128 and status.task_id.isprintable())
    assert not (status.images and status.phase is not Phase.SUCCEEDED)


@given(st.integers(100, 599), ENVELOPE | JSON)
def test_any_json_is_read_or_refused(status: int, body: object) -> None:
    check_reading(Reply(status, {}, json.dumps(body).encode()))


@given(st.integers(0, 1000), st.binary(max_size=300))
@example(200, b"BM")
@example(200, b"\xef\xbb\xbf")
@example(200, b'{"status":200,"data":{"state":"-0"}}')
@example(200, b'{"status":1e999,"data":{}}')
def test_any_bytes_are_read_or_refused(status: int, body: bytes) -> None:
    check_reading(Reply(status, {}, body))
