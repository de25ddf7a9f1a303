"""Providers of the built-in kind whose pace a test decides."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from overscan.core.failures import Cancelled
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.money import FREE, Cost
from overscan.core.parameters import Parameters
from overscan.core.providers import EncodedImage
from overscan.core.requests import Request
from overscan.providers.local_upscale import LocalUpscale
from tests.simulator.client import picture


class Patient:
    """Computes for as long as ``go_on`` is not set, and asks all the while whether it is cancelled."""

    info = replace(LocalUpscale.info, id="patient")

    def __init__(
        self, outcome: bytes | BaseException | None = None, outputs: int = 1, notes: tuple[str, ...] = ()
    ) -> None:
        self.outcome = outcome or picture("PNG")
        self.outputs = outputs
        self.notes = notes
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.runs = 0

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        return FREE

    def output_size(self, parameters: Parameters, size: Size) -> Size | None:
        return None

    def run(
        self, request: Request, progress: Callable[[float], None], cancelled: Callable[[], bool]
    ) -> tuple[EncodedImage, ...]:
        self.runs += 1
        progress(0.5)
        progress(0.25)  # a careless provider; what is shown does not fall
        self.begun.set()
        while not self.go_on.wait(0.005):
            if cancelled():
                raise Cancelled("Cancelled.")
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return (EncodedImage(self.outcome, ImageFormat.PNG, notes=self.notes),) * self.outputs
