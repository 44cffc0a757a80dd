"""Nothing of a local session leaves this machine: a hook of botocore's that sees every request
when it is signed and again when it is sent, with the address that it has by then.

Each client of a local session has the hook for good. `keep_this_process_local()` gives it to all
other sessions of the process too, with whatever profile, `endpoint_url` or variable they are made.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from orderlab.errors import LearnerError


class LeavesThisMachine(LearnerError):
    """A call of a local session was about to go to another machine; nothing was sent."""


# whether the sessions that this process makes are local; once they are, they stay it
_process = {"local": False}


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine, whatever a name server would say."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # another name, also one that begins or ends like ours
        return False


def keep_local(register_last: Callable[..., Any]) -> None:
    """Give a client, or a botocore session and the clients that it makes, the hook for good."""
    register_last("before-sign", _refuse)
    register_last("before-send", _refuse)


def keep_this_process_local() -> None:
    """Let every botocore session that this process makes from now on have the hook."""
    from botocore import handlers

    if not _process["local"]:
        _process["local"] = True
        for event in ("before-sign", "before-send"):
            handlers.BUILTIN_HANDLERS.append((event, _refuse, handlers.REGISTER_LAST))


def is_kept_local() -> bool:
    """Whether this process has worked on a local target, and may reach nothing else any more."""
    return _process["local"]


def _refuse(request: Any, **_: Any) -> None:
    if not is_loopback(request.url):
        host = urlsplit(request.url).netloc.rpartition("@")[2]
        raise LeavesThisMachine(
            f"This session is local, and a call was about to go to {host}. Nothing was sent.",
            advice="Make the client with lab.client(...), or restart the kernel and choose "
            'another target: orderlab.start(..., target="aws").',
        )
