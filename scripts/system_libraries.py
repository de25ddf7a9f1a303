"""See to it that Qt finds the system libraries it needs on Linux; the last step of `make setup`.

The PySide6 wheels carry Qt but not what every desktop is expected to have: libGL, libxcb-*, libfontconfig, a font.
As root on Debian or one of its children the missing packages are installed; elsewhere the exact command is printed.
The exit status is 0 if Qt works at least without a display, else 1. Standard library only.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

STAMP = Path(sys.prefix) / "system-libraries"

# Debian 12's names. Where a later release renamed a package (t64), the new one still provides the old name.
PACKAGES: Mapping[str, str] = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libICE.so.6": "libice6",
    "libOpenGL.so.0": "libopengl0",
    "libSM.so.6": "libsm6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXrender.so.1": "libxrender1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libdrm.so.2": "libdrm2",
    "libexpat.so.1": "libexpat1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libgcc_s.so.1": "libgcc-s1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libstdc++.so.6": "libstdc++6",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
}
FONT_PACKAGE = "fonts-dejavu-core"
CJK_FONT_PACKAGE = "fonts-noto-cjk"  # 60 MB: named to a person, never installed unasked
CJK_FONT_FILE = re.compile(r"cjk|wqy|wenquanyi|sourcehan|source-han|uming|ukai|droidsansfallback", re.IGNORECASE)

ALWAYS = (
    "QtGui.abi3.so",
    "QtWidgets.abi3.so",
    "QtSvg.abi3.so",
    "Qt/plugins/platforms/libqoffscreen.so",
    "Qt/plugins/platforms/libqxcb.so",
    "Qt/plugins/xcbglintegrations/libqxcb-egl-integration.so",
    "Qt/plugins/xcbglintegrations/libqxcb-glx-integration.so",
)
# X serves every desktop, so Wayland's libraries are asked for only where Wayland runs.
ON_WAYLAND = ("Qt/plugins/platforms/libqwayland.so", "Qt/plugins/wayland-shell-integration/libxdg-shell.so")

# What a missing library needs itself shows only once it is there; apt-get brings that along, so two rounds suffice.
ROUNDS = 2


@dataclass(frozen=True)
class Lack:
    """What Qt misses here: sonames that do not resolve, and whether there is no font at all."""

    sonames: frozenset[str] = frozenset()
    font: bool = False

    def __bool__(self) -> bool:
        return bool(self.sonames) or self.font


def unresolved(ldd_output: str) -> frozenset[str]:
    """Give the sonames that `ldd` reports as not found."""
    return frozenset(re.findall(r"^\s*(\S+) => not found", ldd_output, flags=re.MULTILINE))


def packages_for(lack: Lack) -> tuple[list[str], list[str]]:
    """Give the Debian packages that fill the lack, and the sonames for which no package is known; both sorted."""
    known = {PACKAGES[soname] for soname in lack.sonames if soname in PACKAGES}
    if lack.font:
        known.add(FONT_PACKAGE)
    return sorted(known), sorted(lack.sonames - PACKAGES.keys())


def is_debian(os_release: str) -> bool:
    """Tell from the text of /etc/os-release whether apt-get and Debian's package names are to be expected."""
    names: set[str] = set()
    for line in os_release.splitlines():
        key, _, value = line.partition("=")
        if key.strip() in {"ID", "ID_LIKE"}:
            names.update(value.strip().strip("\"'").split())
    return bool(names & {"debian", "ubuntu"})


def apt_command(packages: Iterable[str], *, sudo: bool) -> str:
    """Give the command, ready for a shell, that installs the packages and nothing beside what they depend on."""
    prefix = "sudo " if sudo else ""
    install = shlex.join(["apt-get", "install", "-y", "--no-install-recommends", *packages])
    return f"{prefix}apt-get update && {prefix}{install}"


def examine(pyside: Path, files: Collection[str]) -> Lack:
    """Resolve the shared libraries of these files of PySide6 and look for a font."""
    sonames: set[str] = set()
    present = [str(pyside / name) for name in files if (pyside / name).exists()]
    if present and shutil.which("ldd"):
        listing = subprocess.run(["ldd", *present], capture_output=True, text=True, check=False)
        sonames.update(unresolved(listing.stdout))
    return Lack(frozenset(sonames), font=not has_font(font_folders()))


