"""The plan of a run in words: how many jobs, what they cost, what is changed before sending, where results go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from overscan.core.estimate_words import estimate_words
from overscan.core.plan import Plan, Target
from overscan.core.text import tr, trn
from overscan.ui import style, wording
from overscan.ui.widgets.elided_label import ElidedLabel

_LINES_SHOWN = 3
"""Changes and refusals that are spelled out; the rest is counted, and stands in the tooltip."""


class PlanView(QFrame):
    """``folder_wanted`` asks for the folder to be changed, ``hosting_wanted`` for a bucket to be used."""

    folder_wanted = Signal()
    hosting_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plan")
        self.setProperty("role", "bar")
        self._summary = self._label("plan-summary", role="title")
        self._changes = self._label("plan-changes", role="small")
        self._refusals = self._label("plan-refusals", level="attention")
        self._reason = self._label("plan-reason", role="muted")
        self._folder = ElidedLabel("", self)
        self._folder.setObjectName("plan-folder")
        self._folder.setProperty("role", "small")
        change = QPushButton(tr("Change…"), self)
        change.setObjectName("change-folder")
        change.setAccessibleName(tr("Change the folder for results"))
        change.setProperty("role", "quiet")
        change.clicked.connect(self.folder_wanted)
        self._hosting = QPushButton(tr("Use a bucket of mine…"), self)
        self._hosting.setObjectName("use-hosting")
        self._hosting.setAccessibleName(tr("Use a bucket of mine for services that take only addresses"))
        self._hosting.setProperty("role", "quiet")
        self._hosting.setVisible(False)
        self._hosting.clicked.connect(self.hosting_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(4)
        for label in (self._summary, self._changes, self._refusals):
            column.addWidget(label)
        column.addWidget(self._hosting, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._reason)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._folder, 1)
        line.addWidget(change)
        column.addLayout(line)

    def show_plan(
        self, plan: Plan, reason: str, target: Target | None, name_of: Callable[[str], str], *, wrong: bool = False
    ) -> None:
        """Put the plan, or the reason why there is none, into words.

        ``name_of`` gives a provider's name; ``wrong`` tells that the reason is a mistake to be mended.
        """
        summary = ""
        if plan.jobs:
            jobs = trn("{count} job", "{count} jobs", len(plan.jobs))
            took = [estimate_words(plan.estimate)] if plan.estimate is not None else []
            summary = " · ".join((jobs, wording.plan_cost_text(plan), *took))
        self._put(self._summary, [summary] if summary else [])
        self._put(self._changes, change_lines(plan))
        refusals = [
            tr("{photo} with {provider}: {why}", photo=r.photo, provider=name_of(r.provider), why=r.failure)
            for r in plan.refusals
        ]
        self._put(self._refusals, refusals)
        self._put(self._reason, [reason] if reason else [])
        style.set_look(self._reason, "level", "attention" if wrong else "")
        folder = home_relative(target.folder) if target else ""
        self._folder.setText(tr("Saved to {folder}", folder=folder) if folder else "")
        self._folder.setToolTip(wording.plain_tip(target.folder if target else ""))

    def offer_hosting(self, offered: bool) -> None:
        """Whether a photo was refused that could go by way of the person's own bucket."""
        self._hosting.setVisible(offered)

    def _label(self, name: str, *, role: str = "", level: str = "") -> QLabel:
        label = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        label.setObjectName(name)
        label.setProperty("role", role)
        label.setProperty("level", level)
        label.setWordWrap(True)
        return label

    def _put(self, label: QLabel, lines: list[str]) -> None:
        shown = lines[:_LINES_SHOWN]
        if len(lines) > _LINES_SHOWN:
            shown.append(trn("and {count} more", "and {count} more", len(lines) - _LINES_SHOWN))
        label.setText("\n".join(shown))
        label.setToolTip(wording.plain_tip("\n".join(lines[:40])) if len(lines) > _LINES_SHOWN else "")
        label.setVisible(bool(lines))


def change_lines(plan: Plan) -> list[str]:
    """What is done to the photos before they are sent, each change once, with the number of jobs it concerns."""
    counts = Counter(change for job in plan.jobs for change in dict.fromkeys(job.changes))
    if not counts:
        return []
    parts = [
        change
        if count == len(plan.jobs)
        else trn("{change} ({count} job)", "{change} ({count} jobs)", count, change=change)
        for change, count in counts.most_common()
    ]
    first = tr("Before sending: {change}", change=parts[0])
    return [first, *parts[1:]] if len(parts) > _LINES_SHOWN else [", ".join([first, *parts[1:]])]


def home_relative(folder: str) -> str:
    """A folder as people write it, with ``~`` for their own."""
    home = str(Path.home())
    return "~" + folder[len(home) :] if folder.startswith(home) else folder
