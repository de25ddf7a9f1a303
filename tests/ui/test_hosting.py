"""Consent to hosting, the secret key of a bucket, and the regions of an account, with real clicks and keys."""

from __future__ import annotations

from decimal import Decimal

import keyring
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from overscan.core.money import Balance
from overscan.core.requests import Delivery
from overscan.services.paths import Folders
from overscan.services.settings import load, save_value
from overscan.ui.consent_dialog import ConsentDialog
from overscan.ui.hosting_fields import RegionField
from overscan.ui.key_states import HasKey
from overscan.ui.settings_dialog import SettingsDialog
from overscan.ui.task_panel import TaskPanel
from tests.conftest import MakePhoto
from tests.simulator.server import Simulator
from tests.ui.conftest import WAIT_MS, MakeWindow, child
from tests.ui.test_paid_jobs import QUICK, tick_only

BUCKET: dict[str, str | float] = {
    "hosting.endpoint": "https://s3.example.com",
    "hosting.bucket": "my-photos",
    "hosting.access_key_id": "EXAMPLE",
}
PLACE = "https://s3.example.com/my-photos"


def test_the_plan_asks_for_consent_and_then_uses_the_bucket(
    make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot, home: Folders
) -> None:
    keyring.set_password("overscan", "apixo@https://api.apixo.ai:443", "a-real-key-123456")
    keyring.set_password("overscan", "hosting@https://s3.example.com:443", "a-secret-access-key-0123")
    window = make_window([make_photo(size=(64, 48))], settings=BUCKET)
    tick_only(window, "apixo-upscaler")
    assert not window.desk.panel.plan.jobs
    QTest.mouseClick(child(window, QPushButton, "use-hosting"), Qt.MouseButton.LeftButton)
    dialog = child(window, ConsentDialog, "hosting-consent")
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    for said in (PLACE, "without its private metadata", "nobody can guess", "until the job ends"):
        assert said in words
    QTest.keyClick(dialog, Qt.Key.Key_Return)  # the button that a hasty Enter meets does not agree
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=WAIT_MS)
    assert load(home.config_file).hosting.consent == ""
    QTest.mouseClick(child(window, QPushButton, "use-hosting"), Qt.MouseButton.LeftButton)
    shown = [d for d in window.findChildren(ConsentDialog) if d.isVisible()]
    QTest.mouseClick(child(shown[0], QPushButton, "consent-agree"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(window.desk.panel.plan.jobs), timeout=WAIT_MS)
    (planned,) = window.desk.panel.plan.jobs
    assert planned.request.delivery is Delivery.HOSTED
    assert "put into your bucket until the job ends" in child(window, QLabel, "plan-changes").text()
    assert load(home.config_file).hosting.consent == PLACE
    assert not child(window, QPushButton, "use-hosting").isVisible()


def test_a_bucket_without_its_key_is_the_reason_why_nothing_runs(
    make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    keyring.set_password("overscan", "apixo@https://api.apixo.ai:443", "a-real-key-123456")
    window = make_window([make_photo(size=(64, 48))], settings={**BUCKET, "hosting.consent": PLACE})
    tick_only(window, "apixo-upscaler")
    window.desk.panel.replan()
    assert not window.desk.panel.plan.jobs
    assert window.desk.panel.reason.startswith("There is no secret access key for hosting.")
    keyring.set_password("overscan", "hosting@https://s3.example.com:443", "a-secret-access-key-0123")
    window.desk.session.key_changed("hosting")
    qtbot.waitUntil(lambda: bool(window.desk.panel.plan.jobs), timeout=WAIT_MS)


def test_without_a_bucket_the_settings_open_at_it(make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot) -> None:
    keyring.set_password("overscan", "apixo@https://api.apixo.ai:443", "a-real-key-123456")
    window = make_window([make_photo(size=(64, 48))])
    tick_only(window, "apixo-upscaler")
    QTest.mouseClick(child(window, QPushButton, "use-hosting"), Qt.MouseButton.LeftButton)
    dialog = child(window, SettingsDialog, "settings")
    qtbot.waitUntil(child(dialog, QLineEdit, "edit-hosting.endpoint").isVisible, timeout=WAIT_MS)
    status = child(dialog, QLabel, "status-hosting.consent")
    button = child(dialog, QPushButton, "edit-hosting.consent")
    assert not button.isEnabled()
    QTest.keyClicks(child(dialog, QLineEdit, "edit-hosting.endpoint"), "https://s3.example.com")
    QTest.keyClicks(child(dialog, QLineEdit, "edit-hosting.bucket"), "my-photos")
    QTest.keyClicks(child(dialog, QLineEdit, "edit-hosting.access_key_id"), "EXAMPLE")
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    consent = child(dialog, ConsentDialog, "hosting-consent")
    QTest.mouseClick(child(consent, QPushButton, "consent-agree"), Qt.MouseButton.LeftButton)
    assert status.text() == f"Given for {PLACE}."
    QTest.keyClicks(child(dialog, QLineEdit, "edit-hosting.bucket"), "-too")
    assert "another place" in status.text()  # a consent holds for one bucket only
    child(dialog, QLineEdit, "edit-hosting.bucket").setText("my-photos")
    QTest.keyClicks(child(dialog, QLineEdit, "key-hosting"), "a-secret-access-key-0123")
    QTest.mouseClick(child(dialog, QPushButton, "save-key-hosting"), Qt.MouseButton.LeftButton)
    entry = ("overscan", "hosting@https://s3.example.com:443")
    qtbot.waitUntil(lambda: keyring.get_password(*entry) == "a-secret-access-key-0123", timeout=WAIT_MS)
    with qtbot.waitSignal(dialog.saved, timeout=WAIT_MS) as saved:
        dialog.save()
    assert saved.args[0].hosting.consented


def test_a_region_is_chosen_by_name_and_its_key_is_looked_for(
    make_window: MakeWindow, qtbot: QtBot, home: Folders
) -> None:
    keyring.set_password("overscan", "picwish@https://techhk.aoscdn.com:443", "a-real-key-123456")
    window = make_window()
    window.desk.commands.settings.trigger()
    dialog = child(window, SettingsDialog, "settings")
    status = child(dialog, QLabel, "key-status-picwish")
    qtbot.waitUntil(lambda: "in the keyring" in status.text(), timeout=WAIT_MS)
    choice = child(dialog, QComboBox, "region-accounts.picwish.base_url")
    edit = child(dialog, QLineEdit, "edit-accounts.picwish.base_url")
    assert (choice.currentIndex(), edit.isHidden()) == (0, True)
    choice.setFocus()
    QTest.keyClick(choice, Qt.Key.Key_Down)
    assert "Mainland China" in choice.currentText()
    qtbot.waitUntil(lambda: "no key yet" in status.text(), timeout=WAIT_MS)
    with qtbot.waitSignal(dialog.saved, timeout=WAIT_MS):
        dialog.save()
    assert load(home.config_file).accounts["picwish"].base_url == "https://techsz.aoscdn.com"
    qtbot.waitUntil(lambda: not isinstance(window.desk.session.key_states["picwish"], HasKey), timeout=WAIT_MS)


def test_an_address_of_ones_own_stays_visible(make_window: MakeWindow, home: Folders, simulator: Simulator) -> None:
    save_value(home.config_file, "accounts.picwish.base_url", simulator.base_url)
    window = make_window()
    window.desk.commands.settings.trigger()
    dialog = child(window, SettingsDialog, "settings")
    field = child(dialog, RegionField, "setting-accounts.picwish.base_url")
    assert field.value() == simulator.base_url
    assert not child(dialog, QLineEdit, "edit-accounts.picwish.base_url").isHidden()
    assert not field.edited


def test_what_is_left_is_asked_for_and_shown(
    make_window: MakeWindow, make_photo: MakePhoto, simulator: Simulator, qtbot: QtBot
) -> None:
    simulator.account.balance = Decimal(12)
    settings = QUICK | {"accounts.picwish.base_url": simulator.base_url}
    window = make_window([make_photo(size=(64, 48))], settings=settings, key=simulator.key)
    assert len(simulator.requests) == 0  # nothing is asked before a person wants to know
    window.desk.commands.settings.trigger()
    dialog = child(window, SettingsDialog, "settings")
    with qtbot.waitSignal(window.desk.session.balances_changed, timeout=WAIT_MS) as told:
        QTest.mouseClick(child(dialog, QPushButton, "ask-balance-picwish"), Qt.MouseButton.LeftButton)
    assert told.args[0] == {"picwish": Balance(credits=12)}
    assert child(dialog, QLabel, "balance-picwish").text() == "12 credits left (undocumented source)"
    assert "12 credits left" in child(window, QLabel, "detail-picwish-scale").text()
    dialog.reject()
    tick_only(window, "picwish-scale")
    with qtbot.waitSignal(window.desk.session.balances_changed, timeout=WAIT_MS) as told:
        window.desk.commands.run.trigger()
    assert told.args[0] == {"picwish": Balance(credits=10)}


def test_a_card_shows_what_is_left_only_while_it_is_known(make_window: MakeWindow, simulator: Simulator) -> None:
    window = make_window(settings={"accounts.picwish.base_url": simulator.base_url}, key=simulator.key)
    panel = child(window, TaskPanel, "task-panel")
    detail = child(window, QLabel, "detail-picwish-scale")
    panel.set_balances({"picwish": Balance(credits=1234)})
    assert "1\u2009234 credits left" in detail.text()
    panel.set_balances({})
    assert "left" not in detail.text()
    assert "key set" in detail.text()
