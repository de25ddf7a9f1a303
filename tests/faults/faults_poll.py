"""F19 to F42 as data."""

from __future__ import annotations

from typing import Final

from tests.faults.table import DONE, Ending, Fault, Part
from tests.faults.words import (
    NO_PICTURE,
    STILL_WORKING,
    UNKNOWN_PATH,
    UNKNOWN_TASK,
    all_of,
    done,
    failed,
    parked,
    unconfirmed,
)

_UNNAMED: Final = failed(
    "service", "The service ended the task with a state that its document does not name.", "Try again later."
)
_COULD_NOT: Final = failed("service", "The service could not process the photo.", "Try again, or try another photo.")
_CANCELLED: Final = failed("service", "The service cancelled the task.", "Try again later.")
_SUPPORT: Final = "Ask its support, naming the task, whether it was charged."
_ANOTHER: Final = "Use another photo or provider."
_PARKED_NOT_FAILED: Final = (
    "The job is parked and not failed: the task has been accepted and perhaps paid for, and asking again later is free."
)

_ANY: Final = (
    "service",
    "The service could not process the photo.",
    "Try again later, or ask its support, naming the task.",
)
_CONTENT: Final = ("content", "The service's review refused the photo's content.", _ANOTHER)
_FORMAT: Final = (
    "bad_image",
    "The service does not take the photo's file format.",
    "Use a direct public address of a JPEG, PNG or WebP file.",
)
_ADDRESS: Final = (
    "input_url",
    "The service could not fetch the photo's URL.",
    "Check that the address is public and leads straight to the file.",
)
_PROMPT: Final = ("prompt", "The service refused the prompt.", "Ask its support: this service takes no prompt.")
_TIME: Final = ("timeout", "The service did not finish in time.", "Try again later, or with a lower resolution.")
_CODES: Final = (
    (_ANY, ("Unknown error", "GENERATION_FAILED", "SomethingNew")),
    (_FORMAT, ("ImageFormatIncorrect", "UNSUPPORTED_FORMAT")),
    (_ADDRESS, ("INVALID_IMAGE_URL", "IMAGE_DOWNLOAD_FAILED")),
    (_PROMPT, ("PromptLengthExceeded", "PROMPT_TOO_LONG", "INVALID_PROMPT")),
    (_TIME, ("Timeout", "PROCESSING_TIMEOUT")),
    (
        _CONTENT,
        (
            *("SensitiveContent", "SensitiveContentDetected", "InputImageSensitiveContentDetected"),
            *("InputOutputSensitiveContentDetected", "NSFW", "ProhibitedContentDetected", "CONTENT_VIOLATION"),
            "NSFW_DETECTED",
        ),
    ),
    (("too_large", "The photo is too large for the service.", "Use a photo of less than 10 MB."), ("IMAGE_TOO_LARGE",)),
    (("capacity", "The service is not available at the moment.", "Try again later."), ("MODEL_UNAVAILABLE",)),
    (
        ("rate_limited", "The service had too many requests to finish this one.", "Try again later."),
        ("RateLimited",),
    ),
    (
        ("billing", "The account has not enough credits.", "Top up the account."),
        ("INSUFFICIENT_CREDITS",),
    ),
)
"""What each of APIXO's failure codes comes to."""


def slug(code: str) -> str:
    """A failure code as the simulator's catalogue writes it."""
    return code.lower().replace("_", "-").replace(" ", "-")


def _apixo(kind: str, message: str, remedy: str, said: str) -> Ending:
    return failed(kind, f"{message} It says: “{said}”.", remedy, charged=kind != "billing")


