"""A lane for requests that are much work, beside the loop that serves everybody.

The first try is made at once, within a few milliseconds. A step that does not end in that time is
taken up again from its beginning, in a thread, where it may be a hundred times as much work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar
from weakref import WeakValueDictionary

from orderlab.cloud.apigateway.budget import Budget, BudgetSpent
from orderlab.cloud.apigateway.data.execution import EndpointAnswer, Invocation
from orderlab.cloud.apigateway.data.failures import GatewayFailure, internal_error
from orderlab.cloud.patterns.allowance import Allowance, LeaveLoop
from orderlab.cloud.patterns.workers import OutOfTime

Result = TypeVar("Result")

# no request takes longer, whatever its integration
_LONGEST_SECONDS = 29.0
_LARGE_BODY = 1024 * 1024
_TOO_MUCH = "Execution failed: templates, paths and models ask for more work than a request may be"


class Lane:
    """One thread. The requests of one API wait for each other, so that none can fill the lane."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="apigateway-lane")
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def carry(
        self, invocation: Invocation, answer: EndpointAnswer | None, step: Callable[[], Result]
    ) -> Result:
        """What a step gives: at once if it is little work, else from the thread.

        Raises:
            GatewayFailure: if the step ends the request, or is too much work.
        """
        request_body, lines = invocation.body, len(invocation.log) if invocation.log else 0
        answer_body = b"" if answer is None else answer.body
        invocation.budget, allowance = Budget.at_once(), Allowance()
        try:
            return allowance.on_loop(step)
        except (BudgetSpent, LeaveLoop):
            # as it was before the step: templates may have changed what they were given
            invocation.replace_body(request_body)
            if invocation.log is not None:
                del invocation.log[lines:]
            if answer is not None:
                answer.replace_body(answer_body)
        budget = invocation.budget = Budget()
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):
                return await self.run(invocation.api.id, partial(allowance.apart, step))
        except (BudgetSpent, OutOfTime):
            raise internal_error(_TOO_MUCH) from None
        except TimeoutError:
            raise GatewayFailure("INTEGRATION_TIMEOUT") from None
        finally:
            # whoever waits no longer ends what the thread does for him
            budget.steps = 0
            # JSON takes up to twenty times its room when it is read: that is not kept meanwhile
            if len(invocation.body) > _LARGE_BODY:
                invocation.replace_body(invocation.body)

    async def run(self, api_id: str, work: Callable[[], Result]) -> Result:
        """Do something in the thread when it is this API's turn."""
        turn = self._turns.get(api_id)
        if turn is None:
            turn = self._turns[api_id] = asyncio.Lock()
        async with turn:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def stop(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
