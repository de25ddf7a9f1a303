"""Whether a window can be opened, told without Qt, from real sockets."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from overscan.cli.display import can_open_window, can_see_window


@pytest.mark.parametrize("platform", ["linux", "freebsd14"])
def test_without_an_address_there_is_none(platform: str) -> None:
    assert not can_open_window(platform, {})
    assert not can_open_window(platform, {"DISPLAY": "", "WAYLAND_DISPLAY": ""})


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_a_desktop_system_always_has_one(platform: str) -> None:
    assert can_open_window(platform, {})
    assert can_see_window(platform, {})
    assert not can_see_window(platform, {"QT_QPA_PLATFORM": "offscreen"})


def test_a_platform_named_on_purpose_is_trusted() -> None:
    assert can_open_window("linux", {"QT_QPA_PLATFORM": "offscreen"})
    assert not can_see_window("linux", {"QT_QPA_PLATFORM": "offscreen:size=800x600"})
    assert can_see_window("linux", {"QT_QPA_PLATFORM": "vnc"})


@pytest.mark.parametrize("address", [":9731", "unix:9731.0", "127.0.0.1:9731"])
def test_an_address_at_which_nobody_answers(address: str) -> None:
    assert not can_open_window("linux", {"DISPLAY": address})


def test_an_address_of_another_kind_is_left_to_qt() -> None:
    assert can_open_window("linux", {"DISPLAY": "somewhere/else"})


@pytest.mark.skipif(sys.platform != "linux", reason="abstract sockets are Linux's own")
def test_an_x_server_that_answers() -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0/tmp/.X11-unix/X9732")
        server.listen()
        assert can_open_window("linux", {"DISPLAY": ":9732"})
        assert can_see_window("linux", {"DISPLAY": ":9732.0"})
        assert not can_open_window("linux", {"DISPLAY": ":9733"})


@pytest.mark.skipif(sys.platform == "win32", reason="there is no Wayland")
def test_a_wayland_compositor_that_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    environment = {"XDG_RUNTIME_DIR": str(tmp_path), "WAYLAND_DISPLAY": "wayland-0"}
    assert not can_open_window("linux", environment)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("wayland-0")
        server.listen()
        assert can_open_window("linux", environment)
        assert can_open_window("linux", {"WAYLAND_DISPLAY": str(tmp_path / "wayland-0")})
