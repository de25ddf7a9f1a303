"""Finding what came with the program."""

from __future__ import annotations

import pytest

from overscan.core.failures import StorageProblem
from overscan.imaging.bundled import bundled


def test_files_and_folders_are_found() -> None:
    assert bundled("sample.jpg").is_file()
    assert bundled("models/natural-x2.onnx").is_file()
    assert bundled("models").is_dir()


def test_what_is_missing_is_named_with_a_remedy() -> None:
    with pytest.raises(StorageProblem, match=r"models/no-such\.onnx") as caught:
        bundled("models/no-such.onnx")
    assert "Install" in caught.value.failure.remedy
