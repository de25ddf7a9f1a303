"""The panel for providers that it has never heard of: everything comes from the declaration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from overscan.core.calls import HttpCall, Links, Reply
from overscan.core.failures import InvalidParameter
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat, PhotoFacts
from overscan.core.money import Amount, Cost
from overscan.core.parameters import Choice, Equals, Not, Parameters, Shown, validate
from overscan.core.plan import Target
from overscan.core.providers import Account, Limits, Operation, ProviderInfo, TaskStatus
from overscan.core.requests import Photo, PhotoRef, Request
from overscan.ui.key_states import HasKey, NoKey
from overscan.ui.parameter_form import ParameterForm
from overscan.ui.task_panel import TaskPanel
from tests.ui.conftest import child

ACCOUNT = Account("sixth", "Sixth & Co", "https://sixth.example", "X-KEY", "", 1.0, "https://sixth.example/key")


class SixthParameters(Parameters):
    mode: Annotated[
        Literal["fast", "fine"], Shown("Mode", choices=(Choice("fast", "Fast"), Choice("fine", "Fine")))
    ] = "fast"
    model: Annotated[
        Literal["a", "b", "c", "d", "e"],
        Shown(
            "Model",
            "Which model is used.",
            choices=(
                Choice("a", "First & oldest"),
                Choice("b", "Second"),
                Choice("c", "Third"),
                Choice("d", "Fourth"),
                Choice("e", "Fifth, fine only", when=Equals("mode", ("fine",))),
            ),
        ),
    ] = "a"
    steps: Annotated[int, Field(ge=1, le=50), Shown("Steps", when=Equals("mode", ("fine",)))] = 30
    strength: Annotated[float, Field(gt=0, le=1), Shown("Strength", step=0.05)] = 0.5
    seed: Annotated[int | None, Field(ge=0), Shown("Seed")] = None
    tidy: Annotated[bool, Shown("Tidy up")] = False
    prompt: Annotated[str | None, Shown("Prompt", max_length=5, when=Not(Equals("tidy", (True,))))] = None
    hidden: Annotated[int, Field(ge=0, le=5), Shown("Hidden", advanced=True)] = 2


class Sixth:
    info = ProviderInfo(
        id="sixth-enhance",
        name="<b>Sixth</b> & Co",
        summary="The sixth.",
        operation=Operation.ENHANCE,
        account=ACCOUNT,
        parameters=SixthParameters,
        limits=Limits(frozenset({ImageFormat.JPEG}), 5_000_000, 1000, 1000),
        price_text="1 to 2 credits, by the moon",
    )

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        return Cost(credits=Amount(1, 2)) if parameters.values()["mode"] == "fine" else Cost()

    def output_size(self, parameters: Parameters, size: Size) -> Size | None:
        return None

    def submission(self, request: Request, links: Links) -> HttpCall:
        return HttpCall("POST", "/")

    def status_call(self, task_id: str) -> HttpCall:
        raise NotImplementedError

    def read(self, reply: Reply) -> TaskStatus:
        raise NotImplementedError


@pytest.fixture
def form(qapp: QApplication, qtbot: QtBot) -> ParameterForm:
    form = ParameterForm(SixthParameters)
    qtbot.addWidget(form)
    form.show()
    return form


@pytest.fixture
def panel(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> TaskPanel:
    panel = TaskPanel()
    qtbot.addWidget(panel)
    panel.resize(280, 800)
    panel.show()
    panel.set_providers([Sixth()])
    panel.set_target(Target(str(tmp_path)), 0.0)
    return panel


def photo(width: int = 800, height: int = 600, bytes_: int = 1000) -> Photo:
    facts = PhotoFacts(ImageFormat.JPEG, Size(width, height), bytes_, private_metadata=("GPS position",))
    return Photo(PhotoRef(name="p", path="/photos/p.jpg", sha256="0" * 64, size=Size(width, height)), facts)


def test_every_kind_has_its_control_with_its_default(form: ParameterForm) -> None:
    controls: dict[str, type[QWidget]] = {
        "model": QComboBox,
        "steps": QSpinBox,
        "strength": QDoubleSpinBox,
        "seed": QSpinBox,
        "tidy": QCheckBox,
        "prompt": QPlainTextEdit,
        "hidden": QSpinBox,
    }
    for name, kind in controls.items():
        control = child(form, kind, f"parameter-{name}")
        assert control.accessibleName()
    assert form.values() == SixthParameters().values()
    assert validate(SixthParameters, form.values())
    assert form.all_default


def test_conditions_show_hide_and_disable(form: ParameterForm) -> None:
    assert not child(form, QWidget, "row-steps").isVisible()
    model = child(form, QComboBox, "parameter-model")
    assert not model.model().index(4, 0).flags() & Qt.ItemFlag.ItemIsEnabled
    QTest.mouseClick(child(form, QPushButton, "parameter-mode-1"), Qt.MouseButton.LeftButton)
    assert child(form, QWidget, "row-steps").isVisible()
    assert model.model().index(4, 0).flags() & Qt.ItemFlag.ItemIsEnabled
    model.setCurrentIndex(4)
    assert form.values()["model"] == "e"
    QTest.mouseClick(child(form, QPushButton, "parameter-mode-0"), Qt.MouseButton.LeftButton)
    assert form.values()["model"] == "a", "a choice that has become impossible gives way to the default"
    child(form, QCheckBox, "parameter-tidy").setChecked(True)
    assert not child(form, QWidget, "row-prompt").isVisible()
    assert "prompt" not in form.shown_names


def test_an_exclusive_bound_cannot_be_reached(form: ParameterForm) -> None:
    spin = child(form, QDoubleSpinBox, "parameter-strength")
    spin.setValue(0)
    assert validate(SixthParameters, form.values())
    assert form.values()["strength"] == pytest.approx(0.05)
    child(form, QSlider, "parameter-strength-slider").setValue(10_000)
    assert form.values()["strength"] == 1.0


def test_an_open_value_is_not_sent(form: ParameterForm) -> None:
    assert form.values()["seed"] is None
    child(form, QCheckBox, "parameter-seed-automatic").setChecked(False)
    child(form, QSpinBox, "parameter-seed").setValue(7)
    assert form.values()["seed"] == 7
    assert "7" in str(validate(SixthParameters, form.values()).wire()["seed"])


def test_the_counter_warns_of_too_long_a_text(form: ParameterForm) -> None:
    text = child(form, QPlainTextEdit, "parameter-prompt")
    count = child(form, QLabel, "parameter-prompt-count")
    text.setPlainText("abc")
    assert (count.text(), count.property("level")) == ("3 / 5", "")
    text.setPlainText("abcdefg")
    assert (count.text(), count.property("level")) == ("7 / 5", "attention")


def test_reset_is_offered_only_where_it_does_something(form: ParameterForm) -> None:
    reset = child(form, QToolButton, "reset-tidy")
    assert not reset.isVisible()
    child(form, QCheckBox, "parameter-tidy").setChecked(True)
    assert reset.isVisible()
    QTest.mouseClick(reset, Qt.MouseButton.LeftButton)
    assert form.values()["tidy"] is False
    assert not reset.isVisible()


def test_advanced_ones_are_folded(form: ParameterForm) -> None:
    assert not child(form, QWidget, "row-hidden").isVisible()
    child(form, QToolButton, "more-parameters").setChecked(True)
    assert child(form, QWidget, "row-hidden").isVisible()


def test_a_card_without_a_key_says_why_and_asks_for_it(panel: TaskPanel, qtbot: QtBot) -> None:
    panel.set_keys({"sixth": NoKey()})
    card = panel.card("sixth-enhance")
    assert card.reason
    card.set_ticked(True)
    assert not card.ticked
    with qtbot.waitSignal(panel.key_wanted) as asked:
        QTest.mouseClick(child(card, QPushButton, "set-key-sixth-enhance"), Qt.MouseButton.LeftButton)
    assert asked.args == ["sixth"]
    panel.set_keys({"sixth": HasKey("keyring")})
    assert not card.reason
    assert card.ticked, "what was ticked before comes back with the key"


def test_the_plan_says_cost_changes_and_refusals(panel: TaskPanel) -> None:
    panel.set_keys({"sixth": HasKey("environment")})
    panel.card("sixth-enhance").set_ticked(True)
    panel.set_photos([photo(), photo(4000, 3000)])
    panel.replan()
    assert child(panel, QLabel, "plan-summary").text() == "2 jobs · cost unknown"
    changes = child(panel, QLabel, "plan-changes").text()
    assert "GPS position removed" in changes
    assert "4000×3000" in changes
    panel.form("sixth-enhance").set_values({"mode": "fine"})
    panel.replan()
    assert child(panel, QLabel, "plan-summary").text() == "2 jobs · 2–4 credits"


def test_without_photos_or_providers_the_reason_stands_there(panel: TaskPanel) -> None:
    panel.set_keys({"sixth": HasKey("keyring")})
    panel.replan()
    assert "photo" in panel.reason
    panel.set_photos([photo()])
    panel.replan()
    assert "provider" in panel.reason
    assert child(panel, QLabel, "plan-reason").text() == panel.reason


def test_names_are_never_rich_text(panel: TaskPanel) -> None:
    card = panel.card("sixth-enhance")
    formats = {label.textFormat() for label in card.findChildren(QLabel)}
    assert formats == {Qt.TextFormat.PlainText}


def test_values_survive_switching_the_operation(panel: TaskPanel) -> None:
    panel.form("sixth-enhance").set_values({"steps": 12})
    panel.set_operation(Operation.EXPAND)
    panel.set_operation(Operation.ENHANCE)
    assert panel.values("sixth-enhance")["steps"] == 12


class Fussy(Sixth):
    def submission(self, request: Request, links: Links) -> HttpCall:
        raise InvalidParameter("The service cannot be asked so.", "Change it.")


def test_what_the_service_cannot_be_asked_is_the_reason_why_nothing_runs(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = TaskPanel()
    qtbot.addWidget(panel)
    panel.set_providers([Fussy()])
    panel.set_target(Target(str(tmp_path)), 0.0)
    panel.set_keys({"sixth": HasKey("keyring")})
    panel.card("sixth-enhance").set_ticked(True)
    panel.set_photos([photo()])
    panel.replan()
    assert panel.reason == "The service cannot be asked so. Change it."
    assert panel.plan.jobs == ()
