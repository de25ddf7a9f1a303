"""What to do with the photos: operation, providers, parameters, and the plan of the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from overscan.core.delivery import NO_REACH, Reach
from overscan.core.failures import UsageError
from overscan.core.money import Balance
from overscan.core.parameters import SIDES, Value, by_role
from overscan.core.plan import Choice, Plan, Target, make_plan
from overscan.core.providers import Account, AnyProvider, Operation
from overscan.core.requests import Photo
from overscan.core.text import mark, tr
from overscan.ui.edit.continuation import Look
from overscan.ui.edit.expansion import Expansion
from overscan.ui.edit.frame_panel import FramePanel
from overscan.ui.edit.planning import by_frames
from overscan.ui.edit.prompt_box import PromptHistory
from overscan.ui.edit.style_hint import StyleHint
from overscan.ui.key_states import HasKey, KeyStates, Looking
from overscan.ui.parameter_form import ParameterForm
from overscan.ui.plan_view import PlanView
from overscan.ui.provider_card import ProviderCard
from overscan.ui.widgets.scrolling import scrolled
from overscan.ui.widgets.segmented_control import SegmentedControl

_OPERATIONS = ((Operation.ENHANCE, mark("Enhance")), (Operation.EXPAND, mark("Expand")))

_BY_PATCHES, _FRAMED = "continue", "blur"
"""Styles of the built-in expansion that are told from each other here."""
_LOOKS: Final = {_FRAMED: Look.BLUR, "mirror": Look.MIRROR}
"""Those that are quick enough to be shown while the frame is moved."""


class TaskPanel(QWidget):
    """``plan_changed`` comes whenever ``plan`` or ``reason`` may be another one."""

    plan_changed = Signal()
    operation_changed = Signal(object)
    key_wanted = Signal(str)
    folder_wanted = Signal()
    hosting_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("task-panel")
        self.plan = Plan()
        self.reason = ""
        self.waiting = False
        """Whether ``plan`` is of a moment ago, since a frame or mask is not settled yet."""
        self._expansion: Expansion | None = None
        self._frame: FramePanel | None = None
        self._prompts: PromptHistory | None = None
        self._photos: tuple[Photo, ...] = ()
        self._target: Target | None = None
        self._usd_per_credit = 0.0
        self._reach: Callable[[], Reach] = lambda: NO_REACH
        self._cap: Callable[[Plan], str] = lambda plan: ""
        self._keys: KeyStates = {}
        self._providers: tuple[AnyProvider, ...] = ()
        self._cards: dict[str, ProviderCard] = {}
        self._forms: dict[str, _ProviderForm] = {}
        self._operations = SegmentedControl("operation", tr("Task"), self)
        for operation, label in _OPERATIONS:
            self._operations.add(operation.value, tr(label))
        self._operations.chosen.connect(self._switch)
        self._column = QVBoxLayout()
        self._plan_view = PlanView(self)
        self._plan_view.folder_wanted.connect(self.folder_wanted)
        self._plan_view.hosting_wanted.connect(self.hosting_wanted)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.replan)
        self._lay_out()

    def _lay_out(self) -> None:
        content = QWidget(self)
        content.setObjectName("task-content")
        self._column.setContentsMargins(12, 12, 8, 12)
        self._column.setSpacing(8)
        content.setLayout(self._column)
        self._column.addWidget(_heading(tr("Task"), self))
        self._column.addWidget(self._operations)
        self._column.addSpacing(8)
        self._column.addWidget(_heading(tr("Providers"), self))
        self._column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scrolled(content, self, "task-scroll"), 1)
        outer.addWidget(self._plan_view)

    # ------------------------------------------------------------------ what the window tells

    def attach(self, expansion: Expansion, prompts: PromptHistory) -> None:
        """Let frame and mask be set apart from the providers' own parameters; called once, before these are known."""
        self._expansion, self._prompts = expansion, prompts
        self._frame = FramePanel(expansion, self)
        self._column.insertWidget(self._column.count() - 1, self._frame)
        expansion.plan_changed.connect(self._later.start)
        expansion.closing.connect(self._close_hints)
        self._arrange()

    def set_providers(self, providers: Sequence[AnyProvider]) -> None:
        """Build cards and forms for these providers; called once, when the registry has been read."""
        self._providers = tuple(providers)
        at = self._column.count() - (1 if self._frame is None else 2)
        for provider in self._providers:
            card = ProviderCard(provider.info, self)
            card.ticked_changed.connect(self._arrange)
            card.key_wanted.connect(self.key_wanted)
            self._cards[provider.info.id] = card
            self._column.insertWidget(at, card)
            at += 1
        at = self._column.count() - 1
        for provider in self._providers:
            form = _ProviderForm(provider, self._expansion is not None, self._prompts, self)
            form.form.changed.connect(self._later.start)
            self._forms[provider.info.id] = form
            self._column.insertWidget(at, form)
            at += 1
        self.set_keys(self._keys)

    def set_photos(self, photos: Sequence[Photo]) -> None:
        if [photo.ref for photo in photos] != [photo.ref for photo in self._photos]:
            self.plan = Plan()
        self._photos = tuple(photos)
        if self._expansion is not None:
            self._expansion.set_selected(self._photos)
        self._later.start()

    def set_target(self, target: Target, usd_per_credit: float) -> None:
        self._target = target
        self._usd_per_credit = usd_per_credit
        self._later.start()

    def set_rules(self, reach: Callable[[], Reach], cap: Callable[[Plan], str]) -> None:
        """``reach`` tells how services get at photos, asked anew for each plan, since results expire; ``cap`` why a
        plan may not be run today, or nothing."""
        self._reach = reach
        self._cap = cap
        self._later.start()

    def replan_soon(self) -> None:
        """Make the plan anew when the present event is done."""
        self._later.start()

    def set_keys(self, keys: KeyStates) -> None:
        self._keys = keys
        for card in self._cards.values():
            account = card.info.account
            card.show_key(None if account is None else keys.get(account.id, Looking()))
        self._arrange()

    def set_balances(self, balances: Mapping[str, Balance]) -> None:
        """What is left on the accounts, by id, where it is known."""
        for card in self._cards.values():
            if card.info.account is not None:
                card.show_balance(balances.get(card.info.account.id))

    # ------------------------------------------------------------------ what the person chose

    @property
    def operation(self) -> Operation:
        return Operation(self._operations.current)

    def set_operation(self, operation: Operation) -> None:
        self._operations.choose(operation.value)
        self._switch(operation.value)

    def card(self, provider_id: str) -> ProviderCard:
        return self._cards[provider_id]

    def form(self, provider_id: str) -> ParameterForm:
        return self._forms[provider_id].form

    def chosen(self) -> tuple[AnyProvider, ...]:
        """The ticked providers of the present operation."""
        return tuple(p for p in self._providers if p.info.operation is self.operation and self._cards[p.info.id].ticked)

    @property
    def look(self) -> Look:
        """What the stage can show of the new area: that of the built-in expansion where it is ticked and quick."""
        looks = (self._forms[provider.info.id].look for provider in self.chosen())
        return next((look for look in looks if look is not Look.STAND_IN), Look.STAND_IN)

    def values(self, provider_id: str) -> dict[str, Value]:
        return self._forms[provider_id].form.values()

    # ------------------------------------------------------------------ the plan

    @Slot()
    def replan(self) -> None:
        """Make the plan anew at once."""
        self._later.stop()
        chosen = self.chosen()
        expansion = self._expansion if self.operation is Operation.EXPAND else None
        if self._frame is not None and expansion is not None:
            self._frame.tell_own_frames(expansion.own_frames(self._photos))
            self._frame.tell_look(self.look)
        for id_, form in self._forms.items():
            form.hint_at(self._photos if any(id_ == p.info.id for p in chosen) else ())
        obstacle = self._obstacle(chosen)
        self.waiting = not obstacle and expansion is not None and expansion.waiting(self._photos)
        if self.waiting:
            # What was planned a moment ago stays on show; a run waits until it is planned anew.
            if not self.plan.jobs:
                self.reason = tr("Reading the frame…")
            self.plan_changed.emit()
            return
        self.plan, self.reason = Plan(), obstacle
        wrong = False
        if not self.reason and self._target is not None:
            choices = [Choice(p, values) for p in chosen for values in self.form(p.info.id).variants()]
            try:
                self.plan = make_plan(
                    self._photos,
                    choices,
                    self._target,
                    has_key=self._has_key,
                    usd_per_credit=self._usd_per_credit,
                    reach=self._reach(),
                    fit=by_frames(expansion) if expansion is not None else None,
                )
            except UsageError as error:
                self.reason, wrong = str(error.failure), True
            else:
                self.reason = self._cap(self.plan) if self.plan.jobs else tr("None of the photos can be used.")
                wrong = bool(self.plan.jobs) and bool(self.reason)
        self._plan_view.show_plan(self.plan, self.reason, self._target, self._name_of, wrong=wrong)
        self._plan_view.offer_hosting(any(not self._takes_file(refusal.provider) for refusal in self.plan.refusals))
        self.plan_changed.emit()

    def _obstacle(self, chosen: Sequence[AnyProvider]) -> str:
        if not self._photos:
            return tr("Choose a photo first.")
        if not chosen:
            return tr("Tick a provider first.")
        return ""

    def _has_key(self, account: Account) -> bool:
        return isinstance(self._keys.get(account.id), HasKey)

    def _takes_file(self, provider_id: str) -> bool:
        return provider_id not in self._cards or self._cards[provider_id].info.limits.takes_file

    def _name_of(self, provider_id: str) -> str:
        return tr(self._cards[provider_id].info.name)

    def hurry(self) -> None:
        """Settle at once what a plan waits for."""
        if self._expansion is not None:
            self._expansion.flush()

    def has_run(self) -> None:
        """The plan has been run: seeds are rolled anew, prompts remembered."""
        for provider in self.chosen():
            self.form(provider.info.id).has_run()

    @Slot()
    def _close_hints(self) -> None:
        for form in self._forms.values():
            form.close_hint()

    @property
    def chosen_now(self) -> tuple[Operation, tuple[Photo, ...], tuple[str, ...]]:
        """What a run would be about: a run that waits is not for anything else."""
        return self.operation, self._photos, tuple(provider.info.id for provider in self.chosen())

    @Slot(str)
    def _switch(self, _name: str) -> None:
        self._arrange()
        self.operation_changed.emit(self.operation)

    @Slot()
    def _arrange(self) -> None:
        chosen = {provider.info.id for provider in self.chosen()}
        for id_, card in self._cards.items():
            card.setVisible(card.info.operation is self.operation)
            self._forms[id_].setVisible(id_ in chosen and not self.form(id_).empty)
        if self._frame is not None:
            self._frame.setVisible(self.operation is Operation.EXPAND)
        self._later.start()


