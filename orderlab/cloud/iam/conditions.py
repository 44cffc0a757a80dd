"""The Condition of a statement.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from orderlab.cloud.iam.patterns import matches, resolve

# Context keys are kept in lower case, since they are compared without regard to case.
Context = Mapping[str, str | Sequence[str]]
Test = Callable[[str, str], bool]


def _arn(pattern: str, value: str) -> bool:
    """ARNs are compared part by part, so that `*` does not run over a colon."""
    wanted, given = pattern.split(":", 5), value.split(":", 5)
    if len(wanted) != 6 or len(given) != 6:
        return False
    return all(matches(w, g) for w, g in zip(wanted, given, strict=True))


def _number(compare: Callable[[float, float], bool]) -> Test:
    def test(wanted: str, given: str) -> bool:
        try:
            return compare(float(given), float(wanted))
        except ValueError:
            return False

    return test


def _date(compare: Callable[[float, float], bool]) -> Test:
    def test(wanted: str, given: str) -> bool:
        try:
            return compare(_seconds(given), _seconds(wanted))
        except ValueError:
            return False

    return test


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _ip(wanted: str, given: str) -> bool:
    try:
        return ipaddress.ip_address(given) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


_TESTS: dict[str, Test] = {
    "StringEquals": lambda wanted, given: wanted == given,
    "StringEqualsIgnoreCase": lambda wanted, given: wanted.lower() == given.lower(),
    "StringLike": matches,
    "ArnEquals": _arn,
    "ArnLike": _arn,
    "Bool": lambda wanted, given: wanted.lower() == given.lower(),
    "BinaryEquals": lambda wanted, given: wanted == given,
    "IpAddress": _ip,
    "NumericEquals": _number(lambda a, b: a == b),
    "NumericLessThan": _number(lambda a, b: a < b),
    "NumericLessThanEquals": _number(lambda a, b: a <= b),
    "NumericGreaterThan": _number(lambda a, b: a > b),
    "NumericGreaterThanEquals": _number(lambda a, b: a >= b),
    "DateEquals": _date(lambda a, b: a == b),
    "DateLessThan": _date(lambda a, b: a < b),
    "DateLessThanEquals": _date(lambda a, b: a <= b),
    "DateGreaterThan": _date(lambda a, b: a > b),
    "DateGreaterThanEquals": _date(lambda a, b: a >= b),
}
_NEGATIONS = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}
OPERATORS = frozenset({*_TESTS, *_NEGATIONS, "Null"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key: `{"ArnLike": {"aws:SourceArn": [...]}}`."""

    operator: str
    quantifier: str
    if_exists: bool
    key: str
    values: tuple[str, ...]

    def holds(self, context: Context) -> bool:
        """Whether the context fulfils it.

        A negated operator holds for a key that the context lacks, and so does `ForAllValues`.
        """
        given = context.get(self.key)
        if self.operator == "Null":
            return (given is None) == ([value.lower() for value in self.values[:1]] == ["true"])
        if given is None:
            return self._without_value()
        values = [given] if isinstance(given, str) else list(given)
        if self.quantifier == "ForAllValues":
            return all(self._fits(value, context) for value in values)
        return any(self._fits(value, context) for value in values)

    def _without_value(self) -> bool:
        if self.quantifier:
            return self.quantifier == "ForAllValues"
        # A negated operator holds for a key that the context lacks.
        return self.if_exists or self.operator in _NEGATIONS

    def _fits(self, given: str, context: Context) -> bool:
        test = _TESTS[_NEGATIONS.get(self.operator, self.operator)]
        found = any(
            test(wanted, given)
            for wanted in (self._filled(value, context) for value in self.values)
            if wanted is not None
        )
        return not found if self.operator in _NEGATIONS else found

    @staticmethod
    def _filled(value: str, context: Context) -> str | None:
        if "${" not in value:
            return value

        def lookup(key: str) -> str | None:
            found = context.get(key)
            return found if isinstance(found, str) else None

        return resolve(value, lookup)


def read_conditions(block: Mapping[str, Mapping[str, Any]]) -> tuple[Condition, ...]:
    """The Condition block of a statement. Raises ValueError for an operator that does not exist."""
    found = []
    for name, keys in block.items():
        if keys and not is_operator(name):
            raise ValueError(f"Invalid Condition type : {name}")
        quantifier, operator, if_exists = _parts(name)
        for key, values in keys.items():
            texts = tuple(map(_text, values if isinstance(values, list) else [values]))
            found.append(Condition(operator, quantifier, if_exists, key.lower(), texts))
    return tuple(found)


def is_operator(name: str) -> bool:
    """Whether there is such an operator, with or without a quantifier and IfExists."""
    quantifier, operator, _ = _parts(name)
    return operator in OPERATORS and quantifier in ("", "ForAnyValue", "ForAllValues")


def _parts(name: str) -> tuple[str, str, bool]:
    quantifier, _, operator = name.rpartition(":")
    return quantifier, operator.removesuffix("IfExists"), operator.endswith("IfExists")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
