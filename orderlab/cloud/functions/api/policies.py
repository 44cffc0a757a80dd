"""Operations on the resource policies of functions, versions and aliases.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orderlab.cloud.contracts import Call, Handler
from orderlab.cloud.functions.api.operation import Input, bind
from orderlab.cloud.functions.errors import (
    InvalidParameterValue,
    PreconditionFailed,
    ResourceConflict,
    ResourceNotFound,
)
from orderlab.cloud.functions.model import Function, Policy, revision
from orderlab.cloud.functions.names import LATEST, parse_function_name

if TYPE_CHECKING:
    from orderlab.cloud.functions.service import FunctionService

# a name of the Domain Name System; longer ones would take the expression long
_LONGEST_HOST = 253
_SERVICE = re.compile(r"[a-z0-9.-]+\.(amazonaws|amazon|alexa)[a-z.-]*\.com(\.cn)?")


class PolicyOperations:
    def __init__(self, service: FunctionService) -> None:
        self._service = service

    def operations(self) -> Mapping[str, Handler]:
        return bind(
            {
                "AddPermission": self.add,
                "RemovePermission": self.remove,
                "GetPolicy": self.get,
            }
        )

    def _target(self, call: Call, input: Input) -> tuple[Function, str | None]:
        """The function and the qualifier whose policy it is; both must exist."""
        name = parse_function_name(input["FunctionName"], input.get("Qualifier"))
        backend = self._service.backend(call.region)
        if name.qualifier:
            backend.version(name)
        return backend.function(name), name.qualifier

    def add(self, call: Call, input: Input) -> dict[str, Any]:
        function, qualifier = self._target(call, input)
        if qualifier == LATEST:
            raise InvalidParameterValue("We currently do not support adding policies for $LATEST.")
        policy = function.policies.get(qualifier) or Policy()
        _check_revision(policy, input)
        statement_id = input["StatementId"]
        if statement_id in policy.statements:
            raise ResourceConflict(
                f"The statement id ({statement_id}) provided already exists. Please provide a new "
                "statement id, or remove the existing statement."
            )
        resource = f"{function.arn}:{qualifier}" if qualifier else function.arn
        statement = _statement(input, resource)
        policy.statements[statement_id] = statement
        policy.revision_id = revision()
        function.policies[qualifier] = policy
        return {"Statement": json.dumps(statement)}

    def remove(self, call: Call, input: Input) -> None:
        function, qualifier = self._target(call, input)
        policy = function.policies.get(qualifier)
        statement_id = input["StatementId"]
        if policy is None or statement_id not in policy.statements:
            raise ResourceNotFound(f"Statement {statement_id} is not found in resource policy.")
        _check_revision(policy, input)
        del policy.statements[statement_id]
        policy.revision_id = revision()
        if not policy.statements:
            del function.policies[qualifier]

    def get(self, call: Call, input: Input) -> dict[str, Any]:
        function, qualifier = self._target(call, input)
        policy = function.policies.get(None if qualifier == LATEST else qualifier)
        if policy is None:
            raise ResourceNotFound()
        return {"Policy": json.dumps(policy.document()), "RevisionId": policy.revision_id}


def _check_revision(policy: Policy, input: Input) -> None:
    if input.get("RevisionId") and input["RevisionId"] != policy.revision_id:
        raise PreconditionFailed()


def _statement(input: Input, resource: str) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Sid": input["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(input["Principal"]),
        "Action": input["Action"],
        "Resource": resource,
    }
    condition: dict[str, dict[str, str]] = {}
    for name, operator, key in (
        ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
        ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
        ("SourceArn", "ArnLike", "AWS:SourceArn"),
    ):
        if input.get(name):
            condition.setdefault(operator, {})[key] = input[name]
    if "InvokedViaFunctionUrl" in input:
        flag = "true" if input["InvokedViaFunctionUrl"] else "false"
        condition["Bool"] = {"lambda:InvokedViaFunctionUrl": flag}
    if condition:
        statement["Condition"] = condition
    return statement


def _principal(text: str) -> str | dict[str, str]:
    if text == "*":
        return text
    if re.fullmatch(r"\d{12}", text):
        return {"AWS": f"arn:aws:iam::{text}:root"}
    if text.startswith("arn:"):
        return {"AWS": text}
    named = len(text) <= _LONGEST_HOST and _SERVICE.fullmatch(text)
    if named or text.endswith((".amazonaws.com", ".amazon.com")):
        return {"Service": text}
    raise InvalidParameterValue(
        "The provided principal was invalid. Please check the principal and try again."
    )
