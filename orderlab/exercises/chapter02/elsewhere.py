"""A learner's function as another environment of it would have it."""

from __future__ import annotations

import builtins
import copy
import itertools
import types
from collections.abc import Callable
from typing import Any


def remembering(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with a copy of all that it remembers: what it learns, the other never hears."""
    copied: Callable[..., Any] = _Copier(globals_too={}).function(function)
    return copied


def in_another_process(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with `hash` as another process has it, under whatever name it is used."""
    copied: Callable[..., Any] = _Copier(globals_too={"hash": salted}).function(function)
    return copied


def salted(value: Any) -> int:
    """hash() with another seed; numbers have the same hash in every process."""
    if isinstance(value, int | float):
        return hash(value)
    return hash((hash(value), "another process"))


class _Copier:
    """Copies functions with their globals and closures; what cannot be copied is shared."""

    def __init__(self, globals_too: dict[str, Any]) -> None:
        self._more = globals_too
        self._done: dict[int, Any] = {}
        # one memo, so that what two functions share is shared by their copies
        self._memo: dict[int, Any] = {}

    def function(self, found: Any) -> Any:
        if not isinstance(found, types.FunctionType):
            return self._value(found)
        if id(found) in self._done:
            return self._done[id(found)]
        scope: dict[str, Any] = {"__builtins__": builtins, **self._more}
        cells = tuple(types.CellType() for _ in found.__closure__ or ())
        made = types.FunctionType(found.__code__, scope, found.__name__, None, cells)
        self._done[id(found)] = made
        made.__kwdefaults__ = self._value(found.__kwdefaults__)
        made.__defaults__ = self._value(found.__defaults__)
        for name in _names(found.__code__):
            if name in found.__globals__:
                scope[name] = self._value(found.__globals__[name])
        for cell, original in zip(cells, found.__closure__ or (), strict=True):
            cell.cell_contents = self._value(original.cell_contents)
        return made

    def _value(self, value: Any) -> Any:
        if value is builtins.hash:
            return self._more.get("hash", value)
        if isinstance(value, types.FunctionType):
            return self.function(value)
        if isinstance(value, itertools.count):
            return self._counter(value)
        try:
            return copy.deepcopy(value, self._memo)
        except Exception:  # a module, a client, a lock: such things are shared
            return value

    def _counter(self, value: itertools.count[Any]) -> itertools.count[Any]:
        """A counter that goes on from the same number. Python 3.14 can't copy one by itself."""
        if id(value) not in self._memo:
            start, _, step = repr(value).removeprefix("count(").removesuffix(")").partition(", ")
            self._memo[id(value)] = itertools.count(_number(start), _number(step or "1"))
        made: itertools.count[Any] = self._memo[id(value)]
        return made


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _names(code: types.CodeType) -> set[str]:
    """Names that a function may look up among its globals, those of functions inside it as well."""
    found = set(code.co_names)
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            found |= _names(each)
    return found
