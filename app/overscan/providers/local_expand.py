"""The built-in expansion: patches of the photo, a blurred frame, a mirror, or a model of one's own; nothing sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, model_validator

from overscan.core.geometry import Margins, Size
from overscan.core.images import ImageFormat
from overscan.core.money import FREE, Cost
from overscan.core.parameters import Choice, Equals, Parameters, Role, Shown
from overscan.core.providers import EncodedImage, Estimate, Limits, Operation, ProviderInfo
from overscan.core.requests import Request
from overscan.core.text import mark, tr

_DECODED, _COMPUTED = 0.05, 0.85
"""Progress when the photo is decoded, and when the pixels are computed."""
_STEP: Final = 0.05

Ratio: TypeAlias = Annotated[float, Field(ge=0, le=1)]


class LocalExpandParameters(Parameters):
    """How far each side is moved out, as a share of the photo's height or width, and what comes there."""

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

    style: Annotated[
        Literal["continue", "blur", "mirror", "model"],
        Shown(
            mark("Style"),
            mark(
                "Continue goes on with patches of the photo itself: good for water, grass, stone, trees and sky, not "
                "for faces or streets. Blurred frame lays the photo on a blurred copy of itself and suits everything, "
                "portraits and streets above all. Mirror goes on as a mirror image that blurs outwards. My model is "
                "an ONNX file of yours that fills holes, such as LaMa. A hole painted into the photo is filled with "
                "patches or by the model; by Blurred frame and Mirror, smoothly from its border."
            ),
            choices=(
                Choice("continue", mark("Continue")),
                Choice("blur", mark("Blurred frame")),
                Choice("mirror", mark("Mirror")),
                Choice("model", mark("My model")),
            ),
        ),
    ] = "continue"
    model_file: Annotated[
        str,
        Shown(
            mark("Model file"),
            mark("An ONNX file that fills the white part of a mask, such as LaMa. It is looked at before it is used."),
            when=Equals("style", ("model",)),
            role=Role.MODEL_FILE,
        ),
    ] = ""

    @model_validator(mode="after")
    def _a_model_is_named(self) -> LocalExpandParameters:
        if self.style == "model" and not self.model_file.strip():
            raise ValueError(tr("style=model needs a model: set model_file to an ONNX file that fills holes."))
        return self

    @model_validator(mode="after")
    def _some_side_grows(self) -> LocalExpandParameters:
        if not (self.top or self.bottom or self.left or self.right):
            raise ValueError(tr("At least one side has to grow: set top, bottom, left or right above 0."))
        return self

    def margins(self, size: Size) -> Margins:
        """The ratios as pixels of a photo of ``size``."""
        return Margins.from_ratios(size, top=self.top, bottom=self.bottom, left=self.left, right=self.right)


class LocalExpand:
    """Continues the photo beyond its edges, or fills what is painted, in its own colours and depth."""

    info: Final = ProviderInfo(
        id="local-expand",
        name="Built-in expansion",
        summary=mark(
            "Continues landscapes with patches of the photo, or lays any photo on a blurred frame, on this computer."
        ),
        operation=Operation.EXPAND,
        account=None,
        parameters=LocalExpandParameters,
        limits=Limits(formats=frozenset(ImageFormat), max_bytes=None, max_width=None, max_height=None),
        price_text=mark("free"),
        takes_frame=True,
        takes_mask=True,
    )

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        return FREE

    def output_size(self, parameters: Parameters, size: Size) -> Size:
        """The photo grown by the ratios. With a canvas the output has the frame's size instead."""
        return LocalExpandParameters.model_validate(parameters.values()).margins(size).grow(size)

    def estimate(self, parameters: Parameters, size: Size) -> Estimate | None:
        """What a model of the person's own takes, once it has been examined.

        Raises ``ModelUnfit`` where it was found not to do.
        """
        from overscan.imaging.foreign_model import estimate, fit_for

        valid = LocalExpandParameters.model_validate(parameters.values())
        model = fit_for(valid.model_file.strip(), for_filling=True) if valid.style == "model" else None
        return None if model is None else estimate(model, size)

    def run(
        self, request: Request, progress: Callable[[float], None], cancelled: Callable[[], bool]
    ) -> tuple[EncodedImage, ...]:
        """One PNG at the photo's own bit depth, with its profile, transparency and metadata.

        It has the size of the canvas's frame, or goes by the ratios where there is none. What of the photo is kept is
        in it unchanged. Where patches cannot be used, it is a mirror image, and the result's note says so. Raises
        ``Cancelled``, ``PhotoError`` for a photo or mask that cannot be read, has changed, or does not fit, for more
        than 100 megapixels, or where more memory is needed than there is, and ``ModelUnfit``.
        """
        # Only a run needs what is slow to load: this module itself is read before the window's first paint.
        from overscan.imaging.encode import encode_png
        from overscan.imaging.expanding import BYTES_PER_SAMPLE, WORKING_BYTES, Style, expand
        from overscan.imaging.memory import refuse_without_memory
        from overscan.imaging.new_area import NewArea, load_area
        from overscan.imaging.source import load_source
        from overscan.imaging.work import stop_if

        parameters = LocalExpandParameters.model_validate(request.parameters)
        stop_if(cancelled)
        source = load_source(request.photo)
        progress(_DECODED)
        if request.canvas is None:
            area = NewArea(source.size, parameters.margins(source.size))
        else:
            area = load_area(source.size, request.canvas)
        style = Style(parameters.style)
        samples = area.size.pixels * source.samples.shape[2]
        working = WORKING_BYTES if style in (Style.CONTINUE, Style.MODEL) else 0
        refuse_without_memory(
            request.photo.name,
            area.size,
            samples * (BYTES_PER_SAMPLE + 3 * source.samples.itemsize) + working,
        )
        made = expand(
            source.samples,
            area,
            style,
            parameters.model_file,
            lambda share: progress(_DECODED + share * (_COMPUTED - _DECODED)),
            cancelled,
        )
        data = encode_png(made.samples, icc=source.icc, exif=source.exif, xmp=source.xmp)
        stop_if(cancelled)
        progress(1.0)
        return (EncodedImage(data, ImageFormat.PNG, notes=made.notes),)
