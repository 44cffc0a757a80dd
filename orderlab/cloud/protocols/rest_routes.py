"""Which operation a REST call is, read from botocore's own service model."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.http import Request


@dataclass(frozen=True, slots=True)
class Route:
    """Method and path of one operation. `names` are those of the parameters in the path."""

    method: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    operation: str
    # literal characters: where two routes match, the more literal one is meant
    weight: int
    # names that a route wants in the query string, as many of S3's do
    query: frozenset[str] = frozenset()
    # headers that tell two routes of S3 apart: CopyObject is PutObject with a source
    headers: frozenset[str] = frozenset()


def _query_names(request: Request) -> frozenset[str]:
    names = (part.partition("=")[0] for part in request.query_string.split("&"))
    return frozenset(name for name in names if name)


def match_route(service: str, request: Request) -> tuple[str, dict[str, Any]]:
    """The operation's name and the parameters in its path; AwsError if there is no such route."""
    for route in routes(service):
        if route.method != request.method:
            continue
        if route.query and not route.query <= _query_names(request):
            continue
        match = route.pattern.match(request.path)
        if match and route.headers <= request.headers.keys():
            values = (unquote(value) for value in match.groups())
            return route.operation, dict(zip(route.names, values, strict=True))
    raise AwsError(
        "Unable to determine service/operation name to be authorized",
        code="UnknownOperationException",
        status=404,
    )


def likely_operation(service: str, request: Request) -> str:
    """The operation's name for a message about it; empty if no route fits."""
    try:
        return match_route(service, request)[0]
    except AwsError:
        return ""


@lru_cache(maxsize=8)
def routes(service: str) -> tuple[Route, ...]:
    """All routes of a service, the most literal first."""
    import botocore.exceptions
    import botocore.loaders

    try:
        model = botocore.loaders.create_loader().load_service_model(service, "service-2")
    except (botocore.exceptions.UnknownServiceError, botocore.exceptions.DataNotFoundError):
        return ()
    found = [_route(name, operation["http"]) for name, operation in model["operations"].items()]
    if service == "xray":
        # spans of OpenTelemetry: no operation of the model, but the right is called xray:PutSpans
        found.append(_route("PutSpans", {"method": "POST", "requestUri": "/v1/traces"}))
    if service == "s3":
        found = [_with_needs(route, model) for route in found]
    return tuple(sorted(found, key=lambda route: -route.weight))


def _with_needs(route: Route, model: dict[str, Any]) -> Route:
    """The route with the headers and the query that its operation cannot do without."""
    shape = model["operations"][route.operation].get("input", {}).get("shape", "")
    members = model["shapes"].get(shape, {}).get("members", {})
    required = [members[name] for name in model["shapes"].get(shape, {}).get("required", ())]
    headers = {m["locationName"].lower() for m in required if m.get("location") == "header"}
    query = {m["locationName"] for m in required if m.get("location") == "querystring"}
    return replace(
        route,
        headers=frozenset(headers),
        query=route.query | query,
        weight=route.weight + 100 * len(query - route.query),
    )


def _route(operation: str, http: dict[str, Any]) -> Route:
    method = http["method"]
    path, _, query = http["requestUri"].partition("?")
    names = tuple(re.findall(r"\{([^}+]+)\+?\}", path))
    pattern, weight = "", 0
    for part in re.split(r"(\{[^}]+\})", path):
        if not part.startswith("{"):
            pattern, weight = pattern + re.escape(part), weight + len(part)
        else:
            pattern += "(.+)" if part.endswith("+}") else "([^/]+)"
    literal = frozenset(part.partition("=")[0] for part in query.split("&") if part)
    expression = re.compile(f"^{pattern.rstrip('/')}/?$")
    return Route(method, expression, names, operation, weight + 100 * len(literal), literal)
