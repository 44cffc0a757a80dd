"""Traces of functions, APIs and messages, read with X-Ray's API.

https://docs.aws.amazon.com/xray/latest/devguide/xray-services.html
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.cloud.bystander import bystander
from tests.cloud.functions_support import Lambda, eventually
from tests.cloud.rest_api import RestApi, role
from tests.cloud.xray_kit import error_of, new_trace_id, parts, segments, summaries

ECHO = "import os\ndef handler(event, context):\n    return os.environ['_X_AMZN_TRACE_ID']\n"
ACTIVE = {"TracingConfig": {"Mode": "Active"}}


@pytest.fixture(scope="module")
def xray(cloud: Any) -> Any:
    return cloud.client("xray")


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    return Lambda(cloud)


def test_a_traced_function_has_two_segments(xray: Any, functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html"""
    name = functions.make(ECHO, **ACTIVE)
    header = parts(functions.invoke(name).value)
    assert header["Sampled"] == "1"
    service, function = segments(xray, header["Root"])
    assert (service["origin"], function["origin"]) == ("AWS::Lambda", "AWS::Lambda::Function")
    assert function["parent_id"] == service["id"]
    assert function["id"] == header["Parent"]
    assert [each["name"] for each in function["subsegments"]] == [
        "Initialization",
        "Invocation",
        "Overhead",
    ]
    again = parts(functions.invoke(name).value)
    warm = segments(xray, again["Root"])[1]
    assert [each["name"] for each in warm["subsegments"]] == ["Invocation", "Overhead"]


