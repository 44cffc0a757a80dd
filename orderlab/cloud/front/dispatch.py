"""The one path of an AWS API call, made by a client or by API Gateway on behalf of a client.

1. is it served, 2. may the caller make it, 3. does an experiment break it, 4. who answers it: a
handler of ours, or moto, 5. what the flight recorder and the meter note of it.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.call_faults import CallFaults
from orderlab.cloud.contracts import (
    AT_ONCE,
    Begun,
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
        result = self.begin(call, parameters, protocol, for_moto)
        return result if isinstance(result, AT_ONCE) else await result

    def begin(
        self,
        call: Call,
        parameters: Parameters,
        protocol: str,
        for_moto: ForMoto | None = None,
    ) -> Begun:
        """The same at once where nothing has to be waited for, and otherwise what to wait for."""
        started = time.perf_counter()
        try:
            self._require_served(call, parameters)
            self._authorize(call, parameters)
            if self._faults.strikes_calls:
                answer = partial(self._waited_for, call, parameters, protocol, for_moto)
                result: Begun = self._strike(call, parameters, answer)
            else:
                result = self._answer(call, parameters, protocol, for_moto)
        except Exception as error:
            self._fail(call, parameters, protocol, error, started)
            raise
        if isinstance(result, AT_ONCE):
            self._note(call, parameters, _outcome(result), _milliseconds_since(started))
            return result
        return self._later(call, parameters, protocol, result, started)

    async def _later(
        self,
        call: Call,
        parameters: Parameters,
        protocol: str,
        awaited: Awaitable[Result],
        started: float,
    ) -> Result:
        try:
            result = await awaited
        except Exception as error:
            self._fail(call, parameters, protocol, error, started)
            raise
        except BaseException:
            self._note(call, parameters, "ok", _milliseconds_since(started))
            raise
        self._note(call, parameters, _outcome(result), _milliseconds_since(started))
        return result

    def _fail(
        self,
        call: Call,
        parameters: Parameters,
        protocol: str,
        error: Exception,
        started: float,
    ) -> None:
        """Note a call that raised an error. Raises a better one if it stumbled over what it was
        given."""
        outcome, wrong = "ok", None
        if isinstance(error, AwsError):
            outcome = error.code if call.struck != "cut" else "ok"
        elif isinstance(error, _STUMBLED):
            wrong = misfit(call.service, call.operation, parameters, call.request, protocol)
            outcome = "ValidationException" if wrong else "InternalFailure"
        self._note(call, parameters, outcome, _milliseconds_since(started))
        if wrong is not None:
            raise wrong from None

    def _answer(
        self, call: Call, parameters: Parameters, protocol: str, for_moto: ForMoto | None
    ) -> Begun:
        service = self._services.get(call.service)
        handler = service.operations.get(call.operation) if service else None
        if handler is None:
            if protocol == "cbor":
                raise NotDoneYet(f"{call.service}.{call.operation} in the CBOR protocol")
            return self._moto(for_moto() if for_moto else call.request)
        result = handler(call, parameters)
        # asked first, since nearly all handlers answer with a dictionary, and at once
        if isinstance(result, AT_ONCE) or inspect.isawaitable(result):
            return result
        return dict(result)

    async def _waited_for(
        self, call: Call, parameters: Parameters, protocol: str, for_moto: ForMoto | None
    ) -> Result:
        result = self._answer(call, parameters, protocol, for_moto)
        return result if isinstance(result, AT_ONCE) else await result


def _outcome(result: Result) -> str:
    """What is noted of a call that was answered."""
    if isinstance(result, Response) and result.status >= 400:
        return str(result.status)
    return "ok"


def _milliseconds_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
