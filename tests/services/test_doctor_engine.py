"""What ``doctor`` tells of the built-in engine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from overscan.imaging.bundled import bundled
from overscan.imaging.foreign_model import examine
from overscan.imaging.model_book import ModelBook
from overscan.services.doctor_engine import networks, own_models, patches
from tests.imaging.models import enlarger


def test_the_engine_works_here() -> None:
    assert networks().ok is True
    assert "5 run" in networks().text
    assert patches().ok is True


def test_a_missing_runtime_is_named_with_what_happens_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    found = networks()
    assert found.ok is False
    assert "natural ×2" in found.text
    assert "without it meanwhile" in found.remedy


def test_a_damaged_network_is_named(tmp_path: Path) -> None:
    for file in bundled("models/fast-x2.onnx").parent.glob("*.onnx"):
        (tmp_path / file.name).write_bytes(file.read_bytes()[: 900 if file.name == "repair-x4.onnx" else None])
    found = networks(tmp_path)
    assert found.ok is False
    assert found.text.startswith("repair ×4")


def test_own_models_are_told_by_name_and_what_they_do(tmp_path: Path) -> None:
    assert own_models(tmp_path / "cache").ok is None
    book = ModelBook()
    book.keep_in(tmp_path / "cache")
    for name in ("放大.onnx", "gone.onnx"):
        (tmp_path / name).write_bytes(enlarger(2))
        examine(tmp_path / name, lambda _: None, lambda: False, book=book)
    (tmp_path / "gone.onnx").unlink()
    found = own_models(tmp_path / "cache")
    assert found.ok is True
    assert "2 known" in found.text
    assert "放大.onnx: Enlarges ×2" in found.text
    assert "gone.onnx (not there any more)" in found.text
    assert str(tmp_path) not in found.text
