"""The dialogs: the settings, what was spent, and what a person agrees to before a bucket is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog

    from overscan.services.paths import Folders
    from scripts.shots_comparing import Sitting

    Dialog = TypeVar("Dialog", bound=QDialog)


def settings(sitting: Sitting) -> None:
    """The accounts, and further down what a bucket needs."""
    sitting.desk.messages.clear()
    sitting.desk.dialogs.open_settings(account="picwish")
    _shoot_settings(sitting, "settings", 520)
    sitting.desk.dialogs.open_settings(key="hosting.endpoint")
    _shoot_settings(sitting, "settings-hosting", 720)


def _shoot_settings(sitting: Sitting, state: str, height: int) -> None:
    from overscan.ui.settings_dialog import SettingsDialog

    dialog = _opened(sitting, SettingsDialog)
    dialog.resize(640, height)
    sitting.settle()
    sitting.shoot(state, dialog)
    dialog.reject()
    sitting.settle()


def day_cap(sitting: Sitting, home: Folders) -> None:
    """A cap that the plan would pass: Run cannot be pressed."""
    from overscan.services.settings import load, save_value

    sitting.desk.messages.clear()
    save_value(home.config_file, "money.max_credits_per_day", 30.0)
    sitting.desk.session.take_settings(load(home.config_file))
    sitting.desk.commands.select_all.trigger()
    sitting.settle()
    sitting.shoot("day-cap")


def spending(sitting: Sitting) -> None:
    from overscan.ui.spending_dialog import SpendingDialog

    sitting.desk.commands.spending.trigger()
    sitting.settle()
    dialog = _opened(sitting, SpendingDialog)
    sitting.shoot("spending", dialog)
    dialog.reject()


def consent(sitting: Sitting) -> None:
    from overscan.ui.consent_dialog import ConsentDialog

    sitting.desk.dialogs.open_hosting()
    sitting.settle()
    dialog = _opened(sitting, ConsentDialog)
    sitting.shoot("consent", dialog)
    dialog.reject()
    sitting.settle()


def _opened(sitting: Sitting, kind: type[Dialog]) -> Dialog:
    found = [dialog for dialog in sitting.window.findChildren(kind) if dialog.isVisible()]
    if not found:
        raise RuntimeError(f"no {kind.__name__} opened")
    return found[-1]
