"""The one path of an AWS API call, made by a client or by API Gateway on behalf of a client.

1. is it served, 2. may the caller make it, 3. does an experiment break it, 4. who answers it: a
handler of ours, or moto, 5. what the flight recorder and the meter note of it.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping
from functools import partial

from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.call_faults import CallFaults
from orderlab.cloud.contracts import (
    Call,
    CallPermissions,
    Faults,
    Moto,
    NoteCall,
    Parameters,
    Result,
    Service,
)
from orderlab.cloud.front.scope import Scope
from orderlab.cloud.http import Request, Response
from orderlab.cloud.protocols.misfits import misfit

# what a handler raises if a parameter has a type or form that it does not expect
_STUMBLED = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)
ForMoto = Callable[[], Request]


class Dispatcher:
    """Has a call answered that is authenticated and read (`contracts.Dispatch`)."""

    def __init__(
        self,
        services: Mapping[str, Service],
        *,
        scope: Scope,
        permissions: CallPermissions,
        faults: Faults,
        call_faults: CallFaults,
        moto: Moto,
        note: NoteCall,
    ) -> None:
        """`services` are the services by their names; more may come while the cloud is made."""
        self._services = services
        self._require_served = scope.require_served
        self._authorize = permissions.authorize
        self._faults = faults
        self._strike = call_faults.strike
        self._moto = moto
        self._note = note

    async def perform(
        self,
        call: Call,
        parameters: Parameters,
        protocol: str,
        *,
        for_moto: ForMoto | None = None,
    ) -> Result:
        """The answer of a service's own handler as a mapping, or a response that is complete.

        `protocol` is as in `operations.Identified`. Where moto answers, it gets the call's request
        as it was sent, or what `for_moto` makes of it.

        Raises AwsError: what the service answers to a call that is wrong, forbidden, or not served.
        """
        started = time.perf_counter()
        outcome = "ok"
        try:
            self._require_served(call, parameters)
            self._authorize(call, parameters)
            if self._faults.strikes_calls:
                answer = partial(self._answer, call, parameters, protocol, for_moto)
                result = await self._strike(call, parameters, answer)
            else:
                result = await self._answer(call, parameters, protocol, for_moto)
            if isinstance(result, Response) and result.status >= 400:
                outcome = str(result.status)
            return result
        except AwsError as error:
            outcome = error.code if call.struck != "cut" else "ok"
            raise
        except _STUMBLED:
            outcome = "ValidationException"
            wrong = misfit(call.service, call.operation, parameters, call.request, protocol)
            if wrong is None:
                outcome = "InternalFailure"
                raise
            raise wrong from None
        finally:
            self._note(call, parameters, outcome, (time.perf_counter() - started) * 1000)

    async def _answer(
        self, call: Call, parameters: Parameters, protocol: str, for_moto: ForMoto | None
    ) -> Result:
        service = self._services.get(call.service)
        handler = service.operations.get(call.operation) if service else None
        if handler is None:
            if protocol == "cbor":
                raise NotDoneYet(f"{call.service}.{call.operation} in the CBOR protocol")
            return self._moto(for_moto() if for_moto else call.request)
        result = handler(call, parameters)
        # asked first, since nearly all handlers answer with a dictionary, and at once
        if not isinstance(result, dict | Response) and inspect.isawaitable(result):
            result = await result
        return result
