"""Links under which packages of functions and layers can be fetched for ten minutes.

https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import time
from pathlib import Path

from orderlab.cloud.contracts import Endpoint
from orderlab.cloud.http import Response
from orderlab.cloud.lambda_.model import Code

SECONDS = 600
_PATH = re.compile(r"/([0-9a-f]{32})/([0-9]{1,11})/([0-9a-f]{64})")
_DENIED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b"<Error><Code>AccessDenied</Code><Message>%s</Message></Error>"
)


class CodeLinks:
    """Makes links and answers them; only a link of this cloud's own is answered."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint, self._key = endpoint, secrets.token_bytes(32)
        self._packages: dict[str, Path] = {}

    def link(self, code: Code) -> str:
        """The address of the zip that this code was unpacked from."""
        name = code.folder.name
        self._packages[name] = code.package
        until = str(int(time.time()) + SECONDS)
        return f"{self._endpoint()}/_aws/lambda-code/{name}/{until}/{self._mark(name, until)}"

    async def answer(self, path: str) -> Response:
        """The zip; 403 for a link that has expired or was not made here."""
        match = _PATH.fullmatch(path)
        if match is None or not hmac.compare_digest(self._mark(match[1], match[2]), match[3]):
            return _denied(b"Access Denied")
        if int(match[2]) < time.time():
            return _denied(b"Request has expired")
        try:
            zipped = await asyncio.to_thread(self._packages[match[1]].read_bytes)
        except OSError:
            return _denied(b"Access Denied")
        return Response(200, zipped, [("content-type", "application/zip")])

    def _mark(self, name: str, until: str) -> str:
        return hmac.new(self._key, f"{name}/{until}".encode(), hashlib.sha256).hexdigest()


def _denied(message: bytes) -> Response:
    return Response(403, _DENIED % message, [("content-type", "application/xml")])
