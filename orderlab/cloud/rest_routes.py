"""Which operation a REST call is, read from botocore's own service model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.http import Request


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    operation: str
    # literal characters: where two routes match, the more literal one is meant
    weight: int


def match_route(service: str, request: Request) -> tuple[str, dict[str, Any]]:
    """The operation's name and the parameters in its path; AwsError if there is no such route."""
    for route in routes(service):
        match = route.pattern.match(request.path) if route.method == request.method else None
        if match:
            values = (unquote(value) for value in match.groups())
            return route.operation, dict(zip(route.names, values, strict=True))
    raise AwsError("Unable to determine service/operation name to be authorized",
                   code="UnknownOperationException", status=404)


@lru_cache(maxsize=8)
def routes(service: str) -> tuple[Route, ...]:
    """All routes of a service, the most literal first."""
    import botocore.loaders

    try:
        model = botocore.loaders.create_loader().load_service_model(service, "service-2")
    except botocore.exceptions.UnknownServiceError:
        return ()
    found = [
        _route(name, operation["http"]["method"], operation["http"]["requestUri"])
        for name, operation in model["operations"].items()
    ]
    return tuple(sorted(found, key=lambda route: -route.weight))


def _route(operation: str, method: str, uri: str) -> Route:
    path = uri.partition("?")[0]
    names = tuple(re.findall(r"\{([^}+]+)\+?\}", path))
    pattern, weight = "", 0
    for part in re.split(r"(\{[^}]+\})", path):
        if not part.startswith("{"):
            pattern, weight = pattern + re.escape(part), weight + len(part)
        else:
            pattern += "(.+)" if part.endswith("+}") else "([^/]+)"
    return Route(method, re.compile(f"^{pattern.rstrip('/')}/?$"), names, operation, weight)
