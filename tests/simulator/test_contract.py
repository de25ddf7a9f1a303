"""The contract of picwish-scale: what is taken, what is refused, what comes back."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable, Iterator

import httpx
import pytest
from PIL import Image

from tests.simulator import ManualClock, Options, PricedEdge, Simulator, Stage, bomb_png
from tests.simulator.client import SCALE, Client, picture
from tests.simulator.plugin import make_simulator, simulator

__all__ = ["make_simulator", "simulator"]

MakeSimulator = Callable[[Options], Simulator]


@pytest.fixture
def client(simulator: Simulator) -> Iterator[Client]:
    with Client(simulator) as client:
        yield client


def opened(body: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(body))
    image.load()
    return image


def test_a_task_from_submission_to_file(simulator: Simulator, client: Client) -> None:
    source = picture(size=(600, 400))
    response = client.submit(source, sync="0", type="clean", scale_factor="2", return_type="1")
    assert response.json() == {
        "status": 200,
        "message": "success",
        "data": {"task_id": simulator.tasks.only().task_id},
    }
    task = simulator.tasks.only()
    replies = [client.poll(task.task_id).json() for _ in range(4)]
    assert [reply["data"]["state"] for reply in replies] == [0, 2, 4, 1]
    progress = [reply["data"]["progress"] for reply in replies]
    assert progress == sorted(progress)
    assert progress[-1] == 100
    data = replies[-1]["data"]
    assert set(data) == {"task_id", "created_at", "processed_at", "completed_at", "image", "progress", "state"}
    assert all(isinstance(data[name], int) for name in ("created_at", "processed_at", "completed_at"))
    assert all(reply["data"]["image"] == "" for reply in replies[:-1])

    first, second = client.download(data["image"]), client.download(data["image"])
    assert first.content == second.content == task.result_bytes
    assert first.headers["content-type"] == "image/jpeg"
    result = opened(first.content)
    assert (result.format, result.size) == ("JPEG", (1200, 800))
    assert (task.charged, task.polls, task.downloads) == (True, 4, 2)
    assert (simulator.account.accepted, simulator.account.charged_tasks, simulator.account.credits) == (1, 1, 2)
    assert simulator.requests.leaks == ()


def test_the_enlargement_is_of_the_picture_that_was_sent(client: Client) -> None:
    source = Image.radial_gradient("L").convert("RGB")
    target = io.BytesIO()
    source.save(target, "PNG")
    data = client.ended(client.submitted(target.getvalue(), scale_factor="4"))
    result = opened(client.download(data["image"]).content)
    assert (result.format, result.size) == ("PNG", (1024, 1024))
    back = result.resize(source.size, Image.Resampling.BOX)
    assert max(abs(a - b) for a, b in zip(back.tobytes(), source.tobytes(), strict=True)) <= 12


@pytest.mark.parametrize(("long_edge", "factor"), [(11, 4), (512, 4), (513, 2), (1024, 2), (1025, 1), (2000, 1)])
@pytest.mark.parametrize("fields", [{}, {"scale_factor": ""}])
def test_automatic_factor(client: Client, long_edge: int, factor: int, fields: dict[str, str]) -> None:
    data = client.ended(client.submitted(picture(size=(11, long_edge)), **fields))
    assert opened(client.download(data["image"]).content).size == (11 * factor, long_edge * factor)


def test_automatic_factor_below_its_range(simulator: Simulator, client: Client) -> None:
    assert client.ended(client.submitted(picture(size=(10, 10))))["state"] == -14
    assert simulator.account.credits == 0
    assert client.ended(client.submitted(picture(size=(10, 10)), scale_factor="2"))["state"] == 1


@pytest.mark.parametrize(
    ("image_format", "mode", "expected"),
    [
        ("JPEG", "L", ("JPEG", "L")),
        ("JPEG", "CMYK", ("JPEG", "CMYK")),
        ("PNG", "RGBA", ("PNG", "RGBA")),
        ("PNG", "P", ("PNG", "RGB")),
        ("WEBP", "RGB", ("PNG", "RGB")),
        ("BMP", "RGB", ("PNG", "RGB")),
        ("TIFF", "RGB", ("PNG", "RGB")),
    ],
)
def test_formats(client: Client, image_format: str, mode: str, expected: tuple[str, str]) -> None:
    data = client.ended(client.submitted(picture(image_format, mode=mode), scale_factor="2"))
    result = opened(client.download(data["image"]).content)
    assert (result.format, result.mode) == expected


def test_return_type_2_is_base64(simulator: Simulator, client: Client) -> None:
    data = client.ended(client.submitted(return_type="2"))
    assert base64.b64decode(str(data["image"]), validate=True) == simulator.tasks.only().result_bytes


@pytest.mark.parametrize("return_type", ["1", "2"])
def test_sync_gives_the_whole_answer(simulator: Simulator, client: Client, return_type: str) -> None:
    data = client.submit(sync="1", return_type=return_type).json()["data"]
    assert (data["state"], data["progress"], data["task_id"]) == (1, 100, simulator.tasks.only().task_id)
    image = data["image"]
    body = client.download(image).content if return_type == "1" else base64.b64decode(image)
    assert body == simulator.tasks.only().result_bytes
    assert simulator.requests.polls == []


def test_sync_with_return_type_3_is_the_picture(simulator: Simulator, client: Client) -> None:
    response = client.submit(sync="1", return_type="3")
    assert response.headers["content-type"] == "image/jpeg"
    assert response.content == simulator.tasks.only().result_bytes


def test_sync_failure_is_an_envelope(client: Client) -> None:
    response = client.submit(b"no picture", sync="1", return_type="3")
    assert response.json()["data"]["state"] == -7


def test_the_same_photo_gives_the_same_bytes(simulator: Simulator, client: Client) -> None:
    ids = [client.submitted(scale_factor="2") for _ in range(2)]
    for task_id in ids:
        client.ended(task_id)
    assert simulator.tasks[ids[0]].result_bytes == simulator.tasks[ids[1]].result_bytes


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "portrait"},
        {"type": ""},
        {"type": "0"},
        {"sync": "2"},
        {"sync": ""},
        {"sync": "true"},
        {"scale_factor": "3"},
        {"scale_factor": "2.0"},
        {"scale_factor": "auto"},
        {"return_type": "0"},
        {"return_type": "4"},
        {"return_type": "3"},
        {"return_type": "3", "sync": "0"},
        {"format": "png"},
        {"callback_url": "http://127.0.0.1/"},
        {"image_url": "http://127.0.0.1/a.jpg"},
    ],
    ids=str,
)
def test_refused_fields(simulator: Simulator, client: Client, fields: dict[str, str]) -> None:
    response = client.submit(None, **fields)
    assert response.status_code == 400
    assert response.json()["status"] == 400
    assert len(simulator.tasks) == 0
    assert simulator.account.accepted == 0


def test_an_empty_other_source_is_allowed(client: Client) -> None:
    assert client.submit(image_url="").status_code == 200


def test_refused_bodies(simulator: Simulator, client: Client) -> None:
    part = ("a.jpg", picture(), "image/jpeg")
    multipart = {"content-type": "multipart/form-data; boundary=b"}
    refused = [
        client.api.post(SCALE, data={"image_url": "http://127.0.0.1/a.jpg"}),
        client.api.post(SCALE, json={"image_url": "http://127.0.0.1/a.jpg"}),
        client.api.post(SCALE),
        client.api.post(SCALE, files={"sync": (None, "0")}),
        client.api.post(SCALE, files={"image_file": ("a.jpg", b"", "image/jpeg")}),
        client.api.post(SCALE, files={"image_file": (None, "text")}),
        client.api.post(SCALE, files={"image_file": part, "mask_file": part}),
        client.api.post(SCALE, files=[("image_file", part), ("image_file", part)]),
        client.api.post(SCALE, files={"image_file": part, "sync": ("sync.txt", b"0")}),
        client.api.post(SCALE, params={"sync": "0"}, files={"image_file": part}),
        client.api.post(
            SCALE, content=b'--b\r\nContent-Disposition: form-data; name="sync"\r\n\r\n0', headers=multipart
        ),
        client.api.post(SCALE, content=b"nothing of the kind", headers=multipart),
    ]
    assert [response.status_code for response in refused] == [400] * len(refused)
    assert len(simulator.tasks) == 0


@pytest.mark.parametrize("key", ["", "wrong", "Bearer x"])
def test_keys(simulator: Simulator, key: str) -> None:
    with Client(simulator, key) as client:
        for response in (client.submit(), client.poll("x")):
            assert (response.status_code, response.json()["status"]) == (401, 401)
    assert len(simulator.tasks) == 0


def test_a_key_that_is_switched_off_and_a_foreign_one(simulator: Simulator, client: Client) -> None:
    task_id = client.submitted()
    simulator.add_key("second")
    with Client(simulator, "second") as other:
        assert other.poll(task_id).status_code == 404
        simulator.disable_key("second")
        assert other.submit().status_code == 401
    assert client.poll(task_id).status_code == 200


def test_too_large(make_simulator: MakeSimulator) -> None:
    simulator = make_simulator(Options(max_file_bytes=2000, max_edge_px=100))
    with Client(simulator) as client:
        big = client.submit(b"\xff" * 2001)
        wide = client.submit(picture("PNG", (101, 1)))
        assert (big.status_code, big.json()["status"], wide.status_code) == (413, 413, 400)
        assert client.submit(picture("PNG", (100, 100))).status_code == 200
        url = simulator.host_photo("wide.png", picture("PNG", (101, 1)))
        response = client.api.post(SCALE, files={"image_url": (None, url)})
        assert client.ended(response.json()["data"]["task_id"])["state"] == -5


@pytest.mark.parametrize(
    "body",
    [b"no picture", picture()[:300], picture("GIF"), picture("PNG")[:-40]],
    ids=["text", "cut", "gif", "cut png"],
)
def test_what_is_no_picture_is_taken_and_fails(simulator: Simulator, client: Client, body: bytes) -> None:
    assert client.ended(client.submitted(body))["state"] == -7
    assert (simulator.account.accepted, simulator.account.credits) == (1, 0)


def test_a_bomb_is_too_large(client: Client) -> None:
    assert client.submit(bomb_png(20_000)).status_code == 400


def test_image_url(simulator: Simulator, client: Client) -> None:
    photo = picture("PNG", (20, 20))

    def end(url: str) -> dict[str, object]:
        response = client.api.post(SCALE, files={"image_url": (None, url), "scale_factor": (None, "2")})
        return client.ended(response.json()["data"]["task_id"])

    data = end(simulator.host_photo("a b.png", photo))
    assert opened(client.download(data["image"]).content).size == (40, 40)
    bad = [
        f"{simulator.storage_url}/photos/none.png",
        "https://192.0.2.1/a.png",
        "file:///etc/passwd",
        "a.png",
        "http://[::1",
    ]
    assert [end(url)["state"] for url in bad] == [-3] * len(bad)
    assert [r.path for r in simulator.requests.of(Stage.OTHER)] == ["/photos/a%20b.png", "/photos/none.png"]


def test_price(make_simulator: MakeSimulator) -> None:
    for edge, credit_sum in ((PricedEdge.INPUT, 2 + 2 + 3), (PricedEdge.OUTPUT, 2 + 3 + 3)):
        simulator = make_simulator(Options(priced_edge=edge))
        with Client(simulator) as client:
            for width, factor in ((2048, "1"), (2048, "2"), (2049, "1")):
                client.submit(picture(size=(width, 8)), sync="1", scale_factor=factor)
        assert simulator.account.credits == credit_sum


def test_unknown_urls(simulator: Simulator, client: Client) -> None:
    task_id = client.submitted()
    assert [
        client.api.get("/api/tasks/visual/nothing").status_code,
        client.api.get(f"{SCALE}/").status_code,
        client.api.get(f"{SCALE}/unknown").status_code,
        client.api.delete(f"{SCALE}/{task_id}").status_code,
        client.api.get(SCALE).status_code,
        client.api.get(f"{SCALE}/{task_id}", params={"a": "b"}).status_code,
    ] == [404, 404, 404, 404, 404, 400]


def test_a_task_is_forgotten_after_its_hour(make_simulator: MakeSimulator) -> None:
    clock = ManualClock()
    simulator = make_simulator(Options(clock=clock))
    with Client(simulator) as client:
        task_id = client.submitted()
        client.ended(task_id)
        clock.advance(3590)
        assert client.poll(task_id).status_code == 200
        clock.advance(20)
        assert client.poll(task_id).status_code == 404


def test_the_log_has_what_was_sent(simulator: Simulator, client: Client) -> None:
    body = picture()
    client.api.post(SCALE, data={"sync": "0"}, files={"image_file": ("Grüße.jpg", body, "image/jpeg")})
    request = simulator.requests.submissions[0]
    assert request.fields == {"sync": "0"}
    part = request.files["image_file"]
    assert (part.filename, part.body, part.sha256) == ("Grüße.jpg", body, hashlib.sha256(body).hexdigest())
    assert request.header("X-API-KEY") == simulator.key
    assert (request.method, request.path, request.status) == ("POST", SCALE, 200)
    assert request.task_id == simulator.tasks.only().task_id


def test_the_fields_seen_live(make_simulator: MakeSimulator) -> None:
    with Client(make_simulator(Options(extra_fields=True))) as client:
        data = client.ended(client.submitted(scale_factor="2"))
    assert (data["image_width"], data["image_height"], data["state_detail"]) == (80, 60, "Complete")


def test_passthrough_gives_the_input_back(make_simulator: MakeSimulator) -> None:
    simulator = make_simulator(Options(passthrough=True))
    body = picture("PNG")
    with Client(simulator) as client:
        data = client.ended(client.submitted(body, scale_factor="4"))
        assert client.download(data["image"]).content == body


def test_closing_twice_and_what_comes_after(simulator: Simulator) -> None:
    url = simulator.base_url
    simulator.close()
    simulator.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
