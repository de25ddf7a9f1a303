"""The program's entrance: a command goes to the command line, anything else opens the window."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence

from overscan.cli import COMMANDS
from overscan.core.text import tr


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with ``argv`` (without its name) and return its exit status."""
    if getattr(sys, "frozen", False):
        # A frozen program is its own interpreter: this is where its child processes begin, and end.
        import multiprocessing

        multiprocessing.freeze_support()
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and (arguments[0] in COMMANDS or (arguments[0].startswith("-") and arguments[0] != "--")):
        return _command_line(arguments)
    return _window([argument for argument in arguments if argument != "--"])


def _window(photos: Sequence[str]) -> int:
    from overscan.cli.display import can_open_window

    if not can_open_window(sys.platform, os.environ):
        sys.stderr.write(tr("There is no display here for the window. “overscan --help” lists what needs none.") + "\n")
        return 1
    from overscan.ui.app import run

    return run(list(photos))


def _command_line(arguments: Sequence[str]) -> int:
    from overscan.cli.app import app

    # Without any handler Python itself would print warnings, with their tracebacks, between the program's lines.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        app(list(arguments), prog_name="overscan", obj=_window)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
