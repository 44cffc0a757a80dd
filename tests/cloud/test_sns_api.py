"""Topics and subscriptions as things to make, set and list; what is refused.

https://docs.aws.amazon.com/sns/latest/api/welcome.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.queue_kit import counts, error_of, make_queue, queue_arn

ACCOUNT = "123456789012"


def topic(client: Any, name: str, **attributes: str) -> str:
    if name.endswith(".fifo"):
        attributes["FifoTopic"] = "true"
    arn: str = client("sns").create_topic(Name=name, Attributes=attributes)["TopicArn"]
    return arn


def subscribed_queue(client: Any, topic_arn: str, name: str) -> str:
    """The URL of a queue that is subscribed."""
    client("sns").subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=queue_arn(name))
    return make_queue(client, name)


def test_a_topic_is_made_once(client: Any) -> None:
    arn = topic(client, "made", DisplayName="Made")
    assert arn == f"arn:aws:sns:us-east-1:{ACCOUNT}:made"
    assert topic(client, "made") == arn == topic(client, "made", DisplayName="Made")
    assert error_of(lambda: topic(client, "made", DisplayName="Other")) == "InvalidParameter"


@pytest.mark.parametrize("name", ["", "a b", "x" * 257, "a.fifo"])
def test_bad_names_are_refused(client: Any, name: str) -> None:
    assert error_of(lambda: client("sns").create_topic(Name=name)) == "InvalidParameter"


def test_attributes_of_a_new_topic(client: Any) -> None:
    arn = topic(client, "fresh")
    found = client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    assert found["Owner"] == ACCOUNT and found["TopicArn"] == arn
    assert (found["SubscriptionsConfirmed"], found["SubscriptionsPending"]) == ("0", "0")
    [statement] = json.loads(found["Policy"])["Statement"]
    assert statement["Condition"] == {"StringEquals": {"AWS:SourceOwner": ACCOUNT}}
    effective = json.loads(found["EffectiveDeliveryPolicy"])
    assert effective["http"]["defaultHealthyRetryPolicy"]["numRetries"] == 3
    assert "MaximumMessageSize" not in found
    fifo = client("sns").get_topic_attributes(TopicArn=topic(client, "fresh.fifo"))["Attributes"]
    assert (fifo["FifoTopic"], fifo["ContentBasedDeduplication"]) == ("true", "false")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("MaximumMessageSize", "1023", "InvalidParameter"),
        ("MaximumMessageSize", "much", "InvalidParameter"),
        ("Policy", "{", "InvalidParameter"),
        ("DeliveryPolicy", "[]", "InvalidParameter"),
        ("SignatureVersion", "3", "InvalidParameter"),
        ("ContentBasedDeduplication", "true", "InvalidParameter"),
        ("FifoTopic", "true", "InvalidParameter"),
        ("Nonsense", "x", "InvalidParameter"),
        ("LambdaSuccessFeedbackRoleArn", "arn", "NotImplementedByOrderlab"),
        ("TracingConfig", "Active", "NotImplementedByOrderlab"),
    ],
)
def test_bad_topic_attributes_are_refused(client: Any, name: str, value: str, code: str) -> None:
    arn = topic(client, "bad-attributes")
    assert (
        error_of(
            lambda: client("sns").set_topic_attributes(
                TopicArn=arn, AttributeName=name, AttributeValue=value
            )
        )
        == code
    )


def test_lists_come_in_pages_of_a_hundred(client: Any) -> None:
    arn = topic(client, "many")
    sns = client("sns")
    for number in range(101):
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn(f"many-{number}"))
    first = sns.list_subscriptions_by_topic(TopicArn=arn)
    assert len(first["Subscriptions"]) == 100
    rest = sns.list_subscriptions_by_topic(TopicArn=arn, NextToken=first["NextToken"])
    assert len(rest["Subscriptions"]) == 1 and "NextToken" not in rest
    assert first["Subscriptions"][0]["Owner"] == ACCOUNT
    everywhere = sns.get_paginator("list_subscriptions").paginate()
    assert (
        sum(each["TopicArn"] == arn for page in everywhere for each in page["Subscriptions"]) == 101
    )
    assert arn in [
        each["TopicArn"]
        for page in sns.get_paginator("list_topics").paginate()
        for each in page["Topics"]
    ]
    sns.delete_topic(TopicArn=arn)
    sns.delete_topic(TopicArn=arn)
    assert error_of(lambda: sns.list_subscriptions_by_topic(TopicArn=arn)) == "NotFound"


def test_fifo_topics_and_large_topics_serve_queues(client: Any) -> None:
    fifo = topic(client, "serves.fifo")
    function = "arn:aws:lambda:us-east-1:123456789012:function:f"
    assert (
        error_of(
            lambda: client("sns").subscribe(TopicArn=fifo, Protocol="lambda", Endpoint=function)
        )
        == "InvalidParameter"
    )
    large = topic(client, "large", MaximumMessageSize="1048576")
    assert (
        error_of(
            lambda: client("sns").subscribe(
                TopicArn=large, Protocol="http", Endpoint="http://127.0.0.1:1/"
            )
        )
        == "InvalidParameter"
    )


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"Message": ""}, "InvalidParameter"),
        ({"Message": "x" * 262_145}, "InvalidParameter"),
        ({"Message": "x", "Subject": ""}, "InvalidParameter"),
        ({"Message": "x", "Subject": "s" * 101}, "InvalidParameter"),
        ({"Message": "x", "Subject": "two\nlines"}, "InvalidParameter"),
        ({"Message": "x", "MessageStructure": "json"}, "InvalidParameter"),
        ({"Message": '{"sqs":"x"}', "MessageStructure": "json"}, "InvalidParameter"),
        ({"Message": "x", "MessageStructure": "xml"}, "InvalidParameter"),
        ({"Message": "x", "MessageDeduplicationId": "d"}, "InvalidParameter"),
        ({"Message": "x", "MessageGroupId": "with space"}, "InvalidParameter"),
        (
            {"Message": "x", "MessageAttributes": {"a": {"DataType": "Thing", "StringValue": "v"}}},
            "ParameterValueInvalid",
        ),
        (
            {"Message": "x", "MessageAttributes": {"a": {"DataType": "String", "StringValue": ""}}},
            "ParameterValueInvalid",
        ),
        (
            {
                "Message": "x",
                "MessageAttributes": {"a": {"DataType": "Number", "StringValue": "b"}},
            },
            "ParameterValueInvalid",
        ),
    ],
)
def test_bad_messages_are_refused(client: Any, given: Any, code: str) -> None:
    arn = topic(client, "bad-messages")
    assert error_of(lambda: client("sns").publish(TopicArn=arn, **given)) == code


def test_a_topic_may_allow_larger_messages(client: Any) -> None:
    arn = topic(client, "larger", MaximumMessageSize="1048576")
    client("sns").publish(TopicArn=arn, Message="x" * 1_048_576)
    assert (
        error_of(lambda: client("sns").publish(TopicArn=arn, Message="x" * 1_048_577))
        == "InvalidParameter"
    )


def test_where_nothing_can_be_published(client: Any) -> None:
    sns = client("sns")
    missing = f"arn:aws:sns:us-east-1:{ACCOUNT}:missing"
    elsewhere = f"arn:aws:sns:eu-west-1:{ACCOUNT}:missing"
    assert error_of(lambda: sns.publish(TopicArn=missing, Message="x")) == "NotFound"
    assert error_of(lambda: sns.publish(TopicArn=elsewhere, Message="x")) == "NotFound"
    assert error_of(lambda: sns.publish(TopicArn="topic", Message="x")) == "InvalidParameter"
    assert error_of(lambda: sns.publish(Message="x")) == "InvalidParameter"
    assert error_of(lambda: sns.publish(PhoneNumber="+31612345678", Message="x")) == (
        "NotImplementedByOrderlab"
    )


ATTRIBUTES: dict[str, tuple[Any, str]] = {
    "kind": (
        {"DataType": "String", "BinaryValue": b"1"},
        "The message attribute 'kind' with type 'String' must use field 'String'.",
    ),
    "size": (
        {"DataType": "Binary", "StringValue": "1"},
        "The message attribute 'size' with type 'Binary' must use field 'Binary'.",
    ),
    "dotted.": (
        {"DataType": "String", "StringValue": "1"},
        "Invalid message attribute name ending with character '.' was found.",
    ),
    "a..b": (
        {"DataType": "String", "StringValue": "1"},
        "Message attribute name can not have successive '.' character.",
    ),
    "a^b": (
        {"DataType": "String", "StringValue": "1"},
        "Invalid non-alphanumeric character '#x5E' was found in the message attribute name.",
    ),
    "type": (
        {"DataType": "String.", "StringValue": "1"},
        "The message attribute 'type' has an invalid message attribute type",
    ),
}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_bad_attribute_is_named_and_refuses_a_whole_batch(client: Any, name: str) -> None:
    arn = topic(client, "bad-attributes")
    url = subscribed_queue(client, arn, "bad-attributes")
    value, text = ATTRIBUTES[name]
    entries = [
        {"Id": "good", "Message": "x"},
        {"Id": "bad", "Message": "x", "MessageAttributes": {name: value}},
    ]
    sns = client("sns")
    calls: list[Callable[[], Any]] = [
        partial(sns.publish, TopicArn=arn, Message="x", MessageAttributes={name: value}),
        partial(sns.publish_batch, TopicArn=arn, PublishBatchRequestEntries=entries),
    ]
    for call in calls:
        with pytest.raises(ClientError) as caught:
            call()
        error = caught.value.response["Error"]
        assert error["Code"] == "ParameterValueInvalid" and text in error["Message"]
    assert counts(client, url) == (0, 0, 0)


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({}, "The MessageGroupId parameter is required for FIFO topics"),
        ({"MessageGroupId": "g"}, "The topic should either have ContentBasedDeduplication enabled"),
        ({"MessageGroupId": "a b", "MessageDeduplicationId": "2"}, "MessageGroupId"),
        (
            {"MessageGroupId": "g", "MessageDeduplicationId": "2", "MessageStructure": "json"},
            "Message Structure",
        ),
    ],
)
def test_one_bad_entry_refuses_a_whole_batch_for_a_fifo_topic(
    client: Any, bad: Any, text: str
) -> None:
    arn = topic(client, "bad-entry.fifo")
    url = subscribed_queue(client, arn, "bad-entry.fifo")
    good = {"Id": "a", "Message": "x", "MessageGroupId": "g", "MessageDeduplicationId": "1"}
    entries = [good, {"Id": "b", "Message": "y", **bad}]
    with pytest.raises(ClientError, match=text) as caught:
        client("sns").publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)
    assert caught.value.response["Error"]["Code"] == "InvalidParameter"
    assert counts(client, url) == (0, 0, 0)


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "EmptyBatchRequest"),
        (["a", "a"], "BatchEntryIdsNotDistinct"),
        (["with space"], "InvalidBatchEntryId"),
        ([str(n) for n in range(11)], "TooManyEntriesInBatchRequest"),
    ],
)
def test_bad_batches_are_refused(client: Any, entries: Any, code: str) -> None:
    arn = topic(client, "bad-batches")
    given = [{"Id": each, "Message": "x"} for each in entries]
    assert (
        error_of(
            lambda: client("sns").publish_batch(TopicArn=arn, PublishBatchRequestEntries=given)
        )
        == code
    )


def test_a_batch_answers_for_each_entry(client: Any) -> None:
    arn = topic(client, "batch-answers")
    entries = [{"Id": "one", "Message": "x"}, {"Id": "two", "Message": "y"}]
    answer = client("sns").publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)
    assert [each["Id"] for each in answer["Successful"]] == ["one", "two"]
    assert answer["Successful"][0]["MessageId"] and answer["Failed"] == []
    too_long = [{"Id": str(n), "Message": "x" * 100_000} for n in range(3)]
    assert (
        error_of(
            lambda: client("sns").publish_batch(TopicArn=arn, PublishBatchRequestEntries=too_long)
        )
        == "BatchRequestTooLong"
    )


def test_tags_and_permissions(client: Any) -> None:
    sns = client("sns")
    arn = sns.create_topic(Name="labelled", Tags=[{"Key": "team", "Value": "shop"}])["TopicArn"]
    sns.tag_resource(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "test"}])
    sns.untag_resource(ResourceArn=arn, TagKeys=["team"])
    assert sns.list_tags_for_resource(ResourceArn=arn)["Tags"] == [
        {"Key": "stage", "Value": "test"}
    ]
    assert error_of(lambda: sns.list_tags_for_resource(ResourceArn=f"{arn}x")) == (
        "ResourceNotFound"
    )
    tagging = client("resourcegroupstaggingapi")
    found = tagging.get_resources(ResourceTypeFilters=["sns"])["ResourceTagMappingList"]
    assert arn in [each["ResourceARN"] for each in found]

    def statements() -> list[Any]:
        policy = sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]
        return [statement["Sid"] for statement in json.loads(policy)["Statement"]]

    sns.add_permission(
        TopicArn=arn, Label="partner", AWSAccountId=["111122223333"], ActionName=["Publish"]
    )
    assert statements() == ["__default_statement_ID", "partner"]
    sns.remove_permission(TopicArn=arn, Label="partner")
    assert statements() == ["__default_statement_ID"]
    assert (
        error_of(
            lambda: sns.add_permission(
                TopicArn=arn, Label="x", AWSAccountId=["111122223333"], ActionName=["Explode"]
            )
        )
        == "InvalidParameter"
    )


def test_what_is_not_done_is_refused_by_name(client: Any) -> None:
    sns = client("sns")
    assert error_of(lambda: sns.list_platform_applications()) == "NotImplementedByOrderlab"
    assert error_of(lambda: sns.get_sms_attributes()) == "NotImplementedByOrderlab"
