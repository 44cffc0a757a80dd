"""What subscribers get: queues and functions, envelope and raw, filters, FIFO, dead letters.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import Any

import pytest

from tests.cloud.queue_kit import bodies, counts, error_of, make_queue, queue_arn, receive, until
from tests.cloud.test_sns_api import topic


def lets_in(queue: str, topic_arn: str) -> dict[str, Any]:
    """A queue policy as the AWS guide gives it."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn(queue),
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def subscriber(client: Any, topic_arn: str, name: str, **attributes: Any) -> str:
    """The URL of a new queue that is subscribed and lets the topic in."""
    url = make_queue(client, name, Policy=lets_in(name, topic_arn))
    texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in attributes.items()}
    client("sns").subscribe(
        TopicArn=topic_arn, Protocol="sqs", Endpoint=queue_arn(name), Attributes=texts
    )
    return url


def text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


def total(client: Any, topic_name: str, metric: str) -> float:
    answer = client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SNS",
        MetricName=metric,
        Period=60,
        Statistics=["Sum"],
        Dimensions=[{"Name": "TopicName", "Value": topic_name}],
        StartTime=time.time() - 300,
        EndTime=time.time() + 60,
    )
    return float(sum(point["Sum"] for point in answer["Datapoints"]))


def test_every_queue_gets_the_message_in_its_envelope(client: Any) -> None:
    arn = topic(client, "fan-out")
    urls = [subscriber(client, arn, f"fan-out-{n}") for n in range(3)]
    body = '{"orderId": "ü-1"}'
    sent = client("sns").publish(
        TopicArn=arn,
        Message=body,
        Subject="New",
        MessageAttributes={
            "kind": text("new"),
            "bytes": {"DataType": "Binary", "BinaryValue": b"\x01"},
        },
    )
    for url in urls:
        [got] = receive(client, url, MessageAttributeNames=["All"])
        assert "MessageAttributes" not in got
        envelope = json.loads(got["Body"])
        assert list(envelope) == [
            "Type",
            "MessageId",
            "TopicArn",
            "Subject",
            "Message",
            "Timestamp",
            "SignatureVersion",
            "Signature",
            "SigningCertURL",
            "UnsubscribeURL",
            "MessageAttributes",
        ]
        assert envelope["Type"] == "Notification"
        assert envelope["MessageId"] == sent["MessageId"] != got["MessageId"]
        assert (envelope["Message"], envelope["Subject"]) == (body, "New")
        assert envelope["TopicArn"] == arn
        assert envelope["MessageAttributes"] == {
            "kind": {"Type": "String", "Value": "new"},
            "bytes": {"Type": "Binary", "Value": "AQ=="},
        }
        assert envelope["Timestamp"].endswith("Z")


def test_the_link_in_the_envelope_unsubscribes(client: Any) -> None:
    import urllib.request

    arn = topic(client, "leaving")
    url = subscriber(client, arn, "leaving")
    client("sns").publish(TopicArn=arn, Message="x")
    [got] = receive(client, url)
    with urllib.request.urlopen(json.loads(got["Body"])["UnsubscribeURL"]) as response:
        assert response.status == 200
    assert client("sns").list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"] == []


