"""Giving outputs their place: whole pictures only, and never over another file."""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.core.failures import OutputRejected, StorageProblem
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.engine import outputs
from overscan.engine.journal import Placement
from overscan.engine.outputs import (
    NameBook,
    check_part,
    found_again,
    give_name,
    make_ready,
    name_new,
    part_path,
    write_part,
)
from tests.engine.jobs import request
from tests.simulator import bomb_png
from tests.simulator.client import picture

PNG = picture("PNG", (40, 30))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


def part_in(folder: Path, data: bytes = PNG) -> Path:
    part = part_path(folder, "a" * 32, 1)
    write_part(part, data)
    return part


# ---------------------------------------------------------------------------------------- checking


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"])
def test_a_whole_picture_passes(folder: Path, form: str) -> None:
    data = picture(form, (40, 30))
    checked = check_part(part_in(folder, data))
    assert (checked.format, checked.size) == (ImageFormat(form.lower()), Size(40, 30))
    assert checked.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>Sign in</html>", PNG[:-20], PNG[: len(PNG) // 2], picture("JPEG", (400, 300))[:-700], bomb_png()],
    ids=["empty", "html", "no end", "half", "half a JPEG", "bomb"],
)
def test_what_is_no_whole_picture_is_refused_and_removed(folder: Path, data: bytes) -> None:
    part = part_in(folder, data)
    with pytest.raises(OutputRejected):
        check_part(part)
    assert list(folder.iterdir()) == []


def test_a_part_that_vanished_is_a_matter_of_storage(folder: Path) -> None:
    part = part_in(folder)
    part.unlink()
    with pytest.raises(StorageProblem):
        check_part(part)


# ---------------------------------------------------------------------------------------- naming


def first_names(name: str, template: str = "{photo}-{provider}-{n}", count: int = 3) -> list[Path]:
    return list(itertools.islice(NameBook().names(request(name=name, template=template), Path("/out"), ".png"), count))


def test_names_follow_the_template() -> None:
    assert [p.name for p in first_names("osprey")] == [f"osprey-picwish-scale-{n}.png" for n in (1, 2, 3)]
    assert [p.name for p in first_names("a", "{n}. {photo}", 2)] == ["1. a.png", "2. a.png"]
    assert [p.name for p in first_names("{n}{provider}", count=1)] == ["{n}{provider}-picwish-scale-1.png"]


def test_a_template_without_number_still_gives_different_names() -> None:
    assert [p.name for p in first_names("osprey", "{photo}", 2)] == ["osprey-1.png", "osprey-2.png"]


@given(
    st.text(min_size=1, max_size=400).filter(lambda text: text.isprintable()) | st.just("照片" * 300),
    st.sampled_from(["{photo}-{provider}-{n}", "{photo}", "x", "../{photo}/{n}", "{n}{photo}{photo}"]),
)
def test_names_stay_in_the_folder_are_short_enough_and_all_differ(name: str, template: str) -> None:
    found = first_names(name, template, 5)
    assert len(set(found)) == 5
    for path in found:
        assert path.parent == Path("/out")
        assert path.name not in ("", ".", "..")
        assert len(path.name.encode()) <= 400 if template.count("{photo}") > 1 else len(path.name.encode()) <= 200
        assert path.name.isprintable()


@pytest.mark.parametrize("name", ["照片" * 200, "é" * 300, "x" * 1000, "👩‍👩‍👧" * 50, "a b", "quote'\"", "-dash"])
def test_real_files_can_have_them(folder: Path, name: str) -> None:
    target = next(NameBook().names(request(name=name), folder, ".png"))
    output = give_name(check_part(part_in(folder)), 1, target)
    assert output is not None
    assert Path(output.path).read_bytes() == PNG
    assert [path.name for path in folder.iterdir()] == [target.name]


def test_an_existing_file_is_never_overwritten(folder: Path) -> None:
    (folder / "taken.png").write_bytes(b"precious")
    assert give_name(check_part(part_in(folder)), 1, folder / "taken.png") is None
    assert (folder / "taken.png").read_bytes() == b"precious"
    assert part_path(folder, "a" * 32, 1).exists()


