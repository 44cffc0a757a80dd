"""API Gateway."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.endpoints.behaviours.behaviour import Behaviour, comes, expect, queue
from orderlab.aws_target.base import Target
from orderlab.orders.parts.api import STAGE
from orderlab.orders.parts.functions import permit
from orderlab.orders.parts.names import arn, queue_arn
from orderlab.orders.parts.roles import allow, ensure_role
from orderlab.practice.functions import deploy
from orderlab.practice.gateway import mock_method
from orderlab.practice.http import Answer, many, request

_ACCEPT = '{"statusCode": 200}'


class _Api:
    """A REST API with one resource, `/orders`."""

    def __init__(self, target: Target, name: str) -> None:
        self.target, self.gateway = target, target.client("apigateway")
        made = self.gateway.create_rest_api(name=target.name(name))
        self.id = str(made["id"])
        self.root = next(
            each["id"]
            for each in self.gateway.get_resources(restApiId=self.id)["items"]
            if each["path"] == "/"
        )
        resource = self.gateway.create_resource(
            restApiId=self.id, parentId=self.root, pathPart="orders"
        )["id"]
        self.post = {"restApiId": self.id, "resourceId": resource, "httpMethod": "POST"}

    @property
    def url(self) -> str:
        return f"{self.target.api_url(self.id, STAGE)}/orders"

    def deploy(self) -> None:
        self.gateway.create_deployment(restApiId=self.id, stageName=STAGE)

    def calls_function(self, name: str, code: str, **settings: Any) -> str:
        """Let POST /orders call a new function; its ARN."""
        function = deploy(self.target, name, code, Timeout=10)
        self.gateway.put_method(**self.post, authorizationType="NONE")
        self.gateway.put_integration(
            **self.post,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=f"arn:aws:apigateway:{self.target.region}:lambda:path/2015-03-31/functions/"
            f"{function}/invocations",
            **settings,
        )
        return function


_PROXY = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'here'}\n"


def _permit(target: Target, api: _Api, function: str) -> None:
    source = arn(target, "execute-api", f"{api.id}/*/*/*")
    permit(target, function, "api", "apigateway.amazonaws.com", source)


def needs_a_permission(target: Target) -> None:
    api = _Api(target, "unpermitted")
    api.calls_function("unpermitted", _PROXY)
    api.deploy()
    answer = request(api.url, {"order": 1})
    expect(answer.status == 500, f"it called the function: {answer}")


def a_proxy_answers(target: Target) -> None:
    api = _Api(target, "permitted")
    api.calls_function("permitted", _PROXY)
    _permit(target, api, "permitted")
    api.deploy()
    answer = request(api.url, {"order": 1})
    expect((answer.status, answer.text) == (200, "here"), answer)


def waits_no_longer(target: Target) -> None:
    api = _Api(target, "patient")
    slow = f"import time\n{_PROXY.replace('    return', '    time.sleep(3); return')}"
    api.calls_function("slow-answer", slow, timeoutInMillis=500)
    _permit(target, api, "slow-answer")
    api.deploy()
    answer = request(api.url, {"order": 1})
    expect(answer.status == 504, f"after 500 ms of waiting it went on: {answer}")


def puts_into_a_queue(target: Target) -> None:
    api, url = _Api(target, "storing"), queue(target, "stored")
    role = ensure_role(
        target, "storing-role", "apigateway.amazonaws.com",
        [allow("sqs:SendMessage", queue_arn(target, "stored"))],
    )  # fmt: skip
    answer = _stored(target, api, "stored", role)
    expect((answer.status, answer.json().get("took")) == (202, "7"), answer)
    body = comes(target, url)["Body"]
    expect(json.loads(body) == {"order_id": 7, "note": "a&b=c"}, f"the message was {body}")


def asks_the_role(target: Target) -> None:
    api = _Api(target, "storing-without")
    queue(target, "never-stored")
    role = ensure_role(
        target, "storing-without-role", "apigateway.amazonaws.com",
        [allow("sqs:ListQueues", "*")],
    )  # fmt: skip
    answer = _stored(target, api, "never-stored", role)
    expect(answer.status != 202, f"without the right to send it answered {answer}")


def _stored(target: Target, api: _Api, name: str, role: str) -> Answer:
    """Store a request straight into a queue, as chapter 04's API does."""
    api.gateway.put_method(**api.post, authorizationType="NONE")
    template = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
    api.gateway.put_integration(
        **api.post,
        type="AWS",
        integrationHttpMethod="POST",
        credentials=role,
        uri=f"arn:aws:apigateway:{target.region}:sqs:path/{target.account_id}/{target.name(name)}",
        requestParameters={
            "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"
        },
        requestTemplates={"application/json": "#set($context.requestOverride.path.id = "
                          f"$input.path('$.order_id')){template}"},
        passthroughBehavior="NEVER",
    )  # fmt: skip
    for status, pattern in (("202", "2\\d{2}"), ("503", None)):
        api.gateway.put_method_response(**api.post, statusCode=status)
        api.gateway.put_integration_response(
            **api.post,
            statusCode=status,
            responseTemplates={"application/json": '{"took":"$context.requestOverride.path.id"}'},
            **({"selectionPattern": pattern} if pattern else {}),
        )
    api.deploy()
    return request(api.url, {"order_id": 7, "note": "a&b=c"})


