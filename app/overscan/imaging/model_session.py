"""One opened ONNX model of a person's own, between pictures and tensors. Used in a process of its own only."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from overscan.imaging import unfit
from overscan.imaging.foreign_model import ForeignModel, Layout, ModelKind

if TYPE_CHECKING:
    import onnxruntime

Floats: TypeAlias = npt.NDArray[np.float32]
"""H×W×C, in 0..1 unless said."""

_ARENAS: Final = (-8, 2)
"""M_ARENA_MAX of glibc's ``mallopt``, and how many."""
_OPERATORS: Final = (
    re.compile(r"Fatal error: (?P<op>\S+?)(?:\(-?\d+\))? is not a registered function/op"),
    re.compile(r"No Op registered for (?P<op>\S+) with domain_version"),
)


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Load the model. Raises ``ModelUnfit`` with what onnxruntime says, in plainer words."""
    try:
        import onnxruntime as ort
    except (ImportError, OSError) as error:
        raise unfit.no_runtime() from error
    if sys.platform == "linux":
        # Each thread's own arena takes 128 MB of addresses, which count against the limit of memory.
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(*_ARENAS)
    ort.set_default_logger_severity(4)
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = _cores()
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except MemoryError:
        raise
    except Exception as error:
        raise _explained(path.name, str(error), ort.__version__) from error


def _cores() -> int:
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _explained(name: str, words: str, version: str) -> Exception:
    low = words.lower()
    if "bad_alloc" in low or "allocate memory" in low:
        return MemoryError(words)
    if "unsupported model ir version" in low or "is under development" in low or "only *guarantees*" in low:
        return unfit.too_new(name, version)
    if "protobuf parsing failed" in low or "invalid_protobuf" in low:
        return unfit.not_onnx(name)
    for pattern in _OPERATORS:
        if found := pattern.search(words):
            return unfit.unknown_operator(name, found["op"])
    if "external data" in low or "external initializer" in low or "filesystem error" in low:
        return unfit.weights_missing(name)
    if "no_suchfile" in low:
        return unfit.missing(name)
    return unfit.not_loaded(name, first_words(words))


def first_words(words: str) -> str:
    """The part of onnxruntime's message that a person may make something of."""
    text = re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", words.strip().splitlines()[0] if words.strip() else "")
    text = re.sub(r"Load model from .+ failed:\s*", "", text)
    text = re.sub(r"/\S+\.(?:cc|h):\d+ [^()]*\([^()]*\) ", "", text)
    return text if len(text) <= 160 else text[:157] + "…"


class ModelSession:
    """An opened model and how pictures become its tensors."""

    def __init__(self, session: onnxruntime.InferenceSession, model: ForeignModel) -> None:
        self._session, self._model = session, model

    @classmethod
    def open(cls, path: Path, model: ForeignModel) -> ModelSession:
        return cls(open_session(path), model)

    def run(self, picture: Floats, mask: Floats | None = None) -> Floats:
        """The result for ``picture`` (H×W×C), not clipped; ``mask`` (H×W, 1 = hole) for a model that fills.

        Raises what onnxruntime raises.
        """
        model = self._model
        values = picture * np.float32(model.range_in.span) + np.float32(model.range_in.low)
        feed = {model.image: self.tensor(values)}
        if model.kind is ModelKind.INPAINT and mask is not None:
            feed[model.mask] = self.tensor((mask if model.hole else 1 - mask)[:, :, None])
        raw = self.picture(self.raw(feed))
        return np.asarray((raw - np.float32(model.range_out.low)) / np.float32(model.range_out.span), np.float32)

    def tensor(self, picture: Floats) -> npt.NDArray[np.floating]:
        """H×W×C as the model wants it."""
        tensor = picture[None] if self._model.layout is Layout.NHWC else picture.transpose(2, 0, 1)[None]
        return np.ascontiguousarray(tensor, np.float16 if self._model.dtype == "float16" else np.float32)

    def picture(self, tensor: npt.NDArray[np.floating]) -> Floats:
        first = tensor[0]
        return np.asarray(first if self._model.layout is Layout.NHWC else first.transpose(1, 2, 0), np.float32)

    def raw(self, feed: Mapping[str, npt.NDArray[np.floating]]) -> npt.NDArray[np.floating]:
        (result,) = self._session.run([self._model.output], dict(feed))
        return np.asarray(result)
