"""F01 to F18 as data."""

from __future__ import annotations

from typing import Final

from tests.faults.table import DONE, Ending, Fault, Part
from tests.faults.words import LOST, UNKNOWN_TASK, all_of, done, failed, unconfirmed

_CANCELLED: Final = Ending("cancelled")
_NAMED_NONE: Final = unconfirmed("The service accepted the job but named no task.")
_BAD_ID: Final = unconfirmed("The service gave a task id that cannot be used.")
_NO_CREDIT: Final = failed(
    "billing",
    "The account has not enough credits. It says: “Insufficient credits”.",
    "Top up the account.",
)
_SAME_TASK: Final = (
    "The service answered with the task of an earlier job (“osprey”, {id}): the picture may be that one's."
)
_PAUSED: Final = "Paused, not sent: {account} refused another job. "
_THEN_RESUME: Final = " Then resume this job, in the queue or with “overscan resume”."
_TOP_UP: Final = "Top up the account."
_CHECK_KEY: Final = "Check the key and that it is enabled for this service."
_GPTGE_KEY: Final = "The service does not accept the key. It says: “Invalid API key (request id: {id})”."
_SUPPORT: Final = "Ask its support, naming the task, whether it was charged."

SUBMIT: Final[Part] = {
    "F01": Fault(
        "The submission arrives, and the connection ends before the answer.",
        "Sends nothing again by itself. The job ends as unconfirmed, and Retry is there for the person.",
        all_of(LOST, "submit-cut", "submit-reset", "submit-cut-unaccepted"),
        also=(
            "tests/engine/test_faults.py::test_an_answer_at_once_that_is_lost",
            "tests/cli/test_kill.py::test_killed_after_the_service_took_it_and_before_the_answer",
            "tests/ui/test_paid_jobs.py::test_a_lost_answer_is_unconfirmed_and_never_sent_again_unasked",
        ),
    ),
    "F02": Fault(
        "The answer to a submission does not come in time.",
        "As F01.",
        {"submit-delayed": unconfirmed("The service did not answer in time.")},
        also=("tests/engine/test_transport.py::test_no_answer_in_time",),
    ),
    "F03": Fault(
        "A proxy's error page (500, 502, 503, 504, 520, 524) comes in place of the answer.",
        "As F01 for a submission, since a task may have been made. A picture is simply fetched again.",
        {
            **all_of(
                unconfirmed("The service had an internal error."),
                "submit-500-html",
                "submit-502-html",
                "submit-520-html-unaccepted",
            ),
            "download-500": DONE,
        },
        also=("tests/providers/test_task_envelope.py::test_what_does_not_tell_whether_a_task_was_made_is_no_refusal",),
    ),
    "F04": Fault(
        "429 to a submission, with a Retry-After in seconds or as a date.",
        "Sends it again after that time (at most 60 s), five times in all, with jitter; the whole account waits. While "
        "it waits the job is queued and can be cancelled.",
        {
            "submit-429": DONE,
            "submit-429 for ever": failed(
                "rate_limited",
                "The service gets too many requests. It says: “Too many requests”.",
                "Wait a moment, or lower the requests per second in the settings.",
            ),
            "submit-429-date": _CANCELLED,
        },
        also=("tests/engine/test_pacing.py::test_a_refusal_holds_also_those_who_are_already_waiting",),
    ),
    "F05": Fault(
        "429 with a Retry-After that is huge, negative, no number, or missing.",
        "Huge is cut to 60 s; what makes no sense is replaced by a growing pause.",
        {**done("submit-429-negative", "submit-429-text", "submit-429-bare"), "submit-429-huge": _CANCELLED},
        also=("tests/engine/test_pacing.py::test_any_retry_after_is_a_sane_wait",),
    ),
    "F06": Fault(
        "Nobody answers at the address, or its name is unknown: not a byte was sent.",
        "Tries five times, then fails without any doubt about money.",
        {
            "nobody there": failed(
                "network",
                "The service cannot be reached.",
                "Check the network connection and the base URL in the settings.",
            )
        },
        also=(
            "tests/engine/test_transport.py::test_a_name_that_nobody_knows",
            "tests/engine/test_transport.py::test_many_submissions_wait_for_nobody_elses_connection",
        ),
    ),
    "F07": Fault(
        "200 and status 200, but without data or without a task id.",
        "The job is unconfirmed: a task may exist, and cannot be asked for.",
        {
            "submit-no-task-id": _NAMED_NONE,
            "submit-no-data": unconfirmed("The service's answer has no data in it."),
        },
        otherwise="The reply's body is not kept: it may hold a signed address or the person's picture. The message "
        "says "
        "what was missing in it.",
    ),
    "F08": Fault(
        "A task id that is a number, empty, 10 kB long, a path, or has control characters in it.",
        "A number or a path is quoted and used; anything longer than 128 characters or unprintable is refused, and the "
        "job is unconfirmed. No file is ever named after it.",
        {
            **done("submit-id-number", "submit-id-path"),
            "submit-id-empty": _NAMED_NONE,
            **all_of(_BAD_ID, "submit-id-long", "submit-id-newline"),
        },
        also=("tests/providers/test_picwish_scale.py::test_a_task_id_cannot_leave_its_place_in_the_path",),
    ),
    "F09": Fault(
        "A task was asked for, and the finished result comes at once.",
        "Takes it; the task is never asked for.",
        done("submit-complete"),
    ),
    "F10": Fault(
        "The result was asked for at once, and only a task id or a running state comes.",
        "Goes on by asking for the task.",
        done("submit-unfinished"),
    ),
    "F11": Fault(
        "Two submissions are answered with the same task id.",
        "Each job saves the picture under a name of its own and says whose task it may be; no file is overwritten.",
        {"submit-same-task": Ending("done", warnings=(_SAME_TASK,))},
        otherwise="Both jobs are kept apart, each with its own file: the second one may have been charged, too.",
        also=("tests/engine/test_faults.py::test_two_jobs_of_one_task_both_get_a_file",),
    ),
    "F12": Fault(
        "A double click, or the program ends while it sends.",
        "The intent is committed to the journal before the request leaves, the task id right after the answer. A job "
        "that was being sent when the program ended is unconfirmed afterwards, never sent again by itself.",
        {"restarted while sending": unconfirmed("Overscan ended while this was being sent.")},
        otherwise="No fsync and rename of a file of our own: the journal is SQLite with synchronous=FULL, which does "
        "that.",
        also=(
            "tests/engine/test_recovery.py::test_killed_while_sending",
            "tests/engine/test_good_path.py::test_the_submission_is_journalled_before_it_leaves",
            "tests/engine/test_journal.py::test_it_is_durable",
            "tests/ui/test_main_window.py::test_a_double_click_runs_once",
            "tests/ui/test_paid_jobs.py::test_the_same_paid_run_is_asked_about",
        ),
    ),
    "F13": Fault(
        "The program is killed while it follows a task.",
        "The next start picks the task up by its id. Where the service has forgotten it meanwhile, the job fails as "
        "possibly charged.",
        {"still there": DONE, "expired": UNKNOWN_TASK},
        otherwise="No clock decides that a task has expired: the service is asked, which is free and certain.",
        also=(
            "tests/engine/test_recovery.py::test_killed_while_reading",
            "tests/cli/test_kill.py::test_killed_at_any_moment_of_many_jobs",
        ),
    ),
    "F14": Fault(
        "402, “insufficient credits” in any status, or the state -15.",
        "The job that met it fails. The account is paused: its other unsent jobs stay queued, and say why.",
        {
            **all_of(_NO_CREDIT, "submit-402", "submit-200-with-402", "submit-400-insufficient"),
            "submit-403": failed(
                "billing", "The account has not enough credits. It says: “Insufficient quota”.", _TOP_UP
            ),
            "the rest of the batch": Ending(
                "queued",
                "billing",
                f"{_PAUSED}The account has not enough credits. It says: “Insufficient credits”.",
                _TOP_UP + _THEN_RESUME,
            ),
        },
        otherwise="What is paused is the account and not the provider: its services share one key and one balance.",
        also=(
            "tests/engine/test_paused_accounts.py::test_a_refusal_fails_one_job_and_holds_the_rest",
            "tests/engine/test_paused_accounts.py::test_a_task_that_ends_for_want_of_resources_holds_the_rest",
            "tests/engine/test_paused_accounts.py::test_the_pause_is_still_there_after_a_restart",
            "tests/providers/test_task_envelope.py::test_insufficient_credits_are_a_matter_of_money_even_as_400",
        ),
    ),
    "F15": Fault(
        "401 in the middle of a batch.",
        "As F14.",
        {
            "submit-401": failed(
                "auth", "The service does not accept the key. It says: “Invalid API key”.", _CHECK_KEY
            ),
            "submit-401@gptge-scale": failed("auth", _GPTGE_KEY, _CHECK_KEY),
            "the rest of the batch": Ending(
                "queued",
                "auth",
                f"{_PAUSED}The service does not accept the key. It says: “Invalid API key”.",
                _CHECK_KEY + _THEN_RESUME,
            ),
            "the rest of the batch@gptge-scale": Ending(
                "queued", "auth", _PAUSED + _GPTGE_KEY, _CHECK_KEY + _THEN_RESUME
            ),
        },
        also=("tests/engine/test_faults.py::test_a_key_that_is_withdrawn_while_the_service_works",),
    ),
    "F16": Fault(
        "413 as a page of the web server in front, while the photo is still on its way.",
        "Reads it as a refusal for size, whatever the body is.",
        {
            "submit-413-html": failed("too_large", "The file is too large for the service.", "Choose a smaller photo."),
            "submit-413": failed(
                "too_large",
                "The file is too large for the service. It says: “The uploaded file is too large”.",
                "Choose a smaller photo.",
            ),
        },
        also=("tests/imaging/test_preflight.py::test_a_heavy_photo_loses_quality_before_size",),
    ),
    "F17": Fault(
        "The task fails after the work was done, and is charged (-2, -11).",
        "Marks the job as possibly charged and keeps the task id for the service's support.",
        {
            "charged-but-ends-with-2": failed(
                "service", "The service finished but could not store the result.", _SUPPORT, charged=True
            ),
            "charged-but-ends-with-11": failed(
                "service", "The service finished with an empty result.", _SUPPORT, charged=True
            ),
        },
    ),
    "F18": Fault(
        "A parameter is ignored: 1× comes although 4× was asked for.",
        "Keeps the picture, compares its size with the one that was asked for, and warns; where no size is promised, "
        "an enhanced photo that has become smaller in both sides is named.",
        {
            "result-factor-ignored": Ending(
                "done", warnings=("{photo}-{provider}-1.jpg is 80×64 pixels; 320×256 was asked for.",)
            )
        },
        also=(
            "tests/engine/test_warnings.py::test_a_size_that_was_not_asked_for",
            "tests/engine/test_warnings.py::test_an_enhanced_photo_that_has_become_smaller",
        ),
    ),
}
