"""The plan of an expansion: each photo goes by its own frame and mask, whatever the providers call them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from overscan.core.delivery import Reach
from overscan.core.failures import PhotoError
from overscan.core.parameters import SIDES, Value, by_role
from overscan.core.plan import Choice, Plan, PlannedJob, Refusal, Target, make_plan
from overscan.core.providers import Account
from overscan.core.requests import Canvas, Photo

if TYPE_CHECKING:
    from overscan.ui.edit.expansion import Expansion


def plan_of(
    photos: Sequence[Photo],
    choices: Sequence[Choice],
    target: Target,
    expansion: Expansion | None,
    *,
    has_key: Callable[[Account], bool],
    usd_per_credit: float,
    reach: Reach,
) -> Plan:
    """As :func:`make_plan`; with an ``expansion``, which is not waiting for any of the photos, by their frames."""

    def planned(some: Sequence[Photo], by: Sequence[Choice]) -> Plan:
        return make_plan(some, by, target, has_key=has_key, usd_per_credit=usd_per_credit, reach=reach)

    if expansion is None:
        return planned(photos, choices)
    jobs: list[PlannedJob] = []
    refusals: list[Refusal] = []
    for photo in photos:
        try:
            canvas = expansion.canvas_of(photo)
        except PhotoError as error:
            named = dict.fromkeys(choice.provider.info.id for choice in choices)
            refusals += [Refusal(photo.ref.name, provider, error.failure) for provider in named]
            continue
        ratios = expansion.ratios_of(photo)
        for choice in choices:
            part = planned([_framed(photo, canvas, choice, expansion)], [_by_ratios(choice, canvas, ratios)])
            jobs += part.jobs
            refusals += part.refusals
    return Plan(tuple(jobs), tuple(dict.fromkeys(refusals)))


def _framed(photo: Photo, canvas: Canvas | None, choice: Choice, expansion: Expansion) -> Photo:
    """The photo with the canvas that this provider has to fill; one without four sides fills one in either mode."""
    info = choice.provider.info
    margins = expansion.margins_of(photo)
    if canvas is None and margins is not None and info.takes_frame and not by_role(info.parameters).keys() >= SIDES:
        canvas = Canvas(frame=margins)
    return replace(photo, canvas=canvas)


def _by_ratios(choice: Choice, canvas: Canvas | None, ratios: dict[str, float]) -> Choice:
    """The choice with the frame as its four sides; they have no meaning beside a canvas."""
    sides = by_role(choice.provider.info.parameters)
    if canvas is not None or not sides.keys() >= SIDES:
        return choice
    values: dict[str, Value] = {sides[role].name: ratios[role.value] for role in sorted(SIDES)}
    return replace(choice, parameters={**choice.parameters, **values})
