"""What learners deploy, and its addresses: REST APIs, function URLs, and links to packages.

An address is either a path, `/_aws/execute-api/{apiId}/{stage}/{path}` or
`/_aws/lambda-url/{urlId}/{path}`, or AWS's own host name in the Host header. Packages of functions
have links under `/_aws/lambda-code/`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from orderlab.cloud.contracts import Apis, FunctionUrls
from orderlab.cloud.http import Request, Response

_EXECUTE_PATH = re.compile(
    r"^/_aws/execute-api/(?P<name>[a-z0-9]+)(?:/(?P<stage>[^/]*))?(?P<path>/.*)?$"
)
_URL_PATH = re.compile(r"^/_aws/lambda-url/(?P<name>[a-z0-9]+)(?P<path>/.*)?$")
_CODE_PATH = "/_aws/lambda-code"
_EXECUTE_HOST = re.compile(r"^(?P<name>[a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(:\d+)?$")
_URL_HOST = re.compile(r"^(?P<name>[a-z0-9]+)\.lambda-url\.[a-z0-9-]+\.on\.aws(:\d+)?$")


@dataclass(frozen=True, slots=True)
class DataPlaneAddress:
    """An API with its stage, or a function URL (`name` is its id) or a package's link without.

    `path` is percent-encoded as it was sent, and begins with a slash.
    """

    kind: Literal["execute-api", "lambda-url", "lambda-code"]
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
        if path.startswith(_CODE_PATH):
            return DataPlaneAddress("lambda-code", "", "", path[len(_CODE_PATH) :])
        if match := _URL_PATH.match(path):
            return DataPlaneAddress("lambda-url", match["name"], "", match["path"] or "/")
    host = request.host.lower()
    if ".execute-api." in host and (match := _EXECUTE_HOST.match(host)):
        stage, _, rest = path.lstrip("/").partition("/")
        return DataPlaneAddress("execute-api", match["name"], stage, f"/{rest}")
    if ".lambda-url." in host and (match := _URL_HOST.match(host)):
        return DataPlaneAddress("lambda-url", match["name"], "", path)
    return None


class DataPlanes:
    """Takes requests to what learners have deployed: APIs and function URLs."""

    def __init__(self, *, apis: Apis, function_urls: FunctionUrls) -> None:
        self._apis = apis
        self._function_urls = function_urls

    async def answer(self, request: Request, address: DataPlaneAddress) -> Response:
        """What the API or the function answers; 403 or 404 if there is none at that address."""
        if address.kind == "lambda-code":
            return await self._function_urls.code_request(address.path)
        if address.kind == "lambda-url":
            return await self._function_urls.url_request(request, address.name, address.path)
        return await self._apis.execute(
            request, api_id=address.name, stage=address.stage, path=address.path
        )
