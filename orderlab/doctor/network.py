"""Whether this machine can talk to itself, and whether a proxy stands in between."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Callable, Mapping

from orderlab.doctor.finding import Finding, bad, ok

HOST = "127.0.0.1"
TIMEOUT_SECONDS = 3.0


def loopback(connect: Callable[[], int] | None = None) -> Finding:
    """Open a free port on 127.0.0.1 and reach it."""
    try:
        port = (connect or _connect)()
    except OSError as error:
        return bad(
            "loopback",
            f"{HOST} cannot be reached: {error}",
            "A firewall or security program blocks connections of this machine to itself: "
            "allow Python to listen on 127.0.0.1.",
        )
    return ok("loopback", f"a port is free (for example {port}) and can be reached")


def _connect() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen(1)
        port: int = listener.getsockname()[1]
        with socket.create_connection((HOST, port), TIMEOUT_SECONDS) as connection:
            listener.settimeout(TIMEOUT_SECONDS)
            accepted, _ = listener.accept()
            with accepted:
                connection.sendall(b"x")
                accepted.settimeout(TIMEOUT_SECONDS)
                if accepted.recv(1) != b"x":
                    raise OSError("what was sent did not arrive")
    return port


def proxies(
    settings: Mapping[str, str] | None = None, bypass: Callable[[str], bool] | None = None
) -> Finding:
    """A proxy for HTTP that 127.0.0.1 is not exempt from would get the calls to the cloud."""
    found = settings if settings is not None else urllib.request.getproxies()
    exempt = bypass or (lambda host: bool(urllib.request.proxy_bypass(host)))
    proxy = found.get("http") or found.get("all")
    if proxy and not exempt(HOST):
        return bad(
            "proxies",
            "an HTTP proxy is set, also for this machine itself",
            f"Exempt it: `export NO_PROXY={HOST},localhost` (PowerShell: "
            f'`$Env:NO_PROXY="{HOST},localhost"`).',
        )
    return ok("proxies", "a proxy is set, not for this machine" if proxy else "none")
