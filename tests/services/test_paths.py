"""Folders of the program and its resources."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from overscan.core.failures import StorageProblem
from overscan.services.files import keep_new_file, replace_file
from overscan.services.paths import Folders, folders, locate, resource

posix = pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_one_variable_moves_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERSCAN_HOME", str(tmp_path / "all"))
    found = locate()
    assert (found.config, found.data, found.cache, found.logs) == tuple(
        tmp_path / "all" / name for name in ("config", "data", "cache", "logs")
    )
    assert not (tmp_path / "all").exists()
    assert folders() == found
    assert all(p.is_dir() for p in (found.config, found.data, found.cache, found.logs, found.incoming, found.rescue))
    assert found.journal.parent == found.incoming.parent == found.rescue.parent == found.data
    assert found.config_file == found.config / "config.toml"


def test_without_the_variable_the_platform_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERSCAN_HOME", "  ")
    found = locate()
    for path in (found.config, found.data, found.cache, found.logs):
        assert path.is_absolute()
        assert "overscan" in str(path).lower()
        assert path.is_relative_to(tmp_path / "person")


def test_the_variable_may_be_relative_or_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERSCAN_HOME", "here")
    assert locate().data == tmp_path / "here" / "data"
    monkeypatch.setenv("OVERSCAN_HOME", "~/there")
    assert locate().data == tmp_path / "person" / "there" / "data"
    monkeypatch.setenv("OVERSCAN_HOME", "~nobody-of-this-name/x")
    with pytest.raises(StorageProblem, match="OVERSCAN_HOME"):
        locate()


@posix
def test_nobody_else_can_look_in(home: Folders) -> None:
    assert [mode(p) for p in (home.config, home.data, home.logs, home.incoming, home.rescue)] == [0o700] * 5
    home.data.chmod(0o755)
    folders()
    assert mode(home.data) == 0o700


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("OVERSCAN_HOME", str(tmp_path / "file"))
    with pytest.raises(StorageProblem, match="cannot be made"):
        folders()


def test_resources_are_found_and_missing_ones_named() -> None:
    assert resource("icons").is_dir()
    with pytest.raises(StorageProblem, match=r"no-such\.file"):
        resource("no-such.file")


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    replace_file(path, b"one")
    replace_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert {p.name for p in tmp_path.iterdir() if "a" in p.name.split("-")[0].split(".")} == {"a"}


@posix
def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    replace_file(real, b"one")
    assert mode(real) == 0o600
    real.chmod(0o640)
    link.symlink_to(real)
    replace_file(link, b"two")
    assert link.is_symlink()
    assert (real.read_bytes(), mode(real)) == (b"two", 0o640)


def test_a_replacement_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").touch()
    with pytest.raises(OSError, match="folder"):
        replace_file(tmp_path / "folder", b"x")
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".part"] == []
    with pytest.raises(OSError, match="missing"):
        replace_file(tmp_path / "missing" / "a", b"x")


def test_a_new_file_is_never_an_old_one(tmp_path: Path) -> None:
    keep_new_file(tmp_path / "a", b"one")
    with pytest.raises(FileExistsError):
        keep_new_file(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"one"
