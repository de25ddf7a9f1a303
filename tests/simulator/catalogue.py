"""Faults by name, for the command line; each with its number in the project's fault catalogue."""

from __future__ import annotations

from tests.simulator.catalogue_results import RESULTS
from tests.simulator.catalogue_words import WORDS
from tests.simulator.faults import (
    Answer,
    Cut,
    DeclaresTooMuch,
    Delay,
    Drip,
    EnvelopeError,
    ExtraHeaders,
    RedirectToItself,
    Truncated,
    expired_url,
    html_error,
    rate_limited,
    redirect,
    storage_error,
)
from tests.simulator.log import Stage
from tests.simulator.named import NamedFault, named
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
from tests.simulator.services import GPTGE_SCALE, NUMBERED
from tests.simulator.task_faults import CompleteAtOnce, OtherTask, SameTaskAs, TaskEnds, TaskIdIs, Unfinished, bomb_png
from tests.simulator.telling_faults import AtTheEnd, GoesBack

FAILED_STATES = (-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12, -13, -14, -15, -16, -17, -99)
FOREIGN = "http://192.0.2.1:81"
"""An address of the documentation range: nobody answers there."""
GATEWAY_ERROR = Answer(
    200,
    b'{"error":{"message":"upstream error (request id: 0)","type":"upstream_error","code":"bad_response"}}',
    "application/json",
)


_SUBMIT = {
    "submit-cut": named("F01", Stage.SUBMIT, Cut()),
    "submit-reset": named("F01", Stage.SUBMIT, Cut(reset=True)),
    "submit-cut-unaccepted": named("F01", Stage.SUBMIT, Cut(accepted=False)),
    "submit-delayed": named("F02", Stage.SUBMIT, Delay(300.0)),
    "submit-500-html": named("F03", Stage.SUBMIT, html_error(500)),
    "submit-502-html": named("F03", Stage.SUBMIT, html_error(502)),
    "submit-520-html-unaccepted": named("F03", Stage.SUBMIT, html_error(520, accepted=False)),
    "submit-429": named("F04", Stage.SUBMIT, rate_limited("1")),
    "submit-429-date": named("F04", Stage.SUBMIT, rate_limited("Wed, 21 Oct 2099 07:28:00 GMT")),
    "submit-429-huge": named("F05", Stage.SUBMIT, rate_limited("99999")),
    "submit-429-negative": named("F05", Stage.SUBMIT, rate_limited("-5")),
    "submit-429-text": named("F05", Stage.SUBMIT, rate_limited("soon")),
    "submit-429-bare": named("F05", Stage.SUBMIT, rate_limited(None)),
    "submit-no-task-id": named("F07", Stage.SUBMIT, no_task_id()),
    "submit-no-data": named("F07", Stage.SUBMIT, Bare()),
    "submit-id-number": named("F08", Stage.SUBMIT, TaskIdIs(12345)),
    "submit-id-empty": named("F08", Stage.SUBMIT, TaskIdIs("")),
    "submit-id-long": named("F08", Stage.SUBMIT, TaskIdIs("x" * 10_000)),
    "submit-id-path": named("F08", Stage.SUBMIT, TaskIdIs("../../etc/passwd?a=b#c")),
    "submit-id-newline": named("F08", Stage.SUBMIT, TaskIdIs("a\r\nX-Injected: 1")),
    "submit-same-task": named("F11", Stage.SUBMIT, SameTaskAs()),
    "submit-complete": named("F09", Stage.SUBMIT, CompleteAtOnce()),
    "submit-unfinished": named("F10", Stage.SUBMIT, Unfinished(4)),
    "submit-402": named("F14", Stage.SUBMIT, EnvelopeError(402, "Insufficient credits")),
    "submit-200-with-402": named("F14", Stage.SUBMIT, EnvelopeError(402, "Insufficient credits", http_status=200)),
    "submit-403": named("F14", Stage.SUBMIT, EnvelopeError(403, "Insufficient quota")),
    "submit-400-insufficient": named("F14", Stage.SUBMIT, EnvelopeError(400, "Insufficient credits")),
    "submit-401": named("F15", Stage.SUBMIT, EnvelopeError(401, "Invalid API key")),
    "submit-413-html": named("F16", Stage.SUBMIT, html_error(413, accepted=False, early=True)),
    "submit-413": named("F16", Stage.SUBMIT, EnvelopeError(413, "The uploaded file is too large")),
    "submit-402-with-200": named("F31", Stage.SUBMIT, EnvelopeError(200, "success", http_status=402)),
    "submit-200-with-429": named("F30", Stage.SUBMIT, EnvelopeError(429, http_status=200)),
    "submit-200-with-500": named("F30", Stage.SUBMIT, EnvelopeError(500, http_status=200)),
    "submit-gateway-error-200": named("F30", Stage.SUBMIT, GATEWAY_ERROR, services={GPTGE_SCALE}),
    "submit-redirect": named("F47", Stage.SUBMIT, redirect(FOREIGN, 307)),
    "submit-echoes-key": named("F75", Stage.SUBMIT, EnvelopeError(400, "Bad key", echo_key=True)),
}

