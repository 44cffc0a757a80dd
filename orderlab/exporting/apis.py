"""API Gateway's REST APIs with all that they are made of, and their stages.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGateway.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from orderlab.exporting.api_methods import method_properties
from orderlab.exporting.reading import Reading
from orderlab.exporting.references import To
from orderlab.exporting.template import loose, picked, tag_list


def read_apis(found: Reading) -> None:
    """Add the APIs; usage plans and keys come after them."""
    listed = found.listed("apigateway", "get_rest_apis", "items")
    ours = [each for each in listed if found.is_ours(each["name"])]
    # one with the same name as another has no better order than its definition
    for api in sorted(ours, key=lambda it: (it["name"], it.get("description", ""))):
        _Api(found, api).add()


class _Api:
    """One API on its way into the template."""

    def __init__(self, found: Reading, api: Mapping[str, Any]) -> None:
        self.found, self.api, self.template = found, api, found.template
        self.name, self.api_id = found.friendly(api["name"]), str(api["id"])
        self.id = To(self.template.add("AWS::ApiGateway::RestApi", self.name, _properties(api)))
        addresses = self.template.references.addresses
        host = f"${{{self.id.id}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}"
        # an address of a stage without the stage
        addresses[found.target.api_url(self.api_id, "x").removesuffix("/x")] = f"https://{host}"
        addresses[self.api_id] = self.id.within()
        self.template.references.known[self.api_id] = self.id

    def add(self) -> None:
        """All parts of the API, then its stages."""
        before = len(self.template.resources)
        models = [self._model(each) for each in self._listed("get_models")]
        validators = {
            each["id"]: self._validator(each) for each in self._listed("get_request_validators")
        }
        authorizers = {
            each["id"]: self._authorizer(each) for each in self._listed("get_authorizers")
        }
        methods = self._methods({**validators, **authorizers}, [each for each in models if each])
        methods += self._gateway_responses()
        parts = list(self.template.resources.values())[before:]
        definition = self.template.references.resolve([dict(each.properties) for each in parts])
        self._stages(methods, hashlib.sha256(json.dumps(definition, default=str).encode()))

    def _listed(self, operation: str, **more: Any) -> list[Any]:
        listed = self.found.listed("apigateway", operation, "items", restApiId=self.api_id, **more)
        return sorted(listed, key=lambda each: str(each.get("name") or each.get("path") or ""))

    def _add(self, kind: str, name: str, properties: Mapping[str, Any], **more: Any) -> str:
        given = {"RestApiId": self.id, **properties}
        return self.template.add(f"AWS::ApiGateway::{kind}", f"{self.name} {name}", given, **more)

    def _model(self, model: Mapping[str, Any]) -> str:
        if model["name"] in ("Empty", "Error"):
            return ""  # every API has them
        schema = json.loads(model.get("schema") or "{}")
        given = {**picked(model, "Name", "ContentType", "Description"), "Schema": schema}
        return self._add("Model", model["name"], given)

    def _validator(self, validator: Mapping[str, Any]) -> str:
        given = picked(validator, "Name", "ValidateRequestBody", "ValidateRequestParameters")
        return self._add("RequestValidator", validator["name"], given)

    def _authorizer(self, authorizer: Mapping[str, Any]) -> str:
        given = picked(
            authorizer, "Name", "Type", "AuthorizerUri", "AuthorizerCredentials", "IdentitySource",
            "IdentityValidationExpression", "AuthorizerResultTtlInSeconds", "AuthType",
        )  # fmt: skip
        if authorizer.get("providerARNs"):
            given["ProviderARNs"] = authorizer["providerARNs"]
        return self._add("Authorizer", authorizer["name"], given)

    def _methods(self, known: Mapping[str, str], models: list[str]) -> list[str]:
        """Paths and their methods; the logical ids of the methods."""
        paths, methods = {"/": To(self.id.id, "RootResourceId")}, []
        for resource in self._listed("get_resources", embed=["methods"]):
            path = resource["path"]
            if path != "/":
                parent, _, part = path.rpartition("/")
                given = {"ParentId": paths[parent or "/"], "PathPart": part}
                paths[path] = To(self._add("Resource", path, given))
            for verb, method in sorted((resource.get("resourceMethods") or {}).items()):
                properties = {"ResourceId": paths[path], **method_properties(verb, method, known)}
                used = [
                    each for each in models
                    if self.template.resources[each].properties["Name"]
                    in (method.get("requestModels") or {}).values()
                ]  # fmt: skip
                methods.append(self._add("Method", f"{path} {verb}", properties, after=used))
        return methods

    def _gateway_responses(self) -> list[str]:
        """Those that were changed."""
        added = []
        for each in self._listed("get_gateway_responses"):
            if not each.get("defaultResponse"):
                given = picked(
                    each, "ResponseType", "StatusCode", "ResponseParameters", "ResponseTemplates"
                )
                added.append(self._add("GatewayResponse", each["responseType"], given))
        return sorted(added)

    def _stages(self, methods: list[str], definition: Any) -> None:
        """A deployment's id changes with the API: else a changed stack would deploy nothing."""
        answer = self.found.client("apigateway").get_stages(restApiId=self.api_id)
        stages = sorted(answer["item"], key=lambda each: str(each["stageName"]))
        if not stages:
            return
        digest = definition.hexdigest()[:8]
        deployment = To(self._add("Deployment", digest, {}, after=methods))
        for stage in stages:
            name = stage["stageName"]
            given = {
                "DeploymentId": deployment,
                "StageName": name,
                **picked(stage, "Description"),
                "Variables": loose(stage.get("variables")),
                "TracingEnabled": stage.get("tracingEnabled") or None,
                "MethodSettings": _method_settings(stage.get("methodSettings") or {}),
                "Tags": tag_list(stage.get("tags")),
            }
            added = self._add("Stage", name, given)
            url = (
                f"https://${{{self.id.id}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{name}"
            )
            self.template.outputs[f"{added}Url"] = {"Value": {"Fn::Sub": url}}


