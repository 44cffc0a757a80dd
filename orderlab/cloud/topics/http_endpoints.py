"""HTTP subscribers: on this machine only, each asked to confirm before it gets messages.

https://docs.aws.amazon.com/sns/latest/dg/sns-subscribe-https-s-endpoints-to-topic.html
Differs from AWS: only loopback addresses; certificates of https endpoints are not checked.
"""

from __future__ import annotations

import asyncio
import http.client
import ipaddress
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.topics.errors import InvalidParameter

TIMEOUT_SECONDS = 15.0
USER_AGENT = "Amazon Simple Notification Service Agent"


def check_endpoint(protocol: str, endpoint: str) -> None:
    """InvalidParameter if it is no URL of the protocol; NotDoneYet if it leaves this machine."""
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
    """The status with which the endpoint answers; OSError or HTTPException if it does not."""
    return await asyncio.to_thread(_post, endpoint, body, headers)


def _post(endpoint: str, body: bytes, headers: Mapping[str, str]) -> int:
    parts = urlsplit(endpoint)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(
            parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS
        )
    path = parts.path or "/"
    try:
        connection.request(
            "POST",
            f"{path}?{parts.query}" if parts.query else path,
            body,
            {"User-Agent": USER_AGENT, **headers},
        )
        return connection.getresponse().status
    finally:
        connection.close()
