"""Patterns of policies: `*`, `?` and policy variables.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from orderlab.cloud.patterns.wildcards import Part, Wild, Wildcard

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
# ${*}, ${?} and ${$} stand for the characters themselves
_LITERALS = {"*": "[*]", "?": "[?]", "$": "[$]"}
_ESCAPED = frozenset(_LITERALS.values())
_WILD = {"*": Wild.MANY, "?": Wild.ONE}

# Gives the value of a context key, or None where the request has none.
Lookup = Callable[[str], str | None]


@lru_cache(maxsize=4096)
def _compiled(pattern: str, ignore_case: bool) -> Wildcard:
    """The pattern, in which `[x]` stands for a literal x."""
    parts: list[Part] = [
        _WILD.get(part) or (part[1] if part in _ESCAPED else part)
        for part in re.split(r"(\*|\?|\[[*?$]\])", pattern)
    ]
    return Wildcard(parts, ignore_case=ignore_case)


def resolve(pattern: str, lookup: Lookup) -> str | None:
    """The pattern with its variables filled in; None if one has no value and no default."""
    missing = False

    def value(match: re.Match[str]) -> str:
        nonlocal missing
        name, _, default = match[1].partition(",")
        name = name.strip()
        if name in _LITERALS:
            return _LITERALS[name]
        found = lookup(name.lower())
        if found is None and default:
            found = default.strip().strip("'")
        missing = missing or found is None
        return found or ""

    filled = _VARIABLE.sub(value, pattern)
    return None if missing else filled


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Whether the whole text fits the pattern."""
    return _compiled(pattern, ignore_case).matches(text)


class PatternSet:
    """Some patterns of one statement, quick to ask."""

    def __init__(self, patterns: Iterable[str], *, ignore_case: bool = False) -> None:
        self._ignore_case = ignore_case
        self._exact: set[str] = set()
        self._wild: list[str] = []
        self._variable: list[str] = []
        self.everything = False
        for pattern in patterns:
            self._sort_in(pattern)

    def _sort_in(self, pattern: str) -> None:
        if pattern == "*":
            self.everything = True
        elif "${" in pattern:
            self._variable.append(pattern)
        elif "*" in pattern or "?" in pattern:
            self._wild.append(pattern)
        else:
            self._exact.add(pattern.lower() if self._ignore_case else pattern)

    @property
    def varies(self) -> bool:
        """Whether the answer depends on who asks."""
        return bool(self._variable)

    def match(self, text: str, lookup: Lookup) -> bool:
        """Whether one of the patterns fits the text; `lookup` fills in policy variables."""
        if self.everything:
            return True
        if (text.lower() if self._ignore_case else text) in self._exact:
            return True
        if any(matches(p, text, ignore_case=self._ignore_case) for p in self._wild):
            return True
        filled = (resolve(pattern, lookup) for pattern in self._variable)
        return any(p is not None and matches(p, text) for p in filled)
