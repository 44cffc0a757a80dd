"""SQS in the query protocol: old and new ways to write a call, and what comes back.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-xml.html
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from tests.cloud.forms import fetch, presigned_url, query_call
from tests.cloud.queue_kit import bodies, counts, make_queue, receive

ACCOUNT_PATH = "/123456789012"


def test_the_query_protocol_works_on_a_queues_path(client: Any, cloud: Any) -> None:
    url = make_queue(client, "by-form")
    path = "/123456789012/by-form"
    status, text = query_call(cloud, path, {"Action": "SendMessage", "MessageBody": "a<b>&c"})
    assert status == 200 and "<MD5OfMessageBody>" in text
    form = {"Action": "ReceiveMessage", "WaitTimeSeconds": 1}
    status, text = query_call(cloud, path, form, method="GET")
    assert status == 200 and "<Body>a&lt;b&gt;&amp;c</Body>" in text
    status, text = query_call(cloud, path, form, method="GET")
    assert status == 200 and "<ReceiveMessageResult/>" in text
    form = {
        "Action": "SendMessageBatch",
        "QueueUrl": url,
        "SendMessageBatchRequestEntry.1.Id": "one",
        "SendMessageBatchRequestEntry.1.MessageBody": "x",
        "SendMessageBatchRequestEntry.2.Id": "two",
        "SendMessageBatchRequestEntry.2.MessageBody": "x",
        "SendMessageBatchRequestEntry.2.DelaySeconds": "1000",
    }
    status, text = query_call(cloud, "/", form)
    assert status == 200
    assert "<SendMessageBatchResultEntry><Id>one</Id>" in text
    assert "<BatchResultErrorEntry><Id>two</Id>" in text
    status, text = query_call(
        cloud,
        "/",
        {
            "Action": "CreateQueue",
            "QueueName": "formed",
            "Attribute.1.Name": "DelaySeconds",
            "Attribute.1.Value": "5",
        },
    )
    assert status == 200 and "/123456789012/formed</QueueUrl>" in text
    status, text = query_call(
        cloud, "/123456789012/lost", {"Action": "SendMessage", "MessageBody": "x"}
    )
    assert status == 400
    assert "<Code>AWS.SimpleQueueService.NonExistentQueue</Code>" in text


# each with the parts of one message attribute: in the singular, in the plural, and as other
# query services write maps
WAYS = {
    "singular": ("MessageAttribute.1.Name", "MessageAttribute.1.Value"),
    "plural": ("MessageAttributes.1.Name", "MessageAttributes.1.Value"),
    "entries": ("MessageAttributes.entry.1.Name", "MessageAttributes.entry.1.Value"),
    "keys": ("MessageAttributes.entry.1.key", "MessageAttributes.entry.1.value"),
    "no number": ("MessageAttribute.Name", "MessageAttribute.Value"),
    "a later number": ("MessageAttribute.7.Name", "MessageAttribute.7.Value"),
}


@pytest.mark.parametrize("way", WAYS)
def test_message_attributes_can_be_written_in_many_ways(client: Any, cloud: Any, way: str) -> None:
    url = make_queue(client, "ways")
    name, value = WAYS[way]
    form = {
        "Action": "SendMessage",
        "MessageBody": way,
        name: "kind",
        f"{value}.DataType": "String",
        f"{value}.StringValue": "order",
    }
    status, text = query_call(cloud, f"{ACCOUNT_PATH}/ways", form)
    assert status == 200 and "<MD5OfMessageAttributes>" in text
    [got] = receive(client, url, MessageAttributeNames=["kind"])
    assert got["Body"] == way
    assert got["MessageAttributes"]["kind"]["StringValue"] == "order"
    client("sqs").delete_message(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"])


@pytest.mark.parametrize("name", ["AttributeName", "AttributeName.1", "AttributeNames.member.3"])
def test_names_can_be_written_in_many_ways(client: Any, cloud: Any, name: str) -> None:
    make_queue(client, "names", VisibilityTimeout=7)
    form = {"Action": "GetQueueAttributes", name: "VisibilityTimeout"}
    status, text = query_call(cloud, f"{ACCOUNT_PATH}/names", form)
    assert status == 200
    assert text.count("<Attribute>") == 1
    assert "<Attribute><Name>VisibilityTimeout</Name><Value>7</Value></Attribute>" in text


def test_attributes_tags_and_permissions_in_their_older_forms(client: Any, cloud: Any) -> None:
    url = make_queue(client, "older")
    path = f"{ACCOUNT_PATH}/older"
    for form in (
        {"Action": "SetQueueAttributes", "Attribute.Name": "DelaySeconds", "Attribute.Value": "3"},
        {"Action": "TagQueue", "Tags.entry.1.Key": "team", "Tags.entry.1.Value": "web"},
        {
            "Action": "AddPermission",
            "Label": "other",
            "AWSAccountId": "111122223333",
            "ActionName": "SendMessage",
        },
    ):
        status, text = query_call(cloud, path, form)
        assert status == 200, text
    found = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert found["DelaySeconds"] == "3"
    assert '"Action": "SQS:SendMessage"' in found["Policy"]
    assert client("sqs").list_queue_tags(QueueUrl=url)["Tags"] == {"team": "web"}


def test_batches_in_the_plural_and_with_gaps(client: Any, cloud: Any) -> None:
    url = make_queue(client, "gaps")
    form = {
        "Action": "SendMessageBatch",
        "Entries.member.2.Id": "a",
        "Entries.member.2.MessageBody": "first",
        "Entries.member.10.Id": "b",
        "Entries.member.10.MessageBody": "second",
    }
    status, text = query_call(cloud, f"{ACCOUNT_PATH}/gaps", form)
    assert status == 200 and text.index("<Id>a</Id>") < text.index("<Id>b</Id>")
    assert counts(client, url) == (2, 0, 0)


def test_a_value_without_its_name_is_not_dropped_in_silence(client: Any, cloud: Any) -> None:
    url = make_queue(client, "nameless")
    form = {
        "Action": "SendMessage",
        "MessageBody": "x",
        "MessageAttribute.1.Value.DataType": "String",
        "MessageAttribute.1.Value.StringValue": "lost",
    }
    status, text = query_call(cloud, f"{ACCOUNT_PATH}/nameless", form)
    assert status == 400 and "non-empty message (user) attribute names" in text
    assert counts(client, url) == (0, 0, 0)


@pytest.mark.parametrize("number", ["soon", "1_0", " 5", "9" * 5_000])
def test_a_number_that_is_none_is_malformed(client: Any, cloud: Any, number: str) -> None:
    make_queue(client, "numbers")
    form = {"Action": "SendMessage", "MessageBody": "x", "DelaySeconds": number}
    status, text = query_call(cloud, f"{ACCOUNT_PATH}/numbers", form)
    assert status == 400 and "<Code>MalformedInput</Code>" in text


def test_names_of_any_length_and_depth_are_read(client: Any, cloud: Any) -> None:
    url = make_queue(client, "deep-names")
    form = {
        "Action": "SendMessage",
        "MessageBody": "x",
        ".".join("a" * 5_000): "deep",
        "MessageAttribute." + "1" * 5_000: "wide",
        "Unknown.1.Name": "left out",
    }
    status, _ = query_call(cloud, f"{ACCOUNT_PATH}/deep-names", form)
    assert status in (200, 400)
    assert counts(client, url)[0] <= 1


def test_errors_are_well_formed_and_in_the_services_namespace(client: Any, cloud: Any) -> None:
    form = {"Action": "GetQueueUrl", "QueueName": "lost & <found>\x01"}
    status, text = query_call(cloud, "/", form)
    space = "{http://queue.amazonaws.com/doc/2012-11-05/}"
    root = ElementTree.fromstring(text)
    assert (status, root.tag) == (400, f"{space}ErrorResponse")
    error = root.find(f"{space}Error")
    assert error is not None and error.find(f"{space}Detail") is not None
    assert error.findtext(f"{space}Code") == "AWS.SimpleQueueService.NonExistentQueue"
    assert error.findtext(f"{space}Message") == (
        "The specified queue does not exist for this wsdl version."
    )


def test_answers_are_well_formed_whatever_they_hold(client: Any, cloud: Any) -> None:
    url = make_queue(client, "odd")
    client("sqs").tag_queue(QueueUrl=url, Tags={"k\x01": "a\x0b<&>\r\n"})
    status, text = query_call(cloud, f"{ACCOUNT_PATH}/odd", {"Action": "ListQueueTags"})
    assert status == 200
    texts = [element.text for element in ElementTree.fromstring(text).iter()]
    assert "k?" in texts and "a?<&>\r\n" in texts


def test_a_signature_may_stand_in_the_query_string(client: Any, cloud: Any) -> None:
    url = make_queue(client, "presigned")
    form = {"Action": "SendMessage", "MessageBody": "a b+c&d=é"}
    path = f"{ACCOUNT_PATH}/presigned"
    status, text = fetch(presigned_url(cloud, path, form))
    assert status == 200, text
    assert bodies(receive(client, url)) == ["a b+c&d=é"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("presigned-2&", "presigned-3&"), ("X-Amz-Expires=3600", "X-Amz-Expires=604801")],
)
def test_a_changed_presigned_call_is_refused(client: Any, cloud: Any, old: str, new: str) -> None:
    make_queue(client, "presigned-2")
    make_queue(client, "presigned-3")
    form = {"Action": "SendMessage", "QueueUrl": "presigned-2", "MessageBody": "x"}
    url = presigned_url(cloud, "/", form)
    assert old in url
    status, text = fetch(url.replace(old, new))
    assert status in (400, 403) and "<ErrorResponse" in text
    assert fetch(url)[0] == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_call_that_names_no_action_is_refused_in_xml(cloud: Any, method: str) -> None:
    for service in ("sqs", "sns", "iam", "sts", "monitoring"):
        refused = query_call(cloud, "/", {}, service=service, method=method)
        assert refused == (404, "<UnknownOperationException/>\n"), service
        wanting_json = query_call(
            cloud, "/", {}, service=service, method=method, accept="application/json"
        )
        assert wanting_json == refused
    at_a_queue = query_call(cloud, f"{ACCOUNT_PATH}/any", {}, method=method)
    assert at_a_queue == (404, "<UnknownOperationException/>\n")


@pytest.mark.parametrize("action", ["CreateQueue", "ListQueues", "Frobnicate"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_queues_address_takes_only_what_is_about_it(
    client: Any, cloud: Any, action: str, method: str
) -> None:
    make_queue(client, "addressed")
    form = {"Action": action, "QueueName": "another", "Version": "2012-11-05"}
    status, text = query_call(cloud, f"{ACCOUNT_PATH}/addressed", form, method=method)
    assert status == 400 and "<Code>InvalidAction</Code>" in text
    assert f"<Message>The action {action} is not valid for this endpoint.</Message>" in text
    form = {"Action": "GetQueueUrl", "QueueName": "addressed"}
    status, text = query_call(cloud, f"{ACCOUNT_PATH}/addressed", form, method=method)
    assert status == 200 and f"{ACCOUNT_PATH}/addressed</QueueUrl>" in text


def test_a_form_without_a_content_type_is_a_form_still(client: Any, cloud: Any) -> None:
    status, text = query_call(cloud, "/", {"Action": "ListQueues"}, content_type="")
    assert status == 200 and "<ListQueuesResponse" in text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_spaces_and_other_characters_survive_in_a_signed_form(
    client: Any, cloud: Any, method: str
) -> None:
    url = make_queue(client, "spaced")
    body = "two words + 100 % & ~ *!'() = é 漢 😀"
    form = {"Action": "SendMessage", "QueueUrl": url, "MessageBody": body}
    status, text = query_call(cloud, "/", form, method=method)
    assert status == 200, text
    assert bodies(receive(client, url)) == [body]
