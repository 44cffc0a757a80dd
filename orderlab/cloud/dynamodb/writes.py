"""One write: read from the request, fitted to its table, decided against the item that is there.

What can be said of a request without its table is said first, whether there is such a table or
not. Shared by PutItem, UpdateItem, DeleteItem, BatchWriteItem and TransactWriteItems, so that a
write means the same whichever way it comes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.aws_error import AwsError, ValidationException
from orderlab.cloud.dynamodb.attribute_values import Item, TooLarge, kind_of, measure_item
from orderlab.cloud.dynamodb.capacity import Consumed, write_units
from orderlab.cloud.dynamodb.errors import NOT_VALID, condition_failed, invalid
from orderlab.cloud.dynamodb.expressions.compiled import CompiledCondition, CompiledUpdate
from orderlab.cloud.dynamodb.expressions.request import Expressions
from orderlab.cloud.dynamodb.expressions.updates import UpdateTooLarge, apply_update
from orderlab.cloud.dynamodb.item_rules import (
    MAX_ITEM_BYTES,
    check_index_key,
    check_key,
    check_keys,
    measure_whole_item,
)
from orderlab.cloud.dynamodb.rows import Key
from orderlab.cloud.dynamodb.stored import Stored, store
from orderlab.cloud.dynamodb.table import Change, Table

# what becomes of an item: its stored form and its attributes; None where it goes. It is worked
# out from the item that is there and, if they were needed already, its attributes
Outcome = tuple[Stored | None, Item | None]


# what is left to do once the table is found; ValidationException if the write does not fit it
Prepare = Callable[[Table], "Write"]


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """What a write makes of one version of an item: another version, or an error."""

    old: Stored | None
    new: Stored | None = None
    new_item: Item | None = None
    same: bool = False
    error: AwsError | None = None


@dataclass
class Write:
    """A write whose form is right. `decide` says what it changes, or raises."""

    table: Table
    key: Key
    partition: Key
    key_item: Item
    expressions: Expressions
    condition: CompiledCondition | None
    outcome: Callable[[Stored | None, Item | None], Outcome]
    show_old_on_failure: bool
    update: CompiledUpdate | None = None
    worked_out: WorkedOut | None = None

    def current(self) -> Stored | None:
        """The item that is there."""
        return self.table.get(self.key)

    def decide(self) -> Change:
        """What the write changes now; raises ConditionalCheckFailed or ValidationException."""
        found = self.worked_out
        if found is not None and found.old is self.current():
            if found.error is not None:
                raise found.error
            return self.table.change(
                self.key, found.new, found.new_item, self.partition, same=found.same
            )
        new, new_item = self._result(self.current())
        return self.table.change(self.key, new, new_item, self.partition)

    def _result(self, old: Stored | None) -> Outcome:
        item: Item | None = None
        if self.condition is not None:
            item = old.item() if old is not None else None
            if not self.expressions.holds(self.condition, item or {}):
                raise condition_failed(item if self.show_old_on_failure else None)
        return self.outcome(old, item)

    def is_worked_out(self) -> bool:
        """Whether its result was computed for the item as it is now."""
        return self.worked_out is not None and self.worked_out.old is self.current()

    def work_out(self, old: Stored | None) -> WorkedOut:
        """Do for one version of the item what takes long in `decide`; touches nothing else."""
        try:
            new, new_item = self._result(old)
            same = old is not None and new is not None and old.same_as(new, new_item)
            self.worked_out = WorkedOut(old, new, new_item, same)
        except AwsError as error:
            self.worked_out = WorkedOut(old, error=error)
        return self.worked_out

    def failed_cost(self) -> Consumed:
        """A write that its condition stops costs what the item that is there would."""
        old = self.current()
        return Consumed(self.table.name, "write", write_units(old.size if old else 0))


def put(parameters: dict[str, Any]) -> Prepare:
    """Read a put; ValidationException if its item can be no table's."""
    item = parameters["Item"]
    size = measure_whole_item(item)
    conditions = _conditions(parameters)
    stored = store(item, size)

    def prepare(table: Table) -> Write:
        check_keys(item, table.schema)
        return _write(table, parameters, item, conditions, lambda old, _: (stored, item))

    return prepare