def _properties(api: Mapping[str, Any]) -> dict[str, Any]:
    endpoint = (api.get("endpointConfiguration") or {}).get("types")
    policy = api.get("policy")
    return {
        **picked(api, "Name", "Description", "BinaryMediaTypes", "MinimumCompressionSize"),
        "EndpointConfiguration": {"Types": endpoint} if endpoint else None,
        "ApiKeySourceType": (
            api.get("apiKeySource") if api.get("apiKeySource") != "HEADER" else None
        ),
        "DisableExecuteApiEndpoint": api.get("disableExecuteApiEndpoint") or None,
        # it comes with its quotes escaped once more
        "Policy": loose(json.loads(policy.replace('\\"', '"'))) if policy else None,
        "Tags": tag_list(api.get("tags")),
    }


def _method_settings(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for key, given in sorted(settings.items()):
        path, _, verb = key.rpartition("/")
        path = "/" + path.replace("~1", "/").lstrip("/")
        shown = picked(
            given, "MetricsEnabled", "LoggingLevel", "DataTraceEnabled", "ThrottlingBurstLimit",
            "ThrottlingRateLimit", "CachingEnabled", "CacheTtlInSeconds", "CacheDataEncrypted",
        )  # fmt: skip
        kept = {name: value for name, value in shown.items() if value not in (-1, False)}
        found.append({"ResourcePath": path, "HttpMethod": verb, **kept})
    return found


def read_usage_plans(found: Reading) -> None:
    """Add usage plans and the keys that belong to them, without the keys' values."""
    ids: dict[str, str] = {}
    keys = found.listed("apigateway", "get_api_keys", "items")
    named = [each for each in keys if each.get("name") and found.is_ours(each["name"])]
    for key in sorted(named, key=lambda it: str(it["name"])):
        given = picked(key, "Name", "Description", "Enabled")
        ids[key["id"]] = found.template.add(
            "AWS::ApiGateway::ApiKey", found.friendly(key["name"]), given
        )
    if ids:
        found.template.left_out.append("The values of API keys: the stack makes new ones.")
    plans = found.listed("apigateway", "get_usage_plans", "items")
    for plan in sorted((p for p in plans if found.is_ours(p["name"])), key=lambda it: it["name"]):
        _add_plan(found, plan, ids)


def _add_plan(found: Reading, plan: Mapping[str, Any], keys: Mapping[str, str]) -> None:
    addresses = found.template.references.addresses
    stages = []
    waits = []
    for each in plan.get("apiStages") or ():
        stages.append({"ApiId": each["apiId"], "Stage": each["stage"]})
        waits += [
            resource.id
            for resource in found.template.resources.values()
            if resource.kind == "AWS::ApiGateway::Stage"
            and resource.properties["StageName"] == each["stage"]
            and resource.properties["RestApiId"].within() == addresses.get(each["apiId"])
        ]
    throttle = picked(plan.get("throttle") or {}, "BurstLimit", "RateLimit")
    quota = picked(plan.get("quota") or {}, "Limit", "Offset", "Period")
    properties = {
        "UsagePlanName": plan["name"],
        **picked(plan, "Description"),
        "ApiStages": stages,
        "Throttle": throttle,
        "Quota": quota,
        "Tags": tag_list(plan.get("tags")),
    }
    friendly = found.friendly(plan["name"])
    added = found.template.add("AWS::ApiGateway::UsagePlan", friendly, properties, after=waits)
    listed = found.listed("apigateway", "get_usage_plan_keys", "items", usagePlanId=plan["id"])
    for each in sorted(listed, key=lambda it: str(it["name"])):
        if each["id"] in keys:
            given = {"KeyId": To(keys[each["id"]]), "KeyType": "API_KEY", "UsagePlanId": To(added)}
            found.template.add("AWS::ApiGateway::UsagePlanKey", f"{friendly} {each['name']}", given)
