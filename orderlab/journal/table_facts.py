"""What the journal tells of tables, and a new cloud of those that stand there already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from orderlab.journal.file import Entry

WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"}


@dataclass(frozen=True)
class TableFacts:
    """The names of a table's keys, and whether it has, or will have, a stream."""

    keys: tuple[str, ...]
    streams: bool


_UNCLEAR = TableFacts((), streams=True)
# Tells of a table that stood before the journal began; None if there was none.
Tables = Callable[[str], TableFacts | None]


def known_tables(entries: list[Entry], tables: Tables | None) -> dict[str, TableFacts]:
    """The tables that are written to in a stretch without steps, as far as their keys are known."""
    found: dict[str, TableFacts] = {}
    written: set[str] = set()
    streaming: set[str] = set()
    for entry in entries:
        operation, names = entry.get("operation"), tables_of(entry)
        if operation in WRITES:
            written |= names
        elif operation == "CreateTable":
            (name,), facts = names, _facts(entry["parameters"])
            # another table had the name before: what was written then is not told apart
            clear = name not in written and found.get(name, facts) == facts
            found[name] = facts if clear else _UNCLEAR
        elif operation == "UpdateTable" and "StreamSpecification" in entry["parameters"]:
            streaming |= names
    for name in written - found.keys():
        found[name] = (tables(name) if tables and "@" not in name else None) or _UNCLEAR
    for name in streaming & found.keys():
        found[name] = replace(found[name], streams=True)
    return {name: facts for name, facts in found.items() if facts.keys}


def tables_of(entry: Entry) -> set[str]:
    """The names of the tables that an entry is about, with the Region if it is not the usual."""
    if entry.get("service") != "dynamodb":
        return set()
    parameters = entry["parameters"]
    named = set(parameters.get("RequestItems", ()))
    for each in parameters.get("TransactItems", ()):
        named |= {str(call.get("TableName", "")) for call in each.values()}
    if "TableName" in parameters:
        named.add(str(parameters["TableName"]))
    suffix = f"@{entry['region']}" if "region" in entry else ""
    return {f"{name.rpartition('/')[2]}{suffix}" for name in named}


def _facts(parameters: dict[str, Any]) -> TableFacts:
    keys = tuple(each["AttributeName"] for each in parameters.get("KeySchema", ()))
    return TableFacts(keys, bool(parameters.get("StreamSpecification", {}).get("StreamEnabled")))
