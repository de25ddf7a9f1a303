"""What the window and the command line both start from."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from overscan.composition import House, name_of_url, open_house
from overscan.core.failures import PhotoError
from overscan.core.images import ImageFormat
from overscan.core.jobs import Job, JobState, Output
from overscan.core.parameters import Value
from overscan.core.requests import OutputRef, PhotoRef, Request
from overscan.services.paths import Folders
from tests.simulator import Simulator


def test_an_address_from_a_web_page_cannot_lead_to_this_machine(simulator: Simulator, photo_file: Path) -> None:
    house = open_house()
    url = simulator.host_photo("osprey.jpg", photo_file.read_bytes())
    with pytest.raises(PhotoError, match=r"this machine|secure"):
        house.fetch_photo(url, typed=False)
    assert list(simulator.requests) == []
    assert not list(house.folders.incoming.iterdir())


def test_a_typed_address_may(simulator: Simulator, photo_file: Path) -> None:
    house = open_house()
    url = simulator.host_photo("osprey.jpg", photo_file.read_bytes())
    fetched = house.fetch_photo(url, typed=True)
    assert fetched.parent == house.folders.incoming
    assert fetched.name == "osprey.jpg"
    assert fetched.read_bytes() == photo_file.read_bytes()


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/a/osprey.jpg?x=1", "osprey"),
        ("https://example.org/%E7%85%A7%E7%89%87.png", "照片"),
        ("https://example.org/", "photo"),
        ("https://example.org/..%2f..%2fetc", "photo"),
    ],
)
def test_names_from_urls_are_safe(url: str, name: str) -> None:
    assert name_of_url(url) == name


# ---------------------------------------------------------------------------------------- what services can get at

HOUR_S = 3600.0
CONFIG = """\
[providers.gptge-scale]
status_path = "/v2/{task_id}"
[providers.picwish-scale.pace]
first_s = 7
[hosting]
endpoint = "https://s3.example.org"
bucket = "photos"
access_key_id = "AKID"
consent = "https://s3.example.org/photos"
[callbacks]
port = 8123
public_url = "https://tunnel.example.org"
"""


def done(
    provider: str = "picwish-scale", *, ago_s: float = 60.0, state: JobState = JobState.DONE, **parameters: Value
) -> Job:
    """A job that ended so many seconds ago with one output."""
    request = Request(provider=provider, photo=PhotoRef(name="a", path="/a.jpg"), parameters=parameters, folder="/out")
    output = Output(n=1, path="/out/a.png", sha256="5" * 64, bytes=9, width=2, height=2, format=ImageFormat.PNG)
    return Job(
        id=uuid.uuid4().hex,
        request=request,
        state=state,
        created_at=1.0,
        finished_at=time.time() - ago_s,
        task_id="a-task",
        outputs=(output,),
    )


def is_live(house: House, job: Job, sha256: str | None = "5" * 64) -> bool:
    """Whether a plan would hand over the address of the job's output."""
    journal = house.open_journal()
    try:
        journal.insert([job], "ended")
        live = house.live_results(journal)
    finally:
        journal.close()
    ref = PhotoRef(name="a", path="/out/a.png", sha256=sha256, output=OutputRef(job=job.id, n=1))
    return house.reach(live).live(ref)


@pytest.mark.parametrize(
    ("made", "live"),
    [
        (done, True),
        (partial(done, return_type=1), True),
        (partial(done, return_type=2), False),
        (partial(done, ago_s=HOUR_S - 240), True),
        (partial(done, ago_s=HOUR_S - 110), False),
        (partial(done, "apixo-upscaler", ago_s=23 * HOUR_S), True),
        (partial(done, "apixo-upscaler", ago_s=24 * HOUR_S), False),
        (partial(done, "local-upscale"), False),
        (partial(done, "provider-that-is-gone"), False),
        (partial(done, state=JobState.FAILED), False),
    ],
)
def test_a_result_is_live_as_long_as_its_service_keeps_it_under_a_url(made: Callable[[], Job], live: bool) -> None:
    assert is_live(open_house(), made()) is live


def test_a_result_without_a_task_cannot_be_asked_for() -> None:
    assert not is_live(open_house(), done().model_copy(update={"task_id": None}))


def test_a_file_that_was_changed_since_is_no_result() -> None:
    assert not is_live(open_house(), done(), sha256="6" * 64)
    assert is_live(open_house(), done(), sha256=None)


def test_without_a_look_at_the_journal_nothing_is_live() -> None:
    ref = PhotoRef(name="a", path="/out/a.png", output=OutputRef(job="x", n=1))
    assert not open_house().reach().live(ref)


def test_the_engine_is_told_of_hosting_callbacks_paths_and_only_the_paces_that_are_set(home: Folders) -> None:
    bare = open_house()
    assert (bare.reach().hosting, bare.reach().callbacks, bare.hosting_account()) == (False, False, None)
    assert bare.engine_settings().hosting is None
    assert bare.engine_settings().callbacks is None
    assert bare.engine_settings().pace == {}
    home.config_file.parent.mkdir(parents=True, exist_ok=True)
    home.config_file.write_text(CONFIG)
    house = open_house()
    settings = house.engine_settings()
    assert settings.status_paths == {"gptge-scale": "/v2/{task_id}"}
    assert {provider: pace.first_s for provider, pace in settings.pace.items()} == {"picwish-scale": 7}
    assert settings.hosting is not None
    assert settings.hosting.consented
    assert settings.hosting.place == "https://s3.example.org/photos"
    assert settings.callbacks is not None
    assert settings.callbacks.port == 8123
    assert (house.reach().hosting, house.reach().callbacks) == (True, True)


def test_the_secret_access_key_is_bound_to_the_endpoint(home: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    home.config_file.parent.mkdir(parents=True, exist_ok=True)
    home.config_file.write_text(CONFIG)
    house = open_house()
    account = house.hosting_account()
    assert account is not None
    assert account.id == "hosting"
    house.keys.set("hosting", account.base_url, "a-secret-access-key")
    assert house.key(account, "https://s3.example.org") == "a-secret-access-key"
    assert house.key(account, "https://elsewhere.example.org") is None
    monkeypatch.setenv("OVERSCAN_KEY_HOSTING", "from-the-environment")
    assert house.key(account, "https://s3.example.org") == "from-the-environment"


def test_a_bucket_without_consent_may_be_cleared_but_not_filled(home: Folders) -> None:
    home.config_file.parent.mkdir(parents=True, exist_ok=True)
    home.config_file.write_text(CONFIG.replace("org/photos", "org/other"))
    house = open_house()
    hosting = house.engine_settings().hosting
    assert hosting is not None
    assert not hosting.consented
    assert not house.reach().hosting
