"""Tests for texts, as quick for many wanted texts as for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Test = Callable[[Any], bool]


def beginning_with(wanted: Iterable[str]) -> Test:
    """A test for texts that begin with one of these."""
    prefixes = tuple(wanted)
    return lambda value: isinstance(value, str) and value.startswith(prefixes)


def ending_with(wanted: Iterable[str]) -> Test:
    """A test for texts that end with one of these."""
    suffixes = tuple(wanted)
    return lambda value: isinstance(value, str) and value.endswith(suffixes)


def equal_but_for_case(wanted: Iterable[str]) -> Test:
    """A test for texts that are one of these, in upper or lower case."""
    lowered = frozenset(text.lower() for text in wanted)
    return lambda value: isinstance(value, str) and value.lower() in lowered


# operators that may be asked together
TOGETHER: dict[str, Callable[[Iterable[str]], Test]] = {
    "prefix": beginning_with,
    "suffix": ending_with,
    "equals-ignore-case": equal_but_for_case,
}
