"""The checks of ``overscan doctor`` that concern the machine: Qt, display, picture formats, certificates, proxy."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Final

from overscan.core.text import tr
from overscan.services.findings import Finding
from overscan.services.setting_checks import DIRECT

_PROBE: Final = (
    "from PySide6.QtGui import QFontDatabase, QGuiApplication\n"
    "from PySide6.QtCore import qVersion\n"
    "import sys\n"
    "application = QGuiApplication([])\n"
    "sys.stdout.write(f'{qVersion()} {application.platformName()} {len(QFontDatabase.families())}')\n"
)
_PROBE_TIMEOUT_S: Final = 60.0
_FORMATS: Final = {"JPEG": "jpg", "PNG": "zlib", "TIFF": "libtiff", "WebP": "webp", "AVIF": "avif"}


def qt() -> Finding:
    """Whether Qt loads and can draw, tried in a process of its own: it ends the process where it cannot."""
    if getattr(sys, "frozen", False):
        return Finding("", None, tr("Built into the program."))
    answer = _probe("offscreen")
    if answer.returncode != 0:
        return Finding(
            "",
            False,
            tr("Qt cannot be loaded: {reason}", reason=_last_line(answer.stderr)),
            tr("“make setup” names the system libraries that are missing."),
        )
    version, _, fonts = answer.stdout.split()
    if int(fonts) == 0:
        return Finding(
            "",
            False,
            tr("Qt {version}, but no font", version=version),
            tr("Install fonts, such as the package fonts-dejavu-core."),
        )
    return Finding("", True, tr("Qt {version}, {count} font families", version=version, count=fonts))


def display() -> Finding:
    """Whether a window could be opened here, with the platform that the environment asks for."""
    if getattr(sys, "frozen", False):
        return Finding("", None, tr("Not examined in the built program."))
    wanted = os.environ.get("QT_QPA_PLATFORM", "")
    bare = sys.platform not in {"darwin", "win32"} and not os.environ.keys() & {"DISPLAY", "WAYLAND_DISPLAY"}
    without = tr("The command line needs none.")
    if not wanted and bare:
        return Finding("", None, tr("There is none: DISPLAY and WAYLAND_DISPLAY are not set."), without)
    answer = _probe(wanted)
    if answer.returncode != 0:
        reason = _last_line(answer.stderr)
        return Finding("", False, tr("No window can be opened: {reason}", reason=reason), without)
    return Finding("", True, tr("Windows open with the platform “{name}”", name=answer.stdout.split()[1]))


def picture_formats() -> Finding:
    """Which file formats the installed Pillow can read and write."""
    from PIL import features

    there = [name for name, module in _FORMATS.items() if features.check(module)]
    missing = [name for name in _FORMATS if name not in there]
    try:
        import pillow_heif  # type: ignore[import-untyped,unused-ignore]

        there.append(f"HEIC ({pillow_heif.libheif_version()})")
    except (ImportError, OSError):
        missing.append("HEIC")
    if missing:
        return Finding(
            "",
            not {"JPEG", "PNG"} & set(missing),
            tr("{there}; without {missing}", there=", ".join(there), missing=", ".join(missing)),
            tr("Install Pillow and pillow-heif again to have them all."),
        )
    return Finding("", True, ", ".join(there))


def trust_store(ca_file: str) -> Finding:
    """Whether the authorities that TLS trusts can be loaded: the named file's, or the system's."""
    if ca_file:
        try:
            ssl.create_default_context(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            return Finding(
                "",
                False,
                tr("{file} cannot be used: {reason}", file=Path(ca_file), reason=error.strerror or error),
                tr("network.ca_file in the settings has to name a PEM file of certificates."),
            )
        return Finding("", True, tr("those of {file}", file=Path(ca_file)))
    try:
        import truststore

        truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    except (ImportError, OSError) as error:
        return Finding("", False, tr("The system's cannot be used: {reason}", reason=error), tr("Run “make setup”."))
    return Finding("", True, tr("those of the system"))


def proxy(configured: str) -> Finding:
    """Which proxy is used, if any, and who says so. Services on this machine itself are reached without one."""
    if configured == DIRECT:
        return Finding("", None, tr("none, as network.proxy in the settings says"))
    if configured:
        return Finding("", None, tr("{proxy}, from the settings", proxy=configured))
    system = urllib.request.getproxies()
    found = {scheme: url for scheme, url in system.items() if scheme in {"http", "https", "all"}}
    if not found:
        return Finding("", None, tr("none: neither the settings nor the system name one"))
    shown = ", ".join(f"{scheme}: {url}" for scheme, url in sorted(found.items()))
    without = system.get("no", "")
    text = tr("{proxies}, from the system", proxies=shown)
    if without:
        text = tr("{what}; not for {names}", what=text, names=without)
    for url in found.values():
        if "://" in url and not url.lower().startswith(("http://", "https://")):
            return Finding(
                "", False, text, tr("Only HTTP proxies can be used. Name one as network.proxy, or “direct”.")
            )
    return Finding("", None, text, tr("Set network.proxy to “direct” to use none."))


def _probe(platform: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": platform} if platform else None
    try:
        return subprocess.run(  # noqa: S603 - our own interpreter with our own text
            [sys.executable, "-c", _PROBE],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PROBE_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess([], 1, "", str(error))


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else tr("it ended without a word")
