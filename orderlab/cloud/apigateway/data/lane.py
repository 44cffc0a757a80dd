"""A lane for requests that are much work, beside the loop that serves everybody.

The first try is made at once, within a few milliseconds. What does not end in that time is begun
again in a thread, where it may be a hundred times as much work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar
from weakref import WeakValueDictionary

from orderlab.cloud.apigateway.budget import Budget, BudgetSpent
from orderlab.cloud.apigateway.data.body import Body
from orderlab.cloud.apigateway.data.execution import Execution
from orderlab.cloud.apigateway.data.failures import GatewayFailure, internal_error
from orderlab.cloud.patterns.allowance import Allowance, LeaveLoop
from orderlab.cloud.patterns.workers import OutOfTime

Result = TypeVar("Result")
# Work reads and changes an execution without waiting for anything. It may be begun a second time,
# with the bodies and the log as they were before the first.
Work = Callable[[Execution], None]

# no request takes longer, whatever its integration
_LONGEST_SECONDS = 29.0
_LARGE_BODY = 1024 * 1024
_TOO_MUCH = "Execution failed: templates, paths and models ask for more work than a request may be"


class Lane:
    """One thread. The requests of one API wait for each other, so that none can fill the lane."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="apigateway-lane")
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def carry(self, execution: Execution, work: Work) -> Awaitable[None] | None:
        """Do some work: at once, if it is little; else return what to wait for.

        Raises:
            GatewayFailure: if the work ends the request, or is too much. Also when waited for.
        """
        body, answer = execution.body.raw, execution.answer
        answer_body = b"" if answer is None else answer.body.raw
        lines = len(execution.log) if execution.log else 0
        execution.budget, allowance = Budget.at_once(), Allowance()
        try:
            allowance.on_loop(work, execution)
            return None
        except (BudgetSpent, LeaveLoop):
            # as it was before the work: templates may have changed what they were given
            execution.body = Body(body)
            if execution.log is not None:
                del execution.log[lines:]
            if answer is not None:
                answer.body = Body(answer_body)
        return self._carry_apart(execution, work, allowance)

    async def _carry_apart(self, execution: Execution, work: Work, allowance: Allowance) -> None:
        budget = execution.budget = Budget()
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):
                apart = partial(allowance.apart, work, execution)
                await self.run(execution.request.api.id, apart)
        except (BudgetSpent, OutOfTime):
            raise internal_error(_TOO_MUCH) from None
        except TimeoutError:
            raise GatewayFailure("INTEGRATION_TIMEOUT") from None
        finally:
            # if nobody waits for the thread's work any longer, this ends it
            budget.steps = 0
            # JSON takes up to twenty times its room when it is read: that is not kept meanwhile
            if len(execution.body.raw) > _LARGE_BODY:
                execution.body = Body(execution.body.raw)

    async def run(self, api_id: str, work: Callable[[], Result]) -> Result:
        """Do something in the thread when it is this API's turn, and return its result."""
        turn = self._turns.get(api_id)
        if turn is None:
            turn = self._turns[api_id] = asyncio.Lock()
        async with turn:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def stop(self) -> None:
        """Begin nothing more; what the thread does now is not waited for."""
        self._thread.shutdown(wait=False, cancel_futures=True)
