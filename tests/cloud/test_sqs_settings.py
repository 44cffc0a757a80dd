"""Queues as a whole: names, attributes, lists, tags, purge, policies, both protocols, metrics.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-queue-parameters.html
"""

from __future__ import annotations

import json
import time
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.queue_kit import bodies, counts, error_of, make_queue, queue_arn, receive, until


def attributes(client: Any, url: str, *names: str) -> dict[str, str]:
    answer = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names or ["All"])
    found: dict[str, str] = answer.get("Attributes", {})
    return found


def test_a_new_queue_has_awss_defaults(client: Any, cloud: Any) -> None:
    url = make_queue(client, "defaults")
    assert url == f"{cloud.endpoint}/123456789012/defaults"
    found = attributes(client, url)
    assert abs(int(found.pop("CreatedTimestamp")) - time.time()) < 60
    assert int(found.pop("LastModifiedTimestamp"))
    assert found == {
        "QueueArn": queue_arn("defaults"),
        "ApproximateNumberOfMessages": "0",
        "ApproximateNumberOfMessagesNotVisible": "0",
        "ApproximateNumberOfMessagesDelayed": "0",
        "DelaySeconds": "0",
        "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600",
        "ReceiveMessageWaitTimeSeconds": "0",
        "SqsManagedSseEnabled": "true",
        "VisibilityTimeout": "30",
    }
    fifo = attributes(client, make_queue(client, "defaults.fifo"))
    assert (fifo["FifoQueue"], fifo["ContentBasedDeduplication"]) == ("true", "false")
    assert (fifo["DeduplicationScope"], fifo["FifoThroughputLimit"]) == ("queue", "perQueue")


def test_only_the_attributes_that_were_asked_for_come(client: Any) -> None:
    url = make_queue(client, "asked")
    assert attributes(client, url, "QueueArn", "Policy") == {"QueueArn": queue_arn("asked")}
    assert "Attributes" not in client("sqs").get_queue_attributes(QueueUrl=url)
    assert error_of(lambda: attributes(client, url, "Nonsense")) == "InvalidAttributeName"


def test_creating_again_needs_the_same_attributes(client: Any) -> None:
    url = make_queue(client, "again", VisibilityTimeout=5)
    assert make_queue(client, "again", VisibilityTimeout=5) == url
    assert make_queue(client, "again") == url
    with pytest.raises(client("sqs").exceptions.QueueNameExists) as caught:
        make_queue(client, "again", VisibilityTimeout=6)
    assert caught.value.response["Error"]["Code"] == "QueueAlreadyExists"


@pytest.mark.parametrize("name", ["with space", "x" * 81, "a.b", "a.fifo", "ü", "a/b"])
def test_bad_names_are_refused(client: Any, name: str) -> None:
    assert error_of(lambda: client("sqs").create_queue(QueueName=name)) == "InvalidParameterValue"


STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
MANY_STATEMENTS = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT] * 21})


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"VisibilityTimeout": "43201"}, "InvalidAttributeValue"),
        ({"VisibilityTimeout": "-1"}, "InvalidAttributeValue"),
        ({"VisibilityTimeout": "x"}, "InvalidAttributeValue"),
        ({"DelaySeconds": "901"}, "InvalidAttributeValue"),
        ({"MaximumMessageSize": "1023"}, "InvalidAttributeValue"),
        ({"MaximumMessageSize": "1048577"}, "InvalidAttributeValue"),
        ({"MessageRetentionPeriod": "59"}, "InvalidAttributeValue"),
        ({"ReceiveMessageWaitTimeSeconds": "21"}, "InvalidAttributeValue"),
        ({"Policy": "{"}, "InvalidAttributeValue"),
        ({"SqsManagedSseEnabled": "perhaps"}, "InvalidAttributeValue"),
        ({"ContentBasedDeduplication": "true"}, "InvalidAttributeName"),
        ({"ContentBasedDeduplication": "false"}, "InvalidAttributeName"),
        ({"FifoQueue": "false"}, "InvalidAttributeName"),
        ({"FifoQueue": "true"}, "InvalidAttributeName"),
        ({"DeduplicationScope": "queue"}, "InvalidAttributeName"),
        ({"FifoThroughputLimit": "perQueue"}, "InvalidAttributeName"),
        ({"KmsMasterKeyId": "k", "SqsManagedSseEnabled": "true"}, "InvalidAttributeName"),
        ({"DelaySeconds": ""}, "InvalidAttributeValue"),
        ({"DelaySeconds": " 5"}, "InvalidAttributeValue"),
        ({"Policy": "[" * 100_000}, "InvalidAttributeValue"),
        ({"Policy": '{"Statement": [{"Effect": "Perhaps"}]}'}, "InvalidAttributeValue"),
        ({"Policy": MANY_STATEMENTS}, "OverLimit"),
        ({"RedrivePolicy": '{"a":' * 50_000}, "InvalidParameterValue"),
        ({"RedriveAllowPolicy": '{"a":' * 50_000}, "InvalidAttributeValue"),
        ({"Nonsense": "1"}, "InvalidAttributeName"),
        ({"QueueArn": "arn"}, "InvalidAttributeName"),
    ],
)
def test_bad_attributes_are_refused(client: Any, given: Any, code: str) -> None:
    url = make_queue(client, "bad-values")
    before = attributes(client, url)
    make = partial(client("sqs").create_queue, QueueName="bad-from-the-start", Attributes=given)
    if given != {"FifoQueue": "true"}:
        assert error_of(make) == code
    assert (
        error_of(lambda: client("sqs").set_queue_attributes(QueueUrl=url, Attributes=given)) == code
    )
    assert attributes(client, url) == before


def test_the_kind_of_a_queue_cannot_be_changed(client: Any) -> None:
    url = make_queue(client, "kind.fifo")
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"FifoQueue": "true"})
    with pytest.raises(ClientError, match="Modifying queue type is not supported") as caught:
        client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"FifoQueue": "false"})
    assert caught.value.response["Error"]["Code"] == "InvalidAttributeValue"
    with pytest.raises(ClientError, match=r"Unknown Attribute FifoQueue\."):
        make_queue(client, "kind-2.fifo", FifoQueue="false")


def test_attributes_can_be_set_and_taken_away(client: Any) -> None:
    make_queue(client, "set-dead")
    url = make_queue(client, "set", MaximumMessageSize=1024)
    policy = {"deadLetterTargetArn": queue_arn("set-dead"), "maxReceiveCount": 3}
    client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"RedrivePolicy": json.dumps(policy), "KmsMasterKeyId": "alias/k"}
    )
    found = attributes(client, url)
    assert json.loads(found["RedrivePolicy"]) == policy
    assert (found["KmsMasterKeyId"], found["SqsManagedSseEnabled"]) == ("alias/k", "false")
    client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"RedrivePolicy": "", "KmsMasterKeyId": ""}
    )
    assert not {"RedrivePolicy", "KmsMasterKeyId"} & set(attributes(client, url))
    assert (
        error_of(lambda: client("sqs").send_message(QueueUrl=url, MessageBody="x" * 1025))
        == "InvalidParameterValue"
    )


