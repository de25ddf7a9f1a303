"""The services over which faults are run, and what differs between them for a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pytest
from _pytest.mark import ParameterSet

from tests.simulator import CATALOGUE, services


@dataclass(frozen=True, slots=True)
class Service:
    """A provider at the simulator, which calls it ``simulated``. Without ``takes_file`` its photos go by their URL."""

    id: str
    account: str
    simulated: str
    takes_file: bool = True

    def __str__(self) -> str:
        return self.id


SCALE: Final = Service("picwish-scale", "picwish", services.SCALE)
SCALE_PRO: Final = Service("picwish-scale-pro", "picwish", services.SCALE_PRO)
EXPAND: Final = Service("picwish-expand", "picwish", services.EXPAND)
GPTGE: Final = Service("gptge-scale", "gptge", services.GPTGE_SCALE)
APIXO: Final = Service("apixo-upscaler", "apixo", services.UPSCALER, takes_file=False)
SERVICES: Final = (SCALE, SCALE_PRO, EXPAND, GPTGE, APIXO)
ENVELOPE: Final = (SCALE, SCALE_PRO, EXPAND, GPTGE)
"""Those that share PicWish's envelope."""


def fitting(name: str) -> tuple[Service, ...]:
    """The services that the simulator's fault of that name can befall."""
    return tuple(service for service in SERVICES if service.simulated in CATALOGUE[name].services)


def faults(number: str, *, of: str = "", everywhere: bool = False) -> list[ParameterSet]:
    """Every fault of the simulator with that number and a name that begins with ``of``, as (service, name).

    Each strikes one service that it can befall, since what follows is the same code for all of them; ``everywhere``
    lets the first strike every one, where a service's own words matter.
    """
    names = [name for name, fault in CATALOGUE.items() if fault.number == number and name.startswith(of)]
    pairs = [(fitting(name)[0], name) for name in names]
    if everywhere:
        pairs += [(service, names[0]) for service in fitting(names[0])[1:]]
    return [pytest.param(service, name, id=f"{name}-{service}") for service, name in pairs]


over_services = pytest.mark.parametrize("service", SERVICES, ids=str)
over_accounts = pytest.mark.parametrize("service", [SCALE, GPTGE, APIXO], ids=str)