def test_neither_is_a_broken_link_or_a_folder(folder: Path) -> None:
    (folder / "link.png").symlink_to(folder / "nowhere")
    (folder / "folder.png").mkdir()
    part = part_in(folder)
    for name in ("link.png", "folder.png"):
        assert not name_new(part, folder / name)
    assert (folder / "link.png").is_symlink()


def test_of_many_who_want_a_name_one_gets_it(folder: Path) -> None:
    parts = [folder / f"{i}.part" for i in range(8)]
    for part in parts:
        part.write_bytes(part.name.encode())
    start = threading.Barrier(len(parts))
    won: list[Path] = []

    def take(part: Path) -> None:
        start.wait()
        if name_new(part, folder / "wanted"):
            won.append(part)

    threads = [threading.Thread(target=take, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = won
    assert (folder / "wanted").read_bytes() == winner.name.encode()


@pytest.fixture
def linkless(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose file system has no hard links. The kernel's answer is given here in its stead: a FAT volume can
    be mounted by root only."""

    def no_link(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM), str(self))

    monkeypatch.setattr(Path, "hardlink_to", no_link)
    return folder


def test_without_hard_links_a_name_is_given_all_the_same(linkless: Path) -> None:
    target = linkless / "osprey.png"
    output = give_name(check_part(part_in(linkless)), 1, target)
    assert output is not None
    assert (target.read_bytes(), output.bytes) == (PNG, len(PNG))
    assert [path.name for path in linkless.iterdir()] == ["osprey.png"]


def test_without_hard_links_nothing_is_overwritten_either(linkless: Path) -> None:
    (linkless / "taken.png").write_bytes(b"precious")
    assert not name_new(part_in(linkless), linkless / "taken.png")
    assert (linkless / "taken.png").read_bytes() == b"precious"


def test_without_hard_links_a_failed_move_leaves_no_empty_file(linkless: Path) -> None:
    with pytest.raises(StorageProblem):
        give_name(outputs.Checked(linkless / "gone.part", ImageFormat.PNG, Size(1, 1), ""), 1, linkless / "a.png")
    assert list(linkless.iterdir()) == []


def test_a_folder_that_vanished_is_told_in_words(folder: Path) -> None:
    checked = check_part(part_in(folder))
    with pytest.raises(StorageProblem) as caught:
        give_name(checked, 1, folder / "gone" / "a.png")
    assert str(folder / "gone") in caught.value.failure.message
    assert caught.value.failure.remedy


# ---------------------------------------------------------------------------------------- folders


def test_a_folder_is_made_and_left_clean(tmp_path: Path) -> None:
    make_ready(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageProblem):
        make_ready(tmp_path / "file" / "out")


FULL = """
import os, resource, signal, sys
from pathlib import Path
from overscan.core.failures import StorageProblem
from overscan.engine.outputs import write_part
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_part(Path(sys.argv[1]), bytes(5000))
except StorageProblem as error:
    print(error.failure)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits")
def test_a_picture_that_cannot_be_written_whole_leaves_nothing_behind(folder: Path) -> None:
    # The system's limit on a file's size is met in the middle of writing, as the end of a disk would be.
    result = subprocess.run(
        [sys.executable, "-c", FULL, str(folder / "a.part")],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert str(folder) in result.stdout
    assert list(folder.iterdir()) == []


# ---------------------------------------------------------------------------------------- after a crash


def test_what_was_placed_just_before_a_crash_is_found_again(folder: Path) -> None:
    target = folder / "osprey.png"
    output = give_name(check_part(part_in(folder)), 3, target)
    assert output is not None
    assert found_again(Placement(3, target, output.sha256)) == output


@pytest.mark.parametrize("there", [None, b"", b"somebody else's", PNG[:-10]])
def test_what_is_not_there_or_another_is_not_taken(folder: Path, there: bytes | None) -> None:
    target = folder / "osprey.png"
    if there is not None:
        target.write_bytes(there)
    assert found_again(Placement(1, target, hashlib.sha256(PNG).hexdigest())) is None


def test_equal_bytes_that_are_no_picture_are_not_taken(folder: Path) -> None:
    (folder / "a.png").write_bytes(b"text")
    assert found_again(Placement(1, folder / "a.png", hashlib.sha256(b"text").hexdigest())) is None
