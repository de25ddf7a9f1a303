"""The built-in enlargement: small networks trained for this program, run here, nothing sent."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.money import FREE, Cost
from overscan.core.parameters import AllOf, Choice, Equals, Not, Parameters, Role, Shown
from overscan.core.providers import EncodedImage, Estimate, Limits, Operation, ProviderInfo
from overscan.core.requests import Request
from overscan.core.text import mark
from overscan.imaging.networks import Effort, Training
from overscan.providers.upscale_pace import UpscalePace

_DECODED, _COMPUTED = 0.02, 0.9
"""Progress when the photo is decoded, and when the pixels are computed."""
_TILE_BYTES: Final = 250_000_000
"""What a network and one tile take, with some to spare."""
_EXAMINED: Final = 0.04
"""Progress when a model of the person's own is known."""
_WORTH_A_WORD_S: Final = 2.0
"""Nobody needs to be told of a shorter job how long it takes."""
_OWN_NETWORKS: Final = Equals("model_file", ("",))
_FORMER: Final = ("sharpen",)
"""Parameters of older versions: journals and recipes still name them, and they have no meaning any more."""


class LocalUpscaleParameters(Parameters):
    """How much larger, by which network, and how much of it."""

    scale_factor: Annotated[
        Literal[1, 2, 4],
        Shown(
            mark("Enlarge"),
            mark("How many times wider and higher the result is; ×1 only repairs."),
            choices=(
                Choice(1, mark("×1"), when=Not(AllOf((Equals("model", ("natural",)), _OWN_NETWORKS)))),
                Choice(2, mark("×2")),
                Choice(4, mark("×4")),
            ),
        ),
    ] = 2
    model: Annotated[
        Literal["natural", "repair"],
        Shown(
            mark("Model"),
            mark(
                "Natural draws lines crisper and keeps the rest, noise included. "
                "Repair takes away noise, blur and the blocks of JPEG, and some fine texture with them."
            ),
            choices=(Choice("natural", mark("Natural")), Choice("repair", mark("Repair"))),
            when=_OWN_NETWORKS,
        ),
    ] = "natural"
    quality: Annotated[
        Literal["fast", "standard", "best"],
        Shown(
            mark("Quality"),
            mark(
                "Best computes everything eight times, turned and mirrored, and takes the mean: a little better, and "
                "eight times as long. Fast is for Natural at ×2 and takes a third to a half of the time; "
                "elsewhere it is the same as Standard."
            ),
            choices=(
                Choice("fast", mark("Fast")),
                Choice("standard", mark("Standard")),
                Choice("best", mark("Best")),
            ),
            when=_OWN_NETWORKS,
        ),
    ] = "standard"
    strength: Annotated[
        float,
        Field(ge=0, le=1),
        Shown(
            mark("Strength"),
            mark("How much of the network's result is mixed in; 0 is plain interpolation."),
            step=0.05,
        ),
    ] = 1.0
    model_file: Annotated[
        str,
        Shown(
            mark("Model file of yours"),
            mark(
                "An ONNX model that enlarges, run instead of the program's own. It runs once: what it enlarges too "
                "much is averaged away, what is missing is interpolated."
            ),
            role=Role.MODEL_FILE,
        ),
    ] = ""

    @model_validator(mode="before")
    @classmethod
    def _without_former_ones(cls, given: object) -> object:
        return {name: given[name] for name in given if name not in _FORMER} if isinstance(given, dict) else given


class LocalUpscale:
    """Enlarges by a network, in the photo's own colours and depth."""

    info: Final = ProviderInfo(
        id="local-upscale",
        name="Built-in enlargement",
        summary=mark(
            "A small network trained for this program, run on this computer: "
            "it draws edges and textures crisper than interpolation can."
        ),
        operation=Operation.ENHANCE,
        account=None,
        parameters=LocalUpscaleParameters,
        limits=Limits(formats=frozenset(ImageFormat), max_bytes=None, max_width=None, max_height=None),
        price_text=mark("free"),
    )

    def __init__(self) -> None:
        self._pace = UpscalePace()

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        return FREE

    def output_size(self, parameters: Parameters, size: Size) -> Size:
        return size.scaled(LocalUpscaleParameters.model_validate(parameters.values()).scale_factor)

    def estimate(self, parameters: Parameters, size: Size) -> Estimate | None:
        """What the networks take on this machine, or a model of the person's own once it has been examined.

        Raises ``ModelUnfit`` where that model was found not to do.
        """
        from overscan.imaging.foreign_model import estimate, fit_for

        wanted = LocalUpscaleParameters.model_validate(parameters.values())
        if wanted.model_file:
            model = fit_for(wanted.model_file, for_filling=False)
            return None if model is None else estimate(model, size)
        if wanted.strength == 0:
            return None
        seconds = self._pace.seconds(size, wanted.scale_factor, Training(wanted.model), Effort(wanted.quality))
        return Estimate(seconds) if seconds >= _WORTH_A_WORD_S else None

    def run(
        self, request: Request, progress: Callable[[float], None], cancelled: Callable[[], bool]
    ) -> tuple[EncodedImage, ...]:
        """One PNG at the photo's own bit depth, with its profile, transparency and metadata.

        Where the network cannot be run, the photo is enlarged without one, and the result's note says so; what
        cannot be done without one raises ``EnvironmentProblem``. Raises ``Cancelled``, and ``PhotoError`` for a photo
        that cannot be read, has changed, has more than 100 megapixels or needs more memory than there is. With a model
        of the person's own there is no such way out: where it cannot be run, ``ModelUnfit`` says why.
        """
        # Only a run needs what is slow to load: this module itself is read before the window's first paint.
        from overscan.imaging.encode import encode_png
        from overscan.imaging.foreign_model import examine
        from overscan.imaging.foreign_running import enlarge_with
        from overscan.imaging.learned import Enlarged, enlarge
        from overscan.imaging.memory import refuse_without_memory
        from overscan.imaging.source import load_source
        from overscan.imaging.work import stop_if

        parameters = LocalUpscaleParameters.model_validate(request.parameters)
        stop_if(cancelled)
        source = load_source(request.photo)
        progress(_DECODED)
        size = self.output_size(parameters, source.size)
        bytes_per_pixel = source.samples.shape[2] * source.samples.itemsize
        # The result, its copy in the encoder's order, and the file.
        refuse_without_memory(request.photo.name, size, 3 * size.pixels * bytes_per_pixel + _TILE_BYTES)

        training, effort = Training(parameters.model), Effort(parameters.quality)
        begun = time.monotonic()

        def computed(share: float) -> None:
            progress(_EXAMINED + share * (_COMPUTED - _EXAMINED))

        if parameters.model_file:
            path = Path(parameters.model_file)
            model = examine(path, lambda share: progress(_DECODED + share * (_EXAMINED - _DECODED)), cancelled)
            samples = enlarge_with(
                path,
                model,
                source.samples,
                computed,
                cancelled,
                factor=parameters.scale_factor,
                strength=parameters.strength,
            )
            made = Enlarged(samples)
        else:
            made = enlarge(
                source.samples,
                parameters.scale_factor,
                training,
                effort,
                parameters.strength,
                computed,
                cancelled,
            )
        data = encode_png(made.samples, icc=source.icc, exif=source.exif, xmp=source.xmp)
        stop_if(cancelled)
        progress(1.0)
        if not (parameters.model_file or made.notes or parameters.strength == 0):
            took = time.monotonic() - begun
            self._pace.learn(source.size, parameters.scale_factor, training, effort, took)
        return (EncodedImage(data, ImageFormat.PNG, notes=made.notes),)
