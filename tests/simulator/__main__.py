"""`python -m tests.simulator`: the simulator alone, to point the window or the command line at it."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from tests.simulator.accounts import ACCOUNT_IDS
from tests.simulator.catalogue import CATALOGUE
from tests.simulator.log import LoggedRequest
from tests.simulator.options import FULL_EDGES, SMALL_EDGES, Options, PerTime
from tests.simulator.server import DEFAULT_KEY, Simulator
from tests.simulator.services import ALL


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port of the API (default: any free one)")
    parser.add_argument("--key", default=DEFAULT_KEY, help="the key that PicWish accepts")
    parser.add_argument("--seconds-per-state", type=float, default=0.7, metavar="X", help="pace of a task")
    parser.add_argument("--latency", type=float, default=0.0, metavar="X", help="seconds before each reply")
    parser.add_argument("--qps", type=int, default=2, metavar="N", help="requests a second; 0: no limit")
    parser.add_argument("--passthrough", action="store_true", help="give the input back, unchanged")
    parser.add_argument("--extra-fields", action="store_true", help="add the fields that only live replies have")
    parser.add_argument("--expand-outputs", type=int, default=1, choices=range(1, 5), help="pictures of an expansion")
    parser.add_argument("--small", action="store_true", help="small results of scale-pro and of APIXO's tiers")
    parser.add_argument("--no-balance", action="store_true", help="answer 404 to who asks what is left")
    parser.add_argument(
        "--balance",
        action="append",
        default=[],
        metavar="ACCOUNT=AMOUNT",
        help=f"what an account begins with, may be repeated; accounts: {', '.join(ACCOUNT_IDS)}",
    )
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
        services = "" if named.services == ALL else " ".join(sorted(named.services))
        _say(f"{name:32} {named.number}  {named.stage:8} {often:6} {services}".rstrip())


def _request_line(request: LoggedRequest) -> str:
    status = "cut" if request.status is None else str(request.status)
    end = "" if request.finished_at is not None else "  (not sent whole)"
    fault = f"  [{request.fault}]" if request.fault else ""
    return f"{request.number:5} {request.port:7} {status:>4} {request.method:4} {request.path}{fault}{end}"


def _queue(simulator: Simulator, text: str) -> str | None:
    """Queue the fault that `text` names; a complaint when there is none."""
    name, _, times = text.partition(":")
    if name not in CATALOGUE:
        return f"There is no fault called {name}. `--fault list` prints the names."
    if times and not times.isdecimal():
        return f"{text}: after the colon comes a number."
    simulator.script_named(name, times=int(times) if times else None)
    return None


def _balances(texts: Sequence[str]) -> dict[str, Decimal] | None:
    """Amounts by account id; None when a text does not say that."""
    balances = {}
    for text in texts:
        account_id, _, amount = text.partition("=")
        try:
            balances[account_id] = Decimal(amount)
        except InvalidOperation:
            return None
        if account_id not in ACCOUNT_IDS or not balances[account_id].is_finite():
            return None
    return balances


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until interrupted or terminated. Exit status 2 for wrong usage."""
    arguments = _arguments(argv)
    if "list" in arguments.fault:
        _list_faults()
        return 0
    balances = _balances(arguments.balance)
    if balances is None:
        sys.stderr.write(f"--balance takes ACCOUNT=AMOUNT; accounts: {', '.join(ACCOUNT_IDS)}\n")
        return 2
    options = Options(
        pace=PerTime(arguments.seconds_per_state),
        qps=arguments.qps or None,
        passthrough=arguments.passthrough,
        extra_fields=arguments.extra_fields,
        latency_s=arguments.latency,
        expand_outputs=arguments.expand_outputs,
        apixo_edge_px=SMALL_EDGES if arguments.small else FULL_EDGES,
        pro_edge_px=SMALL_EDGES["8k"] if arguments.small else Options().pro_edge_px,
        balances=balances,
        balance_works=not arguments.no_balance,
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
    sections = [f'[accounts.{name}]\nbase_url = "{url}"{rate}\n' for name, url in simulator.base_urls.items()]
    exports = [f"export OVERSCAN_KEY_{name.upper()}={key}" for name, key in simulator.keys.items()]
    return f"""Serving {len(ALL)} services at {simulator.base_url}, results at {simulator.storage_url}. Ctrl+C ends it.

In config.toml:
{chr(10).join(sections)}
In the environment:
{chr(10).join(exports)}
"""


if __name__ == "__main__":
    sys.exit(main())
