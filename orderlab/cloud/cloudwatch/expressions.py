"""Metric math: arithmetic on time series.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html

Differs from AWS: SEARCH, SORT, SLICE, REMOVE_EMPTY, ANOMALY_DETECTION_BAND, INSIGHT_RULE_METRIC,
LAMBDA, DB_PERF_INSIGHTS and SERVICE_QUOTA are refused.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.cloudwatch.errors import ValidationError
from orderlab.cloud.cloudwatch.limits import MAX_EXPRESSION
from orderlab.cloud.cloudwatch.math_functions import REDUCTIONS, TRANSFORMS, Series, transform

Value = float | Series | list[Series]

_ARITHMETIC: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.BitXor: operator.pow,
    ast.Lt: lambda a, b: 1.0 if a < b else 0.0,
    ast.LtE: lambda a, b: 1.0 if a <= b else 0.0,
    ast.Gt: lambda a, b: 1.0 if a > b else 0.0,
    ast.GtE: lambda a, b: 1.0 if a >= b else 0.0,
    ast.Eq: lambda a, b: 1.0 if a == b else 0.0,
    ast.NotEq: lambda a, b: 1.0 if a != b else 0.0,
}
_BOTH: Callable[[float, float], float] = lambda a, b: 1.0 if a and b else 0.0  # noqa: E731
_EITHER: Callable[[float, float], float] = lambda a, b: 1.0 if a or b else 0.0  # noqa: E731
_FUNCTION = re.compile(r"\b([A-Z_][A-Z_0-9]*)\s*\(")
# the ways to write "and" and "or"
_LOWER = re.compile(r"\b(and|or)\b")
_AND, _OR = re.compile(r"\bAND\b|&&"), re.compile(r"\bOR\b|\|\|")
_IDENTIFIER = re.compile(r"\b[a-z]\w*")
_WORK = (ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.Compare, ast.Call, ast.List)
_DONE = (
    TRANSFORMS
    | REDUCTIONS.keys()
    | {
        *("FILL", "IF", "METRICS", "PERIOD", "TIME_SERIES", "METRIC_COUNT", "FIRST", "LAST"),
        # these are operators before a parenthesis
        *("AND", "OR"),
    }
)


def evaluate(
    expression: str, series: Mapping[str, Series], times: list[float], period: int
) -> Series:
    """The series of an expression; `times` are the starts of all periods of the range.

    A period whose value is no finite number has none, as after a division by 0.

    Raises ValidationError for what is no expression, NotDoneYet for functions not done.
    """
    _refuse_not_done(expression)
    try:
        found = _Evaluation(series, times, period).value(_tree(expression))
    except (TypeError, ValueError, RecursionError, LookupError, ArithmeticError):
        raise _unreadable(expression) from None
    if isinstance(found, list):
        raise NotDoneYet("expressions that give several time series")
    if isinstance(found, float):
        return {} if math.isnan(found) else dict.fromkeys(times, found)
    return found


def operations(expression: str) -> int:
    """How often an expression goes through its time series. Raises as `evaluate`."""
    _refuse_not_done(expression)
    return sum(isinstance(node, _WORK) for node in ast.walk(_tree(expression))) + 1


def identifiers(expression: str) -> set[str]:
    """The names of other queries that may stand in an expression."""
    return set(_IDENTIFIER.findall(expression))


def _refuse_not_done(expression: str) -> None:
    for name in _FUNCTION.findall(expression):
        if name not in _DONE:
            raise NotDoneYet(f"the metric math function {name}")
    if expression.lstrip().upper().startswith("SELECT"):
        raise NotDoneYet("Metrics Insights queries")


def _tree(expression: str) -> ast.expr:
    if len(expression) > MAX_EXPRESSION:
        raise ValidationError(
            f"1 validation error detected: Value '{expression[:40]}...' at 'expression' failed to "
            f"satisfy constraint: Member must have length less than or equal to {MAX_EXPRESSION}"
        )
    if _LOWER.search(expression):
        raise _unreadable(expression)
    try:
        text = _OR.sub(" or ", _AND.sub(" and ", expression.replace("^", "**")))
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _unreadable(expression) from None


def _unreadable(expression: str) -> ValidationError:
    return ValidationError(
        f"Error in expression '{expression}': it cannot be read or refers to an unknown id."
    )


class _Evaluation:
    def __init__(self, series: Mapping[str, Series], times: list[float], period: int) -> None:
        self._series = series
        self._times = times
        self._period = period

    def value(self, node: ast.AST) -> Value:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return _finite(node.value)
        if isinstance(node, ast.Name):
            return self._series[node.id]
        if isinstance(node, ast.List):
            return [self._one(element) for element in node.elts]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return _each(lambda a, b: a * b, self.value(node.operand), -1.0)
        if isinstance(node, ast.BinOp):
            compute = _ARITHMETIC[type(node.op)]
            return _each(compute, self.value(node.left), self.value(node.right))
        if isinstance(node, ast.BoolOp):
            compute = _BOTH if isinstance(node.op, ast.And) else _EITHER
            return reduce(partial(_each, compute), map(self.value, node.values))
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            compute = _ARITHMETIC[type(node.ops[0])]
            return _each(compute, self.value(node.left), self.value(node.comparators[0]))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._call(node.func.id, node.args)
        raise ValueError

    def _one(self, node: ast.AST) -> Series:
        found = self.value(node)
        if not isinstance(found, dict):
            raise TypeError
        return found

    def _call(self, name: str, arguments: list[ast.expr]) -> Value:
        if name == "METRICS":
            return list(self._series.values())
        if name == "PERIOD":
            return float(self._period)
        if name == "FILL":
            return self._fill(arguments)
        if name == "IF":
            return self._choose(arguments)
        argument = self.value(arguments[0])
        if name in REDUCTIONS:
            return _reduce(REDUCTIONS[name], argument)
        if name == "TIME_SERIES" and isinstance(argument, float):
            return {} if math.isnan(argument) else dict.fromkeys(self._times, argument)
        if isinstance(argument, list):
            return self._of_several(name, argument)
        if not isinstance(argument, dict):
            raise TypeError
        return transform(name, argument)

    def _of_several(self, name: str, several: list[Series]) -> Value:
        if name == "METRIC_COUNT":
            return float(len(several))
        return several[{"FIRST": 0, "LAST": -1}[name]]

    def _fill(self, arguments: list[ast.expr]) -> Value:
        filled = self.value(arguments[0])
        how = arguments[1]
        if isinstance(how, ast.Name) and how.id in ("REPEAT", "LINEAR"):
            if how.id == "LINEAR":
                raise NotDoneYet("FILL with LINEAR")
            return _for_each(lambda series: _repeat(series, self._times), filled)
        default = self.value(how)
        if not isinstance(default, float):
            raise TypeError
        if math.isnan(default):
            return filled
        return _for_each(lambda series: {at: series.get(at, default) for at in self._times}, filled)

    def _choose(self, arguments: list[ast.expr]) -> Series:
        condition = self.value(arguments[0])
        if isinstance(condition, float):
            condition = {} if math.isnan(condition) else dict.fromkeys(self._times, condition)
        if not isinstance(condition, dict):
            raise TypeError
        yes = self.value(arguments[1])
        no = self.value(arguments[2]) if len(arguments) > 2 else {}
        result: Series = {}
        for at, holds in condition.items():
            chosen = yes if holds else no
            value = chosen.get(at) if isinstance(chosen, dict) else chosen
            if isinstance(value, float) and not math.isnan(value):
                result[at] = value
        return result


def _reduce(compute: Callable[[list[float]], float], argument: Value) -> Value:
    """Of one series a number; of several series one series, period by period."""
    if isinstance(argument, dict):
        if not argument:
            return 0.0 if compute is len else math.nan
        return _finite(compute(list(argument.values())))
    if isinstance(argument, list):
        times = sorted({at for series in argument for at in series})
        found = {
            at: _finite(compute([series[at] for series in argument if at in series]))
            for at in times
        }
        return {at: value for at, value in found.items() if not math.isnan(value)}
    raise TypeError


def _each(compute: Callable[[float, float], float], left: Value, right: Value) -> Value:
    """Period by period; a period that one side lacks, and a division by 0, gives no value."""
    if isinstance(left, list) or isinstance(right, list):
        raise TypeError
    if isinstance(left, float) and isinstance(right, float):
        return _result(compute, left, right)
    if _is_none(left) or _is_none(right):
        return {}
    times: Any = left if isinstance(left, dict) else right
    result: Series = {}
    for at in times:
        a = left.get(at) if isinstance(left, dict) else left
        b = right.get(at) if isinstance(right, dict) else right
        if a is None or b is None:
            continue
        try:
            value = compute(a, b)
            # neither infinite nor complex, as a power can be
            if value - value == 0.0 and not isinstance(value, complex):
                result[at] = value
        except ArithmeticError:
            continue
    return result


def _is_none(value: Value) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _result(compute: Callable[[float, float], float], left: float, right: float) -> float:
    """Of two numbers; no number for a division by 0, a power that is complex, or too large."""
    if math.isnan(left) or math.isnan(right):
        return math.nan
    try:
        return _finite(compute(left, right))
    except (ArithmeticError, TypeError):
        return math.nan


def _finite(value: float) -> float:
    try:
        found = float(value)
    except OverflowError:
        return math.nan
    return found if math.isfinite(found) else math.nan


def _for_each(function: Callable[[Series], Series], value: Value) -> Value:
    if isinstance(value, list):
        return [function(series) for series in value]
    if not isinstance(value, dict):
        raise TypeError
    return function(value)


def _repeat(series: Series, times: list[float]) -> Series:
    result: Series = {}
    last = None
    for at in times:
        last = series.get(at, last)
        if last is not None:
            result[at] = last
    return result
