"""HTTP APIs that call SQS and EventBridge themselves, mappings, and what is noted of requests.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services.html
"""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.cloud.http_api import ECHO, HttpApi
from tests.cloud.rest_api import ACCOUNT, function, role


@pytest.fixture(scope="module")
def echo(cloud: Any) -> str:
    return function(cloud, "http-mapped", ECHO)


def test_a_request_becomes_a_message(cloud: Any) -> None:
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="http-orders")["QueueUrl"]
    api = HttpApi(cloud, "http-to-sqs")
    parameters = {
        "QueueUrl": "$stageVariables.queue",
        "MessageBody": "$request.body.order",
        "DelaySeconds": "0",
        "MessageAttributes": json.dumps(
            {"source": {"DataType": "String", "StringValue": "${request.header.x-source}"}}
        ),
    }
    send = role(cloud, "http-send", "sqs:*")
    api.route("POST /orders", api.service("SQS-SendMessage", send, parameters))
    not_allowed = role(cloud, "http-may-not-send")
    api.route("POST /closed", api.service("SQS-SendMessage", not_allowed, parameters))
    queue = {"QueueUrl": "$stageVariables.queue"}
    api.route("GET /orders", api.service("SQS-ReceiveMessage", send, queue))
    one = {**queue, "ReceiptHandle": "$request.querystring.handle"}
    api.route("DELETE /orders", api.service("SQS-DeleteMessage", send, one))
    api.route("DELETE /all", api.service("SQS-PurgeQueue", send, queue))
    # the account's number and the queue's name, which a variable of a stage may hold
    api.stage(StageVariables={"queue": url})
    answer = api.call("POST", "/orders", {"order": {"n": 1}}, headers={"X-Source": "web"})
    assert answer.status == 200
    assert b"<SendMessageResult>" in answer.body
    assert b"<MessageId>" in answer.body
    found = sqs.receive_message(
        QueueUrl=url, MessageAttributeNames=["All"], WaitTimeSeconds=5, VisibilityTimeout=0
    )["Messages"]
    assert json.loads(found[0]["Body"]) == {"n": 1}
    assert found[0]["MessageAttributes"]["source"]["StringValue"] == "web"
    assert api.call("POST", "/closed", {"order": 1}).status == 403
    assert b"<Body>" in api.call("GET", "/orders").body
    assert api.call("DELETE", "/orders", query={"handle": "x"}).status == 400
    assert api.call("DELETE", "/all").status == 200
    missing = api.call("POST", "/orders", {"other": 1})
    assert missing.status == 400
    assert b"MissingParameter" in missing.body


def test_a_request_becomes_an_event_on_a_bus(cloud: Any) -> None:
    sqs, events = cloud.client("sqs"), cloud.client("events")
    url = sqs.create_queue(QueueName="http-events")["QueueUrl"]
    queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:http-events"
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue,
            }
        ],
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    events.put_rule(Name="http-rule", EventPattern=json.dumps({"source": ["shop"]}))
    events.put_targets(Rule="http-rule", Targets=[{"Id": "q", "Arn": queue}])
    api = HttpApi(cloud, "http-to-bus")
    parameters = {
        "Detail": "$request.body",
        "DetailType": "$request.path.kind",
        "Source": "shop",
        "Resources": '["arn:aws:x"]',
    }
    put = api.service("EventBridge-PutEvents", role(cloud, "http-put", "events:*"), parameters)
    api.route("POST /events/{kind}", put)
    api.stage()
    answer = api.call("POST", "/events/ordered", {"n": 1})
    assert (answer.status, answer.json["FailedEntryCount"]) == (200, 0)
    [message] = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
    event = json.loads(message["Body"])
    assert (event["detail-type"], event["detail"]) == ("ordered", {"n": 1})
    assert event["resources"] == ["arn:aws:x"]


def test_mappings_change_a_request(cloud: Any, echo: str) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html"""
    api = HttpApi(cloud, "http-mappings")
    mapped = api.integration(
        echo,
        RequestParameters={
            "append:header.x-a": "${request.querystring.q}-${context.stage}",
            "overwrite:header.x-b": "$request.path.id",
            "remove:header.x-c": "''",
            "append:querystring.q": "$request.header.x-b",
            "overwrite:querystring.r": "$request.body.deep[0].name",
            "remove:querystring.s": "''",
            "overwrite:path": "/other/${request.path.id}",
            "append:header.x-none": "$request.header.nowhere",
        },
    )
    api.route("POST /things/{id}", mapped)
    api.stage("dev")
    event = api.call(
        "POST",
        "/dev/things/7",
        {"deep": [{"name": "n"}]},
        headers={"X-A": "1", "X-B": "2", "X-C": "3"},
        query={"q": "one", "s": "gone"},
    ).json
    assert event["headers"]["x-a"] == "1,one-dev"
    assert event["headers"]["x-b"] == "7"
    assert not {"x-c", "x-none"} & set(event["headers"])
    assert event["queryStringParameters"] == {"q": "one,2", "r": "n"}
    assert event["rawPath"] == "/other/7"


def test_mappings_change_an_answer(cloud: Any, echo: str) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html"""
    api = HttpApi(cloud, "http-answers")
    mapped = api.integration(
        echo,
        ResponseParameters={
            "404": {
                "overwrite:statuscode": "410",
                "append:header.x-path": "$context.path",
                "overwrite:header.content-type": "text/x",
            },
            "201": {"remove:header.x-one": "''", "append:header.x-flag": "$response.header.x-one"},
            "200": {"overwrite:header.x-who": "$response.body.routeKey"},
        },
    )
    api.route("GET /a", mapped)
    api.stage()
    answer = api.call("GET", "/a", query={"what": "numeric"})
    assert (answer.status, answer.header("x-path")) == (410, "/a")
    assert answer.header("content-type") == "text/x"
    answer = api.call("GET", "/a", query={"what": "cookies"})
    assert "x-one" not in answer.headers
    assert answer.headers["x-flag"] == ["true", "1"]
    assert api.call("GET", "/a").header("x-who") == "GET /a"


