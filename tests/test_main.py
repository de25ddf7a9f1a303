"""The entrance: what is a command, what is a photo for the window, and what happens without a display."""

from __future__ import annotations

from pathlib import Path

import pytest

from overscan.__main__ import main
from tests.cli.program import Program


@pytest.fixture
def program(clean_environment: Path, tmp_path: Path) -> Program:
    return Program(clean_environment, tmp_path / "outputs")


@pytest.mark.parametrize("arguments", [["photo.jpg"], [], ["--", "run"], ["https://example.com/photo.jpg"]])
def test_without_a_display_the_window_says_so_in_a_line(program: Program, arguments: list[str]) -> None:
    ran = program.run(*arguments)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.count("\n") == 1
    assert "no display" in ran.err


def test_a_display_that_nobody_serves_is_none(program: Program) -> None:
    ran = program.run("photo.jpg", environment={"DISPLAY": ":9731"})
    assert (ran.status, ran.err.count("\n")) == (1, 1)


def test_an_unknown_option_is_no_photo(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--no-such-option"]) == 2
    assert "--no-such-option" in capsys.readouterr().err


def test_the_installed_name_is_the_same_program() -> None:
    from importlib.metadata import entry_points

    (entry,) = entry_points(group="console_scripts", name="overscan")
    assert entry.load() is main
