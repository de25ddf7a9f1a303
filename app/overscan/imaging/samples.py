"""The types of arrays of pixels."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Samples: TypeAlias = np.ndarray[Any, np.dtype[np.integer[Any] | np.floating[Any]]]
"""H×W×C, straight alpha last: 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA; uint8 or uint16 over their full range.

The element type is as wide as OpenCV's own declarations, which name no narrower one.
"""
Samples8: TypeAlias = npt.NDArray[np.uint8]
"""The same at 8 bits."""


def peak_of(dtype: np.dtype[Any]) -> int:
    """The largest value of a sample: 255 or 65535."""
    return int(np.iinfo(dtype).max)