def test_access_logs_have_the_stages_format(cloud: Any, echo: str) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html"""
    logs = cloud.client("logs")
    logs.create_log_group(logGroupName="/http/access")
    api = HttpApi(cloud, "http-logged")
    api.route("GET /a/{id}", api.integration(echo))
    layout = "|".join(
        f"$context.{name}"
        for name in ("requestId", "routeKey", "status", "path", "error.message",
                     "integrationErrorMessage", "identity.sourceIp", "integrationStatus",
                     "integration.status")
    )  # fmt: skip
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/http/access"
    api.stage(AccessLogSettings={"DestinationArn": arn, "Format": layout})
    answers = [api.call("GET", "/a/1"), api.call("GET", "/b"),
               api.call("GET", "/a/2", query={"what": "bad-headers"})]  # fmt: skip
    lines: list[list[str]] = []
    deadline = time.monotonic() + 10
    while len(lines) < 3 and time.monotonic() < deadline:
        found = logs.filter_log_events(logGroupName="/http/access")["events"]
        lines = [each["message"].split("|") for each in found]
        time.sleep(0.05)
    why = (
        "The response from the Lambda function doesn't match the format that API Gateway expects. "
        'Lambda body contains the wrong type for field "headers"'
    )
    ids = [answer.header("apigw-requestid") for answer in answers]
    here = "127.0.0.1"
    assert lines == [
        [ids[0], "GET /a/{id}", "200", "/a/1", "-", "-", here, "200", "200"],
        [ids[1], "-", "404", "/b", "Not Found", "-", here, "-", "-"],
        [ids[2], "GET /a/{id}", "500", "/a/2", "Internal Server Error", why, here, "200", "-"],
    ]


def test_metrics_count_requests_and_errors(cloud: Any, echo: str) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html"""
    api = HttpApi(cloud, "http-measured")
    api.route("GET /a", api.integration(echo))
    api.stage("dev", DefaultRouteSettings={"DetailedMetricsEnabled": True})
    for path, query in (("/dev/a", {}), ("/dev/b", {}), ("/dev/a", {"what": "raise"})):
        api.call("GET", path, query=query)
    cloudwatch = cloud.client("cloudwatch")

    def total(metric: str, **dimensions: str) -> float:
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/ApiGateway",
            MetricName=metric,
            Dimensions=[{"Name": k, "Value": v} for k, v in dimensions.items()],
            StartTime=time.time() - 3600,
            EndTime=time.time() + 36_000,
            Period=60 * 60 * 24,
            Statistics=["Sum", "SampleCount"],
        )["Datapoints"]
        statistic = "SampleCount" if "Latency" in metric else "Sum"
        return float(sum(point[statistic] for point in points))

    wanted = {"Count": 3, "4xx": 1, "5xx": 1, "Latency": 3, "IntegrationLatency": 2}
    assert {name: total(name, ApiId=api.id) for name in wanted} == wanted
    assert {name: total(name, ApiId=api.id, Stage="dev") for name in wanted} == wanted
    assert total("DataProcessed", ApiId=api.id) > 0
    detailed = {"ApiId": api.id, "Stage": "dev", "Resource": "/a", "Method": "GET"}
    assert total("Count", **detailed) == 2


def test_the_flight_recorder_and_the_meter_know_of_requests(cloud: Any, echo: str) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-monitor.html"""
    api = HttpApi(cloud, "http-recorded", Target=echo)
    api.call("POST", "/orders", {"orderId": "http-recorded-1"})
    arn = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api.id}/$default"
    hops = cloud.page("recorder/trace?id=http-recorded-1")["hops"]
    found = {(hop["source"], hop["target"]) for hop in hops}
    assert found == {("client", arn), (f"{arn}/$default", echo)}
    # AWS bills each begun 512 KB
    api.call("POST", "/orders", b"x" * 600_000, query={"what": "text"})
    assert cloud.page("meter")["resources"]["apigateway.http_requests"][api.id] == 3