def a_model_is_asked(target: Target) -> None:
    api = _Api(target, "strict")
    schema = {"type": "object", "required": ["order_id"]}
    api.gateway.create_model(
        restApiId=api.id, name="Order", contentType="application/json", schema=json.dumps(schema)
    )
    validator = api.gateway.create_request_validator(
        restApiId=api.id, name="body", validateRequestBody=True
    )["id"]
    mock_method(
        target, **api.post, requestModels={"application/json": "Order"},
        requestValidatorId=validator,
    )  # fmt: skip
    good, bad = request(api.url, {"order_id": 1}), request(api.url, {"order": 1})
    expect(good.status == 200, f"a right body got {good}")
    expect(bad.status == 400 and "Invalid request body" in bad.text, f"a wrong body got {bad}")


def only_what_is_deployed(target: Target) -> None:
    api = _Api(target, "late-method")
    mock_method(target, **api.post)
    gateway = api.gateway
    later = {**api.post, "httpMethod": "PUT"}
    gateway.put_method(**later, authorizationType="NONE")
    gateway.put_integration(**later, type="MOCK", requestTemplates={"application/json": _ACCEPT})
    gateway.put_method_response(**later, statusCode="200")
    gateway.put_integration_response(**later, statusCode="200")
    answer = request(api.url, {}, method="PUT")
    expect(answer.status == 403, f"a method that was not deployed answered {answer}")


def a_key_is_asked_for(target: Target) -> None:
    api = _Api(target, "keyed")
    mock_method(target, **api.post, apiKeyRequired=True)
    answer = request(api.url, {})
    expect(answer.status == 403, f"without a key it answered {answer}")


def a_client_is_held_back(target: Target) -> None:
    api = _Api(target, "throttled")
    mock_method(target, **api.post, apiKeyRequired=True)
    gateway = api.gateway
    plan = gateway.create_usage_plan(
        name=target.name("slow-plan"),
        throttle={"rateLimit": 1, "burstLimit": 1},
        apiStages=[{"apiId": api.id, "stage": STAGE}],
    )["id"]
    key = gateway.create_api_key(name=target.name("slow-key"), enabled=True)
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    answers = many(api.url, [{}] * 20, headers={"x-api-key": key["value"]})
    found = sorted({each.status for each in answers})
    expect(429 in found, f"20 requests at once got {found}")


BEHAVIOURS = (
    Behaviour("API Gateway", "A function answers through a proxy integration", a_proxy_answers),
    Behaviour("API Gateway", "A function is called only if its policy lets the API",
              needs_a_permission),
    Behaviour("API Gateway", "An integration that takes longer than its timeout gives 504",
              waits_no_longer),
    Behaviour("API Gateway", "A template puts a request straight into a queue, and answers",
              puts_into_a_queue),
    Behaviour("API Gateway", "What the API does with a queue its role must allow", asks_the_role),
    Behaviour("API Gateway", "A body that doesn't fit the model is refused", a_model_is_asked),
    Behaviour("API Gateway", "A stage serves what was deployed, and no more",
              only_what_is_deployed),
    Behaviour("API Gateway", "A method that wants a key refuses a request without one",
              a_key_is_asked_for),
    Behaviour("API Gateway", "A usage plan holds a client back (429)", a_client_is_held_back),
)  # fmt: skip
