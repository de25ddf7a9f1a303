"""Which programs run: the mark holds as long as the process, and no longer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from overscan.core.failures import StorageProblem
from overscan.engine.instances import Instance

HOLD = """
import sys
from pathlib import Path
from overscan.engine.instances import Instance
instance = Instance(Path(sys.argv[1]))
print(instance.id, flush=True)
sys.stdin.read()
"""


def test_a_program_is_alive_until_it_closes(tmp_path: Path) -> None:
    one, two = Instance(tmp_path / "marks"), Instance(tmp_path / "marks")
    assert one.id != two.id
    assert two.is_alive(one.id)
    assert one.is_alive(two.id)
    one.close()
    assert not two.is_alive(one.id)
    two.close()
    assert list((tmp_path / "marks").iterdir()) == []


def test_an_unknown_program_is_not_alive(tmp_path: Path) -> None:
    one = Instance(tmp_path / "made" / "here")
    assert not one.is_alive("0" * 32)
    one.close()


def test_a_killed_program_is_not_alive_and_its_mark_is_swept(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "marks")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdin is not None
    other = process.stdout.readline().strip()
    me = Instance(tmp_path / "marks")
    assert me.is_alive(other)
    process.kill()
    process.wait()
    process.stdout.close()
    process.stdin.close()
    assert not me.is_alive(other)
    assert [path.stem for path in (tmp_path / "marks").iterdir()] == [me.id]
    me.close()


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageProblem):
        Instance(tmp_path / "file" / "instances")
