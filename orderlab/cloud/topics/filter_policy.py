"""Filter policies: which messages a subscription wants, by their attributes or by their body.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from orderlab.cloud.topics.filter_rules import Test, bad_policy, is_number, test_of

MAX_KEYS = 5
MAX_COMBINATIONS = 150
MAX_BYTES = 256 * 1024
SCOPES = ("MessageAttributes", "MessageBody")

# Says whether an object (attribute values by name, or a part of the body) is wanted.
Condition = Callable[[Mapping[str, Any]], bool]
Attributes = Mapping[str, Mapping[str, Any]]


class FilterPolicy:
    """A policy, checked and made ready for use. `scope` is one of SCOPES."""

    def __init__(self, text: str, scope: str) -> None:
        """Raise InvalidParameter if the policy breaks one of AWS's rules."""
        policy = _read(text)
        self.scope = scope
        self._by_body = scope == "MessageBody"
        if len(policy) > MAX_KEYS:
            raise bad_policy("Filter policy can not have more than 5 keys")
        if _combinations(policy, 1) > MAX_COMBINATIONS:
            raise bad_policy("Filter policy is too complex")
        self._condition = _all_of(policy, nested=self._by_body)

    def matches(self, attributes: Attributes, body: str) -> bool:
        if not self._by_body:
            return self._condition(attribute_values(attributes))
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            return False
        return isinstance(content, dict) and self._condition(content)


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
    total = 1
    for name, value in policy.items():
        if isinstance(value, dict):
            total *= _combinations(value, depth + 1)
        elif _is_or(name, value):
            total *= sum(_combinations(each, depth) for each in value)
        elif isinstance(value, list):
            total *= max(1, len(value)) * depth
    return total


def _all_of(policy: Mapping[str, Any], *, nested: bool) -> Condition:
    conditions = [_condition(name, value, nested=nested) for name, value in policy.items()]
    return lambda content: all(condition(content) for condition in conditions)


def _condition(name: str, value: Any, *, nested: bool) -> Condition:
    if _is_or(name, value):
        choices = [_all_of(each, nested=nested) for each in value]
        return lambda content: any(choice(content) for choice in choices)
    if isinstance(value, dict):
        if not nested:
            raise bad_policy(
                "Filter policy scope MessageAttributes does not support nested filter policy"
            )
        if not value:
            raise bad_policy("Empty objects are not allowed")
        return _below(name, _all_of(value, nested=True))
    if not isinstance(value, list):
        raise bad_policy(f'"{name}" must be an object or an array')
    if not value:
        raise bad_policy("Empty arrays are not allowed")
    return _field(name, value)


def _below(name: str, condition: Condition) -> Condition:
    """The condition holds for the object under a name, or for one of the objects in an array."""

    def holds(content: Mapping[str, Any]) -> bool:
        found = content.get(name)
        if isinstance(found, list):
            return any(isinstance(each, dict) and condition(each) for each in found)
        # where there is no object, its keys do not exist
        return condition(found if isinstance(found, dict) else {})

    return holds


def _field(name: str, rules: list[Any]) -> Condition:
    present = any(_exists(rule) is True for rule in rules)
    absent = any(_exists(rule) is False for rule in rules)
    tests: list[Test] = [test_of(rule) for rule in rules if _exists(rule) is None]
    for rule in rules:
        if is_number(rule) and not -1_000_000_000 <= rule <= 1_000_000_000:
            raise bad_policy(f"Value {rule} is out of range: must be between -10^9 and 10^9")

    def holds(content: Mapping[str, Any]) -> bool:
        if name not in content:
            return absent
        value = content[name]
        if isinstance(value, dict):
            # rules speak of leaves
            return False
        if present:
            return True
        values = value if isinstance(value, list) else [value]
        return any(test(each) for test in tests for each in values)

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
