"""HTTP APIs in pictures, templates, teardown and journals.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from orderlab.aws_target.local import LocalTarget
from orderlab.drawing.discover import discover
from orderlab.exporting.export import export
from orderlab.journal import Journal
from tests.cloud.http_api import ECHO, HttpApi
from tests.cloud.rest_api import ACCOUNT, function, role
from tests.cloud.stack_checks import order_of, wrong_properties

PREFIX = "seen-"


@pytest.fixture(scope="module")
def target(cloud: Any) -> Iterator[LocalTarget]:
    arn = function(cloud, f"{PREFIX}answer", ECHO)
    url = cloud.client("sqs").create_queue(QueueName=f"{PREFIX}inbox")["QueueUrl"]
    api = HttpApi(cloud, f"{PREFIX}door", CorsConfiguration={"AllowOrigins": ["*"]})
    answers = api.integration(arn, ResponseParameters={"200": {"append:header.x": "1"}})
    parameters = {"QueueUrl": url, "MessageBody": "$request.body"}
    takes = api.service("SQS-SendMessage", role(cloud, f"{PREFIX}send", "sqs:*"), parameters)
    authorizer = api.gateway.create_authorizer(
        ApiId=api.id,
        Name="who",
        AuthorizerType="REQUEST",
        AuthorizerUri="arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
        f"{arn}/invocations",
        AuthorizerPayloadFormatVersion="2.0",
        IdentitySource=["$request.header.Authorization"],
    )["AuthorizerId"]
    api.route("GET /orders/{id}", answers, AuthorizationType="CUSTOM", AuthorizerId=authorizer)
    api.route("POST /orders", takes)
    api.stage(StageVariables={"a": "b"}).stage("by-hand", AutoDeploy=False)
    yield LocalTarget.attach(cloud.endpoint, "test", "test", prefix=PREFIX)


def test_a_picture_shows_the_api_and_what_it_calls(target: LocalTarget) -> None:
    graph = discover(target, prefix=PREFIX)
    names = {node.id: node.name for node in graph.nodes}
    edges = {(names[edge.source], names[edge.target]) for edge in graph.edges}
    assert {("client", "door"), ("door", "answer"), ("door", "inbox")} <= edges


def test_a_template_holds_the_api_with_all_its_parts(target: LocalTarget, tmp_path: Path) -> None:
    export(target, tmp_path)
    template = yaml.safe_load((tmp_path / "template.yaml").read_text())
    kinds = [each["Type"] for each in template["Resources"].values()]
    wanted = {"Api": 1, "Integration": 2, "Route": 2, "Stage": 2, "Authorizer": 1, "Deployment": 1}
    assert {kind: kinds.count(f"AWS::ApiGatewayV2::{kind}") for kind in wanted} == wanted
    order_of(template)
    assert list(wrong_properties(template)) == []
    resources = template["Resources"]
    [route] = [
        each["Properties"]
        for each in resources.values()
        if each["Type"] == "AWS::ApiGatewayV2::Route" and "Authorizer" in str(each["Properties"])
    ]
    target_of = route["Target"]["Fn::Sub"]
    assert target_of.startswith("integrations/${")
    assert resources[target_of[15:-1]]["Type"] == "AWS::ApiGatewayV2::Integration"
    assert ACCOUNT not in (tmp_path / "template.yaml").read_text()


def test_a_template_does_not_depend_on_the_order_of_making(
    cloud: Any, target: LocalTarget, tmp_path: Path
) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html"""
    names = ("one", "two", "three", "four")
    written = []
    for order in (names, names[::-1]):
        api = HttpApi(cloud, "ordered-api")
        for name in order:
            arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
            api.route(f"GET /{name}", api.integration(arn))
        place = tmp_path / order[0]
        export(LocalTarget.attach(cloud.endpoint, "test", "test", prefix="ordered-"), place)
        written.append((place / "template.yaml").read_text())
        api.gateway.delete_api(ApiId=api.id)
    assert written[0] == written[1]


def test_a_journal_builds_the_api_again(cloud: Any, own_cloud: Any, tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html"""
    journal = Journal(tmp_path / "journal")

    def attached(at: Any) -> Any:
        return lambda service, **_: journal.attach(at.client(service))

    at = Attached(attached(cloud))
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:none"
    gone = HttpApi(at, "journal-gone")
    gone.route("GET /gone", gone.integration(arn))
    gone.gateway.delete_api(ApiId=gone.id)
    api = HttpApi(at, "journal-kept")
    api.route("GET /kept", api.integration(arn))
    api.stage("dev")
    with own_cloud() as other:
        _, failed = journal.replay(attached(other))
        gateway = other.client("apigatewayv2")
        [found] = gateway.get_apis()["Items"]
        assert (failed, found["Name"]) == (0, "journal-kept")
        [route] = gateway.get_routes(ApiId=found["ApiId"])["Items"]
        [integration] = gateway.get_integrations(ApiId=found["ApiId"])["Items"]
        assert route["Target"] == f"integrations/{integration['IntegrationId']}"
        assert [s["StageName"] for s in gateway.get_stages(ApiId=found["ApiId"])["Items"]] == [
            "dev"
        ]


class Attached:
    """A cloud whose clients are others."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.client = client
