"""``overscan key``: keys go in by a prompt or standard input and never come out again."""

from __future__ import annotations

import asyncio
import getpass
import sys
from typing import Final

from overscan.cli.report import balance_text, err, out
from overscan.composition import House
from overscan.core.failures import FailureKind, OverscanError, ServiceRefusal, UsageError
from overscan.core.providers import Account, RemoteProvider
from overscan.core.text import tr

HOSTING: Final = "hosting"
_NO_TASK: Final = "00000000-0000-4000-8000-000000000000"


def account_of(house: House, account_id: str) -> Account:
    """The account of that id; ``hosting`` is whom the secret access key of the person's own bucket belongs to.

    Raises :class:`UsageError`.
    """
    if account_id == HOSTING:
        return _hosting_account(house)
    for account in house.registry.accounts():
        if account.id == account_id:
            return account
    raise UsageError(
        tr("There is no account “{id}”.", id=account_id),
        tr("Known: {ids}.", ids=", ".join([*(account.id for account in house.registry.accounts()), HOSTING])),
    )


def _hosting_account(house: House) -> Account:
    account = house.hosting_account()
    if account is None:
        raise UsageError(
            tr("No bucket is set up for hosting, and the key belongs to its endpoint."),
            tr("Set hosting.endpoint, hosting.bucket and hosting.access_key_id in the settings first."),
        )
    return account


def set_key(house: House, account_id: str) -> int:
    account = account_of(house, account_id)
    if sys.stdin.isatty():
        key = getpass.getpass(tr("Key of {account}: ", account=account.name))
    else:
        key = sys.stdin.readline()
    house.keys.set(account.id, house.origin(account), key)
    out(tr("The key of {account} is in the keyring.", account=account.name))
    return 0


def remove_key(house: House, account_id: str) -> int:
    account = account_of(house, account_id)
    if not house.keys.remove(account.id, house.origin(account)):
        out(tr("The keyring holds no key of {account}.", account=account.name))
        return 0
    out(tr("The key of {account} is no longer in the keyring.", account=account.name))
    return 0


def check_key(house: House, account_id: str) -> int:
    """Tell where the key comes from, and whether the service knows it: asks for a task that does not exist."""
    account = account_of(house, account_id)
    source = house.keys.source(account.id, house.origin(account))
    if source is None:
        err(tr("There is no key of {account} for {origin}.", account=account.name, origin=house.origin(account)))
        err(
            tr(
                "Set it with “overscan key set {id}” or as OVERSCAN_KEY_{upper}.",
                id=account.id,
                upper=account.id.upper(),
            )
        )
        return 1
    out(tr("There is a key of {account}, from the {source}.", account=account.name, source=source))
    if account.id == HOSTING:
        out(tr("Whether the bucket accepts it shows when the first photo is put there."))
        return 0
    try:
        asyncio.run(_ask(house, account))
    except OverscanError as error:
        if isinstance(error, ServiceRefusal) and error.failure.kind is FailureKind.NOT_FOUND:
            return _accepted(house, account)
        err(str(error.failure))
        return 1
    return _accepted(house, account)


def _accepted(house: House, account: Account) -> int:
    out(tr("{origin} accepts it.", origin=house.origin(account)))
    left = asyncio.run(_balance(house, account))
    if left:
        out(tr("{left} (undocumented source)", left=left))
    return 0


async def _balance(house: House, account: Account) -> str:
    """What is left on the account; empty where the service does not tell. No document names the address."""
    from overscan.engine.transport import Transport

    if account.balance is None:
        return ""
    transport = Transport(house.engine_settings())
    try:
        key = house.key(account) or ""
        reply = await transport.send(account, house.settings.base_url(account), key, account.balance.call)
    except OverscanError:
        return ""
    finally:
        await transport.aclose()
    left = account.balance.read(reply)
    return balance_text(left) if left is not None else ""


async def _ask(house: House, account: Account) -> None:
    from overscan.engine.transport import Transport

    provider = next(p for p in house.registry.all() if isinstance(p, RemoteProvider) and p.info.account == account)
    transport = Transport(house.engine_settings())
    try:
        key = house.key(account) or ""
        provider.read(
            await transport.send(account, house.settings.base_url(account), key, provider.status_call(_NO_TASK))
        )
    finally:
        await transport.aclose()
