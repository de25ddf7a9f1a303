"""CIEDE2000 against its authors' own test data and a second implementation; CIELAB against its definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.imaging.aligning import Floats
from overscan.imaging.colour_difference import ciede2000, lab_of

SHARMA = """
50 2.6772 -79.7751 50 0 -82.7485 2.0425
50 3.1571 -77.2803 50 0 -82.7485 2.8615
50 2.8361 -74.0200 50 0 -82.7485 3.4412
50 -1.3802 -84.2814 50 0 -82.7485 1.0000
50 -1.1848 -84.8006 50 0 -82.7485 1.0000
50 -0.9009 -85.5211 50 0 -82.7485 1.0000
50 0 0 50 -1 2 2.3669
50 -1 2 50 0 0 2.3669
50 2.4900 -0.0010 50 -2.4900 0.0009 7.1792
50 2.4900 -0.0010 50 -2.4900 0.0010 7.1792
50 2.4900 -0.0010 50 -2.4900 0.0011 7.2195
50 2.4900 -0.0010 50 -2.4900 0.0012 7.2195
50 -0.0010 2.4900 50 0.0009 -2.4900 4.8045
50 -0.0010 2.4900 50 0.0010 -2.4900 4.8045
50 -0.0010 2.4900 50 0.0011 -2.4900 4.7461
50 2.5 0 50 0 -2.5 4.3065
50 2.5 0 73 25 -18 27.1492
50 2.5 0 61 -5 29 22.8977
50 2.5 0 56 -27 -3 31.9030
50 2.5 0 58 24 15 19.4535
50 2.5 0 50 3.1736 0.5854 1.0000
50 2.5 0 50 3.2972 0 1.0000
50 2.5 0 50 1.8634 0.5757 1.0000
50 2.5 0 50 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""
"""Table 1 of Sharma, Wu and Dalal, 2005: two colours in CIELAB, and how far they lie apart."""
PAIRS = [tuple(float(word) for word in line.split()) for line in SHARMA.split("\n") if line]
Colour = tuple[float, float, float]
colours = st.tuples(st.floats(0, 100), st.floats(-100, 100), st.floats(-100, 100))


def apart(one: Colour, other: Colour) -> float:
    return float(ciede2000(np.array([[one]], np.float32), np.array([[other]], np.float32))[0, 0])


def plain(one: Colour, other: Colour) -> float:
    """One pair after another in degrees and double precision, as the paper writes it down."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    c1, c2 = math.hypot((1 + g) * a1, b1), math.hypot((1 + g) * a2, b2)
    h1 = math.degrees(math.atan2(b1, (1 + g) * a1)) % 360
    h2 = math.degrees(math.atan2(b2, (1 + g) * a2)) % 360
    if c1 * c2 == 0:
        dh, hue = 0.0, h1 + h2
    else:
        dh = h2 - h1
        hue = (h1 + h2) / 2
        if dh > 180:
            dh -= 360
        elif dh < -180:
            dh += 360
        if abs(h1 - h2) > 180:
            hue = (h1 + h2 + 360) / 2 if h1 + h2 < 360 else (h1 + h2 - 360) / 2
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2

    def cos(degrees: float) -> float:
        return math.cos(math.radians(degrees))

    t = 1 - 0.17 * cos(hue - 30) + 0.24 * cos(2 * hue) + 0.32 * cos(3 * hue + 6) - 0.2 * cos(4 * hue - 63)
    turn = 30 * math.exp(-(((hue - 275) / 25) ** 2))
    rc = 2 * math.sqrt(chroma**7 / (chroma**7 + 25**7))
    sl = 1 + 0.015 * (lightness - 50) ** 2 / math.sqrt(20 + (lightness - 50) ** 2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    dl, dc = (l2 - l1) / sl, (c2 - c1) / sc
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh / 2)) / sh
    return math.sqrt(dl**2 + dc**2 + dh**2 - math.sin(math.radians(2 * turn)) * rc * dc * dh)


def test_there_are_all_of_the_paper_s_pairs() -> None:
    assert len(PAIRS) == 34


@pytest.mark.parametrize("pair", PAIRS)
def test_the_paper_s_pairs_lie_as_far_apart_as_it_says(pair: tuple[float, ...]) -> None:
    l1, a1, b1, l2, a2, b2, expected = pair
    one, other = (l1, a1, b1), (l2, a2, b2)
    assert apart(one, other) == pytest.approx(expected, abs=1.5e-4)
    assert plain(one, other) == pytest.approx(expected, abs=1e-4)


def test_pictures_and_single_colours_lie_equally_far_apart() -> None:
    dice = np.random.default_rng(3)
    low, high = (0, -90, -90), (100, 90, 90)
    one, other = (dice.uniform(low, high, (40, 50, 3)).astype(np.float32) for _ in range(2))
    expected = [plain(tuple(a), tuple(b)) for a, b in zip(one.reshape(-1, 3), other.reshape(-1, 3), strict=True)]
    assert ciede2000(one, other).ravel() == pytest.approx(expected, rel=1e-3, abs=1e-3)


@given(colours, colours)
def test_it_does_not_matter_which_comes_first(one: Colour, other: Colour) -> None:
    assert apart(one, other) == pytest.approx(apart(other, one), rel=1e-3, abs=2e-3)


@given(colours)
def test_a_colour_is_not_apart_from_itself(one: Colour) -> None:
    assert apart(one, one) == 0


def exact_lab(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Floats:
    """IEC 61966-2-1 and CIE 15, for D65."""
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratio = linear @ matrix.T / matrix.sum(axis=1)
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    lightness = 116 * f[..., 1] - 16
    lab = np.stack([lightness, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)
    return lab.astype(np.float32)


def test_lab_is_what_its_definition_says() -> None:
    steps = np.arange(0, 256, 15, dtype=np.uint8)
    grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    assert float(np.abs(lab_of(grid) - exact_lab(grid / 255)).max()) < 0.06
