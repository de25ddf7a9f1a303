"""The built-in expansion: a mirror that blurs outwards, no model, nothing sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, TypeAlias

from pydantic import Field, model_validator

from overscan.core.geometry import Margins, Size
from overscan.core.images import ImageFormat
from overscan.core.money import FREE, Cost
from overscan.core.parameters import Parameters, Role, Shown
from overscan.core.providers import EncodedImage, Limits, Operation, ProviderInfo
from overscan.core.requests import Request
from overscan.core.text import mark, tr

_DECODED, _COMPUTED = 0.05, 0.85
"""Progress when the photo is decoded, and when the pixels are computed."""
_STEP: Final = 0.05

Ratio: TypeAlias = Annotated[float, Field(ge=0, le=1)]


class LocalExpandParameters(Parameters):
    """How far each side is moved out, as a share of the photo's height or width."""

    top: Annotated[
        Ratio, Shown(mark("Top"), mark("Added above, as a share of the height."), step=_STEP, role=Role.TOP)
    ] = 0.25
    bottom: Annotated[
        Ratio, Shown(mark("Bottom"), mark("Added below, as a share of the height."), step=_STEP, role=Role.BOTTOM)
    ] = 0.25
    left: Annotated[
        Ratio, Shown(mark("Left"), mark("Added at left, as a share of the width."), step=_STEP, role=Role.LEFT)
    ] = 0.25
    right: Annotated[
        Ratio, Shown(mark("Right"), mark("Added at right, as a share of the width."), step=_STEP, role=Role.RIGHT)
    ] = 0.25

    @model_validator(mode="after")
    def _some_side_grows(self) -> LocalExpandParameters:
        if not (self.top or self.bottom or self.left or self.right):
            raise ValueError(tr("At least one side has to grow: set top, bottom, left or right above 0."))
        return self

    def margins(self, size: Size) -> Margins:
        """The ratios as pixels of a photo of ``size``."""
        return Margins.from_ratios(size, top=self.top, bottom=self.bottom, left=self.left, right=self.right)


class LocalExpand:
    """Continues the photo as in a mirror that blurs with distance, in its own colours and depth."""

    info: Final = ProviderInfo(
        id="local-expand",
        name="Built-in expansion",
        summary=mark("Continues the photo as a mirror image that blurs outwards, on this computer. No AI."),
        operation=Operation.EXPAND,
        account=None,
        parameters=LocalExpandParameters,
        limits=Limits(formats=frozenset(ImageFormat), max_bytes=None, max_width=None, max_height=None),
        price_text=mark("free"),
        takes_frame=True,
    )

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        return FREE

    def output_size(self, parameters: Parameters, size: Size) -> Size:
        """The photo grown by the ratios. With a canvas the output has the frame's size instead."""
        return LocalExpandParameters.model_validate(parameters.values()).margins(size).grow(size)

    def run(
        self, request: Request, progress: Callable[[float], None], cancelled: Callable[[], bool]
    ) -> tuple[EncodedImage, ...]:
        """One PNG at the photo's own bit depth, with its profile, transparency and metadata.

        It has the size of the canvas's frame, or goes by the ratios where there is none. The photo's own pixels are
        in it unchanged. Raises ``Cancelled``, and ``PhotoError`` for a photo that cannot be read, has changed, has more
        than 100 megapixels or needs more memory than there is.
        """
        # Only a run needs what is slow to load: this module itself is read before the window's first paint.
        from overscan.imaging.encode import encode_png
        from overscan.imaging.memory import refuse_without_memory
        from overscan.imaging.mirror import BYTES_PER_SAMPLE, extend
        from overscan.imaging.source import load_source
        from overscan.imaging.work import stop_if

        parameters = LocalExpandParameters.model_validate(request.parameters)
        stop_if(cancelled)
        source = load_source(request.photo)
        progress(_DECODED)
        margins = parameters.margins(source.size) if request.canvas is None else request.canvas.frame
        size = margins.grow(source.size)
        channels = source.samples.shape[2]
        refuse_without_memory(
            request.photo.name, size, size.pixels * channels * (BYTES_PER_SAMPLE + 3 * source.samples.itemsize)
        )
        extended = extend(
            source.samples,
            margins,
            lambda share: progress(_DECODED + share * (_COMPUTED - _DECODED)),
            cancelled,
        )
        data = encode_png(extended, icc=source.icc, exif=source.exif, xmp=source.xmp)
        stop_if(cancelled)
        progress(1.0)
        return (EncodedImage(data, ImageFormat.PNG),)