def test_raw_delivery_gives_the_message_and_its_attributes(client: Any) -> None:
    arn = topic(client, "raw")
    url = subscriber(client, arn, "raw", RawMessageDelivery="true")
    attributes = {
        "kind": text("new"),
        "total": {"DataType": "Number", "StringValue": "10"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x01\x02"},
    }
    client("sns").publish(TopicArn=arn, Message="plain", MessageAttributes=attributes)
    [got] = receive(client, url, MessageAttributeNames=["All"])
    assert got["Body"] == "plain"
    assert got["MessageAttributes"] == attributes
    too_many = {f"a{n}": text("v") for n in range(11)}
    client("sns").publish(TopicArn=arn, Message="too many", MessageAttributes=too_many)
    assert receive(client, url) == []


def test_a_message_may_differ_by_protocol(client: Any) -> None:
    arn = topic(client, "structured")
    url = subscriber(client, arn, "structured", RawMessageDelivery="true")
    for message in ({"default": "for all", "sqs": "for queues"}, {"default": "for all"}):
        client("sns").publish(TopicArn=arn, Message=json.dumps(message), MessageStructure="json")
    assert sorted(bodies(receive(client, url))) == ["for all", "for queues"]


def test_filters_by_attributes_and_by_body(client: Any) -> None:
    arn = topic(client, "filtered")
    by_attributes = subscriber(
        client,
        arn,
        "filtered-attributes",
        RawMessageDelivery="true",
        FilterPolicy={"kind": ["new", {"prefix": "re"}]},
    )
    by_body = subscriber(
        client,
        arn,
        "filtered-body",
        RawMessageDelivery="true",
        FilterPolicyScope="MessageBody",
        FilterPolicy={"order": {"total": [{"numeric": [">", 10]}]}},
    )
    for kind, amount in (("new", 5), ("returned", 20), ("cancelled", 30)):
        client("sns").publish(
            TopicArn=arn,
            Message=json.dumps({"order": {"total": amount}, "kind": kind}),
            MessageAttributes={"kind": text(kind)},
        )

    def kinds(url: str) -> list[str]:
        return sorted(json.loads(body)["kind"] for body in bodies(receive(client, url)))

    assert kinds(by_attributes) == ["new", "returned"]
    assert kinds(by_body) == ["cancelled", "returned"]
    assert until(lambda: total(client, "filtered", "NumberOfNotificationsFilteredOut") == 2)


def test_a_queue_that_does_not_let_the_topic_in_gets_nothing(client: Any) -> None:
    arn = topic(client, "not-let-in")
    other = topic(client, "let-in")
    urls = [
        make_queue(client, "no-policy"),
        make_queue(client, "other-topic", Policy=lets_in("other-topic", other)),
    ]
    for name in ("no-policy", "other-topic", "no-queue"):
        client("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn(name))
    client("sns").publish(TopicArn=arn, Message="x")
    assert [counts(client, url) for url in urls] == [(0, 0, 0)] * 2
    assert until(lambda: total(client, "not-let-in", "NumberOfNotificationsFailed") == 3)
    assert total(client, "not-let-in", "NumberOfMessagesPublished") == 1
    # once it does, it does
    client("sqs").set_queue_attributes(
        QueueUrl=urls[0], Attributes={"Policy": json.dumps(lets_in("no-policy", arn))}
    )
    client("sns").publish(TopicArn=arn, Message="y")
    assert counts(client, urls[0]) == (1, 0, 0)


def test_what_cannot_be_delivered_goes_to_the_subscriptions_dead_letters(client: Any) -> None:
    arn = topic(client, "undelivered")
    dead = make_queue(client, "undelivered-dead", Policy=lets_in("undelivered-dead", arn))
    client("sns").subscribe(
        TopicArn=arn,
        Protocol="sqs",
        Endpoint=queue_arn("undelivered-gone"),
        Attributes={
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": queue_arn("undelivered-dead")}),
            "RawMessageDelivery": "true",
        },
    )
    client("sns").publish(TopicArn=arn, Message="lost?", MessageAttributes={"kind": text("new")})
    [letter] = receive(client, dead, MessageAttributeNames=["All"])
    assert letter["Body"] == "lost?"
    assert letter["MessageAttributes"] == {"kind": text("new")}


def test_fifo_topics_keep_order_and_drop_repetitions(client: Any) -> None:
    arn = topic(client, "ordered.fifo")
    url = subscriber(client, arn, "ordered.fifo", RawMessageDelivery="true")
    plain = subscriber(client, arn, "ordered-plain", RawMessageDelivery="true")
    sns = client("sns")
    sent = [
        sns.publish(TopicArn=arn, Message=f"{n}", MessageGroupId="g", MessageDeduplicationId=d)
        for n, d in enumerate(["a", "b", "a", "c"])
    ]
    assert sent[2]["MessageId"] == sent[0]["MessageId"]
    numbers = [each["SequenceNumber"] for each in sent]
    assert numbers[0] == numbers[2] and numbers[0] < numbers[1] < numbers[3]
    got = receive(client, url, AttributeNames=["All"])
    assert bodies(got) == ["0", "1", "3"]
    assert got[0]["Attributes"]["MessageGroupId"] == "g"
    assert got[0]["Attributes"]["MessageDeduplicationId"] == "a"
    assert sorted(bodies(receive(client, plain))) == ["0", "1", "3"]
    assert error_of(lambda: sns.publish(TopicArn=arn, Message="x")) == "InvalidParameter"
    assert (
        error_of(lambda: sns.publish(TopicArn=arn, Message="x", MessageGroupId="g"))
        == "InvalidParameter"
    )


def test_fifo_topics_may_go_by_content(client: Any) -> None:
    arn = topic(client, "content.fifo", ContentBasedDeduplication="true")
    url = subscriber(client, arn, "from-content.fifo")
    for message in ("same", "same", "other"):
        client("sns").publish(TopicArn=arn, Message=message, MessageGroupId="g")
    envelopes = [json.loads(body) for body in bodies(receive(client, url))]
    assert [each["Message"] for each in envelopes] == ["same", "other"]
    assert all(each["SequenceNumber"] for each in envelopes)


def test_a_tenant_goes_on_to_standard_queues(client: Any) -> None:
    arn = topic(client, "tenant")
    url = subscriber(client, arn, "tenant")
    client("sns").publish(TopicArn=arn, Message="x", MessageGroupId="tenant-1")
    [got] = receive(client, url, AttributeNames=["MessageGroupId"])
    assert got["Attributes"]["MessageGroupId"] == "tenant-1"


def test_the_recorder_follows_a_message_into_its_queue(client: Any, cloud: Any) -> None:
    arn = topic(client, "recorded")
    subscriber(client, arn, "recorded")
    client("sns").publish(TopicArn=arn, Message=json.dumps({"orderId": "published-1"}))
    hops = cloud.page("recorder/trace?id=published-1")["hops"]
    assert [(hop["source"], hop["target"]) for hop in hops] == [
        ("client", arn),
        (arn, queue_arn("recorded")),
    ]
    meter = cloud.page("meter")["resources"]
    assert meter["sns.publishes"]["recorded"] == 1
    assert meter["sns.deliveries.sqs"]["recorded"] == 1


def test_an_unsigned_call_is_no_link(client: Any, cloud: Any) -> None:
    import urllib.error
    import urllib.request

    for action in ("ListTopics", "DeleteTopic&TopicArn=x"):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{cloud.endpoint}/?Action={action}")
        assert caught.value.code == 403
        caught.value.close()


HANDLER = """
import boto3, json, os
def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["URL"], MessageBody=json.dumps(event))
"""


def function(client: Any, name: str, url: str) -> str:
    """The ARN of a function that puts its event into a queue."""
    iam = client("iam")
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    allow = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}],
    }
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(allow))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", HANDLER)
    arn: str = client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="index.handler",
        Role=role["Arn"],
        Code={"ZipFile": packed.getvalue()},
        Environment={"Variables": {"URL": url}},
        Timeout=20,
    )["FunctionArn"]
    client("lambda").get_waiter("function_active_v2").wait(FunctionName=name)
    return arn


