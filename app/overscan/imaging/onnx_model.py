"""Running one of the program's own networks with onnxruntime, which is loaded only when the first one is opened."""

from __future__ import annotations

import importlib
import os
import threading
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TypeAlias
from weakref import WeakValueDictionary

import numpy as np

from overscan.imaging.resample import Floats

_SILENT: Final = 4
"""onnxruntime's log level that says nothing: what goes wrong is raised, and told by whoever catches it."""
_Key: TypeAlias = tuple[str, int, int]


class ModelTrouble(StrEnum):
    """Why a network could not be run."""

    NO_RUNTIME = "no_runtime"
    BAD_FILE = "bad_file"
    NO_MEMORY = "no_memory"
    FAILED = "failed"


class ModelFailed(Exception):
    """A network could not be opened or run; ``reason`` is for a log, never for people."""

    def __init__(self, trouble: ModelTrouble, reason: str) -> None:
        super().__init__(reason)
        self.trouble = trouble
        self.reason = reason


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class OnnxModel:
    """A network of this project: one input N×3×H×W, RGB in 0 to 1; one output, ``factor`` times as wide and high.

    ``reach`` is how many input pixels around a pixel its result depends on. Threads may share a model.
    """

    factor: int
    reach: int
    _session: Any

    @classmethod
    def open(cls, path: Path) -> OnnxModel:
        """The network in ``path``. As long as anyone holds it, whoever asks again gets the same; then it is freed.

        Raises :class:`ModelFailed`.
        """
        try:
            found = path.stat()
        except OSError as error:
            raise ModelFailed(ModelTrouble.BAD_FILE, str(error)) from error
        key = str(path.resolve()), found.st_mtime_ns, found.st_size
        with _lock:
            model = _open.get(key)
            if model is None:
                model = _open[key] = _load(cls, path)
        return model

    def run(self, tile: Floats) -> Floats:
        """``tile`` (N×3×H×W) enlarged, not clipped; other threads go on meanwhile.

        The network pads with zeros, so the outermost ``reach`` input pixels' worth of the result are to be dropped.
        Raises :class:`ModelFailed`.
        """
        try:
            # The networks take one picture at a time.
            parts = [self._session.run(None, {"x": np.ascontiguousarray(one[None])})[0] for one in tile]
        except Exception as error:  # onnxruntime's exceptions have no common class of their own
            raise _failed(error) from error
        enlarged: Floats = parts[0] if len(parts) == 1 else np.concatenate(parts)
        count, channels, height, width = tile.shape
        if enlarged.shape != (count, channels, height * self.factor, width * self.factor):
            raise ModelFailed(ModelTrouble.FAILED, f"{tile.shape} became {enlarged.shape}")
        if not np.isfinite(enlarged).all():
            raise ModelFailed(ModelTrouble.FAILED, "the result is not finite")
        return enlarged


_open: Final[WeakValueDictionary[_Key, OnnxModel]] = WeakValueDictionary()
_lock: Final = threading.Lock()


def _load(cls: type[OnnxModel], path: Path) -> OnnxModel:
    runtime = _runtime()
    try:
        options = runtime.SessionOptions()
        options.intra_op_num_threads = os.cpu_count() or 1
        options.log_severity_level = _SILENT
        # Threads that wait for work sleep: they would take the cores that the window and the other jobs need.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        told = session.get_modelmeta().custom_metadata_map
        model = cls(int(told["factor"]), int(told["reach"]), session)
    except (KeyError, ValueError) as error:
        raise ModelFailed(ModelTrouble.BAD_FILE, f"factor and reach are not told: {error}") from error
    except Exception as error:  # as above
        failed = _failed(error)
        trouble = ModelTrouble.NO_MEMORY if failed.trouble is ModelTrouble.NO_MEMORY else ModelTrouble.BAD_FILE
        raise ModelFailed(trouble, failed.reason) from error
    if model.factor < 1 or model.reach < 0:
        raise ModelFailed(ModelTrouble.BAD_FILE, f"factor {model.factor} and reach {model.reach} make no sense")
    return model


def _runtime() -> ModuleType:
    try:
        runtime = importlib.import_module("onnxruntime")
        # On Windows the library reports its use to its maker unless it is told not to.
        runtime.disable_telemetry_events()
    except Exception as error:  # a broken installation fails in many ways
        raise ModelFailed(ModelTrouble.NO_RUNTIME, f"{type(error).__name__}: {error}") from error
    return runtime


def _failed(error: Exception) -> ModelFailed:
    text = f"{type(error).__name__}: {error}"
    short = isinstance(error, MemoryError) or "allocat" in text.lower() or "bad_alloc" in text.lower()
    return ModelFailed(ModelTrouble.NO_MEMORY if short else ModelTrouble.FAILED, text)