class _ProviderForm(QWidget):
    """A provider's parameters under its name."""

    def __init__(
        self, provider: AnyProvider, framed: bool, prompts: PromptHistory | None, parent: QWidget | None = None
    ) -> None:
        """``framed``: the sides of an expansion are set by a frame."""
        super().__init__(parent)
        expands = (
            framed and provider.info.operation is Operation.EXPAND and by_role(provider.info.parameters).keys() >= SIDES
        )
        elsewhere = SIDES if expands else frozenset()
        self.form = ParameterForm(provider.info.parameters, self, elsewhere=elsewhere, prompts=prompts)
        self.form.setObjectName(f"form-{provider.info.id}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(8)
        column.addWidget(_heading(tr(provider.info.name), self))
        column.addWidget(self.form)
        self._hint: StyleHint | None = None
        self._built_in = self.form.values().get("style") == _BY_PATCHES and provider.info.operation is Operation.EXPAND
        if self._built_in:
            self._hint = StyleHint(self)
            self._hint.frame_wanted.connect(self._take_frame)
            column.addWidget(self._hint)

    @property
    def look(self) -> Look:
        """What the stage can show of the new area."""
        return _LOOKS.get(str(self.form.values()["style"]), Look.STAND_IN) if self._built_in else Look.STAND_IN

    def hint_at(self, photos: Sequence[Photo]) -> None:
        """Propose another style where it would do better for these photos."""
        if self._hint is not None:
            self._hint.look(photos if self.form.values()["style"] == _BY_PATCHES else ())

    def close_hint(self) -> None:
        if self._hint is not None:
            self._hint.close_work()

    @Slot()
    def _take_frame(self) -> None:
        self.form.set_values({"style": _FRAMED})


def _heading(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent, textFormat=Qt.TextFormat.PlainText)
    label.setProperty("role", "heading")
    return label
