"""PicWish image expansion: ``POST /api/tasks/visual/advanced-image-expand`` and its status query.

Every name, range and default below is of the vendor's document "Image Expansion API", save two: that a prompt has
at most 200 characters is what the service itself answers to a longer one, and that ``strength`` ends at 0 and 1 is
how its sentence about 0 and its recommended range are read. The document names no price.

The service has two modes. With a mask it fills a canvas: the photo as sent is then the whole frame. Without one it
goes by the four ratios, which cannot be 0.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias
from urllib.parse import quote

from pydantic import Field, model_validator

from overscan.core.calls import INLINE_IMAGE_CAP, HttpCall, Links, Reply
from overscan.core.failures import PhotoError
from overscan.core.geometry import Margins, Size
from overscan.core.images import ImageFormat
from overscan.core.money import Cost
from overscan.core.parameters import Parameters, Role, Shown, Value, validate
from overscan.core.providers import Limits, Operation, ProviderInfo, TaskStatus
from overscan.core.requests import Canvas, Request
from overscan.core.text import mark, tr
from overscan.providers.accounts import PICWISH
from overscan.providers.forms import LinkOrText, Sync, submission_call
from overscan.providers.task_envelope import read_task

_PATH: Final = "/api/tasks/visual/advanced-image-expand"
_LONGEST_SIDE: Final = 4096
_SIDES: Final = ("top", "bottom", "left", "right")
_STEP: Final = 0.05
_NO_MARGINS: Final = Margins(0, 0, 0, 0)

Ratio: TypeAlias = Annotated[float, Field(gt=0, le=1)]


class PicwishExpandParameters(Parameters):
    """The body parameters of the document, apart from the photo and the mask."""

    top: Annotated[
        Ratio, Shown(mark("Top"), mark("Added above, as a share of the height."), step=_STEP, role=Role.TOP)
    ] = 0.1
    bottom: Annotated[
        Ratio, Shown(mark("Bottom"), mark("Added below, as a share of the height."), step=_STEP, role=Role.BOTTOM)
    ] = 0.1
    left: Annotated[
        Ratio, Shown(mark("Left"), mark("Added at left, as a share of the width."), step=_STEP, role=Role.LEFT)
    ] = 0.1
    right: Annotated[
        Ratio, Shown(mark("Right"), mark("Added at right, as a share of the width."), step=_STEP, role=Role.RIGHT)
    ] = 0.1
    prompt: Annotated[
        str | None,
        Shown(
            mark("Prompt"),
            mark("What the new part shows, in English or Chinese, up to 200 characters. The service reviews it."),
            max_length=200,
            role=Role.PROMPT,
        ),
    ] = None
    strength: Annotated[
        float | None,
        Field(ge=0, le=1),
        Shown(
            mark("Change strength"),
            mark("Low stays close to the photo, high follows the prompt; 0.1 or more is advised. Empty: as it likes."),
            step=_STEP,
            advanced=True,
        ),
    ] = None
    scale: Annotated[
        float,
        Field(ge=1, le=20),
        Shown(
            mark("Prompt guidance"),
            mark("How closely the new part follows the prompt. It does not enlarge anything."),
            step=0.5,
            advanced=True,
        ),
    ] = 7.0
    steps: Annotated[
        int,
        Field(ge=1),
        Shown(
            mark("Sampling steps"), mark("More may bring finer results and take much longer."), step=1, advanced=True
        ),
    ] = 30
    seed: Annotated[
        int,
        Field(ge=-1),
        Shown(
            mark("Seed"),
            mark("-1 is another result each time; the same positive number brings nearly the same one again."),
            step=1,
            role=Role.SEED,
        ),
    ] = -1
    sync: Sync = 0
    return_type: LinkOrText = 1

    @model_validator(mode="after")
    def _seed_has_a_meaning(self) -> PicwishExpandParameters:
        if self.seed == 0:
            raise ValueError(tr("seed=0 has no meaning: use -1 for a random seed, or a positive number."))
        return self

    def sent(self, canvas: Canvas | None) -> dict[str, Value]:
        """What the service is told: without the ratios where it fills a canvas, without a prompt of blanks."""
        wire = self.wire()
        if canvas is not None:
            wire = {name: value for name, value in wire.items() if name not in _SIDES}
        if not (self.prompt or "").strip():
            wire.pop("prompt", None)
        return wire


class PicwishExpand:
    """Describes the calls of PicWish image expansion and reads its replies, which can bring four results."""

    info: Final = ProviderInfo(
        id="picwish-expand",
        name="PicWish image expansion",
        summary=mark("Continues the photo beyond its edges, or fills what is painted, guided by a prompt."),
        operation=Operation.EXPAND,
        account=PICWISH,
        parameters=PicwishExpandParameters,
        limits=Limits(
            formats=frozenset({ImageFormat.JPEG, ImageFormat.PNG}),
            max_bytes=5_000_000,
            max_width=_LONGEST_SIDE,
            max_height=_LONGEST_SIDE,
            min_side=64,
            takes_url=True,
        ),
        price_text=mark("not published"),
        result_lifetime_s=3600,
        takes_frame=True,
        takes_mask=True,
        max_outputs=4,
    )

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        """Unknown: neither the document nor the public price list names one."""
        return Cost()

    def output_size(self, parameters: Parameters, size: Size) -> Size:
        """The photo as sent, grown by the ratios. With a canvas the output has the frame's size instead."""
        ratios = PicwishExpandParameters.model_validate(parameters.values())
        sent = size.fitted(_LONGEST_SIDE, _LONGEST_SIDE)
        return Margins.from_ratios(
            sent, top=ratios.top, bottom=ratios.bottom, left=ratios.left, right=ratios.right
        ).grow(sent)

    def submission(self, request: Request, links: Links) -> HttpCall:
        parameters = PicwishExpandParameters.model_validate(
            validate(PicwishExpandParameters, request.parameters).values()
        )
        if request.canvas is not None:
            _refuse_empty(request.canvas, links)
        return submission_call(_PATH, parameters.sent(request.canvas), self.info.pace, links, request.canvas)

    def status_call(self, task_id: str) -> HttpCall:
        return HttpCall("GET", f"{_PATH}/{quote(task_id, safe='')}", max_reply_bytes=INLINE_IMAGE_CAP)

    def read(self, reply: Reply) -> TaskStatus:
        return read_task(reply)


def _refuse_empty(canvas: Canvas, links: Links) -> None:
    """Raise :class:`PhotoError` for a canvas that cannot be what is meant."""
    if canvas.frame == _NO_MARGINS and canvas.mask is None:
        raise PhotoError(
            tr("The frame is no larger than the photo, and no mask tells what to fill."),
            tr("Make the frame larger, or paint what is to be filled."),
        )
    if canvas.frame != _NO_MARGINS and links.photo_url is not None:
        raise PhotoError(
            tr("A photo that is sent by its URL cannot be laid into a larger frame."),
            tr("Leave out --url: the photo is then fetched, laid into the frame and sent as a file."),
        )
