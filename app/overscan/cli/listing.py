"""``overscan providers`` and ``overscan jobs``: what there is, and what there was."""

from __future__ import annotations

import datetime

from overscan.cli.report import charge_text, elsewhere, job_json, out, out_json, spending_line
from overscan.composition import House
from overscan.core.cost_words import cost_words
from overscan.core.jobs import JobState
from overscan.core.ledger import Entry, Ledger, ledger_of
from overscan.core.parameters import Condition, Equals, ParameterSpec, specs
from overscan.core.providers import AnyProvider, Limits, Pace, ProviderInfo, RemoteProvider
from overscan.core.text import tr


def list_providers(house: House, provider_id: str | None, *, as_json: bool) -> int:
    chosen = [house.registry.get(provider_id)] if provider_id else list(house.registry.all())
    for provider in chosen:
        if as_json:
            out_json(_provider_json(house, provider))
        elif provider_id:
            _print_in_full(house, provider)
        else:
            info = provider.info
            out(f"{info.id:<20}{info.operation.value:<9}{tr(info.price_text):<34}{_key_text(house, info)}")
    return 0


def list_jobs(house: House, state: JobState | None, *, as_json: bool) -> int:
    journal = house.open_journal()
    try:
        jobs = journal.jobs(state)
    finally:
        journal.close()
    if as_json:
        for job in jobs:
            out_json(job_json(job))
        return 0
    if not jobs:
        out(tr("The journal has no such job.") if state else tr("The journal is empty."))
        return 0
    account_ids = {p.info.id: p.info.account.id for p in house.registry.all() if p.info.account is not None}
    ledger = ledger_of(jobs, account_ids.get)
    quoted, charged = tr("quoted"), tr("charged")
    out(f"{tr('begun'):<21}{tr('state'):<12}{tr('provider'):<20}{quoted:<16}{charged:<28}{tr('photo')}")
    for entry in ledger.entries:
        _print_job(entry)
    _print_sums(house, ledger)
    return 0


