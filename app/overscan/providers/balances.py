"""What is left on an account, by two addresses that no document names.

They are what the vendors' own pages use and may change or vanish any day, so whatever is unexpected means: not told.
"""

from __future__ import annotations

from typing import Final

from overscan.core.calls import HttpCall, Json, Reply
from overscan.core.money import Balance
from overscan.core.providers import BalanceCall
from overscan.providers.reply_json import finite_number, json_object, whole_number


def read_picwish_balance(reply: Reply) -> Balance | None:
    """``{"status": 200, "data": [{"remaining_credits": 12, ...}]}``; ``None`` for any other shape."""
    data = _data(reply, "status")
    if not isinstance(data, list) or not data or not isinstance(data[0], dict):
        return None
    left = _amount(data[0].get("remaining_credits"))
    return None if left is None else Balance(credits=left)


def read_apixo_balance(reply: Reply) -> Balance | None:
    """``{"code": 200, "data": 74.87}``, in dollars; ``None`` for any other shape."""
    left = _amount(_data(reply, "code"))
    return None if left is None else Balance(usd=left)


def _data(reply: Reply, code_name: str) -> Json:
    body = json_object(reply.body) if reply.status == 200 else None
    return body.get("data") if body and whole_number(body.get(code_name)) == 200 else None


def _amount(value: Json) -> float | None:
    return finite_number(value) if isinstance(value, int | float) else None


PICWISH_BALANCE: Final = BalanceCall(HttpCall("GET", "/api/customers/package-credits"), read_picwish_balance)
APIXO_BALANCE: Final = BalanceCall(HttpCall("GET", "/apikeys/current-balance"), read_apixo_balance)
