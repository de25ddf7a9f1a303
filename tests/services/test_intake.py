"""Files, folders and names from outside."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.core.failures import StorageProblem
from overscan.services.intake import LONGEST_STEM, expand, keep_bytes, safe_stem


def fill(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def names(folder: Path, *given_paths: Path) -> list[str]:
    return [p.relative_to(folder).as_posix() for p in expand(given_paths or (folder,))]


def test_a_folder_gives_its_photos_in_natural_order(tmp_path: Path) -> None:
    fill(tmp_path, "img10.jpg", "img2.JPG", "IMG1.jpg", "b/2.png", "b/10.png", "a/z.webp", "a/a/1.heic", "img.jpg")
    assert names(tmp_path) == [
        "img.jpg",
        "IMG1.jpg",
        "img2.JPG",
        "img10.jpg",
        "a/z.webp",
        "a/a/1.heic",
        "b/2.png",
        "b/10.png",
    ]


def test_inside_a_folder_only_visible_photos_count(tmp_path: Path) -> None:
    fill(tmp_path, "a.jpg", ".hidden.jpg", ".git/b.jpg", "notes.txt", "c.jpg.part", ".c-x.part", "video.mp4", "jpg")
    assert names(tmp_path) == ["a.jpg"]


def test_what_is_named_itself_is_always_kept_and_in_place(tmp_path: Path) -> None:
    fill(tmp_path, "z.txt", ".hidden.jpg", "folder/a.jpg")
    chosen = [tmp_path / "z.txt", tmp_path / "folder", tmp_path / ".hidden.jpg", tmp_path / "vanished.jpg"]
    assert names(tmp_path, *chosen) == ["z.txt", "folder/a.jpg", ".hidden.jpg", "vanished.jpg"]


def test_links_are_followed_and_loops_end(tmp_path: Path) -> None:
    fill(tmp_path, "top/a.jpg", "top/sub/b.jpg", "elsewhere/c.jpg")
    (tmp_path / "top/sub/up").symlink_to(tmp_path / "top")
    (tmp_path / "top/self").symlink_to("self")
    (tmp_path / "top/self.jpg").symlink_to("self.jpg")
    (tmp_path / "top/broken.jpg").symlink_to("gone.jpg")
    (tmp_path / "top/there").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "top/there2").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "top/link.jpg").symlink_to(tmp_path / "elsewhere/c.jpg")
    assert names(tmp_path, tmp_path / "top") == ["top/a.jpg", "top/link.jpg", "top/sub/b.jpg", "top/there/c.jpg"]
    assert list(expand([tmp_path / "top/self"])) == [tmp_path / "top/self"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_with_a_photos_name_is_no_photo(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    fill(tmp_path, "a.jpg")
    assert names(tmp_path) == ["a.jpg"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_comes_out_itself(tmp_path: Path) -> None:
    fill(tmp_path, "a.jpg", "barred/b.jpg", "c/d.jpg")
    (tmp_path / "barred").chmod(0)
    try:
        assert names(tmp_path) == ["a.jpg", "barred", "c/d.jpg"]
    finally:
        (tmp_path / "barred").chmod(0o700)


def test_a_deep_folder_is_no_recursion(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(300):
        deep /= "d"
    deep.mkdir(parents=True)
    fill(deep, "a.jpg")
    assert list(expand([tmp_path])) == [deep / "a.jpg"]


def test_files_come_one_by_one_without_waiting_for_the_last(tmp_path: Path) -> None:
    fill(tmp_path, "a/1.jpg", "b/2.jpg")
    found = expand([tmp_path])
    assert next(found) == tmp_path / "a/1.jpg"
    fill(tmp_path, "b/3.jpg")
    assert list(found) == [tmp_path / "b/2.jpg", tmp_path / "b/3.jpg"]


@given(st.text(max_size=200))
def test_a_safe_stem_is_safe(name: str) -> None:
    stem = safe_stem(name)
    assert 0 < len(stem.encode()) <= LONGEST_STEM
    assert not set('<>:"/\\|?*\0\n\r\t') & set(stem)
    assert not stem.startswith((" ", ".", "-"))
    assert not stem.endswith((" ", ".", "-"))
    assert not any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in stem)
    assert safe_stem(stem) == stem
    assert stem.split(".")[0].strip().lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=25))
def test_letters_of_every_script_stay(name: str) -> None:
    composed = unicodedata.normalize("NFC", name)
    kept = safe_stem(name)
    assert kept.removeprefix("_") == composed or len(composed.encode()) > LONGEST_STEM


@given(st.sampled_from(["con", "NUL", "Com1", "lpt¹", "conin$"]), st.sampled_from(["", ".", ".jpg", " .x", "-" * 200]))
def test_a_device_name_gets_an_underscore(device: str, tail: str) -> None:
    assert safe_stem(device + tail).startswith(f"_{device}")


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("", "photo"),
        ("...", "photo"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Users\\me\\a.jpg", "C-Users-me-a.jpg"),
        ("  Ein  Foto\n2 ", "Ein Foto 2"),
        ("照片 – 2024", "照片 – 2024"),
        ("e\u0301te\u0301", "été"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("console", "console"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("é" * 100, "é" * 60),
    ],
)
def test_names_as_one_would_expect_them(name: str, stem: str) -> None:
    assert safe_stem(name) == stem


def test_kept_data_never_overwrites(tmp_path: Path) -> None:
    folder = tmp_path / "incoming"
    kept = [keep_bytes(data, folder, "a/b", ".jpg") for data in (b"one", b"two", b"three")]
    assert [p.name for p in kept] == ["a-b.jpg", "a-b-2.jpg", "a-b-3.jpg"]
    assert [p.read_bytes() for p in kept] == [b"one", b"two", b"three"]
    if os.name == "posix":
        assert kept[0].stat().st_mode & 0o777 == 0o600


@given(st.text(max_size=300))
def test_any_name_can_be_kept(name: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = keep_bytes(b"x", Path(folder), name, ".jpg")
        assert path.parent == Path(folder)
        assert path.read_bytes() == b"x"


def test_where_nothing_can_be_kept_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageProblem, match="cannot be kept"):
        keep_bytes(b"x", tmp_path / "file" / "incoming", "a", ".jpg")
