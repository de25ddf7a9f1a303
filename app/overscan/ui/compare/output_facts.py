"""What the files of the results tell: their length, and what they lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from overscan.core.failures import Failure
from overscan.core.geometry import Size
from overscan.ui.compare.kept import ContentHashes, Kept
from overscan.ui.workers import Workers

_MOST_KEPT: Final = 512


@dataclass(frozen=True, slots=True)
class OutputFacts:
    """``warnings`` are losses that change the picture, ``remarks`` what went beside it; both are short lines."""

    bytes: int
    warnings: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class _Question:
    original: Path | None
    path: Path
    asked: Size | None
    image: object
    facts: OutputFacts | None = None
    dropped: bool = False

    def same(self, original: Path | None, path: Path, asked: Size | None, image: object) -> bool:
        return (self.original, self.path, self.asked) == (original, path, asked) and self.image is image


class FactFinder(QObject):
    """Looks at the files of the results on the stage in workers; what it found is kept by their content."""

    changed = Signal()
    """Facts have come. Never emitted within :meth:`want`."""

    def __init__(self, workers: Workers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers = workers
        self._hashes = ContentHashes()
        self._kept: Kept[tuple[str, str, Size | None], OutputFacts] = Kept(_MOST_KEPT)
        self._questions: dict[str, _Question] = {}

    def want(self, original: Path | None, results: Mapping[str, tuple[Path, Size | None, object]]) -> None:
        """Look at exactly these: path, expected size, and the image that was read of it, another after each reading."""
        for key in [held for held in self._questions if held not in results]:
            self._questions.pop(key).dropped = True
        for key, (path, asked, image) in results.items():
            before = self._questions.get(key)
            if before is not None and before.same(original, path, asked, image):
                continue
            question = _Question(original, path, asked, image)
            if before is not None:
                before.dropped = True
                question.facts = before.facts if before.path == path else None
            self._questions[key] = question
            self._ask(question)

    def of(self, key: str) -> OutputFacts | None:
        """What is known of the result; ``None`` until it was looked at."""
        question = self._questions.get(key)
        return question.facts if question is not None else None

    def _ask(self, question: _Question) -> None:
        def done(facts: OutputFacts | None) -> None:
            if not question.dropped and facts is not None and facts != question.facts:
                question.facts = facts
                self.changed.emit()

        def failed(_failure: Failure) -> None:
            """The pane says itself that a file cannot be read."""

        self._workers.submit(lambda: self._look(question), done, failed, priority=2)

    def _look(self, question: _Question) -> OutputFacts | None:
        """In a worker."""
        if question.dropped:
            return None
        content, length = self._hashes.with_length(question.path)
        if question.original is None:
            return OutputFacts(length)
        key = (self._hashes.of(question.original), content, question.asked)
        facts = self._kept.get(key)
        if facts is None:
            facts = _facts(question.original, question.path, question.asked, length)
            self._kept.put(key, facts)
        return facts


def _facts(original: Path, result: Path, asked: Size | None, length: int) -> OutputFacts:
    from overscan.imaging.background import step_back
    from overscan.imaging.losses import losses, losses_words

    step_back()
    found = losses(original, result, asked)
    warnings = losses_words(replace(found, metadata_lost=()))
    return OutputFacts(length, warnings, tuple(line for line in losses_words(found) if line not in warnings))
