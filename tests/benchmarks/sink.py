"""A bare server on loopback that takes and gives bytes as fast as sockets can, in a process of its own.

`python -m tests.benchmarks.sink BYTES` prints its port and serves until its standard input ends. A GET is answered
with so many bytes; a POST with the envelope of an accepted task, once its body is read and thrown away.
"""

from __future__ import annotations

import re
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.benchmarks.harness import LIMIT_S, environment

CHUNK: Final = 1 << 20
ACCEPTED: Final = b'{"status": 200, "message": "success", "data": {"task_id": "00000000-0000-4000-8000-000000000000"}}'
_LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: *(\d+)\r\n")


@contextmanager
def sinking(home: Path, size: int) -> Iterator[str]:
    """The base URL of such a server."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.sink", str(size)],
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()
            process.wait(LIMIT_S)


class _Handler(socketserver.BaseRequestHandler):
    body: bytes = b""

    def handle(self) -> None:
        room = memoryview(bytearray(CHUNK))
        pending = b""
        while True:
            while b"\r\n\r\n" not in pending:
                got = self.request.recv(CHUNK)
                if not got:
                    return
                pending += got
            head, _, pending = pending.partition(b"\r\n\r\n")
            length = _LENGTH.search(head + b"\r\n")
            left = (int(length[1]) if length else 0) - len(pending)
            pending = b""
            while left > 0:
                got = self.request.recv_into(room)
                if not got:
                    return
                left -= got
            answer = ACCEPTED if head.startswith(b"POST") else self.body
            kind = b"application/json" if head.startswith(b"POST") else b"image/jpeg"
            self.request.sendall(
                b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n" % (kind, len(answer))
            )
            self.request.sendall(answer)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


def main() -> None:
    _Handler.body = bytes(int(sys.argv[1]))
    with _Server(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