def test_the_report_names_the_trace(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html"""
    answer = functions.invoke(functions.make(ECHO, **ACTIVE), LogType="Tail")
    header = parts(answer.value)
    line = f"XRAY TraceId: {header['Root']}\tSegmentId: {header['Parent']}\tSampled: true\t\n"
    assert line in answer.log
    untraced = functions.invoke(functions.make(ECHO), LogType="Tail")
    assert "XRAY" not in untraced.log


def test_a_function_without_active_tracing_has_none(xray: Any, functions: Lambda) -> None:
    name = functions.make(ECHO)
    header = parts(functions.invoke(name).value)
    answer = xray.batch_get_traces(TraceIds=[header["Root"]])
    assert (answer["Traces"], answer["UnprocessedTraceIds"]) == ([], [header["Root"]])


def test_an_exception_is_a_fault(xray: Any, functions: Lambda) -> None:
    name = functions.make(
        "def handler(event, context):\n    raise ValueError('no order')\n", **ACTIVE
    )
    functions.invoke(name)
    (found,) = summaries(xray, f'service("{name}") AND fault')
    assert found["HasFault"] is True
    function = segments(xray, found["Id"])[1]
    (exception,) = function["cause"]["exceptions"]
    assert (exception["type"], exception["message"]) == ("ValueError", "no order")


def test_a_function_sends_parts_of_its_own_to_the_daemon(xray: Any, functions: Lambda) -> None:
    """https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html"""
    name = functions.make(
        """
        import json, os, socket, time
        def handler(event, context):
            header = dict(part.split("=") for part in os.environ["_X_AMZN_TRACE_ID"].split(";"))
            host, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].split(":")
            document = {
                "type": "subsegment", "id": "0123456789abcdef", "name": "## price",
                "trace_id": header["Root"], "parent_id": header["Parent"],
                "start_time": time.time() - 0.01, "end_time": time.time(),
                "annotations": {"orderId": "A-17", "total": 12.5, "paid": True},
            }
            text = '{"format": "json", "version": 1}\\n' + json.dumps(document)
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(
                text.encode(), (host, int(port)))
            return header["Root"]
        """,
        **ACTIVE,
    )
    trace_id = functions.invoke(name).value
    (found,) = eventually(lambda: summaries(xray, 'annotation.orderId = "A-17"'))
    assert found["Id"] == trace_id
    assert found["Annotations"]["total"][0]["AnnotationValue"] == {"NumberValue": 12.5}
    function = segments(xray, trace_id)[1]
    assert "## price" in [each["name"] for each in function["subsegments"]]


def test_a_trace_goes_from_the_api_to_the_last_consumer(
    cloud: Any, xray: Any, functions: Lambda
) -> None:
    """https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html"""
    sqs, sns = cloud.client("sqs"), cloud.client("sns")
    url = sqs.create_queue(QueueName="traced-queue")["QueueUrl"]
    queue = "arn:aws:sqs:us-east-1:123456789012:traced-queue"
    topic = sns.create_topic(Name="traced-topic")["TopicArn"]
    entry = functions.make(
        """
        import boto3
        def handler(event, context):
            boto3.client("sqs").send_message(QueueUrl=event["queue"], MessageBody="order")
        """,
        **ACTIVE,
    )
    worker = functions.make(
        f"""
        import boto3
        def handler(event, context):
            boto3.client("sns").publish(TopicArn="{topic}", Message="done")
        """,
        **ACTIVE,
    )
    last = functions.make(ECHO, **ACTIVE)
    lambdas = functions.client
    lambdas.create_event_source_mapping(FunctionName=worker, EventSourceArn=queue)
    lambdas.add_permission(
        FunctionName=last,
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
    )
    arn = "arn:aws:lambda:us-east-1:123456789012:function:"
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn + last)
    lambdas.add_permission(
        FunctionName=entry,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    api = RestApi(cloud, "traced-api")
    place = api.function("POST", "/orders", arn + entry, kind="AWS")
    api.respond(place)
    api.deploy()
    api.patch_stage(("replace", "/tracingEnabled", "true"))
    answer = api.call("POST", "/orders", {"queue": url})
    assert answer.status == 200
    trace_id = parts(answer.headers["x-amzn-trace-id"])["Root"]
    wanted = ["traced-api/prod", entry, worker, last]

    def whole() -> list[dict[str, Any]]:
        found = segments(xray, trace_id)
        return found if set(wanted) <= {each["name"] for each in found} else []

    found = eventually(whole)
    assert len(found) == 7
    by_id = {each["id"]: each for each in found}
    stage = next(each for each in found if each["origin"] == "AWS::ApiGateway::Stage")
    (call,) = stage["subsegments"]
    assert call["name"] == "Lambda"
    by_id[call["id"]] = stage
    for name, caller in ((entry, "traced-api/prod"), (worker, entry), (last, worker)):
        service = next(
            each for each in found if (each["name"], each["origin"]) == (name, "AWS::Lambda")
        )
        assert by_id[service["parent_id"]]["name"] == caller
    (summary,) = summaries(xray, f'service("{last}")')
    assert summary["Id"] == trace_id
    assert summary["Http"]["HttpMethod"] == "POST"
    assert summary["Http"]["HttpStatus"] == 200
    assert {each["Name"] for each in summary["ServiceIds"]} == set(wanted)
    graph = xray.get_trace_graph(TraceIds=[trace_id])["Services"]
    assert {"client", "AWS::ApiGateway::Stage", "AWS::Lambda", "AWS::Lambda::Function"} == {
        each["Type"] for each in graph
    }


def test_an_api_gives_its_trace_to_the_queue_that_it_fills(cloud: Any, xray: Any) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html"""
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="traced-door")["QueueUrl"]
    api = RestApi(cloud, "traced-door")
    place = api.service(
        "POST",
        "/",
        "sqs:path/123456789012/traced-door",
        role(cloud, "traced-door-role", "sqs:SendMessage"),
        "Action=SendMessage&MessageBody=$util.urlEncode($input.body)",
        requestParameters={
            "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"
        },
    )
    api.respond(place)
    api.deploy()
    api.patch_stage(("replace", "/tracingEnabled", "true"))
    assert api.gateway.get_stage(restApiId=api.id, stageName="prod")["tracingEnabled"] is True
    root = new_trace_id()
    answer = api.call("POST", "/", {"a": 1}, headers={"X-Amzn-Trace-Id": f"Root={root}"})
    assert answer.status == 200
    (message,) = sqs.receive_message(
        QueueUrl=url, MessageSystemAttributeNames=["AWSTraceHeader"], WaitTimeSeconds=2
    )["Messages"]
    header = parts(message["Attributes"]["AWSTraceHeader"])
    stage = segments(xray, root)[0]
    assert header == {"Root": root, "Parent": stage["subsegments"][0]["id"], "Sampled": "1"}
    assert stage["subsegments"][0]["name"] == "SQS"


