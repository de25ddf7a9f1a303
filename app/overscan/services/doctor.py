"""What works here and what does not: one finding a line, with what to do, and with no secret in it.

Each check stands alone: one that fails, in whatever way, never keeps the others from running.
"""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from overscan import __version__
from overscan.core.failures import OverscanError
from overscan.core.providers import Account
from overscan.core.redaction import redact
from overscan.core.text import tr
from overscan.services.doctor_engine import networks, own_models, patches
from overscan.services.doctor_links import callbacks, hosting
from overscan.services.doctor_machine import display, picture_formats, proxy, qt, trust_store
from overscan.services.findings import Check, Finding
from overscan.services.keyring_backend import usable_backends
from overscan.services.keys import KeyStore
from overscan.services.paths import HOME_VARIABLE, Folders
from overscan.services.settings import Settings, load

__all__ = ["Finding", "examine"]

_PACKAGES: Final = (
    *("PySide6-Essentials", "httpx", "pydantic", "Pillow", "pillow-heif", "numpy", "opencv-python-headless"),
    *("keyring", "filelock", "platformdirs", "typer", "rich", "truststore", "exiv2", "tomlkit", "obstore"),
    *("onnxruntime", "pypatchmatch"),
)
_LOW_SPACE: Final = 500_000_000


def examine(
    *,
    folders: Folders,
    keys: KeyStore,
    accounts: Sequence[Account],
    journal: Callable[[], str] | None = None,
) -> tuple[Finding, ...]:
    """Look at everything that the program needs.

    ``journal`` opens the journal and tells in a line what is in it, or raises its ``OverscanError``: the caller
    brings it, since the journal belongs to the engine. Takes seconds (Qt and patches are tried in processes of their
    own, the keyring may ask a person to unlock it), so a window calls it in a worker.
    """
    settings, config = _config(folders)
    checks: list[tuple[str, Check]] = [
        (tr("Python"), _python),
        (tr("Packages"), _packages),
        (tr("Qt"), qt),
        (tr("Display"), display),
        (tr("Picture formats"), picture_formats),
        (tr("Built-in networks"), networks),
        (tr("Patches"), patches),
        (tr("Models of your own"), partial(own_models, folders.cache)),
        (tr("Settings"), lambda: config),
        *_folder_checks(folders, settings),
        (tr("Journal"), partial(_journal, journal)),
        (tr("Keyring"), partial(_keyring, accounts)),
        *((tr("Key of {account}", account=a.name), partial(_key, keys, a, settings)) for a in accounts),
        (tr("Certificates"), partial(trust_store, settings.network.ca_file)),
        (tr("Proxy"), partial(proxy, settings.network.proxy)),
        (tr("Hosting"), partial(hosting, settings.hosting, keys)),
        (tr("Callbacks"), partial(callbacks, settings.callbacks)),
    ]
    secrets = keys.known_secrets
    return tuple(_clean(_tried(name, check), secrets()) for name, check in checks)


def _tried(name: str, check: Check) -> Finding:
    try:
        return replace(check(), name=name)
    except OverscanError as error:
        return Finding(name, False, error.failure.message, error.failure.remedy)
    except Exception as error:  # noqa: BLE001 - what is examined is exactly what may be broken in any way
        return Finding(name, False, tr("It cannot be examined: {error}.", error=f"{type(error).__name__}: {error}"))


def _clean(finding: Finding, secrets: frozenset[str]) -> Finding:
    return replace(finding, text=redact(finding.text, secrets), remedy=redact(finding.remedy, secrets))


def _python() -> Finding:
    return Finding(
        "",
        sys.version_info >= (3, 11),
        tr(
            "Overscan {version}, Python {python}, {system}",
            version=__version__,
            python=platform.python_version(),
            system=platform.platform(),
        ),
        "" if sys.version_info >= (3, 11) else tr("Python 3.11 or newer is needed."),
    )


def _packages() -> Finding:
    found: list[str] = []
    missing: list[str] = []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if not missing:
        return Finding("", True, ", ".join(found))
    if getattr(sys, "frozen", False):
        return Finding("", None, tr("Built into the program."))
    return Finding("", False, tr("Missing: {names}", names=", ".join(missing)), tr("Run “make setup”."))


def _config(folders: Folders) -> tuple[Settings, Finding]:
    path = folders.config_file
    try:
        settings = load(path)
    except OverscanError as error:
        return Settings(), Finding("", False, error.failure.message, error.failure.remedy)
    there = path.exists()
    return settings, Finding("", True, str(path) if there else tr("{file} is not there: defaults", file=path))


def _folder_checks(folders: Folders, settings: Settings) -> Iterator[tuple[str, Check]]:
    remedy = tr("Give yourself the right to write there, or name another folder in {name}.", name=HOME_VARIABLE)
    for name, folder in (
        (tr("Config folder"), folders.config),
        (tr("Data folder"), folders.data),
        (tr("Cache folder"), folders.cache),
        (tr("Log folder"), folders.logs),
    ):
        yield name, partial(_folder, folder, remedy)
    yield (
        tr("Output folder"),
        partial(_folder, Path(settings.output.folder), tr("Choose another folder as output.folder in the settings.")),
    )


def _folder(folder: Path, remedy: str) -> Finding:
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
        free = shutil.disk_usage(there).free
    except OSError as error:
        return Finding("", False, tr("{folder}: {reason}", folder=folder, reason=error.strerror or error), remedy)
    text = tr("{folder}: {free:.1f} GB free", folder=folder, free=free / 1e9)
    if free < _LOW_SPACE:
        return Finding("", False, text, tr("Free some space: outputs can be large."))
    return Finding("", True, text)


def _journal(journal: Callable[[], str] | None) -> Finding:
    return Finding("", None, tr("Not examined.")) if journal is None else Finding("", True, journal())


def _keyring(accounts: Sequence[Account]) -> Finding:
    backends = usable_backends(accounts[0].id if accounts else "picwish")
    return Finding("", True, ", ".join(f"{type(b).__module__}.{type(b).__name__}" for b in backends))


def _key(keys: KeyStore, account: Account, settings: Settings) -> Finding:
    origin = settings.base_url(account)
    match keys.source(account.id, origin):
        case "environment":
            return Finding("", True, tr("in the environment, for {origin}", origin=origin))
        case "keyring":
            return Finding("", True, tr("in the keyring, for {origin}", origin=origin))
        case None:
            return Finding(
                "",
                None,
                tr("none for {origin}", origin=origin),
                tr("Set it with “overscan key set {id}”; get one at {page}", id=account.id, page=account.key_page),
            )
