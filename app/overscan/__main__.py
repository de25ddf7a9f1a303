"""The composition root: a command goes to the command line, anything else opens the window."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from overscan.cli import COMMANDS


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with ``argv`` (without its name) and return its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        return _command_line(arguments)
    from overscan.ui.app import run

    return run(arguments)


def _command_line(arguments: Sequence[str]) -> int:
    from overscan.cli.app import app

    try:
        app(list(arguments), prog_name="overscan")
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
