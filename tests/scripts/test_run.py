"""The choice between window and demo that `make run` makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.run import SAMPLE, can_open_window, command, may_have_display, start


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"QT_QPA_PLATFORM": "vnc:size=800x600"}, True),
        ("linux", {"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, False),
        ("linux", {"DISPLAY": ":0", "QT_QPA_PLATFORM": "minimal:debug"}, False),
        ("darwin", {}, True),
        ("win32", {}, True),
        ("win32", {"QT_QPA_PLATFORM": "offscreen"}, False),
    ],
)
def test_environment_tells_whether_to_look_for_a_display(
    platform: str, environment: dict[str, str], expected: bool
) -> None:
    assert may_have_display(platform, environment) is expected


def test_display_that_nobody_serves_is_no_display(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISPLAY", f"{tmp_path}/no-such-server:0")
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not can_open_window()


def test_probe_tells_a_working_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert can_open_window()


def test_window_gets_the_sample_and_the_demo_its_own_word() -> None:
    program = Path("bin") / "overscan"
    assert command(program, display=True) == [str(program), str(SAMPLE)]
    assert command(program, display=False) == [str(program), "demo"]


@pytest.mark.parametrize("status", [0, 1, 2, 77])
def test_exit_status_is_the_programs(status: int) -> None:
    code = f"from scripts.run import start; start([{sys.executable!r}, '-c', 'raise SystemExit({status})'])"
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == status


def test_missing_program_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        start([str(tmp_path / "absent")])
