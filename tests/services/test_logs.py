"""The log file: written, small, private and without a secret."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from overscan.services import logs
from overscan.services.logs import Logging, start

SECRET = "wx-SECRET-0123456789"


def fail() -> None:
    raise ValueError(f"the key was {SECRET}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "logs"


@pytest.fixture
def log(folder: Path) -> Iterator[Callable[[], str]]:
    """Logging under way; call it for what the file holds so far."""
    started = start(folder, lambda: [SECRET])
    file = started.file
    assert file is not None
    yield lambda: file.read_text(encoding="utf-8")
    started.stop()


def test_lines_are_written_with_their_origin(log: Callable[[], str]) -> None:
    logging.getLogger("overscan.engine").info("job %s is %s", 7, "done")
    logging.getLogger("overscan").debug("too small to keep")
    assert "INFO overscan.engine [MainThread]: job 7 is done\n" in log()
    assert "too small" not in log()


def test_a_secret_is_hidden_wherever_it_stands(log: Callable[[], str]) -> None:
    logger = logging.getLogger("overscan")
    logger.info(f"in the message {SECRET}")
    logger.info("in an argument %s, %r, %s", SECRET, {"x-api-key": "unknown-key"}, SECRET.encode())
    logger.info("in a URL https://cdn.example/a.png?Signature=abc")
    logger.info("by name %(key)s", {"key": SECRET})
    try:
        fail()
    except ValueError:
        logger.warning("with its traceback", exc_info=True)
    logger.info("with the stack", stack_info=True, extra={"secret": SECRET})
    text = log()
    assert "with its traceback" in text
    assert "Traceback" in text
    assert "by name [hidden]" in text
    for word in (SECRET, "unknown-key", "abc"):
        assert word not in text


def test_talkative_libraries_are_held_back(log: Callable[[], str]) -> None:
    for name in ("httpx", "httpcore.connection", "PIL.PngImagePlugin", "urllib3"):
        logging.getLogger(name).info("chatter of %s", name)
        logging.getLogger(name).warning("warning of %s", name)
    assert "chatter" not in log()
    assert log().count("warning of") == 4


def test_a_message_that_cannot_be_formatted_or_encoded_stops_nothing(
    log: Callable[[], str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # pytest's own handlers raise at such a line, as they should; here ours is asked alone.
    ours = [h for h in logging.getLogger().handlers if type(h).__module__ == logs.__name__]
    monkeypatch.setattr(logging.getLogger(), "handlers", ours)
    logging.getLogger("overscan").info("%d", "no number")
    logging.getLogger("overscan").info("a surrogate \udcff here")
    assert r"a surrogate \udcff here" in log()
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_the_files_are_private_and_few(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LARGEST", 2000)
    started = start(folder, list)
    for number in range(200):
        logging.getLogger("overscan").info("line %d %s", number, "x" * 50)
    started.stop()
    files = sorted(folder.iterdir())
    assert [f.name for f in files] == ["overscan.log", "overscan.log.1", "overscan.log.2"]
    assert {f.stat().st_mode & 0o777 for f in files} == {0o600}
    assert all(f.stat().st_size <= 2000 for f in files)
    assert "line 199 " in files[0].read_text()


def test_without_a_writable_folder_the_program_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    started = start(tmp_path / "file", list)
    assert started.file is None
    logging.getLogger("overscan").info("into nothing")
    started.stop()


@pytest.mark.expects_errors
def test_what_nobody_caught_is_logged_and_told_in_a_line(
    log: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        fail()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    said = capsys.readouterr().err
    assert "ValueError: the key was [hidden]" in said
    assert "overscan.log" in said
    assert "Traceback" not in said
    assert "Traceback" in log()
    assert "CRITICAL" in log()
    assert SECRET not in log() + said


@pytest.mark.expects_errors
def test_so_is_what_a_thread_did_not_catch(log: Callable[[], str], capsys: pytest.CaptureFixture[str]) -> None:
    thread = threading.Thread(target=fail, name="downloader")
    thread.start()
    thread.join()
    assert "uncaught in thread downloader" in log()
    assert SECRET not in log() + capsys.readouterr().err


def test_a_thread_may_end_itself_and_a_person_may_interrupt(
    log: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    thread = threading.Thread(target=sys.exit)
    thread.start()
    thread.join()
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert "uncaught" not in log()
    assert "KeyboardInterrupt" in capsys.readouterr().err


def test_stopping_puts_everything_back(folder: Path) -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level, logging.getLogger("httpx").level, sys.excepthook, threading.excepthook)
    started: Logging = start(folder, list)
    assert sys.excepthook is not before[3]
    started.stop()
    after = (list(root.handlers), root.level, logging.getLogger("httpx").level, sys.excepthook, threading.excepthook)
    assert after == before
