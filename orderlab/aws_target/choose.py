"""Which target a session works on: what is asked for, or ORDERLAB_TARGET, or the local cloud."""

from __future__ import annotations

import os
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.aws_target.endpoint import EndpointTarget
from orderlab.aws_target.local import LocalTarget
from orderlab.errors import LearnerError

VARIABLE = "ORDERLAB_TARGET"
LOCAL = "local"


def chosen(target: str | None = None) -> str:
    """`local`, or the address of a server. Raises LearnerError for anything else."""
    found = (target or os.environ.get(VARIABLE) or LOCAL).strip()
    if found == LOCAL or found.startswith(("http://", "https://")):
        return found.rstrip("/")
    raise LearnerError(
        f"There is no target {found!r}.",
        advice=f"There are: {LOCAL}, and http://127.0.0.1:PORT for a server that runs.",
    )


def open_target(where: str, *, advice: str, **settings: Any) -> Target:
    """The target that was chosen; `settings` are those of a local cloud, and `advice` what to do
    when it is gone."""
    found = LocalTarget.start(**settings) if where == LOCAL else EndpointTarget.attach(where)
    found.advice = advice
    return found
