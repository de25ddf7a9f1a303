"""How the photo gets to the service, found out just before the submission: as a file, or by an address.

Addresses that carry a signature live in memory only. Whatever fails here fails before anything is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Final, Protocol, TypeAlias
from urllib.parse import urlsplit

from overscan.core.calls import FileSource, Links
from overscan.core.failures import (
    AnswerLost,
    ConfigProblem,
    FailureKind,
    JobError,
    MissingKey,
    NotSent,
    OutputRejected,
    OverscanError,
    ProtocolError,
    ServiceRefusal,
)
from overscan.core.hosts import is_loopback
from overscan.core.jobs import Job, JobState
from overscan.core.providers import Phase, RemoteImage, RemoteProvider, TaskStatus
from overscan.core.requests import Delivery, OutputRef
from overscan.core.text import tr
from overscan.engine.addresses import check
from overscan.engine.context import Context, JobRecord
from overscan.engine.pacing import back_off, retry_after
from overscan.engine.transport import Upload

Files: TypeAlias = Mapping[FileSource, Upload]


class MakeFiles(Protocol):
    """Makes the photo and its mask fit, or the mask alone, and notes what is sent."""

    def __call__(self, *, with_photo: bool = True) -> Awaitable[Files]: ...


_READINGS: Final = 3
"""How often an earlier job's task is asked for before its result counts as out of reach."""
HOSTING_ROOM_S: Final = 900.0
"""How much longer than the provider's deadline a hosted photo can be read: the way to the service has its waits."""


async def resolve(
    context: Context, provider: RemoteProvider, record: JobRecord, files: MakeFiles
) -> tuple[Links, Files]:
    """The links and the files of the submission.

    ``files`` makes the photo fit and notes what is sent; it is called only where bytes of ours leave the machine.
    A result that is no longer there is put into the person's bucket instead, where that is set up and consented to.
    Raises an ``OverscanError`` that says what to do; nothing has been sent to the service then.
    """
    request = record.job.request
    callback = context.callbacks.open(record.job.id)
    if request.delivery is Delivery.FILE:
        return Links(None, callback), await files()
    if request.delivery is Delivery.URL:
        record.update(note=tr("Sent by its own URL."))
        return Links(request.photo.url, callback), await files(with_photo=False)
    if request.delivery is Delivery.RESULT:
        try:
            url = await _live_url(context, record, request.photo.output, provider.info.limits.max_url_length)
        except OverscanError:
            if not context.host.ready:
                raise
        else:
            record.update(note=tr("Sent by the address of the result, as its service keeps it."))
            return Links(url, callback), await files(with_photo=False)
    made = await files()
    url = await _hosted(context, provider, record, made[FileSource.PHOTO])
    record.update(note=tr("Put into your bucket until the job ends."))
    return Links(url, callback), {source: file for source, file in made.items() if source is not FileSource.PHOTO}


async def _hosted(context: Context, provider: RemoteProvider, record: JobRecord, upload: Upload) -> str:
    info, hosting = provider.info, context.settings.hosting
    assert info.account is not None  # noqa: S101 - a remote provider has an account
    service = urlsplit(context.settings.base_url(info.account)).hostname or ""
    if hosting is not None and _is_here(hosting.endpoint) and not is_loopback(service):
        raise ConfigProblem(
            tr("Your bucket is on this machine, where {provider} cannot fetch anything.", provider=info.id),
            tr("Name a bucket in hosting.endpoint that can be reached from outside."),
        )
    pace = context.settings.pace_of(info, record.job.request.parameters)
    return await context.host.put(record, upload, pace.deadline_s + HOSTING_ROOM_S, info.limits.max_url_length)


def _is_here(endpoint: str) -> bool:
    return is_loopback(urlsplit(endpoint).hostname or "")


async def _live_url(context: Context, record: JobRecord, ref: OutputRef | None, longest: int) -> str:
    """The address under which an earlier job's service keeps the result: its task is read once more, which is free.

    Raises ``ServiceRefusal`` of the kind ``expired`` where there is none any more.
    """
    earlier = context.journal.get(ref.job) if ref is not None else None
    if ref is None or earlier is None or earlier.state is not JobState.DONE or earlier.task_id is None:
        raise _gone(earlier)
    provider = context.registry.get(earlier.request.provider)
    if not isinstance(provider, RemoteProvider) or provider.info.account is None:
        raise _gone(earlier)
    status = await _read(context, provider, record, earlier)
    image = status.images[ref.n - 1] if 0 < ref.n <= len(status.images) else None
    if status.phase is not Phase.SUCCEEDED or not isinstance(image, RemoteImage):
        raise _gone(earlier)
    record.secrets.add(image.url)
    # By the rules for what we fetch ourselves; only that a name is looked up is left to the other service.
    near = urlsplit(context.base_url_of(provider.info.account, earlier)).hostname or ""
    try:
        await check(image.url, near=near, resolve=False)
    except OutputRejected as error:
        raise _out_of_reach(provider, error) from error
    if len(image.url) > longest:
        raise ConfigProblem(
            tr(
                "The result's address has {count} characters; {limit} are allowed.", count=len(image.url), limit=longest
            ),
            tr("Set up hosting in the settings, and the photo is put there instead."),
            kind=FailureKind.INPUT_URL,
        )
    return image.url


async def _read(context: Context, provider: RemoteProvider, record: JobRecord, earlier: Job) -> TaskStatus:
    account, task_id = provider.info.account, earlier.task_id
    assert account is not None  # noqa: S101 - looked at by the caller
    assert task_id is not None  # noqa: S101 - looked at by the caller
    base_url = context.base_url_of(account, earlier)
    try:
        key = await context.key_of(account, base_url)
    except MissingKey as error:
        raise _out_of_reach(provider, error) from error
    record.secrets.add(key)
    for attempt in range(_READINGS):
        await context.pacer(account).slot()
        wait_s = back_off(attempt, base_s=context.settings.retry_base_s)
        try:
            call = context.settings.status_call(provider, task_id)
            reply = await context.transport.send(account, base_url, key, call)
            status = provider.read(reply)
        except ServiceRefusal as error:
            if error.failure.kind in (FailureKind.NOT_FOUND, FailureKind.EXPIRED):
                raise _gone(earlier) from error
            if error.failure.kind is not FailureKind.RATE_LIMITED:
                raise _out_of_reach(provider, error) from error
            trouble: JobError = error
            wait_s = retry_after(reply.headers.get("retry-after")) or wait_s
            context.pacer(account).refused(wait_s)
        except (NotSent, AnswerLost, ProtocolError) as error:
            trouble = error
        else:
            if status.task_id not in (None, task_id):
                raise _gone(earlier)
            return status
        await asyncio.sleep(wait_s)
    raise _out_of_reach(provider, trouble) from trouble


def _gone(earlier: Job | None) -> ServiceRefusal:
    service = earlier.request.provider if earlier is not None else tr("its service")
    return ServiceRefusal(
        tr("The result is no longer kept by {provider}.", provider=service),
        tr("Set up hosting in the settings, or make that result again and use it at once."),
        kind=FailureKind.EXPIRED,
    )


def _out_of_reach(provider: RemoteProvider, error: OverscanError) -> ServiceRefusal:
    """The failure of another account's service: it says nothing about the account of this job."""
    return ServiceRefusal(
        tr(
            "{provider} was asked for the result's address: {what}",
            provider=provider.info.id,
            what=error.failure.message,
        ),
        error.failure.remedy or tr("Try again later, or set up hosting in the settings."),
        kind=FailureKind.INPUT_URL,
        code=error.failure.code,
    )
