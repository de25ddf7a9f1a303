"""The queue of scripted faults: which request meets which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition

from tests.simulator.faults import Fault
from tests.simulator.log import LoggedRequest, Stage


@dataclass(slots=True, eq=False)
class Script:
    """One queued fault. `times` None: for ever; `skip`: so many matching requests stay honest first."""

    stage: Stage
    fault: Fault
    times: int | None
    skip: int
    when: Callable[[LoggedRequest], bool] | None
    fired: list[LoggedRequest] = field(default_factory=list)
    cancelled: bool = False

    @property
    def spent(self) -> bool:
        """Whether it will never fire again."""
        return self.cancelled or (self.times is not None and len(self.fired) >= self.times)

    def cancel(self) -> None:
        """Let the next requests be honest again."""
        self.cancelled = True


class ScriptQueue:
    """The scripts in the order in which they were queued; a request meets the first that fits it."""

    def __init__(self, changed: Condition) -> None:
        self._changed = changed
        self._scripts: list[Script] = []

    def add(self, script: Script) -> None:
        """Queue a script."""
        with self._changed:
            self._scripts.append(script)

    def take(self, request: LoggedRequest, *, early: bool) -> Fault | None:
        """The fault for that request, counted as fired. `early`: among those that answer before the body
        has arrived; the others need the whole request."""
        with self._changed:
            for script in self._scripts:
                if script.stage is not request.stage or script.spent or script.fault.answers_early() != early:
                    continue
                if script.when is not None and not script.when(request):
                    continue
                if script.skip > 0:
                    script.skip -= 1
                    continue
                script.fired.append(request)
                request.fault = type(script.fault).__name__
                self._changed.notify_all()
                return script.fault
        return None
