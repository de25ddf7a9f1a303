"""A provider that the program does not know, declared in this one file: every kind of parameter, and a price."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from urllib.parse import quote

from pydantic import Field

from overscan.core.calls import FilePart, HttpCall, Links, Multipart, Reply
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.money import Amount, Cost
from overscan.core.parameters import Choice, Equals, Parameters, Shown, validate
from overscan.core.providers import Account, Limits, Operation, ProviderInfo, TaskStatus
from overscan.core.requests import Request
from overscan.providers.task_envelope import read_task

ACCOUNT: Final = Account(
    id="sixth",
    name="Sixth",
    base_url="https://sixth.example",
    auth_header="Authorization",
    auth_prefix="Bearer ",
    requests_per_second=5,
    key_page="https://sixth.example/keys",
)


class SixthParameters(Parameters):
    """One parameter of each kind."""

    steps: Annotated[int, Field(ge=1, le=50), Shown("Steps", "How long it thinks.", unit="steps")] = 20
    strength: Annotated[
        float, Field(gt=0, le=1), Shown("Change strength", "How far it may go.", step=0.05, advanced=True)
    ] = 0.6
    style: Annotated[
        Literal["natural", "vivid", "painted"],
        Shown(
            "Style",
            "What it should look like.",
            choices=(
                Choice("natural", "Natural"),
                Choice("vivid", "Vivid"),
                Choice("painted", "Painted", when=Equals("keep_faces", (False,))),
            ),
        ),
    ] = "natural"
    keep_faces: Annotated[bool, Shown("Keep faces", "Faces stay as they are.", wire_name="keep-faces")] = True
    prompt: Annotated[
        str | None,
        Shown("Prompt", "What to add.", max_length=200, when=Equals("style", ("painted", "vivid"))),
    ] = None


class SixthProvider:
    """Retouches by a service that speaks the common envelope at another address."""

    info: Final = ProviderInfo(
        id="sixth-retouch",
        name="Sixth retouching",
        summary="Retouches.",
        operation=Operation.ENHANCE,
        account=ACCOUNT,
        parameters=SixthParameters,
        limits=Limits(frozenset({ImageFormat.JPEG, ImageFormat.PNG}), 5_000_000, 2000, 2000, takes_url=True),
        price_text="1 credit for each 10 steps",
    )

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        steps = parameters.values()["steps"]
        assert isinstance(steps, int)
        return Cost(credits=Amount(-(-steps // 10), -(-steps // 10)))

    def output_size(self, parameters: Parameters, size: Size) -> Size | None:
        return None

    def submission(self, request: Request, links: Links) -> HttpCall:
        wire = validate(SixthParameters, request.parameters).wire()
        fields = tuple(
            (name, str(value).lower() if isinstance(value, bool) else str(value)) for name, value in wire.items()
        )
        if links.photo_url is not None:
            return HttpCall("POST", "/v2/retouch", body=Multipart((("link", links.photo_url), *fields)))
        return HttpCall("POST", "/v2/retouch", body=Multipart(fields, (FilePart("picture"),)))

    def status_call(self, task_id: str) -> HttpCall:
        return HttpCall("GET", f"/v2/tasks/{quote(task_id, safe='')}")

    def read(self, reply: Reply) -> TaskStatus:
        return read_task(reply)
