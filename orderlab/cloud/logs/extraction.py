"""Which values of a log event a metric filter may use, by the names that its pattern gives them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from orderlab.cloud.logs.field_patterns import DelimitedPattern
from orderlab.cloud.logs.filter_pattern import filter_pattern
from orderlab.cloud.logs.json_pattern import values
from orderlab.cloud.logs.pattern_tokens import Tokens

_PATH = re.compile(r'\$(?:\.[\w@*-]+|\["[^"]*"\]|\[\d+\]|\[\*\])+')
_NAME = re.compile(r"\$[^\s.\[\]]+")


class Extraction:
    """A pattern that also gives values of the events that it matches.

    `kind` is `json`, `fields` (with spaces between) or `terms`.
    """

    def __init__(self, pattern: str) -> None:
        """Raises InvalidParameterException if the pattern is invalid."""
        self.matches = filter_pattern(pattern)
        text = pattern.strip()
        self.kind = {"{": "json", "[": "fields"}.get(text[:1], "terms")
        self._paths = Tokens(text).paths() if self.kind == "json" else []
        self._fields = DelimitedPattern(text) if self.kind == "fields" else None

    def knows(self, selector: str) -> bool:
        """Whether a selector such as `$.order.total` or `$size` has the form for this pattern."""
        if self.kind == "json":
            return _PATH.fullmatch(selector) is not None
        return self.kind == "fields" and _NAME.fullmatch(selector) is not None

    def values(self, message: str, selectors: list[str]) -> dict[str, Any]:
        """What stands at each selector in a matching event; without those that it lacks."""
        if self._fields is not None:
            named = self._fields.values(message)
            return {each: named[each] for each in selectors if each in named}
        if self.kind != "json":
            return {}
        event = json.loads(message)
        found = ((each, next(values(event, each), None)) for each in selectors)
        return {each: value for each, value in found if value is not None}

    def shown(self, message: str) -> dict[str, str]:
        """The values that TestMetricFilter shows of a matching event, by their names."""
        if self._fields is not None:
            return self._fields.values(message)
        return {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in self.values(message, self._paths).items()
        }
