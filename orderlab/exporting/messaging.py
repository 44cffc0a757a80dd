"""SQS's queues and SNS's topics, without their messages.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SQS.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SNS.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orderlab.exporting.reading import Reading
from orderlab.exporting.references import To
from orderlab.exporting.template import loose, tag_list

_NUMBERS = {
    "VisibilityTimeout": ("30",),
    "MessageRetentionPeriod": ("345600",),
    "ReceiveMessageWaitTimeSeconds": ("0",),
    "DelaySeconds": ("0",),
    "MaximumMessageSize": ("262144", "1048576"),
}
_FLAGS = ("FifoQueue", "ContentBasedDeduplication")
_WORDS = ("DeduplicationScope", "FifoThroughputLimit", "KmsMasterKeyId")


def read_queues(found: Reading) -> None:
    """Add the queues, and a policy for each that has one."""
    urls = found.listed("sqs", "list_queues", "QueueUrls", QueueNamePrefix=found.prefix)
    for url in sorted(urls, key=lambda each: str(each).rpartition("/")[2]):
        _add_queue(found, url)


def _add_queue(found: Reading, url: str) -> None:
    sqs = found.client("sqs")
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    arn = attributes["QueueArn"]
    name = arn.rpartition(":")[2]
    tags = found.asked(sqs.list_queue_tags, QueueUrl=url) or {}
    properties = {
        "QueueName": name,
        **{
            key: int(attributes[key])
            for key, usual in _NUMBERS.items()
            if attributes.get(key, usual[0]) not in usual
        },
        **{key: True for key in _FLAGS if attributes.get(key) == "true"},
        **{key: attributes[key] for key in _WORDS if attributes.get(key)},
        "RedrivePolicy": _read(attributes.get("RedrivePolicy")),
        # the queues whose dead letters it takes wait for it, and not it for them
        "RedriveAllowPolicy": loose(_read(attributes.get("RedriveAllowPolicy"))),
        "Tags": tag_list(tags.get("Tags")),
    }
    identifier = found.template.add("AWS::SQS::Queue", found.friendly(name), properties, arn=arn)
    found.template.references.known[url] = To(identifier)
    found.template.references.addresses[url] = (
        f"https://sqs.${{AWS::Region}}.${{AWS::URLSuffix}}/${{AWS::AccountId}}/{name}"
    )
    policy = _read(attributes.get("Policy"))
    if policy:
        given = {"Queues": [To(identifier)], "PolicyDocument": loose(policy)}
        found.template.add("AWS::SQS::QueuePolicy", found.friendly(name), given)


def read_topics(found: Reading) -> None:
    """Add the topics, their policies and subscriptions."""
    arns = [each["TopicArn"] for each in found.listed("sns", "list_topics", "Topics")]
    for arn in sorted(arns):
        if found.is_ours(arn.rpartition(":")[2]):
            _add_topic(found, arn)


def _add_topic(found: Reading, arn: str) -> None:
    sns, name = found.client("sns"), arn.rpartition(":")[2]
    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    tags = found.asked(sns.list_tags_for_resource, ResourceArn=arn) or {}
    properties = {
        "TopicName": name,
        "DisplayName": attributes.get("DisplayName"),
        "FifoTopic": attributes.get("FifoTopic") == "true" or None,
        "ContentBasedDeduplication": attributes.get("ContentBasedDeduplication") == "true" or None,
        "KmsMasterKeyId": attributes.get("KmsMasterKeyId"),
        "Tags": tag_list(tags.get("Tags")),
    }
    identifier = found.template.add(
        "AWS::SNS::Topic", found.friendly(name), properties, arn=arn, attribute=""
    )
    policy = _read(attributes.get("Policy"))
    if policy and policy.get("Id") != "__default_policy_ID":
        given = {"Topics": [To(identifier)], "PolicyDocument": loose(policy)}
        found.template.add("AWS::SNS::TopicPolicy", found.friendly(name), given)


def read_subscriptions(found: Reading) -> None:
    """Add who subscribes to the topics; an address that has not confirmed has to be asked again."""
    known = found.template.references.known
    listed = found.listed("sns", "list_subscriptions", "Subscriptions")
    ours = [each for each in listed if each["TopicArn"] in known]
    for each in sorted(ours, key=lambda it: (it["TopicArn"], it["Protocol"], it["Endpoint"])):
        if not each["SubscriptionArn"].startswith("arn:"):
            what = f"{each['Endpoint']} to {each['TopicArn'].rpartition(':')[2]}"
            found.template.left_out.append(f"The subscription of {what}: it is not confirmed.")
            continue
        sns = found.client("sns")
        arn = each["SubscriptionArn"]
        _add_subscription(
            found, each, sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        )


def _add_subscription(
    found: Reading, each: Mapping[str, str], attributes: Mapping[str, str]
) -> None:
    topic = found.friendly(each["TopicArn"].rpartition(":")[2])
    to = found.friendly(each["Endpoint"].rpartition(":")[2].rpartition("/")[2])
    scope = attributes.get("FilterPolicyScope")
    properties = {
        "TopicArn": each["TopicArn"],
        "Protocol": each["Protocol"],
        "Endpoint": each["Endpoint"],
        "FilterPolicy": _read(attributes.get("FilterPolicy")),
        "FilterPolicyScope": scope if scope == "MessageBody" else None,
        "RawMessageDelivery": attributes.get("RawMessageDelivery") == "true" or None,
        "RedrivePolicy": _read(attributes.get("RedrivePolicy")),
        "DeliveryPolicy": _read(attributes.get("DeliveryPolicy")),
    }
    found.template.add("AWS::SNS::Subscription", f"{topic} {to}", properties)


def _read(text: str | None) -> Any:
    return json.loads(text) if text else None
