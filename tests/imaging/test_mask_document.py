"""The mask under the hand: whatever is done in whatever order can be undone, redone and repeated exactly."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overscan.core.geometry import Margins, Rect, Size
from overscan.imaging.mask import mask_around
from overscan.imaging.mask_document import Brush, MaskDocument
from tests.imaging.mask_edits import (
    FRAME,
    PHOTO,
    PLACE,
    Edit,
    brushes,
    done,
    edits,
    everything,
    frames,
    polygons,
    rects,
    sequences,
    ways,
)


@given(frames)
def test_in_the_beginning_everything_outside_the_photo_is_generated(frame: Margins) -> None:
    document = MaskDocument(PHOTO)
    place = frame.frame(PHOTO)
    photo_in_frame = Rect(frame.left, frame.top, PHOTO.width, PHOTO.height)
    expected = mask_around(photo_in_frame, place.size)
    assert np.array_equal(document.levels(frame), expected)
    assert document.coverage(frame) == pytest.approx(1 - PHOTO.pixels / place.size.pixels)
    assert (document.painted, document.undo_steps, document.redo_steps) == (False, 0, 0)


@given(sequences)
def test_all_undone_is_the_beginning_and_all_redone_is_the_end(sequence: list[Edit]) -> None:
    document = MaskDocument(PHOTO)
    seen = [everything(document)]
    for edit in sequence:
        before = document.undo_steps
        edit(document)
        if document.undo_steps > before:
            seen.append(everything(document))
        else:
            assert np.array_equal(everything(document), seen[-1]), "changed without a step"
    steps = document.undo_steps
    assert steps == len(seen) - 1
    for expected in reversed(seen[:-1]):
        assert document.undo() is not None
        assert np.array_equal(everything(document), expected)
    assert document.undo() is None
    assert not document.painted
    for expected in seen[1:]:
        assert document.redo() is not None
        assert np.array_equal(everything(document), expected)
    assert document.redo() is None
    assert document.undo_steps == steps


@given(sequences, edits)
def test_undo_then_redo_is_the_identity(sequence: list[Edit], last: Edit) -> None:
    document = done([*sequence, last])
    before, painted = everything(document), document.painted
    undone = document.undo()
    redone = document.redo()
    assert (undone is None) == (redone is None)
    assert np.array_equal(everything(document), before)
    assert document.painted == painted


@given(sequences)
def test_the_same_edits_replayed_give_the_same_mask(sequence: list[Edit]) -> None:
    assert np.array_equal(everything(done(sequence)), everything(done(sequence)))


@given(sequences, st.lists(st.booleans(), max_size=6), edits)
def test_what_was_undone_and_redone_in_between_leaves_no_trace(
    sequence: list[Edit], moves: list[bool], last: Edit
) -> None:
    document = done(sequence)
    for back in moves:
        (document.undo if back else document.redo)()
    while document.redo():
        pass
    assert np.array_equal(everything(done([last], document)), everything(done([*sequence, last])))


@given(sequences, frames)
def test_what_is_sent_has_two_levels(sequence: list[Edit], frame: Margins) -> None:
    document = done(sequence)
    levels, soft = document.levels(frame), document.read(frame.frame(PHOTO))
    assert set(np.unique(levels)) <= {0, 255}
    assert np.array_equal(levels == 255, soft >= 128)
    assert document.coverage(frame) == pytest.approx((levels == 255).mean())


@given(sequences, st.lists(frames, min_size=2, max_size=4))
def test_a_frame_change_never_changes_the_mask(sequence: list[Edit], moved: list[Margins]) -> None:
    document = done(sequence)
    before, steps = everything(document), document.undo_steps
    for a, b in itertools.pairwise(moved):
        document.frame_moved(a, b)
    assert np.array_equal(everything(document), before)
    for a, b in reversed([(a, b) for a, b in itertools.pairwise(moved) if a != b]):
        undone = document.undo()
        assert undone is not None
        assert (undone.frame, undone.dirty) == (a, None)
        redone = document.redo()
        assert redone is not None
        assert redone.frame == b
        document.undo()
    assert document.undo_steps == steps
    assert np.array_equal(everything(document), before)


@given(sequences, edits)
def test_nothing_changes_outside_the_rectangle_that_is_told(sequence: list[Edit], last: Edit) -> None:
    document = done(sequence)
    before, steps = everything(document), document.undo_steps
    told = last(document)
    assert (document.undo_steps == steps) or np.array_equal(before, everything(document)) == ("frame" in last.name)
    undone = document.undo() if document.undo_steps > steps else None
    if undone is not None and isinstance(told, Rect):
        assert undone.dirty == told
    document.redo()
    after = everything(document)
    dirty = undone.dirty if undone else None
    if dirty is None:
        assert np.array_equal(before, after)
        return
    x, y = dirty.x - PLACE.x + 70, dirty.y - PLACE.y + 70
    outside = np.ones(before.shape, bool)
    outside[max(0, y) : max(0, y + dirty.height), max(0, x) : max(0, x + dirty.width)] = False
    assert np.array_equal(before[outside], after[outside])


@given(sequences, brushes, ways, st.booleans())
def test_a_cancelled_stroke_never_was(
    sequence: list[Edit], brush: Brush, way: list[tuple[float, float, float]], add: bool
) -> None:
    document = done(sequence)
    document.undo()
    before, painted, memory = everything(document), document.painted, document.memory
    steps = document.undo_steps, document.redo_steps
    document.begin_stroke(brush, add=add)
    told = [document.stroke_to(*point) for point in way]
    changed = not np.array_equal(everything(document), before)
    copied = document.copy()
    dirty = document.cancel_stroke()
    assert (dirty is not None) == any(told)
    assert not changed or dirty is not None
    for document_now in (document, copied):
        assert np.array_equal(everything(document_now), before)
    assert (document.undo_steps, document.redo_steps, document.painted) == (*steps, painted)
    assert document.memory == memory
    assert document.stroke_to(0, 0) is None, "the button may still be down"
    assert document.cancel_stroke() is None


@settings(max_examples=30)
@given(rects, st.booleans())
def test_a_rectangle_is_exact(rect: Rect, add: bool) -> None:
    document = MaskDocument(PHOTO)
    document.paint_rectangle(rect, add=add)
    plain = everything(MaskDocument(PHOTO))
    x, y = rect.x - PLACE.x + 70, rect.y - PLACE.y + 70
    plain[y : y + rect.height, x : x + rect.width] = 255 if add else 0
    assert np.array_equal(everything(document), plain)


def test_an_edit_that_changes_nothing_is_no_step() -> None:
    document = MaskDocument(PHOTO)
    document.paint_rectangle(Rect(10, 10, 50, 50), add=True)
    document.undo()
    kept, inside = Rect(20, 20, 5, 5), Margins(0, 0, 0, 0)
    assert document.paint_rectangle(kept, add=False) is None
    assert document.paint_polygon([(0, 0), (9, 9)], add=True) is None
    assert document.paint_polygon([(0, 0), (9, 9), (math.nan, 4)], add=True) is None
    assert document.fill(PHOTO.width, 3, inside, add=True) is None
    assert document.fill(4, 3, inside, add=False) is None
    assert document.grow(FRAME, 0) is None
    assert document.shrink(FRAME, -3) is None
    assert document.feather(FRAME, 0) is None
    assert document.feather(FRAME, math.nan) is None
    assert document.clear(inside) is None
    assert document.reset() is None
    assert document.put(inside, document.read(inside.frame(PHOTO))) is None
    document.frame_moved(inside, inside)
    assert (document.undo_steps, document.redo_steps) == (0, 1), "and what was undone can still be redone"


def test_an_edit_ends_the_stroke_under_way() -> None:
    document = MaskDocument(PHOTO)
    document.begin_stroke(Brush(20), add=True)
    document.stroke_to(50, 50)
    document.invert(FRAME)
    assert document.undo_steps == 2
    document.begin_stroke(Brush(20), add=False)
    document.stroke_to(150, 150)
    assert document.undo() is not None
    assert (document.undo_steps, document.redo_steps) == (2, 1)
    document.end_stroke()
    assert document.undo_steps == 2


def test_levels_of_another_size_are_refused() -> None:
    document = MaskDocument(PHOTO)
    for wrong in (np.zeros((3, 3), np.uint8), np.zeros((PLACE.height, PLACE.width), np.float32)):
        with pytest.raises(ValueError, match="do not fit"):
            document.put(FRAME, wrong)  # type: ignore[arg-type]
    assert document.undo_steps == 0


@given(polygons)
def test_what_is_painted_beyond_the_plane_is_dropped(points: list[tuple[float, float]]) -> None:
    document = MaskDocument(Size(20, 10))
    far = 1e12
    assert document.paint_rectangle(Rect(10**9, 10**9, 5, 5), add=False) is None
    assert document.paint_polygon([(x + far, y + far) for x, y in points], add=False) is None
    document.begin_stroke(Brush(1024), add=False)
    assert document.stroke_to(far, -far) is None
    assert document.stroke_to(math.inf, 0) is None
    assert document.stroke_to(0, 0, math.nan) is None
    document.end_stroke()
    assert not document.painted
