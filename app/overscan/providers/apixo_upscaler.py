"""APIXO image upscaler: ``POST /generateTask/image-upscaler`` and ``GET /statusTask/image-upscaler?taskId=``.

Every name, value and default below is of the vendor's document "Image Upscaler". It takes nothing but one public
URL. The document gives no limit of size or of the URL's length, and no lifetime of a result: 10 MB and 24 hours are
what the vendor's other pages give, and the length is what every server and proxy takes.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from overscan.core.calls import HttpCall, Json, JsonBody, Links, Reply
from overscan.core.failures import InvalidParameter
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.money import Amount, Cost
from overscan.core.parameters import Choice, Equals, Parameters, Role, Shown, Value, validate
from overscan.core.providers import Limits, Operation, Pace, ProviderInfo, TaskStatus
from overscan.core.requests import Request
from overscan.core.text import mark, tr
from overscan.providers.accounts import APIXO
from overscan.providers.apixo_envelope import read_apixo_task
from overscan.providers.callbacks import typed_callback

_SUBMIT_PATH: Final = "/generateTask/image-upscaler"
_STATUS_PATH: Final = "/statusTask/image-upscaler"
_USD: Final = 0.01


class ApixoUpscalerParameters(Parameters):
    """The body of the document, apart from the photo's URL. The last three stand in its ``input``."""

    resolution: Annotated[
        Literal["2k", "4k", "8k"],
        Shown(
            mark("Resolution"),
            mark("How large the result is; 8k takes much longer. The price is the same."),
            choices=(Choice("2k", mark("2k")), Choice("4k", mark("4k")), Choice("8k", mark("8k"))),
        ),
    ] = "4k"
    output_format: Annotated[
        Literal["jpg", "png", "webp"],
        Shown(
            mark("File format"),
            mark("PNG loses nothing; JPEG and WebP are smaller."),
            choices=(Choice("jpg", mark("JPEG")), Choice("png", mark("PNG")), Choice("webp", mark("WebP"))),
        ),
    ] = "jpg"
    mode: Annotated[
        Literal["image-to-image"],
        Shown(
            mark("Mode"),
            mark("The service has only this one."),
            choices=(Choice("image-to-image", mark("Image to image")),),
            advanced=True,
            role=Role.TRANSPORT,
        ),
    ] = "image-to-image"
    request_type: Annotated[
        Literal["async", "callback"],
        Shown(
            mark("Answer"),
            mark("Later by task works everywhere; a callback needs a public address that reaches this computer."),
            choices=(Choice("async", mark("Later, by task")), Choice("callback", mark("By callback"))),
            advanced=True,
            role=Role.TRANSPORT,
        ),
    ] = "async"
    callback_url: Annotated[
        str | None,
        Shown(
            mark("Callback address"),
            mark("Where the service tells that it has finished; empty: the receiver of the settings."),
            when=Equals("request_type", ("callback",)),
            advanced=True,
            role=Role.TRANSPORT,
        ),
    ] = None

    @classmethod
    def spelling(cls, name: str, text: str) -> str:
        """By the document, the case of a resolution does not matter, and ``jpeg`` is another word for ``jpg``."""
        if name == "resolution":
            return text.lower()
        if name == "output_format" and text.lower() in ("jpg", "jpeg", "png", "webp"):
            return "jpg" if text.lower() == "jpeg" else text.lower()
        return text


_INPUT: Final = ("mode", "resolution", "output_format")


class ApixoUpscaler:
    """Describes the calls of the APIXO image upscaler and reads its replies."""

    info: Final = ProviderInfo(
        id="apixo-upscaler",
        name="APIXO upscaler",
        summary=mark("Enlarges to 2k, 4k or 8k. Takes only photos that have a public URL."),
        operation=Operation.ENHANCE,
        account=APIXO,
        parameters=ApixoUpscalerParameters,
        limits=Limits(
            formats=frozenset({ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.WEBP}),
            max_bytes=10_000_000,
            max_width=None,
            max_height=None,
            takes_file=False,
            takes_url=True,
            max_url_length=2048,
        ),
        price_text=mark("$0.01"),
        pace=Pace(first_s=12.0, interval_s=7.0, max_interval_s=30.0, deadline_s=900.0, submit_timeout_s=60.0),
        pace_when=(
            (
                Equals("resolution", ("8k",)),
                Pace(first_s=12.0, interval_s=12.0, max_interval_s=30.0, deadline_s=1800.0, submit_timeout_s=60.0),
            ),
        ),
        result_lifetime_s=86_400,
    )

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        """One cent for each image that is submitted, whatever is asked for."""
        return Cost(usd=Amount(_USD, _USD))

    def output_size(self, parameters: Parameters, size: Size) -> Size | None:
        """Unknown: the document does not say how many pixels a tier has."""
        return None

    def submission(self, request: Request, links: Links) -> HttpCall:
        wire = validate(ApixoUpscalerParameters, request.parameters).wire()
        if not links.photo_url:
            raise InvalidParameter(
                tr("{provider} takes only photos that have a public URL.", provider=self.info.id),
                tr("Give the photo by its URL, or set up hosting in the settings."),
            )
        body: dict[str, Json] = {"request_type": wire["request_type"]}
        if wire["request_type"] == "callback":
            body["callback_url"] = _callback(wire.get("callback_url"), links)
        body["input"] = {"image_urls": [links.photo_url], **{name: wire[name] for name in _INPUT}}
        return HttpCall("POST", _SUBMIT_PATH, body=JsonBody(body), read_timeout_s=self.info.pace.submit_timeout_s)

    def status_call(self, task_id: str) -> HttpCall:
        return HttpCall("GET", _STATUS_PATH, query=(("taskId", task_id),))

    def read(self, reply: Reply) -> TaskStatus:
        return read_apixo_task(reply)


def _callback(typed: Value, links: Links) -> str:
    address = typed_callback(typed, https_only=True) or links.callback_url
    if address is None:
        raise InvalidParameter(
            tr("request_type=callback needs an address for the callback."),
            tr("Set callback_url, set up the receiver of callbacks in the settings, or use request_type=async."),
        )
    return address
