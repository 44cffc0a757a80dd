"""REST APIs and HTTP APIs at the same kind of address; which it is shows in the API's id only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from orderlab.cloud.contracts import Apis
from orderlab.cloud.http import Request, Response


class HttpApis(Protocol):
    """The HTTP APIs of API Gateway."""

    def has(self, api_id: str) -> bool:
        """Whether an HTTP API has that id."""

    async def execute(self, request: Request, api_id: str) -> Response:
        """Answer one request to an HTTP API that there is."""


class ApisOfBothKinds:
    """Answers requests to deployed APIs (`contracts.Apis`)."""

    def __init__(self, rest_apis: Apis, http_apis: Callable[[], HttpApis | None]) -> None:
        """`http_apis` gives None as long as nobody has asked for one."""
        self._rest_apis = rest_apis
        self._http_apis = http_apis

    async def execute(self, request: Request, *, api_id: str, stage: str, path: str) -> Response:
        """Answer one request. `path` is percent-encoded and comes after the stage."""
        http_apis = self._http_apis()
        if http_apis is not None and http_apis.has(api_id):
            return await http_apis.execute(request, api_id)
        return await self._rest_apis.execute(request, api_id=api_id, stage=stage, path=path)
