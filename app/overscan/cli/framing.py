"""``--frame``, ``--mask`` and ratios beyond a service's own: what each photo is laid into, checked at first."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from overscan.core.failures import InvalidParameter, PhotoError, UsageError
from overscan.core.geometry import Margins, Size
from overscan.core.parameters import SIDES, Value, by_role, validate
from overscan.core.plan import Choice, Plan
from overscan.core.providers import AnyProvider, Operation
from overscan.core.requests import Canvas, MaskRef, Photo
from overscan.core.text import tr
from overscan.imaging.frame import largest

_FRAME: Final = re.compile(r"\s*([0-9]{1,9})\s*(?:,\s*([0-9]{1,9})\s*){3}", re.ASCII)
_SIDES: Final = ("top", "bottom", "left", "right")


@dataclass(frozen=True, slots=True)
class Framing:
    """What each photo is laid into: one ``canvas`` for all, or for the providers in ``ratios`` (by id) a frame of so
    many photos' heights and widths on each side."""

    canvas: Canvas | None = None
    ratios: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def asked(self) -> bool:
        return self.canvas is not None or bool(self.ratios)

    def fit(self, photo: Photo, choice: Choice) -> tuple[Photo, Choice]:
        """For :func:`make_plan`. Raises :class:`PhotoError` where there is nothing to lay into a frame."""
        ratios = self.ratios.get(choice.provider.info.id)
        if ratios is None:
            return replace(photo, canvas=self.canvas), choice
        if photo.ref.size is None:
            raise PhotoError(
                tr("A photo that is sent by its URL cannot be laid into a frame."),
                tr("Leave out --url, or give ratios above 0 and up to 1."),
            )
        return replace(photo, canvas=Canvas(frame=_frame(photo.ref.size, ratios))), choice


def framing_of(choices: Sequence[Choice], canvas: Canvas | None) -> tuple[list[Choice], Framing]:
    """The choices without the ratios that their services cannot be told, and the frames that say these instead.

    A service's ratios cannot be 0, and end at 1; one that can fill any frame gets one in the place of such ratios.
    Raises :class:`InvalidParameter` for a ratio that is no number of 0 or more.
    """
    kept: list[Choice] = []
    framed: dict[str, Mapping[str, float]] = {}
    for choice in choices:
        ratios = _beyond(choice)
        if ratios is None:
            kept.append(choice)
            continue
        framed[choice.provider.info.id] = ratios
        sides = {spec.name for role, spec in by_role(choice.provider.info.parameters).items() if role in SIDES}
        kept.append(
            replace(choice, parameters={name: value for name, value in choice.parameters.items() if name not in sides})
        )
    return kept, Framing(canvas, framed)


def _beyond(choice: Choice) -> dict[str, float] | None:
    """All four ratios, by side, where some of those given are beyond what the provider's own parameters allow."""
    info = choice.provider.info
    sides = {role.value: spec for role, spec in by_role(info.parameters).items() if role in SIDES}
    given = {side: choice.parameters[spec.name] for side, spec in sides.items() if spec.name in choice.parameters}
    if info.operation is not Operation.EXPAND or not info.takes_frame or len(sides) < len(SIDES) or not given:
        return None
    for side, ratio in given.items():
        if not _is_ratio(ratio):
            raise InvalidParameter(
                tr("{name}={value} is not possible.", name=sides[side].name, value=ratio),
                tr("Allowed: 0 or more. Shares above 0 and up to 1 are sent as they are, others as a frame."),
            )
    names = {spec.name for spec in sides.values()}
    others = {name: value for name, value in choice.parameters.items() if name not in names}
    validate(info.parameters, others)  # what is wrong with these is not made better by a frame
    try:
        validate(info.parameters, choice.parameters)
    except InvalidParameter:
        ratios = {side: given.get(side, spec.default) for side, spec in sides.items()}
        return {side: float(ratio) for side, ratio in ratios.items() if isinstance(ratio, int | float)}
    return None


def _is_ratio(value: Value) -> bool:
    try:
        return isinstance(value, int | float) and math.isfinite(value) and value >= 0
    except OverflowError:  # a whole number beyond all floats
        return False


def _frame(size: Size, ratios: Mapping[str, float]) -> Margins:
    """Raises :class:`PhotoError` for a frame beyond what can be set in the window as well."""
    too_large = PhotoError(
        tr("The frame would be longer than {side} pixels.", side=largest(size.long_edge)), tr("Give smaller ratios.")
    )
    try:
        frame = Margins.from_ratios(size, **ratios)
    except ValueError as error:
        raise too_large from error
    grown = frame.grow(size)
    if grown.width > largest(size.width) or grown.height > largest(size.height):
        raise too_large
    return frame


def refuse_unframed(plan: Plan) -> None:
    """Raise :class:`UsageError` where frame, mask or ratios go with none of the photos: there is nothing to run."""
    if not plan.jobs and plan.refusals:
        failure = plan.refusals[0].failure
        raise UsageError(failure.message, failure.remedy)


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
