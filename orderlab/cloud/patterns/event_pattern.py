"""Event patterns as EventBridge reads them: which events a rule, an archive or a pipe wants.

A pattern names fields, each with a list of what its value may be. Fields at one level must all
fit, values in a list are alternatives, and `$or` makes alternatives of whole patterns.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html
Differs from AWS: a pattern with many wildcards is never too complex, since matching takes linear
time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.patterns.exact_numbers import written
from orderlab.cloud.patterns.fields import Fields, LeafTest
from orderlab.cloud.patterns.operators import (
    RESERVED_IN_OR,
    Test,
    is_number,
    number_of,
    only_member,
    read_expression,
    refuse_second,
)
from orderlab.cloud.patterns.pattern_text import DEEPEST, InvalidPattern, Node, PatternText

__all__ = ["EventPattern", "InvalidPattern"]

# alternatives of fields that a rule may combine by `$or`
MAX_COMBINATIONS = 1_000
# about as much of a pattern as asks one question
_QUESTION_LENGTH = 4


class EventPattern:
    """A pattern that is ready for use; InvalidPattern if EventBridge would refuse it.

    Numbers are compared as they are written, as EventBridge does, or by value with
    `exact_numbers=False`.
    """

    def __init__(self, text: str, *, exact_numbers: bool = True) -> None:
        source = PatternText(text)
        pattern = source.read()
        self._fields = Fields()
        _Reader(source, exact_numbers=exact_numbers).read(pattern, self._fields, inside_or=False)
        if _combinations(pattern) > MAX_COMBINATIONS:
            raise InvalidPattern(
                f"Rule is too complex: $or combines more than {MAX_COMBINATIONS} alternatives"
            )
        self._questions = len(text) // _QUESTION_LENGTH + 1

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Whether the pattern wants an event, which should be read by `exact_numbers`."""
        return self._fields.match(event)

    def work(self, size: int) -> int:
        """How much work an event of so many bytes is: each byte meets each question at most."""
        return size * self._questions


class _Reader:
    """Makes fields with their tests from a pattern's nodes."""

    def __init__(self, source: PatternText, *, exact_numbers: bool) -> None:
        self._source = source
        self._exact = exact_numbers

    def read(self, node: Node, fields: Fields, *, inside_or: bool) -> None:
        if not node.value:
            raise self._source.error("Empty objects are not allowed", node.end)
        for name, value in node.value:
            if name == "$or":
                fields.choice(self._alternatives(value))
                continue
            if inside_or and name in RESERVED_IN_OR:
                raise self._source.error(
                    f"{name} is Ruler reserved fieldName which cannot be used inside $or.",
                    value.opened,
                )
            if name.count(".") > DEEPEST:
                raise self._source.error("Rule is too complex", value.opened)
            if value.kind == "object":
                self.read(value, fields.at(name), inside_or=inside_or)
            elif value.kind == "array":
                fields.at(name).only_test(self._leaf(value))
            else:
                raise self._source.error(f'"{name}" must be an object or an array', value.opened)

    def _alternatives(self, node: Node) -> list[Fields]:
        if node.kind != "array":
            raise self._source.error("It must be an Array followed with $or.", node.opened)
        found = []
        for each in node.value:
            if each.kind != "object":
                raise self._source.error(
                    "Only JSON object is allowed in array of $or relationship.", each.opened
                )
            fields = Fields()
            self.read(each, fields, inside_or=True)
            found.append(fields)
        if len(found) < 2:
            raise self._source.error(
                "There must have at least 2 Objects in $or relationship.", node.end
            )
        return found

    def _leaf(self, node: Node) -> LeafTest:
        """A field's list as one test: `exists` decides by whether there is a value at all."""
        if not node.value:
            raise self._source.error("Empty arrays are not allowed", node.end)
        existence = [each for each in map(self._exists, node.value) if each is not None]
        plain = [each for each in node.value if each.kind in ("string", "number", "literal")]
        tests = [self._one_of(plain)] if plain else []
        for each in node.value:
            if each.kind == "array":
                raise self._source.error(
                    "Match value must be String, number, true, false, or null", each.opened
                )
            if each.kind == "object" and self._exists(each) is None:
                tests.append(read_expression(self._source, each))
        return _leaf_test(tests, present=True in existence, absent=False in existence)

    def _exists(self, node: Node) -> bool | None:
        """What an `exists` wants; None for anything else."""
        if node.kind != "object" or not node.value or node.value[0][0] != "exists":
            return None
        _, operand = only_member(self._source, node, "")
        if operand.kind != "literal" or operand.value is None:
            raise self._source.error(
                "exists match pattern must be either true or false.", operand.opened
            )
        refuse_second(self._source, node)
        wanted: bool = operand.value
        return wanted

    def _one_of(self, nodes: list[Node]) -> Test:
        """A test for plain values, as quick for very many of them as for one."""
        texts = frozenset(each.value for each in nodes if each.kind == "string")
        found = [each for each in nodes if each.kind == "number"]
        as_written = frozenset(each.value for each in found)
        by_value = frozenset(number_of(each) for each in found)
        literals = [each.value for each in nodes if each.kind == "literal"]
        exact = self._exact

        def test(value: Any) -> bool:
            if isinstance(value, str):
                return value in texts
            if is_number(value):
                return written(value) in as_written if exact else value in by_value
            return any(value is each for each in literals)

        return test


def _leaf_test(tests: list[Test], *, present: bool, absent: bool) -> LeafTest:
    def holds(values: list[Any]) -> bool:
        if not values:
            return absent
        if present:
            return True
        for value in values:
            for test in tests:
                if test(value):
                    return True
        return False

    return holds


def _combinations(node: Node) -> int:
    """How many patterns without `$or` a pattern stands for."""
    total = 1
    for name, value in node.value:
        if name == "$or":
            total *= sum(_combinations(each) for each in value.value)
        elif value.kind == "object":
            total *= _combinations(value)
        if total > MAX_COMBINATIONS:
            break
    return total
