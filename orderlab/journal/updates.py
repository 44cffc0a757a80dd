"""Successive UpdateItem calls of one item, made fewer where that gives the same item."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

from orderlab.journal.file import Entry

# `SET a = :a, #b.c = :b`: whatever stood there before does not matter
_PLAIN_SET = re.compile(
    r"\s*SET\s+[#\w.]+\s*=\s*:\w+(\s*,\s*[#\w.]+\s*=\s*:\w+)*\s*", re.IGNORECASE
)
# `ADD n :by`, `SET n = n + :by` and `SET n = if_not_exists(n, :start) + :by`
_ADD = re.compile(r"\s*ADD\s+[#\w.]+\s+(?P<by>:\w+)\s*", re.IGNORECASE)
_INCREASE = re.compile(
    r"\s*SET\s+(?P<path>[#\w.]+)\s*=\s*"
    r"((?P=path)|if_not_exists\s*\(\s*(?P=path)\s*,\s*(?P<start>:\w+)\s*\))"
    r"\s*\+\s*(?P<by>:\w+)\s*",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"[#:]\w+")
# as many digits as DynamoDB keeps: where a sum needs more, nothing is summed up
_EXACTLY = Context(prec=38, traps=[Inexact, InvalidOperation])
# A transaction takes a hundred, and 4 MB.
_TOGETHER = 40
_KEPT = ("TableName", "Key", "UpdateExpression", "AttributeUpdates")


def without_condition(entry: Entry) -> Entry:
    """An UpdateItem that only updates: it asks for nothing, and answers nothing."""
    given = entry["parameters"]
    parameters = {name: given[name] for name in _KEPT if name in given}
    used = set(_PLACEHOLDER.findall(str(given.get("UpdateExpression", ""))))
    for name in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        needed = {key: value for key, value in given.get(name, {}).items() if key in used}
        if needed:
            parameters[name] = needed
    return {**entry, "parameters": parameters, "answer": {}}


def fold(updates: list[Entry], new: Entry) -> None:
    """Put a new update at the end of an item's, in place of the last if it makes that needless."""
    whole = _together(updates[-1], new) if updates else None
    if whole is not None:
        updates.pop()
    updates.append(whole or new)


def _together(old: Entry, new: Entry) -> Entry | None:
    """One update that does what both do, or None."""
    if not _same_form(old["parameters"], new["parameters"]):
        return None
    expression = new["parameters"]["UpdateExpression"]
    if _PLAIN_SET.fullmatch(expression):
        return new
    increase = _ADD.fullmatch(expression) or _INCREASE.fullmatch(expression)
    if not increase or increase["by"] == increase.groupdict().get("start"):
        return None
    return _sum(old, new, increase["by"])


def in_rounds(chains: Iterable[list[Entry]]) -> Iterator[Entry]:
    """The updates of many items, those of one item in their order, many items in one call."""
    waiting = [chain for chain in chains if chain]
    for number in itertools.count():
        waiting = [chain for chain in waiting if len(chain) > number]
        if not waiting:
            return
        for place in range(0, len(waiting), _TOGETHER):
            yield from _in_one_call([chain[number] for chain in waiting[place : place + _TOGETHER]])


def _in_one_call(updates: list[Entry]) -> list[Entry]:
    # transactions take nothing but expressions
    if len(updates) == 1 or any("UpdateExpression" not in each["parameters"] for each in updates):
        return updates
    calls = [{"Update": each["parameters"]} for each in updates]
    count = sum(each["count"] for each in updates)
    together = {"operation": "TransactWriteItems", "parameters": {"TransactItems": calls}}
    return [{**updates[0], **together, "count": count, "instead": updates}]


def _same_form(old: dict[str, Any], new: dict[str, Any]) -> bool:
    same = ("UpdateExpression", "ExpressionAttributeNames", "Key", "TableName")
    return "UpdateExpression" in new and all(old.get(name) == new.get(name) for name in same)


def _sum(old: Entry, new: Entry, name: str) -> Entry | None:
    """Both updates as one that adds both numbers; None if that cannot be done exactly."""
    given = [each["parameters"].get("ExpressionAttributeValues", {}) for each in (old, new)]
    others = [{key: each for key, each in values.items() if key != name} for values in given]
    values = [each.get(name) for each in given]
    if others[0] != others[1] or not all(
        isinstance(value, dict) and list(value) == ["N"] for value in values
    ):
        return None
    try:
        total = _EXACTLY.add(Decimal(values[0]["N"]), Decimal(values[1]["N"]))
    except ArithmeticError:
        return None
    added = {**others[0], name: {"N": str(total)}}
    return {**new, "parameters": {**new["parameters"], "ExpressionAttributeValues": added}}