def test_a_trace_goes_on_through_a_bus(cloud: Any, xray: Any, functions: Lambda) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event.html"""
    first = functions.make(
        """
        import boto3
        def handler(event, context):
            entry = {"Source": "traced", "DetailType": "order", "Detail": "{}"}
            boto3.client("events").put_events(Entries=[entry])
        """,
        **ACTIVE,
    )
    last = functions.make(ECHO, **ACTIVE)
    events = cloud.client("events")
    rule = events.put_rule(Name="traced", EventPattern='{"source": ["traced"]}')["RuleArn"]
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{last}"
    events.put_targets(Rule="traced", Targets=[{"Id": "1", "Arn": arn}])
    functions.client.add_permission(
        FunctionName=last,
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    functions.invoke(first)
    (found,) = eventually(lambda: summaries(xray, f'service("{last}")'))
    assert {each["Name"] for each in found["ServiceIds"]} == {first, last}


def test_a_caller_decides_whether_to_trace(xray: Any, functions: Lambda) -> None:
    name = functions.make(ECHO, **ACTIVE)
    for sampled, count in (("0", 0), ("1", 1)):
        root = new_trace_id()
        header = f"Root={root};Parent=53995c3f42cd8ad8;Sampled={sampled}"

        def add(params: dict[str, Any], header: str = header, **_: Any) -> None:
            params["headers"]["X-Amzn-Trace-Id"] = header

        client = functions.cloud.client("lambda")
        client.meta.events.register("before-call.lambda.Invoke", add)
        client.invoke(FunctionName=name)
        assert len(xray.batch_get_traces(TraceIds=[root])["Traces"]) == count
    assert segments(xray, root)[0]["parent_id"] == "53995c3f42cd8ad8"


def test_a_batch_of_several_traces_shows_in_each(cloud: Any, xray: Any, functions: Lambda) -> None:
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="traced-batch")["QueueUrl"]
    queue = "arn:aws:sqs:us-east-1:123456789012:traced-batch"
    roots = [new_trace_id() for _ in range(3)]
    for root in roots:
        header = {"DataType": "String", "StringValue": f"Root={root};Parent={'a' * 16};Sampled=1"}
        sqs.send_message(
            QueueUrl=url, MessageBody="m", MessageSystemAttributes={"AWSTraceHeader": header}
        )
    name = functions.make(ECHO, **ACTIVE)
    functions.client.create_event_source_mapping(
        FunctionName=name, EventSourceArn=queue, BatchSize=10
    )
    eventually(lambda: len(xray.batch_get_traces(TraceIds=roots)["Traces"]) == 3)
    for root in roots:
        assert [each["name"] for each in segments(xray, root)] == [name, name]


def test_active_tracing_needs_the_right_to_send_segments(functions: Lambda) -> None:
    poor = functions.role("logs:*", name="cannot-trace")
    assert error_of(lambda: functions.make(ECHO, Role=poor, **ACTIVE)) == (
        "InvalidParameterValueException",
        "The provided execution role does not have permissions to call PutTraceSegments on XRAY",
    )


def test_a_flood_of_segments_holds_up_nobody(cloud: Any, functions: Lambda) -> None:
    name = functions.make(
        """
        import os, socket
        def handler(event, context):
            host, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].split(":")
            sending = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            text = b'{"format": "json", "version": 1}\\n' + b'{"subsegments":' + b"[" * 50_000
            for _ in range(5000):
                sending.sendto(text, (host, int(port)))
        """,
        Timeout=30,
        **ACTIVE,
    )
    with bystander(cloud):
        assert functions.invoke(name).error is None
