"""Finding the files that came with the program: icons, styles, networks."""

from __future__ import annotations

from pathlib import Path

from overscan.core.failures import StorageProblem
from overscan.core.text import tr


def bundled(name: str) -> Path:
    """A file or folder that came with the program, by its path below ``resources/`` with forward slashes.

    An installed program carries it inside the package, a checkout beside ``app/``. Raises :class:`StorageProblem`
    where it is in neither place.
    """
    package = Path(__file__).resolve().parent.parent
    for root in (package / "resources", package.parent.parent / "resources"):
        if (root / name).exists():
            return root / name
    raise StorageProblem(tr("A part of the program is missing: {name}.", name=name), tr("Install the program again."))
