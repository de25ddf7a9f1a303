"""Faults by name, for the command line; each with its number in the project's fault catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.simulator.faults import (
    Answer,
    Cut,
    Delay,
    Drip,
    EnvelopeError,
    ExtraHeaders,
    Fault,
    Truncated,
    expired_url,
    html_error,
    rate_limited,
    redirect,
)
from tests.simulator.log import Stage
from tests.simulator.reply_faults import (
    Bare,
    Base64Result,
    Base64Style,
    Garble,
    Garbled,
    Oversized,
    WrongBytes,
    no_state,
    no_task_id,
    told_image,
    told_state,
)
from tests.simulator.task_faults import CompleteAtOnce, OtherTask, TaskEnds, TaskIdIs, Unfinished, bomb_png

FAILED_STATES = (-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12, -13, -14, -15, -16, -17, -99)
FOREIGN = "http://192.0.2.1:81"
"""An address of the documentation range: nobody answers there."""


@dataclass(frozen=True, slots=True)
class NamedFault:
    """A fault with the stage where it belongs. `times` None: it stays."""

    number: str
    stage: Stage
    make: Callable[[], Fault]
    times: int | None = 1


def _fault(number: str, stage: Stage, fault: Fault, times: int | None = 1) -> NamedFault:
    return NamedFault(number, stage, lambda: fault, times)


_SUBMIT = {
    "submit-cut": _fault("F01", Stage.SUBMIT, Cut()),
    "submit-reset": _fault("F01", Stage.SUBMIT, Cut(reset=True)),
    "submit-cut-unaccepted": _fault("F01", Stage.SUBMIT, Cut(accepted=False)),
    "submit-delayed": _fault("F02", Stage.SUBMIT, Delay(300.0)),
    "submit-500-html": _fault("F03", Stage.SUBMIT, html_error(500)),
    "submit-502-html": _fault("F03", Stage.SUBMIT, html_error(502)),
    "submit-520-html-unaccepted": _fault("F03", Stage.SUBMIT, html_error(520, accepted=False)),
    "submit-429": _fault("F04", Stage.SUBMIT, rate_limited("1")),
    "submit-429-date": _fault("F04", Stage.SUBMIT, rate_limited("Wed, 21 Oct 2099 07:28:00 GMT")),
    "submit-429-huge": _fault("F05", Stage.SUBMIT, rate_limited("99999")),
    "submit-429-negative": _fault("F05", Stage.SUBMIT, rate_limited("-5")),
    "submit-429-text": _fault("F05", Stage.SUBMIT, rate_limited("soon")),
    "submit-429-bare": _fault("F05", Stage.SUBMIT, rate_limited(None)),
    "submit-no-task-id": _fault("F07", Stage.SUBMIT, no_task_id()),
    "submit-no-data": _fault("F07", Stage.SUBMIT, Bare()),
    "submit-id-number": _fault("F08", Stage.SUBMIT, TaskIdIs(12345)),
    "submit-id-empty": _fault("F08", Stage.SUBMIT, TaskIdIs("")),
    "submit-id-long": _fault("F08", Stage.SUBMIT, TaskIdIs("x" * 10_000)),
    "submit-id-path": _fault("F08", Stage.SUBMIT, TaskIdIs("../../etc/passwd?a=b#c")),
    "submit-id-newline": _fault("F08", Stage.SUBMIT, TaskIdIs("a\r\nX-Injected: 1")),
    "submit-complete": _fault("F09", Stage.SUBMIT, CompleteAtOnce()),
    "submit-unfinished": _fault("F10", Stage.SUBMIT, Unfinished(4)),
    "submit-402": _fault("F14", Stage.SUBMIT, EnvelopeError(402, "Insufficient credits")),
    "submit-200-with-402": _fault("F14", Stage.SUBMIT, EnvelopeError(402, "Insufficient credits", http_status=200)),
    "submit-401": _fault("F15", Stage.SUBMIT, EnvelopeError(401, "Invalid API key")),
    "submit-413-html": _fault("F16", Stage.SUBMIT, html_error(413, accepted=False, early=True)),
    "submit-redirect": _fault("F47", Stage.SUBMIT, redirect(FOREIGN, 307)),
    "submit-echoes-key": _fault("F75", Stage.SUBMIT, EnvelopeError(400, "Bad key", echo_key=True)),
}

_STATES = {f"ends-with{state}": _fault("F26", Stage.SUBMIT, TaskEnds(state)) for state in FAILED_STATES}

_POLL = {
    "poll-stuck": _fault("F19", Stage.POLL, told_state(0, progress=0, image=""), None),
    "poll-regression": _fault("F20", Stage.POLL, told_state(0, progress=0, image="")),
    "poll-100-not-done": _fault("F22", Stage.POLL, told_state(4, progress=100, image="")),
    "poll-image-empty": _fault("F24", Stage.POLL, told_image("")),
    "poll-image-null": _fault("F24", Stage.POLL, told_image(None)),
    "poll-state-text": _fault("F25", Stage.POLL, told_state("4", image="")),
    "poll-state-float": _fault("F25", Stage.POLL, told_state(4.0, image="")),
    "poll-state-true": _fault("F25", Stage.POLL, told_state(True, image="")),
    "poll-state-null": _fault("F25", Stage.POLL, told_state(None, image="")),
    "poll-state-missing": _fault("F25", Stage.POLL, no_state()),
    "poll-state-unknown": _fault("F25", Stage.POLL, told_state(77, image="")),
    "poll-state-word": _fault("F27", Stage.POLL, told_state("queueing", image="")),
    "poll-404": _fault("F28", Stage.POLL, EnvelopeError(404, "task_id does not exist")),
    "poll-404-always": _fault("F29", Stage.POLL, EnvelopeError(404, "task_id does not exist"), None),
    "poll-200-with-401": _fault("F30", Stage.POLL, EnvelopeError(401, http_status=200)),
    "poll-200-with-429": _fault("F30", Stage.POLL, EnvelopeError(429, http_status=200)),
    "poll-200-with-500": _fault("F30", Stage.POLL, EnvelopeError(500, http_status=200)),
    "poll-500-with-200": _fault("F31", Stage.POLL, EnvelopeError(200, "success", http_status=500)),
    **{f"poll-{how.name.lower().replace('_', '-')}": _fault("F32", Stage.POLL, Garbled(how)) for how in Garble},
    "poll-data-list": _fault("F33", Stage.POLL, Bare([], keep_data_key=True)),
    "poll-data-null": _fault("F33", Stage.POLL, Bare(None, keep_data_key=True)),
    "poll-data-text": _fault("F33", Stage.POLL, Bare("success", keep_data_key=True)),
    "poll-huge": _fault("F34", Stage.POLL, Oversized()),
    "poll-gzip-bomb": _fault("F34", Stage.POLL, Oversized(gzipped=True)),
    "poll-drip": _fault("F35", Stage.POLL, Drip()),
    "poll-429": _fault("F36", Stage.POLL, rate_limited("2")),
    "poll-other-task": _fault("F38", Stage.POLL, OtherTask()),
    "poll-cut": _fault("F32", Stage.POLL, Cut()),
    "poll-redirect": _fault("F47", Stage.POLL, redirect(FOREIGN)),
    "image-javascript": _fault("F44", Stage.POLL, told_image("javascript:alert(1)")),
    "image-file": _fault("F44", Stage.POLL, told_image("file:///etc/passwd")),
    "image-foreign-http": _fault("F44", Stage.POLL, told_image(f"{FOREIGN}/result.jpg")),
    "image-userinfo": _fault("F44", Stage.POLL, told_image("https://user:secret@192.0.2.1/result.jpg")),
    "image-text-null": _fault("F58", Stage.POLL, told_image("null")),
    "image-relative": _fault("F58", Stage.POLL, told_image("/tasks/output/scale/a.jpg")),
    **{
        f"base64-{style.name.lower().replace('_', '-')}": _fault("F57", Stage.POLL, Base64Result(style), None)
        for style in Base64Style
    },
}

_DOWNLOAD = {
    "download-expired": _fault("F43", Stage.DOWNLOAD, expired_url()),
    "download-expired-always": _fault("F43", Stage.DOWNLOAD, expired_url(), None),
    "download-redirect": _fault("F45", Stage.DOWNLOAD, redirect(f"{FOREIGN}/result.jpg")),
    "download-redirect-file": _fault("F45", Stage.DOWNLOAD, redirect("file:///etc/passwd")),
    "download-cut": _fault("F49", Stage.DOWNLOAD, Cut(0.5)),
    "download-cut-chunked": _fault("F49", Stage.DOWNLOAD, Cut(0.5, declared_length=False)),
    "download-html": _fault("F50", Stage.DOWNLOAD, Answer(200, b"<html>Sign in</html>")),
    "download-empty": _fault("F50", Stage.DOWNLOAD, WrongBytes(b"")),
    "download-truncated": _fault("F51", Stage.DOWNLOAD, Truncated(0.5)),
    "download-bomb": NamedFault("F52", Stage.DOWNLOAD, lambda: WrongBytes(bomb_png(), "image/png")),
    "download-wrong-type": _fault("F54", Stage.DOWNLOAD, ExtraHeaders((("content-type", "text/plain"),))),
    "download-file-name": _fault(
        "F62",
        Stage.DOWNLOAD,
        ExtraHeaders((("content-disposition", 'attachment; filename="../../x.jpg"'),)),
    ),
    "download-500": _fault("F03", Stage.DOWNLOAD, html_error(500, accepted=False)),
}

CATALOGUE: dict[str, NamedFault] = {**_SUBMIT, **_STATES, **_POLL, **_DOWNLOAD}
"""All of them, in the order of a job's life."""
