"""The commands and their options. Each does its work in a module of its own; errors are told here, once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from overscan import __version__
from overscan.cli.report import OutputLost, err, lament, out, out_json, say
from overscan.core.failures import ConfigProblem, OverscanError, UsageError
from overscan.core.jobs import JobState
from overscan.core.redaction import redact
from overscan.core.text import tr

_log = logging.getLogger(__name__)

app = typer.Typer(
    name="overscan",
    help="A light table for AI photo services. Without a command, or with photos, it opens the window.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
key_app = typer.Typer(help="The keys of accounts, in the system's keyring.", no_args_is_help=True)
app.add_typer(key_app, name="key")


Photos = Annotated[list[str], typer.Argument(help="Photos, folders or URLs.", metavar="PHOTO...")]
Providers = Annotated[list[str], typer.Option("-p", "--provider", help="A provider; may be repeated.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("-s", "--set", help="NAME=VALUE for every provider that has it, or PROVIDER.NAME=VALUE."),
]
Folder = Annotated[Path | None, typer.Option("-o", "--output", help="The folder to save in.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on standard output.")]
MaxCredits = Annotated[float | None, typer.Option("--max-credits", help="Run nothing that could cost more.", min=0)]
MaxUsd = Annotated[float | None, typer.Option("--max-usd", help="Run nothing that could cost more.", min=0)]
Url = Annotated[bool, typer.Option("--url", help="Send the photo's URL itself instead of its bytes.")]
Frame = Annotated[
    str | None,
    typer.Option("--frame", help="Pixels to add on each side of every photo.", metavar="LEFT,TOP,RIGHT,BOTTOM"),
]
Mask = Annotated[
    str | None,
    typer.Option("--mask", help="A mask, white where to generate: a file or a URL.", metavar="FILE|URL"),
]
AllowHosting = Annotated[
    bool,
    typer.Option(
        "--allow-hosting",
        help="Let this run put photos into your own bucket, for services that take only URLs; they are deleted "
        "when their job ends.",
    ),
]
AccountId = Annotated[str, typer.Argument(help="An account, such as picwish.", metavar="ACCOUNT")]


def _guarded(work: Callable[[], int]) -> None:
    """Do ``work`` and exit with its status; every known error is told in words, none as a traceback."""
    try:
        status = _told(work)
    except OutputLost as lost:
        lament(lost)
        status = 1
    raise typer.Exit(status)


def _told(work: Callable[[], int]) -> int:
    try:
        return work()
    except (UsageError, ConfigProblem) as error:
        say(error)
        return 2
    except OverscanError as error:
        say(error)
        return 1
    except OutputLost:
        raise
    except Exception as error:  # noqa: BLE001 - a fault of our own is told in a line, too; the log has the rest
        _log.critical("a command broke off", exc_info=True)
        err(redact(tr("Something went wrong inside Overscan: {error}", error=f"{type(error).__name__}: {error}")))
        err(tr("The log file has the details; “overscan doctor” tells where it is."))
        return 1


def _version(wanted: bool) -> None:
    if wanted:
        out(f"overscan {__version__}")
        raise typer.Exit


@app.callback()
def overview(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """What stands before every command."""


@app.command()
def run(
    photos: Photos,
    provider: Providers,
    settings: Settings = None,
    output: Folder = None,
    as_json: Json = False,
    max_credits: MaxCredits = None,
    max_usd: MaxUsd = None,
    url: Url = False,
    frame: Frame = None,
    mask: Mask = None,
    allow_hosting: AllowHosting = False,
) -> None:
    """Run the jobs and save the outputs. Exit status: 0 all done, 1 at least one is not, 2 wrong usage."""

    def work() -> int:
        from overscan.cli.inputs import RunInputs, allowing_hosting, plan_of
        from overscan.cli.repeats import warn_of_repeats
        from overscan.cli.running import run_plan
        from overscan.composition import open_house
        from overscan.engine.budget import check_run_caps

        house = allowing_hosting(open_house()) if allow_hosting else open_house()
        plan = plan_of(house, RunInputs(photos, provider, settings or (), output, url, frame, mask))
        check_run_caps(plan, max_credits=max_credits, max_usd=max_usd)
        warn_of_repeats(house, plan.jobs)
        return run_plan(house, plan, as_json=as_json)

    _guarded(work)


@app.command()
def plan(
    photos: Photos,
    provider: Providers,
    settings: Settings = None,
    output: Folder = None,
    as_json: Json = False,
    max_credits: MaxCredits = None,
    max_usd: MaxUsd = None,
    url: Url = False,
    frame: Frame = None,
    mask: Mask = None,
    allow_hosting: AllowHosting = False,
) -> None:
    """Tell what would be sent, changed and charged. Sends nothing."""

    def work() -> int:
        from overscan.cli.inputs import RunInputs, accounts_without_key, allowing_hosting, plan_of
        from overscan.cli.repeats import warn_of_repeats
        from overscan.cli.report import cost_json, estimate_json, plan_lines, refusal_json
        from overscan.composition import open_house
        from overscan.engine.budget import check_run_caps

        house = allowing_hosting(open_house()) if allow_hosting else open_house()
        inputs = RunInputs(photos, provider, settings or (), output, url, frame, mask)
        plan = plan_of(house, inputs, needs_keys=False)
        warn_of_repeats(house, plan.jobs)
        for account in accounts_without_key(house, inputs, plan):
            err(tr("There is no key of {account} yet; a run needs one.", account=account.name))
        if as_json:
            for job in plan.jobs:
                out_json(
                    {
                        "photo": job.request.photo.path or job.request.photo.url,
                        "provider": job.request.provider,
                        "parameters": job.request.parameters,
                        "cost": cost_json(job.cost),
                        "estimate": estimate_json(job.estimate),
                        "changes": list(job.changes),
                        "failure": None,
                        "delivery": job.request.delivery.value,
                    }
                )
            for refusal in plan.refusals:
                out_json(refusal_json(refusal))
        else:
            for line in plan_lines(plan):
                out(line)
        check_run_caps(plan, max_credits=max_credits, max_usd=max_usd)
        return 1 if plan.refusals else 0

    _guarded(work)


@app.command()
def providers(
    provider_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="One provider in full.")] = None,
    as_json: Json = False,
) -> None:
    """List the providers, or show one in full: parameters, limits, price, pace."""

    def work() -> int:
        from overscan.cli.listing import list_providers
        from overscan.composition import open_house

        return list_providers(open_house(), provider_id, as_json=as_json)

    _guarded(work)


@app.command()
def jobs(
    as_json: Json = False,
    state: Annotated[JobState | None, typer.Option("--state", help="Only jobs in this state.")] = None,
) -> None:
    """Show the journal."""

    def work() -> int:
        from overscan.cli.listing import list_jobs
        from overscan.composition import open_house

        return list_jobs(open_house(), state, as_json=as_json)

    _guarded(work)


@app.command()
def resume(as_json: Json = False) -> None:
    """Pick up what is unfinished: tasks that services have accepted, and jobs that were never sent."""

    def work() -> int:
        from overscan.cli.running import resume_all
        from overscan.composition import open_house

        return resume_all(open_house(), as_json=as_json)

    _guarded(work)


@app.command()
def compare(
    original: Annotated[str, typer.Argument(help="The original photo.", metavar="ORIGINAL")],
    results: Annotated[list[str], typer.Argument(help="Files to compare with it.", metavar="RESULT...")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="A report (.html) or a contact sheet (.png) to write; a new file."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure results against their original. Exit status: 0 all measured, 1 at least one is not, 2 wrong usage."""

    def work() -> int:
        from overscan.cli.compare import compare_files
        from overscan.composition import open_house

        return compare_files(open_house(), original, results, output, as_json=as_json)

    _guarded(work)


