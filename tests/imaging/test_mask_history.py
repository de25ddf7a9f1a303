"""The history's budget of memory, and that memory is counted honestly."""

from __future__ import annotations

import tracemalloc

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from overscan.core.geometry import Margins, Rect, Size
from overscan.imaging.mask_document import Brush, MaskDocument
from tests.imaging.mask_edits import PHOTO, Edit, everything, frames, sequences, stroke


@given(sequences, st.integers(0, 600_000), st.lists(st.booleans(), max_size=8))
def test_the_history_never_passes_its_budget(sequence: list[Edit], budget: int, moves: list[bool]) -> None:
    document, free = MaskDocument(PHOTO, budget=budget), MaskDocument(PHOTO)
    for edit in sequence:
        edit(document)
        edit(free)
        assert document.memory - document.copy().memory <= budget
        assert np.array_equal(everything(document), everything(free)), "what is forgotten is only the way back"
    for back in moves:
        (document.undo if back else document.redo)()
        assert document.memory - document.copy().memory <= budget


@given(sequences, st.integers(100_000, 600_000))
def test_what_is_left_to_undo_is_the_newest(sequence: list[Edit], budget: int) -> None:
    document, free = MaskDocument(PHOTO, budget=budget), MaskDocument(PHOTO)
    for edit in sequence:
        edit(document)
        edit(free)
    # Going back frees no budget that was given up, and what lies ahead may crowd out what lies farther back.
    while document.undo():
        free.undo()
        assert np.array_equal(everything(document), everything(free))


def test_old_steps_are_packed_and_come_back_as_they_were() -> None:
    document = MaskDocument(Size(1500, 1500))
    seen = []
    for i in range(30):
        seen.append(document.read(Rect(0, 0, 1500, 1500)))
        stroke(document, Brush(90, 0.3), [(i * 50, 0, 1), (1500 - i * 50, 1500, 1)], add=i % 3 != 2)
    plain = 30 * 36 * 65_536
    assert document.memory < plain / 4
    for expected in reversed(seen):
        assert document.undo() is not None
        assert np.array_equal(document.read(Rect(0, 0, 1500, 1500)), expected)
    assert not document.painted


def test_memory_is_what_the_interpreter_says() -> None:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        document = MaskDocument(Size(3000, 3000))
        for i in range(12):
            stroke(document, Brush(150, 0.2), [(i * 250, 0, 1), (3000 - i * 250, 3000, 1)], add=i % 3 != 2)
        for _ in range(3):
            document.undo()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert 0.9 < document.memory / taken < 1.2


@given(frames, frames)
def test_frames_and_strokes_share_one_history(a: Margins, b: Margins) -> None:
    document = MaskDocument(PHOTO)
    document.paint_rectangle(Rect(5, 5, 9, 9), add=True)
    document.frame_moved(a, b)
    document.paint_rectangle(Rect(50, 50, 9, 9), add=True)
    seen = []
    while undone := document.undo():
        seen.append((undone.dirty, undone.frame))
    assert seen == [
        (Rect(50, 50, 9, 9), None),
        *([(None, a)] if a != b else []),
        (Rect(5, 5, 9, 9), None),
    ]
    again = []
    while redone := document.redo():
        again.append((redone.dirty, redone.frame))
    assert again == [
        (Rect(5, 5, 9, 9), None),
        *([(None, b)] if a != b else []),
        (Rect(50, 50, 9, 9), None),
    ]
