"""Where a path leads, step by step."""

from __future__ import annotations

from typing import Any

from orderlab.cloud.apigateway.json_path.functions import FUNCTIONS
from orderlab.cloud.apigateway.json_path.steps import Search, Step, Values


class Route:
    """The steps of a path, in their order.

    A definite route has one name or number in each step, and leads to one value at most. `keys`
    holds these names and numbers; it is None if the route is not definite or ends with a function.
    """

    def __init__(self, relative: bool) -> None:
        self.relative = relative
        self.steps: list[Step] = []
        self.definite = True
        self.keys: list[str | int] | None = []
        self.function: str | None = None

    def go(self, step: Step, key: str | int | None) -> None:
        """Add a step; `key` is None where it may lead to several values."""
        self.steps.append(step)
        if key is None:
            self.definite, self.keys = False, None
        elif self.keys is not None:
            self.keys.append(key)

    def end_with(self, function: str) -> None:
        """Let a function, by its name, make the result of what the steps lead to."""
        self.function, self.keys = function, None

    def reach(self, start: Any, search: Search) -> Values:
        """All values that the steps lead to."""
        values = [start]
        for step in self.steps:
            values = step(values, search)
        return values

    def follow(self, start: Any, search: Search) -> Any:
        """What the path stands for: a value (None if there is none), or a list of values."""
        values = self.reach(start, search)
        result: Any = values if not self.definite else (values[0] if values else None)
        return FUNCTIONS[self.function](result) if self.function else result
