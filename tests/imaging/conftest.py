"""Models that are examined once for all tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pytest

from overscan.imaging.foreign_model import ForeignModel, examine
from overscan.imaging.model_book import ModelBook
from tests.imaging.models import FIT

Examined: TypeAlias = Callable[[str], tuple[Path, ForeignModel]]
"""A fit model's file and what was found out about it, by its name."""


@pytest.fixture(scope="session")
def examined(tmp_path_factory: pytest.TempPathFactory) -> Examined:
    folder = tmp_path_factory.mktemp("models")

    @cache
    def look(name: str) -> tuple[Path, ForeignModel]:
        file = folder / f"{name}.onnx"
        file.write_bytes(FIT[name]())
        return file, examine(file, lambda share: None, lambda: False, book=ModelBook())

    return look
