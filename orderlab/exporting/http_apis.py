"""API Gateway's HTTP APIs with all that they are made of, and their stages.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orderlab.exporting.reading import Reading
from orderlab.exporting.references import To
from orderlab.exporting.template import loose, picked


def read_http_apis(found: Reading) -> None:
    """Add the APIs."""
    listed = found.listed("apigatewayv2", "get_apis", "Items")
    ours = [
        each for each in listed if found.is_ours(each["Name"]) and each["ProtocolType"] == "HTTP"
    ]
    for api in sorted(ours, key=lambda it: (it["Name"], it.get("Description", ""))):
        _HttpApi(found, api).add()


class _HttpApi:
    """One API on its way into the template."""

    def __init__(self, found: Reading, api: Mapping[str, Any]) -> None:
        self.found, self.template = found, found.template
        self.name, self.api_id = found.friendly(api["Name"]), str(api["ApiId"])
        given = picked(
            api, "Name", "ProtocolType", "Description", "Version", "CorsConfiguration", "Tags",
            "DisableExecuteApiEndpoint",
        )  # fmt: skip
        self.id = To(self.template.add("AWS::ApiGatewayV2::Api", self.name, given))
        self.template.references.addresses[self.api_id] = self.id.within()
        self.template.references.known[self.api_id] = self.id

    def add(self) -> None:
        """All parts of the API, then its stages."""
        integrations = {
            each["IntegrationId"]: self._integration(each)
            for each in sorted(self._listed("get_integrations", "IntegrationUri"), key=_content)
        }
        authorizers = {
            each["AuthorizerId"]: self._authorizer(each)
            for each in self._listed("get_authorizers", "Name")
        }
        routes = [
            self._route(each, integrations, authorizers)
            for each in self._listed("get_routes", "RouteKey")
        ]
        self._stages(routes)

    def _listed(self, operation: str, by: str) -> list[Any]:
        listed = self.found.listed("apigatewayv2", operation, "Items", ApiId=self.api_id)
        return sorted(listed, key=lambda each: str(each.get(by)))

    def _add(self, kind: str, name: str, properties: Mapping[str, Any], **more: Any) -> str:
        given = {"ApiId": self.id, **properties}
        return self.template.add(f"AWS::ApiGatewayV2::{kind}", f"{self.name} {name}", given, **more)

    def _integration(self, integration: Mapping[str, Any]) -> str:
        given = picked(
            integration, "IntegrationType", "IntegrationSubtype", "IntegrationUri",
            "IntegrationMethod", "PayloadFormatVersion", "TimeoutInMillis", "CredentialsArn",
            "Description", "RequestParameters",
        )  # fmt: skip
        mapped = integration.get("ResponseParameters") or {}
        given["ResponseParameters"] = {
            status: {
                "ResponseParameters": [
                    {"Destination": place, "Source": value} for place, value in each.items()
                ]
            }
            for status, each in sorted(mapped.items())
        }
        return self._add("Integration", "", given)

    def _authorizer(self, authorizer: Mapping[str, Any]) -> str:
        given = picked(
            authorizer, "Name", "AuthorizerType", "AuthorizerUri", "AuthorizerCredentialsArn",
            "AuthorizerPayloadFormatVersion", "AuthorizerResultTtlInSeconds", "IdentitySource",
            "EnableSimpleResponses",
        )  # fmt: skip
        return self._add("Authorizer", authorizer["Name"], given)

    def _route(
        self,
        route: Mapping[str, Any],
        integrations: Mapping[str, str],
        authorizers: Mapping[str, str],
    ) -> str:
        given = picked(route, "RouteKey", "AuthorizationType", "OperationName")
        target = integrations.get(str(route.get("Target", "")).removeprefix("integrations/"))
        if target:
            given["Target"] = {"Fn::Sub": f"integrations/${{{target}}}"}
        if authorizer := authorizers.get(str(route.get("AuthorizerId", ""))):
            given["AuthorizerId"] = To(authorizer)
        return self._add("Route", route["RouteKey"], given)

    def _stages(self, routes: list[str]) -> None:
        for stage in self._listed("get_stages", "StageName"):
            name = stage["StageName"]
            given = {
                **picked(
                    stage, "StageName", "Description", "AutoDeploy", "DefaultRouteSettings",
                    "RouteSettings", "Tags",
                ),
                "StageVariables": loose(stage.get("StageVariables")),
                "AccessLogSettings": loose(stage.get("AccessLogSettings")),
            }  # fmt: skip
            if not stage.get("AutoDeploy"):
                given["DeploymentId"] = To(self._add("Deployment", name, {}, after=routes))
            added = self._add("Stage", name, given, after=routes)
            host = f"${{{self.id.id}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}"
            path = "" if name == "$default" else f"/{name}"
            self.template.outputs[f"{added}Url"] = {"Value": {"Fn::Sub": f"https://{host}{path}"}}


def _content(integration: Mapping[str, Any]) -> str:
    """What an integration is, without its id, which is another one on each cloud."""
    kept = {name: each for name, each in integration.items() if name != "IntegrationId"}
    return json.dumps(kept, sort_keys=True, default=str)
