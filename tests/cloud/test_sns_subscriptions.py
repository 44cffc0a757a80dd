"""Subscriptions: their attributes, their ARNs, who may subscribe, and policies that are refused.

https://docs.aws.amazon.com/sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.queue_kit import error_of, queue_arn
from tests.cloud.test_sns_api import ACCOUNT, topic


def test_subscribing_twice_gives_the_same_subscription(client: Any) -> None:
    arn, sns = topic(client, "twice"), client("sns")

    def subscribe(**attributes: str) -> str:
        found: str = sns.subscribe(
            TopicArn=arn, Protocol="sqs", Endpoint=queue_arn("twice"), Attributes=attributes
        )["SubscriptionArn"]
        return found

    first = subscribe(RawMessageDelivery="true")
    assert first.startswith(f"{arn}:")
    assert subscribe() == first == subscribe(RawMessageDelivery="true")
    assert error_of(lambda: subscribe(RawMessageDelivery="false")) == "InvalidParameter"
    sns.unsubscribe(SubscriptionArn=first)
    sns.unsubscribe(SubscriptionArn=first)
    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert (attributes["SubscriptionsConfirmed"], attributes["SubscriptionsDeleted"]) == ("0", "1")


def test_subscription_attributes_can_be_set_and_taken_away(client: Any) -> None:
    arn, sns = topic(client, "sub-attributes"), client("sns")
    subscription = sns.subscribe(
        TopicArn=arn, Protocol="sqs", Endpoint=queue_arn("sub-attributes")
    )["SubscriptionArn"]

    def put(name: str, value: str) -> str:
        return error_of(
            lambda: sns.set_subscription_attributes(
                SubscriptionArn=subscription, AttributeName=name, AttributeValue=value
            )
        )

    def shown() -> dict[str, str]:
        found: dict[str, str] = sns.get_subscription_attributes(SubscriptionArn=subscription)[
            "Attributes"
        ]
        return found

    assert (shown()["RawMessageDelivery"], shown()["PendingConfirmation"]) == ("false", "false")
    assert put("RawMessageDelivery", "true") == ""
    assert put("FilterPolicy", '{"kind":["new"]}') == ""
    assert shown()["FilterPolicyScope"] == "MessageAttributes"
    # nested keys need the other scope
    assert put("FilterPolicy", '{"a":{"b":["c"]}}') == "InvalidParameter"
    assert put("FilterPolicyScope", "MessageBody") == ""
    assert put("FilterPolicy", '{"a":{"b":["c"]}}') == ""
    assert json.loads(shown()["FilterPolicy"]) == {"a": {"b": ["c"]}}
    assert put("FilterPolicy", "") == ""
    assert "FilterPolicy" not in shown() and "FilterPolicyScope" not in shown()
    dead = json.dumps({"deadLetterTargetArn": queue_arn("any")})
    assert put("RedrivePolicy", dead) == ""
    for name, value in (
        ("RawMessageDelivery", "maybe"),
        ("FilterPolicyScope", "Everything"),
        ("RedrivePolicy", "{}"),
        ("RedrivePolicy", json.dumps({"deadLetterTargetArn": queue_arn("any.fifo")})),
        ("DeliveryPolicy", '{"healthyRetryPolicy":{"numRetries":500}}'),
        ("Nonsense", "x"),
        ("Endpoint", "x"),
    ):
        assert put(name, value) == "InvalidParameter", name
    assert put("ReplayPolicy", "{}") == "NotImplementedByOrderlab"
    missing = f"{arn}:00000000-0000-0000-0000-000000000000"
    assert error_of(lambda: sns.get_subscription_attributes(SubscriptionArn=missing)) == "NotFound"


@pytest.mark.parametrize(
    ("protocol", "endpoint", "code"),
    [
        ("sqs", "not an arn", "InvalidParameter"),
        ("sqs", "arn:aws:sqs:us-east-1:123456789012:x.fifo", "InvalidParameter"),
        ("lambda", "not an arn", "InvalidParameter"),
        ("http", "https://127.0.0.1/", "InvalidParameter"),
        ("http", "http://", "InvalidParameter"),
        ("pigeon", "coop 7", "InvalidParameter"),
        ("http", "http://example.com/hook", "NotImplementedByOrderlab"),
        ("https", "https://10.0.0.1/hook", "NotImplementedByOrderlab"),
        ("email", "a@example.com", "NotImplementedByOrderlab"),
        ("sms", "+3161234567", "NotImplementedByOrderlab"),
        (
            "firehose",
            "arn:aws:firehose:us-east-1:123456789012:deliverystream/x",
            "NotImplementedByOrderlab",
        ),
    ],
)
def test_bad_subscribers_are_refused(client: Any, protocol: str, endpoint: str, code: str) -> None:
    arn = topic(client, "bad-subscribers")
    assert (
        error_of(
            lambda: client("sns").subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint)
        )
        == code
    )


def message_of(call: Any) -> str:
    """What an error of SNS says, without the words that all of them begin with."""
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidParameter"
    text: str = error["Message"]
    return text.removeprefix("Invalid parameter: ")


RULES: dict[str, Any] = {
    "Match value must be String, number, true, false, or null": [["a"]],
    "Unrecognized match type sounds-like": [{"sounds-like": "a"}],
    "Only one key allowed in match expression": [{"prefix": "a", "suffix": "b"}],
    "Empty arrays are not allowed": [],
    '"prefix" must be an object or an array': {"prefix": "a"},
    '"key" must be an object or an array': "a",
    "suffix match pattern must be a string": [{"suffix": 1}],
    "prefix match pattern must be a string": [{"cidr": 1}],
    "Malformed CIDR, one '/' required": [{"cidr": "10.0.0.0"}],
    "Malformed CIDR, mask bits must be an integer": [{"cidr": "10.0.0.0/x"}],
    "Nonstandard IP address: 10.0.x": [{"cidr": "10.0.x/8"}],
    "exists match pattern must be either true or false.": [{"exists": "no"}],
    "Invalid member in numeric match: ]": [{"numeric": []}],
    "Unrecognized numeric range operator: !": [{"numeric": ["!", 1]}],
    "Value of equals must be numeric": [{"numeric": ["=", "1"]}],
    "Value of < must be numeric": [{"numeric": [">", 1, "<", "2"]}],
    "Value of <= must be numeric": [{"numeric": [">", 1, "<="]}],
    "Too many elements in numeric expression": [{"numeric": ["<", 1, ">", 0]}],
    "Too many terms in numeric range expression": [{"numeric": [">", 1, "<", 3, "<", 5]}],
    "Bad numeric range operator: >": [{"numeric": [">", 1, ">", 2]}],
    "Bad value in numeric range: 3": [{"numeric": [">", 1, 3]}],
    "Invalid member in numeric match: 1": [{"numeric": [1, "<"]}],
    "Bottom must be less than top": [{"numeric": [">", 3, "<", 1]}],
    "Unsupported anything-but pattern: exists": [{"anything-but": {"exists": True}}],
    "Filter policy is too complex": [str(n) for n in range(151)],
}


@pytest.mark.parametrize("text", RULES)
def test_a_bad_filter_policy_is_refused_in_awss_words(client: Any, text: str) -> None:
    arn, sns = topic(client, "bad-rules"), client("sns")
    attributes = {
        "FilterPolicyScope": "MessageBody",
        "FilterPolicy": json.dumps({"key": RULES[text]}),
    }
    said = message_of(
        lambda: sns.subscribe(
            TopicArn=arn, Protocol="sqs", Endpoint=queue_arn("bad-rules"), Attributes=attributes
        )
    )
    assert said == f"Attributes Reason: FilterPolicy: {text}"


def deep(levels: int, inner: str = '["a"]') -> str:
    return '{"a":' * levels + inner + "}" * levels


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("FilterPolicy", "{nonsense", "FilterPolicy: failed to parse JSON."),
        ("FilterPolicy", deep(40_000), "FilterPolicy: failed to parse JSON."),
        ("FilterPolicy", "[" * 100_000, "FilterPolicy: failed to parse JSON."),
        ("FilterPolicy", deep(500), "FilterPolicy: Filter policy is too complex"),
        (
            "FilterPolicy",
            json.dumps({".".join("a" * 5_000): ["a"]}),
            "FilterPolicy: Filter policy is too complex",
        ),
        (
            "FilterPolicy",
            json.dumps({str(n): ["a"] for n in range(6)}),
            "FilterPolicy: Filter policy can not have more than 5 keys",
        ),
        (
            "FilterPolicy",
            deep(2),
            "Filter policy scope MessageAttributes does not support nested filter policy",
        ),
        ("RawMessageDelivery", "", "RawMessageDelivery: Invalid value []. Must be true or false."),
        ("RedrivePolicy", "{nonsense", "RedrivePolicy: failed to parse JSON."),
        ("RedrivePolicy", deep(100_000), "RedrivePolicy: failed to parse JSON."),
        (
            "RedrivePolicy",
            '{"maxReceiveCount": 3}',
            "RedrivePolicy: invalid JSON. Attribute maxReceiveCount is unknown.",
        ),
        (
            "RedrivePolicy",
            '{"deadLetterTargetArn": "queue"}',
            "RedrivePolicy: deadLetterTargetArn is an invalid arn",
        ),
        ("DeliveryPolicy", deep(100_000), "DeliveryPolicy: Unexpected JSON member"),
        ("Colour", "red", "AttributeName"),
    ],
)
def test_a_bad_subscription_attribute_is_refused_in_awss_words(
    client: Any, name: str, value: str, text: str
) -> None:
    arn, sns = topic(client, "bad-words"), client("sns")
    subscription = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn("bad-words"))
    said = message_of(
        lambda: sns.set_subscription_attributes(
            SubscriptionArn=subscription["SubscriptionArn"],
            AttributeName=name,
            AttributeValue=value,
        )
    )
    assert said == text


def test_subscribing_again_may_name_what_holds_anyway(client: Any) -> None:
    arn, sns = topic(client, "anyway"), client("sns")

    def subscribe(**attributes: str) -> str:
        found: str = sns.subscribe(
            TopicArn=arn, Protocol="sqs", Endpoint=queue_arn("anyway"), Attributes=attributes
        )["SubscriptionArn"]
        return found

    first = subscribe(RawMessageDelivery="True")
    assert subscribe(RawMessageDelivery="true", FilterPolicyScope="MessageAttributes") == first
    assert error_of(lambda: subscribe(FilterPolicyScope="MessageBody")) == "InvalidParameter"


def test_dead_letters_are_of_the_subscriptions_kind(client: Any) -> None:
    arn, sns = topic(client, "kinds.fifo"), client("sns")

    def redrive(endpoint: str, dead: str) -> str:
        policy = json.dumps({"deadLetterTargetArn": queue_arn(dead)})
        return error_of(
            lambda: sns.subscribe(
                TopicArn=arn,
                Protocol="sqs",
                Endpoint=queue_arn(endpoint),
                Attributes={"RedrivePolicy": policy},
            )
        )

    assert redrive("kinds-1.fifo", "dead") == "InvalidParameter"
    assert redrive("kinds-1.fifo", "dead.fifo") == ""
    assert redrive("kinds-1", "dead") == ""
    assert redrive("kinds-2", "dead.fifo") == "InvalidParameter"


def test_arns_and_tokens_that_are_none(client: Any) -> None:
    arn, sns = topic(client, "no-arns"), client("sns")
    for given, text in (
        ("", "SubscriptionArn Reason: no value for required parameter"),
        ("x", "SubscriptionArn Reason: An ARN must have at least 6 elements, not 1"),
        (arn, "SubscriptionId"),
    ):
        assert message_of(lambda given=given: sns.unsubscribe(SubscriptionArn=given)) == text
    assert message_of(lambda: sns.confirm_subscription(TopicArn=arn, Token="x")) == "Invalid token"
    unknown = "ab" * 128
    for topic_arn in (arn, f"{arn}-missing"):
        confirm = lambda topic_arn=topic_arn: sns.confirm_subscription(  # noqa: E731
            TopicArn=topic_arn, Token=unknown
        )
        assert message_of(confirm) == "Token"
    said = message_of(lambda: sns.publish(TopicArn="", Message="x"))
    assert said == "TopicArn Reason: An ARN must have at least 6 elements, not 1"
    assert message_of(lambda: sns.delete_topic(TopicArn=arn.replace("us-east-1", "eu-west-1"))) == (
        "TopicArn"
    )


def test_tags_of_a_topic_that_is_made_again(client: Any) -> None:
    sns = client("sns")
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    arn = sns.create_topic(Name="made-again", Tags=tags)["TopicArn"]
    assert sns.create_topic(Name="made-again", Tags=tags[:1])["TopicArn"] == arn
    assert sns.create_topic(Name="made-again")["TopicArn"] == arn
    assert arn.endswith(f":{ACCOUNT}:made-again")
    other = [{"Key": "a", "Value": "2"}]
    assert message_of(lambda: sns.create_topic(Name="made-again", Tags=other)) == (
        "Tags Reason: Topic already exists with different tags"
    )
    assert message_of(lambda: sns.tag_resource(ResourceArn=arn, Tags=[*tags, *tags])) == (
        "Duplicated keys are not allowed."
    )