POLL: Final[Part] = {
    "F19": Fault(
        "The task is queued for ever.",
        "Asks until the deadline, then parks the job.",
        {"poll-stuck": STILL_WORKING},
    ),
    "F20": Fault(
        "The state goes back, from 4 to 2 to 0.",
        "Goes on; the progress that is shown never falls.",
        done("poll-regression"),
        also=("tests/engine/test_faults.py::test_progress_never_falls",),
    ),
    "F21": Fault(
        "A task that had ended is told as running when it is read again.",
        "While the picture is not here yet, goes on asking. A job that has ended here has ended: it is not asked for "
        "again.",
        done("poll-back-after-the-end", "running again after its end"),
        also=("tests/core/test_jobs.py::test_a_terminal_state_is_never_left",),
    ),
    "F22": Fault("Progress 100 with state 4.", "Waits: only the state is an end.", done("poll-100-not-done")),
    "F23": Fault("State 1 with progress 57.", "That is a success.", done("poll-57-but-done")),
    "F24": Fault(
        "State 1, but the image is empty or null.",
        "Asks three times more, then parks the job.",
        {**done("poll-image-empty", "poll-image-null", "result-json-empty-once"), "never a picture": NO_PICTURE},
        otherwise=_PARKED_NOT_FAILED,
    ),
    "F25": Fault(
        "The state is a text, a float, a boolean, null or missing.",
        "Reads whole numbers in any dress; a boolean is none; what is unknown counts as running.",
        done(
            *("poll-state-text", "poll-state-float", "poll-state-true", "poll-state-null", "poll-state-missing"),
            *("poll-state-unknown", "success as text", "states-as-texts"),
        ),
        also=("tests/providers/test_task_envelope.py::test_any_json_is_read_or_refused",),
    ),
    "F26": Fault(
        "The task ends with a negative state, documented or not.",
        "Fails with the words of the document and the number as its code.",
        {
            "ends-with-1": _COULD_NOT,
            **all_of(
                failed(
                    "service",
                    "The service could not process the photo. It says: “Failed”.",
                    "Try again, or try another photo.",
                ),
                "ends-with-1@picwish-scale-pro",
                "ends-with-1@picwish-expand",
            ),
            "ends-with-1@apixo-upscaler": _apixo(*_ANY, "Unknown error."),
            "ends-with-2": failed(
                "service", "The service finished but could not store the result.", _SUPPORT, charged=True
            ),
            "ends-with-3": failed(
                "input_url", "The service could not fetch the photo's URL.", "Send the photo as a file."
            ),
            "ends-with-5": failed(
                "too_large", "The photo is too large for the service, in bytes or pixels.", "Choose a smaller photo."
            ),
            "ends-with-7": failed("bad_image", "The service cannot read the photo.", "Save it anew as JPEG or PNG."),
            "ends-with-8": failed("timeout", "The service gave up after its time limit.", "Try again later."),
            "ends-with-9": failed("service", "The service had an internal error.", "Try again later."),
            "ends-with-10": failed("content", "The service's review refused the photo's content.", _ANOTHER),
            "ends-with-11": failed("service", "The service finished with an empty result.", _SUPPORT, charged=True),
            "ends-with-13": _CANCELLED,
            "ends-with-14": failed(
                "bad_image",
                "The photo does not meet the service's requirements.",
                "For face enhancement, use a portrait.",
            ),
            "ends-with-15": failed(
                "capacity",
                "The service or the account has not enough resources.",
                "Check the account's credits; try again later.",
            ),
            "ends-with-16": failed("content", "A third party's review refused the photo's content.", _ANOTHER),
            "ends-with-17": failed("prompt", "The service refused the prompt.", "Change the prompt."),
            **all_of(_UNNAMED, "ends-with-4", "ends-with-6", "ends-with-12", "ends-with-99"),
            **{f"fails-as-{slug(code)}": _apixo(*words, f"{code}.") for words, codes in _CODES for code in codes},
        },
        otherwise="A failure of APIXO is marked as possibly charged: it bills each image that is submitted, and says "
        "nothing of a refund.",
    ),
    "F27": Fault(
        "The state is a word: “queueing”, “SUCCESS”, “fail”, “cancelled”.",
        "Reads known words in any case; an unknown one counts as running.",
        {
            **done("poll-state-word", "poll-state-unheard-of", "states-in-words"),
            **done("states-in-capitals", "states-in-synonyms"),
            "poll-state-cancelled": _CANCELLED,
            "states-as-numbers": STILL_WORKING,
        },
    ),
    "F28": Fault("404 right after the task was made.", "Believes it only the third time in a row.", done("poll-404")),
    "F29": Fault(
        "404 for good.",
        "The job fails and is marked as possibly charged.",
        {"poll-404-always": UNKNOWN_TASK, "poll-404-always@gptge-scale": UNKNOWN_PATH},
        otherwise="The kind is not_found and not expired: the service says the same of a wrong region and of a task "
        "that is too old, so the remedy names both. Where no document names the path of the status call, a task that "
        "has been paid for and never found is parked, so that another path can be set.",
    ),
    "F30": Fault(
        "HTTP 200, and 401, 429 or 500 in the body.",
        "The worse of the two counts: 401 parks the job, 429 slows the account down, 500 is read again, or leaves "
        "a submission unconfirmed.",
        {
            "poll-200-with-401": parked(
                "auth",
                "The service does not accept the key. It says: “error”.",
                "Check the key and that it is enabled for this service.",
            ),
            **done("poll-200-with-429", "poll-200-with-500", "submit-200-with-429"),
            "submit-200-with-500": unconfirmed("The service had an internal error. It says: “error”."),
            "submit-gateway-error-200": unconfirmed(
                "The service reports an error and does not say whether it took the job. "
                "It says: “upstream error (request id: 0)”."
            ),
        },
    ),
    "F31": Fault(
        "HTTP 500 or 402, and status 200 in the body.",
        "The worse of the two counts; a reading is repeated.",
        {
            "poll-500-with-200": DONE,
            "submit-402-with-200": failed("billing", "The account has not enough credits.", "Top up the account."),
        },
    ),
    "F32": Fault(
        "HTML, an empty body, broken JSON, a byte order mark, NaN, keys that contradict each other, or a "
        "cut connection.",
        "A byte order mark is read over; anything else is asked again with growing pauses, and after eight in a row "
        "the "
        "job is parked.",
        {
            **done(
                *("poll-empty", "poll-html", "poll-truncated", "poll-bom", "poll-nan", "poll-duplicate-keys"),
                *("poll-not-utf8", "poll-cut"),
            ),
            "never any sense": parked(
                "protocol", "The service's answer is not in the form that its document promises."
            ),
        },
        otherwise=_PARKED_NOT_FAILED,
        also=(
            "tests/providers/test_task_envelope.py::test_any_bytes_are_read_or_refused",
            "tests/engine/test_faults.py::test_a_service_that_is_down_while_reading_is_parked_after_many_tries",
        ),
    ),
    "F33": Fault(
        "The root of the reply, or its data, is a list, a text or null.",
        "As F32.",
        {
            **done("poll-data-list", "poll-data-null", "poll-data-text"),
            **done("poll-list-root", "poll-string-root", "poll-null-root"),
            "never any data": parked("protocol", "The service's answer has no data in it."),
        },
        otherwise=_PARKED_NOT_FAILED,
    ),
    "F34": Fault(
        "A reply of 50 MB, or one that unpacks to that.",
        "Stops reading at the cap (8 MB, or 96 MB where the reply may carry the picture), counted after unpacking.",
        done("poll-huge", "poll-gzip-bomb"),
        otherwise="96 MB and not 64 MB for base64: a PNG of 4096 × 4096 pixels can pass 64 MB in base64.",
        also=(
            "tests/engine/test_transport.py::test_an_answer_beyond_the_cap",
            "tests/engine/test_transport.py::test_a_gzip_bomb_meets_the_cap_after_unpacking",
        ),
    ),
    "F35": Fault(
        "A reply drips, a byte a second.",
        "Gives up at the deadline of the whole call and reads again; a download has 15 minutes.",
        {"poll-drip": DONE, "download-drip": parked("timeout", "The picture did not arrive in time.")},
        also=("tests/engine/test_transport.py::test_a_slow_drip_meets_the_deadline_of_the_whole_call",),
    ),
    "F36": Fault(
        "429 while reading.",
        "Stretches the distance between all requests of the account, and waits as long as it is asked to.",
        done("poll-429"),
        also=("tests/engine/test_pacing.py::test_a_refusal_widens_and_good_answers_narrow_again",),
    ),
    "F37": Fault(
        "The deadline passes while the service still works.",
        "Parks the job. It is asked for once more at the next start, and whenever the person resumes it; that is free.",
        all_of(STILL_WORKING, "poll-stuck-at-work", "the deadline has passed"),
        also=("tests/engine/test_cancel_and_retry.py::test_a_job_whose_deadline_passes_is_parked_and_resumed",),
    ),
    "F38": Fault(
        "The answer is about another task.",
        "Takes nothing from it and asks again; after eight in a row the job is parked.",
        {
            "poll-other-task": DONE,
            "always another task": parked("protocol", "The service answered about another task."),
        },
    ),
    "F39": Fault(
        "The clock jumps, or the machine sleeps past the deadline.",
        "Waits and deadlines go by a clock that only runs forward; after the deadline the task is read once more "
        "before "
        "the job is parked.",
        done("the wall clock jumps", "asked once more after the deadline"),
        also=("tests/engine/test_cancel_and_retry.py::test_a_parked_job_asks_once_more_after_the_deadline",),
    ),
    "F40": Fault(
        "The service's times lie in the future or the past, in other units, or are no times.",
        "Reads none of them.",
        done(
            *("times-future", "times-past", "times-other-unit", "times-iso", "times-null", "times-text"),
            "no time at all",
        ),
        otherwise="They are not even shown: our own clock tells how long a job took.",
    ),
    "F41": Fault(
        "APIXO's resultJson is an object, encoded twice, empty, “null” or no JSON, or its list has nulls or is none.",
        "Reads what can be read, at most once through; without any address, as F24.",
        {
            **done(
                *("result-json-object", "result-json-twice", "result-json-list", "result-json-urls-text"),
                *("result-json-urls-with-null", "result-json-urls-repeated"),
            ),
            **all_of(
                NO_PICTURE,
                *("result-json-empty", "result-json-null-text", "result-json-null", "result-json-missing"),
                *("result-json-invalid", "result-json-no-urls", "result-json-urls-null", "result-json-urls-empty"),
                "result-json-all-null",
            ),
        },
        otherwise=_PARKED_NOT_FAILED,
    ),
    "F42": Fault(
        "A success that carries a failure's code, empty or not.",
        "The state decides.",
        done("success-with-empty-fail-code", "success-with-fail-code", "success-with-err-info"),
    ),
}
