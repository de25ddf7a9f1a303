"""The part of the catalogue about what a task brings, and about callbacks."""

from __future__ import annotations

from tests.simulator import alterations as made
from tests.simulator.log import Stage
from tests.simulator.named import NamedFault, named
from tests.simulator.services import ALL, CALLING_BACK, EXPAND
from tests.simulator.task_faults import Altered, CallsBack
from tests.simulator.tasks import Alteration, CallbackStyle

ENLARGING = ALL - {EXPAND}


def _result(number: str, alteration: Alteration, services: frozenset[str] = ALL) -> NamedFault:
    return named(number, Stage.SUBMIT, Altered(alteration), services=services)


RESULTS = {
    "result-factor-ignored": _result("F18", made.factor_ignored, ENLARGING),
    "result-sixteen-bit": _result("F55", made.sixteen_bit),
    "result-cmyk": _result("F55", made.cmyk),
    "result-turned-by-exif": _result("F55", made.turned_by_exif),
    "result-animated": _result("F55", made.animated),
    "result-stereo": _result("F55", made.stereo),
    "result-without-alpha": _result("F56", made.without_alpha),
    "result-rounded": _result("F60", made.rounded),
    "result-capped": _result("F60", made.capped),
    "result-is-input": _result("F61", made.input_again),
    "result-without-profile": _result("F63", made.without_profile),
    "result-polarity-inverted": _result("F70", made.inverted_mask, frozenset({EXPAND})),
    "result-kept-area-redrawn": _result("F70", made.kept_area_redrawn, frozenset({EXPAND})),
    **{
        f"callback-{style.name.lower()}": named("F80", Stage.SUBMIT, CallsBack(style), services=CALLING_BACK)
        for style in CallbackStyle
        if style is not CallbackStyle.HONEST
    },
}
