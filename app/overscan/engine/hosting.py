"""The person's own bucket: for a service that takes only public URLs, and only with consent.

A photo lies there under a name that nobody can guess, is read through a presigned URL that ends by itself, and is
deleted when its job ends; what a crash leaves behind is deleted at the next start. The name is journalled before the
upload begins, the URL never.

A parked job keeps its photo, since the service may still fetch it. So does a cancelled one whose task was accepted, as
long as its URL is good and this program runs: a retry picks that task up again, and then has the photo. An unconfirmed
one does not: its task, should there be one, is known to nobody and can bring nothing home.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from overscan.core.delivery import no_hosting_key
from overscan.core.failures import ConfigProblem, JournalProblem, OverscanError
from overscan.core.jobs import TERMINAL, Job, JobState
from overscan.core.providers import Account
from overscan.core.redaction import redact
from overscan.core.text import tr
from overscan.engine.bucket import LONGEST_LIFE_S, Bucket
from overscan.engine.journal import Journal
from overscan.engine.proxies import Proxies
from overscan.engine.settings import EngineSettings, HostingSettings
from overscan.engine.transport import Upload, make_client, tls_context

if TYPE_CHECKING:
    from overscan.engine.context import JobRecord

_log = logging.getLogger(__name__)
_NAME_BYTES: Final = 24
"""192 random bits in a name."""
_GRACE_S: Final = 5.0
_LATE: Final = 8
"""How many of the first pauses for a repetition an upload may be late that was broken off."""
_NOT_AT_A_SERVICE: Final = TERMINAL | {JobState.QUEUED, JobState.PREPARING}


class Host:
    """The bucket as jobs use it. ``key`` gives a secret access key and may block."""

    def __init__(self, settings: EngineSettings, journal: Journal, key: Callable[[Account, str], str | None]) -> None:
        self._hosting = settings.hosting
        self._journal = journal
        self._key = key
        self._client = make_client(Proxies(settings.proxy), tls_context(settings.ca_file), keep_alive=False)
        self._retry_base_s = settings.retry_base_s
        self._deletions: dict[str, asyncio.Task[None]] = {}
        self._unanswered: set[str] = set()
        self._url_ends: dict[str, float] = {}
        self._kept: dict[str, tuple[Job, asyncio.TimerHandle]] = {}

    @property
    def ready(self) -> bool:
        """Whether photos may be put there."""
        return self._hosting is not None and self._hosting.consented

    async def put(self, record: JobRecord, upload: Upload, life_s: float, longest: int) -> str:
        """Put the file there and give the URL by which it can be read for ``life_s`` seconds.

        The job's journal entry names the object before it exists. Raises ``ConfigProblem``, ``MissingKey``,
        ``ServiceRefusal``, ``NotSent``, ``AnswerLost`` or ``JournalProblem``; nothing has been sent to the service
        then. A URL of more than ``longest`` characters is refused.
        """
        hosting = self._hosting
        if hosting is None or not hosting.consented:
            raise ConfigProblem(
                tr("This service takes only public URLs, and hosting is not set up."),
                tr("Set up hosting in the settings and consent to it, or give the photo by its URL."),
            )
        secret = await self._secret(hosting)
        record.secrets.add(secret)
        bucket = Bucket(hosting, self._client, self._retry_base_s)
        if record.job.hosted is not None:
            await self._delete(record.job.hosted)
        name = f"{hosting.prefix}{secrets.token_urlsafe(_NAME_BYTES)}{upload.format.extension}"
        hosted = f"{hosting.place}/{name}"
        record.keep(hosted=hosted)
        self._unanswered.add(hosted)
        await bucket.put(secret, name, upload)
        self._unanswered.discard(hosted)
        url = await bucket.link(secret, name, life_s)
        record.secrets.add(url)
        self._url_ends[hosted] = asyncio.get_running_loop().time() + life_s
        if len(url) > longest:
            raise ConfigProblem(
                tr(
                    "The URL in your bucket has {count} characters; {limit} are allowed.", count=len(url), limit=longest
                ),
                tr("Use a shorter hosting.prefix or a bucket with a shorter name."),
            )
        return url

    def ended(self, job: Job) -> None:
        """Begin to delete what was put there for the job, at once or when its task cannot need it any more."""
        if job.hosted is None or job.hosted in self._kept:
            return
        if job.state is not JobState.CANCELLED or job.task_id is None:
            self.discard(job)
            return
        loop = asyncio.get_running_loop()
        # Of a URL that an earlier program gave away only the longest life is known.
        until = self._url_ends.get(job.hosted, loop.time() + LONGEST_LIFE_S)
        self._kept[job.hosted] = job, loop.call_at(until, self._release, job.hosted)

    def hand_over(self, job: Job) -> None:
        """Another job goes on with this one's task, and with what was put there: that one ends it."""
        if job.hosted is None:
            return
        if job.hosted in self._kept:
            self._kept.pop(job.hosted)[1].cancel()
        try:
            self._journal.unhosted(job.id, job.hosted)
        except JournalProblem:
            _log.exception("job %s: it could not be journalled that another job has its hosted photo", job.id)

    def discard(self, job: Job) -> None:
        """Begin to delete what was put there for the job; a failure is logged, and tried again at the next start."""
        hosted = job.hosted
        if hosted is None or hosted in self._deletions:
            return
        deletion = asyncio.get_running_loop().create_task(self._discard(job.id, hosted), name=f"unhost {job.id}")
        self._deletions[hosted] = deletion
        self._url_ends.pop(hosted, None)
        deletion.add_done_callback(lambda _: self._deletions.pop(hosted, None))

    def sweep(self, is_free: Callable[[str], bool], running: Iterable[str]) -> None:
        """Begin to delete what ended programs left. ``is_free`` tells whether a journal entry's owner has ended."""
        at_work = frozenset(running)
        for job, owner in self._journal.hosted():
            if job.hosted in self._kept:
                continue
            if job.state in _NOT_AT_A_SERVICE and job.id not in at_work and is_free(owner):
                self.discard(job)

    async def settled(self) -> None:
        """Wait until the deletions that have begun have ended, well or not."""
        while self._deletions:
            await asyncio.wait(list(self._deletions.values()))

    async def aclose(self) -> None:
        """Delete what was kept, and wait a little for deletions under way; the next start does what is left."""
        for hosted in list(self._kept):
            self._release(hosted)
        if self._deletions:
            await asyncio.wait(list(self._deletions.values()), timeout=_GRACE_S)
        left = list(self._deletions.values())
        for deletion in left:
            deletion.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._client.aclose()

    def _release(self, hosted: str) -> None:
        job, timer = self._kept.pop(hosted)
        timer.cancel()
        self.discard(job)

    async def _discard(self, job_id: str, hosted: str) -> None:
        try:
            await self._delete(hosted)
            if hosted in self._unanswered:
                # An upload that was broken off may still be written behind the first deletion.
                await asyncio.sleep(self._retry_base_s * _LATE)
                await self._delete(hosted)
                self._unanswered.discard(hosted)
            self._journal.unhosted(job_id, hosted)
        except JournalProblem:
            _log.exception("job %s: it could not be journalled that its photo is no longer hosted", job_id)
        except OverscanError as error:
            _log.warning(
                "job %s: its photo in the bucket is not deleted yet, which is tried again at the next start: %s",
                job_id,
                redact(str(error)),
            )

    async def _delete(self, hosted: str) -> None:
        hosting = self._hosting
        if hosting is None or not hosted.startswith(f"{hosting.place}/"):
            raise ConfigProblem(
                tr("{place} is not in the bucket that is set up now.", place=hosted),
                tr("Set that bucket up again, or delete it there."),
            )
        name = hosted.removeprefix(f"{hosting.place}/")
        await Bucket(hosting, self._client, self._retry_base_s).delete(await self._secret(hosting), name)

    async def _secret(self, hosting: HostingSettings) -> str:
        secret = await asyncio.to_thread(self._key, hosting.account, hosting.endpoint)
        if not secret:
            raise no_hosting_key()
        return secret
