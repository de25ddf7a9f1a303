"""Writes tests/SERVICES.md: each parameter of each service, where it is declared and what proves it.

``python -m tests.conformity.table`` writes it anew; a test compares it with what would be written.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from overscan.core.parameters import ParameterSpec, Value, specs
from overscan.core.providers import RemoteProvider
from tests.conformity.values import SERVICES, Sample, good, sources, wrong

TARGET: Final = Path(__file__).resolve().parent.parent / "SERVICES.md"
ROOT: Final = TARGET.parent.parent
_HEAD: Final = """# The five services, parameter by parameter

Written by `python -m tests.conformity.table` from the declarations; a test keeps it true. Each value under "taken" is
sent through the real transport to the simulator, which was written from the vendor's document and refuses what that
does not have; the test then looks at what arrived (`tests/conformity/test_parameters.py`, `test_sources.py`). Each
value under "refused" is refused by the declaration before anything is sent, and by the simulator when it is smuggled
past the declaration.
"""


def text() -> str:
    """The whole file."""
    return _HEAD + "".join(_service(provider) for provider in SERVICES)


def _service(provider: RemoteProvider) -> str:
    info = provider.info
    file = Path(inspect.getfile(type(provider))).resolve().relative_to(ROOT)
    lines = [
        f"\n## {info.name} (`{info.id}`)\n",
        f"\nDeclared in `{file}`. Sources: " + ", ".join(f"`{name}`" for name in sources(provider)) + ".\n",
        "\n| parameter | declared as | allowed | default | taken | refused |\n|---|---|---|---|---|---|\n",
    ]
    taken, refused = _by_name(good()), _by_name(wrong())
    for spec in specs(info.parameters):
        key = (info.id, spec.name)
        lines.append(
            f"| `{spec.wire_name}` | `{info.parameters.__name__}.{spec.name}` | {_allowed(spec)} "
            f"| {_shown(spec.default)} | {', '.join(taken[key])} | {', '.join(refused[key])} |\n"
        )
    return "".join(lines)


def _by_name(samples: Iterator[Sample]) -> dict[tuple[str, str], list[str]]:
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for sample in samples:
        found[sample.provider.info.id, sample.spec.name].append(_shown(sample.value))
    return found


def _allowed(spec: ParameterSpec) -> str:
    words = spec.range_text
    if spec.shown.max_length is not None:
        words += f", at most {spec.shown.max_length} characters"
    return words + (" or not sent" if spec.optional and "empty" not in words else "")


def _shown(value: Value) -> str:
    if value is None:
        return "not sent"
    if isinstance(value, str) and len(value) > 40:
        return f"{len(value)} × `{value[0]}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
