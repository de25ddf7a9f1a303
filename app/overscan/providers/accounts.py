"""The accounts that the bundled services belong to."""

from __future__ import annotations

from typing import Final

from overscan.core.providers import Account, Region
from overscan.core.text import mark
from overscan.providers.balances import APIXO_BALANCE, PICWISH_BALANCE

PICWISH: Final = Account(
    id="picwish",
    name="PicWish",
    base_url="https://techhk.aoscdn.com",
    auth_header="X-API-KEY",
    auth_prefix="",
    requests_per_second=2.0,
    key_page="https://picwish.com",
    regions=(
        Region(mark("Global"), "https://techhk.aoscdn.com"),
        Region(mark("Mainland China"), "https://techsz.aoscdn.com"),
    ),
    balance=PICWISH_BALANCE,
)
"""One key for all PicWish services; by its documents two requests a second, submissions and reads together."""

GPTGE: Final = Account(
    id="gptge",
    name="gpt.ge",
    base_url="https://api.gpt.ge",
    auth_header="Authorization",
    auth_prefix="Bearer ",
    requests_per_second=2.0,
    key_page="https://api.gpt.ge",
)
"""Its document names no rate; the one of the service that it forwards to is taken."""

APIXO: Final = Account(
    id="apixo",
    name="APIXO",
    base_url="https://api.apixo.ai/api/v1",
    auth_header="Authorization",
    auth_prefix="Bearer ",
    requests_per_second=10 / 60,
    key_page="https://apixo.ai",
    balance=APIXO_BALANCE,
)
"""The rate depends on the account; this is what public pages give for the smallest one, 10 requests a minute."""
