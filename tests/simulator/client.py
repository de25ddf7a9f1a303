"""The simplest client of the simulated services, for the simulator's own tests and for measuring."""

from __future__ import annotations

import io
import socket
import ssl
from types import TracebackType

import httpx
from PIL import Image

from tests.simulator.server import Simulator

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
