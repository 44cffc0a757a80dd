"""The calls of the control plane: what was asked, of which Region's state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from orderlab.clock import Clock
from orderlab.cloud.apigateway.control.body_types import check_types
from orderlab.cloud.apigateway.control.errors import (
    bad_request,
    not_found,
    validation_error,
)
from orderlab.cloud.apigateway.control.preparation import LARGE, read_templates
from orderlab.cloud.apigateway.data.authorizers import LambdaAuthorizers
from orderlab.cloud.apigateway.data.gateway import Gateway
from orderlab.cloud.apigateway.data.lane import Lane
from orderlab.cloud.apigateway.json_text import read_json
from orderlab.cloud.apigateway.model.regions import region_state
from orderlab.cloud.apigateway.model.state import Document, RegionState, RestApi, shown
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Call, Handler, Parameters, RoleSessions
from orderlab.cloud.http import Response


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """What the calls work with, made once for each cloud.

    `lane` is where what takes long is done. `gateway` and `authorizers` belong to the data plane:
    TestInvokeMethod uses the one, FlushStageAuthorizersCache the other.
    """

    account_id: str
    clock: Clock
    roles: RoleSessions
    lane: Lane
    gateway: Gateway
    authorizers: LambdaAuthorizers


@dataclass(slots=True)
class ControlCall:
    """One call of the control plane, and the state that it reads and changes.

    `path`, `query` and `body` are the parameters by the place where they travel.
    """

    plane: ControlPlane
    state: RegionState
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: Document
    raw_body: bytes

    @property
    def account_id(self) -> str:
        """The account's number, of 12 digits."""
        return self.state.account_id

    @property
    def region(self) -> str:
        """The Region that is called, such as `us-east-1`."""
        return self.state.region_name

    def now(self) -> int:
        """The cloud's time in whole seconds since 1970, as documents hold it."""
        return int(self.plane.clock.wall())

    def api(self) -> RestApi:
        """The API that the path names. Raises NotFoundException if there is none."""
        api_id = self.path["restapi_id"]
        found = self.state.rest_apis.get(api_id)
        if found is None:
            raise not_found(f"Invalid API identifier specified {self.account_id}:{api_id}")
        return found

    def resource(self, name: str = "resource_id") -> Document:
        """The resource that the path names.

        Raises NotFoundException; a missing API looks like a missing resource, as on AWS.
        """
        api = self.state.rest_apis.get(self.path["restapi_id"])
        found = api.resources.get(self.path[name]) if api else None
        if found is None:
            raise not_found("Invalid Resource identifier specified")
        return found

    def method(self) -> Document:
        """The method that the path names. Raises NotFoundException if there is none."""
        found: Document | None = (
            self.resource().get("resourceMethods", {}).get(self.path["http_method"])
        )
        if found is None:
            raise not_found("Invalid Method identifier specified")
        return found

    def integration(self) -> Document:
        """The integration of the method that the path names. Raises NotFoundException."""
        found: Document | None = self.method().get("methodIntegration")
        if found is None:
            raise not_found("Invalid Integration identifier specified")
        return found

    def stage(self) -> Document:
        """The stage that the path names. Raises NotFoundException if there is none."""
        found = self.api().stages.get(self.path["stage_name"])
        if found is None:
            raise not_found("Invalid Stage identifier specified")
        return found

    def flag(self, name: str) -> bool:
        """A boolean of the query string."""
        return self.query.get(name, [""])[0].lower() == "true"

    def text(self, name: str) -> str | None:
        """A text of the body; SerializationException if it is something else."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, str):
            raise wrong_type(name)
        return value

    def mapping(self, name: str) -> Document | None:
        """A map of the body, copied; SerializationException if it is something else."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, dict):
            raise wrong_type(name)
        return dict(value) if value is not None else None

    def operations(self) -> list[Document]:
        """The patch operations of an Update call."""
        found = self.body.get("patchOperations") or []
        if not isinstance(found, list) or any(not isinstance(each, dict) for each in found):
            raise wrong_type("patchOperations")
        for each in found:
            if each.get("op") not in ("add", "remove", "replace", "move", "copy", "test"):
                raise validation_error(
                    str(each.get("op")),
                    "patchOperations.member.op",
                    "[add, remove, move, test, replace, copy]",
                )
        return found

    def page(self, items: Iterable[Document]) -> Document:
        """A page of a list, as `limit` and `position` ask for it."""
        everything = list(items)
        try:
            limit = int(self.query.get("limit", ["25"])[0])
            start = int(self.query.get("position", ["0"])[0])
        except ValueError:
            raise bad_request("Invalid position or limit specified") from None
        limit = min(max(limit, 1), 500)
        page: Document = {"item": [shown(each) for each in everything[start : start + limit]]}
        if start + limit < len(everything):
            page["position"] = str(start + limit)
        return page


def wrong_type(name: str) -> AwsError:
    """SerializationException for a parameter of the body that has the wrong type."""
    return AwsError(f"The parameter {name} has the wrong type.", code="SerializationException")


Operation = Callable[[ControlCall], Any]


def handler(plane: ControlPlane, operation: Operation, status: int) -> Handler:
    """An operation as the front calls it; what it returns becomes the body."""

    def handle(call: Call, parameters: Parameters) -> Response | Any:
        made = control_call(plane, call, parameters)
        if len(call.request.body) > LARGE:
            return _prepared(made, operation, status, call.request_id)
        result = operation(made)
        if hasattr(result, "__await__"):
            return _awaited(result, status, call.request_id)
        return _response(result, status, call.request_id)

    return handle


async def _prepared(call: ControlCall, operation: Operation, status: int, request_id: str) -> Any:
    """A call with much to read: its templates are read first, off the event loop."""
    await call.plane.lane.run("control", partial(read_templates, call.body))
    result = operation(call)
    return _response(await result if hasattr(result, "__await__") else result, status, request_id)


async def _awaited(result: Any, status: int, request_id: str) -> Response:
    return _response(await result, status, request_id)


def _response(result: Any, status: int, request_id: str) -> Response:
    headers = [("x-amzn-requestid", request_id)]
    if result is None:
        return Response(status, b"", headers)
    if isinstance(result, Response):
        return result
    return Response.json(result, status=status, headers=headers)


def control_call(plane: ControlPlane, call: Call, parameters: Parameters) -> ControlCall:
    """The call with its parameters read.

    Raises SerializationException if the body is not a JSON object, or has parameters of the wrong
    type.
    """
    imported = call.operation in ("ImportRestApi", "PutRestApi", "CreateRestApi") and (
        "mode=" in call.request.query_string or call.operation == "PutRestApi"
    )
    body: Any = {}
    if call.request.body and not imported and "mode=import" not in call.request.query_string:
        try:
            body = read_json(call.request.body)
        except ValueError:
            raise AwsError(
                "Unable to parse the body as JSON", code="SerializationException"
            ) from None
        if not isinstance(body, dict):
            raise AwsError("The body is no JSON object", code="SerializationException")
        check_types(call.operation, body)
    state = region_state(plane.account_id, call.region)
    query = parse_qs(call.request.query_string, keep_blank_values=True)
    return ControlCall(plane, state, parameters, query, body, call.request.body)
