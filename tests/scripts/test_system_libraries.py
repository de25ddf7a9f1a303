"""The pure parts of the system-library check: reading ldd, choosing packages, deciding what to say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.system_libraries import (
    CJK_FONT_FILE,
    FONT_PACKAGE,
    PACKAGES,
    Lack,
    advise,
    apt_command,
    has_font,
    is_debian,
    packages_for,
    unresolved,
)

LDD = """\
/venv/PySide6/Qt/plugins/platforms/libqxcb.so:
\tlinux-vdso.so.1 (0x00007fbb9043a000)
\tlibxkbcommon.so.0 => /lib/x86_64-linux-gnu/libxkbcommon.so.0 (0x00007fbb8f0d0000)
\tlibxcb-icccm.so.4 => not found
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fbb8ec00000)
\tlibxcb-icccm.so.4 => not found
/venv/PySide6/QtGui.abi3.so:
\tlibEGL.so.1 => not found
\t/lib64/ld-linux-x86-64.so.2 (0x00007fbb9043c000)
"""

sonames = st.from_regex(r"lib[A-Za-z0-9_+-]{1,20}\.so\.[0-9]{1,2}", fullmatch=True)


def test_ldd_output_gives_each_missing_soname_once() -> None:
    assert unresolved(LDD) == {"libxcb-icccm.so.4", "libEGL.so.1"}


@given(missing=st.sets(sonames), found=st.sets(sonames))
def test_ldd_output_with_any_mixture_is_read_exactly(missing: set[str], found: set[str]) -> None:
    lines = [f"\t{name} => not found" for name in sorted(missing)]
    lines += [f"\t{name} => /lib/{name} (0x00007f0000000000)" for name in sorted(found)]
    assert unresolved("\n".join(lines)) == missing


@pytest.mark.parametrize(
    ("soname", "package"),
    [
        ("libEGL.so.1", "libegl1"),
        ("libGL.so.1", "libgl1"),
        ("libxcb-cursor.so.0", "libxcb-cursor0"),
        ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
        ("libgthread-2.0.so.0", "libglib2.0-0"),
        ("libX11-xcb.so.1", "libx11-xcb1"),
        ("libdbus-1.so.3", "libdbus-1-3"),
    ],
)
def test_soname_has_its_debian_package(soname: str, package: str) -> None:
    assert packages_for(Lack(frozenset({soname}))) == ([package], [])


def test_package_names_are_what_debian_allows() -> None:
    for package in [*PACKAGES.values(), FONT_PACKAGE]:
        assert re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", package)


def test_two_sonames_of_one_package_ask_for_it_once() -> None:
    lack = Lack(frozenset({"libglib-2.0.so.0", "libgthread-2.0.so.0"}))
    assert packages_for(lack) == (["libglib2.0-0"], [])


def test_unknown_soname_is_named_and_a_missing_font_has_a_package() -> None:
    assert packages_for(Lack(frozenset({"libnew.so.9"}), font=True)) == ([FONT_PACKAGE], ["libnew.so.9"])


def test_nothing_missing_is_no_lack() -> None:
    assert not Lack()
    assert Lack(font=True)
    assert Lack(frozenset({"libGL.so.1"}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n', True),
        ('ID=ubuntu\nID_LIKE="debian"\n', True),
        ("ID=linuxmint\nID_LIKE='ubuntu debian'\n", True),
        ('ID="fedora"\nHOME_URL="https://example.org/debian"\n', False),
        ('ID=arch\nNAME="not debian"\n', False),
        ("", False),
    ],
)
def test_debian_and_its_children_are_recognised(text: str, expected: bool) -> None:
    assert is_debian(text) is expected


@given(st.lists(st.text(min_size=1).filter(lambda text: "&&" not in text), min_size=1, max_size=4))
def test_command_survives_a_shell_with_each_package_one_word(packages: list[str]) -> None:
    update, install = apt_command(packages, sudo=False).split(" && ", 1)
    assert shlex.split(update) == ["apt-get", "update"]
    assert shlex.split(install) == ["apt-get", "install", "-y", "--no-install-recommends", *packages]


def test_command_for_a_user_has_sudo_before_both_steps() -> None:
    assert apt_command(["libgl1"], sudo=True).count("sudo apt-get") == 2


def test_advice_on_debian_is_a_command_to_run() -> None:
    lines = advise(Lack(frozenset({"libGL.so.1"}), font=True), debian=True, root=False)
    assert "libGL.so.1" in lines[0]
    assert "a font" in lines[0]
    assert lines[1].endswith(apt_command([FONT_PACKAGE, "libgl1"], sudo=True))
    assert len(lines) == 2


def test_advice_elsewhere_names_the_files_and_no_apt() -> None:
    text = "\n".join(advise(Lack(frozenset({"libGL.so.1"})), debian=False, root=True))
    assert "libGL.so.1" in text
    assert "apt-get" not in text


def test_advice_on_debian_admits_what_it_does_not_know() -> None:
    text = "\n".join(advise(Lack(frozenset({"libnew.so.9"})), debian=True, root=True))
    assert "apt-get" not in text
    assert text.count("libnew.so.9") == 2


def test_fonts_are_found_below_the_folders_and_by_name(tmp_path: Path) -> None:
    assert not has_font([tmp_path, tmp_path / "absent"])
    (tmp_path / "truetype").mkdir()
    (tmp_path / "truetype" / "README.txt").touch()
    assert not has_font([tmp_path])
    (tmp_path / "truetype" / "DejaVuSans.TTF").touch()
    assert has_font([tmp_path])
    assert not has_font([tmp_path], CJK_FONT_FILE)
    (tmp_path / "NotoSansCJK-Regular.ttc").touch()
    assert has_font([tmp_path], CJK_FONT_FILE)