def _print_job(entry: Entry) -> None:
    job = entry.job
    made = datetime.datetime.fromtimestamp(job.created_at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    state = tr("paused") if job.paused else job.state.value
    costs = f"{cost_words(job.cost):<14}  {charge_text(entry):<26}"
    out(f"{made}  {state:<12}{job.request.provider:<20}{costs}  {job.request.photo.name}")
    if job.task_id and not job.outputs:
        out("    " + tr("task {id}", id=job.task_id))
    if job.failure:
        out(f"    {job.failure}")
    for output in job.outputs:
        out(f"    {output.path}")
    if elsewhere(job):
        out("    " + elsewhere(job))
    for warning in job.warnings:
        out("    " + tr("Look at it: {warning}", warning=warning))


def _print_sums(house: House, ledger: Ledger) -> None:
    names = {account.id: account.name for account in house.registry.accounts()}
    for account_id, sums in ledger.spending().items():
        out(spending_line(names.get(account_id, account_id), sums))


def _key_text(house: House, info: ProviderInfo) -> str:
    if info.account is None:
        return tr("needs no key and no network")
    if house.has_key(info.account):
        return tr("key of {account} is there", account=info.account.name)
    return tr("no key of {account}", account=info.account.name)


def _print_in_full(house: House, provider: AnyProvider) -> None:
    info = provider.info
    out(f"{info.id}: {info.name}")
    out(tr(info.summary))
    out(tr("Price: {price}", price=tr(info.price_text)))
    out(_key_text(house, info))
    out(tr("Limits: {limits}", limits=_limits_text(info.limits)))
    if info.takes_frame or info.takes_mask:
        takes = [word for word, taken in (("--frame", info.takes_frame), ("--mask", info.takes_mask)) if taken]
        out(tr("Takes: {options}", options=", ".join(takes)))
    if info.max_outputs > 1:
        out(tr("Brings up to {count} pictures", count=info.max_outputs))
    if isinstance(provider, RemoteProvider):
        out(tr("Pace: {pace}", pace=_pace_text(house.settings.pace(info.id, info.pace))))
        for condition, pace in () if house.settings.has_pace(info.id) else info.pace_when:
            out(tr("Pace with {when}: {pace}", when=_when(condition), pace=_pace_text(pace)))
    if info.status_path:
        path = house.settings.status_path(info.id) or info.status_path
        out(tr("A task is asked for at {path} (setting providers.{id}.status_path)", path=path, id=info.id))
    if info.result_lifetime_s:
        out(tr("Results are kept for {hours:g} h", hours=info.result_lifetime_s / 3600))
    out(tr("Parameters:"))
    for spec in specs(info.parameters):
        default = tr("empty") if spec.default is None else spec.default
        out(f"  {spec.name:<14}{spec.range_text:<24}" + tr("default {value}", value=default))
        if any(choice.label != str(choice.value) for choice in spec.shown.choices):
            out(f"  {'':<14}{_labels(spec)}")
        out(f"  {'':<14}{tr(spec.shown.label)}. {tr(spec.shown.help)}".rstrip())


def _pace_text(pace: Pace) -> str:
    return tr(
        "asked after {first:g} s, then every {interval:g} s, parked after {deadline:g} s",
        first=pace.first_s,
        interval=pace.interval_s,
        deadline=pace.deadline_s,
    )


def _when(condition: Condition) -> str:
    if isinstance(condition, Equals):
        return f"{condition.name}={tr(' or ').join(map(str, condition.values))}"
    return tr("certain parameters")


def _labels(spec: ParameterSpec) -> str:
    """What the values stand for."""
    named = ((tr("empty") if c.value is None else c.value, tr(c.label)) for c in spec.shown.choices)
    return "; ".join(f"{value}: {label}" for value, label in named)


def _limits_text(limits: Limits) -> str:
    parts = [", ".join(sorted(f.value for f in limits.formats))]
    if limits.max_width and limits.max_height:
        parts.append(tr("up to {width}×{height} pixels", width=limits.max_width, height=limits.max_height))
    if limits.min_side > 1:
        parts.append(tr("at least {count} pixels on each side", count=limits.min_side))
    if limits.max_bytes:
        parts.append(tr("{size:g} MB", size=limits.max_bytes / 1e6))
    if limits.takes_url:
        longest = limits.max_url_length
        either = tr("or a URL of up to {count} characters", count=longest)
        parts.append(either if limits.takes_file else tr("only by a URL of up to {count} characters", count=longest))
    return "; ".join(parts)


def _provider_json(house: House, provider: AnyProvider) -> dict[str, object]:
    info = provider.info
    pace = house.settings.pace(info.id, info.pace)
    return {
        "id": info.id,
        "name": info.name,
        "operation": info.operation.value,
        "account": info.account.id if info.account else None,
        "key": house.has_key(info.account) if info.account else None,
        "summary": tr(info.summary),
        "price": tr(info.price_text),
        "limits": {
            "formats": sorted(f.value for f in info.limits.formats),
            "max_bytes": info.limits.max_bytes,
            "max_width": info.limits.max_width,
            "max_height": info.limits.max_height,
            "min_side": info.limits.min_side,
            "takes_file": info.limits.takes_file,
            "takes_url": info.limits.takes_url,
            "max_url_length": info.limits.max_url_length if info.limits.takes_url else None,
            "takes_frame": info.takes_frame,
            "takes_mask": info.takes_mask,
            "max_outputs": info.max_outputs,
        },
        "pace": None
        if info.account is None
        else {"first_s": pace.first_s, "interval_s": pace.interval_s, "deadline_s": pace.deadline_s},
        "result_lifetime_s": info.result_lifetime_s,
        "parameters": [_spec_json(spec) for spec in specs(info.parameters)],
    }


def _spec_json(spec: ParameterSpec) -> dict[str, object]:
    return {
        "name": spec.name,
        "kind": spec.kind.value,
        "label": tr(spec.shown.label),
        "help": tr(spec.shown.help),
        "default": spec.default,
        "optional": spec.optional,
        "choices": [choice.value for choice in spec.shown.choices] or None,
        "labels": [tr(choice.label) for choice in spec.shown.choices] or None,
        "minimum": spec.minimum,
        "minimum_exclusive": spec.minimum_exclusive,
        "maximum": spec.maximum,
        "unit": spec.shown.unit,
    }
