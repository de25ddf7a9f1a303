"""After the result of an expansion: was the kept part kept, and the person's own pixels back where it was not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from overscan.core.failures import Failure, FailureKind
from overscan.core.jobs import Job
from overscan.core.text import tr
from overscan.ui.compare.items import ResultItem
from overscan.ui.edit.check_dialog import CheckDialog
from overscan.ui.edit.result_work import Checked, Expanded, Pasted, checked, expanded, pasted
from overscan.ui.file_control import FileControl
from overscan.ui.queue_view import QueueView
from overscan.ui.session import Session
from overscan.ui.stage import Stage
from overscan.ui.widgets.level import Level
from overscan.ui.widgets.message_bar import Message, MessageAction, MessageBar
from overscan.ui.workers import Workers

_TOPIC: Final = "paste-back"
_STEP: Final = 0.1
"""Progress is told in steps of this size."""


class ResultCheck(QObject):
    """Adds *Check Kept Pixels…* and *Paste My Original Back* to the menus of outputs of expansions."""

    _progressed = Signal(object, float)

    def __init__(
        self,
        session: Session,
        stage: Stage,
        queue: QueueView,
        files: FileControl,
        messages: MessageBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._stage = stage
        self._files = files
        self._messages = messages
        self._window = window
        # One at a time, and not the session's own threads, which stay free for what people wait for.
        self._workers = Workers(self, threads=1)
        self._running: dict[Event, Callable[[float], None]] = {}
        self._progressed.connect(self._show_progress)
        stage.menu_opening.connect(self._fill_output_menu)
        queue.menu_opening.connect(self._fill_queue_menu)
        session.idle.connect(self._close)

    def check(self, what: Expanded) -> CheckDialog:
        """Open the dialog and fill it when the check is done; closing it cancels."""
        dialog = CheckDialog(what.output.name, self._window)
        stop = Event()
        dialog.finished.connect(lambda _result: stop.set())
        dialog.paste_wanted.connect(lambda: self.paste(what))

        def done(found: Checked) -> None:
            self._end(stop)
            if not stop.is_set():
                dialog.show_check(found)
            self._note(what, found)

        def failed(failure: Failure) -> None:
            self._end(stop)
            if not stop.is_set():
                dialog.show_failure(failure)

        self._start(stop, lambda share: None if stop.is_set() else dialog.show_progress(share))
        self._workers.submit(lambda: checked(what, self._teller(stop), stop.is_set), done, failed)
        dialog.open()
        return dialog

    def paste(self, what: Expanded) -> None:
        """Make the new file in a thread; the message bar tells how far it is and can cancel it."""
        stop = Event()
        cancel = MessageAction("cancel", tr("Cancel"), stop.set)

        def tell(share: float) -> None:
            if not stop.is_set():
                text = tr("Pasting your original back: {percent} %", percent=round(100 * share))
                self._messages.post(Message(text, what.output.name, actions=(cancel,), topic=_TOPIC))

        def done(made: Pasted) -> None:
            self._end(stop)
            self._show_pasted(what, made)

        def failed(failure: Failure) -> None:
            self._end(stop)
            self._messages.withdraw(_TOPIC)
            if failure.kind is not FailureKind.CANCELLED:
                self._messages.post_failure(failure, Level.ATTENTION)

        self._start(stop, tell)
        tell(0.0)
        self._workers.submit(lambda: pasted(what, self._teller(stop), stop.is_set), done, failed)

    # ------------------------------------------------------------------ menus

    @Slot(QMenu, object)
    def _fill_output_menu(self, menu: QMenu, path: Path) -> None:
        for job in self._session.jobs:
            if any(Path(output.path) == path for output in job.outputs):
                self._add(menu, self._expanded(job, path))
                return

    @Slot(QMenu, object)
    def _fill_queue_menu(self, menu: QMenu, jobs: Sequence[Job]) -> None:
        """For one output at a time: a check is something to look at."""
        outputs = [(job, Path(output.path)) for job in jobs for output in job.outputs]
        if len({job.id for job, _ in outputs}) != 1:
            return
        if len(outputs) == 1:
            self._add(menu, self._expanded(*outputs[0]))
            return
        known = [what for job, path in outputs if (what := self._expanded(job, path)) is not None]
        for what in known:
            self._add(menu.addMenu(what.output.name.replace("&", "&&")), what)

    def _expanded(self, job: Job, path: Path) -> Expanded | None:
        return expanded(job, path, self._session.info(job.request.provider))

    def _add(self, menu: QMenu, what: Expanded | None) -> None:
        if what is None:
            return
        menu.addSeparator()
        check = menu.addAction(tr("Check Kept Pixels…"))
        check.setObjectName("output-check")
        check.triggered.connect(lambda: self.check(what))
        paste = menu.addAction(tr("Paste My Original Back"))
        paste.setObjectName("output-paste-back")
        paste.triggered.connect(lambda: self.paste(what))

    # ------------------------------------------------------------------ what came of it

    def _note(self, what: Expanded, found: Checked) -> None:
        from overscan.imaging.untouched import measured_words, verdict_words

        self._stage.note(what.output, (verdict_words(found.check)[0], *measured_words(found.check)))
        self._stage.follow(self._session.jobs)

    def _show_pasted(self, what: Expanded, made: Pasted) -> None:
        item = ResultItem(
            key=f"original-back/{made.path}",
            title=tr("Original pasted back"),
            path=made.path,
            size=made.size,
            frame=what.frame_rect,
        )
        self._stage.put_beside(what.output, item)
        self._stage.follow(self._session.jobs)
        folder = MessageAction("folder", tr("Show in Folder"), lambda: self._files.open_folder(made.path.parent))
        source = MessageAction("source", tr("Use as Source"), lambda: self._files.use_as_source([made.path]))
        self._messages.post(
            Message(
                tr("Saved {name}", name=made.path.name), str(made.path.parent), Level.SAVED, (folder, source), _TOPIC
            )
        )

    # ------------------------------------------------------------------ work under way

    def _start(self, stop: Event, tell: Callable[[float], None]) -> None:
        self._running[stop] = tell

    def _end(self, stop: Event) -> None:
        self._running.pop(stop, None)

    def _teller(self, stop: Event) -> Callable[[float], None]:
        """For the worker: brings progress to the GUI thread, a few times only."""
        told = 0.0

        def tell(share: float) -> None:
            nonlocal told
            if share - told >= _STEP:
                told = share
                self._progressed.emit(stop, share)

        return tell

    @Slot(object, float)
    def _show_progress(self, stop: Event, share: float) -> None:
        tell = self._running.get(stop)
        if tell is not None:
            tell(share)

    @Slot()
    def _close(self) -> None:
        for stop in self._running:
            stop.set()
        self._workers.close()