def test_a_function_that_lets_the_topic_in_gets_the_event(client: Any) -> None:
    arn = topic(client, "to-function")
    url = make_queue(client, "to-function")
    invoked, shut = (function(client, f"sns-{kind}", url) for kind in ("open", "shut"))
    client("lambda").add_permission(
        FunctionName=invoked,
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=arn,
    )
    for endpoint in (invoked, shut):
        client("sns").subscribe(TopicArn=arn, Protocol="lambda", Endpoint=endpoint)
    sent = client("sns").publish(
        TopicArn=arn, Message="hello", Subject="S", MessageAttributes={"kind": text("new")}
    )
    got = until(lambda: receive(client, url, wait=20), seconds=20)
    [record] = json.loads(got[0]["Body"])["Records"]
    assert (record["EventSource"], record["EventVersion"]) == ("aws:sns", "1.0")
    assert record["EventSubscriptionArn"].startswith(arn)
    sns = record["Sns"]
    assert (sns["Message"], sns["Subject"], sns["MessageId"]) == ("hello", "S", sent["MessageId"])
    assert sns["MessageAttributes"] == {"kind": {"Type": "String", "Value": "new"}}
    assert {"SigningCertUrl", "UnsubscribeUrl"} <= set(sns)
    assert until(lambda: total(client, "to-function", "NumberOfNotificationsFailed") == 1)
    assert receive(client, url) == []
