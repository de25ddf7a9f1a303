"""The rules of the house that a machine can check: which way imports point, how long files are, what is drawn."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from overscan.core import failures

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app" / "overscan"
FILES = sorted(APP.rglob("*.py"))

BELOW = {
    "core": set(),
    "imaging": {"core"},
    "providers": {"core", "imaging"},
    "engine": {"core", "imaging", "providers"},
    "services": {"core", "imaging", "providers"},
    "composition": {"core", "imaging", "providers", "engine", "services"},
    "ui": {"core", "imaging", "providers", "engine", "services", "composition"},
    "cli": {"core", "imaging", "providers", "engine", "services", "composition"},
    "__main__": {"core", "imaging", "providers", "engine", "services", "composition", "ui", "cli"},
    "__init__": set(),
}
"""What each part may import beside itself. ``composition`` ties engine and services together for both fronts."""

HEAVY = (
    *("cv2", "exiv2", "httpx", "keyring", "numpy", "obstore", "onnxruntime"),
    *("PIL", "pillow_heif", "rich", "tomlkit", "typer"),
)
"""What nothing loads before the window's first paint."""

FOUNDATION = {"pydantic", "annotated_types", "pydantic_core"}
HOSTS = re.compile(r"https?://([A-Za-z0-9.-]+\.[A-Za-z]{2,}|proxy\.example)")
KNOWN_HOSTS = {
    "techhk.aoscdn.com",
    "techsz.aoscdn.com",
    "picwish.com",
    "api.gpt.ge",
    "api.apixo.ai",
    "apixo.ai",
    "photo.invalid",
    "callback.invalid",
    "proxy.example",
    "www.w3.org",
    "example.org",
}
"""The services' own addresses and examples: the program names no other host."""


@dataclass(frozen=True)
class Import:
    path: Path
    line: int
    module: str
    only_for_types: bool

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line} imports {self.module}"


def part_of(path: Path) -> str:
    """The floor that a file of the package is on: a folder's name, or the file's own at the top."""
    first = path.relative_to(APP).parts[0]
    return first.removesuffix(".py")


def part_of_module(module: str) -> str:
    """The same for a dotted name; ``overscan`` itself, which holds the version, counts as its ``__init__``."""
    pieces = module.split(".")
    return pieces[1] if len(pieces) > 1 else "__init__"


def imports_of(path: Path, text: str | None = None) -> Iterator[Import]:
    """Every import of a file, those inside functions and for types included, as absolute dotted names."""
    tree = ast.parse(path.read_text(encoding="utf-8") if text is None else text)
    typing_lines = {
        inner.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    }
    package = ["overscan", *path.relative_to(APP).parent.parts]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(path, node.lineno, alias.name, node.lineno in typing_lines)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            if module == "overscan":
                for alias in node.names:
                    known = alias.name in BELOW and not alias.name.startswith("__")
                    yield Import(path, node.lineno, f"overscan.{alias.name}" if known else module, False)
            else:
                yield Import(path, node.lineno, module, node.lineno in typing_lines)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"importlib.import_module", "__import__"}:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield Import(path, node.lineno, first.value, False)


ALL_IMPORTS = [found for path in FILES for found in imports_of(path)]


def wrong_arrows(imports: list[Import]) -> list[str]:
    wrong = []
    for found in imports:
        if found.module.split(".")[0] != "overscan":
            continue
        here, there = part_of(found.path), part_of_module(found.module)
        if there not in {here, "__init__"} | BELOW[here]:
            wrong.append(str(found))
    return wrong


def test_every_part_has_its_place_in_the_order() -> None:
    assert {part_of(path) for path in FILES} <= BELOW.keys()


def test_imports_point_down_only() -> None:
    assert wrong_arrows(ALL_IMPORTS) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("core/x.py", "import overscan.imaging.photo"),
        ("core/x.py", "from overscan.services import paths"),
        ("imaging/x.py", "from overscan import providers"),
        ("imaging/x.py", "from ..engine import journal"),
        ("engine/x.py", "def f():\n    from overscan.services.keys import KeyStore"),
        ("services/x.py", "import importlib\nimportlib.import_module('overscan.engine.engine')"),
        ("services/x.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from overscan.ui import window"),
        ("ui/x.py", "from overscan.cli import app"),
        ("providers/x.py", "import overscan.__main__"),
    ],
)
def test_an_arrow_that_points_up_or_sideways_is_found(file: str, line: str) -> None:
    assert wrong_arrows(list(imports_of(APP / file, line)))


