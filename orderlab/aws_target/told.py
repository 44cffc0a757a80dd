"""Tells what is made in an account while it is made: a build takes minutes there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_MAKES = ("Create", "Publish")
# data, not resources
_DATA = ("Publish", "PublishBatch")
_NAME = "orderlab-told"
_NAMES = re.compile(r"(?:Function|Table|Queue|Role|Layer|Bucket|Cluster|LogGroup)?Name$", re.I)


class Told:
    """Counts what one session makes, and tells it to who follows."""

    def __init__(self) -> None:
        self._say: Callable[[str], None] | None = None
        self._count = 0

    @contextmanager
    def followed(self, say: Callable[[str], None]) -> Iterator[None]:
        """Call `say` with a line for each resource that is made while the block runs."""
        self._say, self._count = say, 0
        try:
            yield
        finally:
            self._say = None

    def put_on(self, register: Callable[..., Any]) -> None:
        """Let a client, or the clients of a botocore session, tell what they make."""

        def note(params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
            if self._say and model.name.startswith(_MAKES) and model.name not in _DATA:
                context[_NAME] = _told(params, model.name)

        def tell(http_response: Any, context: dict[str, Any], **_: Any) -> None:
            made = context.get(_NAME)
            if self._say and made and http_response.status_code < 300:
                self._count += 1
                self._say(f"{self._count} made; last: {made}")

        register("before-parameter-build", note)
        register("after-call", tell)


def _told(params: Mapping[str, Any], operation: str) -> str:
    kind = operation.removeprefix("Create").removeprefix("Publish")
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()
    name = next((params[each] for each in params if _NAMES.match(each)), "")
    return f"{words} {name}".strip()
