"""The query protocol: forms become parameters, results become XML."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.http import Request
from orderlab.cloud.protocols import query


def request(form: dict[str, str], path: str = "/", query_string: str = "") -> Request:
    return Request("POST", path, query_string, {}, urlencode(form).encode())


def parsed(service: str, operation: str, form: dict[str, str], path: str = "/") -> dict[str, Any]:
    return query.parameters(service, operation, request(form, path))


def test_lists_maps_and_structures_of_sns() -> None:
    entry = "PublishBatchRequestEntries.member.1"
    form = {
        "TopicArn": "arn",
        f"{entry}.Id": "a",
        f"{entry}.Message": "text & more",
        f"{entry}.MessageAttributes.entry.1.Name": "kind",
        f"{entry}.MessageAttributes.entry.1.Value.DataType": "String",
        f"{entry}.MessageAttributes.entry.1.Value.StringValue": "",
        "PublishBatchRequestEntries.member.10.Id": "c",
        "PublishBatchRequestEntries.member.2.Id": "b",
    }
    found = parsed("sns", "PublishBatch", form)
    assert [each["Id"] for each in found["PublishBatchRequestEntries"]] == ["a", "b", "c"]
    first = found["PublishBatchRequestEntries"][0]
    assert first["Message"] == "text & more"
    assert first["MessageAttributes"] == {"kind": {"DataType": "String", "StringValue": ""}}


def test_flattened_names_of_sqs() -> None:
    form = {
        "QueueUrl": "http://q",
        "MessageBody": "text",
        "DelaySeconds": "5",
        "MessageAttribute.1.Name": "kind",
        "MessageAttribute.1.Value.DataType": "String",
        "MessageAttribute.1.Value.StringValue": "new",
    }
    assert parsed("sqs", "SendMessage", form) == {
        "QueueUrl": "http://q",
        "MessageBody": "text",
        "DelaySeconds": 5,
        "MessageAttributes": {"kind": {"DataType": "String", "StringValue": "new"}},
    }
    form = {
        "QueueName": "q",
        "Attribute.1.Name": "VisibilityTimeout",
        "Attribute.1.Value": "3",
        "Tag.1.Key": "team",
        "Tag.1.Value": "web",
    }
    assert parsed("sqs", "CreateQueue", form) == {
        "QueueName": "q",
        "Attributes": {"VisibilityTimeout": "3"},
        "tags": {"team": "web"},
    }


def test_the_path_names_the_queue() -> None:
    found = parsed("sqs", "SendMessage", {"MessageBody": "x"}, path="/123456789012/orders")
    assert found["QueueUrl"] == "/123456789012/orders"


def test_fields_of_the_query_string_count() -> None:
    found = query.parameters("sns", "Unsubscribe", request({}, query_string="SubscriptionArn=a"))
    assert found == {"SubscriptionArn": "a"}


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(AwsError, match="integer"):
        parsed("sqs", "SendMessage", {"DelaySeconds": "soon"})


def test_an_unknown_operation_has_no_parameters() -> None:
    assert parsed("sns", "Explode", {"A": "b"}) == {}
    assert parsed("nothing", "Explode", {"A": "b"}) == {}


@given(st.dictionaries(st.text("abcAttribute.1MessageNV", max_size=30), st.text(max_size=5)))
def test_no_form_breaks_the_reader(form: dict[str, str]) -> None:
    for service, operation in (("sqs", "SendMessage"), ("sns", "PublishBatch")):
        try:
            parsed(service, operation, form)
        except AwsError as error:
            assert error.status == 400


def test_a_received_message_as_xml() -> None:
    body = 'a <b> & "c" ü\r\n'
    result = {
        "Messages": [
            {
                "MessageId": "1",
                "Body": body,
                "Attributes": {"SenderId": "me"},
                "MessageAttributes": {"k": {"DataType": "String", "StringValue": "v"}},
            }
        ]
    }
    response = query.response("sqs", "ReceiveMessage", result, "id-1")
    root = ElementTree.fromstring(response.body)
    space = {"q": "http://queue.amazonaws.com/doc/2012-11-05/"}
    message = root.find("q:ReceiveMessageResult/q:Message", space)
    assert message is not None
    assert message.findtext("q:Body", namespaces=space) == body
    assert message.findtext("q:Attribute/q:Name", namespaces=space) == "SenderId"
    assert message.findtext("q:MessageAttribute/q:Value/q:StringValue", namespaces=space) == "v"
    assert root.findtext("q:ResponseMetadata/q:RequestId", namespaces=space) == "id-1"


def test_lists_of_sns_have_members() -> None:
    response = query.response("sns", "ListTopics", {"Topics": [{"TopicArn": "a"}]}, "id")
    assert b"<Topics><member><TopicArn>a</TopicArn></member></Topics>" in response.body
    assert b"<ListTopicsResult>" in response.body


def test_an_empty_answer_is_well_formed() -> None:
    response = query.response("sns", "DeleteTopic", {}, "id")
    assert ElementTree.fromstring(response.body).tag.endswith("DeleteTopicResponse")
