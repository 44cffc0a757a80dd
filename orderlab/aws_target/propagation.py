"""Waits for what IAM has been told a moment ago to reach the other services.

A role that was made just now can't be assumed yet for some seconds, and AWS refuses the function
that is to have it. Such a refusal is tried again, but only right after a change of IAM by the same
session: a role that is wrong is refused at once.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

# what a change of IAM may take to be known everywhere, and between two tries
SECONDS = 15.0
PAUSE_SECONDS = 1.5
_CHANGES = ("Attach", "Create", "Put", "Update")
# by service: what a refusal says of a role that isn't known yet, or not with its policy
_SAID = {
    "lambda": ("cannot be assumed", "execution role does not have permissions"),
    "scheduler": ("must allow AWS EventBridge Scheduler to assume",),
    "apigateway": ("does not have required permissions",),
    # a boundary, and a role that is given a policy
    "iam": ("is not attachable", "cannot be found"),
}


class Propagation:
    """What one session has changed of IAM; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed_at = float("-inf")

    def put_on(self, register: Callable[..., Any]) -> None:
        """Let a client, or the clients of a botocore session, try again where it may help."""

        def note(http_response: Any, model: Any, **_: Any) -> None:
            if http_response.status_code < 300 and model.name.startswith(_CHANGES):
                self._changed_at = self._clock()

        def retry(response: Any, operation: Any, **_: Any) -> float | None:
            if response is None or not self.is_too_early(operation, response[1]):
                return None
            return PAUSE_SECONDS

        register("after-call.iam", note)
        register("needs-retry", retry)

    def is_too_early(self, operation: Any, parsed: Any) -> bool:
        """Whether an answer is a refusal that may only be the time since the last change."""
        if self._clock() - self._changed_at > SECONDS or not isinstance(parsed, dict):
            return False
        if not operation.name.startswith(_CHANGES):
            return False
        message = str(parsed.get("Error", {}).get("Message", ""))
        said = _SAID.get(operation.service_model.service_name, ())
        return any(each in message for each in said)
