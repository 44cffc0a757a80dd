"""Which target a session works on: what is asked for, or ORDERLAB_TARGET, or the local cloud."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from typing import Any

from orderlab.aws_target.account import AccountTarget
from orderlab.aws_target.base import Target
from orderlab.aws_target.endpoint import EndpointTarget
from orderlab.aws_target.local import LocalTarget
from orderlab.aws_target.loopback import is_kept_local
from orderlab.errors import LearnerError

VARIABLE = "ORDERLAB_TARGET"
LOCAL = "local"
AWS = "aws"


def chosen(target: str | None = None) -> str:
    """`local`, `aws`, or the address of a server. Raises LearnerError for anything else."""
    found = (target or os.environ.get(VARIABLE) or LOCAL).strip()
    if found in (LOCAL, AWS) or found.startswith(("http://", "https://")):
        return found.rstrip("/")
    raise LearnerError(
        f"There is no target {found!r}.",
        advice=f"There are: {LOCAL}, {AWS} for an account of your own, and http://127.0.0.1:PORT "
        "for a server that runs.",
    )


def open_target(
    where: str,
    *,
    chapter: int,
    advice: str,
    agree: Callable[[AccountTarget], None],
    allow: Collection[str] = (),
    prices: Callable[[], Mapping[str, str]] | None = None,
    **settings: Any,
) -> Target:
    """The target that was chosen. `settings` are those of a local cloud; `advice` is what to do
    when it is gone; `agree` is shown an account before anything is made in it, and may raise.
    `allow` and `prices` are about what costs by the hour in an account."""
    found: LocalTarget | EndpointTarget | AccountTarget
    if where == AWS:
        if is_kept_local():
            raise LearnerError(
                "This kernel has worked on a local target, and reaches nothing else any more.",
                advice="Restart the kernel, then run the first cell.",
            )
        found = AccountTarget(chapter=chapter, allow=allow, prices=prices() if prices else None)
        agree(found)
        found.prepare()
    elif where == LOCAL:
        found = LocalTarget.start(seed=chapter, **settings)
    else:
        found = EndpointTarget.attach(where)
    found.advice = advice
    return found
