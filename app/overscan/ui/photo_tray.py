"""The photos at the left: what is selected here is what a run takes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, QPoint, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from overscan.core.requests import Photo
from overscan.core.text import tr, trn
from overscan.ui import wording
from overscan.ui.photo_delegate import PhotoDelegate
from overscan.ui.photo_model import PhotoModel
from overscan.ui.style import set_look
from overscan.ui.widgets.progress_bar import ProgressBar

_NARROWEST = 172


class PhotoTray(QFrame):
    """``selection_changed`` comes with every other selection; ``folder_wanted`` carries a :class:`Photo`.

    A right click opens the menu of the photo under it and leaves the selection, and so the stage, as it is.
    """

    selection_changed = Signal()
    cancel_opening = Signal()
    folder_wanted = Signal(object)
    menu_opening = Signal(QMenu, object)
    """The menu of a photo before it opens, and the photo (``None``: of none): others add what they can do."""
    rows_shown = Signal()
    """Other rows than before may be on the screen."""

    def __init__(self, model: PhotoModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("photo-tray")
        self.setProperty("role", "panel")
        self.setMinimumWidth(_NARROWEST)
        self.model = model
        self._title = QLabel(tr("Photos"), self, textFormat=Qt.TextFormat.PlainText)
        self._title.setObjectName("photo-tray-title")
        self._title.setProperty("role", "heading")
        self._list = self._make_list()
        self.remove = QAction(tr("Remove from List"), self)
        self.remove.setObjectName("remove-photo")
        self.remove.setStatusTip(tr("Take the selected photos out of the list; the files stay where they are"))
        self.remove.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        self.remove.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.remove.triggered.connect(self.remove_selected)
        self._list.addAction(self.remove)
        self._hint = self._make_hint()
        self._reading = self._make_reading()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 10)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setContentsMargins(14, 0, 12, 0)
        head.addWidget(self._title, 1)
        column.addLayout(head)
        column.addWidget(self._list, 1)
        column.addWidget(self._reading)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 0, 12, 0)
        foot.addWidget(self._hint)
        column.addLayout(foot)
        self._list.selectionModel().selectionChanged.connect(self._selected)
        model.rowsInserted.connect(self._recount)
        model.rowsRemoved.connect(self._recount)
        for signal in (model.rowsInserted, model.rowsRemoved, model.replaced):
            signal.connect(self.rows_shown)
        model.looks_changed.connect(self._list.viewport().update)
        self._list.verticalScrollBar().valueChanged.connect(self.rows_shown)
        self._recount()

    def _make_list(self) -> QListView:
        view = QListView(self)
        view.setObjectName("photos")
        view.setAccessibleName(tr("Photos"))
        view.setModel(self.model)
        view.setItemDelegate(PhotoDelegate(view))
        view.setUniformItemSizes(True)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._open_menu)
        view.viewport().installEventFilter(self)
        return view

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the right button from selecting: a photo could not be compared with the one on show otherwise.

        And keep the photo on show in sight when the list becomes lower.
        """
        if isinstance(event, QResizeEvent):
            current = self._list.currentIndex()
            if QRect(QPoint(), event.oldSize()).intersects(self._list.visualRect(current)):
                QTimer.singleShot(0, self._list, lambda: self._list.scrollTo(self._list.currentIndex()))
            return False
        return (
            isinstance(event, QMouseEvent)
            and event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease)
            and event.button() is Qt.MouseButton.RightButton
        )

    def _make_hint(self) -> QFrame:
        frame = QFrame(self)
        frame.setProperty("role", "card")
        self._hint_text = QLabel(tr("Drop photos anywhere"), frame, textFormat=Qt.TextFormat.PlainText)
        self._hint_text.setObjectName("drop-hint")
        self._hint_text.setProperty("role", "muted")
        self._hint_text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint_text.setWordWrap(True)
        column = QVBoxLayout(frame)
        column.setContentsMargins(10, 18, 10, 18)
        column.addWidget(self._hint_text)
        return frame

    def _make_reading(self) -> QWidget:
        box = QWidget(self)
        box.setObjectName("reading")
        self._reading_text = QLabel(box, textFormat=Qt.TextFormat.PlainText)
        self._reading_text.setObjectName("reading-text")
        self._reading_text.setProperty("role", "muted")
        self._reading_bar = ProgressBar(tr("Reading photos"), box)
        self._reading_bar.setObjectName("reading-bar")
        cancel = QToolButton(box)
        cancel.setObjectName("reading-cancel")
        cancel.setText(tr("Cancel"))
        cancel.setAccessibleName(tr("Stop reading photos"))
        cancel.setProperty("role", "quiet")
        cancel.clicked.connect(self.cancel_opening)
        line = QHBoxLayout()
        line.addWidget(self._reading_text, 1)
        line.addWidget(cancel)
        column = QVBoxLayout(box)
        column.setContentsMargins(14, 0, 12, 0)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self._reading_bar)
        box.hide()
        return box

    # ------------------------------------------------------------------ photos

    def selected(self) -> tuple[Photo, ...]:
        """The photos that a run takes, in the list's order."""
        rows = sorted(index.row() for index in self._list.selectionModel().selectedIndexes())
        return tuple(self.model.photo_at(row) for row in rows)

    def current(self) -> Photo | None:
        """The photo that the stage shows: the current one where it is selected, else the first selected one."""
        index = self._list.currentIndex()
        if index.isValid() and self._list.selectionModel().isSelected(index):
            return self.model.photo_at(index.row())
        chosen = self.selected()
        return chosen[0] if chosen else None

    def select_row(self, row: int) -> None:
        """Make this photo the only selected one."""
        self._list.selectionModel().setCurrentIndex(
            self.model.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect
        )

    @Slot()
    def select_all(self) -> None:
        """Select every photo; the current one stays the one on the stage."""
        self._list.selectAll()

    def visible_rows(self) -> range:
        """The rows on the screen, for which thumbnails are wanted first."""
        view = self._list.viewport().rect()
        first = self._list.indexAt(view.topLeft() + QPoint(8, 8))
        last = self._list.indexAt(view.bottomLeft() + QPoint(8, -8))
        top = first.row() if first.isValid() else 0
        bottom = last.row() if last.isValid() else self.model.rowCount() - 1
        return range(top, bottom + 1)

    @Slot()
    def remove_selected(self) -> None:
        """Take the selected photos out of the list and select what moves up; no file is touched."""
        rows = [index.row() for index in self._list.selectionModel().selectedIndexes()]
        if not rows:
            return
        self.model.remove(rows)
        if self.model.rowCount():
            self.select_row(min(min(rows), self.model.rowCount() - 1))
        self.selection_changed.emit()

    def _remove_photo(self, photo: Photo) -> None:
        """One photo that is not selected; the selection stays."""
        row = self.model.row_of(photo)
        if row is not None:
            self.model.remove([row])

    @Slot(int, int)
    def show_progress(self, done: int, total: int) -> None:
        """Say how many files of a folder have been read; one or two files are read before one could look."""
        worth_it = total > 2
        self._reading.setVisible(worth_it)
        self._reading_text.setText(tr("Reading {done} of {total}", done=done, total=total))
        self._reading_bar.set_fraction(done / total if total else None)

    @Slot()
    def hide_progress(self) -> None:
        self._reading.hide()

    def highlight(self, on: bool) -> None:
        """Show that a drop would be taken."""
        self._hint_text.setText(tr("Let go to add") if on else tr("Drop photos anywhere"))
        set_look(self._hint_text, "level", "accent" if on else "")

    @Slot()
    def _recount(self) -> None:
        count = self.model.rowCount()
        self._title.setText(trn("{count} photo", "{count} photos", count) if count > 1 else tr("Photos"))

    @Slot()
    def _selected(self) -> None:
        self.remove.setEnabled(bool(self._list.selectionModel().selectedIndexes()))
        self.selection_changed.emit()

    @Slot(QPoint)
    def _open_menu(self, at: QPoint) -> None:
        index = self._list.indexAt(at)
        selected = not index.isValid() or self._list.selectionModel().isSelected(index)
        photo = self.model.photo_at(index.row()) if index.isValid() else self.current()
        menu = QMenu(self)
        menu.setObjectName("photo-menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        show = menu.addAction(tr("Show in Folder"))
        show.setObjectName("photo-show-in-folder")
        show.setEnabled(photo is not None and photo.ref.path is not None)
        show.triggered.connect(lambda: self.folder_wanted.emit(photo))
        self.menu_opening.emit(menu, photo)
        if selected or photo is None:
            menu.addAction(self.remove)
        else:
            other = menu.addAction(tr("Remove {name} from List", name=wording.photo_name(photo.ref).replace("&", "&&")))
            other.setObjectName("photo-remove")
            other.triggered.connect(lambda: self._remove_photo(photo))
        menu.popup(self._list.viewport().mapToGlobal(at))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rows_shown.emit()

    def sizeHint(self) -> QSize:
        return QSize(204, 400)
