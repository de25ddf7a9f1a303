"""From what was typed to a plan: photos, providers, parameters and target.

Every mistake is told before a byte is sent.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from overscan.cli.framing import canvas_of, framing_of, refuse_unframed
from overscan.cli.models import with_models
from overscan.composition import House, name_of_url
from overscan.core.delivery import Reach
from overscan.core.failures import (
    InvalidParameter,
    KeyringProblem,
    MissingKey,
    OverscanError,
    PhotoError,
    UsageError,
)
from overscan.core.parameters import Value, parse, specs
from overscan.core.plan import Choice, Plan, Refusal, Target, make_plan
from overscan.core.providers import Account, AnyProvider, RemoteProvider
from overscan.core.requests import Delivery, Photo, PhotoRef
from overscan.core.text import tr


@dataclass(frozen=True, slots=True)
class RunInputs:
    """The arguments of ``run`` and ``plan`` as typed."""

    photos: Sequence[str]
    providers: Sequence[str]
    settings: Sequence[str] = ()
    folder: Path | None = None
    send_url: bool = False
    frame: str | None = None
    mask: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The photos that could be opened, and the refusals of those that could not."""

    photos: list[Photo] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def plan_of(house: House, inputs: RunInputs, *, needs_keys: bool = True) -> Plan:
    """The plan for what was typed; without ``needs_keys`` also for services that there is no key for yet.

    Raises :class:`UsageError` for anything that concerns the whole run; a photo that cannot be read becomes one
    refusal and does not stop the others.
    """
    providers = [house.registry.get(name) for name in dict.fromkeys(inputs.providers)]
    canvas = canvas_of(inputs.frame, inputs.mask, providers, inputs.settings)
    choices, framing = framing_of(with_models(choices_of(providers, inputs.settings)), canvas)
    make_plan([], choices, Target("/"), has_key=lambda account: not needs_keys or _has_key(house, account))
    target = Target(str(output_folder(inputs.folder or house.output_folder)), house.settings.output.name)
    opened = open_photos(house, inputs.photos, send_url=inputs.send_url)
    photos, reach = opened.photos, house.reach()
    fetching = {p.info.id for p in providers if isinstance(p, RemoteProvider) and not p.info.limits.takes_file}
    if fetching and photos:
        photos, reach = _as_outputs(house, photos)
    plan = make_plan(
        photos,
        choices,
        target,
        has_key=lambda account: True,
        usd_per_credit=house.settings.money.usd_per_credit,
        reach=reach if needs_keys else replace(reach, hosting_key=lambda: True),
        fit=framing.fit,
    )
    if framing.asked and not opened.refusals and not inputs.send_url:
        refuse_unframed(plan)
    hosting = house.settings.hosting
    refusals = plan.refusals
    if hosting.place and not hosting.consented:
        refusals = tuple(_naming_consent(refusal) if refusal.provider in fetching else refusal for refusal in refusals)
    return Plan(plan.jobs, (*opened.refusals, *refusals))


def _as_outputs(house: House, photos: Sequence[Photo]) -> tuple[list[Photo], Reach]:
    """The photos with the earlier outputs that they are, and what services can get at by that."""
    journal = house.open_journal()
    try:
        named = []
        for photo in photos:
            ref = photo.ref
            output = journal.output_at(ref.path, ref.sha256) if ref.path and ref.sha256 else None
            named.append(replace(photo, ref=ref.model_copy(update={"output": output})) if output else photo)
        return named, house.reach(house.live_results(journal))
    finally:
        journal.close()


def allowing_hosting(house: House) -> House:
    """The same parts, with consent to put photos into the person's own bucket.

    Raises :class:`UsageError` where none is set up.
    """
    hosting = house.settings.hosting
    if not hosting.place:
        raise UsageError(
            tr("No bucket is set up that --allow-hosting could allow."),
            tr("Set hosting.endpoint, hosting.bucket and hosting.access_key_id in the settings."),
        )
    consented = hosting.model_copy(update={"consent": hosting.place})
    return replace(house, settings=house.settings.model_copy(update={"hosting": consented}))


def _naming_consent(refusal: Refusal) -> Refusal:
    """A bucket is set up, and only the consent is missing."""
    way = tr("With --allow-hosting this run may put it into your bucket until the job ends.")
    failure = refusal.failure
    return replace(refusal, failure=replace(failure, remedy=f"{failure.remedy} {way}".strip()))


