"""The contract of APIXO's image-upscaler."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from PIL import Image

from tests.simulator import (
    APIXO,
    SMALL_EDGES,
    EnvelopeError,
    FailsAs,
    ManualClock,
    Options,
    ResultText,
    Simulator,
    Stage,
    TaskEnds,
    told_state,
)
from tests.simulator.client import Caller, picture
from tests.simulator.plugin import make_simulator
from tests.simulator.services import UPSCALER
from tests.simulator.telling_faults import ResultJsonIs
from tests.simulator.values import Json

__all__ = ["make_simulator"]

MakeSimulator = Callable[[Options], Simulator]
URL = "http://127.0.0.1:9/a.png"


@pytest.fixture
def simulator(make_simulator: MakeSimulator) -> Simulator:
    return make_simulator(Options(apixo_edge_px=SMALL_EDGES))


@pytest.fixture
def caller(simulator: Simulator) -> Iterator[Caller]:
    with Caller(simulator, UPSCALER) as caller:
        yield caller


def test_a_task_from_submission_to_file(simulator: Simulator, caller: Caller) -> None:
    response = caller.submit(picture("PNG", (40, 30)), resolution="8K", output_format="png")
    task = simulator.tasks.only()
    assert response.json() == {"code": 200, "message": "success", "data": {"taskId": task.task_id}}
    replies = [caller.poll(task.task_id).json() for _ in range(4)]
    assert [reply["data"]["state"] for reply in replies] == ["pending", "processing", "processing", "success"]
    assert set(replies[1]["data"]) == {"taskId", "state", "createTime"}
    data = replies[-1]["data"]
    assert set(data) == {"taskId", "state", "resultJson", "createTime", "completeTime", "costTime"}
    assert data["createTime"] // 1000 == task.created_at
    (url,) = json.loads(data["resultJson"])["resultUrls"]
    assert "?" not in url
    (body,) = caller.files(data)
    image = Image.open(io.BytesIO(body))
    assert (image.format, image.size) == ("PNG", (256, 192))
    assert simulator.requests.leaks == ()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ("JPEG", (128, 96))),
        ({"resolution": "2k", "output_format": "jpeg"}, ("JPEG", (64, 48))),
        ({"output_format": "webp", "mode": "image-to-image"}, ("WEBP", (128, 96))),
    ],
)
def test_formats_and_tiers(caller: Caller, fields: dict[str, str], expected: tuple[str, tuple[int, int]]) -> None:
    (body,) = caller.files(caller.ended(caller.submitted(picture("PNG", (40, 30), "RGBA"), **fields)))
    image = Image.open(io.BytesIO(body))
    assert (image.format, image.size) == expected


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "The required parameter {{input}} is missing."),
        ({"input": []}, "The parameter {{input}} must be Object type."),
        ({"input": {"mode": "text-to-image"}}, "Invalid mode type. Supported: image-to-image"),
        ({"input": {}}, "The required parameter {{image_urls}} is missing."),
        ({"input": {"image_urls": URL}}, "The parameter {{image_urls}} must be Array type."),
        ({"input": {"image_urls": []}}, "The parameter {{image_urls}} must contain exactly 1 image."),
        ({"input": {"image_urls": [URL, URL]}}, "The parameter {{image_urls}} must contain exactly 1 image."),
        ({"input": {"image_urls": [7]}}, "The parameter {{image_urls}} Array elements must be String type."),
        ({"input": {"image_urls": [""]}}, "The parameter {{image_urls}} cannot contain empty string."),
        ({"input": {"image_urls": ["a.png"]}}, "The parameter {{image_urls}} must contain a public image URL."),
        (
            {"input": {"image_urls": [URL], "resolution": "1k"}},
            "The parameter {{resolution}} must be either '2k', '4k' or '8k'.",
        ),
        (
            {"input": {"image_urls": [URL], "output_format": "gif"}},
            "The parameter {{output_format}} must be either 'jpg', 'png' or 'webp'.",
        ),
        ({"input": {"image_urls": [URL], "provider": "auto"}}, "Unknown parameters: provider"),
        ({"input": {"image_urls": [URL]}, "sync": 0}, "Unknown parameters: sync"),
        (
            {"input": {"image_urls": [URL]}, "request_type": "sync"},
            "The parameter {{request_type}} must be either 'async' or 'callback'.",
        ),
        (
            {"input": {"image_urls": [URL]}, "request_type": "callback"},
            "The required parameter {{callback_url}} is missing.",
        ),
        (
            {"input": {"image_urls": [URL]}, "request_type": "callback", "callback_url": "http://192.0.2.1/"},
            "The parameter {{callback_url}} must be a public HTTPS URL.",
        ),
        ([], "Invalid request body"),
    ],
)
def test_refused_bodies(simulator: Simulator, caller: Caller, body: Json, message: str) -> None:
    response = caller.api.post(caller.submit_url, json=body)
    assert (response.status_code, response.json()) == (400, {"code": 400, "message": message})
    assert len(simulator.tasks) == simulator.account_of(APIXO).charged_tasks == 0


def test_other_refusals(simulator: Simulator, caller: Caller) -> None:
    form = caller.api.post(caller.submit_url, files={"input": (None, "{}")})
    broken = caller.api.post(caller.submit_url, content=b"{", headers={"Content-Type": "application/json"})
    assert (form.status_code, broken.status_code) == (400, 400)
    status_url = f"{simulator.base_urls[APIXO]}/statusTask/image-upscaler"
    assert caller.api.get(status_url).status_code == 400
    assert caller.api.get(status_url, params={"taskId": "x", "id": "y"}).status_code == 400
    assert caller.poll("unknown").json() == {"code": 404, "message": "Task not found"}
    assert caller.api.get(status_url, headers={"Authorization": "Bearer x"}).json()["code"] == 401
    assert caller.api.get(f"{simulator.base_urls[APIXO]}/models").status_code == 404


@pytest.mark.parametrize("body", [b"no picture", picture("BMP"), None])
def test_a_source_that_cannot_be_used(simulator: Simulator, caller: Caller, body: bytes | None) -> None:
    url = f"{simulator.storage_url}/photos/none.png" if body is None else simulator.host_photo("bad", body)
    reply = caller.api.post(caller.submit_url, json={"input": {"image_urls": [url]}}).json()
    data = caller.ended(reply["data"]["taskId"])
    assert data["failCode"] == "ImageFormatIncorrect"
    assert set(data) == {"taskId", "state", "failCode", "failMsg", "createTime", "completeTime"}


def test_every_accepted_task_is_paid(simulator: Simulator, caller: Caller) -> None:
    simulator.script(Stage.SUBMIT, TaskEnds(-1))
    account = simulator.account_of(APIXO)
    task_id = caller.submitted()
    assert (account.charged_tasks, account.charged) == (1, Decimal("0.01"))
    assert caller.ended(task_id)["failCode"] == "Unknown error"
    assert simulator.tasks.only().charged
    caller.ended(caller.submitted())
    assert (account.charged_tasks, account.charged) == (2, Decimal("0.02"))


def test_rate_concurrency_and_lifetime(make_simulator: MakeSimulator) -> None:
    clock = ManualClock()
    options = Options(clock=clock, apixo_edge_px=SMALL_EDGES, apixo_per_minute=7, apixo_concurrent=1)
    with Caller(make_simulator(options), UPSCALER) as caller:
        task_id = caller.submitted()
        assert caller.submit().json() == {"code": 429, "message": "Concurrency limit reached"}
        data = caller.ended(task_id)
        assert caller.poll(task_id).status_code == 200
        assert caller.poll(task_id).status_code == 429
        clock.advance(61)
        assert caller.poll(task_id).status_code == 200
        clock.advance(86_400)
        assert caller.poll(task_id).status_code == 404
        with pytest.raises(AssertionError):
            caller.files(data)


def test_faults_in_its_own_words(simulator: Simulator, caller: Caller) -> None:
    task_id = caller.submitted()
    for fault, expected in (
        (told_state(0, progress=0, image=""), "pending"),
        (told_state(-10), "failed"),
        (told_state(77), 77),
        (told_state("queueing"), "queueing"),
    ):
        simulator.script(Stage.POLL, fault)
        data = caller.poll(task_id).json()["data"]
        assert data["state"] == expected
        assert ("failCode" in data) == (expected == "failed")
        assert "resultJson" not in data
    simulator.script(Stage.POLL, EnvelopeError(500, "error", http_status=200))
    assert caller.poll(task_id).json() == {"code": 500, "message": "error"}
    simulator.script(Stage.SUBMIT, FailsAs("NSFW", "No."))
    data = caller.ended(caller.submitted())
    assert (data["failCode"], data["failMsg"]) == ("NSFW", "No.")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (ResultText.OBJECT, {"resultUrls": ["URL"]}),
        (ResultText.TWICE, json.dumps('{"resultUrls":["URL"]}')),
        (ResultText.EMPTY, ""),
        (ResultText.NULL_TEXT, "null"),
        (ResultText.NULL, None),
        (ResultText.INVALID, '{"resultUrls":["URL"'),
        (ResultText.LIST, '["URL"]'),
        (ResultText.NO_URLS, "{}"),
        (ResultText.URLS_NULL, '{"resultUrls": null}'),
        (ResultText.URLS_TEXT, '{"resultUrls": "URL"}'),
        (ResultText.URLS_EMPTY, '{"resultUrls": []}'),
        (ResultText.URLS_WITH_NULL, '{"resultUrls": [null, "URL"]}'),
        (ResultText.URLS_REPEATED, '{"resultUrls": ["URL", "URL"]}'),
        (ResultText.ALL_NULL, '{"resultUrls": [null]}'),
    ],
)
def test_forms_of_the_result(simulator: Simulator, caller: Caller, form: ResultText, expected: Json) -> None:
    task_id = caller.submitted()
    caller.ended(task_id)
    simulator.script(Stage.POLL, ResultJsonIs(form))
    text = caller.poll(task_id).text
    url = simulator.tasks.only().urls[-1]
    assert json.loads(text.replace(url, "URL"))["data"]["resultJson"] == expected
    simulator.script(Stage.POLL, ResultJsonIs(ResultText.MISSING))
    assert "resultJson" not in caller.poll(task_id).json()["data"]
