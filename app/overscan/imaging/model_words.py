"""What was found out about a model of the person's own, in words."""

from __future__ import annotations

from overscan.core.estimate_words import memory_words, time_words
from overscan.core.geometry import Size
from overscan.core.text import tr
from overscan.imaging.foreign_model import ForeignModel, ModelKind, estimate

_TYPICAL = Size(4000, 3000)


def model_lines(model: ForeignModel) -> tuple[str, ...]:
    """What it does and takes, and what to beware of, one thing a line."""
    picture = {1: tr("grey pictures"), 3: tr("RGB pictures"), 4: tr("RGB pictures with transparency")}[model.channels]
    lines = [f"{_does(model)}: {picture}, {_size(model)}."]
    took = estimate(model, _TYPICAL)
    memory = tr(", {memory}", memory=memory_words(took.memory)) if model.memory else ""
    lines.append(tr("12 megapixels: {time}{memory}.", time=time_words(took.seconds), memory=memory))
    if model.kind is ModelKind.ENLARGE and model.reach is None:
        lines.append(tr("It looks at the whole picture at once: tiles may differ where they meet."))
    if not model.deterministic:
        lines.append(tr("Its results differ a little from run to run."))
    return tuple(lines)


def _does(model: ForeignModel) -> str:
    if model.kind is ModelKind.INPAINT:
        return tr("Fills holes (for expanding)")
    if model.factor == 1:
        return tr("Repairs at the same size")
    return tr("Enlarges ×{factor}", factor=model.factor)


def _size(model: ForeignModel) -> str:
    if model.fixed is not None:
        return tr("only {width}×{height} pixels at a time", width=model.fixed[1], height=model.fixed[0])
    return tr("any size")
