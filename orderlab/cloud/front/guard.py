"""What is refused by the head of a request: other hosts' names, and web pages.

The cloud runs code that is sent to it. It listens on the loopback interface only, but a page in
the user's browser can reach that too: by a name that resolves to 127.0.0.1 (DNS rebinding), or
by a plain cross-origin request. Both can be told by their headers.
"""

from __future__ import annotations

import re
from functools import lru_cache

from orderlab.cloud.front.data_planes import data_plane_address
from orderlab.cloud.http import Request, Response

_OWN_HOST = re.compile(r"^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$")
# AWS's own names, which no one else can point at this machine's pages
_AWS_HOST = re.compile(r"^[a-z0-9.-]+\.(amazonaws\.com|on\.aws)(:\d+)?$")
# botocore puts the account before the endpoint for some calls on streams and tables
_ACCOUNT_HOST = re.compile(r"^\d{12}(\.[a-z0-9-]+)*\.(127\.0\.0\.1|localhost)(:\d+)?$")


def refuse(request: Request) -> Response | None:
    """A refusal (403) if the request was addressed to a host that is not ours, or if a web page
    sent it. Web pages may call the APIs and functions that are deployed here, and nothing else."""
    host = request.host.lower()
    if not _is_ours(host):
        message = f"This server does not answer to the name {host!r}; use 127.0.0.1."
    elif _comes_from_a_browser(request) and data_plane_address(request) is None:
        message = "Web pages may not call the local cloud; only the APIs deployed on it."
    else:
        return None
    return Response.json({"message": message}, status=403)


@lru_cache(maxsize=256)
def _is_ours(host: str) -> bool:
    return any(pattern.match(host) for pattern in (_OWN_HOST, _AWS_HOST, _ACCOUNT_HOST))


def _comes_from_a_browser(request: Request) -> bool:
    """Whether a page sent it: SDKs and curl send neither header."""
    return "origin" in request.headers or "sec-fetch-site" in request.headers
