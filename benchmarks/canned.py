"""A server that does nothing: whatever it is asked, it sends the same answer.

The least that a call can cost: no request is parsed beyond finding its end. A thread blocks on each
connection, which is quicker than any event loop. Runs in a process of its own, as the cloud does.

python -m benchmarks.canned FILE        with the whole answer in FILE; prints its port
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@contextmanager
def canned(answer: Path) -> Iterator[str]:
    """The address of such a server, for as long as the context is open."""
    command = [sys.executable, "-m", "benchmarks.canned", str(answer)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def serve(answer: bytes) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_answer, args=(connection, answer), daemon=True).start()


def _answer(connection: socket.socket, answer: bytes) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    received = b""
    while piece := connection.recv(65536):
        received += piece
        head = received.find(b"\r\n\r\n")
        if head < 0:
            continue
        length = _LENGTH.search(received, 0, head)
        whole = head + 4 + (int(length[1]) if length else 0)
        if len(received) >= whole:
            received = received[whole:]
            connection.sendall(answer)


if __name__ == "__main__":
    serve(Path(sys.argv[1]).read_bytes())
