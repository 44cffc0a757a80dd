"""Operations on the resource policies of functions, versions and aliases.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.contracts import Call, Handler
from orderlab.cloud.lambda_.api.operation import Input, bind
from orderlab.cloud.lambda_.errors import (
    InvalidParameterValue,
    PreconditionFailed,
    ResourceConflict,
    ResourceNotFound,
    function_not_found,
)
from orderlab.cloud.lambda_.model import Alias, Function, Policy, Version, revision
from orderlab.cloud.lambda_.names import LATEST, function_arn, parse_function_name
from orderlab.cloud.lambda_.registry import FunctionRegistry

# a name of the Domain Name System; longer ones would take the expression long
_LONGEST_HOST = 253
_SERVICE = re.compile(r"[a-z0-9.-]+\.(amazonaws|amazon|alexa)[a-z.-]*\.com(\.cn)?")


class PolicyOperations:
    """Changes and shows the resource policies of functions, versions and aliases."""

    def __init__(self, registry: FunctionRegistry) -> None:
        self._registry = registry

    def operations(self) -> Mapping[str, Handler]:
        """The handlers by operation."""
        return bind(
            {
                "AddPermission": self.add,
                "RemovePermission": self.remove,
                "GetPolicy": self.get,
            }
        )

    def _target(
        self, call: Call, input: Input, missing: str = "Function not found: {}"
    ) -> tuple[Function, str | None]:
        """The function and the qualifier whose policy it is; both must exist.

        `missing` is the text of the error where there is no function.
        """
        name = parse_function_name(input["FunctionName"], input.get("Qualifier"))
        backend = self._registry.backend(call.region)
        backend.require_here(name)
        function = backend.functions.get(name.name)
        if function is None:
            arn = function_arn(call.region, backend.account_id, name.name)
            raise ResourceNotFound(missing.format(arn))
        if name.qualifier and name.qualifier != LATEST:
            _require_qualifier(function, name.qualifier)
        return function, name.qualifier

    def add(self, call: Call, input: Input) -> dict[str, Any]:
        """Add a statement. https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html"""
        function, qualifier = self._target(call, input)
        if qualifier == LATEST:
            raise InvalidParameterValue("We currently do not support adding policies for $LATEST.")
        policy = function.policies.get(qualifier) or Policy()
        owner = _owner(function, qualifier)
        _check_revision(owner, input)
        statement_id = input["StatementId"]
        if statement_id in policy.statements:
            raise ResourceConflict(
                f"The statement id ({statement_id}) provided already exists. Please provide a new "
                "statement id, or remove the existing statement."
            )
        resource = f"{function.arn}:{qualifier}" if qualifier else function.arn
        statement = _statement(input, resource)
        policy.statements[statement_id] = statement
        owner.revision_id = revision()
        function.policies[qualifier] = policy
        return {"Statement": json.dumps(statement, separators=(",", ":"))}

    def remove(self, call: Call, input: Input) -> None:
        """Remove a statement.

        https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html
        """
        function, qualifier = self._target(call, input, "No policy found for: {}")
        policy = function.policies.get(qualifier)
        if policy is None:
            raise ResourceNotFound("No policy is associated with the given resource.")
        statement_id = input["StatementId"]
        if statement_id not in policy.statements:
            raise ResourceNotFound(f"Statement {statement_id} is not found in resource policy.")
        owner = _owner(function, qualifier)
        _check_revision(owner, input)
        del policy.statements[statement_id]
        owner.revision_id = revision()
        if not policy.statements:
            del function.policies[qualifier]

    def get(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html"""
        name = parse_function_name(input["FunctionName"], input.get("Qualifier"))
        backend = self._registry.backend(call.region)
        backend.require_here(name)
        function = backend.functions.get(name.name)
        qualifier = None if name.qualifier == LATEST else name.qualifier
        policy = function.policies.get(qualifier) if function else None
        if function is None or policy is None:
            raise ResourceNotFound()
        revision_id = _owner(function, qualifier).revision_id
        return {
            "Policy": json.dumps(policy.document(), separators=(",", ":")),
            "RevisionId": revision_id,
        }


def _require_qualifier(function: Function, qualifier: str) -> None:
    if qualifier in function.aliases or function.version(qualifier) is not None:
        return
    if re.fullmatch(r"[a-zA-Z0-9-_]+", qualifier) and not qualifier.isdigit():
        raise ResourceNotFound(f"Cannot find alias arn: {function.arn}:{qualifier}")
    raise function_not_found(f"{function.arn}:{qualifier}")


def _owner(function: Function, qualifier: str | None) -> Version | Alias:
    """A policy has no revision of its own: it is that of what it belongs to."""
    if qualifier is None:
        return function.latest
    return function.aliases.get(qualifier) or function.version(qualifier) or function.latest


def _check_revision(owner: Version | Alias, input: Input) -> None:
    if input.get("RevisionId") and input["RevisionId"] != owner.revision_id:
        raise PreconditionFailed("GetPolicy")


def _statement(input: Input, resource: str) -> dict[str, Any]:
    if input.get("FunctionUrlAuthType") and input["Action"] != "lambda:InvokeFunctionUrl":
        raise InvalidParameterValue(
            "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action"
        )
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
