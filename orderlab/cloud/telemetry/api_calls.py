"""What a call of the AWS API leaves in the recorder and the meter."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from orderlab.cloud.contracts import Call, Hop, Parameters, Principal
from orderlab.cloud.permissions.actions import needs

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

# calls that move an order's data, worth an entry when the account makes them
_DATA_CALLS = frozenset(
    {
        ("dynamodb", "PutItem"),
        ("dynamodb", "GetItem"),
        ("dynamodb", "UpdateItem"),
        ("dynamodb", "DeleteItem"),
        ("dynamodb", "Query"),
        ("dynamodb", "Scan"),
        ("dynamodb", "BatchGetItem"),
        ("dynamodb", "BatchWriteItem"),
        ("dynamodb", "TransactGetItems"),
        ("dynamodb", "TransactWriteItems"),
        ("dynamodb", "ExecuteStatement"),
    }
)
# these services record their own data calls, with more to say
_RECORDED_BY_THE_SERVICE = frozenset(
    {
        ("sqs", "SendMessage"),
        ("sqs", "SendMessageBatch"),
        ("sqs", "ReceiveMessage"),
        ("sqs", "DeleteMessage"),
        ("sqs", "DeleteMessageBatch"),
        ("sqs", "ChangeMessageVisibility"),
        ("sqs", "ChangeMessageVisibilityBatch"),
        ("sns", "Publish"),
        ("sns", "PublishBatch"),
        ("lambda", "Invoke"),
        ("lambda", "InvokeAsync"),
        ("lambda", "InvokeWithResponseStream"),
    }
)


class ApiCalls:
    """Notes down calls as the front has answered them."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def note(self, call: Call, parameters: Parameters, outcome: str, duration_ms: float) -> None:
        self._cloud.telemetry.meter.add("api.calls", 1, call.service)
        key = (call.service, call.operation)
        refused = outcome in ("AccessDenied", "AccessDeniedException", "AuthorizationError")
        if key in _RECORDED_BY_THE_SERVICE and not (refused or call.struck):
            return
        if call.principal.kind == "account" and key not in _DATA_CALLS and not call.struck:
            return
        account_id = self._cloud.settings.account_id
        recorder = self._cloud.telemetry.recorder
        wanted = needs(call, parameters, account_id)
        hop = Hop(
            at=time.time() - duration_ms / 1000,
            source=self._source(call.principal),
            target=wanted[0].resource if wanted else call.service,
            action=call.operation,
            outcome=outcome,
            duration_ms=round(duration_ms, 3),
            ids=recorder.ids_in(call.request.body),
            request_id=call.request_id,
            detail={"fault": call.struck} if call.struck else {},
        )
        recorder.record(hop)

    def _source(self, principal: Principal) -> str:
        """A function's ARN for its own session; `client` for the account."""
        if principal.kind == "account":
            return "client"
        known = principal.acts_for or self._cloud.permissions.function_of(principal)
        return known or principal.arn
