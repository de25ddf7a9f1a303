"""``overscan providers`` and ``overscan jobs``: what there is, and what there was."""

from __future__ import annotations

import datetime

from overscan.cli.report import cost_text, job_json, out, out_json
from overscan.composition import House
from overscan.core.jobs import JobState
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
    for job in jobs:
        if as_json:
            out_json(job_json(job))
            continue
        made = datetime.datetime.fromtimestamp(job.created_at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        cost = tr("possibly charged") if job.possibly_charged else cost_text(job.cost)
        out(f"{made}  {job.state.value:<12}{job.request.provider:<20}{cost:<18}{job.request.photo.name}")
        if job.task_id and not job.outputs:
            out("    " + tr("task {id}", id=job.task_id))
        if job.failure:
            out(f"    {job.failure}")
        for output in job.outputs:
            out(f"    {output.path}")
    if not jobs and not as_json:
        out(tr("The journal has no such job.") if state else tr("The journal is empty."))
    return 0


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