@key_app.command("set")
def key_set(account: AccountId) -> None:
    """Keep a key, read from a prompt or from standard input."""

    def work() -> int:
        from overscan.cli.keys import set_key
        from overscan.composition import open_house

        return set_key(open_house(), account)

    _guarded(work)


@key_app.command("remove")
def key_remove(account: AccountId) -> None:
    """Take a key out of the keyring."""

    def work() -> int:
        from overscan.cli.keys import remove_key
        from overscan.composition import open_house

        return remove_key(open_house(), account)

    _guarded(work)


@key_app.command("check")
def key_check(account: AccountId) -> None:
    """Tell whether there is a key and whether the service accepts it; costs nothing."""

    def work() -> int:
        from overscan.cli.keys import check_key
        from overscan.composition import open_house

        return check_key(open_house(), account)

    _guarded(work)


@app.command()
def demo(context: typer.Context, output: Folder = None) -> None:
    """The main job on the bundled sample with the built-in engine; opens the window if there is a display."""

    def work() -> int:
        from overscan.cli.demo import run_demo
        from overscan.composition import open_house

        return run_demo(open_house(), output, context.obj)

    _guarded(work)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Tell what works here and what does not."""

    def work() -> int:
        from overscan.cli.checkup import run_doctor

        return run_doctor(as_json=as_json)

    _guarded(work)
