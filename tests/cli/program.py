"""The real program, as a process of its own or, where that is quicker, called within the test's process."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeAlias

from tests.simulator import Simulator

ROOT = Path(__file__).resolve().parent.parent.parent
LIMIT_S = 60.0

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


@dataclass(frozen=True, slots=True)
class Ran:
    """One finished run of the program. No run may ever show a traceback."""

    status: int
    out: str
    err: str

    def __post_init__(self) -> None:
        assert "Traceback" not in self.err, self.err
        assert "Traceback" not in self.out, self.out

    @property
    def objects(self) -> list[dict[str, Json]]:
        """Standard output as JSON, one object a line; anything else there fails."""
        found = [json.loads(line) for line in self.out.splitlines()]
        assert all(isinstance(value, dict) for value in found), self.out
        return found

    @property
    def object(self) -> dict[str, Json]:
        """The only one."""
        (only,) = self.objects
        return only

    def failure(self) -> dict[str, Json]:
        """The failure of the only object."""
        failure = self.object["failure"]
        assert isinstance(failure, dict)
        return failure


@dataclass(frozen=True, slots=True)
class Program:
    """Overscan with its home in ``home`` and an environment of its own."""

    home: Path
    folder: Path
    """Where its outputs go: nothing else is in it."""
    environment: dict[str, str] = field(default_factory=dict)

    def configure(self, text: str) -> None:
        path = self.home / "config" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def use(self, simulator: Simulator, *, key: str | None = None, extra: str = "") -> None:
        """Point the account at the simulator, quick and with a key in the environment."""
        self.configure(
            f"""
            [accounts.picwish]
            base_url = "{simulator.base_url}"
            requests_per_second = 500
            [providers.picwish-scale.pace]
            first_s = 0.01
            interval_s = 0.01
            [output]
            folder = "{self.folder}"
            {extra}
            """
        )
        self.environment["OVERSCAN_KEY_PICWISH"] = simulator.key if key is None else key

    def _environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT") if name in os.environ
        }
        return {
            **kept,
            "PYTHONPATH": str(ROOT / "app"),
            "PYTHONWARNINGS": "error",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "OVERSCAN_HOME": str(self.home),
            **self.environment,
            **(more or {}),
        }

    def start(
        self,
        *arguments: str | Path,
        environment: Mapping[str, str] | None = None,
        stdout: int | IO[bytes] = subprocess.PIPE,
        stderr: int | IO[bytes] = subprocess.PIPE,
    ) -> subprocess.Popen[bytes]:
        """Begin a run in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "overscan", *map(str, arguments)],
            env=self._environment(environment),
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
        )

    def finish(self, process: subprocess.Popen[bytes], given: bytes = b"") -> Ran:
        """Wait for the end of a run."""
        try:
            out, err = process.communicate(given, timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return Ran(process.returncode, (out or b"").decode(), (err or b"").decode())

    def run(self, *arguments: str | Path, given: bytes = b"", environment: Mapping[str, str] | None = None) -> Ran:
        """A whole run in a process of its own."""
        return self.finish(self.start(*arguments, environment=environment), given)

    def call(self, *arguments: str | Path) -> Ran:
        """A whole run within this process: quicker, and with the test's own keyring."""
        from overscan.__main__ import main

        out, err = io.StringIO(), io.StringIO()
        before = {name: os.environ.get(name) for name in self.environment}
        os.environ.update(self.environment)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = main([str(argument) for argument in arguments])
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
        return Ran(status, out.getvalue(), err.getvalue())

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End a run as a power cut would."""
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=LIMIT_S)
        assert process.returncode == -signal.SIGKILL

    def saved(self) -> list[Path]:
        """Everything in the output folder, hidden files included."""
        return sorted(self.folder.rglob("*")) if self.folder.exists() else []
