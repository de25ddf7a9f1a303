"""The settings dialog over real files and a keyring in memory."""

from __future__ import annotations

import keyring
import keyring.backends.fail
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from overscan.providers.accounts import PICWISH
from overscan.services.keys import KeyStore
from overscan.services.paths import Folders
from overscan.services.setting_specs import described
from overscan.services.settings import load, save_value
from overscan.ui.settings_dialog import SettingsDialog
from overscan.ui.workers import Workers
from tests.ui.conftest import WAIT_MS, child


@pytest.fixture
def workers(qtbot: QtBot) -> Workers:
    return Workers()


@pytest.fixture
def dialog(qtbot: QtBot, home: Folders, workers: Workers) -> SettingsDialog:
    save_value(home.config_file, "money.usd_per_credit", 0.05)
    made = SettingsDialog(home.config_file, load(home.config_file), [PICWISH], KeyStore(), workers)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)  # the test deletes it
    qtbot.addWidget(made, before_close_func=lambda _widget: workers.close())
    made.show()
    status = child(made, QLabel, "key-status-picwish")
    qtbot.waitUntil(lambda: "Looking" not in status.text(), timeout=WAIT_MS)
    return made


def test_every_described_setting_but_the_pace_has_its_field(dialog: SettingsDialog) -> None:
    described_keys = [spec.key for spec in described() if not spec.key.startswith("providers.")]
    keys = [key.replace("<id>", "picwish") for key in described_keys if key != "hosting.consent"]
    for key in keys:
        assert dialog.findChild(QLineEdit, f"edit-{key}") or dialog.findChild(QDoubleSpinBox, f"edit-{key}"), key


def test_only_what_was_edited_is_written(dialog: SettingsDialog, home: Folders, qtbot: QtBot) -> None:
    child(dialog, QLineEdit, "edit-output.name").setText("{provider}-{photo}")
    with qtbot.waitSignal(dialog.saved, timeout=WAIT_MS) as saved:
        dialog.save()
    assert saved.args[0].output.name == "{provider}-{photo}-{n}"
    assert saved.args[0].money.usd_per_credit == 0.05
    text = home.config_file.read_text(encoding="utf-8")
    assert "folder" not in text
    assert "provider" in text


def test_a_value_that_is_not_possible_stays_in_the_dialog(dialog: SettingsDialog, qtbot: QtBot) -> None:
    child(dialog, QLineEdit, "edit-accounts.picwish.base_url").setText("http://example.org")
    problem = child(dialog, QLabel, "settings-problem")
    dialog.save()
    qtbot.waitUntil(problem.isVisible, timeout=WAIT_MS)
    assert "base_url" in problem.text()
    assert dialog.isVisible()


def test_the_name_has_a_live_example(dialog: SettingsDialog) -> None:
    edit = child(dialog, QLineEdit, "edit-output.name")
    labels = [label.text() for label in dialog.findChildren(QLabel)]
    assert any("osprey-local-upscale-1.png" in text for text in labels)
    edit.setText("{what}")
    labels = [label.text() for label in dialog.findChildren(QLabel)]
    assert any("not possible" in text for text in labels)


def test_a_key_is_set_replaced_and_removed(dialog: SettingsDialog, qtbot: QtBot) -> None:
    status = child(dialog, QLabel, "key-status-picwish")
    edit = child(dialog, QLineEdit, "key-picwish")
    remove = child(dialog, QPushButton, "remove-key-picwish")
    assert edit.echoMode() is QLineEdit.EchoMode.Password
    assert not remove.isEnabled()
    edit.setText("a-real-key-123456")
    child(dialog, QPushButton, "save-key-picwish").click()
    qtbot.waitUntil(remove.isEnabled, timeout=WAIT_MS)
    assert edit.text() == ""
    assert KeyStore().get("picwish", PICWISH.base_url) == "a-real-key-123456"
    assert "a-real-key" not in status.text()
    remove.click()
    qtbot.waitUntil(lambda: not remove.isEnabled(), timeout=WAIT_MS)
    assert KeyStore().get("picwish", PICWISH.base_url) is None


def test_without_a_keyring_the_dialog_says_how_to_go_on(home: Folders, workers: Workers, qtbot: QtBot) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    dialog = SettingsDialog(home.config_file, load(home.config_file), [PICWISH], KeyStore(), workers)
    qtbot.addWidget(dialog, before_close_func=lambda _widget: workers.close())
    dialog.show()
    status = child(dialog, QLabel, "key-status-picwish")
    qtbot.waitUntil(lambda: "OVERSCAN_KEY_PICWISH" in status.text(), timeout=WAIT_MS)
