"""Short forms for REST APIs: a method that answers by itself, and the right to write logs."""

from __future__ import annotations

from typing import Any

from orderlab.aws_target.base import Target
from orderlab.orders.parts.api import STAGE
from orderlab.orders.parts.roles import allow, ensure_role

LOG_ROLE = "api-gateway-logs"
_ANSWER = '{"statusCode": 200}'
_TYPES = ("application/json", "text/plain")


def mock_method(
    target: Target, *, restApiId: str, resourceId: str, httpMethod: str, **settings: Any
) -> None:
    """Make a method anew that answers 200 by itself (a MOCK integration), and deploy the API.

    `settings` are those of PutMethod; without `authorizationType` the method is open.
    """
    gateway = target.client("apigateway")
    where = {"restApiId": restApiId, "resourceId": resourceId, "httpMethod": httpMethod}
    found = gateway.get_resource(restApiId=restApiId, resourceId=resourceId)
    if httpMethod in found.get("resourceMethods", {}):
        gateway.delete_method(**where)
    gateway.put_method(**where, **{"authorizationType": "NONE", **settings})
    templates = dict.fromkeys(_TYPES, _ANSWER)
    gateway.put_integration(**where, type="MOCK", requestTemplates=templates)
    gateway.put_method_response(**where, statusCode="200")
    gateway.put_integration_response(**where, statusCode="200")
    gateway.create_deployment(restApiId=restApiId, stageName=STAGE)


def log_role(target: Target) -> str:
    """The ARN of a role with which API Gateway may write logs; the account keeps one for all."""
    actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:Describe*"]
    may_write = allow(actions, "*")
    return ensure_role(target, LOG_ROLE, "apigateway.amazonaws.com", [may_write])
