"""PicWish photo enhancement: ``POST /api/tasks/visual/scale`` and ``GET /api/tasks/visual/scale/{task_id}``.

Every name, value and default below is of the vendor's document "Photo Enhancement API". What it leaves open is
said where it matters: whether the price goes by the edge of the input or of the output, so a price that depends
on it is a range.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal
from urllib.parse import quote

from overscan.core.calls import INLINE_IMAGE_CAP, HttpCall, Links, Reply
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.money import Amount, Cost
from overscan.core.parameters import Choice, Equals, Parameters, Role, Shown, validate
from overscan.core.providers import Limits, Operation, ProviderInfo, TaskStatus
from overscan.core.requests import Request
from overscan.core.text import mark
from overscan.providers.accounts import PICWISH
from overscan.providers.forms import FACTORS, Subject, Sync, submission_call
from overscan.providers.task_envelope import read_task

_PATH: Final = "/api/tasks/visual/scale"
_LONGEST_SIDE: Final = 4096
_CHEAP_LONG_EDGE: Final = 2048


class PicwishScaleParameters(Parameters):
    """The body parameters of the document, apart from the photo itself."""

    type: Subject = "clean"
    scale_factor: Annotated[
        Literal[1, 2, 4] | None,
        Shown(
            mark("Enlarge"),
            mark("Automatic: ×4 up to 512 pixels on the long edge, ×2 up to 1024, above that the size stays."),
            choices=FACTORS,
        ),
    ] = None
    sync: Sync = 0
    return_type: Annotated[
        Literal[1, 2, 3],
        Shown(
            mark("Result comes as"),
            mark("A link is fetched at once. The image itself is possible only when the answer comes at once."),
            choices=(
                Choice(1, mark("Link")),
                Choice(2, mark("Base64 text")),
                Choice(3, mark("Image"), when=Equals("sync", (1,))),
            ),
            advanced=True,
            role=Role.TRANSPORT,
        ),
    ] = 1


class PicwishScale:
    """Describes the calls of PicWish photo enhancement and reads its replies."""

    info: Final = ProviderInfo(
        id="picwish-scale",
        name="PicWish photo enhancement",
        summary=mark("Sharpens and enlarges blurred or small photos; a mode for faces."),
        operation=Operation.ENHANCE,
        account=PICWISH,
        parameters=PicwishScaleParameters,
        limits=Limits(
            formats=frozenset({ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.BMP, ImageFormat.WEBP, ImageFormat.TIFF}),
            max_bytes=20_000_000,
            max_width=_LONGEST_SIDE,
            max_height=_LONGEST_SIDE,
            min_side=11,
            takes_url=True,
        ),
        price_text=mark("2 credits, 3 above 2048 pixels"),
        result_lifetime_s=3600,
    )

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        """2 credits up to 2048 pixels on the long edge, else 3; a range where input and output edge differ in it."""
        if size is None:
            return Cost(credits=Amount(2, 3))
        sent = size.fitted(_LONGEST_SIDE, _LONGEST_SIDE)
        output = self.output_size(parameters, size)
        prices = [2 if edge <= _CHEAP_LONG_EDGE else 3 for edge in (sent.long_edge, output.long_edge)]
        return Cost(credits=Amount(min(prices), max(prices)))

    def output_size(self, parameters: Parameters, size: Size) -> Size:
        """The photo as sent times the factor; without one the document's rule by the long edge applies."""
        sent = size.fitted(_LONGEST_SIDE, _LONGEST_SIDE)
        factor = parameters.values()["scale_factor"]
        if not isinstance(factor, int):
            factor = 4 if sent.long_edge <= 512 else 2 if sent.long_edge <= 1024 else 1
        return sent.scaled(factor)

    def submission(self, request: Request, links: Links) -> HttpCall:
        parameters = validate(PicwishScaleParameters, request.parameters)
        return submission_call(_PATH, parameters.wire(), self.info.pace, links)

    def status_call(self, task_id: str) -> HttpCall:
        return HttpCall("GET", f"{_PATH}/{quote(task_id, safe='')}", max_reply_bytes=INLINE_IMAGE_CAP)

    def read(self, reply: Reply) -> TaskStatus:
        return read_task(reply)
