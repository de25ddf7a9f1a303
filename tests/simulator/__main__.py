"""`python -m tests.simulator`: the simulator alone, to point the window or the command line at it."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from tests.simulator.catalogue import CATALOGUE
from tests.simulator.log import LoggedRequest
from tests.simulator.options import Options, PerTime
from tests.simulator.server import DEFAULT_KEY, Simulator


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port of the API (default: any free one)")
    parser.add_argument("--key", default=DEFAULT_KEY, help="the key that is accepted")
    parser.add_argument("--seconds-per-state", type=float, default=0.7, metavar="X", help="pace of a task")
    parser.add_argument("--qps", type=int, default=2, metavar="N", help="requests a second; 0: no limit")
    parser.add_argument("--passthrough", action="store_true", help="give the input back, unchanged")
    parser.add_argument("--extra-fields", action="store_true", help="add the fields that only live replies have")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:TIMES]",
        help="queue a fault, may be repeated; `--fault list` prints the names",
    )
    return parser.parse_args(argv)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _list_faults() -> None:
    for name, named in CATALOGUE.items():
        often = "always" if named.times is None else "once"
        _say(f"{name:32} {named.number}  {named.stage:8} {often}")


def _request_line(request: LoggedRequest) -> str:
    status = "cut" if request.status is None else str(request.status)
    end = "" if request.finished_at is not None else "  (not sent whole)"
    fault = f"  [{request.fault}]" if request.fault else ""
    return f"{request.number:5} {request.port:7} {status:>4} {request.method:4} {request.path}{fault}{end}"


def _queue(simulator: Simulator, text: str) -> str | None:
    """Queue the fault that `text` names; a complaint when there is none."""
    name, _, times = text.partition(":")
    named = CATALOGUE.get(name)
    if named is None:
        return f"There is no fault called {name}. `--fault list` prints the names."
    if times and not times.isdecimal():
        return f"{text}: after the colon comes a number."
    simulator.script(named.stage, named.make(), times=int(times) if times else named.times)
    return None


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until interrupted or terminated. Exit status 2 for wrong usage."""
    arguments = _arguments(argv)
    if "list" in arguments.fault:
        _list_faults()
        return 0
    options = Options(
        pace=PerTime(arguments.seconds_per_state),
        qps=arguments.qps or None,
        passthrough=arguments.passthrough,
        extra_fields=arguments.extra_fields,
    )
    try:
        simulator = Simulator(
            options, key=arguments.key, port=arguments.port, observer=lambda request: _say(_request_line(request))
        )
    except (OSError, OverflowError) as error:
        sys.stderr.write(f"Cannot listen on port {arguments.port}: {error}\n")
        return 2
    for text in arguments.fault:
        complaint = _queue(simulator, text)
        if complaint is not None:
            sys.stderr.write(complaint + "\n")
            simulator.close()
            return 2
    # Blocked before the threads start, so that they inherit it, and then waited for: a handler may never
    # run while the main thread sleeps, if the system hands the signal to another thread.
    endings = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)
    with simulator:
        _say(_instructions(simulator, arguments.qps))
        signal.sigwait(endings)
    return 0


def _instructions(simulator: Simulator, qps: int) -> str:
    rate = f"\nrequests_per_second = {qps}" if qps else ""
    return f"""Serving picwish-scale at {simulator.base_url}, results at {simulator.storage_url}. Ctrl+C ends it.

In config.toml:
[accounts.picwish]
base_url = "{simulator.base_url}"{rate}

In the environment:
export OVERSCAN_KEY_PICWISH={simulator.key}
"""


if __name__ == "__main__":
    sys.exit(main())
