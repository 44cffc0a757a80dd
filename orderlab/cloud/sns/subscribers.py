"""Who may subscribe to which topic: protocols, endpoints, kinds of queues.

https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
"""

from __future__ import annotations

import re

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.sns.errors import InvalidParameter, LimitExceeded
from orderlab.cloud.sns.http_endpoints import check_endpoint
from orderlab.cloud.sns.topic import DEFAULT_MAXIMUM_SIZE, Topic

# a topic for larger messages has at most so many subscriptions, of queues and functions only
MAX_SUBSCRIPTIONS_OF_LARGE = 100
_NOT_DONE = ("email", "email-json", "sms", "application", "firehose")
_QUEUE = re.compile(r"arn:aws:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}(\.fifo)?")
_FUNCTION = re.compile(r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[\w$-]+)?")


def check_subscriber(topic: Topic, protocol: str, endpoint: str) -> None:
    """Check that the endpoint may subscribe.

    Raises InvalidParameter if AWS refuses it, LimitExceeded, and NotDoneYet for endpoints that the
    local cloud does not reach.
    """
    if protocol in _NOT_DONE:
        raise NotDoneYet(f"SNS subscriptions of protocol {protocol}")
    if protocol not in ("sqs", "lambda", "http", "https"):
        raise InvalidParameter(f"Amazon SNS does not support this protocol string: {protocol}")
    if topic.fifo and protocol != "sqs":
        raise InvalidParameter(f"Invalid protocol type: {protocol}")
    if protocol == "sqs":
        _check_queue(topic, endpoint)
    elif protocol == "lambda":
        if not _FUNCTION.fullmatch(endpoint):
            raise InvalidParameter("Lambda endpoint ARN")
    else:
        check_endpoint(protocol, endpoint)
    if topic.maximum_size > DEFAULT_MAXIMUM_SIZE:
        _check_large(topic, protocol)


def _check_queue(topic: Topic, endpoint: str) -> None:
    if not _QUEUE.fullmatch(endpoint):
        raise InvalidParameter("SQS endpoint ARN")
    if endpoint.endswith(".fifo") and not topic.fifo:
        raise InvalidParameter(
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to "
            "standard SNS topics"
        )


def _check_large(topic: Topic, protocol: str) -> None:
    if protocol in ("http", "https"):
        raise InvalidParameter(
            "Protocol Reason: A topic with a MaximumMessageSize above 256 KiB takes "
            "subscriptions of SQS, Lambda and Firehose only"
        )
    if len(topic.subscriptions) >= MAX_SUBSCRIPTIONS_OF_LARGE:
        raise LimitExceeded(
            "Subscription limit exceeded for the topic", code="SubscriptionLimitExceeded"
        )
