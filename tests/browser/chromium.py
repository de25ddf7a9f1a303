"""A real headless Chromium, driven over the DevTools protocol through two pipes: no port is open, no library needed.

Messages are JSON, each ended by a NUL byte; Chromium reads them from file descriptor 3 and writes them to 4.
"""

from __future__ import annotations

import base64
import fcntl
import io
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

from PIL import Image

LIMIT_S: Final = 60.0
_HIGH: Final = 50
Json: TypeAlias = dict[str, Any]
"""What the protocol says; each reader checks what it takes from it."""
_FLAGS: Final = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--mute-audio",
    # Whatever it wanted of any network, it would ask a port on which nobody listens.
    "--proxy-server=127.0.0.1:9",
    "--touch-events=enabled",
)


def found() -> str | None:
    """Where Chromium is on this machine."""
    return next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)


class Browser:
    """One Chromium process with one page. ``events`` are all that it told, in order."""

    def __init__(self, process: subprocess.Popen[bytes], to: int, from_: int) -> None:
        self._process, self._to, self._from = process, to, from_
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        self.events: list[Json] = []

    def attach(self) -> None:
        """Make the page that all further calls are about."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: object) -> Json:
        """Send a command and wait for its answer; a refusal fails the test."""
        self._number += 1
        message: Json = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data) :]
        answer = self._next(lambda told: told.get("id") == self._number)
        assert "error" not in answer, f"{method}: {answer.get('error')}"
        result: Json = answer["result"]
        return result

    def wait_for(self, method: str, after: int = 0) -> Json:
        """The first event of that name, from the ``after``-th event on."""
        for event in self.events[after:]:
            if event.get("method") == method:
                return event
        return self._next(lambda told: told.get("method") == method)

    def _next(self, wanted: Callable[[Json], bool]) -> Json:
        deadline = time.monotonic() + LIMIT_S
        while True:
            while b"\0" in self._buffer:
                text, _, self._buffer = self._buffer.partition(b"\0")
                told: Json = json.loads(text)
                if "method" in told:
                    self.events.append(told)
                if wanted(told):
                    return told
            ready, _, _ = select.select([self._from], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"Chromium was silent for {LIMIT_S} s"
            data = os.read(self._from, 1 << 20)
            assert data, "Chromium has ended"
            self._buffer += data

    # ------------------------------------------------------------------ a page

    def size(self, width: int, height: int, *, mobile: bool = False, scale: float = 1.0) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=mobile
        )
        self.call("Emulation.setTouchEmulationEnabled", enabled=mobile, maxTouchPoints=2)

    def theme(self, name: str, *, media: str = "") -> None:
        features = [{"name": "prefers-color-scheme", "value": name}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def open(self, path: Path) -> None:
        """Open a file and wait until all of it is there, its pictures decoded."""
        told = len(self.events)
        self.call("Page.navigate", url=path.as_uri())
        self.wait_for("Page.loadEventFired", told)
        self.run("Promise.all([...document.images].map((image) => image.decode())).then(() => 1)")
        self.settle()

    def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is awaited, an exception fails the test."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def settle(self) -> None:
        """Wait until what has been changed is painted: two frames from now."""
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def rect(self, selector: str) -> tuple[float, float, float, float]:
        """Left, top, width and height of the first element, in pixels of the view."""
        box = self.run(
            f"(() => {{ const r = document.querySelector({json.dumps(selector)}).getBoundingClientRect(); "
            "return [r.left, r.top, r.width, r.height]; })()"
        )
        return tuple(map(float, box))  # type: ignore[return-value]

    def picture(self, keep: Path | None = None) -> Image.Image:
        """What is seen now."""
        self.settle()
        data = base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
        if keep is not None:
            keep.write_bytes(data)
        with Image.open(io.BytesIO(data)) as image:
            return image.convert("RGB")

    # ------------------------------------------------------------------ a hand

    def mouse(self, kind: str, x: float, y: float, **more: object) -> None:
        """A real mouse event: ``Pressed``, ``Moved``, ``Released`` or ``Wheel``."""
        values: Json = {"button": "none" if kind == "Wheel" else "left", "buttons": 0 if kind == "Released" else 1}
        if kind in ("Pressed", "Released"):
            values["clickCount"] = 1
        self.call("Input.dispatchMouseEvent", type=f"mouse{kind}", x=x, y=y, **(values | more))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.mouse("Pressed", *start)
        for n in range(1, 6):
            self.mouse("Moved", *(a + (b - a) * n / 5 for a, b in zip(start, end, strict=True)))
        self.mouse("Released", *end)

    def click(self, selector: str) -> None:
        self.run(f"document.querySelector({json.dumps(selector)}).scrollIntoView({{block: 'nearest'}}), 1")
        left, top, width, height = self.rect(selector)
        self.mouse("Pressed", left + width / 2, top + height / 2)
        self.mouse("Released", left + width / 2, top + height / 2)
        self.settle()

    def key(self, kind: str, key: str, code: int = 0) -> None:
        """``Down`` or ``Up`` of a key by its name; ``code`` is the virtual key code of one that has no letter."""
        letter = {"text": key} if len(key) == 1 and kind == "Down" else {}
        number = code or ord(key.upper())
        self.call("Input.dispatchKeyEvent", type=f"key{kind}", key=key, windowsVirtualKeyCode=number, **letter)

    def press(self, key: str, code: int = 0) -> None:
        self.key("Down", key, code)
        self.key("Up", key, code)

    def touch(self, kind: str, *points: tuple[float, float]) -> None:
        """``Start``, ``Move`` or ``End`` with all fingers that are down."""
        fingers = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        self.call("Input.dispatchTouchEvent", type=f"touch{kind}", touchPoints=fingers)

    # ------------------------------------------------------------------ what it told

    def requested(self) -> list[str]:
        """Every address that was asked for, data URLs left out."""
        urls = [e["params"]["request"]["url"] for e in self.events if e["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if not url.startswith("data:")]

    def complaints(self) -> list[str]:
        """Errors and warnings of the console, violations of the policy, exceptions."""
        kinds = {"Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"}
        return [json.dumps(event["params"]) for event in self.events if event["method"] in kinds]


@contextmanager
def browser(program: str, profile: Path, environment: Mapping[str, str]) -> Iterator[Browser]:
    """Chromium with an empty profile, ended with the block."""
    read, in_write = os.pipe()
    out_read, write = os.pipe()
    # High numbers: the shell puts them in the places 3 and 4, which must not be theirs already.
    in_read, out_write = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _HIGH) for end in (read, write))
    os.close(read)
    os.close(write)
    command = f'exec "$0" "$@" 3<&{in_read} 4>&{out_write} {in_read}<&- {out_write}>&-'
    flags = [*_FLAGS, f"--user-data-dir={profile}"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    process = subprocess.Popen(
        ["/bin/bash", "-c", command, program, *flags, "about:blank"],
        pass_fds=(in_read, out_write),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=dict(environment),
        start_new_session=True,
    )
    os.close(in_read)
    os.close(out_write)
    page = Browser(process, in_write, out_read)
    try:
        page.attach()
        yield page
    finally:
        _end(page, process)
        os.close(in_write)
        os.close(out_read)


def _end(page: Browser, process: subprocess.Popen[bytes]) -> None:
    page._session = None
    try:
        page.call("Browser.close")
        process.wait(timeout=10)
    except (AssertionError, OSError, subprocess.TimeoutExpired):
        process.kill()
        process.wait(timeout=10)