_CHARGED = {
    f"charged-but-ends-with{state}": named("F17", Stage.SUBMIT, TaskEnds(state, charged=True)) for state in (-2, -11)
}

_STATES = {f"ends-with{state}": named("F26", Stage.SUBMIT, TaskEnds(state)) for state in FAILED_STATES}

_AMPERSANDS = (Garble.ESCAPED_AMPERSAND, Garble.ENTITY_AMPERSAND)

_POLL = {
    "poll-stuck": named("F19", Stage.POLL, told_state(0, progress=0, image=""), None),
    "poll-stuck-at-work": named("F37", Stage.POLL, told_state(4, progress=99, image=""), None),
    "poll-regression": named("F20", Stage.POLL, told_state(0, progress=0, image="")),
    "poll-back-after-the-end": named("F21", Stage.POLL, GoesBack(), None),
    "poll-100-not-done": named("F22", Stage.POLL, told_state(4, progress=100, image="")),
    "poll-57-but-done": named("F23", Stage.POLL, AtTheEnd({"progress": 57}), None, services=NUMBERED),
    "poll-image-empty": named("F24", Stage.POLL, told_image("")),
    "poll-image-null": named("F24", Stage.POLL, told_image(None)),
    "poll-state-text": named("F25", Stage.POLL, told_state("4", image="")),
    "poll-state-float": named("F25", Stage.POLL, told_state(4.0, image="")),
    "poll-state-true": named("F25", Stage.POLL, told_state(True, image="")),
    "poll-state-null": named("F25", Stage.POLL, told_state(None, image="")),
    "poll-state-missing": named("F25", Stage.POLL, no_state()),
    "poll-state-unknown": named("F25", Stage.POLL, told_state(77, image="")),
    "poll-state-word": named("F27", Stage.POLL, told_state("queueing", image="")),
    "poll-404": named("F28", Stage.POLL, EnvelopeError(404, "task_id does not exist")),
    "poll-404-always": named("F29", Stage.POLL, EnvelopeError(404, "task_id does not exist"), None),
    "poll-200-with-401": named("F30", Stage.POLL, EnvelopeError(401, http_status=200)),
    "poll-200-with-429": named("F30", Stage.POLL, EnvelopeError(429, http_status=200)),
    "poll-200-with-500": named("F30", Stage.POLL, EnvelopeError(500, http_status=200)),
    "poll-500-with-200": named("F31", Stage.POLL, EnvelopeError(200, "success", http_status=500)),
    **{
        f"poll-{how.name.lower().replace('_', '-')}": named(
            {Garble.LIST_ROOT: "F33", Garble.STRING_ROOT: "F33", Garble.NULL_ROOT: "F33"}.get(how, "F32"),
            Stage.POLL,
            Garbled(how),
        )
        for how in Garble
        if how not in _AMPERSANDS
    },
    **{
        f"poll-{how.name.lower().replace('_', '-')}": named("F48", Stage.POLL, Garbled(how), None)
        for how in _AMPERSANDS
    },
    "poll-data-list": named("F33", Stage.POLL, Bare([], keep_data_key=True)),
    "poll-data-null": named("F33", Stage.POLL, Bare(None, keep_data_key=True)),
    "poll-data-text": named("F33", Stage.POLL, Bare("success", keep_data_key=True)),
    "poll-huge": named("F34", Stage.POLL, Oversized()),
    "poll-gzip-bomb": named("F34", Stage.POLL, Oversized(gzipped=True)),
    "poll-drip": named("F35", Stage.POLL, Drip()),
    "poll-429": named("F36", Stage.POLL, rate_limited("2")),
    "poll-other-task": named("F38", Stage.POLL, OtherTask()),
    "poll-cut": named("F32", Stage.POLL, Cut()),
    "poll-redirect": named("F47", Stage.POLL, redirect(FOREIGN)),
    "image-javascript": named("F44", Stage.POLL, told_image("javascript:alert(1)")),
    "image-file": named("F44", Stage.POLL, told_image("file:///etc/passwd")),
    "image-foreign-http": named("F44", Stage.POLL, told_image(f"{FOREIGN}/result.jpg")),
    "image-userinfo": named("F44", Stage.POLL, told_image("https://user:secret@192.0.2.1/result.jpg")),
    "image-ftp": named("F44", Stage.POLL, told_image("ftp://192.0.2.1/result.jpg")),
    "image-private": named("F44", Stage.POLL, told_image("https://10.0.0.1/result.jpg")),
    "image-link-local": named("F44", Stage.POLL, told_image("http://169.254.169.254/latest/meta-data/")),
    "image-ipv6-loopback": named("F44", Stage.POLL, told_image("https://[::1]:8443/result.jpg")),
    "image-odd-port": named("F44", Stage.POLL, told_image("https://192.0.2.1:22/result.jpg")),
    "image-text-undefined": named("F58", Stage.POLL, told_image("undefined")),
    "image-text-null": named("F58", Stage.POLL, told_image("null")),
    "image-relative": named("F58", Stage.POLL, told_image("/tasks/output/scale/a.jpg")),
    **{
        f"base64-{style.name.lower().replace('_', '-')}": named("F57", Stage.POLL, Base64Result(style), None)
        for style in Base64Style
    },
}

