"""Pixels: reading, fitting, resampling and laying out images. No Qt and no network."""
