"""The address at which a service may tell that something has happened: checked here, only ever a wake-up."""

from __future__ import annotations

import re
from typing import Final

from overscan.core.failures import InvalidParameter
from overscan.core.parameters import Value
from overscan.core.text import tr

_ADDRESS: Final = re.compile(r"(?i)(https?)://[!-.0->@-~][!-~]*")


def typed_callback(value: Value, *, https_only: bool = False) -> str | None:
    """The parameter ``callback_url`` as it is sent; ``None`` where it is empty.

    Raises :class:`InvalidParameter` for what is no URL that a service could call, so that nobody pays for a task
    whose answer goes nowhere.
    """
    if not isinstance(value, str) or not value.strip():
        return None
    address = value.strip()
    match = _ADDRESS.fullmatch(address)
    if match is None or (https_only and match[1].lower() != "https"):
        raise InvalidParameter(
            tr("callback_url={value} is no address that the service can call.", value=address[:100]),
            tr("Give a public address that begins with https://, or leave it empty."),
        )
    return address
