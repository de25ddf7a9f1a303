"""`python -m tests.simulator`."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.simulator import CATALOGUE, DEFAULT_KEYS
from tests.simulator.__main__ import main
from tests.simulator.client import SCALE, picture

ROOT = Path(__file__).parents[2]


def test_it_serves_alone_and_says_how_to_reach_it() -> None:
    command = [sys.executable, "-m", "tests.simulator", "--key", "my-key", "--fault", "submit-502-html"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline()]
        while "export OVERSCAN_KEY_APIXO" not in said[-1] and said[-1]:
            said.append(process.stdout.readline())
        text = "".join(said)
        assert "export OVERSCAN_KEY_PICWISH=my-key" in text
        found = re.search(
            r'\[accounts\.picwish\]\nbase_url = "(http://127\.0\.0\.1:\d+)"\nrequests_per_second = 2', text
        )
        assert found is not None
        assert re.search(r'\[accounts\.apixo\]\nbase_url = "http://127\.0\.0\.1:\d+/api/v1"', text) is not None
        assert f'[accounts.gptge]\nbase_url = "{found[1]}"' in text
        assert f"export OVERSCAN_KEY_GPTGE={DEFAULT_KEYS['gptge']}" in text
        files = {"image_file": ("a.jpg", picture())}
        response = httpx.post(found[1] + SCALE, headers={"X-API-KEY": "my-key"}, files=files, trust_env=False)
        assert response.status_code == 502
        while "POST" not in said[-1] and said[-1]:
            said.append(process.stdout.readline())
        assert "api      502 POST /api/tasks/visual/scale  [Answer]" in said[-1]
        process.send_signal(signal.SIGINT)
    assert process.returncode == 0


def test_the_list_of_faults(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fault", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(CATALOGUE)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--fault", "nonsense"],
        ["--fault", "submit-cut:often"],
        ["--port", "99999"],
        ["--balance", "apixo"],
        ["--balance", "nobody=3"],
        ["--balance", "apixo=NaN"],
    ],
)
def test_wrong_usage(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(arguments) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
