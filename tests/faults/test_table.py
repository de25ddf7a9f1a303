"""The table is whole: every number has its tests, every test exists, and the document says the same."""

from __future__ import annotations

import pytest

from tests.faults.__main__ import TARGET
from tests.faults.catalogue import FAULTS
from tests.faults.document import exists, named_tests, written
from tests.faults.services import SERVICES
from tests.simulator import CATALOGUE

NUMBERS = [f"F{n:02}" for n in range(1, 81)]


def test_every_number_is_there() -> None:
    assert sorted(FAULTS) == NUMBERS


@pytest.mark.parametrize("number", NUMBERS)
def test_every_number_has_a_test_of_its_name(number: str) -> None:
    assert named_tests()[number]


def test_no_test_is_named_by_a_number_that_does_not_exist() -> None:
    assert set(named_tests()) <= set(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_tests_elsewhere_exist(number: str) -> None:
    assert [test for test in FAULTS[number].also if not exists(test)] == []


def test_every_fault_of_the_simulator_is_in_the_table() -> None:
    missing = {name for name, fault in CATALOGUE.items() if name not in FAULTS[fault.number].seen}
    assert missing == set()


def test_an_override_is_of_a_service_that_exists() -> None:
    known = {service.id for service in SERVICES}
    named = {variant.partition("@")[2] for fault in FAULTS.values() for variant in fault.seen if "@" in variant}
    assert named <= known


def test_the_document_is_up_to_date() -> None:
    assert TARGET.read_text(encoding="utf-8") == written(), "run: python -m tests.faults"
