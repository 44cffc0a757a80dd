"""The expressions of one request, with the names and values that it brings for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice
from typing import Any, TypeVar

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.dynamodb.attribute_values import Item, TooLarge, Value, kind_of, measure
from orderlab.cloud.dynamodb.errors import Counted
from orderlab.cloud.dynamodb.expressions import compiled
from orderlab.cloud.dynamodb.expressions.compiled import (
    CompiledCondition,
    CompiledKeyCondition,
    CompiledProjection,
    CompiledUpdate,
    Used,
)
from orderlab.cloud.dynamodb.expressions.conditions import check_given
from orderlab.cloud.dynamodb.expressions.tokens import MAX_EXPRESSION_BYTES
from orderlab.cloud.dynamodb.expressions.tree import Condition

Compiled = TypeVar("Compiled")

_NAME = re.compile(r"#[A-Za-z0-9_]+", re.ASCII)
_PLACEHOLDER = re.compile(r"[#:][A-Za-z0-9_]+", re.ASCII)
_VALUE = re.compile(r":[A-Za-z0-9_]+", re.ASCII)
MAX_VALUES_BYTES = 2 * 1024 * 1024
# names and values that are remembered with an expression, together
MAX_REMEMBERED = 4096
# more than the expressions of a request could use
MAX_PLACEHOLDERS = 6000
# how much an error lists of what is not used
MAX_SHOWN = 2000


class Expressions:
    """Compiles what a request asks for; `finish` refuses what it brought and did not use."""

    def __init__(self, parameters: dict[str, Any], *expressions: str) -> None:
        """`expressions` are the names of the parameters that may hold one in this request."""
        self._parameters = parameters
        names = parameters.get("ExpressionAttributeNames")
        values = parameters.get("ExpressionAttributeValues")
        self._names: tuple[tuple[str, str], ...] = ()
        self.values: dict[str, Value] = {}
        self._types: tuple[tuple[str, str], ...] = ()
        remembered = 0
        if names is not None or values is not None:
            _require_expressions(parameters, expressions)
        if names is not None:
            _require_few("Names", names, parameters, expressions)
            self._names = _checked_names(names)
            remembered = sum([len(name) + len(stands_for) for name, stands_for in self._names])
        if values is not None:
            _require_few("Values", values, parameters, expressions)
            self.values = _checked_values(values)
            self._types = tuple([(name, kind_of(value)) for name, value in self.values.items()])
            remembered += sum(map(len, self.values))
        self._remembered = remembered <= MAX_REMEMBERED
        self._used: list[Used] = []

    def condition(self, what: str = "ConditionExpression") -> CompiledCondition | None:
        """The condition in a parameter; None if it is missing. Raises ValidationException."""
        text = self._parameters.get(what)
        if text is None:
            return None
        found = self._compile(compiled.condition)(what, text, self._names, self._types)
        self._note(found, what)
        return found

    def holds(self, condition: CompiledCondition, item: Item) -> bool:
        """Whether a condition holds for an item, with the request's values."""
        return condition.test(item, self.values)

    def key_condition(self) -> CompiledKeyCondition:
        """The KeyConditionExpression. Raises ValidationException."""
        text = self._parameters["KeyConditionExpression"]
        found = self._compile(compiled.key_condition)(text, self._names, self._types)
        self._note(found, "KeyConditionExpression")
        return found

    def update(self) -> CompiledUpdate | None:
        """The UpdateExpression; None if it is missing. Raises ValidationException."""
        text = self._parameters.get("UpdateExpression")
        if text is None:
            return None
        found = self._compile(compiled.update)(text, self._names, self._types)
        self._used.append(found.used)
        return found

    def projection(self) -> CompiledProjection | None:
        """The ProjectionExpression; None if it is missing. Raises ValidationException."""
        text = self._parameters.get("ProjectionExpression")
        if text is None:
            return None
        found = self._compile(compiled.projection)(text, self._names)
        self._used.append(found.used)
        return found

    def _compile(self, compile_once: Callable[..., Compiled]) -> Callable[..., Compiled]:
        """The compiler itself where what it would be remembered with is long."""
        once: Any = compile_once
        chosen: Callable[..., Compiled] = once if self._remembered else once.__wrapped__
        return chosen

    def _note(self, found: CompiledCondition | CompiledKeyCondition, what: str) -> None:
        self._used.append(found.used)
        if found.checks_values:
            tree: Condition = found.tree
            check_given(tree, self.values, what)

    def finish(self) -> None:
        """Refuse names and values that no expression used."""
        if not self._names and not self.values:
            return
        names = {name for used in self._used for name in used.names}
        values = {name for used in self._used for name in used.values}
        _require_used("Names", [name for name, _ in self._names if name not in names])
        _require_used("Values", [name for name in self.values if name not in values])


def _require_used(what: str, unused: list[str]) -> None:
    if unused:
        keys = ", ".join(unused)
        shown = keys if len(keys) <= MAX_SHOWN else f"{keys[:MAX_SHOWN]}..."
        raise Counted(
            f"Value provided in ExpressionAttribute{what} unused in expressions: keys: {{{shown}}}"
        )


def _require_few(
    what: str,
    brought: dict[str, Any],
    parameters: dict[str, Any],
    expressions: tuple[str, ...],
) -> None:
    """Refuse at once what brings more names or values than its expressions could use."""
    if len(brought) <= MAX_PLACEHOLDERS:
        return
    texts = [parameters[name][:MAX_EXPRESSION_BYTES] for name in expressions if name in parameters]
    used = {found for text in texts for found in _PLACEHOLDER.findall(text)}
    unused = (name for name in brought if name not in used)
    _require_used(what, list(islice(unused, MAX_SHOWN)))


def _require_expressions(parameters: dict[str, Any], expressions: tuple[str, ...]) -> None:
    if any(parameters.get(name) is not None for name in expressions):
        return
    if parameters.get("ExpressionAttributeNames") is not None:
        raise ValidationException(
            "ExpressionAttributeNames can only be specified when using expressions"
        )
    with_values = [name for name in expressions if name != "ProjectionExpression"]
    if not with_values:
        return
    verb = "is" if len(with_values) == 1 else "are"
    raise ValidationException(
        "ExpressionAttributeValues can only be specified when using expressions: "
        f"{' and '.join(with_values)} {verb} null"
    )


def _checked_names(names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    if not names:
        raise Counted("ExpressionAttributeNames must not be empty")
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValidationException(
                f'ExpressionAttributeNames contains invalid key: Syntax error; key: "{name}"'
            )
    return tuple(names.items())


def _checked_values(values: dict[str, Value]) -> dict[str, Value]:
    if not values:
        raise Counted("ExpressionAttributeValues must not be empty")
    size = 0
    for name, value in values.items():
        if not _VALUE.fullmatch(name):
            raise ValidationException(
                f'ExpressionAttributeValues contains invalid key: Syntax error; key: "{name}"'
            )
        try:
            size += measure(value, limit=MAX_VALUES_BYTES)
        except TooLarge:
            raise _values_too_large() from None
        except ValidationException as error:
            text = (
                f"ExpressionAttributeValues contains invalid value: {error.message} for key {name}"
            )
            if isinstance(error, Counted):
                raise Counted(text, error.counted) from None
            raise ValidationException(text) from None
        if size > MAX_VALUES_BYTES:
            raise _values_too_large()
    return values


def _values_too_large() -> ValidationException:
    return ValidationException(
        "Expression attribute values exceeded the maximum allowed size of 2 MB"
    )
