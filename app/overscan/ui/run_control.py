"""From the plan to jobs, and what people do with jobs: run, cancel, retry, resume; and the questions about money."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from overscan.core.cost_words import cost_words
from overscan.core.failures import Failure
from overscan.core.jobs import Job
from overscan.core.plan import Plan, PlannedJob
from overscan.core.text import tr, trn
from overscan.ui import run_guard, wording
from overscan.ui.day_cap import day_cap_obstacle
from overscan.ui.queue_view import QueueView
from overscan.ui.session import Session
from overscan.ui.task_panel import TaskPanel
from overscan.ui.top_bar import TopBar
from overscan.ui.widgets.level import Level
from overscan.ui.widgets.message_bar import Message, MessageAction, MessageBar
from overscan.ui.window_actions import WindowActions


class RunControl(QObject):
    """Keeps Run in line with the plan and carries commands to the session."""

    def __init__(
        self,
        session: Session,
        commands: WindowActions,
        panel: TaskPanel,
        queue: QueueView,
        top_bar: TopBar,
        messages: MessageBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._run_action = commands.run
        self._panel = panel
        self._top_bar = top_bar
        self._messages = messages
        self._window = window
        self._wanted: object = None
        panel.plan_changed.connect(self.refresh)
        panel.plan_changed.connect(self._run_if_wanted)
        session.submitting_changed.connect(self.refresh)
        session.unsent_found.connect(self._ask_about_unsent)
        session.problem.connect(self._tell)
        commands.run.triggered.connect(self.run)
        queue.cancel_wanted.connect(session.cancel)
        queue.resume_wanted.connect(session.resume)
        queue.retry_wanted.connect(self.retry)
        session.queue.changed.connect(self._jobs_moved)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Say what Run costs or why it cannot be run, and enable it accordingly."""
        session, plan = self._session, self._panel.plan
        obstacle = self._panel.reason
        if session.engine is None:
            obstacle = tr("Starting…")
        elif session.submitting:
            obstacle = tr("Writing the jobs down…")
        self._run_action.setEnabled(not obstacle and bool(plan.jobs))
        if obstacle:
            self._top_bar.show_cost(obstacle)
        else:
            jobs = trn("{count} job", "{count} jobs", len(plan.jobs))
            cost = wording.plan_cost_text(plan)
            self._top_bar.show_cost(cost if len(plan.jobs) == 1 else f"{jobs} · {cost}")

    def day_cap(self, plan: Plan) -> str:
        """Why the plan would pass the day's cap; empty where it would not."""
        settings = self._session.settings
        cap = settings.money.max_credits_per_day if settings is not None else 0.0
        return day_cap_obstacle(plan, self._session.jobs, cap, time.time())

    @Slot()
    def _jobs_moved(self) -> None:
        """What is left of the cap changes with the jobs."""
        settings = self._session.settings
        if settings is not None and settings.money.max_credits_per_day > 0:
            self._panel.replan_soon()

    @Slot()
    def run(self) -> None:
        """Run the plan of this moment; ask first where the same was paid for already."""
        self._panel.replan()
        if self._panel.waiting:
            self._wanted = self._panel.chosen_now
            self._panel.hurry()
            return
        planned = self._panel.plan.jobs
        if not self._run_action.isEnabled() or not planned:
            return
        again = run_guard.repeats(planned, self._session.jobs)
        if again:
            self._ask_about_repeats(planned, again)
        else:
            self._send(planned)

    @Slot()
    def _run_if_wanted(self) -> None:
        """Run what was asked for while the frame or mask was still being settled, and nothing else."""
        if self._wanted is None or self._panel.waiting:
            return
        wanted, self._wanted = self._wanted, None
        if wanted == self._panel.chosen_now:
            self.run()

    def _send(self, planned: Sequence[PlannedJob]) -> None:
        self._session.run(planned)
        self._panel.has_run()

    @Slot(object)
    def retry(self, jobs: Sequence[Job]) -> None:
        """Repeat jobs; those that could be paid for twice only after a question."""
        risky = tuple(job for job in jobs if run_guard.may_pay_twice(job))
        self._session.retry(job for job in jobs if job not in risky)
        if not risky:
            return
        box = QMessageBox(self._window)
        box.setObjectName("pay-twice")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(tr("Send again?"))
        box.setText(
            trn("This job may have been charged already.", "{count} jobs may have been charged already.", len(risky))
        )
        box.setInformativeText(
            "\n".join(_line(job) for job in risky[:6])
            + "\n\n"
            + tr("Look at the service's own page first. Sending it again may be paid for a second time.")
        )
        again = box.addButton(tr("Send Again"), QMessageBox.ButtonRole.AcceptRole)
        again.setObjectName("pay-twice-send")
        keep = box.addButton(tr("Do Not Send"), QMessageBox.ButtonRole.RejectRole)
        keep.setObjectName("pay-twice-keep")
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        again.clicked.connect(lambda: self._session.retry(risky))
        box.open()

    def _ask_about_repeats(self, planned: Sequence[PlannedJob], again: Sequence[PlannedJob]) -> None:
        new = tuple(plan for plan in planned if plan not in again)
        actions = [MessageAction("again", tr("Run Again"), lambda: self._send(planned))]
        if new:
            text = trn("Run the New One", "Run the {count} New Ones", len(new))
            actions.insert(0, MessageAction("new", text, lambda: self._send(new)))
        self._messages.post(
            Message(
                tr("Already run with the same settings: {photos}.", photos=run_guard.names(again)),
                tr("Running it again is paid for again."),
                Level.ATTENTION,
                tuple(actions),
            )
        )

    @Slot(object)
    def _ask_about_unsent(self, jobs: Sequence[Job]) -> None:
        held = tuple(jobs)
        self._messages.post(
            Message(
                trn(
                    "{count} job was not sent when Overscan last ended.",
                    "{count} jobs were not sent when Overscan last ended.",
                    len(held),
                ),
                tr("Nothing was charged for what was not sent."),
                Level.ATTENTION,
                (
                    MessageAction("send", tr("Send Now"), lambda: self._session.resume(held)),
                    MessageAction("discard", tr("Discard"), lambda: self._session.cancel(held)),
                ),
            )
        )

    @Slot(object)
    def _tell(self, failure: Failure) -> None:
        self._messages.post_failure(failure)


def _line(job: Job) -> str:
    return f"{wording.photo_name(job.request.photo)} · {job.request.provider} · {cost_words(job.cost)}"
