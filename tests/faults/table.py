"""The fault catalogue as data: what a service does, what Overscan does, and what a person reads then.

The texts here are the ones that the tests compare real outcomes with, so they cannot go stale. ``python -m
tests.faults`` writes them to ``tests/FAULTS.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

REFUSED: Final = "refused"
"""Stands for a state where there is no job: told before anything is sent."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How something ends for the person: the job's state, or ``refused``, and the two lines of its failure.

    ``kind`` is the failure's, for scripts. ``charged`` tells that the failure is marked as one that may have cost
    money. ``warnings`` stand beside a job that is done. ``{folder}``, ``{photo}`` and ``{url}`` stand for what differs
    in each run.
    """

    state: str
    kind: str = ""
    message: str = ""
    remedy: str = ""
    charged: bool = False
    warnings: tuple[str, ...] = ()


DONE: Final = Ending("done")


@dataclass(frozen=True, slots=True)
class Fault:
    """One number of the catalogue.

    ``seen`` maps each variant to its ending; a variant that is a fault of the simulator has that fault's name. Where a
    service's words differ, ``variant@service`` overrides. ``otherwise`` says where Overscan decides otherwise than the
    catalogue, and why. ``also`` names tests elsewhere that prove more of it.
    """

    title: str
    does: str
    seen: Mapping[str, Ending] = field(default_factory=dict)
    otherwise: str = ""
    also: tuple[str, ...] = ()

    def ending(self, variant: str, service: str = "") -> Ending:
        """What the person sees of that variant at that service."""
        return self.seen.get(f"{variant}@{service}", self.seen[variant])


Part = dict[str, Fault]
"""Faults by number, F01 to F80."""
