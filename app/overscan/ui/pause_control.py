"""Says that jobs wait since their account has to be looked after, and offers what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QObject, Slot

from overscan.core.failures import Failure, FailureKind
from overscan.core.jobs import Job, JobState
from overscan.core.text import tr, trn
from overscan.ui.session import Session
from overscan.ui.widgets.level import Level
from overscan.ui.widgets.message_bar import Message, MessageAction, MessageBar

_REFUSED: Final = frozenset({FailureKind.AUTH, FailureKind.BILLING, FailureKind.CAPACITY, FailureKind.KEY})
_ABOUT_KEYS: Final = frozenset({FailureKind.AUTH, FailureKind.KEY})


class PauseControl(QObject):
    """One notice for each account. A person who dismisses it is told again only when further jobs have to wait.

    ``open_key`` opens the settings at an account's key.
    """

    def __init__(
        self, session: Session, messages: MessageBar, open_key: Callable[[str], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._messages = messages
        self._open_key = open_key
        self._told: dict[str, frozenset[str]] = {}
        session.queue.changed.connect(self._look)
        session.key_set.connect(self._key_set)

    def paused(self, account_id: str) -> tuple[Job, ...]:
        """The paused jobs of an account, the oldest first; of ``""`` those of providers that are not known."""
        return self._paused().get(account_id, ())

    def _paused(self) -> dict[str, tuple[Job, ...]]:
        found: dict[str, tuple[Job, ...]] = {}
        for job in self._session.jobs:
            if waits_for_account(job):
                account = self._session.account_of(job.request.provider)
                id_ = account.id if account else ""
                found[id_] = (*found.get(id_, ()), job)
        return found

    @Slot()
    def _look(self) -> None:
        paused = self._paused()
        for account_id in [id_ for id_ in self._told if id_ not in paused]:
            del self._told[account_id]
            self._messages.withdraw(_topic(account_id))
        for account_id, jobs in paused.items():
            ids = frozenset(job.id for job in jobs)
            told = self._told.get(account_id, frozenset())
            on_show = any(message.topic == _topic(account_id) for message in self._messages.messages)
            if not ids <= told or (ids != told and on_show):
                self._post(account_id, jobs)
            self._told[account_id] = ids

    def _post(self, account_id: str, jobs: Sequence[Job], why: str = "", remedy: str = "") -> None:
        failure = self._refusal(account_id) or jobs[-1].failure
        name = self._name(account_id)
        waiting = (
            trn("{count} job of {account} waits.", "{count} jobs of {account} wait.", len(jobs), account=name)
            if name
            else trn("{count} job waits.", "{count} jobs wait.", len(jobs))
        )
        actions = [
            MessageAction("resume", tr("Resume"), lambda: self._resume(account_id)),
            MessageAction("cancel", tr("Cancel"), lambda: self._session.cancel(self.paused(account_id))),
        ]
        if failure is not None and failure.kind in _ABOUT_KEYS and not why:
            actions.insert(1, MessageAction("key", tr("Set key…"), lambda: self._open_key(account_id)))
        why = why or (failure.message if failure else "")
        remedy = remedy or (failure.remedy if failure else "")
        self._messages.post(
            Message(f"{waiting} {why}", remedy, Level.ATTENTION, tuple(actions), topic=_topic(account_id))
        )

    def _refusal(self, account_id: str) -> Failure | None:
        """What the account's newest refused job was told, in the service's own words."""
        failed = (
            job
            for job in reversed(self._session.jobs)
            if job.state is JobState.FAILED and job.failure is not None and job.failure.kind in _REFUSED
        )
        for job in failed:
            account = self._session.account_of(job.request.provider)
            if account is not None and account.id == account_id:
                return job.failure
        return None

    def _resume(self, account_id: str) -> None:
        jobs = self.paused(account_id)
        # Where the account refuses once more, the same jobs are paused again, and that has to be told again.
        self._told.pop(account_id, None)
        if account_id:
            self._session.resume_account(account_id)
        else:
            self._session.resume(jobs)

    @Slot(str)
    def _key_set(self, account_id: str) -> None:
        """Offer to go on once there is another key."""
        jobs = self.paused(account_id)
        if any(job.failure is not None and job.failure.kind in _ABOUT_KEYS for job in jobs):
            self._post(account_id, jobs, tr("Its key was changed."), tr("Resume sends them with the key of now."))

    def _name(self, account_id: str) -> str:
        registry = self._session.registry
        accounts = registry.accounts() if registry is not None else ()
        return next((tr(account.name) for account in accounts if account.id == account_id), account_id)


def waits_for_account(job: Job) -> bool:
    """Paused, or parked since the account does not let its task be read."""
    refused = job.failure is not None and job.failure.kind in _REFUSED
    return job.paused or (job.state is JobState.PARKED and refused)


def _topic(account_id: str) -> str:
    return f"paused-{account_id}"