_DOWNLOAD = {
    "download-expired": named("F43", Stage.DOWNLOAD, expired_url()),
    "download-expired-always": named("F43", Stage.DOWNLOAD, expired_url(), None),
    "download-redirect": named("F45", Stage.DOWNLOAD, redirect(f"{FOREIGN}/result.jpg")),
    "download-redirect-file": named("F45", Stage.DOWNLOAD, redirect("file:///etc/passwd")),
    "download-redirect-loop": named("F45", Stage.DOWNLOAD, RedirectToItself(), None),
    "download-redirect-private": named("F44", Stage.DOWNLOAD, redirect("https://10.0.0.1/result.jpg")),
    "download-declares-too-much": named("F53", Stage.DOWNLOAD, DeclaresTooMuch()),
    "download-cut": named("F49", Stage.DOWNLOAD, Cut(0.5)),
    "download-cut-chunked": named("F49", Stage.DOWNLOAD, Cut(0.5, declared_length=False)),
    "download-xml": named(
        "F50", Stage.DOWNLOAD, Answer(200, storage_error("InternalError", "Try again."), "application/xml")
    ),
    "download-html": named("F50", Stage.DOWNLOAD, Answer(200, b"<html>Sign in</html>")),
    "download-empty": named("F50", Stage.DOWNLOAD, WrongBytes(b"")),
    "download-truncated": named("F51", Stage.DOWNLOAD, Truncated(0.5)),
    "download-bomb": NamedFault("F52", Stage.DOWNLOAD, lambda: WrongBytes(bomb_png(), "image/png")),
    "download-wrong-type": named("F54", Stage.DOWNLOAD, ExtraHeaders((("content-type", "text/plain"),))),
    "download-drip": named("F35", Stage.DOWNLOAD, Drip()),
    "download-file-name": named(
        "F62",
        Stage.DOWNLOAD,
        ExtraHeaders((("content-disposition", 'attachment; filename="../../x.jpg"'),)),
    ),
    "download-500": named("F03", Stage.DOWNLOAD, html_error(500, accepted=False)),
}

CATALOGUE: dict[str, NamedFault] = {**_SUBMIT, **_CHARGED, **_STATES, **_POLL, **WORDS, **RESULTS, **_DOWNLOAD}
"""All of them, in the order of a job's life."""