def font_folders() -> list[Path]:
    """Give the folders in which fontconfig looks by default."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), data / "fonts", home / ".fonts"]


def has_font(folders: Iterable[Path], name: re.Pattern[str] | None = None) -> bool:
    """Tell whether a scalable font, of a file name in which `name` is found if given, lies in the folders."""
    return any(
        file.lower().endswith((".ttf", ".otf", ".ttc")) and (name is None or name.search(file))
        for folder in folders
        for _, _, files in os.walk(folder)
        for file in files
    )


def works_unseen() -> bool:
    """Tell whether Qt really starts here without a display, in a process of its own because failing aborts it."""
    probe = subprocess.run(
        [sys.executable, "-c", "from PySide6.QtWidgets import QApplication; QApplication([])"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return probe.returncode == 0


def install(packages: list[str]) -> str:
    """Install with apt-get as root; give "" if that went well, else apt-get's last words in one line."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    patience = ["-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20", "-o", "DPkg::Lock::Timeout=120"]
    said = ""
    # A failed update is not the end: the lists that are there may do.
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        try:
            step = subprocess.run(
                ["apt-get", "-qq", *patience, *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            return str(error)
        lines = [line for line in (step.stdout + step.stderr).splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith("E:")]
        said = "" if step.returncode == 0 else (errors or lines or ["apt-get failed without a word"])[-1]
    return said


def advise(lack: Lack, *, debian: bool, root: bool) -> list[str]:
    """Give the lines that tell a person what is missing and how to install it."""
    packages, unknown = packages_for(lack)
    missing = [*sorted(lack.sonames), *(["a font"] if lack.font else [])]
    lines = [f"Qt misses on this system: {', '.join(missing)}."]
    if debian and packages:
        lines.append(f"To install it, run: {apt_command(packages, sudo=not root)}")
    elif not debian:
        lines.append("Install the packages of your distribution that hold these files, then run make setup again.")
    if debian and unknown:
        lines.append(f"No Debian package is known here for: {', '.join(unknown)}.")
    return lines


def main() -> int:
    """Check, mend or advise; quick and silent when a former run found everything in place."""
    if not sys.platform.startswith("linux"):
        return 0
    spec = importlib.util.find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        print("PySide6 is not installed here; run make setup.", file=sys.stderr)
        return 1
    wayland = bool(os.environ.get("WAYLAND_DISPLAY"))
    state = f"PySide6 {importlib.metadata.version('PySide6-Essentials')}{' with Wayland' if wayland else ''}\n"
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == state:
        return 0

    pyside = Path(next(iter(spec.submodule_search_locations)))
    files = (*ALWAYS, *(ON_WAYLAND if wayland else ()))
    release = Path("/etc/os-release")
    debian = is_debian(release.read_text(encoding="utf-8")) if release.exists() else False
    root = os.geteuid() == 0

    lack = examine(pyside, files)
    for _ in range(ROUNDS):
        packages, _unknown = packages_for(lack)
        if not (packages and debian and root and shutil.which("apt-get")):
            break
        print(f"Installing what Qt needs: {' '.join(packages)}", flush=True)
        trouble = install(packages)
        if trouble:
            print(f"apt-get could not install it: {trouble}", file=sys.stderr)
            break
        lack = examine(pyside, files)

    for line in advise(lack, debian=debian, root=root) if lack else ():
        print(line, file=sys.stderr)
    if not works_unseen():
        print("Qt cannot start here, not even without a display, so Overscan cannot run.", file=sys.stderr)
        return 1
    if lack:
        print("Until then Overscan works without a window: overscan demo, overscan run.", file=sys.stderr)
        return 0
    if not has_font(font_folders(), CJK_FONT_FILE):
        hint = apt_command([CJK_FONT_PACKAGE], sudo=not root) if debian else "install a CJK font, such as Noto"
        print(f"Only if you need Chinese, Japanese or Korean text in the window: {hint}")
    # A .venv that belongs to someone else only costs the next call this check again.
    with contextlib.suppress(OSError):
        STAMP.write_text(state, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
