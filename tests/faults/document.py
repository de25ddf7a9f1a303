"""The fault catalogue as a document, and the tests that prove it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from tests.faults.catalogue import FAULTS
from tests.faults.table import DONE, REFUSED, Ending, Fault

ROOT: Final = Path(__file__).resolve().parents[2]
_HEAD: Final = """# What the services can do to us, and what happens then

Written by `python -m tests.faults` from the tables in `tests/faults/`; the tests there compare every text below with
what really happens, so change it there. *You see* is what stands in the window's queue and in `failure` of `--json`.
`[hidden]` is what the redaction leaves; words in braces differ in each run.
"""
_PARTS: Final = {
    "F01": "Sending and money",
    "F19": "Reading a task",
    "F43": "Pictures",
    "F64": "What is sent",
    "F75": "Secrets, and who may speak to us",
}


@cache
def tests_in(file: str) -> frozenset[str]:
    """The names of the test functions in a file, given by its path from the root; none where there is no file."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


def exists(test: str) -> bool:
    """Whether there is a test of that id, ``file::function``."""
    file, _, name = test.partition("::")
    return name in tests_in(file)


def named_tests() -> Mapping[str, list[str]]:
    """The tests of this folder by the numbers in their names."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests" / "faults").glob("test_*.py")):
        file = path.relative_to(ROOT).as_posix()
        for name in sorted(tests_in(file)):
            numbers = re.match(r"test((?:_(?:and_)?f\d\d)+)_", name)
            for number in re.findall(r"f\d\d", numbers[1]) if numbers else []:
                found[number.upper()].append(f"{file}::{name}")
    return found


def written() -> str:
    """The whole document."""
    return "\n".join([_HEAD, *_lines()]).rstrip() + "\n"


def _lines() -> Iterator[str]:
    tests = named_tests()
    for number, fault in sorted(FAULTS.items()):
        if number in _PARTS:
            yield f"## {_PARTS[number]}\n"
        yield f"### {number}. {fault.title}\n"
        yield fault.does + "\n"
        yield from _seen(fault)
        if fault.otherwise:
            yield f"*Otherwise than the catalogue:* {fault.otherwise}\n"
        yield "Tests: " + ", ".join(f"`{test}`" for test in (*tests[number], *fault.also)) + "\n"


def _seen(fault: Fault) -> Iterator[str]:
    variants: dict[Ending, list[str]] = defaultdict(list)
    for variant, ending in fault.seen.items():
        variants[ending].append(variant)
    if len(variants) == 1:
        (only,) = variants
        yield f"*You see* {_words(only)}\n"
        return
    for ending, names in variants.items():
        yield f"- {', '.join(names)}: {_words(ending)}"
    if variants:
        yield ""


def _words(ending: Ending) -> str:
    if ending == DONE:
        return "**done**, and the picture."
    state = "**refused** before anything is sent" if ending.state == REFUSED else f"**{ending.state}**"
    kind = f" ({ending.kind})" if ending.kind and ending.kind != ending.state else ""
    text = " ".join(filter(None, [f"*{ending.message}*" if ending.message else "", ending.remedy]))
    warned = "".join(f" Warning: *{warning}*" for warning in ending.warnings)
    charged = " Marked as possibly charged." if ending.charged else ""
    return f"{state}{kind}{': ' if text else '.'}{text}{warned}{charged}"
