"""The built-in enlargement: interpolation and sharpening, no model, nothing sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal

from pydantic import Field

from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.money import FREE, Cost
from overscan.core.parameters import Choice, Parameters, Shown
from overscan.core.providers import EncodedImage, Limits, Operation, ProviderInfo
from overscan.core.requests import Request
from overscan.core.text import mark

_DECODED, _COMPUTED = 0.05, 0.85
"""Progress when the photo is decoded, and when the pixels are computed."""


class LocalUpscaleParameters(Parameters):
    """How much larger, and how crisp."""

    scale_factor: Annotated[
        Literal[2, 4],
        Shown(
            mark("Enlarge"),
            mark("How many times wider and higher the result is."),
            choices=(Choice(2, mark("×2")), Choice(4, mark("×4"))),
        ),
    ] = 2
    sharpen: Annotated[
        float,
        Field(ge=0, le=1),
        Shown(
            mark("Sharpening"),
            mark("Strengthens detail without halos along edges; 0 leaves it out."),
            step=0.05,
        ),
    ] = 0.5


class LocalUpscale:
    """Enlarges with Lanczos interpolation and halo-free sharpening, in the photo's own colours and depth."""

    info: Final = ProviderInfo(
        id="local-upscale",
        name="Built-in enlargement",
        summary=mark("Enlarges by interpolation and sharpens, on this computer. No AI: it adds no detail of its own."),
        operation=Operation.ENHANCE,
        account=None,
        parameters=LocalUpscaleParameters,
        limits=Limits(formats=frozenset(ImageFormat), max_bytes=None, max_width=None, max_height=None),
        price_text=mark("free"),
    )

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        return FREE

    def output_size(self, parameters: Parameters, size: Size) -> Size:
        factor = parameters.values()["scale_factor"]
        return size.scaled(factor if isinstance(factor, int) else 1)

    def run(
        self, request: Request, progress: Callable[[float], None], cancelled: Callable[[], bool]
    ) -> tuple[EncodedImage, ...]:
        """One PNG at the photo's own bit depth, with its profile, transparency and metadata.

        Raises ``Cancelled``, and ``PhotoError`` for a photo that cannot be read, has changed, has more than 100
        megapixels or needs more memory than there is.
        """
        # Only a run needs what is slow to load: this module itself is read before the window's first paint.
        from overscan.imaging.encode import encode_png
        from overscan.imaging.memory import refuse_without_memory
        from overscan.imaging.resample import enlarge
        from overscan.imaging.source import load_source
        from overscan.imaging.work import stop_if

        parameters = LocalUpscaleParameters.model_validate(request.parameters)
        stop_if(cancelled)
        source = load_source(request.photo)
        progress(_DECODED)
        size = self.output_size(parameters, source.size)
        bytes_per_pixel = source.samples.shape[2] * source.samples.itemsize
        # The result, its copy in the encoder's order, and the file.
        refuse_without_memory(request.photo.name, size, 3 * size.pixels * bytes_per_pixel)
        enlarged = enlarge(
            source.samples,
            parameters.scale_factor,
            parameters.sharpen,
            lambda share: progress(_DECODED + share * (_COMPUTED - _DECODED)),
            cancelled,
        )
        data = encode_png(enlarged, icc=source.icc, exif=source.exif, xmp=source.xmp)
        stop_if(cancelled)
        progress(1.0)
        return (EncodedImage(data, ImageFormat.PNG),)
