"""How long a body may be, known from the head of its request, before any of it is read.

Each service has a limit of its own on AWS. What is longer is refused as that service refuses it.
Where no limit of a request as a whole is documented, it is 1 MB.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from orderlab.cloud.authentication import require_known_key
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Keys
from orderlab.cloud.front.data_planes import DataPlaneAddress
from orderlab.cloud.http import Request
from orderlab.cloud.signature import signature_of

MB = 1024 * 1024
# every call may have a body as long as this
ALWAYS_BYTES = MB
# a call of API Gateway, and of a function
GATEWAY_BYTES = 10 * MB
PAYLOAD_BYTES = 6 * MB
# 50 MB of zip in base64, and the rest of a request
_PACKAGE_BYTES = 70_167_211
# in a form or in JSON a message takes up to three times its size
_BY_SERVICE = {
    "apigateway": 6 * MB,
    "dynamodb": 16 * MB,
    "logs": 6 * MB,
    "monitoring": 6 * MB,
    "s3": 16 * MB,
    "events": 4 * MB,
    "xray": 5 * MB,
    "sns": 4 * MB,
    "sqs": 4 * MB,
}
_INVOKE = re.compile(r"^/(2015-03-31/functions/[^/]+/invocations|2014-11-13/functions/.*)$")
_PACKAGE = re.compile(r"^/2015-03-31/functions/?$|/code$|^/2018-10-31/layers/[^/]+/versions/?$")
# what all bodies that are being read and answered may take together
ALL_BODIES_BYTES = 256 * MB


class RequestTooLarge(AwsError):
    """https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""

    code = "RequestTooLargeException"
    status = 413


class RequestEntityTooLarge(AwsError):
    """https://docs.aws.amazon.com/apprunner/latest/api/CommonErrors.html"""

    code = "RequestEntityTooLargeException"
    status = 413


def most_bytes(request: Request, address: DataPlaneAddress | None, keys: Keys) -> int:
    """The longest body that this request may have.

    A long one is read for the AWS API only if a key of this cloud stands in the head.
    """
    if address is not None:
        return GATEWAY_BYTES if address.kind == "execute-api" else PAYLOAD_BYTES
    try:
        require_known_key(request, keys)
    except AwsError:
        return ALWAYS_BYTES
    service = signature_of(request).scope.service
    if service == "lambda":
        return _of_lambda(request)
    return _BY_SERVICE.get(service, ALWAYS_BYTES)


def _of_lambda(request: Request) -> int:
    if _PACKAGE.search(request.path):
        return _PACKAGE_BYTES
    if not _INVOKE.match(request.path):
        return ALWAYS_BYTES
    event = request.headers.get("x-amz-invocation-type") == "Event"
    return MB if event else PAYLOAD_BYTES


def too_large(request: Request, service: str) -> AwsError:
    """The error of a call whose body is longer than it may be."""
    most = request.limit_exceeded
    if service == "lambda" and _INVOKE.match(request.path):
        event = request.headers.get("x-amz-invocation-type") == "Event"
        operation = "InvokeAsync" if event else "InvokeFunction"
        return RequestTooLarge(
            f"Request must be smaller than {most} bytes for the {operation} operation"
        )
    if service == "lambda" and _PACKAGE.search(request.path):
        operation = _package_operation(request)
        return RequestEntityTooLarge(
            f"Request must be smaller than {most} bytes for the {operation} operation"
        )
    return RequestEntityTooLarge(f"The request is larger than {most} bytes.")


def _package_operation(request: Request) -> str:
    if request.path.startswith("/2018-10-31/layers"):
        return "PublishLayerVersion"
    return "UpdateFunctionCode" if request.path.endswith("/code") else "CreateFunction"


class BodyBudget:
    """Memory for long bodies. When it is used up, further requests wait and are not read."""

    def __init__(self, size: int = ALL_BODIES_BYTES) -> None:
        self._left = size
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def reserve(self, size: int) -> AsyncIterator[None]:
        """Hold `size` bytes for as long as the context is open. First come, first served."""
        if self._waiting or size > self._left:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append((size, turn))
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._give_back(size)
                raise
        else:
            self._left -= size
        try:
            yield
        finally:
            self._give_back(size)

    def _give_back(self, size: int) -> None:
        self._left += size
        while self._waiting and (self._waiting[0][0] <= self._left or self._waiting[0][1].done()):
            wanted, turn = self._waiting.popleft()
            if not turn.done():
                self._left -= wanted
                turn.set_result(None)