def choices_of(providers: Sequence[AnyProvider], settings: Sequence[str]) -> list[Choice]:
    """The providers with their parameters from ``NAME=VALUE`` and ``PROVIDER.NAME=VALUE`` texts.

    A name without a provider goes to each chosen provider that has it. Raises :class:`InvalidParameter`.
    """
    if not providers:
        raise UsageError(tr("No provider is chosen."), tr("Name one with -p; “overscan providers” lists them."))
    texts: dict[str, dict[str, str]] = {p.info.id: {} for p in providers}
    own: dict[str, dict[str, str]] = {p.info.id: {} for p in providers}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or not name:
            raise InvalidParameter(
                tr("“{setting}” is no setting.", setting=setting), tr("Write -s NAME=VALUE or -s PROVIDER.NAME=VALUE.")
            )
        provider_id, dot, bare = name.rpartition(".")
        if dot:
            if provider_id not in own:
                raise InvalidParameter(
                    tr("{provider} is not among the chosen providers.", provider=provider_id),
                    tr("Add -p {provider}, or leave the setting out.", provider=provider_id),
                )
            own[provider_id][bare] = text
            continue
        takers = [p for p in providers if any(s.name == name for s in specs(p.info.parameters))]
        if not takers:
            known = {s.name: None for p in providers for s in specs(p.info.parameters)}
            raise InvalidParameter(
                tr("No chosen provider has a parameter “{name}”.", name=name),
                tr("Known: {names}.", names=", ".join(known) or tr("none")),
            )
        for provider in takers:
            texts[provider.info.id][name] = text
    return [Choice(p, _parsed(p, {**texts[p.info.id], **own[p.info.id]})) for p in providers]


def _parsed(provider: AnyProvider, texts: dict[str, str]) -> dict[str, Value]:
    return parse(provider.info.parameters, texts)


def open_photos(house: House, photos: Sequence[str], *, send_url: bool) -> Opened:
    """Open files, folders and URLs, each file once. Raises :class:`PhotoError` where a path does not exist at all."""
    from overscan.imaging.photo import open_photo
    from overscan.services.intake import expand

    given = [text if is_url(text) else existing_path(text) for text in photos]
    opened = Opened()
    seen: set[str] = set()
    for item in given:
        if isinstance(item, str) and send_url:
            if item not in seen:
                opened.photos.append(Photo(PhotoRef(name=name_of_url(item), url=item), None))
            seen.add(item)
            continue
        try:
            paths = [house.fetch_photo(item, typed=True)] if isinstance(item, str) else list(expand([item]))
        except OverscanError as error:
            opened.refusals.append(Refusal(str(item), "", error.failure))
            continue
        if not paths:
            opened.refusals.append(Refusal(str(item), "", PhotoError(tr("There is no photo in it.")).failure))
        for path in paths:
            # A photo named twice, or once more by its folder, is meant once: it must not be paid for twice.
            real = os.path.realpath(path)
            if real in seen:
                continue
            seen.add(real)
            try:
                photo = open_photo(path)
                if isinstance(item, str):
                    # A service that takes nothing but addresses can be given it.
                    photo = replace(photo, ref=photo.ref.model_copy(update={"url": item}))
                opened.photos.append(photo)
            except OverscanError as error:
                opened.refusals.append(Refusal(str(path), "", error.failure))
    return opened


def existing_path(text: str) -> Path:
    """The path that was typed. Raises :class:`PhotoError` where there is nothing or the way to it is barred."""
    try:
        path = Path(text).expanduser()
        path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PhotoError(tr("There is no {path}.", path=text), tr("Check the path.")) from error
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise PhotoError(tr("{path} cannot be opened: {reason}.", path=text, reason=reason)) from error
    return path


def output_folder(path: Path) -> Path:
    """The absolute folder for outputs. Raises :class:`UsageError` where it cannot be one, or be written down."""
    try:
        folder = path.expanduser().absolute()
        str(folder).encode()
    except (OSError, RuntimeError, UnicodeEncodeError) as error:
        raise UsageError(
            tr("{folder} cannot be the folder for outputs.", folder=path), tr("Name another one with -o.")
        ) from error
    return folder


def accounts_without_key(house: House, inputs: RunInputs, plan: Plan) -> list[Account]:
    """The accounts that a run of these inputs would need a key of, the bucket's included."""
    accounts = {a.id: a for name in inputs.providers if (a := house.registry.get(name).info.account) is not None}
    bucket = house.hosting_account()
    if bucket is not None and any(job.request.delivery is Delivery.HOSTED for job in plan.jobs):
        accounts[bucket.id] = bucket
    return [account for account in accounts.values() if not house.has_key(account)]


def _has_key(house: House, account: Account) -> bool:
    """Raises :class:`MissingKey` with the keyring's own reason where that does not work."""
    try:
        return house.key(account) is not None
    except KeyringProblem as error:
        raise MissingKey(error.failure.message, error.failure.remedy) from error


def is_url(text: str) -> bool:
    return re.match(r"(?i)https?://", text) is not None
