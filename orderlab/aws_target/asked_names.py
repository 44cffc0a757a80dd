"""Answers that name a request's tables name them as the caller did.

A batch is asked for by table, `RequestItems={"orders": ...}`, and answered by table. The request's
names get the learner's prefix; in the answer they are what the notebook wrote again.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BATCHES = ("BatchGetItem", "BatchWriteItem")
_KEPT = "orderlab-tables"
_MEMBERS = ("Responses", "UnprocessedKeys", "UnprocessedItems", "ItemCollectionMetrics")


def asked_tables(params: Mapping[str, Any]) -> list[str]:
    """The tables of a batch, as they are written."""
    items = params.get("RequestItems")
    return list(items) if isinstance(items, Mapping) else []


def keep(asked: list[str], params: Mapping[str, Any], context: dict[str, Any]) -> None:
    """Note which of the request's tables, by now renamed, was asked for under which name."""
    if asked:
        context[_KEPT] = dict(zip(asked_tables(params), asked, strict=True))


def name_as_asked(parsed: dict[str, Any], context: Mapping[str, Any], **_: Any) -> None:
    """Give a batch's answer the names that were asked for."""
    tables = context.get(_KEPT, {})
    for member in _MEMBERS:
        if isinstance(parsed.get(member), dict):
            parsed[member] = {tables.get(name, name): each for name, each in parsed[member].items()}