def test_an_arrow_that_points_down_is_allowed() -> None:
    text = "from overscan import __version__\nfrom overscan.core import text\nfrom . import folder\nimport json"
    assert wrong_arrows(list(imports_of(APP / "services" / "x.py", text))) == []


def test_the_core_stands_on_the_standard_library_and_pydantic() -> None:
    allowed = sys.stdlib_module_names | FOUNDATION | {"overscan"}
    assert [str(i) for i in ALL_IMPORTS if part_of(i.path) == "core" and i.module.split(".")[0] not in allowed] == []


def test_the_core_does_no_input_or_output() -> None:
    doors = {"asyncio", "http", "io", "logging", "multiprocessing", "os", "pathlib", "shutil", "socket", "sqlite3"}
    doors |= {"ssl", "subprocess", "tempfile", "threading", "urllib.request"}
    assert [str(i) for i in ALL_IMPORTS if part_of(i.path) == "core" and i.module in doors] == []


def test_only_the_window_knows_qt() -> None:
    qt = [i for i in ALL_IMPORTS if i.module.split(".")[0] in {"PySide6", "shiboken6"}]
    assert [str(i) for i in qt if part_of(i.path) not in {"ui", "__main__"}] == []


def test_providers_do_no_input_or_output() -> None:
    doors = {"httpx", "requests", "socket", "sqlite3", "urllib.request", "http.client", "aiohttp"}
    assert [str(i) for i in ALL_IMPORTS if part_of(i.path) == "providers" and i.module in doors] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(APP)))
def test_a_file_has_one_job(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 400, f"{path.name} has {lines} lines: it has two jobs"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(APP)))
def test_nothing_prints_past_the_command_line_and_no_registry_is_named(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    prints = [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert prints == []
    assert set(HOSTS.findall(text)) <= KNOWN_HOSTS


def loaded_by(module: str) -> list[str]:
    """Which heavy packages a fresh interpreter holds after importing ``module``."""
    text = f"import sys, {module}\nsys.stdout.write(' '.join(sorted(set({HEAVY!r}) & set(sys.modules))))"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False, cwd=APP.parent)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


@pytest.mark.parametrize(
    "module", ["overscan.ui.main_window", "overscan.ui.session", "overscan.composition", "overscan.__main__"]
)
def test_nothing_heavy_is_loaded_before_the_first_paint(module: str) -> None:
    if not there(module):
        pytest.skip(f"{module} does not exist yet")
    assert loaded_by(module) == []


def test_services_and_core_load_nothing_heavy() -> None:
    names = [
        "overscan." + ".".join(path.relative_to(APP).with_suffix("").parts)
        for part in ("core", "services")
        for path in sorted((APP / part).glob("*.py"))
        if path.stem not in {"__init__", "toml_edit"}
    ]
    assert loaded_by(", ".join(names)) == []


def drawn_tree(docstring: str) -> dict[str, str]:
    """Child to parent, as the tree in a docstring draws it."""
    parents: dict[str, str] = {}
    branch: dict[int, str] = {}
    for line in docstring.splitlines():
        match = re.match(r"^(?P<lead>[ │├└─]*)(?P<name>[A-Z][A-Za-z]+)(\s{2,}.*)?$", line.removeprefix("    "))
        if match is None:
            continue
        depth = len(match["lead"])
        above = [name for at, name in sorted(branch.items()) if at < depth]
        if above:
            parents[match["name"]] = above[-1]
        elif match["name"] != "OverscanError":
            continue
        branch = {at: name for at, name in branch.items() if at < depth} | {depth: match["name"]}
    return parents


def real_tree(root: type[BaseException]) -> dict[str, str]:
    tree = {}
    for child in root.__subclasses__():
        if child.__module__.startswith("overscan."):
            tree[child.__name__] = root.__name__
            tree |= real_tree(child)
    return tree


def test_the_tree_of_failures_is_drawn_as_it_is() -> None:
    for path in FILES:
        if re.search(r"class \w+\(\w*(Error|Problem|Refusal|NotSent|AnswerLost)\)", path.read_text(encoding="utf-8")):
            importlib.import_module("overscan." + ".".join(path.relative_to(APP).with_suffix("").parts))
    assert drawn_tree(inspect.getdoc(failures) or "") == real_tree(failures.OverscanError)


def test_every_exception_of_the_tree_is_public_there() -> None:
    names = {"OverscanError", *real_tree(failures.OverscanError)}
    assert names <= vars(failures).keys()
    assert all(issubclass(getattr(failures, name), failures.OverscanError) for name in names)
