"""The accounts that the bundled services belong to."""

from __future__ import annotations

from typing import Final

from overscan.core.providers import Account

PICWISH: Final = Account(
    id="picwish",
    name="PicWish",
    base_url="https://techhk.aoscdn.com",
    auth_header="X-API-KEY",
    auth_prefix="",
    requests_per_second=2.0,
    key_page="https://picwish.com",
)
"""One key for all PicWish services; by its documents two requests a second, submissions and reads together."""
