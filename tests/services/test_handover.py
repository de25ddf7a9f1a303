"""A second start hands its photos over: real lock files, and a real second process where one has crashed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import pytest

from overscan.services.handover import WindowMark


@pytest.fixture
def mark(tmp_path: Path) -> WindowMark:
    return WindowMark(tmp_path)


def test_nothing_is_handed_over_where_no_window_is_open(mark: WindowMark, tmp_path: Path) -> None:
    assert not mark.hand_over(["a.jpg"])
    assert not (tmp_path / "handover").exists()


def test_a_window_takes_what_a_later_start_brings(
    mark: WindowMark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert mark.set()
    taken: list[str] = []
    handed = Event()

    def window() -> None:
        while not handed.is_set():
            taken.extend(mark.take())

    thread = Thread(target=window)
    thread.start()
    try:
        assert WindowMark(tmp_path).hand_over(["a photo.jpg", "https://photos.example/b.jpg"], patience_s=20)
    finally:
        handed.set()
        thread.join()
    assert taken == [str(tmp_path / "a photo.jpg"), "https://photos.example/b.jpg"]


def test_only_one_window_is_the_open_one(mark: WindowMark, tmp_path: Path) -> None:
    second = WindowMark(tmp_path)
    assert mark.set()
    assert not second.set()
    mark.clear()
    assert second.set()
    second.clear()


def test_a_window_that_does_not_answer_is_not_waited_for(mark: WindowMark, tmp_path: Path) -> None:
    assert mark.set()
    assert not WindowMark(tmp_path).hand_over(["a.jpg"], patience_s=0.0)
    assert mark.take() == []


def test_a_crashed_window_is_no_window(mark: WindowMark, tmp_path: Path) -> None:
    text = f"import os; from overscan.services.handover import WindowMark; from pathlib import Path; \
m = WindowMark(Path({str(tmp_path)!r})); assert m.set(); os._exit(9)"
    assert subprocess.run([sys.executable, "-c", text], check=False).returncode == 9
    assert (tmp_path / "window.lock").exists()
    (tmp_path / "handover" / "old.json").write_text(json.dumps(["old.jpg"]))
    assert not mark.hand_over(["a.jpg"])
    assert mark.set()
    assert mark.take() == []


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[1, null]", b"\xff\xfe", b'"a.jpg"'])
def test_a_file_without_sense_brings_nothing(mark: WindowMark, content: bytes) -> None:
    assert mark.set()
    (mark.requests / "x.json").write_bytes(content)
    assert mark.take() == []
