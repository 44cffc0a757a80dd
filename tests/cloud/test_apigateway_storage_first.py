"""API Gateway in front of SQS, SNS and DynamoDB: the service integrations.

https://docs.aws.amazon.com/apigateway/latest/developerguide/getting-started-aws-proxy.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.rest_api import ACCOUNT, RestApi, role

FORM = {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"}
SEND = (
    "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
    "&MessageAttribute.1.Name=customer&MessageAttribute.1.Value.DataType=String"
    "&MessageAttribute.1.Value.StringValue=$util.urlEncode($input.path('$.customer'))"
)
BATCH = (
    "Action=SendMessageBatch#foreach($item in $input.path('$.items'))"
    "&SendMessageBatchRequestEntry.${foreach.count}.Id=m$foreach.index"
    "&SendMessageBatchRequestEntry.${foreach.count}.MessageBody=$util.urlEncode($item)#end"
)
GROUPED = (
    "Action=SendMessage&MessageBody=$util.urlEncode($input.json('$'))"
    "&MessageGroupId=$input.path('$.customer')&MessageDeduplicationId=$input.path('$.id')"
)
ACCEPTED = (
    '#set($answer = $input.path("$").SendMessageResponse)\n'
    '{"messageId": "$answer.SendMessageResult.MessageId"}'
)
REFUSED = '{"code": "$input.path(\'$.Error.Code\')"}'


@pytest.fixture(scope="module")
def sqs_role(cloud: Any) -> str:
    return role(cloud, "gw-sqs", "sqs:SendMessage")


@pytest.fixture(scope="module")
def inbox(cloud: Any, sqs_role: str) -> Iterator[RestApi]:
    sqs = cloud.client("sqs")
    sqs.create_queue(QueueName="gw-inbox")
    sqs.create_queue(QueueName="gw-inbox.fifo", Attributes={"FifoQueue": "true"})
    powerless = role(cloud, "gw-powerless")
    api = RestApi(cloud, "gw-storage-first")
    routes = {
        "/orders": ("gw-inbox", sqs_role, SEND),
        "/batch": ("gw-inbox", sqs_role, BATCH),
        "/grouped": ("gw-inbox.fifo", sqs_role, GROUPED),
        "/forbidden": ("gw-inbox", powerless, SEND),
        "/missing": ("gw-no-such-queue", sqs_role, SEND),
        "/no-form": ("gw-inbox", sqs_role, SEND),
    }
    for path, (queue, credentials, template) in routes.items():
        uri = f"sqs:path/{ACCOUNT}/{queue}"
        place = api.service(
            "POST", path, uri, credentials, template,
            requestParameters={} if path == "/no-form" else FORM, passthroughBehavior="NEVER",
        )  # fmt: skip
        api.respond(place, "202", response=ACCEPTED)
        api.respond(place, "400", response=REFUSED, pattern=r"4\d{2}")
    place = api.service(
        "POST", "/json", "sqs:action/SendMessage", sqs_role,
        f'{{"QueueUrl": "https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/gw-inbox",'
        ' "MessageBody": "$util.escapeJavaScript($input.body)"}',
        requestParameters={
            "integration.request.header.X-Amz-Target": "'AmazonSQS.SendMessage'",
            "integration.request.header.Content-Type": "'application/x-amz-json-1.0'",
        },
    )  # fmt: skip
    api.respond(place, "200")
    yield api.deploy()


def _messages(cloud: Any, queue: str) -> list[dict[str, Any]]:
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    found: list[dict[str, Any]] = []
    while got := sqs.receive_message(
        QueueUrl=url,
        WaitTimeSeconds=1,
        MaxNumberOfMessages=10,
        MessageAttributeNames=["All"],
        AttributeNames=["All"],
    ).get("Messages"):
        for message in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        found += got
    return found


def test_a_request_becomes_a_message_with_attributes(cloud: Any, inbox: RestApi) -> None:
    body = '{"customer": "Bär & Söhne", "note": "50% off + 1"}'
    answer = inbox.call("POST", "/orders", body.encode())
    assert answer.status == 202
    [message] = _messages(cloud, "gw-inbox")
    assert message["Body"] == body
    assert message["MessageAttributes"]["customer"]["StringValue"] == "Bär & Söhne"
    assert answer.json == {"messageId": message["MessageId"]}


def test_a_batch_is_built_by_a_loop(cloud: Any, inbox: RestApi) -> None:
    answer = inbox.call("POST", "/batch", {"items": ["one", "two & three", "four"]})
    assert answer.status == 202
    assert {m["Body"] for m in _messages(cloud, "gw-inbox")} == {"one", "two & three", "four"}


def test_fifo_fields_are_passed_on(cloud: Any, inbox: RestApi) -> None:
    for _ in range(2):
        assert inbox.call("POST", "/grouped", {"customer": "c7", "id": "o1"}).status == 202
    [message] = _messages(cloud, "gw-inbox.fifo")
    assert message["Attributes"]["MessageGroupId"] == "c7"
    assert message["Attributes"]["MessageDeduplicationId"] == "o1"


def test_the_json_protocol_works_with_its_target_header(cloud: Any, inbox: RestApi) -> None:
    answer = inbox.call("POST", "/json", {"a": 1})
    assert answer.status == 200 and answer.json["MessageId"]
    [message] = _messages(cloud, "gw-inbox")
    assert message["Body"] == '{"a": 1}'


def test_a_role_without_permission_fails_as_on_aws(inbox: RestApi) -> None:
    answer = inbox.call("POST", "/forbidden", {"customer": "c"})
    assert (answer.status, answer.json["code"]) == (400, "AccessDenied")


def test_without_its_content_type_a_form_is_not_read(inbox: RestApi) -> None:
    answer = inbox.call("POST", "/no-form", {"customer": "c"})
    assert (answer.status, answer.json["code"]) == (400, "UnknownOperationException")


def test_a_missing_queue_is_the_services_error_not_the_gateways(inbox: RestApi) -> None:
    answer = inbox.call("POST", "/missing", {"customer": "c"})
    assert answer.status == 400
    assert answer.json["code"] == "AWS.SimpleQueueService.NonExistentQueue"


def test_a_content_type_without_template_is_refused_with_never(inbox: RestApi) -> None:
    answer = inbox.call("POST", "/orders", "a=1", headers={"Content-Type": "text/plain"})
    assert (answer.status, answer.json) == (415, {"message": "Unsupported Media Type"})
    assert answer.headers["x-amzn-errortype"] == "UnsupportedMediaTypeException"


def test_a_role_that_does_not_trust_the_gateway_gives_500(cloud: Any) -> None:
    iam = cloud.client("iam")
    arn = iam.create_role(
        RoleName="gw-untrusting",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        ),
    )["Role"]["Arn"]
    api = RestApi(cloud, "gw-untrusted")
    place = api.service("POST", "/", f"sqs:path/{ACCOUNT}/gw-inbox", arn, SEND)
    api.respond(place, "200")
    answer = api.deploy().call("POST", "/", {"customer": "c"})
    assert (answer.status, answer.json) == (500, {"message": "Internal server error"})


def test_the_recorder_shows_the_api_as_the_source(cloud: Any, inbox: RestApi) -> None:
    inbox.call("POST", "/orders", {"orderId": "gw-traced-1", "customer": "c"})
    _messages(cloud, "gw-inbox")
    hops = cloud.page("recorder/trace?id=gw-traced-1")["hops"]
    api = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{inbox.id}/prod"
    assert ("client", api) in {(h["source"], h["target"]) for h in hops}
    assert (api, f"arn:aws:sqs:us-east-1:{ACCOUNT}:gw-inbox") in {
        (h["source"], h["target"]) for h in hops
    }


def test_sns_publish(cloud: Any) -> None:
    topic = cloud.client("sns").create_topic(Name="gw-topic")["TopicArn"]
    api = RestApi(cloud, "gw-sns")
    place = api.service(
        "POST", "/events", "sns:action/Publish", role(cloud, "gw-sns", "sns:Publish"),
        f"Action=Publish&TopicArn=$util.urlEncode('{topic}')&Message=$util.urlEncode($input.body)",
        requestParameters=FORM,
    )  # fmt: skip
    api.respond(place, "200")
    answer = api.deploy().call("POST", "/events", {"hello": "world"})
    assert answer.status == 200
    assert answer.json["PublishResponse"]["PublishResult"]["MessageId"]


def test_events_are_put_on_a_bus(cloud: Any) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-integration-types.html"""
    cloud.client("events").create_event_bus(Name="gw-bus")
    api = RestApi(cloud, "gw-events")
    place = api.service(
        "POST", "/events", "events:action/PutEvents", role(cloud, "gw-events", "events:PutEvents"),
        '{"Entries": [{"Source": "gw", "DetailType": "Order", "EventBusName": "gw-bus",'
        ' "Detail": "$util.escapeJavaScript($input.body)"}]}',
    )  # fmt: skip
    api.respond(place, "200")
    answer = api.deploy().call("POST", "/events", {"hello": "world"})
    assert answer.status == 200
    assert answer.json["FailedEntryCount"] == 0
    assert answer.json["Entries"][0]["EventId"]


