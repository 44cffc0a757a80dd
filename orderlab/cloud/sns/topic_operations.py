"""The operations on topics as a whole: create, set, list, tag, permit, delete."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.sns.arns import check_arn
from orderlab.cloud.sns.errors import InvalidParameter, ResourceNotFound, TagLimitExceeded
from orderlab.cloud.sns.paging import page_of
from orderlab.cloud.sns.registry import TopicRegistry
from orderlab.cloud.sns.topic import Topic

MAX_TAGS = 50
PERMITTED_ACTIONS = (
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
    "Receive",
)


class TopicOperations:
    """https://docs.aws.amazon.com/sns/latest/api/API_Operations.html"""

    def __init__(self, registry: TopicRegistry) -> None:
        self._registry = registry
        self.handlers: Mapping[str, Handler] = {
            "CreateTopic": self.create_topic,
            "DeleteTopic": self.delete_topic,
            "ListTopics": self.list_topics,
            "GetTopicAttributes": self.get_topic_attributes,
            "SetTopicAttributes": self.set_topic_attributes,
            "AddPermission": self.add_permission,
            "RemovePermission": self.remove_permission,
            "TagResource": self.tag_resource,
            "UntagResource": self.untag_resource,
            "ListTagsForResource": self.list_tags_for_resource,
        }

    def create_topic(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html"""
        if parameters.get("DataProtectionPolicy"):
            raise NotDoneYet("data protection policies of SNS topics")
        topic = self._registry.create(
            call.region,
            str(parameters.get("Name") or ""),
            parameters.get("Attributes") or {},
            _tags(parameters),
        )
        return {"TopicArn": topic.arn}

    def delete_topic(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html"""
        arn = str(parameters.get("TopicArn") or "")
        check_arn(arn, "TopicArn")
        if arn.split(":")[3] != call.region:
            raise InvalidParameter("TopicArn")
        self._registry.remove(arn)
        return {}

    def list_topics(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html"""
        arns = [{"TopicArn": topic.arn} for topic in self._registry.in_region(call.region)]
        return page_of("Topics", arns, parameters)

    def get_topic_attributes(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html"""
        topic = self._registry.in_call(call, parameters.get("TopicArn"))
        return {"Attributes": topic.described()}

    def set_topic_attributes(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html"""
        topic = self._registry.in_call(call, parameters.get("TopicArn"))
        name = parameters.get("AttributeName")
        if not name or name == "FifoTopic":
            raise InvalidParameter("AttributeName")
        self._registry.change(topic, {name: parameters.get("AttributeValue") or ""})
        return {}

    # --- permissions ---

    def add_permission(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html"""
        topic = self._registry.in_call(call, parameters.get("TopicArn"))
        label = parameters.get("Label")
        accounts = parameters.get("AWSAccountId") or []
        actions = parameters.get("ActionName") or []
        if not label or not accounts or not actions:
            raise InvalidParameter("Label, AWSAccountId and ActionName must not be empty")
        if any(action not in PERMITTED_ACTIONS for action in actions):
            raise InvalidParameter("Policy statement action out of service scope!")
        document, statements = _policy(topic)
        if any(statement.get("Sid") == label for statement in statements):
            raise InvalidParameter("Statement already exists")
        principals = [f"arn:aws:iam::{account}:root" for account in accounts]
        named = [f"SNS:{action}" for action in actions]
        statements.append(
            {
                "Sid": label,
                "Effect": "Allow",
                "Principal": {"AWS": principals[0] if len(principals) == 1 else principals},
                "Action": named[0] if len(named) == 1 else named,
                "Resource": topic.arn,
            }
        )
        self._registry.change(topic, {"Policy": json.dumps({**document, "Statement": statements})})
        return {}

    def remove_permission(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_RemovePermission.html"""
        topic = self._registry.in_call(call, parameters.get("TopicArn"))
        document, statements = _policy(topic)
        left = [each for each in statements if each.get("Sid") != parameters.get("Label")]
        self._registry.change(topic, {"Policy": json.dumps({**document, "Statement": left})})
        return {}

    # --- tags ---

    def tag_resource(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html"""
        topic = self._tagged(parameters)
        merged = {**topic.tags, **_tags(parameters)}
        if len(merged) > MAX_TAGS:
            raise TagLimitExceeded
        topic.tags.update(merged)
        return {}

    def untag_resource(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_UntagResource.html"""
        topic = self._tagged(parameters)
        for key in parameters.get("TagKeys") or []:
            topic.tags.pop(key, None)
        return {}

    def list_tags_for_resource(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_ListTagsForResource.html"""
        tags = self._tagged(parameters).tags
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _tagged(self, parameters: Parameters) -> Topic:
        topic = self._registry.topic(str(parameters.get("ResourceArn") or ""))
        if topic is None:
            raise ResourceNotFound
        return topic


def _tags(parameters: Parameters) -> dict[str, str]:
    given = parameters.get("Tags") or []
    tags = {tag.get("Key", ""): tag.get("Value", "") for tag in given}
    if len(tags) < len(given):
        raise InvalidParameter("Duplicated keys are not allowed.")
    if len(tags) > MAX_TAGS:
        raise TagLimitExceeded
    if any(not 1 <= len(key) <= 128 or len(value) > 256 for key, value in tags.items()):
        raise InvalidParameter("Tags Reason: a key has 1 to 128 characters, a value at most 256")
    return tags


def _policy(topic: Topic) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The topic's policy and its statements, ready for a change."""
    document = json.loads(topic.policy)
    statements = document["Statement"]
    return document, list(statements) if isinstance(statements, list) else [statements]
