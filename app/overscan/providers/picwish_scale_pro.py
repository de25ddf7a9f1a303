"""PicWish advanced enhancer: ``POST /api/tasks/visual/scale-pro`` and ``GET /api/tasks/visual/scale-pro/{task_id}``.

Every name, value and default below is of the vendor's document "Advanced Image Enhancer API". The service chooses by
itself how much larger the result is.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal
from urllib.parse import quote

from overscan.core.calls import INLINE_IMAGE_CAP, HttpCall, Links, Reply
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.money import Amount, Cost
from overscan.core.parameters import Choice, Parameters, Shown, validate
from overscan.core.providers import Limits, Operation, ProviderInfo, TaskStatus
from overscan.core.requests import Request
from overscan.core.text import mark
from overscan.providers.accounts import PICWISH
from overscan.providers.forms import LinkOrText, Sync, submission_call
from overscan.providers.task_envelope import read_task

_PATH: Final = "/api/tasks/visual/scale-pro"
_ULTRA_HD, _HD = 0, 1
_CREDITS: Final = {_ULTRA_HD: 5, _HD: 4}


class PicwishScaleProParameters(Parameters):
    """The body parameters of the document, apart from the photo itself."""

    type: Annotated[
        Literal[0, 1],
        Shown(
            mark("Quality"),
            mark("Ultra HD brings more detail and takes 5 credits, HD takes 4."),
            choices=(Choice(_ULTRA_HD, mark("Ultra HD")), Choice(_HD, mark("HD"))),
        ),
    ] = 0
    sync: Sync = 0
    return_type: LinkOrText = 1


class PicwishScalePro:
    """Describes the calls of the PicWish advanced enhancer and reads its replies."""

    info: Final = ProviderInfo(
        id="picwish-scale-pro",
        name="PicWish advanced enhancer",
        summary=mark("Enlarges and sharpens with a stronger model than the plain enhancement."),
        operation=Operation.ENHANCE,
        account=PICWISH,
        parameters=PicwishScaleProParameters,
        limits=Limits(
            formats=frozenset({ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.BMP, ImageFormat.WEBP, ImageFormat.TIFF}),
            max_bytes=30_000_000,
            max_width=4096,
            max_height=4096,
            takes_url=True,
        ),
        price_text=mark("5 credits in Ultra HD, 4 in HD"),
        result_lifetime_s=3600,
    )

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        """5 credits for Ultra HD, 4 for HD, whatever the size."""
        price = _CREDITS[_HD if parameters.values()["type"] == _HD else _ULTRA_HD]
        return Cost(credits=Amount(price, price))

    def output_size(self, parameters: Parameters, size: Size) -> Size | None:
        """Unknown: the document names no factor."""
        return None

    def submission(self, request: Request, links: Links) -> HttpCall:
        parameters = validate(PicwishScaleProParameters, request.parameters)
        return submission_call(_PATH, parameters.wire(), self.info.pace, links)

    def status_call(self, task_id: str) -> HttpCall:
        return HttpCall("GET", f"{_PATH}/{quote(task_id, safe='')}", max_reply_bytes=INLINE_IMAGE_CAP)

    def read(self, reply: Reply) -> TaskStatus:
        return read_task(reply)
