"""The exceptions as people read them, and the one door for strings."""

from __future__ import annotations

import gettext
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.core import failures, text
from overscan.core.failures import Failure, FailureKind, OverscanError

TREE = [kind for kind in vars(failures).values() if isinstance(kind, type) and issubclass(kind, OverscanError)]


@pytest.mark.parametrize("kind", TREE)
def test_every_exception_carries_its_failure(kind: type[OverscanError]) -> None:
    error = kind("It broke.", "Mend it.")
    assert error.failure == Failure(kind.kind, "It broke.", "Mend it.")
    assert str(error) == "It broke. Mend it."
    assert not error.failure.possibly_charged
    assert error.possibly_charged() == Failure(kind.kind, "It broke.", "Mend it.", possibly_charged=True)


def test_a_narrower_kind_and_the_services_own_code_can_be_given() -> None:
    error = failures.ServiceRefusal("No.", kind=FailureKind.BILLING, code="4001")
    assert (error.failure.kind, error.failure.code, str(error)) == (FailureKind.BILLING, "4001", "No.")


@pytest.fixture
def catalogue() -> Iterator[None]:
    class German(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return {"Saved {name}": "{name} gesichert"}.get(message, message)

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            return {"{count} photo": "{count} Foto"}.get(msgid1, msgid1) if n == 1 else "{count} Fotos"

    text.use(German())
    yield
    text.use(gettext.NullTranslations())


@pytest.mark.usefixtures("catalogue")
def test_the_catalogue_is_asked_before_the_places_are_filled() -> None:
    assert text.tr("Saved {name}", name="a.jpg") == "a.jpg gesichert"
    assert [text.trn("{count} photo", "{count} photos", n) for n in (0, 1, 2)] == ["0 Fotos", "1 Foto", "2 Fotos"]


@given(st.text())
def test_a_value_is_never_parsed(name: str) -> None:
    assert text.tr("Saved {name}", name=name) == f"Saved {name}"


@given(st.text())
def test_a_text_without_values_stays_as_it_is(message: str) -> None:
    assert text.tr(message) == text.mark(message) == message


def test_values_may_have_any_name() -> None:
    assert text.tr("{text} {self} {one} {count}", text=1, self=2, one=3, count=4) == "1 2 3 4"
