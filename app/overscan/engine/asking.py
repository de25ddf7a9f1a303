"""Asking what is left on an account. No document names the addresses, so nothing may depend on an answer."""

from __future__ import annotations

import logging

from overscan.core.failures import OverscanError
from overscan.core.money import Balance
from overscan.core.providers import Account
from overscan.engine.context import Context

_log = logging.getLogger(__name__)


async def ask_balance(context: Context, account: Account) -> Balance | None:
    """What is left on the account; ``None`` where its service has no way to ask, or does not tell just now.

    Whatever goes wrong is only logged. Takes a slot of the account's pace.
    """
    if account.balance is None:
        return None
    base_url = context.settings.base_url(account)
    try:
        key = await context.key_of(account, base_url)
        await context.pacer(account).slot()
        reply = await context.transport.send(account, base_url, key, account.balance.call)
    except OverscanError as error:
        _log.info("the balance of %s is not told: %s", account.id, error.failure.kind)
        return None
    left = account.balance.read(reply)
    if left is None:
        _log.info("the balance of %s is not told: HTTP %d", account.id, reply.status)
    return left
