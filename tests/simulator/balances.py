"""What is left on an account: PicWish's and APIXO's own endpoints. gpt.ge has none that is known."""

from __future__ import annotations

from starlette.routing import Route

from tests.simulator.accounts import APIXO, PICWISH
from tests.simulator.apixo import BASE_PATH
from tests.simulator.backend import Backend, Refused
from tests.simulator.faults import Exchange
from tests.simulator.front import Front
from tests.simulator.log import Port, Stage
from tests.simulator.values import Json
from tests.simulator.wire import Reply, json_reply

PICWISH_PATH = "/api/customers/package-credits"
PICWISH_DEAD_PATH = "/tech/customers/package-credits"
"""The path that PicWish documents; it has answered 404 to those who tried."""
APIXO_PATH = f"{BASE_PATH}/apikeys/current-balance"


class Balances:
    """The endpoints."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def routes(self, front: Front) -> list[Route]:
        """All three."""
        return [
            front.route(PICWISH_PATH, Port.API, Stage.BALANCE, self._picwish, ["GET"]),
            front.route(PICWISH_DEAD_PATH, Port.API, Stage.BALANCE, self._dead, ["GET"]),
            front.route(APIXO_PATH, Port.API, Stage.BALANCE, self._apixo, ["GET"]),
        ]

    async def _picwish(self, exchange: Exchange) -> Reply:
        if not self._backend.options.balance_works:
            return await self._dead(exchange)
        try:
            account = self._backend.admit(exchange, PICWISH)
        except Refused as refusal:
            return refusal.reply(exchange.teller)
        left: dict[str, Json] = {
            "remaining_credits": int(account.remaining),
            "used_credits": int(account.charged),
        }
        return json_reply({"status": 200, "data": [left]})

    async def _dead(self, exchange: Exchange) -> Reply:
        return json_reply({"status": 404, "message": "wxtech.aoscdn.com not found"}, 404)

    async def _apixo(self, exchange: Exchange) -> Reply:
        if not self._backend.options.balance_works:
            return exchange.teller.error(404, "not found")
        try:
            account = self._backend.admit(exchange, APIXO)
        except Refused as refusal:
            return refusal.reply(exchange.teller)
        return json_reply(exchange.teller.envelope(float(account.remaining)))
