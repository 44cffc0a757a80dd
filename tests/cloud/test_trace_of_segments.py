"""`lab.trace`: the segments that X-Ray has of an order, from the API to the last consumer.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.trace import Trace, trace
from orderlab.trace_segments import annotated_traces
from tests.cloud.functions_support import Lambda, eventually
from tests.cloud.rest_api import RestApi
from tests.cloud.xray_kit import parts

ACTIVE = {"TracingConfig": {"Mode": "Active"}}
ARN = "arn:aws:lambda:us-east-1:123456789012:function:"

# What Powertools' Tracer does for `@tracer.capture_method` and `put_annotation`, through X-Ray's
# daemon: a subsegment of its own, with an annotation.
SENDS = """
import json, os, socket, time

def part(name, **more):
    header = dict(part.split("=") for part in os.environ["_X_AMZN_TRACE_ID"].split(";"))
    host, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].split(":")
    document = {
        "type": "subsegment", "id": os.urandom(8).hex(), "name": name, "trace_id": header["Root"],
        "parent_id": header["Parent"], "start_time": time.time() - 0.01, "end_time": time.time(),
        **more,
    }
    text = '{"format": "json", "version": 1}\\n' + json.dumps(document)
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(text.encode(), (host, int(port)))
"""


@pytest.fixture(scope="module")
def target(cloud: Any) -> LocalTarget:
    return LocalTarget.attach(cloud.endpoint, "test", "test")


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    return Lambda(cloud)


def permit(functions: Lambda, name: str, service: str) -> None:
    functions.client.add_permission(
        FunctionName=name,
        StatementId="may",
        Action="lambda:InvokeFunction",
        Principal=f"{service}.amazonaws.com",
    )


def test_the_segments_of_an_order_go_from_the_api_to_the_last_consumer(
    cloud: Any, target: LocalTarget, functions: Lambda
) -> None:
    name = uuid.uuid4().hex[:8]
    sns = cloud.client("sns")
    topic = sns.create_topic(Name=f"traced-{name}")["TopicArn"]
    entry = functions.make(
        f"""
        import boto3, json
        def handler(event, context):
            boto3.client("sns").publish(TopicArn="{topic}", Message=json.dumps(event))
        """,
        **ACTIVE,
    )
    last = functions.make(
        SENDS
        + """
def handler(event, context):
    order = json.loads(event["Records"][0]["Sns"]["Message"])["order_id"]
    part("## ship", annotations={"order_id": order})
""",
        **ACTIVE,
    )
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=ARN + last)
    permit(functions, last, "sns")
    permit(functions, entry, "apigateway")
    api = RestApi(cloud, f"traced-{name}")
    api.respond(api.function("POST", "/orders", ARN + entry, kind="AWS"))
    api.deploy()
    api.patch_stage(("replace", "/tracingEnabled", "true"))
    order = uuid.uuid4().hex
    answer = api.call("POST", "/orders", {"order_id": order})
    assert answer.status == 200

    def whole() -> Trace | None:
        found = trace(target, order)
        return found if "## ship" in [each.target for each in found.segments] else None

    found = eventually(whole)
    ways = [(each.source, each.target) for each in found.segments if each.service]
    assert ways == [
        ("client", f"traced-{name}/prod"),
        (f"traced-{name}/prod", "Lambda"),
        (f"traced-{name}/prod", entry),
        (f"traced-{name}/prod", entry),
        (entry, last),
        (entry, last),
    ]
    assert all(each.duration_ms is not None for each in found.segments)
    svg = found.segments_waterfall().svg
    assert "## ship" in svg and last[:20] in svg
    assert found.segments_waterfall().svg in found._repr_mimebundle_()["text/html"]
    root = parts(answer.headers["x-amzn-trace-id"])["Root"]
    assert annotated_traces(cloud.client("xray"), order) == [root]


def test_an_order_that_is_not_traced_has_no_segments(
    target: LocalTarget, functions: Lambda
) -> None:
    name, order = functions.make("def handler(event, context): pass"), uuid.uuid4().hex
    functions.invoke(name, {"order_id": order})
    found = eventually(lambda: trace(target, order))
    assert found.segments == []
