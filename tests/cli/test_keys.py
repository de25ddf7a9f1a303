"""``overscan key``: keys come from standard input, go to the keyring, and never come out again."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from tests.cli.program import Program, Ran
from tests.conftest import MemoryKeyring
from tests.simulator import Options, Simulator

Type = Callable[[str], None]


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch) -> Type:
    """Put a text on standard input."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


@pytest.fixture
def keyless(program: Program) -> Program:
    del program.environment["OVERSCAN_KEY_PICWISH"]
    return program


def silent(ran: Ran, key: str) -> Ran:
    assert key not in ran.out + ran.err
    return ran


def test_set_check_and_remove(
    keyless: Program, simulator: Simulator, give: Type, memory_keyring: MemoryKeyring
) -> None:
    assert keyless.call("key", "check", "picwish").status == 1
    give(simulator.key + "\n")
    assert silent(keyless.call("key", "set", "picwish"), simulator.key).status == 0
    assert list(memory_keyring.entries.items()) == [(("overscan", f"picwish@{simulator.base_url}"), simulator.key)]
    checked = silent(keyless.call("key", "check", "picwish"), simulator.key)
    assert checked.status == 0
    assert "from the keyring" in checked.out
    assert f"{simulator.base_url} accepts it" in checked.out
    assert keyless.call("key", "remove", "picwish").status == 0
    assert memory_keyring.entries == {}
    assert "holds no key" in keyless.call("key", "remove", "picwish").out
    assert keyless.call("key", "check", "picwish").status == 1


def test_a_check_costs_nothing(program: Program, simulator: Simulator) -> None:
    ran = program.call("key", "check", "picwish")
    assert ran.status == 0
    assert "from the environment" in ran.out
    assert (len(simulator.requests), len(simulator.requests.submissions)) == (2, 0)
    assert len(simulator.tasks) == 0
    assert "credits left (undocumented source)" in ran.out


def test_a_balance_that_is_not_told_is_not_missed(program: Program) -> None:
    with Simulator(Options(balance_works=False)) as silent_one:
        program.use(silent_one)
        ran = program.call("key", "check", "picwish")
    assert (ran.status, ran.err) == (0, "")
    assert "accepts it" in ran.out
    assert "left" not in ran.out


def test_a_key_that_the_service_does_not_know(program: Program, simulator: Simulator) -> None:
    program.use(simulator, key="another-key-than-the-right-one")
    ran = silent(program.call("key", "check", "picwish"), "another-key")
    assert ran.status == 1
    assert "accepts it" not in ran.out
    assert ran.err != ""


def test_a_service_that_is_not_there(program: Program, simulator: Simulator) -> None:
    simulator.close()
    ran = program.call("key", "check", "picwish")
    assert ran.status == 1
    assert "cannot be reached" in ran.err


@pytest.mark.parametrize("text", ["", "\n", "short\n", "two words in it\n"])
def test_what_can_be_no_key(keyless: Program, give: Type, memory_keyring: MemoryKeyring, text: str) -> None:
    give(text)
    ran = keyless.call("key", "set", "picwish")
    assert ran.status == 2
    assert memory_keyring.entries == {}


def test_an_unknown_account(keyless: Program) -> None:
    for verb in ("set", "remove", "check"):
        ran = keyless.call("key", verb, "nobody")
        assert ran.status == 2
        assert "Known: picwish" in ran.err


def test_a_key_among_the_arguments_is_refused(keyless: Program, memory_keyring: MemoryKeyring) -> None:
    ran = keyless.call("key", "set", "picwish", "a-key-of-an-account")
    assert ran.status == 2
    assert memory_keyring.entries == {}


def test_a_key_belongs_to_its_address(keyless: Program, simulator: Simulator, give: Type) -> None:
    give(simulator.key)
    assert keyless.call("key", "set", "picwish").status == 0
    keyless.configure('[accounts.picwish]\nbase_url = "http://127.0.0.1:9"\n')
    ran = keyless.call("key", "check", "picwish")
    assert ran.status == 1
    assert "There is no key" in ran.err


def test_where_no_keyring_works_the_way_on_is_told(bare_program: Program) -> None:
    ran = bare_program.run("key", "set", "picwish", given=b"a-key-of-an-account\n")
    assert ran.status == 1
    assert "OVERSCAN_KEY_PICWISH" in ran.err
    assert "a-key-of-an-account" not in ran.out + ran.err
    files = [path for path in bare_program.home.rglob("*") if path.is_file()]
    assert all(b"a-key-of-an-account" not in path.read_bytes() for path in files)
