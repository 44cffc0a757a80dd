"""Reading an account: lists in all their pages, and questions that a server may not know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from botocore.exceptions import ClientError

from orderlab.aws_target.lacking import lacks
from orderlab.exporting.template import Template

_NOTHING = ("NotFound", "NotFoundException", "NoSuchEntity")
_MAY_NOT = ("AccessDenied", "AccessDeniedException")
_TOKENS = ("NextToken", "nextToken")


class Clients(Protocol):
    """What an export needs of a target."""

    endpoint: str
    region: str
    account_id: str

    def client(self, service: str) -> Any: ...

    def name(self, resource: str) -> str: ...

    def api_url(self, api_id: str, stage: str) -> str: ...


class Reading:
    """A target, and the template that becomes of it. What lacks the prefix is somebody else's."""

    def __init__(self, target: Clients, template: Template) -> None:
        self.target, self.template = target, template
        self.prefix = target.name("")

    def client(self, service: str) -> Any:
        return self.target.client(service)

    def is_ours(self, name: str) -> bool:
        return name.startswith(self.prefix)

    def friendly(self, name: str) -> str:
        """A name without the prefix: ids and folders are called so."""
        return name.removeprefix(self.prefix)

    def listed(self, service: str, operation: str, key: str, **given: Any) -> Iterator[Any]:
        """Everything that an operation lists; nothing if the server has no such service."""
        call = getattr(self.client(service), operation)
        while True:
            page = self.asked(call, **given)
            if page is None:
                return
            yield from page.get(key) or ()
            token = next((name for name in _TOKENS if page.get(name)), "")
            if not token:
                more = page.get("NextMarker") or page.get("position") or page.get("Marker")
                if not more:
                    return
                token, page = ("position" if "position" in page else "Marker"), {}
                given[token] = more
            else:
                given[token] = page[token]

    def asked(self, call: Any, **given: Any) -> Any:
        """An answer; None if there is nothing, or nothing that this caller may see."""
        try:
            return call(**given)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code.endswith(_NOTHING) or code in _MAY_NOT or lacks(error):
                return None
            raise
