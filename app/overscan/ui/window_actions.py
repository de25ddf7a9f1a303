"""Every action of the window, once: the menus, the buttons and the sheet of shortcuts are made from these."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from overscan.core.text import tr
from overscan.ui.compare.actions import MenuGroup
from overscan.ui.queue_view import QueueActions
from overscan.ui.style import Theme


class WindowActions(QObject):
    """The actions that belong to no single part of the window."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.open = self._make("open", tr("Open…"), tr("Open photos"), "Ctrl+O", tr("Open"))
        self.open_folder = self._make(
            "open-folder", tr("Open Folder…"), tr("Open all photos of a folder"), "Ctrl+Shift+O"
        )
        self.paste = self._make("paste", tr("Paste"), tr("Paste a picture, files, or an address"), "Ctrl+V")
        self.save_as = self._make(
            "save-as", tr("Save As…"), tr("Save a copy of the output on show elsewhere"), "Ctrl+Shift+S"
        )
        self.save_report = self._make(
            "save-report",
            tr("Save Report…"),
            tr("Save the comparison on the stage as one web page to show to others"),
            "Ctrl+E",
        )
        self.save_sheet = self._make(
            "save-sheet",
            tr("Save Sheet…"),
            tr("Save the results on the stage as one picture with labels"),
            "Ctrl+Shift+E",
        )
        self.use_as_source = self._make(
            "use-as-source",
            tr("Use as Source"),
            tr("Put the output on show among the photos, to go on with it"),
            "Ctrl+U",
        )
        self.compare_files = self._make(
            "compare-files",
            tr("Compare Files…"),
            tr("Choose two files or more; the smallest becomes the photo, the others are shown beside it"),
            "Ctrl+Shift+K",
        )
        self.compare_selected = self._make(
            "compare-selected",
            tr("Compare Selected Photos"),
            tr("Show the selected photos beside each other; the smallest becomes the reference"),
            "Ctrl+K",
        )
        self.copy_path = self._make(
            "copy-path", tr("Copy File Path"), tr("Copy the path of the output on show"), "Ctrl+Alt+C"
        )
        self.use_as_reference = self._make(
            "use-as-reference",
            tr("Use as Reference"),
            tr("Let the file on show and the photo that it is compared with change places"),
            "Ctrl+Alt+U",
        )
        self.remove_result = self._make(
            "remove-result",
            tr("Remove from the Comparison"),
            tr("Take the file on show out of the comparison; it stays where it is"),
            "Ctrl+Alt+Backspace",
        )
        self.blind_duel = self._make(
            "blind-duel", tr("Blind Duel…"), tr("Judge results two at a time without knowing whose they are"), "Ctrl+D"
        )
        self.spending = self._make(
            "spending", tr("Spending…"), tr("What was quoted and charged, by account and by day"), "Ctrl+Shift+M"
        )
        self.settings = self._make("settings", tr("Settings…"), tr("Keys, folders, network and money"), "Ctrl+,")
        self.settings.setMenuRole(QAction.MenuRole.PreferencesRole)
        self.quit = self._make("quit", tr("Quit"), tr("Close the window"), "Ctrl+Q")
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)
        self.select_all = self._make("select-all", tr("Select All Photos"), tr("Select every photo"), "Ctrl+A")
        self.run = self._make("run", tr("Run"), tr("Run the selected photos with the ticked providers"), "")
        self.run.setShortcuts([QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")])
        self.edit_page = self._make("edit-page", tr("Edit"), tr("Show the photo alone"), "F2")
        self.compare_page = self._make("compare-page", tr("Compare"), tr("Show the photo and its results"), "F3")
        self.full_screen = self._make("full-screen", tr("Full Screen"), tr("Use the whole screen"), "F11")
        self.full_screen.setCheckable(True)
        self.shortcuts = self._make("shortcuts", tr("Shortcuts"), tr("Show every shortcut"), "F1")
        self.doctor = self._make("doctor", tr("What Works Here"), tr("Check keys, folders and network"), "Shift+F1")
        self.about = self._make("about", tr("About Overscan"), tr("Version and licence"), "Ctrl+F1")
        self.about.setMenuRole(QAction.MenuRole.AboutRole)
        self.themes = QActionGroup(self)
        self.themes.setObjectName("themes")
        for theme, text, key in (
            (Theme.SYSTEM, tr("As the System"), "Ctrl+Alt+0"),
            (Theme.DARK, tr("Dark"), "Ctrl+Alt+1"),
            (Theme.LIGHT, tr("Light"), "Ctrl+Alt+2"),
        ):
            action = self._make(f"theme-{theme.value}", text, tr("Colours of the window"), key)
            action.setCheckable(True)
            action.setData(theme.value)
            self.themes.addAction(action)

    def _make(self, name: str, text: str, tip: str, shortcut: str, short: str = "") -> QAction:
        action = QAction(text, self)
        action.setObjectName(name)
        action.setIconText(short or text.removesuffix("…"))
        action.setStatusTip(tip)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        return action


def build_menus(
    bar: QMenuBar,
    actions: WindowActions,
    queue: QueueActions,
    remove_photo: QAction,
    view: Sequence[QAction],
    editing: Sequence[QAction],
    groups: Sequence[MenuGroup] = (),
) -> None:
    """Put every action into a menu; of ``view``, those of ``groups`` into menus of their own."""
    file = _menu(bar, "file-menu", tr("File"))
    file.addActions([actions.open, actions.open_folder, actions.compare_files, actions.paste])
    file.addSeparator()
    file.addActions([actions.use_as_source, actions.save_as, actions.copy_path, queue.show_in_folder])
    file.addActions([actions.save_report, actions.save_sheet])
    file.addSeparator()
    file.addActions([actions.settings, actions.quit])
    edit = _menu(bar, "edit-menu", tr("Edit"))
    edit.addActions([actions.select_all, remove_photo, queue.copy_task_id])
    edit.addSeparator()
    edit.addActions([actions.compare_selected, actions.use_as_reference, actions.remove_result])
    edit.addSeparator()
    edit.addActions(list(editing))
    run = _menu(bar, "run-menu", tr("Run"))
    run.addAction(actions.run)
    run.addSeparator()
    run.addActions([queue.cancel, queue.retry, queue.resume, queue.remove_finished])
    run.addSeparator()
    run.addAction(actions.spending)
    shown = _menu(bar, "view-menu", tr("View"))
    shown.addActions([actions.edit_page, actions.compare_page])
    shown.addAction(actions.blind_duel)
    shown.addSeparator()
    grouped = {action for group in groups for action in group.actions}
    shown.addActions([action for action in view if action not in grouped])
    for group in groups:
        menu = shown.addMenu(group.title)
        menu.setObjectName(f"{group.name}-menu")
        menu.addActions(list(group.actions))
    shown.addSeparator()
    theme = shown.addMenu(tr("Theme"))
    theme.setObjectName("theme-menu")
    theme.addActions(actions.themes.actions())
    shown.addAction(actions.full_screen)
    help_ = _menu(bar, "help-menu", tr("Help"))
    help_.addActions([actions.shortcuts, actions.doctor, actions.about])


def _menu(bar: QMenuBar, name: str, title: str) -> QMenu:
    menu = bar.addMenu(title)
    menu.setObjectName(name)
    return menu
