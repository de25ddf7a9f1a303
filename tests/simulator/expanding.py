"""The image work of the simulated expansion: the kept area stays as it is, the rest gets one plain colour."""

from __future__ import annotations

from PIL import Image, ImageOps

from tests.simulator.images import EndState, Outcome, decoded, encoded

WHITE_FROM = 128
"""From this grey on a mask asks for new content."""
COLOURS = ((214, 93, 14), (69, 133, 136), (152, 151, 26), (177, 98, 134))
"""What the first to the fourth result of a task are filled with (a seed moves on by so many)."""


def fill_colour(index: int, seed: int = -1) -> tuple[int, int, int]:
    """RGB of the new content in result `index` (from 0)."""
    return COLOURS[(index + max(seed, 0)) % len(COLOURS)]


def expand_sides(body: bytes, ratios: tuple[float, float, float, float], colour: tuple[int, int, int]) -> Outcome:
    """The picture with new content around it; `ratios` are of its height and width: top, bottom, left, right."""
    picture = decoded(body)
    if picture is None:
        return EndState.NOT_AN_IMAGE
    top, bottom, left, right = ratios
    width, height = picture.size
    margins = (round(left * width), round(top * height), round(right * width), round(bottom * height))
    size = (margins[0] + width + margins[2], margins[1] + height + margins[3])
    expanded = Image.new("RGB", size, colour)
    expanded.paste(picture.convert("RGB"), margins[:2])
    if "icc_profile" in picture.info and picture.mode in {"RGB", "RGBA"}:
        expanded.info["icc_profile"] = picture.info["icc_profile"]
    return encoded(expanded, "png")


def expand_canvas(body: bytes, mask: bytes, colour: tuple[int, int, int], *, inverted: bool = False) -> Outcome:
    """The picture with new content where the mask is white; NOT_SUITABLE unless both have the same size."""
    picture, selection = decoded(body), decoded(mask)
    if picture is None or selection is None:
        return EndState.NOT_AN_IMAGE
    if picture.size != selection.size:
        return EndState.NOT_SUITABLE
    chosen = selection.convert("L").point(lambda grey: 255 if grey >= WHITE_FROM else 0)
    expanded = picture.convert("RGB")
    expanded.paste(colour, mask=ImageOps.invert(chosen) if inverted else chosen)
    return encoded(expanded, "png")
