"""What settings are checked with: each gives the value as it is used, or raises ``ValueError`` with a sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from overscan.core.text import tr
from overscan.services.origins import checked_base_url, checked_proxy, checked_status_path

DIRECT: Final = "direct"
"""As ``network.proxy``: no proxy, whatever the system says."""
_BUCKET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]")
_REGION: Final = re.compile(r"[a-z0-9-]{0,64}")
_PREFIX: Final = re.compile(r"([A-Za-z0-9_-][A-Za-z0-9._-]*/)*")
_KEY_ID: Final = re.compile(r"[\x21-\x7e]{0,128}")


def expanded(text: str) -> str:
    """A path with the home folder put in for “~”; absolute."""
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise ValueError(tr("nobody here has this home folder")) from None
    if "\x00" in text or not path.is_absolute():
        raise ValueError(tr("a path begins with “~” or at the root"))
    return str(path)


def expanded_or_empty(text: str) -> str:
    """The same, where nothing may stand as well."""
    return expanded(text) if text else ""


def base_url_or_empty(text: str) -> str:
    """See :func:`checked_base_url`."""
    return checked_base_url(text) if text else ""


def proxy_or_word(text: str) -> str:
    """A proxy's address, :data:`DIRECT`, or nothing."""
    return text if text in ("", DIRECT) else checked_proxy(text)


def status_path_or_empty(text: str) -> str:
    """See :func:`checked_status_path`."""
    return checked_status_path(text) if text else ""


def polarity_or_empty(text: str) -> str:
    """Which colour of a mask a service generates."""
    if text not in ("", "white", "black"):
        raise ValueError(tr("what is generated is “white” or “black”"))
    return text


def bucket_or_empty(text: str) -> str:
    """A name that S3 or one of its likes can give a bucket, old ones included."""
    if text and not _BUCKET.fullmatch(text):
        raise ValueError(tr("the name of a bucket has only letters, digits, dots and hyphens"))
    return text


def region_or_empty(text: str) -> str:
    """A region as it stands in a signature."""
    if not _REGION.fullmatch(text):
        raise ValueError(tr("a region is a word such as eu-central-1 or auto"))
    return text


def folder_in_bucket(text: str) -> str:
    """What names begin with: nothing, or folders with a slash at the end; letters that need no quoting."""
    folder = text if not text or text.endswith("/") else f"{text}/"
    if not _PREFIX.fullmatch(folder):
        raise ValueError(tr("a folder in a bucket is written like overscan/uploads"))
    return folder


def key_id_or_empty(text: str) -> str:
    """The public half of an access key."""
    if not _KEY_ID.fullmatch(text):
        raise ValueError(tr("an access key's id holds no blanks"))
    return text


def whole_port(number: float) -> float:
    """A port as the number that every reader of settings takes; 0 stands for none."""
    if number != int(number):
        raise ValueError(tr("a port is a whole number"))
    return number
