"""What every test starts from: a clean environment, a keyring in memory, and no unexpected word in the log."""

from __future__ import annotations

import importlib.util
import io
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

# Before any Qt application exists: no test may open a window on the screen of the person who runs it.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

import keyring
import keyring.backend
import pytest
from hypothesis import settings as hypothesis_settings

from overscan.services.paths import Folders, folders

pytest_plugins: Sequence[str] = (
    ["tests.simulator.plugin"] if importlib.util.find_spec("tests.simulator.plugin") is not None else []
)

# The same examples in every run, so that a red build is one that anybody can repeat; and without a deadline, since no
# test judges time. `--hypothesis-profile=explore` looks further.
hypothesis_settings.register_profile("house", deadline=None, derandomize=True, database=None)
hypothesis_settings.register_profile("explore", deadline=None, max_examples=2000, database=None, print_blob=True)
hypothesis_settings.load_profile("house")

_FOREIGN_PREFIXES = ("OVERSCAN_", "KEYRING_", "XDG_", "QT_", "QML", "PYTHON_KEYRING_")
_FOREIGN_NAMES = frozenset(
    {
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "FTP_PROXY", "REQUEST_METHOD"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        *("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"),
        *("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "TERM_PROGRAM"),
    }
)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "expects_errors: this test makes the program log at level ERROR or above")


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A real backend that forgets everything when the test ends; ``entries`` maps (service, user) to the password."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        from keyring.errors import PasswordDeleteError

        try:
            del self.entries[service, username]
        except KeyError:
            raise PasswordDeleteError("there is no such entry") from None


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nothing of the machine's own set-up reaches a test; the program's home lies in ``tmp_path / "home"``."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN_PREFIXES) or name.upper() in _FOREIGN_NAMES:
            monkeypatch.delenv(name)
    person = tmp_path / "person"
    person.mkdir()
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(person))
    monkeypatch.setenv("USERPROFILE", str(person))
    monkeypatch.setenv("OVERSCAN_HOME", str(home))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.chdir(tmp_path)
    return home


@pytest.fixture
def home(clean_environment: Path) -> Folders:
    """The program's folders, made and empty."""
    return folders()


@pytest.fixture(autouse=True)
def memory_keyring() -> Iterator[MemoryKeyring]:
    """The keyring of every test. Another one can be set with ``keyring.set_keyring``: it lasts until the test ends."""
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(backend)


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(autouse=True)
def quiet_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs an error without the mark ``expects_errors``; put logging and the hooks back."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    hooks = sys.excepthook, threading.excepthook
    errors = _Errors()
    root.addHandler(errors)
    yield
    for handler in [h for h in root.handlers if h not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    expected = request.node.get_closest_marker("expects_errors") is not None
    if errors.lines and not expected:
        pytest.fail("the program logged:\n" + "\n".join(errors.lines), pytrace=False)


class MakePhoto(Protocol):
    def __call__(
        self,
        name: str = "photo.jpg",
        *,
        size: tuple[int, int] = (320, 240),
        mode: str = "RGB",
        seed: int = 1,
        orientation: int = 1,
        quality: int = 90,
    ) -> Path:
        """Write a real image with texture; its format follows the name's extension.

        ``mode`` is Pillow's; an alpha channel fades from left to right. ``orientation`` is the EXIF tag, and the
        pixels stay as they are.
        """
        ...


@pytest.fixture
def make_photo(tmp_path: Path) -> MakePhoto:
    """A factory of image files below ``tmp_path / "photos"``."""

    def make(
        name: str = "photo.jpg",
        *,
        size: tuple[int, int] = (320, 240),
        mode: str = "RGB",
        seed: int = 1,
        orientation: int = 1,
        quality: int = 90,
    ) -> Path:
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_encoded(path.suffix.lower(), size, mode, seed, orientation, quality))
        return path

    return make


@pytest.fixture
def photo_file(make_photo: Callable[[], Path]) -> Path:
    """A small real JPEG, 320×240, with texture."""
    return make_photo()


def _encoded(suffix: str, size: tuple[int, int], mode: str, seed: int, orientation: int, quality: int) -> bytes:
    import numpy as np
    from PIL import Image

    width, height = size
    random = np.random.default_rng(seed)
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    waves = np.sin(40 * x + 6 * np.sin(9 * y)) * np.cos(31 * y)
    channels = [255 * x, 255 * y, 127 + 100 * waves]
    texture = np.stack(channels, axis=-1) + random.normal(0, 12, (height, width, 1))
    image = Image.fromarray(np.clip(texture, 0, 255).astype(np.uint8)).convert(mode.removesuffix("A") or "L")
    if mode in {"RGBA", "LA"}:
        image.putalpha(Image.fromarray((255 * x).astype(np.uint8)))
    exif = Image.Exif()
    if orientation != 1:
        exif[0x0112] = orientation
    target = io.BytesIO()
    form = Image.registered_extensions()[suffix]
    extra = {"quality": quality} if form in {"JPEG", "WEBP"} else {}
    image.save(target, form, **extra, **({"exif": exif} if orientation != 1 else {}))
    return target.getvalue()
