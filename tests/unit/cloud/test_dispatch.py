"""The dispatcher: one order of checks for every call, and one entry for each of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from orderlab.clock import HandTurnedClock
from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.call_faults import CallFaults
from orderlab.cloud.contracts import Call, Handler, Parameters, Principal
from orderlab.cloud.faults import FaultBoard
from orderlab.cloud.front.dispatch import Dispatcher
from orderlab.cloud.front.scope import Scope
from orderlab.cloud.http import Request, Response

ACCOUNT = "123456789012"


class Queues:
    """A service that answers the operations it is given."""

    name = "sqs"

    def __init__(self, operations: Mapping[str, Handler]) -> None:
        self.operations = operations

    async def start(self) -> None:
        """Nothing runs."""

    async def stop(self) -> None:
        """Nothing runs."""


class Everybody:
    """Permissions that let everybody in, except for callers who are named."""

    def __init__(self) -> None:
        self.refused: set[str] = set()

    def authorize(self, call: Call, parameters: Parameters) -> None:
        if call.principal.arn in self.refused:
            raise AwsError("no", code="AccessDenied", status=403)


class Kit:
    """A dispatcher with one service, and what was noted of its calls."""

    def __init__(self, **operations: Handler) -> None:
        services = {"sqs": Queues(operations)}
        self.permissions = Everybody()
        self.noted: list[tuple[str, str]] = []
        self.by_moto: list[Request] = []
        faults = FaultBoard(1)
        self.dispatcher = Dispatcher(
            services,
            scope=Scope(services, ACCOUNT),
            permissions=self.permissions,
            faults=faults,
            call_faults=CallFaults(
                faults=faults,
                clock=HandTurnedClock(),
                resources_of=lambda call, parameters: [],
                throttled=lambda reason, arn: AwsError(reason, code="ThrottlingException"),
            ),
            moto=self.moto,
            note=lambda call, parameters, outcome, ms: self.noted.append((call.operation, outcome)),
        )

    def moto(self, request: Request) -> Response:
        self.by_moto.append(request)
        return Response(404)

    def call(self, operation: str, parameters: Parameters, protocol: str = "json") -> Any:
        caller = Principal("role", "arn:role", ACCOUNT, "r")
        request = Request("POST", "/", "", {}, b"{}")
        call = Call("sqs", operation, "us-east-1", caller, request, "id")
        return asyncio.run(self.dispatcher.perform(call, parameters, protocol))


def test_a_handler_may_answer_at_once_or_later() -> None:
    async def later(call: Call, parameters: Parameters) -> Any:
        return {"QueueUrls": ["later"]}

    kit = Kit(GetQueueUrl=lambda call, parameters: {"QueueUrl": "now"}, ListQueues=later)
    assert kit.call("GetQueueUrl", {"QueueName": "q"}) == {"QueueUrl": "now"}
    assert kit.call("ListQueues", {}) == {"QueueUrls": ["later"]}
    assert kit.noted == [("GetQueueUrl", "ok"), ("ListQueues", "ok")]


def test_parameters_of_the_wrong_type_are_the_callers_fault() -> None:
    kit = Kit(GetQueueUrl=lambda call, parameters: {"QueueUrl": "u" + parameters["QueueName"]})
    with pytest.raises(AwsError) as error:
        kit.call("GetQueueUrl", {"QueueName": 7})
    assert error.value.code == "ValidationException"
    assert kit.noted == [("GetQueueUrl", "ValidationException")]


def test_a_handler_that_fails_on_good_parameters_is_our_fault() -> None:
    def fails(call: Call, parameters: Parameters) -> Any:
        raise KeyError("a fault of the cloud")

    kit = Kit(GetQueueUrl=fails)
    with pytest.raises(KeyError):
        kit.call("GetQueueUrl", {"QueueName": "q"})
    assert kit.noted == [("GetQueueUrl", "InternalFailure")]


def test_a_refused_call_reaches_no_handler_and_is_noted() -> None:
    kit = Kit(GetQueueUrl=lambda call, parameters: pytest.fail("it was called"))
    kit.permissions.refused.add("arn:role")
    with pytest.raises(AwsError, match="no"):
        kit.call("GetQueueUrl", {"QueueName": "q"})
    assert kit.noted == [("GetQueueUrl", "AccessDenied")]


def test_moto_answers_what_has_no_handler_except_in_cbor() -> None:
    kit = Kit()
    assert kit.call("ListQueues", {}).status == 404
    assert len(kit.by_moto) == 1
    with pytest.raises(NotDoneYet):
        kit.call("ListQueues", {}, "cbor")
    assert kit.noted == [("ListQueues", "404"), ("ListQueues", "NotImplementedByOrderlab")]


def test_an_operation_that_nobody_knows_is_refused_as_aws_refuses_it() -> None:
    with pytest.raises(AwsError) as error:
        Kit().call("MakeQueue", {})
    assert error.value.code == "InvalidAction"
