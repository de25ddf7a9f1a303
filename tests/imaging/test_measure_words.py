"""The one declaration of measures: complete, and readable."""

from __future__ import annotations

import dataclasses
import math

import pytest

from overscan.imaging.measure import ColourCause, Measures
from overscan.imaging.measure_words import MEASURES, MeasureInfo, text_of

FOUND = Measures(
    width=200,
    height=100,
    psnr_db=34.06,
    ssim=0.9615,
    ciede2000_mean=0.44,
    ciede2000_p95=3.35,
    colour_cause=ColourCause.CHANGED,
    shift_px=(0.46, -0.01),
    scale=2.0004,
    registered=True,
    invented=1.234,
    consistency_error=0.5,
    sharpness=0.71,
    noise=2.04,
    blocking=-0.0,
)
SHOWN = {info.key: info for info in MEASURES}


def test_every_measure_is_declared_once() -> None:
    fields = {field.name for field in dataclasses.fields(Measures)} - {"width", "height", "registered"}
    assert [info.key for info in MEASURES] == list(SHOWN)
    assert set(SHOWN) == fields


@pytest.mark.parametrize("info", MEASURES, ids=lambda info: info.key)
def test_each_has_a_definition_a_source_and_a_reading(info: MeasureInfo) -> None:
    assert info.label
    assert min(len(info.definition), len(info.source), len(info.reading)) > 20
    assert info.definition.endswith(".")
    assert info.reading.endswith(".")
    assert text_of(info, FOUND)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("psnr_db", "34.1"),
        ("ssim", "0.962"),
        ("ciede2000_p95", "3.4"),
        ("colour_cause", "changed"),
        ("shift_px", "0.5, 0.0"),
        ("scale", "2.000"),
        ("invented", "1.23"),
        ("blocking", "0.00"),
    ],
)
def test_values_are_rounded_for_people(key: str, text: str) -> None:
    assert text_of(SHOWN[key], FOUND) == text


def test_equal_is_infinite_and_nearly_equal_is_not_equal() -> None:
    assert text_of(SHOWN["psnr_db"], dataclasses.replace(FOUND, psnr_db=math.inf)) == "∞"
    assert text_of(SHOWN["ssim"], dataclasses.replace(FOUND, ssim=0.99991)) == "0.999"
    assert text_of(SHOWN["ssim"], dataclasses.replace(FOUND, ssim=1.0)) == "1.000"


def test_what_was_not_measured_is_said() -> None:
    found = dataclasses.replace(FOUND, registered=False)
    assert text_of(SHOWN["shift_px"], found) == text_of(SHOWN["scale"], found) == "not measured"
