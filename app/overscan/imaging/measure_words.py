"""What is measured, how it is defined and by whom: the one declaration that the window, the report and the command
line read."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from overscan.core.text import mark, tr
from overscan.imaging.measure import ColourCause, Measures


@dataclass(frozen=True, slots=True)
class MeasureInfo:
    """One measure; every text is marked for the catalogue. ``unit`` may be empty. ``reading`` says how to read it."""

    key: str
    label: str
    unit: str
    definition: str
    source: str
    reading: str


MEASURES: Final[tuple[MeasureInfo, ...]] = (
    MeasureInfo(
        "psnr_db",
        mark("PSNR to original"),
        mark("dB"),
        mark(
            "Peak signal-to-noise ratio of the result, reduced to the original's pixels and registered: 10 times the "
            "logarithm (base 10) of 255² over the mean squared difference of the 8-bit sRGB values of all three "
            "channels. Infinite for equal pixels. Where the result had to be resampled, 2 pixels along the border of "
            "what it covers are left out."
        ),
        mark("The usual definition for 8-bit pictures."),
        mark("Higher is nearer to the original. A sharper or cleaner picture than the original is lower, too."),
    ),
    MeasureInfo(
        "ssim",
        mark("SSIM"),
        "",
        mark(
            "Structural similarity of the BT.601 luma, with a Gaussian window of 11×11 pixels (σ 1.5), K1 0.01 and "
            "K2 0.03, on the original's pixels. It is the mean over all windows that lie wholly inside."
        ),
        mark(
            "Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli: Image quality assessment: from error visibility to "
            "structural similarity. IEEE Transactions on Image Processing 13(4), 2004. doi:10.1109/TIP.2003.819861"
        ),
        mark("1 is equal. Lower where structure was changed, whether for better or worse."),
    ),
    MeasureInfo(
        "ciede2000_mean",
        mark("Colour drift, mean"),
        mark("ΔE"),
        mark(
            "The colour difference CIEDE2000 of each pixel to the original, both in CIELAB (D65) and on the original's "
            "pixels: the mean of all."
        ),
        mark(
            "G. Sharma, W. Wu, E. N. Dalal: The CIEDE2000 color-difference formula. Color Research and Application "
            "30(1), 2005. doi:10.1002/col.20070"
        ),
        mark("About 1 is just seen side by side. Noise and sharpening count, too."),
    ),
    MeasureInfo(
        "ciede2000_p95",
        mark("Colour drift, 95 %"),
        mark("ΔE"),
        mark("The same difference: 95 % of all pixels are off by no more than this."),
        mark(
            "G. Sharma, W. Wu, E. N. Dalal: The CIEDE2000 color-difference formula. Color Research and Application "
            "30(1), 2005. doi:10.1002/col.20070"
        ),
        mark("Shows what happened to the parts that changed most."),
    ),
    MeasureInfo(
        "colour_cause",
        mark("Colours"),
        "",
        mark(
            "Told by wide shades, the mean colours of squares of 32×32 original pixels, so that sharpening and noise "
            "reduction do not count as a change of colour. Changed: 5 % of the squares are off by more than 2.3 in "
            "CIEDE2000. Profile lost: they agree at least twice as well with the original's values when its ICC "
            "profile is ignored."
        ),
        mark(
            "The threshold is the just noticeable difference (in CIELAB) of M. Mahy, L. Van Eycken, A. Oosterlinck: "
            "Evaluation of uniform color spaces developed after the adoption of CIELAB and CIELUV. Color Research and "
            "Application 19(2), 1994. The rest is this program's own."
        ),
        mark("A lost profile can be put right; a change of colour was made by the service."),
    ),
    MeasureInfo(
        "invented",
        mark("Invented detail"),
        mark("levels"),
        mark(
            "Detail of the result that the original does not support: the luma of both in bands of about an octave, up "
            "to what the result's own pixels hold. Around each place (9×9 original pixels) the original's detail, "
            "enlarged bicubically, explains as much of the result's as it can at a strength of 0 to 1; what is left "
            "over counts, as a root mean square in levels of 255."
        ),
        mark("This program's own; the least-squares fit in bands follows common practice in image fusion."),
        mark(
            "0 for a plain enlargement and for blur. Sharpening adds some, new texture and noise more. It does not "
            "say whether what was added is right."
        ),
    ),
    MeasureInfo(
        "consistency_error",
        mark("Consistency error"),
        mark("levels"),
        mark(
            "How far the result, reduced to the original's pixels, differs from it in all that is wider than fine "
            "detail: the root mean square of the difference of both lumas after a Gaussian blur of σ 2 pixels, in "
            "levels of 255."
        ),
        mark("This program's own. A faithful enlargement, reduced again, is its original."),
        mark("0 is consistent. High where brightness, contrast or shapes were changed."),
    ),
    MeasureInfo(
        "sharpness",
        mark("Sharpness"),
        "",
        mark(
            "How much of the differences between neighbouring pixels a further blur of 9 pixels would take away, the "
            "lower of the two directions. Taken from the result's own pixels, without the original."
        ),
        mark(
            "1 less the blur effect of F. Crete, T. Dolmiere, P. Ladret, M. Nicolas: The blur effect: perception and "
            "estimation with a new no-reference perceptual blur metric. Proc. SPIE 6492, 2007. doi:10.1117/12.702790"
        ),
        mark(
            "0 is blurred, 1 is sharp at the scale of single pixels. Larger results are less sharp by their nature, "
            "and noise counts as sharp: compare results of one size."
        ),
    ),
    MeasureInfo(
        "noise",
        mark("Noise"),
        mark("levels"),
        mark(
            "Standard deviation of the grain in the luma: the median of the diagonal Haar coefficients of the finest "
            "scale, divided by 0.6745. Taken from the result's own pixels, without the original."
        ),
        mark(
            "D. L. Donoho, I. M. Johnstone: Ideal spatial adaptation by wavelet shrinkage. Biometrika 81(3), 1994. "
            "doi:10.1093/biomet/81.3.425"
        ),
        mark(
            "Fine texture over more than half of the picture counts as noise. Noise that was enlarged has grown too "
            "coarse to be seen by it. It is told up to 47 levels."
        ),
    ),
    MeasureInfo(
        "blocking",
        mark("Blocking"),
        "",
        mark(
            "How much stronger the steps between neighbouring pixels are on the borders of blocks of 8×8 than halfway "
            "between them, less 1; steps count up to 24 levels. The grid of the result's own file and that of the "
            "original's, enlarged with it, are tried; the stronger counts."
        ),
        mark(
            "After Z. Wang, H. R. Sheikh, A. C. Bovik: No-reference perceptual quality assessment of JPEG compressed "
            "images. Proc. IEEE International Conference on Image Processing, 2002. doi:10.1109/ICIP.2002.1038064"
        ),
        mark("Near 0 without blocks, 1 where steps are twice as high on the grid. A cropped JPEG hides its grid."),
    ),
    MeasureInfo(
        "shift_px",
        mark("Shift"),
        mark("px"),
        mark(
            "How far the result lies to the right of and below the original, in original pixels, at the photo's "
            "middle. Found by phase correlation and refined with the scale by least squares."
        ),
        mark(
            "B. D. Lucas, T. Kanade: An iterative image registration technique with an application to stereo vision. "
            "Proc. IJCAI, 1981."
        ),
        mark("0, 0 lies where it should. The comparison makes up for it."),
    ),
    MeasureInfo(
        "scale",
        mark("Scale"),
        "",
        mark("Pixels of the result for each of the original, as measured: the geometric mean of both directions."),
        mark(
            "B. D. Lucas, T. Kanade: An iterative image registration technique with an application to stereo vision. "
            "Proc. IJCAI, 1981."
        ),
        mark("Next to the size that was asked for, it tells whether the result was cropped or stretched."),
    ),
)
"""In the order in which they are shown; that is no ranking, and they are never made one figure."""

_CAUSES: Final = {
    ColourCause.NONE: mark("kept"),
    ColourCause.PROFILE_LOST: mark("profile lost"),
    ColourCause.CHANGED: mark("changed"),
}

_READ: Final[dict[str, Callable[[Measures], str]]] = {
    "psnr_db": lambda m: "∞" if math.isinf(m.psnr_db) else f"{m.psnr_db:.1f}",
    "ssim": lambda m: f"{_below(m.ssim, 1.0, 3):.3f}",
    "ciede2000_mean": lambda m: _plain(m.ciede2000_mean, 1),
    "ciede2000_p95": lambda m: _plain(m.ciede2000_p95, 1),
    "colour_cause": lambda m: tr(_CAUSES[m.colour_cause]),
    "invented": lambda m: _plain(m.invented, 2),
    "consistency_error": lambda m: _plain(m.consistency_error, 2),
    "sharpness": lambda m: _plain(m.sharpness, 2),
    "noise": lambda m: _plain(m.noise, 1),
    "blocking": lambda m: _plain(m.blocking, 2),
    "shift_px": lambda m: (
        f"{_plain(m.shift_px[0], 1)}, {_plain(m.shift_px[1], 1)}" if m.registered else tr("not measured")
    ),
    "scale": lambda m: f"{m.scale:.3f}" if m.registered else tr("not measured"),
}


def text_of(info: MeasureInfo, measures: Measures) -> str:
    """The value of one measure as it is shown, without its unit."""
    return _READ[info.key](measures)


def _plain(value: float, digits: int) -> str:
    """Rounded, and never minus nought."""
    return f"{round(value, digits) + 0.0:.{digits}f}"


def _below(value: float, bound: float, digits: int) -> float:
    """Rounded, but never up to a bound that is not reached: 0.9997 is not 1."""
    step = 10.0**-digits
    return bound - step if bound - step < value < bound else value
