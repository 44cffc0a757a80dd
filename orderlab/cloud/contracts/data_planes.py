"""What answers requests that are no calls of the AWS API: APIs, function URLs, links of SNS."""

from __future__ import annotations

from typing import Protocol

from orderlab.cloud.http import Request, Response


class Apis(Protocol):
    """The deployed REST APIs of API Gateway."""

    async def execute(self, request: Request, *, api_id: str, stage: str, path: str) -> Response:
        """Answer one request. `path` is percent-encoded and comes after the stage."""


class FunctionUrls(Protocol):
    """Function URLs. https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html"""

    async def url_request(self, request: Request, url_id: str, path: str) -> Response:
        """Answer one request to a function URL. `path` is percent-encoded."""

    async def code_request(self, path: str) -> Response:
        """The package that a link of GetFunction or GetLayerVersion leads to."""


class SubscriptionLinks(Protocol):
    """The links that SNS puts into its messages; each carries a token instead of a signature."""

    def open_link(self, request: Request) -> Response | None:
        """Answer such a link; None for any other request."""
