"""The front: how a request finds its way.

`Front.refuse` and `Front.handle` are the whole path as one list of decisions:

1. refuse what did not address this machine, and what a web page sent (`guard.py`), by its head
2. a deployed API or a function URL: to its data plane, without keys, as on AWS
3. `/_orderlab/...`: the lab's own window into the cloud, with the session's secret
4. links that SNS sends to subscribers, which carry a token instead of a signature
5. all else is a call of the AWS API: whose is it, which operation, may they, then ours or moto's
"""

from __future__ import annotations

import inspect
import logging
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from orderlab.cloud import admin, body_limits, call_faults, guard
from orderlab.cloud.authentication import authenticate, require_known_key, signature_scope
from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.contracts import Call, Parameters
from orderlab.cloud.data_planes import DataPlaneAddress, data_plane_address
from orderlab.cloud.http import JSON_1_0, Request, Response
from orderlab.cloud.operations import (
    Identified,
    cbor_parameters,
    cbor_response,
    error_response,
    identify,
    json_parameters,
    with_plain_body,
)
from orderlab.cloud.protocols import query, query_json
from orderlab.cloud.protocols.misfits import misfit
from orderlab.cloud.rest_routes import likely_operation, match_route
from orderlab.cloud.scope import SERVED
from orderlab.cloud.turns import Turns

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

log = logging.getLogger("orderlab.cloud")
# reading a body like this takes as long as answering several calls
LONG_BYTES = 256 * 1024


# what a handler raises that was given something of the wrong kind
_STUMBLED = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)


class Front:
    """Sends each request where it belongs and turns every error into AWS's form."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._long_calls = Turns()

    def refuse(self, request: Request) -> Response | None:
        """A refusal if the head alone says that nobody here will answer; its body is not needed."""
        refusal = guard.refuse(request)
        if refusal is not None:
            return refusal
        if guard.comes_from_a_browser(request) and data_plane_address(request) is None:
            return guard.browser_refusal()
        return None

    def most_body_bytes(self, request: Request) -> int:
        """How long the body of a request may be, by its head."""
        return body_limits.most_bytes(request, data_plane_address(request), self._cloud.keys)

    async def handle(self, request: Request) -> Response:
        """Answer a request that was not refused."""
        if len(request.body) > LONG_BYTES:
            await self._long_calls.next()
        address = data_plane_address(request)
        if address is not None:
            return await self._data_plane(request, address)
        if request.path.startswith(admin.PREFIX):
            if request.limit_exceeded:
                return Response.json({"message": "Request Entity Too Large"}, status=413)
            return await admin.answer(self._cloud, request)
        link = self._cloud.topics.open_link(request)
        if link is not None:
            return link
        return await self._aws_call(request)

    async def _data_plane(self, request: Request, address: DataPlaneAddress) -> Response:
        if address.kind == "lambda-url":
            return await self._cloud.functions.url_request(request, address.name, address.path)
        return await self._cloud.gateway.execute(
            request, api_id=address.name, stage=address.stage, path=address.path
        )

    async def _aws_call(self, request: Request) -> Response:
        request_id = str(uuid.uuid4())
        what = identify(request, "")
        try:
            what = identify(request, signature_scope(request).service)
            if what.service not in SERVED:
                operation = what.operation or likely_operation(what.service, request)
                self._cloud.scope.require_service(what.service, operation)
            if request.limit_exceeded:
                require_known_key(request, self._cloud.keys)
                raise body_limits.too_large(request, what.service)
            credentials, scope = authenticate(request, self._cloud.keys)
            call = Call(
                what.service,
                what.operation,
                scope.region,
                credentials.principal,
                request,
                request_id,
            )
            return await self._perform(call, what)
        except AwsError as error:
            if what.protocol == "query" and what.operation and query_json.wants_json(request):
                content = query_json.error_content(error, request_id)
                return query_json.response(content, error.status, request_id)
            return error_response(error, what.protocol, request_id, what.service)
        except Exception:
            log.exception("%s %s failed", what.service, what.operation)
            failure = AwsError(
                "The local cloud failed; this is its own fault. Its log says more.", status=500
            )
            return error_response(failure, what.protocol, request_id, what.service)

    async def _perform(self, call: Call, what: Identified) -> Response:
        call, parameters = self._read(call, what)
        started = time.perf_counter()
        outcome = "ok"
        try:
            self._cloud.scope.require_served(call, parameters)
            self._cloud.permissions.authorize(call, parameters)
            response = await self._answer_or_fault(call, what, parameters)
            if response.status >= 400:
                outcome = str(response.status)
            return response
        except AwsError as error:
            outcome = error.code if call.struck != "cut" else "ok"
            raise
        except _STUMBLED:
            outcome = "ValidationException"
            wrong = misfit(call.service, call.operation, parameters, call.request, what.protocol)
            if wrong is None:
                outcome = "InternalFailure"
                raise
            raise wrong from None
        finally:
            self._cloud.telemetry.api_call(
                call, parameters, outcome, (time.perf_counter() - started) * 1000
            )

    def _read(self, call: Call, what: Identified) -> tuple[Call, Parameters]:
        """The call with its operation, and its parameters as far as the protocol gives them."""
        if "content-encoding" in call.request.headers:
            call = replace(call, request=with_plain_body(call.request))
        if what.protocol == "json":
            return call, json_parameters(call.request)
        if what.protocol == "query":
            return call, query.parameters(call.service, call.operation, call.request)
        if what.protocol == "cbor":
            return call, cbor_parameters(call.request)
        operation, parameters = match_route(call.service, call.request)
        return replace(call, operation=operation), parameters

    async def _answer_or_fault(
        self, call: Call, what: Identified, parameters: Parameters
    ) -> Response:
        if not self._cloud.faults.strikes_calls:
            return await self._answer(call, what, parameters)
        return await call_faults.strike(
            self._cloud, call, parameters, lambda: self._answer(call, what, parameters)
        )

    async def _answer(self, call: Call, what: Identified, parameters: Parameters) -> Response:
        service = self._cloud.services.get(call.service)
        handler = service.operations.get(call.operation) if service else None
        if handler is None:
            response = await self._other_protocol(call, what)
            if response is not None:
                return response
            if what.protocol == "cbor":
                raise NotDoneYet(f"{call.service}.{call.operation} in the CBOR protocol")
            return self._cloud.moto(call.request)
        result = handler(call, parameters)
        if not isinstance(result, dict | Response) and inspect.isawaitable(result):
            result = await result
        if isinstance(result, Response):
            return result
        if what.protocol == "query":
            return query.answer(call.service, call.operation, result, call.request_id, call.request)
        if what.protocol == "cbor":
            return cbor_response(result, 200, call.request_id)
        return json_result(result, what, call.request_id)

    async def _other_protocol(self, call: Call, what: Identified) -> Response | None:
        """Operations without a handler of their own; None where they are moto's."""
        service = self._cloud.services.get(call.service)
        answer = getattr(service, "answer_other_protocol", None)
        if answer is None:
            return None
        response: Response | None = await answer(call, what)
        return response


def json_result(result: Mapping[str, object], what: Identified, request_id: str) -> Response:
    """A successful result as JSON, with the content type that the protocol uses."""
    content_type = "application/json" if what.protocol == "rest" else JSON_1_0
    return Response.json(
        result, content_type=content_type, headers=[("x-amzn-requestid", request_id)]
    )
