"""HTTP on the wire: requests that are written by hand, and answers read from the socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

HEALTH = b"GET /_orderlab/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@contextmanager
def connection(cloud: Any, timeout: float = 10) -> Iterator[socket.socket]:
    """A connection to the cloud."""
    with socket.create_connection(address(cloud), timeout=timeout) as opened:
        yield opened


def address(cloud: Any) -> tuple[str, int]:
    host, _, port = address_text(cloud).partition(":")
    return host, int(port)


def address_text(cloud: Any) -> str:
    text: str = cloud.endpoint.removeprefix("http://")
    return text


def read_answer(opened: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """One answer, with nothing read beyond it."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = opened.recv(1)
        assert byte, f"the connection ended after {head!r}"
        head += byte
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if line)
    body, length = b"", int(headers.get("content-length", 0))
    while len(body) < length:
        body += opened.recv(length - len(body))
    return int(status.split()[1]), headers, body


def signed_head(
    cloud: Any, service: str, path: str, length: int, body: bytes = b"", /, **headers: str
) -> bytes:
    """The head of a call with a key of the cloud; without a body it is signed for none."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest("POST", cloud.endpoint + path, headers=headers, data=body)
    SigV4Auth(Credentials("test", "test"), service, cloud.region).add_auth(request)
    fields = {**request.headers, "Host": address_text(cloud), "Content-Length": length}
    lines = [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join([f"POST {path} HTTP/1.1", *lines, "", ""]).encode()
