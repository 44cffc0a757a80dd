"""The tables that a call of DynamoDB writes into without naming one in `TableName`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_WRITTEN = re.compile(r"(?is)^\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?([\w.-]+)")


def written_tables(operation: str, params: Mapping[str, Any]) -> list[str]:
    """By name or ARN, each once: of a batch, a transaction, and of statements of PartiQL."""
    if operation == "BatchWriteItem":
        return [name for name in _mapping(params.get("RequestItems")) if isinstance(name, str)]
    if operation == "TransactWriteItems":
        return list(dict.fromkeys(_of_transaction(params.get("TransactItems"))))
    if operation in ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"):
        return list(dict.fromkeys(_of_statements(params)))
    return []


def _of_transaction(items: Any) -> Iterator[str]:
    for each in items if isinstance(items, list) else ():
        for kind, change in _mapping(each).items():
            table = _mapping(change).get("TableName")
            if kind != "ConditionCheck" and isinstance(table, str):
                yield table


def _of_statements(params: Mapping[str, Any]) -> Iterator[str]:
    texts = [params.get("Statement")]
    for member in ("Statements", "TransactStatements"):
        several = params.get(member)
        texts += [_mapping(each).get("Statement") for each in several or ()]
    for text in texts:
        found = _WRITTEN.match(text) if isinstance(text, str) else None
        if found:
            yield found[1]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
