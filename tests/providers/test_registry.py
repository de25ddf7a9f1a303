"""The list of providers, and what it does about foreign ones that do not work."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from overscan.core.failures import UnknownProvider
from overscan.providers.accounts import APIXO, GPTGE, PICWISH
from overscan.providers.local_expand import LocalExpand
from overscan.providers.local_upscale import LocalUpscale
from overscan.providers.picwish_scale import PicwishScale
from overscan.providers.registry import ENTRY_POINT_GROUP, Registry, load_registry


def install(folder: Path, name: str, code: str, *entries: str) -> None:
    """Put a distribution with a module and its entry points into ``folder``, as an installer would."""
    (folder / f"{name}.py").write_text(code)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("\n".join([f"[{ENTRY_POINT_GROUP}]", *entries]) + "\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the import path for foreign packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


BUNDLED = [
    "local-upscale",
    "picwish-scale",
    "picwish-scale-pro",
    "gptge-scale",
    "apixo-upscaler",
    "local-expand",
    "picwish-expand",
]


def ids(registry: Registry) -> list[str]:
    return [provider.info.id for provider in registry.all()]


def test_the_bundled_providers() -> None:
    registry = load_registry()
    assert ids(registry) == BUNDLED
    assert registry.accounts() == (PICWISH, GPTGE, APIXO)
    for name in ids(registry):
        assert registry.get(name).info.id == name


def test_the_built_in_engine_stands_first() -> None:
    # The window chooses the first provider: what costs nothing and needs no key.
    assert load_registry().all()[0].info.account is None


def test_an_unknown_provider_is_told_with_those_that_exist() -> None:
    with pytest.raises(UnknownProvider) as caught:
        load_registry().get("picwish")
    assert "picwish" in caught.value.failure.message
    assert "local-upscale" in caught.value.failure.remedy


def test_two_providers_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="local-upscale"):
        Registry([LocalUpscale(), LocalExpand(), LocalUpscale()])


def test_an_empty_registry() -> None:
    registry = Registry([])
    assert registry.all() == ()
    assert registry.accounts() == ()
    with pytest.raises(UnknownProvider):
        registry.get("picwish-scale")


def test_one_account_of_several_providers_is_listed_once() -> None:
    class Other(PicwishScale):
        info = replace(PicwishScale.info, id="other")  # type: ignore[misc]  # Final in the class, as it should be

    assert Registry([PicwishScale(), Other()]).accounts() == (PICWISH,)


def test_a_provider_of_another_package_is_taken(site: Path) -> None:
    code = "from tests.providers.sixth import SixthProvider as Sixth\n"
    install(site, "foreign_good", code, "sixth = foreign_good:Sixth")
    assert ids(load_registry())[-1] == "sixth-retouch"


BROKEN = {
    "no_module": ("", "x = foreign_no_such_module:Thing"),
    "no_name": ("", "x = {name}:Thing"),
    "import_fails": ("raise RuntimeError('broken')", "x = {name}:Thing"),
    "needs_arguments": ("class Thing:\n    def __init__(self, a): ...\n", "x = {name}:Thing"),
    "no_provider": ("class Thing: ...\n", "x = {name}:Thing"),
    "no_class": ("Thing = 5\n", "x = {name}:Thing"),
    "id_taken": ("from overscan.providers.local_upscale import LocalUpscale as Thing\n", "x = {name}:Thing"),
    "half": (
        "from dataclasses import replace\nfrom overscan.providers.local_upscale import LocalUpscale\n"
        "class Thing:\n    info = replace(LocalUpscale.info, id='half')\n",
        "x = {name}:Thing",
    ),
    "bad_declaration": (
        "from dataclasses import replace\nfrom overscan.core.parameters import Parameters\n"
        "from overscan.providers.local_upscale import LocalUpscale\n"
        "class Bad(Parameters):\n    strength: float = 0.5\n"
        "class Thing(LocalUpscale):\n    info = replace(LocalUpscale.info, id='bad', parameters=Bad)\n",
        "x = {name}:Thing",
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_foreign_provider_is_left_out_and_named_in_the_log(
    how: str, site: Path, caplog: pytest.LogCaptureFixture
) -> None:
    code, entry = BROKEN[how]
    name = f"foreign_{how}"
    install(site, name, code, entry.format(name=name))
    with caplog.at_level(logging.WARNING, "overscan.providers.registry"):
        assert ids(load_registry()) == BUNDLED
    assert "provider x could not be loaded" in caplog.text
