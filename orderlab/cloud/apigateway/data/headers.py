"""Headers that the gateway drops, renames or adds, on the way in and on the way back.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orderlab.cloud.apigateway.data.failures import internal_error

Headers = list[tuple[str, str]]

# neither mappings nor templates nor back ends see these headers of a request
DROPPED_FROM_REQUEST = frozenset(
    {
        "connection", "content-length", "content-md5", "expect", "max-forwards",
        "proxy-authenticate", "server", "te", "trailer", "transfer-encoding", "upgrade",
        "www-authenticate",
    }
)  # fmt: skip
# the client's, which an HTTP_PROXY integration does not pass on besides
_NOT_PROXIED = frozenset({"content-encoding", "host", "via"})
# which a mapping may name, but no server gets
_NEVER_SENT = frozenset({"connection", "expect", "proxy-authenticate", "te", "via"})
# a mapping to one of these makes the request fail
_NOT_MAPPABLE = frozenset({"content-length", "transfer-encoding"})
_NOT_MAPPABLE_TO_AWS = _NOT_MAPPABLE | {
    "authorization", "connection", "expect", "proxy-authenticate", "te",
}  # fmt: skip

_REMAPPED = frozenset(
    {
        "authorization", "connection", "content-length", "content-md5", "date", "max-forwards",
        "server", "user-agent", "www-authenticate", "x-amzn-requestid",
    }
)  # fmt: skip
_DROPPED_FROM_PROXY = frozenset(
    {
        "expect", "host", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade",
        "via",
    }
)  # fmt: skip
_REMAPPED_FROM_MAPPING = _REMAPPED | {"expect", "host", "proxy-authenticate", "trailer", "upgrade"}


def passed_to_proxy(headers: Iterable[tuple[str, str]]) -> Headers:
    """The client's headers that an HTTP_PROXY integration passes on."""
    return [(name, value) for name, value in headers if name.lower() not in _NOT_PROXIED]


def check_mapped(kind: str, headers: Mapping[str, str]) -> None:
    """A mapping to a header that is the gateway's own business gives 500."""
    refused = _NOT_MAPPABLE_TO_AWS if kind.startswith("AWS") else _NOT_MAPPABLE
    for name in headers:
        if name.lower() in refused:
            raise internal_error(
                f"Execution failed due to configuration error: {name} header already present"
            )


def sent_to_server(headers: Mapping[str, str]) -> dict[str, str]:
    """What is left for a web server of the headers that were mapped or passed on."""
    return {name: value for name, value in headers.items() if name.lower() not in _NEVER_SENT}


def sent_to_client(kind: str, headers: Headers) -> Headers:
    """The headers of an integration's answer, or of its mappings, as the client gets them."""
    if kind.endswith("_PROXY"):
        remapped, dropped = _REMAPPED, _DROPPED_FROM_PROXY
    else:
        remapped, dropped = _REMAPPED_FROM_MAPPING, frozenset({"transfer-encoding"})
    sent = []
    for name, value in headers:
        lower = name.lower()
        if lower in remapped:
            lower = f"x-amzn-remapped-{lower}"
        elif lower in dropped:
            continue
        sent.append((lower, value if value.isprintable() else _one_line(value)))
    return sent


def _one_line(value: str) -> str:
    """A value without line ends, which would begin another header."""
    return "".join(" " if each in "\r\n\0" else each for each in value)
