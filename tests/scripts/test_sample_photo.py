"""The sample photo and the script that makes it, the latter at a small size."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageCms

from scripts.sample_photo import SMALL, TARGET, as_taken, encoded, large_picture, srgb_profile
from scripts.sample_scene import EYE, project, rays
from scripts.sample_textures import floats, linear


def test_bundled_photo_is_a_small_plain_jpeg_in_srgb() -> None:
    assert TARGET.stat().st_size < 120_000
    with Image.open(TARGET) as photo:
        photo.load()
        assert (photo.format, photo.mode, photo.size) == ("JPEG", "RGB", SMALL)
        assert photo.info["icc_profile"] == srgb_profile()
        assert not photo.getexif()
        assert "comment" not in photo.info


def test_bundled_photo_uses_the_range_without_clipping_much() -> None:
    with Image.open(TARGET) as photo:
        pixels = np.asarray(photo.convert("L"))
    low, high = np.percentile(pixels, (1, 99))
    assert low < 50
    assert high > 190
    assert np.mean(pixels >= 254) < 0.01


def test_profile_is_readable_and_repeats() -> None:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    assert "sRGB" in ImageCms.getProfileDescription(profile)
    assert srgb_profile() == srgb_profile()


def test_photo_repeats_byte_for_byte_and_differs_over_its_area() -> None:
    first, second = (encoded(as_taken(large_picture(192, 144), (96, 72))) for _ in range(2))
    assert first == second
    with Image.open(io.BytesIO(first)) as photo:
        pixels = np.asarray(photo.convert("RGB"), np.float32)
    corners = [pixels[:24, -24:], pixels[-24:, :24], pixels[40:56, 30:50]]
    assert np.ptp([corner.mean() for corner in corners]) > 8


def test_rays_and_projection_are_inverse() -> None:
    width, height = 40, 30
    directions = rays(width, height)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1, rtol=1e-5)
    pixels = project(EYE + directions * np.float32(17), width, height)
    y, x = np.divmod(np.arange(width * height), width)
    np.testing.assert_allclose(pixels, np.stack([x, y], axis=1) + 0.5, atol=1e-2)


def test_srgb_decoding_follows_the_standard() -> None:
    np.testing.assert_allclose(linear(0, 255, 128), floats([0, 1, 0.215861]), atol=1e-5)
