"""Filter policies: which messages a subscription wants, by their attributes or by their body.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html
https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.patterns.fields import Fields, LeafTest
from orderlab.cloud.sns.errors import InvalidParameter
from orderlab.cloud.sns.filter_rules import (
    Test,
    bad_policy,
    check_number,
    equals_one_of,
    is_number,
    test_of,
)

MAX_KEYS = 5
MAX_COMBINATIONS = 150
MAX_BYTES = 256 * 1024
# what reading a body costs, compared with one question
READING = 8
# about how much of a policy's text asks one question
_QUESTION_LENGTH = 256
SCOPES = ("MessageAttributes", "MessageBody")

Attributes = Mapping[str, Mapping[str, Any]]
# stands for a body that is not a JSON object
NO_OBJECT: Mapping[str, Any] = {}


class FilterPolicy:
    """A policy, checked and made ready for use. `scope` is one of SCOPES."""

    def __init__(self, text: str, scope: str) -> None:
        """Raise InvalidParameter if the policy breaks one of AWS's rules."""
        policy = _read(text)
        self.scope = scope
        self.by_body = scope == "MessageBody"
        if _combinations(policy, 1) > MAX_COMBINATIONS:
            raise bad_policy("Filter policy is too complex")
        self.questions = _questions(text)
        self._fields = Fields()
        _Reader(nested=self.by_body).read(policy, self._fields)

    def matches(self, attributes: Attributes, body: str) -> bool:
        """Whether the policy wants a message with these attributes and this body."""
        return self.wants(body_content(body) if self.by_body else attribute_values(attributes))

    def wants(self, content: Mapping[str, Any]) -> bool:
        """Whether it matches what the policy looks at: attribute values by name, or the body."""
        return content is not NO_OBJECT and self._fields.match(content)


def _questions(text: str) -> int:
    """How much a policy asks of each value of a message: its operators and wildcards count."""
    return max(READING, text.count("{") + text.count("*"), len(text) // _QUESTION_LENGTH)


def body_content(body: str) -> Mapping[str, Any]:
    """The body as an object; NO_OBJECT for any other."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return NO_OBJECT
    return content if isinstance(content, dict) else NO_OBJECT


def attribute_values(attributes: Attributes) -> dict[str, Any]:
    """The attributes as plain values; binary ones are not seen by filters."""
    values: dict[str, Any] = {}
    for name, attribute in attributes.items():
        data_type = attribute["DataType"]
        text = attribute.get("StringValue", "")
        if data_type.startswith("Number"):
            values[name] = float(text)
        elif data_type == "String.Array":
            values[name] = _array(text)
        elif data_type.startswith("String"):
            values[name] = text
    return values


def _array(text: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, list) else [found]


def _read(text: str) -> dict[str, Any]:
    if len(text.encode()) > MAX_BYTES:
        raise bad_policy("Filter policy is longer than 256 KB")
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError):
        raise bad_policy("failed to parse JSON.") from None
    if not isinstance(policy, dict):
        raise bad_policy("Filter policy must be an object")
    return policy


def _is_or(name: str, value: Any) -> bool:
    """`$or` with two or more objects; anything else under that name is an ordinary key."""
    return (
        name == "$or"
        and isinstance(value, list)
        and len(value) > 1
        and all(isinstance(each, dict) and each for each in value)
    )


def _combinations(policy: Mapping[str, Any], depth: int) -> int:
    """How many values a policy combines: each key's count times its depth, multiplied."""
    # in a nested policy, only the outermost keys count
    if depth == 1 and len(policy) > MAX_KEYS:
        raise bad_policy("Filter policy can not have more than 5 keys")
    if depth > MAX_COMBINATIONS:
        raise bad_policy("Filter policy is too complex")
    total = 1
    for name, value in policy.items():
        if isinstance(value, dict):
            total *= _combinations(value, depth + 1)
        elif _is_or(name, value):
            total *= sum(_combinations(each, depth) for each in value)
        elif isinstance(value, list):
            total *= max(1, len(value)) * depth
        if total > MAX_COMBINATIONS:
            break
    return total


class _Reader:
    """Reads a policy into fields. `nested` says that its keys may hold objects."""

    def __init__(self, *, nested: bool) -> None:
        self._nested = nested

    def read(self, policy: Mapping[str, Any], fields: Fields) -> None:
        for name, value in policy.items():
            if _is_or(name, value):
                fields.choice([self._alternative(each) for each in value])
            elif name.count(".") > MAX_COMBINATIONS:
                raise bad_policy("Filter policy is too complex")
            else:
                self._read_key(name, value, fields)

    def _alternative(self, policy: Mapping[str, Any]) -> Fields:
        fields = Fields()
        self.read(policy, fields)
        return fields

    def _read_key(self, name: str, value: Any, fields: Fields) -> None:
        if isinstance(value, dict):
            if not value:
                raise bad_policy("Empty objects are not allowed")
            below = fields.at(name)
            self.read(value, below)
            if not self._nested:
                raise InvalidParameter(
                    "Filter policy scope MessageAttributes does not support nested filter policy"
                )
        elif not isinstance(value, list):
            raise bad_policy(f'"{name}" must be an object or an array')
        elif not value:
            raise bad_policy("Empty arrays are not allowed")
        else:
            fields.at(name).test(_leaf_test(value))


def _leaf_test(rules: list[Any]) -> LeafTest:
    """A key's rules as one test: `exists` decides by whether there is a value at all."""
    present = any(_exists(rule) is True for rule in rules)
    absent = any(_exists(rule) is False for rule in rules)
    plain = [rule for rule in rules if not isinstance(rule, dict)]
    tests: list[Test] = [equals_one_of(plain)] if plain else []
    tests += [test_of(rule) for rule in rules if isinstance(rule, dict) and _exists(rule) is None]
    for rule in rules:
        if is_number(rule):
            check_number(rule)

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


def _exists(rule: Any) -> bool | None:
    """What an `exists` rule wants; None for any other rule."""
    if not isinstance(rule, dict) or "exists" not in rule:
        return None
    if len(rule) != 1:
        raise bad_policy("Only one key allowed in match expression")
    if not isinstance(rule["exists"], bool):
        raise bad_policy("exists match pattern must be either true or false.")
    return bool(rule["exists"])
