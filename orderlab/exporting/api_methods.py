"""One method of a REST API: what it takes, what it calls, and what it answers.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-method.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.exporting.references import To
from orderlab.exporting.template import loose, picked

_USUAL_MS = 29_000


def method_properties(
    verb: str, method: Mapping[str, Any], known: Mapping[str, str]
) -> dict[str, Any]:
    """Its properties; `known` are the logical ids of validators and authorizers by their ids."""
    validator, authorizer = method.get("requestValidatorId", ""), method.get("authorizerId", "")
    return {
        "HttpMethod": verb,
        "AuthorizationType": method.get("authorizationType", "NONE"),
        "AuthorizerId": To(known[authorizer]) if authorizer in known else None,
        "AuthorizationScopes": method.get("authorizationScopes"),
        "ApiKeyRequired": method.get("apiKeyRequired") or None,
        **picked(method, "OperationName", "RequestModels", "RequestParameters"),
        "RequestValidatorId": To(known[validator]) if validator in known else None,
        "MethodResponses": [
            picked(each, "StatusCode", "ResponseModels", "ResponseParameters")
            for _, each in sorted((method.get("methodResponses") or {}).items())
        ],
        "Integration": _integration(method.get("methodIntegration") or {}),
    }


def _integration(given: Mapping[str, Any]) -> dict[str, Any]:
    if not given:
        return {}
    answers = given.get("integrationResponses") or {}
    milliseconds = given.get("timeoutInMillis")
    found = {
        "Type": given["type"],
        "IntegrationHttpMethod": given.get("httpMethod") if given["type"] != "MOCK" else None,
        **picked(given, "Uri", "Credentials", "RequestParameters"),
        "RequestTemplates": loose(given.get("requestTemplates")),
        **picked(given, "PassthroughBehavior", "ContentHandling", "ConnectionType"),
        "TimeoutInMillis": milliseconds if milliseconds != _USUAL_MS else None,
        "IntegrationResponses": [_answer(each) for _, each in sorted(answers.items())],
    }
    if found.get("ConnectionType") == "INTERNET":
        found.pop("ConnectionType")
    return {key: value for key, value in found.items() if value not in (None, [], {})}


def _answer(given: Mapping[str, Any]) -> dict[str, Any]:
    found = picked(given, "StatusCode", "SelectionPattern", "ResponseParameters", "ContentHandling")
    # one without text is a template, too: it answers with nothing
    templates = {key: value or "" for key, value in (given.get("responseTemplates") or {}).items()}
    return {**found, **({"ResponseTemplates": loose(templates)} if templates else {})}