def test_queues_are_found_by_name_and_in_their_region(client: Any, cloud: Any) -> None:
    url = make_queue(client, "found")
    sqs = client("sqs")
    assert sqs.get_queue_url(QueueName="found")["QueueUrl"] == url
    assert (
        sqs.get_queue_url(QueueName="found", QueueOwnerAWSAccountId="123456789012")["QueueUrl"]
        == url
    )
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="lost")
    import boto3

    elsewhere = boto3.client(
        "sqs",
        endpoint_url=cloud.endpoint,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    with pytest.raises(elsewhere.exceptions.QueueDoesNotExist):
        elsewhere.get_queue_url(QueueName="found")
    other = elsewhere.create_queue(QueueName="found")["QueueUrl"]
    arn = elsewhere.get_queue_attributes(QueueUrl=other, AttributeNames=["QueueArn"])
    assert arn["Attributes"]["QueueArn"] == "arn:aws:sqs:eu-west-1:123456789012:found"
    elsewhere.send_message(QueueUrl=other, MessageBody="there")
    assert counts(client, url) == (0, 0, 0)


def test_lists_come_in_pages(client: Any) -> None:
    urls = [make_queue(client, f"paged-{n}") for n in range(5)]
    sqs = client("sqs")
    assert sqs.list_queues(QueueNamePrefix="paged-")["QueueUrls"] == urls
    first = sqs.list_queues(QueueNamePrefix="paged-", MaxResults=2)
    assert len(first["QueueUrls"]) == 2
    pages = sqs.get_paginator("list_queues").paginate(
        QueueNamePrefix="paged-", PaginationConfig={"PageSize": 2}
    )
    assert [url for page in pages for url in page["QueueUrls"]] == urls
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix="no such")
    assert error_of(lambda: sqs.list_queues(NextToken="x")) == "InvalidParameterValue"


def test_tags(client: Any) -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="tagged", tags={"team": "shop"})["QueueUrl"]
    sqs.tag_queue(QueueUrl=url, Tags={"stage": "test"})
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "shop", "stage": "test"}
    tagging = client("resourcegroupstaggingapi")
    found = tagging.get_resources(ResourceTypeFilters=["sqs"])["ResourceTagMappingList"]
    assert queue_arn("tagged") in [each["ResourceARN"] for each in found]
    sqs.untag_queue(QueueUrl=url, TagKeys=["team"])
    with pytest.raises(ClientError, match="Too many tags added for queue tagged"):
        sqs.tag_queue(QueueUrl=url, Tags={f"key{number}": "" for number in range(50)})
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"stage": "test"}


def test_purge_deletes_all_and_is_allowed_once_a_minute(client: Any) -> None:
    url = make_queue(client, "purged")
    sqs = client("sqs")
    for delay in (0, 0, 900):
        sqs.send_message(QueueUrl=url, MessageBody="x", DelaySeconds=delay)
    receive(client, url, count=1)
    sqs.purge_queue(QueueUrl=url)
    assert counts(client, url) == (0, 0, 0)
    with pytest.raises(sqs.exceptions.PurgeQueueInProgress):
        sqs.purge_queue(QueueUrl=url)


def test_permissions_by_label(client: Any) -> None:
    url = make_queue(client, "labels")
    sqs = client("sqs")
    sqs.add_permission(
        QueueUrl=url, Label="partner", AWSAccountIds=["111122223333"], Actions=["SendMessage"]
    )
    [statement] = json.loads(attributes(client, url)["Policy"])["Statement"]
    assert statement == {
        "Sid": "partner",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "SQS:SendMessage",
        "Resource": queue_arn("labels"),
    }

    def add(label: str, actions: list[str]) -> str:
        return error_of(
            lambda: sqs.add_permission(
                QueueUrl=url, Label=label, AWSAccountIds=["111122223333"], Actions=actions
            )
        )

    assert add("partner", ["SendMessage"]) == "InvalidParameterValue"
    assert add("other", ["CreateQueue"]) == "InvalidParameterValue"
    assert add("other", ["SendMessage"] * 8) == "OverLimit"
    sqs.remove_permission(QueueUrl=url, Label="partner")
    assert "Policy" not in attributes(client, url)
    assert error_of(lambda: sqs.remove_permission(QueueUrl=url, Label="partner"))


