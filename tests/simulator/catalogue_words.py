"""The part of the catalogue about how a service tells: words, times, APIXO's result text, an expansion's slots."""

from __future__ import annotations

from typing import TypeAlias

from tests.simulator.log import Stage
from tests.simulator.named import named
from tests.simulator.reply_faults import told_state
from tests.simulator.services import EXPAND, NUMBERED, UPSCALER
from tests.simulator.task_faults import FailsAs
from tests.simulator.telling_faults import (
    AtTheEnd,
    ImagesIn,
    ResultJsonIs,
    ResultText,
    Slots,
    StateWords,
    Times,
    TimeStyle,
)
from tests.simulator.values import Json

FAIL_CODES = (
    *("ImageFormatIncorrect", "SensitiveContent", "RateLimited", "Timeout", "Unknown error"),
    *("SensitiveContentDetected", "InputImageSensitiveContentDetected", "InputOutputSensitiveContentDetected"),
    *("NSFW", "ProhibitedContentDetected", "PromptLengthExceeded", "CONTENT_VIOLATION", "NSFW_DETECTED"),
    *("PROMPT_TOO_LONG", "INVALID_PROMPT", "INVALID_IMAGE_URL", "IMAGE_TOO_LARGE", "UNSUPPORTED_FORMAT"),
    *("IMAGE_DOWNLOAD_FAILED", "PROCESSING_TIMEOUT", "MODEL_UNAVAILABLE", "GENERATION_FAILED"),
    *("INSUFFICIENT_CREDITS", "SomethingNew"),
)
"""Those of APIXO's document, then those of its public pages, then one that nobody knows."""
Words: TypeAlias = dict[str | int, Json]

UPPER: Words = {"pending": "PENDING", "processing": "PROCESSING", "success": "SUCCESS", "failed": "FAILED"}
SYNONYMS: Words = {"pending": "queueing", "processing": "running", "success": "succeeded", "failed": "fail"}
NUMBERS: Words = {"pending": 0, "processing": 4, "success": 1, "failed": -1}
TEXTS: Words = {state: str(state) for state in range(-17, 7)}
IN_WORDS: Words = {0: "queueing", 2: "processing", 4: "processing", 1: "Complete", -1: "failed"}


def _slug(name: str) -> str:
    return name.lower().replace("_", "-").replace(" ", "-")


_UPSCALER = {UPSCALER}

WORDS = {
    "states-as-texts": named("F25", Stage.POLL, StateWords(TEXTS), None, NUMBERED),
    "states-in-words": named("F27", Stage.POLL, StateWords(IN_WORDS), None, NUMBERED),
    "states-in-capitals": named("F27", Stage.POLL, StateWords(UPPER), None, _UPSCALER),
    "states-in-synonyms": named("F27", Stage.POLL, StateWords(SYNONYMS), None, _UPSCALER),
    "states-as-numbers": named("F27", Stage.POLL, StateWords(NUMBERS), None, _UPSCALER),
    "poll-state-cancelled": named("F27", Stage.POLL, told_state("cancelled", image=""), None),
    "poll-state-unheard-of": named("F27", Stage.POLL, told_state("warming up", image="")),
    **{f"times-{_slug(style.name)}": named("F40", Stage.POLL, Times(style), None) for style in TimeStyle},
    **{
        f"result-json-{_slug(form.name)}": named("F41", Stage.POLL, ResultJsonIs(form), None, _UPSCALER)
        for form in ResultText
    },
    "result-json-empty-once": named("F24", Stage.POLL, ResultJsonIs(ResultText.EMPTY), 4, _UPSCALER),
    "success-with-empty-fail-code": named(
        "F42", Stage.POLL, AtTheEnd({"failCode": "", "failMsg": ""}), None, _UPSCALER
    ),
    "success-with-fail-code": named(
        "F42", Stage.POLL, AtTheEnd({"failCode": "Timeout", "failMsg": "Timeout."}), None, _UPSCALER
    ),
    "success-with-err-info": named("F42", Stage.POLL, AtTheEnd({"err_info": "", "err_message": ""}), None, NUMBERED),
    **{
        f"fails-as-{_slug(code)}": named("F26", Stage.SUBMIT, FailsAs(code, f"{code}."), services=_UPSCALER)
        for code in FAIL_CODES
    },
    **{f"images-{_slug(slots.name)}": named("F59", Stage.POLL, ImagesIn(slots), None, {EXPAND}) for slots in Slots},
}
