"""Successive UpdateItem calls of one item, made fewer where that gives the same item."""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

from orderlab.journal.file import Entry

# `SET a = :a, #b.c = :b`: whatever stood there before does not matter
_PLAIN_SET = re.compile(
    r"\s*SET\s+[#\w.]+\s*=\s*:\w+(\s*,\s*[#\w.]+\s*=\s*:\w+)*\s*", re.IGNORECASE
)
# `ADD n :by` and `SET n = n + :by`
_ADD = re.compile(r"\s*ADD\s+[#\w.]+\s+(:\w+)\s*", re.IGNORECASE)
_INCREASE = re.compile(r"\s*SET\s+([#\w.]+)\s*=\s*\1\s*\+\s*(:\w+)\s*", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"[#:]\w+")
# as many digits as DynamoDB keeps: where a sum needs more, nothing is summed up
_EXACTLY = Context(prec=38, traps=[Inexact, InvalidOperation])
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
    by = _ADD.fullmatch(expression) or _INCREASE.fullmatch(expression)
    return _sum(old, new, by[by.lastindex or 1]) if by else None


def _same_form(old: dict[str, Any], new: dict[str, Any]) -> bool:
    same = ("UpdateExpression", "ExpressionAttributeNames", "Key", "TableName")
    return "UpdateExpression" in new and all(old.get(name) == new.get(name) for name in same)


def _sum(old: Entry, new: Entry, name: str) -> Entry | None:
    """Both updates as one that adds both numbers; None if that cannot be done exactly."""
    values = [
        each["parameters"].get("ExpressionAttributeValues", {}).get(name) for each in (old, new)
    ]
    if not all(isinstance(value, dict) and list(value) == ["N"] for value in values):
        return None
    try:
        total = _EXACTLY.add(Decimal(values[0]["N"]), Decimal(values[1]["N"]))
    except ArithmeticError:
        return None
    added = {name: {"N": str(total)}}
    return {**new, "parameters": {**new["parameters"], "ExpressionAttributeValues": added}}