def test_dynamodb_items_are_put_read_and_queried(cloud: Any) -> None:
    cloud.client("dynamodb").create_table(
        TableName="gw-orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    arn = role(cloud, "gw-ddb", "dynamodb:*")
    api = RestApi(cloud, "gw-ddb")
    put = api.service(
        "PUT", "/orders/{id}", "dynamodb:action/PutItem", arn,
        '{"TableName": "gw-orders", "Item": {"id": {"S": "$input.params(\'id\')"},'
        ' "total": {"N": "$input.path(\'$.total\')"}}}',
    )  # fmt: skip
    api.respond(put, "200", response='{"stored": true}')
    api.respond(put, "400", pattern="400", response="$input.json('$.__type')")
    get = api.service(
        "GET", "/orders/{id}", "dynamodb:action/GetItem", arn,
        '{"TableName": "gw-orders", "Key": {"id": {"S": "$input.params(\'id\')"}}}',
    )  # fmt: skip
    api.respond(
        get,
        response="#set($item = $input.path('$.Item'))"
        "#if($item)"
        '{"id": "$item.id.S", "total": $item.total.N}'
        "#else#set($context.responseOverride.status = 404)"
        '{"message": "no such order"}#end',
    )
    query = api.service(
        "GET", "/orders", "dynamodb:action/Query", arn,
        '{"TableName": "gw-orders", "KeyConditionExpression": "id = :i",'
        ' "ExpressionAttributeValues": {":i": {"S": "$input.params(\'id\')"}}}',
    )  # fmt: skip
    api.respond(
        query,
        response="[#foreach($item in $input.path('$.Items'))\"$item.id.S\""
        "#if($foreach.hasNext),#end#end]",
    )
    api.deploy()
    assert api.call("PUT", "/orders/o1", {"total": 19.99}).json == {"stored": True}
    assert api.call("GET", "/orders/o1").json == {"id": "o1", "total": 19.99}
    assert api.call("GET", "/orders/none").status == 404
    assert api.call("GET", "/orders", query={"id": "o1"}).json == ["o1"]
    refused = api.call("PUT", "/orders/o2", {"total": "many"})
    assert refused.status == 400 and "ValidationException" in refused.text


def test_a_call_of_a_table_is_recorded_once_with_the_api_as_its_source(cloud: Any) -> None:
    cloud.client("dynamodb").create_table(
        TableName="gw-recorded",
        KeySchema=[{"AttributeName": "orderId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "orderId", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    api = RestApi(cloud, "gw-recorded")
    put = api.service(
        "PUT", "/orders", "dynamodb:action/PutItem", role(cloud, "gw-recorded", "dynamodb:PutItem"),
        '{"TableName": "gw-recorded", "Item": {"orderId": {"S": "$input.path(\'$.orderId\')"}}}',
    )  # fmt: skip
    api.respond(put, "200")
    assert api.deploy().call("PUT", "/orders", {"orderId": "gw-recorded-1"}).status == 200
    hops = cloud.page("recorder/trace?id=gw-recorded-1")["hops"]
    called = [hop for hop in hops if hop["source"] != "client"]
    assert [(hop["action"], hop["outcome"]) for hop in called] == [("PutItem", "ok")]
    assert called[0]["target"].endswith(":table/gw-recorded")
    assert ":apigateway:" in called[0]["source"] or ":execute-api:" in called[0]["source"]