def delete(parameters: dict[str, Any]) -> Prepare:
    """A DeleteItem, read and checked, ready for its table. Raises ValidationException."""
    return _by_key(parameters, lambda old, _: (None, None))


def check(parameters: dict[str, Any]) -> Prepare:
    """A ConditionCheck: writes back what is there."""
    return _by_key(parameters, lambda old, old_item: (old, old_item))


def _by_key(
    parameters: dict[str, Any], outcome: Callable[[Stored | None, Item | None], Outcome]
) -> Prepare:
    key = parameters["Key"]
    measure_item(key)
    conditions = _conditions(parameters)

    def prepare(table: Table) -> Write:
        check_key(key, table.schema.keys)
        return _write(table, parameters, key, conditions, outcome)

    return prepare


def update(parameters: dict[str, Any]) -> Prepare:
    """An UpdateItem, read and checked, ready for its table. Raises ValidationException."""
    key = parameters["Key"]
    measure_item(key)
    expressions = Expressions(parameters, "UpdateExpression", "ConditionExpression")
    compiled = expressions.update()
    condition = expressions.condition()
    expressions.finish()

    def prepare(table: Table) -> Write:
        check_key(key, table.schema.keys)
        if compiled is not None:
            _check_key_stays(compiled, table)

        def updated(old: Stored | None, old_item: Item | None) -> Outcome:
            item = old_item or (old.item() if old is not None else dict(key))
            if compiled is not None:
                apply_update(compiled.plan, item, expressions.values)
                _check_updated_keys(table, item)
            return store(item, _updated_size(item)), item

        write = _write(table, parameters, key, (expressions, condition), updated)
        write.update = compiled
        return write

    return prepare


def _updated_size(item: Item) -> int:
    try:
        size = measure_item(item, MAX_ITEM_BYTES)
    except TooLarge:
        raise UpdateTooLarge from None
    if size > MAX_ITEM_BYTES:
        raise UpdateTooLarge
    return size


def _check_key_stays(compiled: CompiledUpdate, table: Table) -> None:
    for path in compiled.paths:
        if path[0] in table.schema.keys.types:
            raise invalid(f"Cannot update attribute {path[0]}. This attribute is part of the key")


Conditions = tuple[Expressions, CompiledCondition | None]


def _conditions(parameters: dict[str, Any]) -> Conditions:
    expressions = Expressions(parameters, "ConditionExpression")
    condition = expressions.condition()
    expressions.finish()
    return expressions, condition


def _write(
    table: Table,
    parameters: dict[str, Any],
    item: Item,
    conditions: Conditions,
    outcome: Callable[[Stored | None, Item | None], Outcome],
) -> Write:
    expressions, condition = conditions
    keys = table.schema.keys
    return Write(
        table=table,
        key=keys.key(item),
        partition=keys.prefix(item),
        key_item=keys.of(item),
        expressions=expressions,
        condition=condition,
        outcome=outcome,
        show_old_on_failure=parameters.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD",
    )


def _check_updated_keys(table: Table, item: Item) -> None:
    for index in table.schema.indexes.values():
        for name in index.keys.names:
            if name in item and kind_of(item[name]) != index.keys.types[name]:
                raise ValidationException(
                    "The update expression attempted to update the secondary index key to "
                    "unsupported type"
                )
            if name in item and not next(iter(item[name].values())):
                raise ValidationException(
                    f"{NOT_VALID}The update expression attempted to update a secondary index key "
                    "to a value that is not supported. The AttributeValue for a key attribute "
                    "cannot contain an empty string value."
                )
        check_index_key(item, index)
