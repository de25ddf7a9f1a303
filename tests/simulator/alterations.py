"""What a faulty service makes of its results: each takes the honest result and what it was made from."""

from __future__ import annotations

import io
from dataclasses import replace

from PIL import Image

from tests.simulator.expanding import expand_canvas, fill_colour
from tests.simulator.images import ResultFile, decoded, encoded
from tests.simulator.tasks import Finished


def factor_ignored(result: ResultFile, finished: Finished) -> ResultFile:
    """As large as the source, whatever was asked."""
    with Image.open(io.BytesIO(finished.source)) as source:
        return _resized(result, source.size)


def rounded(result: ResultFile, finished: Finished) -> ResultFile:
    """One pixel narrower and one higher."""
    return _resized(result, (max(1, result.width - 1), result.height + 1))


def capped(result: ResultFile, finished: Finished) -> ResultFile:
    """No more than three quarters as large, as a service with a limit of its own would give it."""
    return _resized(result, (max(1, result.width * 3 // 4), max(1, result.height * 3 // 4)))


def input_again(result: ResultFile, finished: Finished) -> ResultFile:
    """The source, byte for byte."""
    return replace(result, body=finished.source)


def without_alpha(result: ResultFile, finished: Finished) -> ResultFile:
    """A JPEG on white."""
    return encoded(_picture(result), "jpg")


def without_profile(result: ResultFile, finished: Finished) -> ResultFile:
    """The same pixels in a file that names no colour profile."""
    picture = _picture(result)
    picture.info.pop("icc_profile", None)
    return encoded(picture, "jpg" if result.extension == "jpg" else "png")


def sixteen_bit(result: ResultFile, finished: Finished) -> ResultFile:
    """A grey PNG of 16 bits."""
    grey = _picture(result).convert("L")
    return _saved(grey.convert("I").point(lambda value: value * 257).convert("I;16"), "PNG")


def cmyk(result: ResultFile, finished: Finished) -> ResultFile:
    """A JPEG in CMYK."""
    return _saved(_picture(result).convert("RGB").convert("CMYK"), "JPEG")


def turned_by_exif(result: ResultFile, finished: Finished) -> ResultFile:
    """A JPEG stored on its side, with the EXIF orientation that sets it upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    side = _picture(result).convert("RGB").transpose(Image.Transpose.ROTATE_90)
    return _saved(side, "JPEG", exif=exif.tobytes())


def animated(result: ResultFile, finished: Finished) -> ResultFile:
    """A WebP of two frames."""
    picture = _picture(result).convert("RGB")
    return _saved(picture, "WEBP", save_all=True, append_images=[picture.rotate(180)], duration=100)


def stereo(result: ResultFile, finished: Finished) -> ResultFile:
    """An MPO of two pictures under the name of a JPEG."""
    picture = _picture(result).convert("RGB")
    return _saved(picture, "MPO", save_all=True, append_images=[picture.rotate(180)])


def inverted_mask(result: ResultFile, finished: Finished) -> ResultFile:
    """An expansion that took the mask the wrong way round: the kept area is new, the blank one stays."""
    if finished.mask is None:
        return result
    outcome = expand_canvas(finished.source, finished.mask, fill_colour(0), inverted=True)
    return outcome if isinstance(outcome, ResultFile) else result


def kept_area_redrawn(result: ResultFile, finished: Finished) -> ResultFile:
    """Every pixel a little different, the kept area too."""
    return encoded(_picture(result).convert("RGB").point(lambda value: min(255, value + 24)), "png")


def _picture(result: ResultFile) -> Image.Image:
    picture = decoded(result.body)
    if picture is None:
        raise ValueError("the honest result is no image")
    return picture


def _resized(result: ResultFile, size: tuple[int, int]) -> ResultFile:
    return encoded(_picture(result).resize(size), result.extension)


def _saved(picture: Image.Image, image_format: str, **settings: object) -> ResultFile:
    target = io.BytesIO()
    picture.save(target, image_format, **settings)
    kind = {"PNG": ("image/png", "png"), "WEBP": ("image/webp", "webp")}.get(image_format, ("image/jpeg", "jpg"))
    return ResultFile(target.getvalue(), *kind, *picture.size)
