"""``--frame`` and ``--mask``: the canvas of every photo of a run, checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from overscan.core.failures import InvalidParameter, PhotoError, UsageError
from overscan.core.geometry import Margins
from overscan.core.providers import AnyProvider, Operation
from overscan.core.requests import Canvas, MaskRef
from overscan.core.text import tr

_FRAME: Final = re.compile(r"\s*([0-9]{1,9})\s*(?:,\s*([0-9]{1,9})\s*){3}", re.ASCII)
_SIDES: Final = ("top", "bottom", "left", "right")


def canvas_of(
    frame: str | None, mask: str | None, providers: Sequence[AnyProvider], settings: Sequence[str]
) -> Canvas | None:
    """The canvas that was typed, ``None`` for none. A mask alone means a frame of the photo's own size.

    Raises :class:`UsageError` for what concerns the whole run: numbers without sense, a mask that cannot be read or
    has one level, a chosen provider that takes neither, ratios beside it.
    """
    if frame is None and mask is None:
        return None
    _refuse_providers(providers, with_mask=mask is not None)
    _refuse_ratios(settings)
    margins = _margins(frame) if frame is not None else Margins(0, 0, 0, 0)
    if mask is None:
        if not margins.grows:
            raise InvalidParameter(
                tr("--frame {frame} adds nothing, so there is nothing to generate.", frame=frame),
                tr("Make one side at least larger than 0, or add --mask."),
            )
        return Canvas(frame=margins)
    return Canvas(frame=margins, mask=_mask(mask))


def _refuse_providers(providers: Sequence[AnyProvider], *, with_mask: bool) -> None:
    expansions = [p.info for p in providers if p.info.operation is Operation.EXPAND]
    if not expansions:
        raise UsageError(
            tr("No chosen provider takes a frame or a mask."), tr("Add an expansion with -p, or leave them out.")
        )
    for info in expansions:
        if not info.takes_frame:
            raise UsageError(
                tr("{provider} takes no frame or mask.", provider=info.id),
                tr("Use -s top=, bottom=, left= and right=, or another provider."),
            )
        if with_mask and not info.takes_mask:
            raise UsageError(
                tr("{provider} takes no mask.", provider=info.id), tr("Leave out --mask, or choose another provider.")
            )


def _refuse_ratios(settings: Sequence[str]) -> None:
    for setting in settings:
        name = setting.partition("=")[0].rpartition(".")[2]
        if name in _SIDES:
            raise InvalidParameter(
                tr("{name} is a share of the photo, and --frame or --mask says the same in pixels.", name=name),
                tr("Give either the frame or the shares."),
            )


def _margins(text: str) -> Margins:
    if _FRAME.fullmatch(text) is None:
        raise InvalidParameter(
            tr("“{frame}” is no frame.", frame=text),
            tr("Write --frame LEFT,TOP,RIGHT,BOTTOM: four whole numbers of pixels, 0 or more."),
        )
    left, top, right, bottom = map(int, text.split(","))
    return Margins(top=top, bottom=bottom, left=left, right=right)


def _mask(text: str) -> MaskRef:
    """The mask that was typed, looked at as far as it is here. Raises :class:`PhotoError`."""
    if re.match(r"(?i)https?://", text):
        return MaskRef(url=text)
    # What decodes images is slow to load, and most runs have no mask.
    from overscan.imaging.mask import load_mask, open_mask, refuse_uniform

    try:
        path = Path(text).expanduser()
        if not path.exists():
            raise PhotoError(tr("There is no mask {path}.", path=text), tr("Check the path."))
        ref = open_mask(path)
        refuse_uniform(load_mask(path, ref.sha256), path.name)
    except (OSError, RuntimeError, ValueError) as error:
        raise PhotoError(tr("{path} cannot be opened: {reason}.", path=text, reason=error)) from error
    return ref