def test_a_policy_can_shut_its_owner_out(client: Any) -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    url = make_queue(client, "shut", Policy={"Version": "2012-10-17", "Statement": [statement]})
    assert (
        error_of(lambda: client("sqs").send_message(QueueUrl=url, MessageBody="x"))
        == "AccessDenied"
    )
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    client("sqs").send_message(QueueUrl=url, MessageBody="x")


def test_metrics_and_metered_requests(client: Any, cloud: Any) -> None:
    url = make_queue(client, "metered", VisibilityTimeout=900)
    sqs = client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="x" * 65_537)
    [got] = receive(client, url)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"])
    sqs.receive_message(QueueUrl=url)
    # two for each message in chunks of 64 KB; create, delete, the empty receive one each
    metered = cloud.page("meter")["resources"]["sqs.requests"]["metered"]
    assert metered == 7

    def total(name: str) -> float:
        answer = client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SQS",
            MetricName=name,
            Period=60,
            Statistics=["Sum"],
            Dimensions=[{"Name": "QueueName", "Value": "metered"}],
            StartTime=time.time() - 300,
            EndTime=time.time() + 60,
        )
        return float(sum(point["Sum"] for point in answer["Datapoints"]))

    assert until(lambda: total("NumberOfMessagesDeleted") == 1)
    assert total("NumberOfMessagesSent") == 1
    assert total("NumberOfMessagesReceived") == 1
    assert until(lambda: total("NumberOfEmptyReceives") == 1)
    assert total("SentMessageSize") == 65_537
    assert until(lambda: total("ApproximateNumberOfMessagesVisible") == 0)


def test_the_admin_page_shows_every_server(client: Any, cloud: Any) -> None:
    url = make_queue(client, "shown")
    for number in range(20):
        client("sqs").send_message(QueueUrl=url, MessageBody=str(number))
    [shown] = [each for each in cloud.page("queues")["queues"] if each["name"] == "shown"]
    assert shown["visible"] == 20 == sum(shown["servers"])
    assert len(shown["servers"]) == 8 and max(shown["servers"]) < 20


def test_a_deleted_queue_ends_its_long_polls(client: Any) -> None:
    import threading

    url = make_queue(client, "poll-ends")
    ended: list[str] = []

    def poll() -> None:
        ended.append(error_of(lambda: receive(client, url, wait=20)))

    thread = threading.Thread(target=poll)
    thread.start()
    time.sleep(0.3)
    client("sqs").delete_queue(QueueUrl=url)
    thread.join(5)
    assert ended == ["AWS.SimpleQueueService.NonExistentQueue"]


def test_many_long_polls_share_what_comes(client: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    url = make_queue(client, "shared-polls", VisibilityTimeout=900)
    with ThreadPoolExecutor(6) as pool:
        polls = [pool.submit(receive, client, url, 1, 20) for _ in range(5)]
        time.sleep(0.4)
        entries = [{"Id": str(n), "MessageBody": str(n)} for n in range(5)]
        client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
        got = [body for poll in polls for body in bodies(poll.result())]
    assert sorted(got) == [str(n) for n in range(5)]


def test_looking_at_messages_counts_as_no_receipt(client: Any, cloud: Any) -> None:
    url = make_queue(client, "looked-at")
    for body in ("order o-1", "order o-2", "another"):
        client("sqs").send_message(QueueUrl=url, MessageBody=body)
    for _ in range(3):
        found = cloud.page("queues/messages?name=looked-at&text=order")["messages"]
        assert [each["body"] for each in found] == ["order o-1", "order o-2"]
        assert [each["receives"] for each in found] == [0, 0]
    assert cloud.page("queues/messages?name=looked-at&text=o-1", "DELETE") == {"removed": 1}
    assert cloud.page("queues/messages?name=looked-at", "DELETE") == {"removed": 0}
    assert cloud.page("queues/messages?name=no-such-queue&text=o-1")["messages"] == []
    left = cloud.page("queues/messages?name=looked-at")["messages"]
    assert [each["body"] for each in left] == ["order o-2", "another"]
