"""Rules about the fields of a JSON object, matched as if rules and object were flat.

AWS makes dotted paths of both: `{"a": {"b": ["x"]}}` and `{"a.b": ["x"]}` are one pattern, and both
`{"a": {"b": "x"}}` and `{"a.b": "x"}` match it. Arrays are looked through, also arrays in arrays.
What a pattern wants of fields in one array must be found in one and the same of its elements.

Every value of the object is looked at once for each rule at most, so that the time grows with the
size of the object and no faster.
https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

# Says whether the values of a field, of which there may be none, are as a rule wants them.
LeafTest = Callable[[list[Any]], bool]
# Objects that count as one, each with the part of its keys' names that was gone through already.
_View = tuple[tuple[Mapping[str, Any], str], ...]

_NOWHERE: _View = ()
_MISSING: Any = object()


class Fields:
    """What a pattern wants of an object: tests of its leaves, and alternatives (`$or`)."""

    def __init__(self) -> None:
        self._tests: list[LeafTest] = []
        self._below: dict[str, Fields] = {}
        self._choices: list[list[Fields]] = []

    def at(self, path: str) -> Fields:
        """The part of the pattern at a dotted path, made if it is new."""
        part = self
        for step in path.split("."):
            found = part._below.get(step)
            if found is None:
                found = part._below[step] = Fields()
            part = found
        return part

    def test(self, test: LeafTest) -> None:
        """Add a test of the values that are found here."""
        self._tests.append(test)

    def only_test(self, test: LeafTest) -> None:
        """Set the test here: of two patterns for one field the last counts."""
        self._tests = [test]

    def choice(self, alternatives: list[Fields]) -> None:
        """Add alternatives, one of which must match."""
        self._choices.append(alternatives)

    def match(self, content: Mapping[str, Any]) -> bool:
        """As `_match` for a view of one whole object, which is what most of them are."""
        for name, part in self._below.items():
            value = content.get(name, _MISSING)
            if part._tests and not part._passes(value):
                return False
            if (part._below or part._choices) and not part._goes_on_in(content, name, value):
                return False
        return not self._choices or all(
            any(each.match(content) for each in choice) for choice in self._choices
        )

    def _passes(self, value: Any) -> bool:
        leaves = [value] if isinstance(value, str) else _leaves_of(value)
        if len(self._tests) == 1:
            return self._tests[0](leaves)
        return all(test(leaves) for test in self._tests)

    def _goes_on_in(self, content: Mapping[str, Any], name: str, value: Any) -> bool:
        """Whether what lies below a name matches; nearly always it is one object."""
        if isinstance(value, dict) and not _goes_on(content, f"{name}."):
            return self.match(value)
        return self._match_below(*_found(((content, ""),), name))

    def _match(self, view: _View) -> bool:
        for name, part in self._below.items():
            values, dotted = _found(view, name)
            leaves = [leaf for value in values for leaf in _leaves_of(value)]
            if not all(test(leaves) for test in part._tests):
                return False
            if (part._below or part._choices) and not part._match_below(values, dotted):
                return False
        return all(any(each._match(view) for each in choice) for choice in self._choices)

    def _match_below(self, values: list[Any], dotted: _View) -> bool:
        objects = (*((value, "") for value in values if isinstance(value, dict)), *dotted)
        arrays = [value for value in values if isinstance(value, list)]
        if objects and self._match(objects):
            return True
        met_object, met_other = bool(objects), False
        for element in _elements(arrays):
            if not isinstance(element, dict):
                met_other = True
                continue
            met_object = True
            if self.match(element):
                return True
        # what lies below something that is no object is not there
        return (met_other or not met_object) and self._match(_NOWHERE)


def _found(view: _View, name: str) -> tuple[list[Any], _View]:
    """The values of that name, and the objects that have keys which go on after it."""
    values = [content[prefix + name] for content, prefix in view if prefix + name in content]
    starts = ((content, f"{prefix}{name}.") for content, prefix in view)
    return values, tuple((content, start) for content, start in starts if _goes_on(content, start))


def _goes_on(content: Mapping[str, Any], start: str) -> bool:
    # dots in keys are rare, and quickly seen not to be there
    return "." in "".join(content) and any(key.startswith(start) for key in content)


def _elements(arrays: list[Any]) -> Iterator[Any]:
    """What arrays hold, those in them included."""
    waiting = list(reversed(arrays))
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        else:
            yield value


def _leaves_of(value: Any) -> list[Any]:
    """The leaves of a value: those of an array, and none of an object."""
    if isinstance(value, list):
        return [each for each in _elements(value) if not isinstance(each, dict)]
    return [] if value is _MISSING or isinstance(value, dict) else [value]
