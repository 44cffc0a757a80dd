"""A body on its way through the gateway: bytes, which are read as text or as JSON when needed."""

from __future__ import annotations

from typing import Any

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.json_text import cost_of_json, read_json

_UNREAD = object()


class Body:
    """The body of a request or of an integration's answer. `raw` does not change."""

    __slots__ = ("_json", "_text", "raw")

    def __init__(self, raw: bytes = b"") -> None:
        self.raw = raw
        self._text: str | None = None
        self._json: Any = _UNREAD

    @property
    def text(self) -> str:
        """The body as UTF-8, with replacement characters for bytes that are not UTF-8."""
        if self._text is None:
            self._text = self.raw.decode("utf-8", "replace")
        return self._text

    def document(self, budget: Budget) -> Any:
        """The body as JSON; None if it is not JSON.

        Raises:
            BudgetSpent: if reading it is more work than the budget allows.
        """
        if self._json is _UNREAD:
            budget.spend(cost_of_json(self.raw))
            try:
                self._json = read_json(self.text)
            except ValueError:
                self._json = None
        return self._json

    def remember(self, document: Any) -> None:
        """Say what the body is as JSON, so that it need not be read again."""
        self._json = document
