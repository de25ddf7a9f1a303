"""The middle of the window: the selected photo alone (Edit), or with its results (Compare)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from overscan.core.jobs import Job, JobState
from overscan.core.providers import AnyProvider, Operation
from overscan.core.requests import Photo
from overscan.core.text import tr
from overscan.ui.compare.compare_view import CompareView
from overscan.ui.compare.items import ResultItem
from overscan.ui.edit.editor import Editor
from overscan.ui.edit.expansion import Expansion
from overscan.ui.images import ImageLoader
from overscan.ui.photo_model import key_of, key_of_ref
from overscan.ui.stage_items import original_item, result_items

MOST_RESULTS: Final = 8
"""Of one photo on the stage, the newest; the queue has them all."""
_QUIET_MS: Final = 1000


class Page(StrEnum):
    EDIT = "edit"
    COMPARE = "compare"


class Stage(QFrame):
    """``page_changed`` carries a :class:`Page`, also when the stage itself turned it.

    ``source_wanted`` carries the paths of outputs to be used as photos, ``save_wanted`` one to be copied elsewhere,
    ``folder_wanted`` one whose folder is to be shown, ``path_wanted`` one to be put on the clipboard as text.
    """

    page_changed = Signal(object)
    open_wanted = Signal()
    compare_wanted = Signal()
    source_wanted = Signal(object)
    save_wanted = Signal(object)
    folder_wanted = Signal(object)
    path_wanted = Signal(object)
    menu_opening = Signal(QMenu, object)
    """The menu of an output before it opens, and the output's path: others add to it what they can do."""

    def __init__(
        self, loader: ImageLoader, provider: Callable[[str], AnyProvider | None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("stage")
        self.setProperty("role", "stage")
        self._loader = loader
        self._provider = provider
        self.editor: Editor | None = None
        self._operation = Operation.ENHANCE
        self._photo: Photo | None = None
        self._page = Page.EDIT
        self._items: tuple[ResultItem, ...] = ()
        self._mine: tuple[Job, ...] = ()
        self._earlier: tuple[Job, ...] = ()
        self._files: tuple[tuple[float, ResultItem], ...] = ()
        self._seen_done: set[str] = set()
        self._notes: dict[Path | None, tuple[str, ...]] = {}
        self._beside: dict[Path | None, tuple[ResultItem, ...]] = {}
        self.view = CompareView(loader, "compare", self)
        self.view.menu_wanted.connect(self._open_menu)
        self._left_out = self._make_left_out()
        self._layers = QStackedLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._layers, 1)
        column.addWidget(self._left_out)
        self._layers.addWidget(self._make_empty())
        self._layers.addWidget(self.view)
        QTimer.singleShot(_QUIET_MS, self.view, self.view.prepare)

    def attach(self, expansion: Expansion) -> Editor:
        """Make the Edit page of an expansion; called once, before there is a photo."""
        self.editor = Editor(self._loader, expansion, self)
        self._layers.addWidget(self.editor)
        return self.editor

    @Slot(object)
    def set_operation(self, operation: Operation) -> None:
        """What the Edit page is for: an expansion is edited, anything else only looked at."""
        self._operation = operation
        self._arrange()

    def _arrange(self) -> None:
        """Show the page, and let the commands of the zoom obey it."""
        photo, editor = self._photo, self.editor
        wanted = self._page is Page.EDIT and self._operation is Operation.EXPAND
        if photo is None:
            self._layers.setCurrentIndex(0)
        elif editor is not None and wanted and photo.ref.size is not None and photo.ref.path is not None:
            self.view.lend_zoom(editor)
            self._layers.setCurrentWidget(editor)
            return
        else:
            self._layers.setCurrentWidget(self.view)
        self.view.lend_zoom(None)

    def _make_empty(self) -> QWidget:
        empty = QWidget(self)
        empty.setObjectName("stage-empty")
        title = QLabel(tr("Drop photos here"), empty, textFormat=Qt.TextFormat.PlainText)
        title.setObjectName("stage-empty-title")
        title.setProperty("role", "title")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        title.setFont(font)
        hint = QLabel(
            tr("Files, folders, a picture from the browser or from the clipboard."),
            empty,
            textFormat=Qt.TextFormat.PlainText,
        )
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        button = QPushButton(tr("Open Photos…"), empty)
        button.setObjectName("stage-open")
        button.setAccessibleName(tr("Open photos"))
        button.clicked.connect(self.open_wanted)
        compare = QPushButton(tr("Compare Files…"), empty)
        compare.setObjectName("stage-compare")
        compare.setAccessibleName(tr("Compare files with each other"))
        compare.setProperty("role", "quiet")
        compare.clicked.connect(self.compare_wanted)
        column = QVBoxLayout(empty)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(title, 0, Qt.AlignmentFlag.AlignCenter)
        column.addWidget(hint)
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addWidget(compare, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        return empty

    def _make_left_out(self) -> QLabel:
        label = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        label.setObjectName("stage-left-out")
        label.setAccessibleName(tr("How many results are on the stage"))
        label.setProperty("role", "muted")
        label.setContentsMargins(12, 0, 12, 6)
        label.hide()
        return label

    @property
    def photo(self) -> Photo | None:
        return self._photo

    @property
    def page(self) -> Page:
        return self._page

    @property
    def results(self) -> tuple[ResultItem, ...]:
        """What the Compare page holds for the photo, whether it is on show or not."""
        return self._items

    def set_photo(self, photo: Photo | None, jobs: Iterable[Job]) -> None:
        """Show another photo with what its jobs have come to; the same one again changes nothing else."""
        another = (photo and (key_of(photo), photo.ref.sha256)) != (
            self._photo and (key_of(self._photo), self._photo.ref.sha256)
        )
        self._photo = photo
        self._arrange()
        if not another:
            return
        original = original_item(photo) if photo is not None else None
        self.view.set_original(original)
        if self.editor is not None:
            self.editor.set_original(original)
        self._items = self._files = ()
        self._earlier = ()
        self._mine = self._jobs_of_photo(jobs)
        self._seen_done = {job.id for job in self._mine if job.state is JobState.DONE}
        self._show()

    def follow(self, jobs: Iterable[Job]) -> None:
        """Take over the present states of the jobs. The first new result of the photo turns to Compare, but not under
        a hand that is painting."""
        if self._photo is None:
            return
        self._mine = self._jobs_of_photo(jobs)
        done = {job.id for job in self._mine if job.state is JobState.DONE}
        landed, self._seen_done = done - self._seen_done, done
        self._show()
        at_work = self.editor is not None and self.editor.busy
        if landed and self._page is Page.EDIT and not at_work:
            self.set_page(Page.COMPARE)

    def set_more(self, earlier: Iterable[Job], files: Iterable[tuple[float, ResultItem]]) -> None:
        """What there is for the photo on show besides the session's jobs: jobs of earlier sessions, and files that no
        job brought, each with the moment (seconds since 1970) at which it came. Neither turns the page."""
        self._earlier, self._files = tuple(earlier), tuple(files)
        self._show()

    @Slot(object)
    def set_page(self, page: Page) -> None:
        if page is not self._page:
            self._page = page
            self._put_on_view()
            self._arrange()
            self.page_changed.emit(page)

    def output_on_show(self) -> Path | None:
        """The output that the stage singles out, else the newest one that is saved."""
        saved = [item for item in self._items if item.path is not None]
        number = self.view.shown_output
        if self._page is Page.COMPARE and number is not None and number <= len(self._items):
            return self._items[number - 1].path
        return saved[-1].path if saved else None

    @Slot(int, QPoint)
    def _open_menu(self, number: int, at: QPoint) -> None:
        """What can be done with output ``number``."""
        items = self.view.results
        path = items[number - 1].path if 1 <= number <= len(items) else None
        if path is None:
            return
        menu = QMenu(self)
        menu.setObjectName("output-menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        source = menu.addAction(tr("Use as Source"))
        source.setObjectName("output-use-as-source")
        source.triggered.connect(lambda: self.source_wanted.emit((path,)))
        save = menu.addAction(tr("Save As…"))
        save.setObjectName("output-save-as")
        save.triggered.connect(lambda: self.save_wanted.emit(path))
        folder = menu.addAction(tr("Show in Folder"))
        folder.setObjectName("output-show-in-folder")
        folder.triggered.connect(lambda: self.folder_wanted.emit(path))
        copy = menu.addAction(tr("Copy File Path"))
        copy.setObjectName("output-copy-path")
        copy.triggered.connect(lambda: self.path_wanted.emit(path))
        self.menu_opening.emit(menu, path)
        menu.popup(at)

    def note(self, output: Path, lines: tuple[str, ...]) -> None:
        """Let the pane of an output say these lines too, when it is pointed at; shown with the next :meth:`follow`."""
        self._notes[output] = lines

    def put_beside(self, output: Path, item: ResultItem) -> None:
        """Show what was made of an output behind it, as long as the window is open, from the next :meth:`follow` on."""
        self._beside[output] = (*self._beside.get(output, ()), item)

    def _show(self) -> None:
        known = {job.id: job for job in (*self._earlier, *self._mine)}
        jobs = sorted(known.values(), key=lambda job: job.created_at)
        older, newest = jobs[:-MOST_RESULTS], jobs[-MOST_RESULTS:]  # each has at least one item
        made = [
            (job.created_at, item)
            for job in newest
            for each in self._result_items(job)
            for item in self._with_more(each)
        ]
        paths = {item.path for _, item in made}
        dated = [*made, *((at, item) for at, item in self._files if item.path not in paths)]
        items = tuple(item for _, item in sorted(dated, key=lambda each: each[0]))
        self._say_left_out(sum(max(1, len(job.outputs)) for job in older) + len(items))
        items = items[-MOST_RESULTS:]
        if items != self._items:
            self._items = items
            self._put_on_view()

    def _say_left_out(self, count: int) -> None:
        many = count > MOST_RESULTS
        words = tr("{count} results; the newest {shown} are on the stage.", count=count, shown=MOST_RESULTS)
        self._left_out.setText(words if many else "")
        self._left_out.setVisible(many and self._page is Page.COMPARE)

    def _put_on_view(self) -> None:
        comparing = self._page is Page.COMPARE
        self.view.set_results(self._items if comparing else ())
        self._left_out.setVisible(comparing and bool(self._left_out.text()))

    def _result_items(self, job: Job) -> tuple[ResultItem, ...]:
        return result_items(job, self._provider(job.request.provider), time.time())

    def _with_more(self, item: ResultItem) -> tuple[ResultItem, ...]:
        """The item with its notes, and what was made of it."""
        if item.path is None:
            return (item,)
        return replace(item, notes=self._notes.get(item.path, ())), *self._beside.get(item.path, ())

    def _jobs_of_photo(self, jobs: Iterable[Job]) -> tuple[Job, ...]:
        """What was cancelled is no result."""
        if self._photo is None:
            return ()
        ref = self._photo.ref
        return tuple(
            job
            for job in jobs
            if job.state is not JobState.CANCELLED
            and job.request.photo.sha256 == ref.sha256
            and key_of_ref(job.request.photo) == key_of_ref(ref)
        )
