"""Models of a person's own: what is found out about fit ones, what is said of unfit ones, what is remembered."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.core.failures import Cancelled, FailureKind, ModelUnfit
from overscan.core.geometry import Size
from overscan.imaging.child import Limits
from overscan.imaging.foreign_model import ForeignModel, Layout, ModelKind, ValueRange, estimate, examine, spans
from overscan.imaging.model_book import FILE_NAME, ModelBook
from overscan.imaging.probing import Question, probe
from tests.imaging.conftest import Examined
from tests.imaging.models import UNFIT, enlarger, one_to_one
from tests.imaging.onnx_files import node, tensor

NO_TIME = Limits(seconds=0)
"""With these only what is remembered is told."""


def nobody(_: float) -> None:
    return None


def never() -> bool:
    return False


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def refused(path: Path, limits: Limits | None = None) -> ModelUnfit:
    with pytest.raises(ModelUnfit) as caught:
        examine(path, nobody, never, book=ModelBook(), limits=limits)
    failure = caught.value.failure
    assert failure.kind is FailureKind.MODEL
    assert failure.message.endswith(".") or "…" in failure.message or failure.code == "not-loaded"
    assert failure.remedy.endswith(".")
    return caught.value


EXPECTED: dict[str, dict[str, object]] = {
    "enlarge-x2": {"factor": 2, "reach": 2, "channels": 3, "multiple": 1, "dtype": "float32", "deterministic": True},
    "grey-x2": {"factor": 2, "reach": 2, "channels": 1},
    "rgba-x2": {"factor": 2, "reach": 2, "channels": 4},
    "fixed-48x80": {"factor": 2, "fixed": (48, 80), "tile": (48, 80), "reach": 2},
    "bytes": {"factor": 1, "range_in": ValueRange.BYTE, "range_out": ValueRange.BYTE, "reach": 2},
    "signed-to-unit": {"range_in": ValueRange.SIGNED, "range_out": ValueRange.UNIT, "reach": 0},
    "unit-to-bytes": {"range_in": ValueRange.UNIT, "range_out": ValueRange.BYTE},
    "channels-last": {"layout": Layout.NHWC, "factor": 2, "reach": 2},
    "half-precision": {"dtype": "float16", "factor": 2, "reach": 2},
    "multiples-of-4": {"multiple": 4, "reach": 3},
    "sees-everything": {"reach": None},
    "noisy": {"deterministic": False},
    "fill": {"kind": ModelKind.INPAINT, "tile": (512, 512), "fixed": None, "range_out": ValueRange.UNIT, "hole": 1},
    "fill-512": {"kind": ModelKind.INPAINT, "fixed": (512, 512), "range_out": ValueRange.BYTE, "mask": "mask"},
    "fill-inverted": {"kind": ModelKind.INPAINT, "hole": 0},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_model_is_comes_from_trying(name: str, examined: Examined) -> None:
    _, found = examined(name)
    assert {key: getattr(found, key) for key in EXPECTED[name]} == EXPECTED[name]
    assert found.seconds > 0
    assert all(side % found.multiple == 0 for side in found.tile)
    assert min(found.tile) - 2 * found.overlap >= 8


IN_A_PROCESS = {"too-slow": Limits(seconds=2), "too-large": None, "scale": None, "unknown-operator": None}
WITHOUT_ONE = {"empty", "not-onnx", "not-onnx-picture", "cut-short"}
"""Told from the file itself."""
SAID = {
    "scale-two-ways": "2 times as high and 3 times as wide",
    "unknown-operator": "com.acme:Dream",
    "channels": "1×2×?×?",
    "batch": "only 4 pictures",
    "type": "uint8",
    "too-small": "8×8",
}


@pytest.mark.parametrize("name", UNFIT)
def test_each_way_of_being_unfit_is_told_apart(name: str, tmp_path: Path) -> None:
    file = put(tmp_path / f"{name}.onnx", UNFIT[name]())
    if name in IN_A_PROCESS or name in WITHOUT_ONE:
        error = refused(file, IN_A_PROCESS.get(name))
    else:
        # What a process of its own would do, in this one: it takes half a second less.
        with pytest.raises(ModelUnfit) as caught:
            probe(Question(file, ""), nobody)
        error = caught.value
    assert error.failure.code in {name, name.rsplit("-", 1)[0], name.rsplit("-", 2)[0]}
    assert SAID.get(name, "") in error.failure.message
    assert not multiprocessing.active_children()


def test_a_folder_a_missing_file_and_an_impossible_name_are_told(tmp_path: Path) -> None:
    assert refused(tmp_path).failure.code == "folder"
    assert refused(tmp_path / "none.onnx").failure.code == "missing"
    assert refused(put(tmp_path / "file", b"x") / "below.onnx").failure.code == "missing"
    assert refused(tmp_path / ("n" * 300)).failure.code == "missing"
    assert refused(tmp_path / "a\0b").failure.code in ("missing", "not-readable")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="everything may be read here")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    file = put(tmp_path / "a.onnx", enlarger())
    file.chmod(0)
    assert refused(file).failure.code == "not-readable"


def test_without_onnxruntime_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "path" / "onnxruntime"
    broken.mkdir(parents=True)
    put(broken / "__init__.py", b"raise ImportError('no such library')\n")
    monkeypatch.syspath_prepend(str(broken.parent))
    error = refused(put(tmp_path / "a.onnx", enlarger()))
    assert error.failure.code == "no-runtime"
    assert "pip install onnxruntime" in error.failure.remedy


def test_a_model_that_brings_its_process_down_is_told(tmp_path: Path) -> None:
    file = put(tmp_path / "a.onnx", enlarger())

    def kill(_: float) -> None:
        for child in multiprocessing.active_children():
            child.kill()

    with pytest.raises(ModelUnfit) as caught:
        examine(file, kill, never, book=ModelBook())
    assert caught.value.failure.code == "crashed"


def test_an_examination_can_be_cancelled(tmp_path: Path) -> None:
    told: list[float] = []
    with pytest.raises(Cancelled):
        examine(put(tmp_path / "a.onnx", UNFIT["too-slow"]()), told.append, lambda: bool(told), book=ModelBook())
    assert not multiprocessing.active_children()


def test_weights_in_a_second_file_beside_a_name_of_any_kind_work(tmp_path: Path) -> None:
    folder = tmp_path / "我的 模型"
    folder.mkdir()
    scale = tensor("m", [1.0], external="权 重.data")
    file = put(folder / "放大 2×.onnx", one_to_one([node("Mul", ["x", "m"], "y")], [scale]))
    put(folder / "权 重.data", b"\x00\x00\x80\x3f")
    assert examine(file, nobody, never, book=ModelBook()).factor == 1


# ------------------------------------------------------------------ what is remembered


@pytest.fixture
def twice(examined: Examined) -> tuple[Path, ForeignModel]:
    return examined("enlarge-x2")


def test_contents_are_examined_once_wherever_they_lie(twice: tuple[Path, ForeignModel], tmp_path: Path) -> None:
    file, model = twice
    book = ModelBook()
    book.keep_in(tmp_path / "cache")
    assert book.known(file) is None
    book.remember(file, model)
    elsewhere = put(tmp_path / "b.onnx", file.read_bytes())
    assert book.known(elsewhere) is None
    assert examine(elsewhere, nobody, never, book=book, limits=NO_TIME) == model
    later = ModelBook()
    later.keep_in(tmp_path / "cache")
    assert later.known(file) == later.known(elsewhere) == model
    assert {path for path, _ in later.models()} == {str(file), str(elsewhere)}


def test_a_file_that_changed_is_examined_again(twice: tuple[Path, ForeignModel], tmp_path: Path) -> None:
    book = ModelBook()
    file = put(tmp_path / "a.onnx", twice[0].read_bytes())
    book.remember(file, twice[1])
    assert examine(file, nobody, never, book=book, limits=NO_TIME) == twice[1]
    put(file, enlarger(4))
    assert book.known(file) is None
    with pytest.raises(ModelUnfit) as caught:
        examine(file, nobody, never, book=book, limits=NO_TIME)
    assert caught.value.failure.code == "too-slow"


def test_why_a_file_is_unfit_is_remembered_until_the_file_changes(tmp_path: Path) -> None:
    book = ModelBook()
    file = put(tmp_path / "a.onnx", b"no model")
    assert book.refusal(file) is None
    with pytest.raises(ModelUnfit) as caught:
        examine(file, nobody, never, book=book)
    assert book.refusal(file) == caught.value.failure
    put(file, enlarger(4))
    assert book.refusal(file) is None
    assert examine(file, nobody, never, book=book).factor == 4
    assert book.refusal(file) is None


def _garbled(page: bytes) -> bytes:
    return page[: len(page) // 2]


def _of_another_version(page: bytes) -> bytes:
    return page.replace(b'"version": "', b'"version": "0.', 1)


@pytest.mark.parametrize("spoil", [_garbled, _of_another_version, lambda page: b"\xff\xfe[]"])
def test_a_book_that_says_nothing_usable_is_begun_anew(
    spoil: Callable[[bytes], bytes], twice: tuple[Path, ForeignModel], tmp_path: Path
) -> None:
    book = ModelBook()
    book.keep_in(tmp_path)
    book.remember(*twice)
    page = tmp_path / FILE_NAME
    page.write_bytes(spoil(page.read_bytes()))
    again = ModelBook()
    again.keep_in(tmp_path)
    assert again.known(twice[0]) is None
    again.remember(*twice)
    assert again.known(twice[0]) == twice[1]


def test_a_book_that_cannot_be_written_is_one_in_memory(twice: tuple[Path, ForeignModel], tmp_path: Path) -> None:
    book = ModelBook()
    book.keep_in(put(tmp_path / "file", b"no folder"))
    book.remember(*twice)
    assert book.known(twice[0]) == twice[1]


# ------------------------------------------------------------------ what is told beforehand


@given(
    length=st.integers(1, 400), tile=st.integers(2, 40), overlap=st.integers(0, 20), multiple=st.sampled_from([1, 2, 4])
)
def test_tiles_give_every_pixel_once_and_far_from_their_edges(
    length: int, tile: int, overlap: int, multiple: int
) -> None:
    length, tile = length * multiple, tile * multiple
    overlap = min(overlap, (tile - multiple) // 2)
    cut = spans(length, tile, overlap, multiple)
    assert [first for _, first, _ in cut] == [0, *(last for _, _, last in cut[:-1])]
    assert cut[-1][2] == length
    for start, first, last in cut:
        assert start % multiple == 0
        assert first < last
        assert start <= first
        assert last <= start + tile
        assert first == 0 or first - start >= overlap
        assert last == length or start + tile - last >= overlap


def test_an_estimate_goes_with_the_tiles(twice: tuple[Path, ForeignModel]) -> None:
    model = twice[1].model_copy(update={"seconds": 2.0, "tile": (128, 128), "reach": 14, "memory": 200_000_000})
    small, large = estimate(model, Size(100, 100)), estimate(model, Size(1000, 1000))
    tiles = len(spans(1028, 128, 14, 1)) ** 2
    assert large.seconds - small.seconds == pytest.approx(2.0 * (tiles - 1), rel=0.01)
    assert large.memory == small.memory > 200_000_000
