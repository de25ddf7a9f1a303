"""From measures to the words of the panel: values for each result, and what is wrong with its colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from overscan.core.text import tr
from overscan.ui.compare.contents import result_key
from overscan.ui.compare.items import ResultItem
from overscan.ui.compare.measure_table import Column
from overscan.ui.compare.measuring import Measuring
from overscan.ui.compare.registrations import Registrations

if TYPE_CHECKING:
    from overscan.imaging.measure import Measures
    from overscan.imaging.measure_words import MeasureInfo

_COLOUR: Final = frozenset({"ciede2000_p95", "colour_cause"})
"""The measures that stand in the attention colour where a result has other colours than the original."""


def columns_of(
    items: Sequence[ResultItem], infos: Sequence[MeasureInfo], measuring: Measuring, registrations: Registrations
) -> tuple[Column, ...]:
    """One column for each result in the order of the stage; a result without a file has no values."""
    from overscan.imaging.measure_words import text_of

    columns = []
    for number, item in enumerate(items, start=1):
        told = measuring.told(item.key)
        texts = {info.key: text_of(info, told.measures) for info in infos} if told.measures is not None else {}
        wrong = _COLOUR if told.measures is not None and colour_words(told.measures) else frozenset[str]()
        tip = "\n".join(line for line in (item.title, told.failure, registrations.mismatch(result_key(item))) if line)
        columns.append(Column(number, item.title, texts, wrong, told.fresh, tip))
    return tuple(columns)


def remarks_on(items: Sequence[ResultItem], measuring: Measuring) -> tuple[str, ...]:
    """What a person should know of the results' colours, and why a result could not be measured."""
    lines = []
    for number, item in enumerate(items, start=1):
        told = measuring.told(item.key)
        words = told.failure or (colour_words(told.measures) if told.measures is not None else "")
        if words:
            lines.append(tr("{n} {name}: {words}", n=number, name=item.title, words=words))
    return tuple(lines)


def colour_words(measures: Measures) -> str:
    """Why the colours are others, where they are; else empty."""
    from overscan.imaging.measure import ColourCause

    if measures.colour_cause is ColourCause.PROFILE_LOST:
        return tr("dropped the colour profile")
    if measures.colour_cause is ColourCause.CHANGED:
        return tr("changed the colours (not an ICC loss)")
    return ""
