"""SNS: which topics there are, who has subscribed to them, and what is published.

https://docs.aws.amazon.com/sns/latest/dg/welcome.html
Differs from AWS: changes of filter policies take effect at once; no SMS, e-mail, mobile push,
Firehose, archives or delivery status logs.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orderlab.cloud import moto_backends
from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Call, Handler, Parameters, Principal, Result
from orderlab.cloud.http import Request, Response
from orderlab.cloud.queues.ledger import caller_name
from orderlab.cloud.topics import links
from orderlab.cloud.topics.arns import check_arn
from orderlab.cloud.topics.attributes import check_topic_name, checked_topic_attribute
from orderlab.cloud.topics.confirmation import Confirmations
from orderlab.cloud.topics.delivery import Delivery
from orderlab.cloud.topics.errors import InvalidParameter, InvalidToken, NotFound
from orderlab.cloud.topics.fan_out import FanOut
from orderlab.cloud.topics.ledger import Ledger
from orderlab.cloud.topics.notification import notification
from orderlab.cloud.topics.publish_operations import PublishOperations
from orderlab.cloud.topics.signing import Signer
from orderlab.cloud.topics.subscription_operations import SubscriptionOperations
from orderlab.cloud.topics.topic import DEFAULT_MAXIMUM_SIZE, Subscription, Topic
from orderlab.cloud.topics.topic_operations import TopicOperations

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

_TOKEN = re.compile(r"[0-9a-f]{128,512}")
_NOT_DONE = {
    "SMS messages of SNS": (
        "CheckIfPhoneNumberIsOptedOut", "CreateSMSSandboxPhoneNumber",
        "DeleteSMSSandboxPhoneNumber", "GetSMSAttributes", "GetSMSSandboxAccountStatus",
        "ListOriginationNumbers", "ListPhoneNumbersOptedOut", "ListSMSSandboxPhoneNumbers",
        "OptInPhoneNumber", "SetSMSAttributes", "VerifySMSSandboxPhoneNumber",
    ),
    "mobile push of SNS": (
        "CreatePlatformApplication", "CreatePlatformEndpoint", "DeleteEndpoint",
        "DeletePlatformApplication", "GetEndpointAttributes", "GetPlatformApplicationAttributes",
        "ListEndpointsByPlatformApplication", "ListPlatformApplications",
        "SetEndpointAttributes", "SetPlatformApplicationAttributes",
    ),
    "data protection policies of SNS topics": (
        "GetDataProtectionPolicy", "PutDataProtectionPolicy",
    ),
}  # fmt: skip


class TopicService:
    """All topics and subscriptions, by ARN. Implements `contracts.Topics`."""

    name = "sns"

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._topics: dict[str, Topic] = {}
        self._subscriptions: dict[str, Subscription] = {}
        self.ledger = Ledger(cloud)
        self.signer = Signer()
        self.delivery = Delivery(cloud, self.ledger, self.signer)
        self.fan_out = FanOut(cloud, self.ledger, self.delivery.begin)
        self._confirmations = Confirmations(cloud, self.signer)
        self._publishing = PublishOperations(cloud, self)
        self.subscribing = SubscriptionOperations(cloud, self)
        self.operations: Mapping[str, Handler] = {
            **TopicOperations(self).handlers,
            **self.subscribing.handlers,
            **self._publishing.handlers,
            **{name: _refusal(what) for what, names in _NOT_DONE.items() for name in names},
        }

    async def start(self) -> None:
        from orderlab.cloud.topics.moto_view import install

        # imported here: moto takes half a second, and must have its environment set first
        install(self)

    async def stop(self) -> None:
        await self.fan_out.stop()
        await self.delivery.stop()
        await self._confirmations.stop()

    def open_link(self, request: Request) -> Response | None:
        """Answer a link that SNS put into a message; None for any other request."""
        return links.open_link(self, request)

    # --- what other services ask ---

    def publish(
        self,
        topic_arn: str,
        message: str,
        *,
        subject: str | None,
        sender: Principal,
        attributes: Mapping[str, Mapping[str, Any]] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> str:
        """Accept one message, begin its deliveries and return its id. Checks no policy."""
        topic = self.existing(topic_arn)
        given: Parameters = {
            "Message": message,
            "Subject": subject,
            "MessageAttributes": attributes,
            "MessageStructure": message_structure,
            "MessageGroupId": group_id,
            "MessageDeduplicationId": deduplication_id,
        }
        made = notification(given)
        message_id = self._publishing.accept_inside(topic, made, caller_name(self._cloud, sender))
        self.ledger.publish_calls(topic, made.size)
        return message_id

    def resource_policy(self, topic_arn: str) -> str | None:
        topic = self._topics.get(topic_arn)
        return topic.policy if topic else None

    # --- finding topics ---

    @property
    def account_id(self) -> str:
        return self._cloud.settings.account_id

    def topic(self, arn: str) -> Topic | None:
        return self._topics.get(arn)

    def existing(self, arn: str) -> Topic:
        """The topic; InvalidParameter or NotFound if there is none."""
        topic = self._topics.get(arn)
        if topic is None:
            check_arn(arn, "TopicArn")
            if not arn.startswith("arn:aws:sns:") or arn.count(":") != 5:
                raise InvalidParameter("TopicArn")
            raise NotFound("Topic does not exist")
        return topic

    def in_call(self, call: Call, arn: Any) -> Topic:
        """The topic that a call names, which must be of the call's Region."""
        topic = self.existing(arn if isinstance(arn, str) else "")
        if topic.region != call.region:
            raise InvalidParameter("TopicArn")
        return topic

    def in_region(self, region: str) -> list[Topic]:
        return [topic for topic in self._topics.values() if topic.region == region]

    # --- making, changing, removing ---

    def create(
        self, region: str, name: str, given: Mapping[str, str], tags: Mapping[str, str]
    ) -> Topic:
        """Make a topic, or return the one of that name if it was given the same attributes."""
        fifo = given.get("FifoTopic", "").lower() == "true"
        check_topic_name(name, fifo=fifo)
        attributes = {
            key: checked_topic_attribute(key, value, fifo=fifo) for key, value in given.items()
        }
        known = self._topics.get(f"arn:aws:sns:{region}:{self.account_id}:{name}")
        if known is not None:
            return _check_same(known, attributes, tags)
        topic = Topic(region, self.account_id, name)
        if fifo:
            topic.attributes = {"FifoTopic": "true", "ContentBasedDeduplication": "false"}
        topic.attributes.update(
            {
                key: value
                for key, value in attributes.items()
                if value and (fifo or key != "FifoTopic")
            }
        )
        topic.tags.update(tags)
        self._topics[topic.arn] = topic
        with contextlib.suppress(KeyError, ValueError):
            # moto's other services look only where it has made a view
            moto_backends.backend("sns", self.account_id, region)
        return topic

    def change(self, topic: Topic, given: Mapping[str, str]) -> None:
        """Set attributes; an empty value takes one away."""
        for name, value in given.items():
            checked = checked_topic_attribute(name, value, fifo=topic.fifo)
            if name == "MaximumMessageSize" and int(checked) > DEFAULT_MAXIMUM_SIZE:
                _check_large(topic)
            if checked:
                topic.attributes[name] = checked
            else:
                topic.attributes.pop(name, None)

    def remove(self, arn: str) -> None:
        """Delete a topic with its subscriptions; deleting one that is gone does nothing."""
        topic = self._topics.pop(arn, None)
        for subscription in topic.subscriptions if topic else ():
            self._subscriptions.pop(subscription, None)

    # --- subscriptions ---

    def subscription(self, arn: str) -> Subscription | None:
        return self._subscriptions.get(arn)

    def subscribed(self, subscription: Subscription) -> None:
        self._subscriptions[subscription.arn] = subscription
        subscription.topic.subscriptions[subscription.arn] = subscription

    def ask_to_confirm(self, subscription: Subscription) -> None:
        self._confirmations.ask(subscription)

    def confirm(self, topic_arn: str, token: str) -> Subscription:
        """Confirm the subscription whose token it is; InvalidParameter if it is nobody's."""
        if not _TOKEN.fullmatch(token):
            raise InvalidToken
        topic = self._topics.get(topic_arn)
        for subscription in topic.subscriptions.values() if topic else ():
            if subscription.token == token:
                subscription.pending = False
                return subscription
        raise InvalidParameter("Token")

    def unsubscribe(self, arn: str) -> None:
        subscription = self._subscriptions.pop(arn, None)
        if subscription is not None:
            subscription.topic.subscriptions.pop(arn, None)
            subscription.topic.deleted_subscriptions += 1


def _check_same(topic: Topic, attributes: Mapping[str, str], tags: Mapping[str, str]) -> Topic:
    for name, value in attributes.items():
        if topic.described().get(name, "") != value and (name, value) != ("FifoTopic", "false"):
            raise InvalidParameter(
                "Attributes Reason: Topic already exists with different attributes"
            )
    if any(topic.tags.get(key) != value for key, value in tags.items()):
        raise InvalidParameter("Tags Reason: Topic already exists with different tags")
    return topic


def _check_large(topic: Topic) -> None:
    protocols = {subscription.protocol for subscription in topic.subscriptions.values()}
    if protocols - {"sqs", "lambda"} or len(topic.subscriptions) > 100:
        raise InvalidParameter(
            "Attributes Reason: A topic with a MaximumMessageSize above 256 KiB must have 100 or "
            "fewer subscriptions, of SQS, Lambda or Firehose"
        )


def _refusal(what: str) -> Handler:
    def refuse(call: Call, parameters: Parameters) -> Result:
        raise NotDoneYet(what)

    return refuse
