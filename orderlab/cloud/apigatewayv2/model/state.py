"""HTTP APIs as they are remembered: documents with the members that AWS's API shows.

A document is replaced when it changes, and never changed in place: a deployment keeps those that
it was made of.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from orderlab.cloud.apigatewayv2.model.deployed import Deployed

Document = dict[str, Any]
DEFAULT = "$default"


@dataclass(slots=True)
class HttpApi:
    """One API and all that is in it, by ids (stages by name).

    `deployed` holds what each deployment froze. `managed` holds the ids of the integration and the
    route that quick create made, if it did.
    """

    document: Document
    account_id: str
    region_name: str
    routes: dict[str, Document] = field(default_factory=dict)
    integrations: dict[str, Document] = field(default_factory=dict)
    authorizers: dict[str, Document] = field(default_factory=dict)
    deployments: dict[str, Document] = field(default_factory=dict)
    stages: dict[str, Document] = field(default_factory=dict)
    deployed: dict[str, Deployed] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The API's id, such as `a1b2c3d4e5`."""
        return str(self.document["ApiId"])

    @property
    def execute_arn(self) -> str:
        """The ARN that policies name, without a stage."""
        return f"arn:aws:execute-api:{self.region_name}:{self.account_id}:{self.id}"

    def freeze(self) -> Deployed:
        """The API as it is now."""
        return Deployed(
            self.document, dict(self.routes), dict(self.integrations), dict(self.authorizers)
        )


class Registry:
    """All HTTP APIs, by id and by Region."""

    def __init__(self, account_id: str) -> None:
        self.account_id = account_id
        self._apis: dict[str, HttpApi] = {}

    def add(self, api: HttpApi) -> None:
        """Keep a new API."""
        self._apis[api.id] = api

    def remove(self, api: HttpApi) -> None:
        """Forget an API and all that is in it."""
        del self._apis[api.id]

    def find(self, api_id: str) -> HttpApi | None:
        """The API with that id, in whichever Region it is."""
        return self._apis.get(api_id)

    def of_region(self, region: str) -> Iterator[HttpApi]:
        """The APIs of one Region, the oldest first."""
        return (api for api in self._apis.values() if api.region_name == region)
