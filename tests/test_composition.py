"""What the window and the command line both start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from overscan.composition import name_of_url, open_house
from overscan.core.failures import PhotoError
from tests.simulator import Simulator


def test_an_address_from_a_web_page_cannot_lead_to_this_machine(simulator: Simulator, photo_file: Path) -> None:
    house = open_house()
    url = simulator.host_photo("osprey.jpg", photo_file.read_bytes())
    with pytest.raises(PhotoError, match=r"this machine|secure"):
        house.fetch_photo(url, typed=False)
    assert list(simulator.requests) == []
    assert not list(house.folders.incoming.iterdir())


def test_a_typed_address_may(simulator: Simulator, photo_file: Path) -> None:
    house = open_house()
    url = simulator.host_photo("osprey.jpg", photo_file.read_bytes())
    fetched = house.fetch_photo(url, typed=True)
    assert fetched.parent == house.folders.incoming
    assert fetched.name == "osprey.jpg"
    assert fetched.read_bytes() == photo_file.read_bytes()


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/a/osprey.jpg?x=1", "osprey"),
        ("https://example.org/%E7%85%A7%E7%89%87.png", "照片"),
        ("https://example.org/", "photo"),
        ("https://example.org/..%2f..%2fetc", "photo"),
    ],
)
def test_names_from_urls_are_safe(url: str, name: str) -> None:
    assert name_of_url(url) == name
