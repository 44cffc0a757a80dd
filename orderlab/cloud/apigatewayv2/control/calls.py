"""A call of the control plane: its input by AWS's names, the API that it is about, its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud import ids
from orderlab.cloud.apigateway.data.integrations.roles import SERVICE
from orderlab.cloud.apigatewayv2.control.errors import bad_request, not_found
from orderlab.cloud.apigatewayv2.model.state import Document, HttpApi, Registry
from orderlab.cloud.aws_error import AwsError, ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters, Permissions
from orderlab.cloud.http import Response
from orderlab.cloud.protocols.model_input import read_rest_input
from orderlab.cloud.protocols.model_output import rest_output

_ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_MOST_ITEMS = 500
# which calls answer with more than 200, by the beginning of their names
_STATUS = {"Create": 201, "TagResource": 201, "Delete": 204, "Untag": 204, "Reset": 204}


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """What the calls of the control plane share."""

    registry: Registry
    clock: Clock
    permissions: Permissions
    forget_authorizers: Callable[[str, str], None]
    forget_rates: Callable[[tuple[str, ...]], None]

    def forget_stage(self, api_id: str, stage: str) -> None:
        """Drop what requests to a stage have left behind."""
        self.forget_authorizers(api_id, stage)
        self.forget_rates((api_id, stage))


@dataclass(frozen=True, slots=True)
class ControlCall:
    """One call. `input` holds what was given, by the names of AWS's model."""

    plane: ControlPlane
    region: str
    input: Document

    def api(self) -> HttpApi:
        """The API that the call names. Raises NotFoundException if there is none."""
        api_id = str(self.input["ApiId"])
        found = self.plane.registry.find(api_id)
        if found is None or found.region_name != self.region:
            raise not_found("API", f"{self.plane.registry.account_id}:{api_id}")
        return found

    def now(self) -> float:
        """The time of the cloud's clock, in seconds since 1970."""
        return self.plane.clock.wall()

    def only(self, *names: str) -> Document:
        """The parameters among these that were given."""
        return {name: self.input[name] for name in names if name in self.input}

    def page(self, items: Iterable[Document]) -> Document:
        """A page of a list, as MaxResults and NextToken ask for it."""
        everything = list(items)
        limit = _number(self.input.get("MaxResults"), _MOST_ITEMS, "maxResults")
        start = _number(self.input.get("NextToken"), 0, "nextToken")
        if not 1 <= limit <= _MOST_ITEMS:
            raise bad_request(f"maxResults must be between 1 and {_MOST_ITEMS}")
        page: Document = {"Items": everything[start : start + limit]}
        if start + limit < len(everything):
            page["NextToken"] = str(start + limit)
        return page

    def require_role(self, name: str) -> None:
        """BadRequestException unless a role that the call names lets API Gateway in."""
        role = self.input.get(name)
        if not role or "${" in role or role == "arn:aws:iam::*:user/*":
            return
        try:
            trusted = self.plane.permissions.may_assume(role, SERVICE)
        except AwsError:
            trusted = False
        if not trusted:
            raise bad_request(
                f"Role ARN {role} is not valid, or API Gateway is not allowed to assume it"
            )


def _number(text: str | None, default: int, name: str) -> int:
    if not text:
        return default
    if not re.fullmatch("[0-9]{1,9}", text):
        raise bad_request(f"Invalid value for {name}. Must be a number")
    return int(text)


Operation = Callable[[ControlCall], Document | None]


def new_id(length: int) -> str:
    """An identifier of the form that API Gateway gives."""
    return ids.letters("http api", _ID_CHARACTERS, length)


def handler(plane: ControlPlane, operation: Operation) -> Handler:
    """An operation as the front calls it."""

    def handle(call: Call, parameters: Parameters) -> Response:
        try:
            given = read_rest_input(call, parameters)
        except ValidationException as error:
            raise bad_request(error.message) from None
        result = operation(ControlCall(plane, call.region, given))
        status = next((n for name, n in _STATUS.items() if call.operation.startswith(name)), 200)
        headers = [("x-amzn-requestid", call.request_id)]
        if status == 204:
            return Response(204, b"", headers)
        content: Any = rest_output(call.service, call.operation, result or {})
        return Response.json(content, status=status, headers=headers)

    return handle
