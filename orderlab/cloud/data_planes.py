"""Addresses of what learners deploy: REST APIs and function URLs.

Either by path, `/_aws/execute-api/{apiId}/{stage}/{path}` and `/_aws/lambda-url/{urlId}/{path}`,
or by AWS's own host name in the Host header.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from orderlab.cloud.http import Request

_EXECUTE_PATH = re.compile(
    r"^/_aws/execute-api/(?P<name>[a-z0-9]+)(?:/(?P<stage>[^/]*))?(?P<path>/.*)?$"
)
_URL_PATH = re.compile(r"^/_aws/lambda-url/(?P<name>[a-z0-9]+)(?P<path>/.*)?$")
_EXECUTE_HOST = re.compile(r"^(?P<name>[a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(:\d+)?$")
_URL_HOST = re.compile(r"^(?P<name>[a-z0-9]+)\.lambda-url\.[a-z0-9-]+\.on\.aws(:\d+)?$")


@dataclass(frozen=True, slots=True)
class DataPlaneAddress:
    """`path` is percent-encoded as it was sent and begins with a slash."""

    kind: Literal["execute-api", "lambda-url"]
    name: str
    stage: str
    path: str


def data_plane_address(request: Request) -> DataPlaneAddress | None:
    """Where a request to a deployed API or function URL goes; None for calls of the AWS API."""
    path = request.path
    if path.startswith("/_aws/"):
        if match := _EXECUTE_PATH.match(path):
            stage = match["stage"] or ""
            return DataPlaneAddress("execute-api", match["name"], stage, match["path"] or "/")
        if match := _URL_PATH.match(path):
            return DataPlaneAddress("lambda-url", match["name"], "", match["path"] or "/")
    host = request.host.lower()
    if ".execute-api." in host and (match := _EXECUTE_HOST.match(host)):
        stage, _, rest = path.lstrip("/").partition("/")
        return DataPlaneAddress("execute-api", match["name"], stage, f"/{rest}")
    if ".lambda-url." in host and (match := _URL_HOST.match(host)):
        return DataPlaneAddress("lambda-url", match["name"], "", path)
    return None
