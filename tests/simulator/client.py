"""The simplest client of the simulated services, for the simulator's own tests and for measuring."""

from __future__ import annotations

import io
import json
import socket
import ssl
from types import TracebackType

import httpx
from PIL import Image

from tests.simulator.accounts import APIXO, GPTGE, PICWISH
from tests.simulator.server import Simulator
from tests.simulator.services import GPTGE_SCALE, UPSCALER
from tests.simulator.values import Json

_NO_TLS_ROOTS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loading the system's roots takes longer than a test
SCALE = "/api/tasks/visual/scale"


def picture(image_format: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB") -> bytes:
    """A small real image file with some structure in it."""
    gradient = Image.linear_gradient("L").resize(size)
    target = io.BytesIO()
    Image.merge("RGB", [gradient, gradient.rotate(180), gradient]).convert(mode).save(target, image_format)
    return target.getvalue()


def dial(simulator: Simulator, method: str, path: str, **parts: bytes) -> socket.socket:
    """Send a whole request, with `parts` as files, on a connection of its own and leave the reply unread."""
    files = {name: ("photo.jpg", body, "image/jpeg") for name, body in parts.items()}
    headers = {"X-API-KEY": simulator.key}
    request = httpx.Request(method, simulator.base_url + path, headers=headers, files=files or None)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    connection = socket.create_connection((request.url.host, request.url.port or 80))
    connection.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + request.read())
    return connection


class Caller:
    """The two calls of any of the five services, with its account's key. The storage is asked without."""

    def __init__(self, simulator: Simulator, service: str) -> None:
        self._simulator = simulator
        self.service = service
        account_id = {GPTGE_SCALE: GPTGE, UPSCALER: APIXO}.get(service, PICWISH)
        key, base = simulator.keys[account_id], simulator.base_urls[account_id]
        headers = {"X-API-KEY": key} if account_id == PICWISH else {"Authorization": f"Bearer {key}"}
        self.api = httpx.Client(headers=headers, trust_env=False, timeout=30, verify=_NO_TLS_ROOTS)
        self.bare = httpx.Client(trust_env=False, timeout=30, verify=_NO_TLS_ROOTS)
        if service == UPSCALER:
            self.submit_url, self._status_url = f"{base}/generateTask/{service}", f"{base}/statusTask/{service}"
        elif service == GPTGE_SCALE:
            self.submit_url, self._status_url = f"{base}/task/pic/scale", f"{base}/task"
        else:
            self.submit_url = self._status_url = f"{base}/api/tasks/visual/{service}"

    def __enter__(self) -> Caller:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.api.close()
        self.bare.close()

    def submit(
        self, body: bytes | None = None, mask: bytes | None = None, more: Json = None, /, **fields: str
    ) -> httpx.Response:
        """Submit a photo (a small PNG without one): as a file, to the upscaler as the URL of a hosted one.

        `fields` are those of the form, or of the upscaler's `input`; `more` are names beside that `input`.
        """
        body = picture("PNG", (96, 72)) if body is None else body
        if self.service == UPSCALER:
            value: dict[str, Json] = {"image_urls": [self._simulator.host_photo("photo.png", body)], **fields}
            beside = more if isinstance(more, dict) else {}
            return self.api.post(self.submit_url, json={"request_type": "async", "input": value, **beside})
        files = {"image_file": ("photo.png", body, "image/png")}
        if mask is not None:
            files["mask_file"] = ("mask.png", mask, "image/png")
        return self.api.post(self.submit_url, data=fields, files=files)

    def submitted(
        self, body: bytes | None = None, mask: bytes | None = None, more: Json = None, /, **fields: str
    ) -> str:
        """The id of the task of a submission that must be accepted."""
        response = self.submit(body, mask, more, **fields)
        assert response.status_code == 200, response.text
        data = response.json()["data"]
        return str(data["taskId" if self.service == UPSCALER else "task_id"])

    def poll(self, task_id: str) -> httpx.Response:
        """One status query."""
        if self.service == UPSCALER:
            return self.api.get(self._status_url, params={"taskId": task_id})
        return self.api.get(f"{self._status_url}/{task_id}")

    def ended(self, task_id: str, limit: int = 12) -> dict[str, Json]:
        """The `data` of a task's end, asking at most `limit` times."""
        for _ in range(limit):
            data = self.poll(task_id).json()["data"]
            state = data["state"]
            if state in {"success", "failed"} or (not isinstance(state, str) and (state == 1 or state < 0)):
                assert isinstance(data, dict)
                return data
        raise AssertionError(f"task {task_id} did not end within {limit} queries")

    def files(self, data: dict[str, Json]) -> list[bytes]:
        """The pictures that a task's end tells, downloaded."""
        urls = json.loads(str(data["resultJson"]))["resultUrls"] if self.service == UPSCALER else images(data)
        replies = [self.bare.get(url) for url in urls]
        assert [reply.status_code for reply in replies] == [200] * len(replies)
        return [reply.content for reply in replies]


def images(data: dict[str, Json]) -> list[str]:
    """The URLs of a reply in PicWish's manner, each once."""
    names = ("image", "image1", *(f"image_{index}" for index in range(1, 5)))
    return list(dict.fromkeys(str(data[name]) for name in names if data.get(name)))


class Client:
    """A bare httpx client with a key; the storage is asked by another one, without."""

    def __init__(self, simulator: Simulator, key: str | None = None) -> None:
        headers = {"X-API-KEY": simulator.key if key is None else key}
        self.api = httpx.Client(
            base_url=simulator.base_url, headers=headers, trust_env=False, timeout=30, verify=_NO_TLS_ROOTS
        )
        self.bare = httpx.Client(trust_env=False, timeout=30, verify=_NO_TLS_ROOTS)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.api.close()
        self.bare.close()

    def submit(self, body: bytes | None = None, /, **fields: str) -> httpx.Response:
        """POST a file (a small JPEG without one) with the given fields."""
        file = ("photo.jpg", picture() if body is None else body, "image/jpeg")
        return self.api.post(SCALE, data=fields, files={"image_file": file})

    def submitted(self, body: bytes | None = None, /, **fields: str) -> str:
        """The task id of a submission that must be accepted."""
        response = self.submit(body, **fields)
        assert response.status_code == 200, response.text
        task_id = response.json()["data"]["task_id"]
        assert isinstance(task_id, str)
        return task_id

    def poll(self, task_id: str) -> httpx.Response:
        """One status query."""
        return self.api.get(f"{SCALE}/{task_id}")

    def ended(self, task_id: str, limit: int = 20) -> dict[str, object]:
        """The `data` of a task's end, asking at most `limit` times."""
        for _ in range(limit):
            data = self.poll(task_id).json()["data"]
            if data["state"] == 1 or data["state"] < 0:
                assert isinstance(data, dict)
                return data
        raise AssertionError(f"task {task_id} did not end within {limit} queries")

    def download(self, url: object) -> httpx.Response:
        """GET a result without any key."""
        return self.bare.get(str(url))
