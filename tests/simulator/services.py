"""The names of the simulated services, and which of them a path belongs to."""

from __future__ import annotations

from typing import Final

SCALE: Final = "scale"
SCALE_PRO: Final = "scale-pro"
EXPAND: Final = "advanced-image-expand"
GPTGE_SCALE: Final = "gptge-scale"
UPSCALER: Final = "image-upscaler"
ALL: Final = frozenset({SCALE, SCALE_PRO, EXPAND, GPTGE_SCALE, UPSCALER})
NUMBERED: Final = ALL - {UPSCALER}
"""Those whose states are numbers and whose results stand in `image`."""
CALLING_BACK: Final = frozenset({GPTGE_SCALE, UPSCALER})


def service_of(path: str) -> str:
    """The service that a path of the API or of the storage belongs to; empty for none."""
    if path.startswith("/task/"):
        return GPTGE_SCALE
    if path.startswith("/temp/") or path.endswith(f"/{UPSCALER}"):
        return UPSCALER
    for root in ("/api/tasks/visual/", "/tasks/output/"):
        if path.startswith(root):
            return path.removeprefix(root).partition("/")[0]
    return ""
