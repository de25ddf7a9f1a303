"""The ways in which a model file can be unfit, each with its words: what is wrong, and what to do."""

from __future__ import annotations

from enum import StrEnum

from overscan.core.failures import ModelUnfit
from overscan.core.text import tr


class Unfit(StrEnum):
    """Why a model file cannot be used; the ``code`` of the failure, for scripts."""

    MISSING = "missing"
    FOLDER = "folder"
    NOT_READABLE = "not-readable"
    EMPTY = "empty"
    NOT_ONNX = "not-onnx"
    CUT_SHORT = "cut-short"
    TOO_NEW = "too-new"
    UNKNOWN_OPERATOR = "unknown-operator"
    WEIGHTS_MISSING = "weights-missing"
    NOT_LOADED = "not-loaded"
    NO_RUNTIME = "no-runtime"
    INPUTS = "inputs"
    TYPE = "type"
    RANK = "rank"
    CHANNELS = "channels"
    BATCH = "batch"
    OUTPUT = "output"
    SCALE = "scale"
    SCALE_TOO_LARGE = "scale-too-large"
    TOO_SMALL = "too-small"
    NO_SIZE = "no-size"
    NOT_FINITE = "not-finite"
    RANGE = "range"
    TOO_SLOW = "too-slow"
    TOO_LARGE = "too-large"
    CRASHED = "crashed"
    KIND = "kind"


def unfit(why: Unfit, message: str, remedy: str) -> ModelUnfit:
    return ModelUnfit(message, remedy, code=why.value)


def missing(name: str) -> ModelUnfit:
    return unfit(Unfit.MISSING, tr("There is no file “{name}”.", name=name), tr("Choose the model file again."))


def folder(name: str) -> ModelUnfit:
    return unfit(
        Unfit.FOLDER, tr("“{name}” is a folder, not a model file.", name=name), tr("Choose the .onnx file inside it.")
    )


def not_readable(name: str, reason: str) -> ModelUnfit:
    return unfit(
        Unfit.NOT_READABLE,
        tr("“{name}” may not be read: {reason}.", name=name, reason=reason),
        tr("Give yourself the right to read it, or copy it into a folder of yours."),
    )


def empty(name: str) -> ModelUnfit:
    return unfit(Unfit.EMPTY, tr("“{name}” is empty.", name=name), tr("Download or export the model again."))


def not_onnx(name: str) -> ModelUnfit:
    return unfit(
        Unfit.NOT_ONNX,
        tr("“{name}” is not an ONNX model.", name=name),
        tr("Files ending in .pth, .safetensors or .param have to be exported to ONNX first."),
    )


def cut_short(name: str) -> ModelUnfit:
    return unfit(
        Unfit.CUT_SHORT,
        tr("“{name}” begins as an ONNX model and breaks off before its end.", name=name),
        tr("Download or copy it again, as a whole."),
    )


def too_new(name: str, version: str) -> ModelUnfit:
    return unfit(
        Unfit.TOO_NEW,
        tr("“{name}” was written for a newer ONNX runtime than the {version} here.", name=name, version=version),
        tr("Export it with opset 17, or install a newer onnxruntime."),
    )


def unknown_operator(name: str, operator: str) -> ModelUnfit:
    return unfit(
        Unfit.UNKNOWN_OPERATOR,
        tr("“{name}” uses an operation that ONNX does not define: {operator}.", name=name, operator=operator),
        tr("Export the model with standard operations only."),
    )


def weights_missing(name: str) -> ModelUnfit:
    return unfit(
        Unfit.WEIGHTS_MISSING,
        tr("The weights of “{name}” lie in a second file that is not beside it.", name=name),
        tr("Copy that file (often .onnx.data) into the same folder, or export the model into one file."),
    )


def not_loaded(name: str, reason: str) -> ModelUnfit:
    return unfit(
        Unfit.NOT_LOADED,
        tr("“{name}” cannot be loaded: {reason}", name=name, reason=reason),
        tr("Export the model again, or choose another."),
    )


def no_runtime() -> ModelUnfit:
    return unfit(
        Unfit.NO_RUNTIME,
        tr("Models need onnxruntime, which is not installed or does not start here."),
        tr("Install it into Overscan's environment (pip install onnxruntime), or leave the model file empty."),
    )


def inputs(count: int) -> ModelUnfit:
    return unfit(
        Unfit.INPUTS,
        tr("The model wants {count} inputs.", count=count),
        tr("One (a picture) is enlarged, two (a picture and a mask) are filled; export it without the others."),
    )


