"""What a call of the AWS API leaves in the recorder and the meter."""

from __future__ import annotations

from orderlab.clock import Clock
from orderlab.cloud.contracts import (
    Call,
    Hop,
    Meter,
    Parameters,
    Permissions,
    Recorder,
    ResourcesOf,
)
from orderlab.cloud.telemetry.callers import caller_name

# Calls that move an order's data: recorded even if the account makes them.
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
# These services record their data calls themselves, with more detail.
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
        ("events", "PutEvents"),
        ("lambda", "Invoke"),
        ("lambda", "InvokeAsync"),
        ("lambda", "InvokeWithResponseStream"),
    }
)


class ApiCalls:
    """Notes down calls as the front has answered them."""

    def __init__(
        self,
        *,
        recorder: Recorder,
        meter: Meter,
        permissions: Permissions,
        resources_of: ResourcesOf,
        clock: Clock,
    ) -> None:
        self._recorder = recorder
        self._wall = clock.wall
        self._add = meter.add
        self._permissions = permissions
        self._resources_of = resources_of

    def note(self, call: Call, parameters: Parameters, outcome: str, duration_ms: float) -> None:
        """Meter a call that was answered, and record it if it moved data or was refused.

        `outcome` is `ok` or an error code.
        """
        self._add("api.calls", 1, call.service)
        key = (call.service, call.operation)
        refused = outcome in ("AccessDenied", "AccessDeniedException", "AuthorizationError")
        if key in _RECORDED_BY_THE_SERVICE and not (refused or call.struck):
            return
        if call.principal.kind == "account" and key not in _DATA_CALLS and not call.struck:
            return
        about = self._resources_of(call, parameters)
        hop = Hop(
            at=self._wall() - duration_ms / 1000,
            source=caller_name(self._permissions, call.principal),
            target=about[0] if about else call.service,
            action=call.operation,
            outcome=outcome,
            duration_ms=round(duration_ms, 3),
            ids=self._recorder.ids_in(call.request.body),
            request_id=call.request_id,
            detail={"fault": call.struck} if call.struck else {},
        )
        self._recorder.record(hop)
