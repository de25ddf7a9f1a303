"""Models that are examined once for all tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pytest

from overscan.imaging.foreign_model import ForeignModel, examine
from overscan.imaging.model_book import ModelBook, hash_of
from overscan.imaging.probing import Question, probe
from tests.imaging.models import FIT

IN_A_PROCESS = {"enlarge-x2", "fixed-48x80", "fill"}
"""These are examined as always, the others in the tests' own process: each process takes half a second to begin."""

Examined: TypeAlias = Callable[[str], tuple[Path, ForeignModel]]
"""A fit model's file and what was found out about it, by its name."""


@pytest.fixture(scope="session")
def examined(tmp_path_factory: pytest.TempPathFactory) -> Examined:
    folder = tmp_path_factory.mktemp("models")

    @cache
    def look(name: str) -> tuple[Path, ForeignModel]:
        file = folder / f"{name}.onnx"
        file.write_bytes(FIT[name]())
        if name in IN_A_PROCESS:
            return file, examine(file, lambda share: None, lambda: False, book=ModelBook())
        return file, probe(Question(file, hash_of(file)), lambda share: None)

    return look
