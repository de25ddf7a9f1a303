"""The plan: which jobs a run would make, what each costs and what is changed before sending. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from overscan.core.failures import Failure, MissingKey, OverscanError, PhotoError
from overscan.core.parameters import Value, validate
from overscan.core.preflight import preflight
from overscan.core.providers import Account, Amount, AnyProvider, Cost, RemoteProvider
from overscan.core.requests import Photo, Request
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
    """One job that a run would make; ``changes`` tells what is done to the photo before it is sent."""

    request: Request
    cost: Cost
    changes: tuple[str, ...]


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
    def unknown(self) -> int:
        """How many jobs have no known price at all."""
        return sum(j.cost.unknown for j in self.jobs)


def make_plan(
    photos: Sequence[Photo],
    choices: Sequence[Choice],
    target: Target,
    *,
    has_key: Callable[[Account], bool],
    usd_per_credit: float = 0.0,
) -> Plan:
    """Every photo with every chosen provider, in that order.

    Raises :class:`InvalidParameter` for a bad value and :class:`MissingKey` for an account without a key, since
    both concern the whole run; what concerns one photo becomes a refusal.
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
    validated = [(choice.provider, validate(choice.provider.info.parameters, choice.parameters)) for choice in choices]
    jobs: list[PlannedJob] = []
    refusals: list[Refusal] = []
    for photo in photos:
        for provider, parameters in validated:
            try:
                changes = _changes(photo, provider, keep_metadata=target.keep_metadata)
            except OverscanError as error:
                refusals.append(Refusal(photo.ref.name, provider.info.id, error.failure))
                continue
            request = Request(
                provider=provider.info.id,
                photo=photo.ref,
                parameters=parameters.values(),
                folder=target.folder,
                name_template=target.name_template,
                keep_metadata=target.keep_metadata,
            )
            cost = in_money(provider.cost(parameters, photo.ref.size), usd_per_credit)
            jobs.append(PlannedJob(request, cost, changes))
    return Plan(tuple(jobs), tuple(refusals))


def in_money(cost: Cost, usd_per_credit: float) -> Cost:
    """The cost with its credits also in dollars, where a price of a credit is set (0: unknown)."""
    if cost.usd is None and cost.credits is not None and usd_per_credit > 0:
        return Cost(cost.credits, cost.credits.times(usd_per_credit))
    return cost


def _changes(photo: Photo, provider: AnyProvider, *, keep_metadata: bool) -> tuple[str, ...]:
    limits = provider.info.limits
    if photo.ref.path is None:
        if not limits.takes_url or not isinstance(provider, RemoteProvider):
            raise PhotoError(
                tr("{provider} does not take URLs.", provider=provider.info.id),
                tr("Leave out --url: the photo is then fetched and sent as a file."),
            )
        if len(photo.ref.url or "") > limits.max_url_length:
            raise PhotoError(
                tr("The URL is longer than the {count} characters that are allowed.", count=limits.max_url_length),
                tr("Leave out --url: the photo is then fetched and sent as a file."),
            )
        return ()
    if photo.facts is None:
        raise PhotoError(tr("The photo has not been read yet."))
    if not isinstance(provider, RemoteProvider):
        return ()
    return preflight(photo.facts, limits, keep_metadata=keep_metadata).changes
