"""Recipes: how an output was made, in full enough to make it again, and nothing that is private.

A recipe holds no key, no folder, no task id, and of a URL only what stands before its query.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from overscan.core.cost_words import cost_words
from overscan.core.failures import InvalidParameter
from overscan.core.geometry import Margins, Size
from overscan.core.jobs import Job, Output, Sent
from overscan.core.ledger import Charge, Tally, charge_of
from overscan.core.money import FREE, Cost
from overscan.core.parameters import ParameterSpec, Value, specs, validate
from overscan.core.providers import AnyProvider, Operation, ProviderInfo
from overscan.core.redaction import redact
from overscan.core.requests import Delivery, MaskRef
from overscan.core.text import mark, tr

_SIDES: Final = ("top", "bottom", "left", "right")
_SEED: Final = "seed"
_DELIVERIES: Final = {
    Delivery.FILE: mark("as a file"),
    Delivery.URL: mark("by the photo's own URL"),
    Delivery.RESULT: mark("by the URL of an earlier result"),
    Delivery.HOSTED: mark("by a URL in the person's own bucket"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One parameter: its name as the service and the command line know it, its value, and what that stands for."""

    name: str
    value: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one output was made.

    ``job`` tells outputs of the same job. ``settings`` are in the order of the declaration; a seed is among them and
    stands in ``seed`` too. ``frame`` is in pixels of the photo. ``asked`` is the size that was to come, ``None`` where
    nobody promises one. ``sent`` is what went to the service (``None``: a
    built-in provider, or not known), ``seconds`` how long the job took, ``begun_at`` seconds since 1970. ``charged`` is
    what was taken, told or by the documents; ``None`` where that is not known. ``program`` is the version of Overscan
    that made the job, empty where that is not known.
    """

    job: str
    provider: str
    name: str
    operation: Operation | None
    settings: tuple[Setting, ...]
    seed: str
    frame: Margins | None
    mask: MaskRef | None
    delivery: str
    original_sha256: str | None
    sent: Sent | None
    output: Output
    asked: Size | None
    begun_at: float | None
    seconds: float | None
    quoted: Cost
    charge: Charge
    charged: Cost | None
    warnings: tuple[str, ...] = ()
    program: str = ""

    @property
    def cost_words(self) -> str:
        """What it cost, as far as that is known, short enough for a label."""
        return tr("unknown") if self.charged is None else cost_words(self.charged)


def recipe_of(job: Job, output: Output, provider: AnyProvider | None) -> Recipe:
    """The recipe of one output of ``job``; ``provider`` is ``None`` where it is no longer installed."""
    request = job.request
    info = provider.info if provider is not None else None
    charge = charge_of(job)
    settings = _settings(request.parameters, info)
    remote = info is None or info.account is not None
    begun, ended = job.started_at, job.finished_at
    return Recipe(
        job=job.id,
        provider=request.provider,
        name=tr(info.name) if info is not None else request.provider,
        operation=info.operation if info is not None else None,
        settings=settings,
        seed=next((s.value for s in settings if s.name == _SEED), ""),
        frame=frame_of(job, info),
        mask=request.canvas.mask if request.canvas is not None else None,
        delivery=tr(_DELIVERIES[request.delivery]) if remote else "",
        original_sha256=request.photo.sha256,
        sent=job.sent if remote else None,
        output=output,
        asked=asked_size(job, provider),
        begun_at=begun,
        seconds=job.elapsed_s(ended) if ended is not None and begun is not None else None,
        quoted=job.cost,
        charge=charge,
        charged=_charged(job, charge),
        warnings=warnings_of(job, output),
        program=job.program,
    )


def frame_of(job: Job, info: ProviderInfo | None) -> Margins | None:
    """What an expansion added on each side: its canvas, or its four sides where they were ratios; else ``None``."""
    size = job.request.photo.size
    if job.request.canvas is not None:
        return job.request.canvas.frame
    if info is None or info.operation is not Operation.EXPAND or size is None:
        return None
    given = {side: job.request.parameters.get(side) for side in _SIDES}
    ratios = {side: float(value) for side, value in given.items() if isinstance(value, int | float)}
    return Margins.from_ratios(size, **ratios) if len(ratios) == len(_SIDES) else None


def total_of(recipes: Iterable[Recipe | None]) -> Tally:
    """What these outputs cost together: each job once, and what is not known counted as such.

    ``None`` stands for a file that no known job brought: its cost is not known.
    """
    total = Tally()
    seen: set[str] = set()
    for recipe in recipes:
        if recipe is None:
            total = total.plus(Cost())
        elif recipe.job not in seen:
            seen.add(recipe.job)
            total = total.plus(recipe.charged or Cost())
    return total


def _charged(job: Job, charge: Charge) -> Cost | None:
    if job.charged is not None:
        return job.charged
    if charge is Charge.NONE:
        return FREE
    return job.cost if charge is Charge.ASSUMED and not job.cost.unknown else None


def _settings(parameters: dict[str, Value], info: ProviderInfo | None) -> tuple[Setting, ...]:
    declared = {spec.name: spec for spec in specs(info.parameters)} if info is not None else {}
    order = [*(name for name in declared if name in parameters), *(n for n in parameters if n not in declared)]
    return tuple(_setting(name, parameters[name], declared.get(name)) for name in order if parameters[name] is not None)


def _setting(name: str, value: Value, spec: ParameterSpec | None) -> Setting:
    text = redact(
        str(value).lower() if isinstance(value, bool) else f"{value:.10g}" if isinstance(value, float) else str(value)
    )
    label = next((tr(c.label) for c in spec.shown.choices if c.value == value), "") if spec is not None else ""
    return Setting(name, text, label if label != text else "")


def asked_size(job: Job, provider: AnyProvider | None) -> Size | None:
    """The size that was to come, by what was really sent; ``None`` where nobody promises one."""
    sent = Size(job.sent.width, job.sent.height) if job.sent is not None else None
    if job.request.canvas is not None:
        return sent  # the frame itself, which comes back as large
    given = sent or job.request.photo.size
    if provider is None or given is None:
        return None
    try:
        return provider.output_size(validate(provider.info.parameters, job.request.parameters), given)
    except InvalidParameter:  # a journal of an older program
        return None


def warnings_of(job: Job, output: Output) -> tuple[str, ...]:
    """The job's warnings about this output, without the file name that they begin with: it is shown beside them."""
    others = tuple(f"{_file_name(other.path)} " for other in job.outputs if other.n != output.n)
    own = _file_name(output.path)
    return tuple(line.removeprefix(own).strip() for line in job.warnings if not line.startswith(others))


def _file_name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
