"""What a deployment froze: the routes of an API with their integrations and authorizers.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from orderlab.cloud.apigatewayv2.model.route_table import RouteTable

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class DeployedRoute:
    """One route. `verb` and `path` are the halves of its key, or both `$default`."""

    key: str
    verb: str
    path: str
    route: Document
    integration: Document | None
    authorizer: Document | None


class Deployed:
    """One deployment. The table of its routes is made when the first request comes."""

    def __init__(
        self,
        api: Document,
        routes: Mapping[str, Document],
        integrations: Mapping[str, Document],
        authorizers: Mapping[str, Document],
    ) -> None:
        self.api = api
        self._routes = routes
        self._integrations = integrations
        self._authorizers = authorizers

    @cached_property
    def routes(self) -> RouteTable[DeployedRoute]:
        """The routes, as requests look for them."""
        table: RouteTable[DeployedRoute] = RouteTable()
        for route in self._routes.values():
            found = self._route(route)
            table.add(found.verb, found.path, found)
        return table

    def _route(self, route: Document) -> DeployedRoute:
        key = str(route["RouteKey"])
        verb, _, path = key.partition(" ")
        return DeployedRoute(
            key,
            verb,
            path or key,
            route,
            self._integrations.get(str(route.get("Target") or "").removeprefix("integrations/")),
            self._authorizers.get(str(route.get("AuthorizerId") or "")),
        )
