"""SNS: what the service is made of.

https://docs.aws.amazon.com/sns/latest/dg/welcome.html
Differs from AWS: changes of filter policies take effect at once; no SMS, e-mail, mobile push,
Firehose, archives or delivery status logs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from orderlab.clock import Clock
from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import (
    Attributes,
    Call,
    Endpoint,
    Faults,
    Functions,
    Handler,
    Parameters,
    Permissions,
    Principal,
    Queues,
    Result,
    Telemetry,
)
from orderlab.cloud.http import Request, Response
from orderlab.cloud.settings import Settings
from orderlab.cloud.sns import links
from orderlab.cloud.sns.confirmation import Confirmations
from orderlab.cloud.sns.delivery import Delivery
from orderlab.cloud.sns.fan_out import FanOut
from orderlab.cloud.sns.publish_operations import PublishOperations
from orderlab.cloud.sns.recording import Recording
from orderlab.cloud.sns.registry import TopicRegistry
from orderlab.cloud.sns.signing import Signer
from orderlab.cloud.sns.subscription_operations import SubscriptionOperations
from orderlab.cloud.sns.topic_operations import TopicOperations

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
    """SNS, and its topics for other services (`contracts.Topics`)."""

    name = "sns"

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        endpoint: Endpoint,
        permissions: Permissions,
        telemetry: Telemetry,
        faults: Faults,
        queues: Queues,
        functions: Callable[[], Functions],
    ) -> None:
        """`functions` is asked when a message is for a function: Lambda is made after this."""
        self.registry = TopicRegistry(settings.account_id)
        self._signer = Signer()
        recording = Recording(clock, telemetry)
        self._delivery = Delivery(
            clock=clock,
            permissions=permissions,
            queues=queues,
            functions=functions,
            recording=recording,
            faults=faults,
            signer=self._signer,
            account_id=settings.account_id,
        )
        self._fan_out = FanOut(clock, endpoint, recording, self._delivery.begin)
        self._confirmations = Confirmations(clock, endpoint, self._signer)
        self._publishing = PublishOperations(
            self.registry,
            clock=clock,
            permissions=permissions,
            recorder=telemetry.recorder,
            recording=recording,
            fan_out=self._fan_out,
        )
        self.subscribing = SubscriptionOperations(self.registry, self._confirmations.ask)
        self.operations: Mapping[str, Handler] = {
            **TopicOperations(self.registry).handlers,
            **self.subscribing.handlers,
            **self._publishing.handlers,
            **{name: _refusal(what) for what, names in _NOT_DONE.items() for name in names},
        }

    async def start(self) -> None:
        """Let moto's other services see the topics."""
        from orderlab.cloud.sns.moto_seam import install

        # imported here because moto takes half a second, and its environment must be set before
        install(self.registry, self.subscribing, self._publishing)

    async def stop(self) -> None:
        """Give up the deliveries and confirmations that are under way."""
        await self._fan_out.stop()
        await self._delivery.stop()
        await self._confirmations.stop()

    # --- what other services ask ---

    def open_link(self, request: Request) -> Response | None:
        """Answer a link that SNS put into a message; None for any other request."""
        return links.open_link(self.registry, self._signer, request)

    def publish(
        self,
        topic_arn: str,
        message: str,
        *,
        subject: str | None,
        sender: Principal,
        attributes: Attributes | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> str:
        """Accept one message, begin its deliveries and return its id. Checks no policy.

        Raises NotFound, InvalidParameter, ParameterValueInvalid.
        """
        given: Parameters = {
            "Message": message,
            "Subject": subject,
            "MessageAttributes": attributes,
            "MessageStructure": message_structure,
            "MessageGroupId": group_id,
            "MessageDeduplicationId": deduplication_id,
        }
        return self._publishing.publish_inside(topic_arn, given, sender)

    def resource_policy(self, topic_arn: str) -> str | None:
        """The topic's policy; None if it does not exist."""
        topic = self.registry.topic(topic_arn)
        return topic.policy if topic else None


def _refusal(what: str) -> Handler:
    def refuse(call: Call, parameters: Parameters) -> Result:
        raise NotDoneYet(what)

    return refuse
