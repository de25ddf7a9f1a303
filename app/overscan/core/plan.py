"""The plan: which jobs a run would make, what each costs and what is changed before sending. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from overscan.core.delivery import NO_REACH, Reach, delivery_of, require_public
from overscan.core.failures import Failure, InvalidParameter, MissingKey, OverscanError, PhotoError
from overscan.core.geometry import Size
from overscan.core.images import MAX_PIXELS
from overscan.core.money import Amount, Cost
from overscan.core.parameters import Parameters, Value, validate
from overscan.core.preflight import framed_size, mask_words, preflight
from overscan.core.providers import (
    Account,
    AnyProvider,
    Estimate,
    Estimating,
    Limits,
    LocalProvider,
    Operation,
    ProviderInfo,
    RemoteProvider,
)
from overscan.core.requests import Canvas, Delivery, Photo, Request
from overscan.core.text import tr


@dataclass(frozen=True, slots=True)
class Choice:
    """A ticked provider with its parameters by field name; missing ones take their default."""

    provider: AnyProvider
    parameters: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """Where outputs go: an absolute folder and a name template."""

    folder: str
    name_template: str = "{photo}-{provider}-{n}"
    keep_metadata: bool = False


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """One job that a run would make; ``changes`` tells what is done to the photo before it is sent.

    ``estimate`` is what the built-in engine will take for it, where it can tell.
    """

    request: Request
    cost: Cost
    changes: tuple[str, ...]
    estimate: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A photo and provider that do not go together, and why."""

    photo: str
    provider: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class Plan:
    """All jobs of a run, and what cannot be run."""

    jobs: tuple[PlannedJob, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def credits(self) -> Amount:
        """The sum over the jobs whose price in credits is known."""
        return sum((j.cost.credits for j in self.jobs if j.cost.credits), Amount(0, 0))

    @property
    def usd(self) -> Amount:
        """The sum over the jobs whose price in dollars is known."""
        return sum((j.cost.usd for j in self.jobs if j.cost.usd), Amount(0, 0))

    @property
    def estimate(self) -> Estimate | None:
        """What the jobs take together that can tell: their times one after the other, the memory of the largest."""
        told = [job.estimate for job in self.jobs if job.estimate is not None]
        return Estimate(sum(e.seconds for e in told), max(e.memory for e in told)) if told else None

    @property
    def unknown(self) -> int:
        """How many jobs have no known price at all."""
        return sum(j.cost.unknown for j in self.jobs)


Fit: TypeAlias = Callable[[Photo, Choice], tuple[Photo, Choice]]
"""What a photo and a choice become for each other: the frame and mask of the one, its ratios in the other's parameters.

Raises :class:`PhotoError` where they do not go together.
"""


def make_plan(
    photos: Sequence[Photo],
    choices: Sequence[Choice],
    target: Target,
    *,
    has_key: Callable[[Account], bool],
    usd_per_credit: float = 0.0,
    reach: Reach = NO_REACH,
    fit: Fit | None = None,
) -> Plan:
    """Every photo with every chosen provider, in that order, each two as ``fit`` makes them.

    Raises :class:`InvalidParameter` for a bad value, also one that only the service cannot be asked with, and
    :class:`MissingKey` for an account or a bucket without a key, since these concern the whole run; what concerns one
    photo becomes a refusal.
    """
    for choice in choices:
        account = choice.provider.info.account
        if account is not None and not has_key(account):
            raise MissingKey(
                tr("{provider} needs a key of {account}.", provider=choice.provider.info.id, account=account.name),
                tr(
                    "Set it in the settings, with “overscan key set {id}” or as OVERSCAN_KEY_{upper}.",
                    id=account.id,
                    upper=account.id.upper(),
                ),
            )
    validated = [(choice, validate(choice.provider.info.parameters, choice.parameters)) for choice in choices]
    jobs: list[PlannedJob] = []
    refusals: list[Refusal] = []
    for photo in photos:
        refused: dict[Refusal, None] = {}  # several choices of one provider are refused for one reason
        for choice, valid in validated:
            provider, parameters, framed = choice.provider, valid, photo
            try:
                if fit is not None:
                    framed, fitted = fit(photo, choice)
                    if fitted is not choice:
                        parameters = validate(provider.info.parameters, fitted.parameters)
                request, changes = _planned(framed, provider, parameters, target, reach)
                estimate = _estimate(provider, parameters, photo.ref.size)
            except (InvalidParameter, MissingKey):
                raise
            except OverscanError as error:
                refused[Refusal(photo.ref.name, provider.info.id, error.failure)] = None
                continue
            cost = in_money(provider.cost(parameters, photo.ref.size), usd_per_credit)
            jobs.append(PlannedJob(request, cost, changes, estimate))
        refusals += refused
    return Plan(tuple(jobs), tuple(refusals))


def _estimate(provider: AnyProvider, parameters: Parameters, size: Size | None) -> Estimate | None:
    return provider.estimate(parameters, size) if size is not None and isinstance(provider, Estimating) else None


def in_money(cost: Cost, usd_per_credit: float) -> Cost:
    """The cost with its credits also in dollars, where a price of a credit is set (0: unknown)."""
    if cost.usd is None and cost.credits is not None and usd_per_credit > 0:
        return Cost(cost.credits, cost.credits.times(usd_per_credit))
    return cost


def _planned(
    photo: Photo, provider: AnyProvider, parameters: Parameters, target: Target, reach: Reach
) -> tuple[Request, tuple[str, ...]]:
    """The request of one job, and what is changed before it is sent. Raises :class:`UsageError`."""
    info = provider.info
    if photo.ref.path is not None and photo.facts is None:
        raise PhotoError(tr("The photo has not been read yet."))
    remote = isinstance(provider, RemoteProvider)
    delivery = delivery_of(photo, info, reach) if remote or photo.ref.path is None else Delivery.FILE
    # An address that is not used has no business in the journal: it may carry a signature.
    ref = photo.ref if delivery is Delivery.URL else photo.ref.model_copy(update={"url": None})
    request = Request(
        provider=info.id,
        photo=ref,
        delivery=delivery,
        parameters=parameters.values(),
        canvas=_canvas(photo, info, reach),
        folder=target.folder,
        name_template=target.name_template,
        keep_metadata=target.keep_metadata,
    )
    if not isinstance(provider, RemoteProvider):
        _refuse_too_large(provider, parameters, photo.ref.size, request.canvas)
        return request, ()
    # What the service cannot be asked shows here, not when the first jobs of the run have been paid for.
    provider.submission(request, reach.sample(delivery, photo.ref))
    return request, _changes(photo, request, info.limits)


def _refuse_too_large(
    provider: LocalProvider, parameters: Parameters, size: Size | None, canvas: Canvas | None
) -> None:
    """Raises :class:`PhotoError` for a result that nobody could open, before minutes are spent on it."""
    if size is None:
        return
    result = canvas.frame.grow(size) if canvas is not None else provider.output_size(parameters, size)
    if result is not None and result.pixels > MAX_PIXELS:
        raise PhotoError(
            tr(
                "The result would be too large: {size} pixels, {megapixels} megapixels.",
                size=result,
                megapixels=round(result.pixels / 1e6),
            ),
            tr("At most {limit} megapixels can be opened: choose less.", limit=round(MAX_PIXELS / 1e6)),
        )


def _canvas(photo: Photo, info: ProviderInfo, reach: Reach) -> Canvas | None:
    """The photo's canvas where the provider expands. Raises :class:`PhotoError` where it cannot take this one."""
    canvas = photo.canvas
    if canvas is None or info.operation is not Operation.EXPAND:
        return None
    mask = canvas.mask
    if not info.takes_frame:
        raise PhotoError(
            tr("{provider} takes no frame or mask.", provider=info.id),
            tr("Let all four sides grow, none by more than the photo itself, or use another provider."),
        )
    if mask is not None and not info.takes_mask:
        raise PhotoError(
            tr("{provider} takes no mask.", provider=info.id),
            tr("Take back what is painted, or use another provider."),
        )
    if photo.ref.size is not None:
        framed_size(photo.ref.size, canvas)
    if mask is not None and len(mask.url or "") > info.limits.max_url_length:
        raise PhotoError(
            tr(
                "The mask's URL is longer than the {count} characters that are allowed.",
                count=info.limits.max_url_length,
            ),
            tr("Give the mask as a file."),
        )
    if mask is not None and mask.path is None and info.account is None:
        raise PhotoError(
            tr("The built-in engine needs the mask as a file, not as a URL."), tr("Save the mask first, then add it.")
        )
    if mask is not None and mask.url is not None:
        require_public(mask.url, info, reach)
    return canvas


def _changes(photo: Photo, request: Request, limits: Limits) -> tuple[str, ...]:
    match request.delivery:
        case Delivery.URL:
            return (tr("sent by its own URL, as it is there"), *_behind_url(request.canvas, limits))
        case Delivery.RESULT:
            return (
                tr("sent by the address of the result, as its service keeps it"),
                *_behind_url(request.canvas, limits),
            )
        case Delivery.FILE | Delivery.HOSTED:
            assert photo.facts is not None  # noqa: S101 - a photo with a file has been read
            plan = preflight(photo.facts, limits, keep_metadata=request.keep_metadata, canvas=request.canvas)
            told = (*plan.changes, *plan.perhaps)
            if request.delivery is Delivery.HOSTED:
                return (*told, tr("put into your bucket until the job ends"))
            return told


def _behind_url(canvas: Canvas | None, limits: Limits) -> tuple[str, ...]:
    """What goes along with a picture that nothing can be laid around. Raises :class:`PhotoError`."""
    if canvas is None:
        return ()
    if canvas.frame.grows or canvas.mask is None:
        raise PhotoError(
            tr("A photo that is sent by its URL cannot be laid into a frame."),
            tr("Leave out --url, or give a URL of the whole canvas and a mask of the same size."),
        )
    size = canvas.mask.size
    if size is not None and size != size.fitted(limits.max_width or size.width, limits.max_height or size.height):
        raise PhotoError(
            tr("The mask is too large for this service: {size} pixels.", size=size),
            tr("Leave out --url: photo and mask are then reduced together."),
        )
    return (mask_words(canvas),)
