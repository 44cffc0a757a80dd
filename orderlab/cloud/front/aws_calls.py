"""Calls of the AWS API: what a request asks for, in its protocol, and the answer in the same."""

from __future__ import annotations

import logging
from collections.abc import Awaitable

from orderlab.cloud import ids
from orderlab.cloud.authentication import require_known_key, verify
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import AT_ONCE, Call, Dispatch, Keys, Parameters, Result
from orderlab.cloud.front import body_limits
from orderlab.cloud.front.scope import SERVED, Scope
from orderlab.cloud.http import JSON_1_0, Request, Response
from orderlab.cloud.protocols import query, query_json
from orderlab.cloud.protocols.operations import (
    Identified,
    cbor_parameters,
    cbor_response,
    error_response,
    identify,
    json_parameters,
    with_plain_body,
)
from orderlab.cloud.protocols.rest_routes import likely_operation, match_route
from orderlab.cloud.signature import Signature, signature_of

log = logging.getLogger("orderlab.cloud")


class AwsCalls:
    """Reads signed requests, has them answered, and turns every error into AWS's form."""

    def __init__(self, *, keys: Keys, scope: Scope, dispatch: Dispatch) -> None:
        self._keys = keys
        self._require_service = scope.require_service
        self._begin = dispatch.begin

    def begin(self, request: Request) -> Response | Awaitable[Response]:
        """The answer of the service that the request is signed for, or what to wait for.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
        """
        request_id = ids.new_uuid("request")
        what: Identified | None = None
        try:
            signature = signature_of(request)
            what = identify(request, signature.scope.service)
            call, parameters = self._read(request, what, signature, request_id)
            result = self._begin(call, parameters, what.protocol)
            if isinstance(result, AT_ONCE):
                return _response(call, result, what.protocol)
        except Exception as error:
            return _failure(request, what, error, request_id)
        return _later(call, what.protocol, result)

    def _read(
        self, request: Request, what: Identified, signature: Signature, request_id: str
    ) -> tuple[Call, Parameters]:
        """The call, and its parameters as far as the protocol gives them.

        Raises AwsError if its service is not served, its signature is wrong, or it cannot be read.
        """
        if what.service not in SERVED:
            operation = what.operation or likely_operation(what.service, request)
            self._require_service(what.service, operation)
        if request.limit_exceeded:
            require_known_key(request, self._keys)
            raise body_limits.too_large(request, what.service)
        principal = verify(signature, self._keys).principal
        if "content-encoding" in request.headers:
            request = with_plain_body(request)
        operation, parameters = _parameters(request, what)
        region = signature.scope.region
        call = Call(what.service, operation, region, principal, request, request_id)
        return call, parameters


async def _later(call: Call, protocol: str, result: Awaitable[Result]) -> Response:
    try:
        return _response(call, await result, protocol)
    except Exception as error:
        what = Identified(call.service, call.operation, protocol)
        return _failure(call.request, what, error, call.request_id)


def _failure(
    request: Request, what: Identified | None, error: Exception, request_id: str
) -> Response:
    """The answer to a call that raised an error: the caller's fault, or ours."""
    if what is None:
        what = identify(request, "")
    if isinstance(error, AwsError):
        return _refusal(request, what, error, request_id)
    log.error("%s %s failed", what.service, what.operation, exc_info=error)
    failure = AwsError(
        "The local cloud failed; this is its own fault. Its log says more.", status=500
    )
    return error_response(failure, what.protocol, request_id, what.service)


def _parameters(request: Request, what: Identified) -> tuple[str, Parameters]:
    if what.protocol == "json":
        return what.operation, json_parameters(request)
    if what.protocol == "query":
        return what.operation, query.parameters(what.service, what.operation, request)
    if what.protocol == "cbor":
        return what.operation, cbor_parameters(request)
    return match_route(what.service, request)


def _response(call: Call, result: Result, protocol: str) -> Response:
    """A successful answer in the protocol of the call."""
    if isinstance(result, Response):
        return result
    if protocol == "query":
        return query.answer(call.service, call.operation, result, call.request_id, call.request)
    if protocol == "cbor":
        return cbor_response(result, 200, call.request_id)
    content_type = "application/json" if protocol == "rest" else JSON_1_0
    headers = [("x-amzn-requestid", call.request_id)]
    return Response.json(result, content_type=content_type, headers=headers)


def _refusal(request: Request, what: Identified, error: AwsError, request_id: str) -> Response:
    """An error in the protocol of the call."""
    if what.protocol == "query" and what.operation and query_json.wants_json(request):
        content = query_json.error_content(error, request_id)
        return query_json.response(content, error.status, request_id)
    return error_response(error, what.protocol, request_id, what.service)
