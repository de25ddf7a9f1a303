"""The stage: the original and its results in one coordinate system."""