def tensor_type(found: str) -> ModelUnfit:
    return unfit(
        Unfit.TYPE,
        tr("The model calculates with {found} at its border.", found=found),
        tr("Export it with float32 or float16 inputs and outputs."),
    )


def rank(what: str, found: int) -> ModelUnfit:
    return unfit(
        Unfit.RANK,
        tr("The model's {what} has {found} dimensions, and a picture has 4 (batch, channels, height, width).",
           what=what, found=found),
        tr("Export it with a picture in and a picture out; a model that recognises or counts is no use here."),
    )  # fmt: skip


def channels(shape: str) -> ModelUnfit:
    return unfit(
        Unfit.CHANNELS,
        tr("The model takes pictures of the shape {shape}; none of it is 1, 3 or 4 channels.", shape=shape),
        tr("Use a model for grey (1), RGB (3) or RGBA (4) pictures."),
    )


def batch(count: int) -> ModelUnfit:
    return unfit(
        Unfit.BATCH,
        tr("The model takes only {count} pictures at a time.", count=count),
        tr("Export it with a batch of 1, or of any size."),
    )


def output(shape: str) -> ModelUnfit:
    return unfit(
        Unfit.OUTPUT,
        tr("The model's result has the shape {shape}, which is no picture of the input's channels.", shape=shape),
        tr("Choose a model that gives a picture of the same kind as it takes."),
    )


def scale(height: float, width: float) -> ModelUnfit:
    return unfit(
        Unfit.SCALE,
        tr("The model makes pictures {height:.3g} times as high and {width:.3g} times as wide.",
           height=height, width=width),
        tr("Use one that enlarges by the same whole number both ways, 1 to 8."),
    )  # fmt: skip


def scale_too_large(factor: int) -> ModelUnfit:
    return unfit(
        Unfit.SCALE_TOO_LARGE,
        tr("The model enlarges {factor} times, and more than 8 is not supported.", factor=factor),
        tr("Use one for ×2 or ×4, twice if need be."),
    )


def too_small(size: str) -> ModelUnfit:
    return unfit(
        Unfit.TOO_SMALL,
        tr("The model takes only pictures of {size} pixels, which is too small to work in tiles.", size=size),
        tr("Export it for tiles of 64×64 or more, best for any size."),
    )


def no_size(reason: str) -> ModelUnfit:
    return unfit(
        Unfit.NO_SIZE,
        tr("The model ran at none of the sizes that were tried (64 to 512): {reason}", reason=reason),
        tr("Export it with a fixed size, or for pictures of any size."),
    )


def not_finite() -> ModelUnfit:
    return unfit(
        Unfit.NOT_FINITE,
        tr("The model's result has pixels that are not numbers."),
        tr("Export it in float32: float16 often overflows; or choose another."),
    )


def value_range() -> ModelUnfit:
    return unfit(
        Unfit.RANGE,
        tr("An even grey does not come out of the model as that grey in any usual range of values."),
        tr("Use a model that takes and gives 0 to 1, 0 to 255 or -1 to 1."),
    )


def too_slow(seconds: float) -> ModelUnfit:
    return unfit(
        Unfit.TOO_SLOW,
        tr("The model could not be examined within {seconds:.0f} seconds.", seconds=seconds),
        tr("Choose a smaller model, or try again when the computer is idle."),
    )


def too_large(gigabytes: float) -> ModelUnfit:
    return unfit(
        Unfit.TOO_LARGE,
        tr("The model wants more than {gigabytes:.1f} GB of memory for one small tile.", gigabytes=gigabytes),
        tr("Choose a smaller model, or close other programs."),
    )


def crashed() -> ModelUnfit:
    return unfit(
        Unfit.CRASHED,
        tr("The model brought down the process that ran it."),
        tr("Overscan itself is unharmed. Choose another model; the log has the details."),
    )


def wrong_kind(for_filling: bool) -> ModelUnfit:
    if for_filling:
        return unfit(
            Unfit.KIND,
            tr("This model enlarges; to expand a photo, one is needed that fills holes."),
            tr("Choose an inpainting model with a picture and a mask as inputs, such as LaMa."),
        )
    return unfit(
        Unfit.KIND,
        tr("This model fills holes; to enlarge a photo, one is needed that takes nothing but a picture."),
        tr("Choose an enlarging model, or use this one with the built-in expansion."),
    )
