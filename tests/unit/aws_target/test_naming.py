"""Every name that a cell writes by hand gets the learner's prefix, wherever it stands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderlab.aws_target.written_names import Names
from tests.unit.aws_target.test_marks import sent

NAMES = Names("orderlab-anna-", "/orderlab/anna/", "123456789012")
HERE = "us-east-1:123456789012"
QUEUE = f"arn:aws:sqs:{HERE}:q"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (f"arn:aws:sqs:{HERE}:orders", f"arn:aws:sqs:{HERE}:orderlab-anna-orders"),
        ("arn:aws:sns:*:*:order-events", "arn:aws:sns:*:*:orderlab-anna-order-events"),
        (f"arn:aws:lambda:{HERE}:function:f:live",
         f"arn:aws:lambda:{HERE}:function:orderlab-anna-f:live"),
        (f"arn:aws:dynamodb:{HERE}:table/orders/index/*",
         f"arn:aws:dynamodb:{HERE}:table/orderlab-anna-orders/index/*"),
        (f"arn:aws:logs:{HERE}:log-group:/aws/lambda/greet:*",
         f"arn:aws:logs:{HERE}:log-group:/aws/lambda/orderlab-anna-greet:*"),
        ("arn:aws:iam::123456789012:role/cache-role",
         "arn:aws:iam::123456789012:role/orderlab/anna/orderlab-anna-cache-role"),
        (f"arn:aws:events:{HERE}:rule/shop/copy",
         f"arn:aws:events:{HERE}:rule/orderlab-anna-shop/orderlab-anna-copy"),
        (f"arn:aws:dax:{HERE}:cache/cache", f"arn:aws:dax:{HERE}:cache/orderlab-anna-cache"),
        ("arn:aws:s3:::plans/*", "arn:aws:s3:::orderlab-anna-plans/*"),
        ("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
         f"arn:aws:lambda:{HERE}:function:hello/invocations",
         "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
         f"arn:aws:lambda:{HERE}:function:orderlab-anna-hello/invocations"),
        ("arn:aws:apigateway:us-east-1:sqs:path/123456789012/inbox",
         "arn:aws:apigateway:us-east-1:sqs:path/123456789012/orderlab-anna-inbox"),
        # AWS's own, other accounts', and what has no name
        *[(each, each) for each in (
            "arn:aws:iam::aws:policy/AWSLambdaExecute",
            "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertools:3",
            f"arn:aws:events:{HERE}:event-bus/default",
            f"arn:aws:execute-api:{HERE}:a1b2c3/*/POST/orders",
            "arn:aws:logs:*:*:*",
            "arn:aws:iam::123456789012:root",
            "arn:aws:apigateway:us-east-1:dynamodb:action/GetItem",
        )],
    ],
)  # fmt: skip
def test_an_arn_that_is_written_by_hand_gets_the_prefix_once(written: str, expected: str) -> None:
    assert NAMES.in_text(written) == expected
    assert NAMES.in_text(expected) == expected
    assert NAMES.in_text(json.dumps({"a": [written]})) == json.dumps({"a": [expected]})


def test_a_name_that_would_be_too_long_is_shortened_to_one_of_its_own() -> None:
    short = NAMES.of("the-cache-of-orders", 20)
    assert len(short) <= 20
    assert short != NAMES.of("the-cache-of-others", 20)
    assert NAMES.of(short, 20) == NAMES.of("orderlab-anna-the-cache-of-orders", 20) == short
    assert NAMES.of("a" * 75 + ".fifo", 80).endswith(".fifo")


def _dimension(name: str, value: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value}]


@pytest.mark.parametrize(
    ("service", "operation", "given", "expected"),
    [
        ("events", "put_rule", {"Name": "all", "EventBusName": "hello"},
         {"Name": "orderlab-anna-all", "EventBusName": "orderlab-anna-hello"}),
        ("events", "put_targets",
         {"Rule": "all", "EventBusName": "default",
          "Targets": [{"Id": "1", "Arn": QUEUE, "Input": QUEUE}]},
         {"Rule": "orderlab-anna-all", "EventBusName": "default",
          "Targets": [{"Id": "1", "Arn": f"arn:aws:sqs:{HERE}:orderlab-anna-q",
                       "Input": QUEUE}]}),
        ("events", "put_events",
         {"Entries": [{"Source": "s", "DetailType": "d", "Detail": "{}", "EventBusName": "hello"}]},
         {"Entries": [{"Source": "s", "DetailType": "d", "Detail": "{}",
                       "EventBusName": "orderlab-anna-hello"}]}),
        ("events", "delete_event_bus", {"Name": "hello"}, {"Name": "orderlab-anna-hello"}),
        ("pipes", "describe_pipe", {"Name": "p"}, {"Name": "orderlab-anna-p"}),
        ("scheduler", "delete_schedule", {"Name": "s", "GroupName": "default"},
         {"Name": "orderlab-anna-s", "GroupName": "default"}),
        ("schemas", "list_schemas", {"RegistryName": "discovered-schemas"},
         {"RegistryName": "discovered-schemas"}),
        ("dax", "describe_clusters", {"ClusterNames": ["cache"]},
         {"ClusterNames": ["orderlab-anna-cache"]}),
        ("s3", "put_object", {"Bucket": "plans", "Key": "plans"},
         {"Bucket": "orderlab-anna-plans", "Key": "plans"}),
        ("cloudwatch", "describe_alarms_for_metric",
         {"MetricName": "Errors", "Namespace": "AWS/Lambda",
          "Dimensions": _dimension("FunctionName", "f")},
         {"MetricName": "Errors", "Namespace": "AWS/Lambda",
          "Dimensions": _dimension("FunctionName", "orderlab-anna-f")}),
        ("cloudwatch", "put_metric_data",
         {"Namespace": "shop", "MetricData": [
             {"MetricName": "m", "Dimensions": _dimension("Store", "f"), "Value": 1.0}]},
         {"Namespace": "shop", "MetricData": [
             {"MetricName": "m", "Dimensions": _dimension("Store", "f"), "Value": 1.0}]}),
        ("lambda", "update_function_configuration",
         {"FunctionName": "f", "Environment": {"Variables": {
             "TABLE": "loyalty", "SERVICES": "a,b", "POWERTOOLS_SERVICE_NAME": "orders",
             "GREETING": "hello"}}},
         {"FunctionName": "orderlab-anna-f", "Environment": {"Variables": {
             "TABLE": "orderlab-anna-loyalty", "SERVICES": "orderlab-anna-a,orderlab-anna-b",
             "POWERTOOLS_SERVICE_NAME": "orders", "GREETING": "hello"}}}),
        ("dynamodb", "put_item",
         {"TableName": "t", "Item": {"TableName": {"S": "t"}, "arn": {"S": QUEUE}}},
         {"TableName": "orderlab-anna-t",
          "Item": {"TableName": {"S": "t"}, "arn": {"S": QUEUE}}}),
        ("dynamodb", "execute_statement", {"Statement": 'SELECT * FROM "orders" WHERE id = ?'},
         {"Statement": 'SELECT * FROM "orderlab-anna-orders" WHERE id = ?'}),
        ("sqs", "send_message", {"QueueUrl": "u", "MessageBody": QUEUE},
         {"QueueUrl": "u", "MessageBody": QUEUE}),
        ("sqs", "set_queue_attributes",
         {"QueueUrl": "u", "Attributes": {"RedrivePolicy": f'{{"a":"arn:aws:sqs:{HERE}:d"}}'}},
         {"QueueUrl": "u",
          "Attributes": {"RedrivePolicy": f'{{"a":"arn:aws:sqs:{HERE}:orderlab-anna-d"}}'}}),
        ("apigateway", "put_integration",
         {"restApiId": "a", "resourceId": "r", "httpMethod": "GET", "type": "AWS",
          "requestTemplates": {"application/json": '{"TableName":"orders"}'}},
         {"restApiId": "a", "resourceId": "r", "httpMethod": "GET", "type": "AWS",
          "requestTemplates": {"application/json": '{"TableName":"orderlab-anna-orders"}'}}),
        ("apigatewayv2", "create_api",
         {"Name": "a", "ProtocolType": "HTTP", "Target": f"arn:aws:lambda:{HERE}:function:f"},
         {"Name": "orderlab-anna-a", "Target": f"arn:aws:lambda:{HERE}:function:orderlab-anna-f"}),
        ("apigatewayv2", "create_integration",
         {"ApiId": "a", "IntegrationType": "AWS_PROXY",
          "IntegrationUri": f"arn:aws:lambda:{HERE}:function:f",
          "CredentialsArn": "arn:aws:iam::123456789012:role/r"},
         {"IntegrationUri": f"arn:aws:lambda:{HERE}:function:orderlab-anna-f",
          "CredentialsArn": "arn:aws:iam::123456789012:role/orderlab/anna/orderlab-anna-r"}),
        ("apigatewayv2", "create_route",
         {"ApiId": "a", "RouteKey": "GET /orders", "Target": "integrations/i"},
         {"RouteKey": "GET /orders", "Target": "integrations/i"}),
    ],
)  # fmt: skip
def test_a_request_names_what_is_the_learners(
    service: str, operation: str, given: dict[str, Any], expected: dict[str, Any]
) -> None:
    before = json.dumps(given)
    made = sent(service, operation, **given)
    assert {key: made[key] for key in expected} == expected
    assert json.dumps(given) == before


def test_a_composite_alarm_names_the_learners_alarms() -> None:
    made = sent("cloudwatch", "put_composite_alarm", AlarmName="c",
                AlarmRule='ALARM("a") OR NOT OK(b)')  # fmt: skip
    assert made["AlarmRule"] == 'ALARM("orderlab-anna-a") OR NOT OK(orderlab-anna-b)'
    assert {each["Key"] for each in made["Tags"]} >= {"orderlab", "orderlab-learner"}


def test_a_role_with_a_path_of_its_own_lies_below_the_learners() -> None:
    made = sent("iam", "create_role", RoleName="r", Path="/mine/", AssumeRolePolicyDocument="{}")
    assert made["Path"] == "/orderlab/anna/mine/"


def test_a_new_bucket_has_its_tags_from_the_beginning() -> None:
    made = sent("s3", "create_bucket", Bucket="plans")
    tags = {each["Key"]: each["Value"] for each in made["CreateBucketConfiguration"]["Tags"]}
    assert tags["orderlab-learner"] == "anna"
