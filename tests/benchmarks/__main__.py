"""`python -m tests.benchmarks [NAME ...]`: measures, writes build/bench.json and prints a table."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.benchmarks import (
    comparing,
    decoding,
    delays,
    editor,
    enlarging,
    expanding,
    in_flight,
    masks,
    stalls,
    startup,
    transfer,
)
from tests.benchmarks.harness import ROOT, Figure

BENCHMARKS: Final[dict[str, Callable[[Path], Iterable[Figure]]]] = {
    "startup": startup.measure,
    "decoding": decoding.measure,
    "in_flight": in_flight.measure,
    "delays": delays.measure,
    "stalls": stalls.measure,
    "transfer": transfer.measure,
    "masks": masks.measure,
    "editor": editor.measure,
    "comparing": comparing.measure,
    "enlarging": enlarging.measure,
    "expanding": expanding.measure,
}
TARGET: Final = ROOT / "build" / "bench.json"


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 1 where a benchmark could not be measured; a missed budget is told in the table and the file."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(BENCHMARKS)} (default: all)")
    names: list[str] = parser.parse_args(argv).names or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark called {', '.join(unknown)}")
    console = Console()
    _warn_of_load(console)
    figures: list[Figure] = []
    broken = False
    for name in names:
        begun = time.monotonic()
        try:
            with tempfile.TemporaryDirectory(prefix="overscan-bench-") as workplace:
                figures += BENCHMARKS[name](Path(workplace))
        except Exception as error:  # noqa: BLE001 - one that breaks must not hide what the others found
            console.print(f"{name} could not be measured: {error}", style="red", markup=False)
            broken = True
        console.print(f"{name}: {time.monotonic() - begun:.0f} s", style="dim")
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps([figure.json() for figure in figures], indent=2) + "\n", encoding="utf-8")
    console.print(_table(figures))
    return 1 if broken else 0


def _warn_of_load(console: Console) -> None:
    if hasattr(os, "getloadavg"):
        load, cores = os.getloadavg()[0], os.cpu_count() or 1
        if load > cores / 2:
            console.print(f"Other programs keep {load:.1f} of {cores} cores busy: the figures will be noisy.")


def _table(figures: Sequence[Figure]) -> Table:
    table = Table(title=None)
    table.add_column("what")
    for column in ("value", "ratio", "budget"):
        table.add_column(column, justify="right")
    table.add_column("kept")
    table.add_column("compared with", style="dim")
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        kept = "yes" if figure.ok else "[bold red]no[/]"
        value = f"{figure.value:.4g} {figure.unit}"
        table.add_row(figure.name, value, ratio, f"{figure.budget:g}", kept, figure.note)
    return table


if __name__ == "__main__":
    sys.exit(main())
