"""``overscan providers`` and ``overscan jobs``: what there is, and what there was."""

from __future__ import annotations

import datetime

from overscan.cli.report import charge_text, cost_text, job_json, out, out_json, spending_line
from overscan.composition import House
from overscan.core.jobs import JobState
from overscan.core.ledger import Entry, Ledger, ledger_of
from overscan.core.parameters import ParameterSpec, specs
from overscan.core.providers import AnyProvider, Limits, ProviderInfo, RemoteProvider
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
    costs = f"{cost_text(job.cost):<16}{charge_text(entry):<28}"
    out(f"{made}  {state:<12}{job.request.provider:<20}{costs}{job.request.photo.name}")
    if job.task_id and not job.outputs:
        out("    " + tr("task {id}", id=job.task_id))
    if job.failure:
        out(f"    {job.failure}")
    for output in job.outputs:
        out(f"    {output.path}")
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
    if isinstance(provider, RemoteProvider):
        pace = house.settings.pace(info.id, info.pace)
        out(
            tr(
                "Pace: asked after {first:g} s, then every {interval:g} s, parked after {deadline:g} s",
                first=pace.first_s,
                interval=pace.interval_s,
                deadline=pace.deadline_s,
            )
        )
    if info.result_lifetime_s:
        out(tr("Results are kept for {hours:g} h", hours=info.result_lifetime_s / 3600))
    out(tr("Parameters:"))
    for spec in specs(info.parameters):
        default = tr("empty") if spec.default is None else spec.default
        out(f"  {spec.name:<14}{spec.range_text:<24}" + tr("default {value}", value=default))
        out(f"  {'':<14}{tr(spec.shown.label)}. {tr(spec.shown.help)}".rstrip())


def _limits_text(limits: Limits) -> str:
    parts = [", ".join(sorted(f.value for f in limits.formats))]
    if limits.max_width and limits.max_height:
        parts.append(tr("up to {width}×{height} pixels", width=limits.max_width, height=limits.max_height))
    if limits.max_bytes:
        parts.append(tr("{size:g} MB", size=limits.max_bytes / 1e6))
    if limits.takes_url:
        parts.append(tr("or a URL of up to {count} characters", count=limits.max_url_length))
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
            "takes_url": info.limits.takes_url,
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
        "minimum": spec.minimum,
        "maximum": spec.maximum,
        "unit": spec.shown.unit,
    }
