"""gpt.ge image enhancement: ``POST /task/pic/scale``, and ``GET /task/{task_id}`` for a task.

Names, values and the default of ``sync`` are of the vendor's document "Image Enhancement (Lossless Upscale)". It
says nothing of limits, price, states, lifetime or how to ask for a task. What is known of the service behind it,
PicWish photo enhancement, stands in for the limits; the status path is that of the vendor's other pages, and can be
set. There is no ``return_type``.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal
from urllib.parse import quote

from overscan.core.calls import INLINE_IMAGE_CAP, HttpCall, Links, Reply
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.money import Cost
from overscan.core.parameters import Parameters, Role, Shown, validate
from overscan.core.providers import Limits, Operation, Pace, ProviderInfo, TaskStatus
from overscan.core.requests import Request
from overscan.core.text import mark
from overscan.providers.accounts import GPTGE
from overscan.providers.callbacks import typed_callback
from overscan.providers.forms import FACTORS, Subject, Sync, submission_call
from overscan.providers.task_envelope import read_task

_PATH: Final = "/task/pic/scale"
_STATUS_PATH: Final = "/task/{task_id}"
_LONGEST_SIDE: Final = 4096


class GptgeScaleParameters(Parameters):
    """The body parameters of the document, apart from the photo itself."""

    type: Subject = "clean"
    scale_factor: Annotated[
        Literal[1, 2, 4] | None,
        Shown(
            mark("Enlarge"),
            mark("How many times wider and higher the result is. Automatic leaves it to the service."),
            choices=FACTORS,
        ),
    ] = None
    sync: Sync = 0
    callback_url: Annotated[
        str | None,
        Shown(
            mark("Callback address"),
            mark("Where the service tells that it has finished; empty: the receiver of the settings, if there is one."),
            advanced=True,
            role=Role.TRANSPORT,
        ),
    ] = None


class GptgeScale:
    """Describes the calls of gpt.ge image enhancement and reads its replies."""

    info: Final = ProviderInfo(
        id="gptge-scale",
        name="gpt.ge enhancement",
        summary=mark("Sharpens and enlarges small photos through gpt.ge; a mode for faces."),
        operation=Operation.ENHANCE,
        account=GPTGE,
        parameters=GptgeScaleParameters,
        limits=Limits(
            formats=frozenset({ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.BMP, ImageFormat.WEBP, ImageFormat.TIFF}),
            max_bytes=20_000_000,
            max_width=_LONGEST_SIDE,
            max_height=_LONGEST_SIDE,
            min_side=11,
            takes_url=True,
        ),
        price_text=mark("not published"),
        pace=Pace(first_s=2.0, interval_s=2.0, max_interval_s=5.0, deadline_s=300.0),
        result_lifetime_s=3600,
        status_path=_STATUS_PATH,
    )

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        """Unknown: the document names no price."""
        return Cost()

    def output_size(self, parameters: Parameters, size: Size) -> Size | None:
        """The photo as sent times the factor; unknown without one, since the document gives no rule for it."""
        factor = parameters.values()["scale_factor"]
        return size.fitted(_LONGEST_SIDE, _LONGEST_SIDE).scaled(factor) if isinstance(factor, int) else None

    def submission(self, request: Request, links: Links) -> HttpCall:
        wire = validate(GptgeScaleParameters, request.parameters).wire()
        callback = typed_callback(wire.pop("callback_url", None))
        if callback is None and wire["sync"] == 0:
            callback = links.callback_url
        if callback is not None:
            wire["callback_url"] = callback
        return submission_call(_PATH, wire, self.info.pace, links)

    def status_call(self, task_id: str) -> HttpCall:
        path = (self.info.status_path or _STATUS_PATH).replace("{task_id}", quote(task_id, safe=""))
        return HttpCall("GET", path, max_reply_bytes=INLINE_IMAGE_CAP)

    def read(self, reply: Reply) -> TaskStatus:
        return read_task(reply)
