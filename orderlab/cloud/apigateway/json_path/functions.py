"""The functions that a path may end with, such as `$.items.length()`.

https://github.com/json-path/JsonPath#functions
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any


def _length(value: Any) -> int | None:
    return len(value) if isinstance(value, list | dict | str) else None


def _numbers(value: Any) -> list[float]:
    items = value if isinstance(value, list) else []
    return [
        float(each)
        for each in items
        if isinstance(each, int | float) and not isinstance(each, bool)
    ]


def _of_numbers(compute: Callable[[list[float]], float]) -> Callable[[Any], float | None]:
    def function(value: Any) -> float | None:
        numbers = _numbers(value)
        return compute(numbers) if numbers else None

    return function


def _average(numbers: list[float]) -> float:
    return math.fsum(numbers) / len(numbers)


def _deviation(numbers: list[float]) -> float:
    mean = _average(numbers)
    return math.sqrt(math.fsum((each - mean) ** 2 for each in numbers) / len(numbers))


def _at(index: int) -> Callable[[Any], Any]:
    return lambda value: value[index] if isinstance(value, list) and value else None


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "length": _length,
    "size": _length,
    "min": _of_numbers(min),
    "max": _of_numbers(max),
    "sum": _of_numbers(math.fsum),
    "avg": _of_numbers(_average),
    "stddev": _of_numbers(_deviation),
    "keys": lambda value: list(value) if isinstance(value, dict) else None,
    "first": _at(0),
    "last": _at(-1),
}
