"""How a photo gets to a service that takes only addresses: a living result, a URL, a bucket, or not at all."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.conftest import MemoryKeyring
from tests.simulator import Simulator
from tests.simulator.client import picture

APIXO = ("-p", "apixo-upscaler")
PICWISH = ("-p", "picwish-scale")
HOSTING = """
            [hosting]
            endpoint = "https://s3.example.com"
            bucket = "my-photos"
            access_key_id = "EXAMPLE"
"""


@pytest.fixture
def both(program: Program, simulator: Simulator) -> Program:
    """The program with keys of PicWish and APIXO, both of them the simulator."""
    use(program, simulator, "")
    return program


def use(program: Program, simulator: Simulator, extra: str) -> None:
    apixo = f"""
            [accounts.apixo]
            base_url = "{simulator.base_urls["apixo"]}"
            requests_per_second = 500
            [providers.apixo-upscaler.pace]
            first_s = 0.01
            interval_s = 0.01
    """
    program.use(simulator, extra=apixo + extra)
    program.environment["OVERSCAN_KEY_APIXO"] = simulator.keys["apixo"]


def test_an_outputs_path_is_sent_by_the_address_of_the_result(
    both: Program, simulator: Simulator, photo_file: Path
) -> None:
    assert both.call("run", photo_file, *PICWISH).status == 0
    (output,) = both.saved()
    planned = both.call("plan", output, *APIXO, "--json").object
    assert planned["delivery"] == "result"
    assert planned["changes"] == ["sent by the address of the result, as its service keeps it"]
    ran = both.call("run", output, *APIXO, "--json")
    assert (ran.status, ran.object["state"]) == (0, "done")
    assert len(both.saved()) == 2


def test_a_changed_output_is_no_output_any_more(both: Program, photo_file: Path) -> None:
    assert both.call("run", photo_file, *PICWISH).status == 0
    (output,) = both.saved()
    output.write_bytes(picture("JPEG", (50, 40)))
    ran = both.call("plan", output, *APIXO)
    assert ran.status == 1
    assert "public URL" in ran.out


def test_a_fetched_photo_keeps_its_address(both: Program, simulator: Simulator) -> None:
    url = simulator.host_photo("fence.jpg", picture("JPEG", (64, 48)))
    planned = both.call("plan", url, *APIXO, *PICWISH, "--json").objects
    assert {str(o["provider"]): o["delivery"] for o in planned} == {"apixo-upscaler": "url", "picwish-scale": "file"}
    ran = both.call("run", url, *APIXO, "--json")
    assert (ran.status, ran.object["state"]) == (0, "done")


def test_a_bucket_needs_consent_and_one_run_can_be_given_it(
    both: Program, simulator: Simulator, photo_file: Path
) -> None:
    refused = both.call("plan", photo_file, *APIXO)
    assert refused.status == 1
    assert "--allow-hosting" not in refused.out
    use(both, simulator, HOSTING)
    named = both.call("plan", photo_file, *APIXO)
    assert named.status == 1
    assert "With --allow-hosting this run may put it into your bucket" in named.out
    allowed = both.call("plan", photo_file, *APIXO, "--allow-hosting", "--json").object
    assert allowed["delivery"] == "hosted"
    assert allowed["changes"] == ["put into your bucket until the job ends"]
    assert both.call("plan", photo_file, *APIXO).status == 1
    # The bucket's secret is missing, as a key can be: a plan says so, a run does not begin.
    assert "There is no key of hosting yet" in both.call("plan", photo_file, *APIXO, "--allow-hosting").err
    ran = both.call("run", photo_file, *APIXO, "--allow-hosting")
    assert ran.status == 2
    assert "overscan key set hosting" in ran.err
    assert len(simulator.requests) == 0


def test_without_a_bucket_there_is_nothing_to_allow(both: Program, photo_file: Path) -> None:
    ran = both.call("run", photo_file, *APIXO, "--allow-hosting")
    assert ran.status == 2
    assert "No bucket is set up" in ran.err


def test_the_secret_of_the_bucket_is_kept_for_its_endpoint(
    both: Program, simulator: Simulator, memory_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert both.call("key", "set", "hosting").status == 2
    use(both, simulator, HOSTING)
    monkeypatch.setattr("sys.stdin", io.StringIO("a-secret-access-key-0123\n"))
    assert both.call("key", "set", "hosting").status == 0
    assert memory_keyring.entries == {("overscan", "hosting@https://s3.example.com:443"): "a-secret-access-key-0123"}
    checked = both.call("key", "check", "hosting")
    assert checked.status == 0
    assert "a-secret" not in checked.out
    assert both.call("key", "remove", "hosting").status == 0
    assert not memory_keyring.entries
    assert len(simulator.requests) == 0


@pytest.mark.parametrize("url", ["https://192.168.1.1/a.jpg", "https://nas.local/a.jpg", "https://me:pass@a.org/a.jpg"])
def test_an_address_that_no_service_can_fetch_is_refused_before_it_costs(
    both: Program, simulator: Simulator, url: str
) -> None:
    config = both.home / "config" / "config.toml"
    config.write_text(config.read_text().replace(simulator.base_url, "https://service.example"))
    ran = both.call("run", "--url", url, *APIXO, *PICWISH)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.count("cannot fetch this URL") == 2
    mask = both.call("plan", "--url", "https://a.org/a.jpg", "-p", "picwish-expand", "--mask", url)
    assert "cannot fetch this URL" in mask.out
    assert both.call("jobs", "--json").out == ""


@pytest.mark.parametrize("command", ["run", "plan"])
def test_a_parameter_that_the_service_cannot_be_asked_with_is_wrong_usage(
    both: Program, simulator: Simulator, command: str
) -> None:
    wrong = ("-s", "request_type=callback", "-s", "callback_url=http://plain.example.com/")
    told = both.call(command, "--url", "https://a.org/a.jpg", *APIXO, *wrong)
    assert told.status == 2
    assert "callback_url" in told.err
    assert len(simulator.requests) == 0
