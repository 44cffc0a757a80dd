"""The keywords of draft 4 that look at one value: each makes a check, in AWS's words.

https://json-schema.org/draft-04/draft-fge-json-schema-validation-00
Differs from AWS: `format` is not checked.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.schemas.run import Run, Schema, SchemaCheck, key_of, names, shown
from orderlab.cloud.patterns.expressions import expression

# JSON is read into exactly these classes, never into subclasses
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "array": (list,), "boolean": (bool,), "integer": (int,), "null": (type(None),),
    "number": (int, float), "object": (dict,), "string": (str,),
}  # fmt: skip
_NAMES = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object"}


def _type_of(value: Any) -> str:
    return "null" if value is None else _NAMES.get(type(value), "array")


def is_number(value: Any) -> bool:
    """Whether a JSON value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def type_check(schema: Schema) -> SchemaCheck:
    """`type`: one name of a type, or a list of them."""
    wanted = schema["type"]
    allowed = list(dict.fromkeys(wanted)) if isinstance(wanted, list) else [wanted]
    types = {each for name in allowed for each in _PYTHON_TYPES[name]}

    def check(value: Any, run: Run) -> None:
        if type(value) not in types:
            run.fail(
                lambda: (
                    f"instance type ({_type_of(value)}) does not match any allowed primitive "
                    f"type (allowed: {names(allowed)})"
                )
            )

    return check


def enum_check(schema: Schema) -> SchemaCheck:
    """`enum`: the values that are allowed."""
    choices = schema["enum"]
    known = {key_of(choice, Budget()) for choice in choices}

    def check(value: Any, run: Run) -> None:
        if key_of(value, run.budget) not in known:
            run.fail(
                lambda: (
                    f"instance value ({shown(value)}) not found in enum "
                    f"(possible values: {shown(choices)})"
                )
            )

    return check


def _exact(number: Any) -> Fraction:
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def multiple_check(schema: Schema) -> SchemaCheck:
    """`multipleOf`: the number must be divisible, in exact arithmetic."""
    step = schema["multipleOf"]
    exact = _exact(step)

    def check(value: Any, run: Run) -> None:
        if is_number(value) and _exact(value) % exact:
            run.fail(lambda: f"remainder of division is not zero ({shown(value)} / {shown(step)})")

    return check


def maximum_check(schema: Schema) -> SchemaCheck:
    """`maximum` and `exclusiveMaximum`."""
    most, exclusive = schema["maximum"], schema.get("exclusiveMaximum")

    def check(value: Any, run: Run) -> None:
        if not is_number(value) or value < most:
            return
        if value > most:
            run.fail(
                lambda: (
                    "numeric instance is greater than the required maximum "
                    f"(maximum: {shown(most)}, found: {shown(value)})"
                )
            )
        elif exclusive:
            run.fail(
                lambda: (
                    "numeric instance is not strictly lower than the required maximum "
                    f"{shown(most)}"
                )
            )

    return check


def minimum_check(schema: Schema) -> SchemaCheck:
    """`minimum` and `exclusiveMinimum`."""
    least, exclusive = schema["minimum"], schema.get("exclusiveMinimum")

    def check(value: Any, run: Run) -> None:
        if not is_number(value) or value > least:
            return
        if value < least:
            run.fail(
                lambda: (
                    "numeric instance is lower than the required minimum "
                    f"(minimum: {shown(least)}, found: {shown(value)})"
                )
            )
        elif exclusive:
            run.fail(
                lambda: (
                    "numeric instance is not strictly greater than the required minimum "
                    f"{shown(least)}"
                )
            )

    return check


def max_length_check(schema: Schema) -> SchemaCheck:
    """`maxLength`, in characters."""
    most = schema["maxLength"]

    def check(value: Any, run: Run) -> None:
        if isinstance(value, str) and len(value) > most:
            run.fail(
                lambda: (
                    f"string {shown(value)} is too long "
                    f"(length: {len(value)}, maximum allowed: {most})"
                )
            )

    return check


def min_length_check(schema: Schema) -> SchemaCheck:
    """`minLength`, in characters."""
    least = schema["minLength"]

    def check(value: Any, run: Run) -> None:
        if isinstance(value, str) and len(value) < least:
            run.fail(
                lambda: (
                    f"string {shown(value)} is too short "
                    f"(length: {len(value)}, required minimum: {least})"
                )
            )

    return check


def pattern_check(schema: Schema) -> SchemaCheck:
    """`pattern`: the regular expression must occur somewhere in a text."""
    pattern = schema["pattern"]
    occurs_in = expression(pattern).occurs_in

    def check(value: Any, run: Run) -> None:
        if isinstance(value, str) and not occurs_in(value):
            run.fail(
                lambda: (
                    f"ECMA 262 regex {shown(pattern)} does not match input string {shown(value)}"
                )
            )

    return check


def unique_check(schema: Schema) -> SchemaCheck | None:
    """`uniqueItems`: no two items of a list may be equal. None if the schema switches it off."""
    if not schema["uniqueItems"]:
        return None

    def check(value: Any, run: Run) -> None:
        if not isinstance(value, list):
            return
        run.budget.spend(len(value))
        if len({key_of(item, run.budget) for item in value}) < len(value):
            run.fail(lambda: "array must not contain duplicate elements")

    return check


def _counted(of: type[list[Any]] | type[dict[Any, Any]], most: int, text: str) -> SchemaCheck:
    def check(value: Any, run: Run) -> None:
        if isinstance(value, of) and len(value) > most:
            run.fail(lambda: text.format(most, len(value)))

    return check


def _counted_least(
    of: type[list[Any]] | type[dict[Any, Any]], least: int, text: str
) -> SchemaCheck:
    def check(value: Any, run: Run) -> None:
        if isinstance(value, of) and len(value) < least:
            run.fail(lambda: text.format(least, len(value)))

    return check


SIMPLE: dict[str, Callable[[Schema], SchemaCheck | None]] = {
    "type": type_check,
    "enum": enum_check,
    "multipleOf": multiple_check,
    "maximum": maximum_check,
    "minimum": minimum_check,
    "maxLength": max_length_check,
    "minLength": min_length_check,
    "pattern": pattern_check,
    "uniqueItems": unique_check,
    "maxItems": lambda schema: _counted(
        list,
        schema["maxItems"],
        "array is too long: must have at most {} elements but instance has {} elements",
    ),
    "minItems": lambda schema: _counted_least(
        list,
        schema["minItems"],
        "array is too short: must have at least {} elements but instance has {} elements",
    ),
    "maxProperties": lambda schema: _counted(
        dict,
        schema["maxProperties"],
        "object has too many properties (found {1} but schema requires at most {0})",
    ),
    "minProperties": lambda schema: _counted_least(
        dict,
        schema["minProperties"],
        "object has too few properties (found {1} but schema requires at least {0})",
    ),
}
