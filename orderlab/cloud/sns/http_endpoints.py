"""HTTP subscribers: on this machine only, each asked to confirm before it gets messages.

https://docs.aws.amazon.com/sns/latest/dg/sns-subscribe-https-s-endpoints-to-topic.html
Differs from AWS: only loopback addresses; certificates of https endpoints are not checked.
"""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import re
import ssl
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urlsplit

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.sns.errors import InvalidParameter

# for the whole exchange, so that a slow endpoint cannot stretch it
TIMEOUT_SECONDS = 15.0
USER_AGENT = "Amazon Simple Notification Service Agent"
# the most that is read of an answer: status line and headers
MAX_HEAD_BYTES = 64 * 1024
LOCALHOST = ("127.0.0.1", "::1")
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: [^\r\n]*)?\r?\n")


class BadAnswer(OSError):
    """The endpoint answered with something that is not HTTP."""


def check_endpoint(protocol: str, endpoint: str) -> None:
    """Check the URL of a subscriber.

    Raises InvalidParameter if it is not a URL of the protocol, NotDoneYet if it is not on this
    machine.
    """
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
        parts = urlsplit("")
    if parts.scheme != protocol:
        raise InvalidParameter("Endpoint must match the specified protocol")
    if not host or (port is not None and port == 0):
        raise InvalidParameter(f"Endpoint: {endpoint} is no URL")
    if not _is_loopback(host):
        raise NotDoneYet("SNS subscriptions of HTTP endpoints outside of this machine")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def post(endpoint: str, body: bytes, headers: Mapping[str, str]) -> int:
    """POST a body, and return the status with which the endpoint answers.

    Redirects are not followed, and the body of the answer is not read.

    Raises OSError, TimeoutError.
    """
    parts = urlsplit(endpoint)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        reader, writer = await _connect(parts)
        try:
            writer.write(_head(parts, len(body), headers) + body)
            await writer.drain()
            return await _status(reader)
        finally:
            writer.transport.abort()


async def _connect(parts: SplitResult) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    secure = parts.scheme == "https"
    host = parts.hostname or ""
    hosts = LOCALHOST if host == "localhost" else (host,)
    failure = OSError("no address")
    for address in hosts:
        try:
            return await asyncio.open_connection(
                address,
                parts.port or (443 if secure else 80),
                limit=MAX_HEAD_BYTES,
                ssl=_unchecked() if secure else None,
                server_hostname=host if secure else None,
            )
        except OSError as error:
            failure = error
    raise failure


@lru_cache(maxsize=1)
def _unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _head(parts: SplitResult, length: int, headers: Mapping[str, str]) -> bytes:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    sent = {
        "Host": parts.netloc.rpartition("@")[2],
        "User-Agent": USER_AGENT,
        "Connection": "close",
        "Content-Length": str(length),
        **headers,
    }
    if parts.username is not None:
        named = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        sent["Authorization"] = f"Basic {base64.b64encode(named.encode()).decode()}"
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join((*lines, "", "")).encode("latin-1", "replace")


async def _status(reader: asyncio.StreamReader) -> int:
    read = 0
    while True:
        try:
            line = await reader.readuntil(b"\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            raise BadAnswer("the answer is not HTTP") from None
        found = _STATUS.fullmatch(line)
        if found is None:
            raise BadAnswer("the answer is not HTTP")
        status = int(found[1])
        if status >= 200:
            return status
        # 100 Continue and the like come before the answer, each with headers of its own
        while line not in (b"\r\n", b"\n"):
            line = await reader.readuntil(b"\n")
            read += len(line)
            if read > MAX_HEAD_BYTES:
                raise BadAnswer("the answer is too long")
