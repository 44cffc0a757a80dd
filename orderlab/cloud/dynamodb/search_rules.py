"""Where a Query or Scan reads, what of it, and what it may not ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Parameters
from orderlab.cloud.dynamodb.attribute_values import measure_item
from orderlab.cloud.dynamodb.errors import Counted, invalid
from orderlab.cloud.dynamodb.expressions.compiled import CompiledCondition, CompiledProjection
from orderlab.cloud.dynamodb.expressions.request import Expressions
from orderlab.cloud.dynamodb.index import Index
from orderlab.cloud.dynamodb.page import Walk
from orderlab.cloud.dynamodb.rows import Key, Rows
from orderlab.cloud.dynamodb.schema import KeySchema
from orderlab.cloud.dynamodb.stored import Stored
from orderlab.cloud.dynamodb.table import Table

_BAD_START = "The provided starting key is invalid"
# the parameters that choose attributes
_CHOOSING = ("AttributesToGet", "ProjectionExpression")


@dataclass(frozen=True)
class Source:
    """The rows to read: those of a table, or of one of its indexes."""

    table: Table
    index: Index | None
    consistent: bool

    @property
    def rows(self) -> Rows:
        """The rows of the table or of the index."""
        return self.table.rows if self.index is None else self.index.rows

    @property
    def keys(self) -> KeySchema:
        """The key schema of the table or of the index."""
        return self.table.schema.keys if self.index is None else self.index.schema.keys

    @property
    def key_names(self) -> tuple[str, ...]:
        """All that identifies a row: the index's key and the table's."""
        return tuple(dict.fromkeys((*self.keys.names, *self.table.schema.keys.names)))


def source(table: Table, parameters: Parameters) -> Source:
    """Find what is to be read; ValidationException if there is no such index."""
    name = parameters.get("IndexName")
    consistent = bool(parameters.get("ConsistentRead", False))
    if name is None:
        return Source(table, None, consistent)
    index = table.indexes.get(name)
    if index is None:
        raise ValidationException(f"The table does not have the specified index: {name}")
    if index.backfilling:
        raise ValidationException(f"Cannot read from backfilling global secondary index: {name}")
    if consistent and index.schema.kind == "global":
        raise ValidationException("Consistent reads are not supported on global secondary indexes")
    index.catch_up()
    return Source(table, index, consistent)


def check_select(parameters: Parameters) -> None:
    """Raise Counted for a Select that contradicts the rest of the request."""
    select = parameters.get("Select")
    if select is None:
        return
    chosen = [name for name in _CHOOSING if name in parameters]
    if select == "SPECIFIC_ATTRIBUTES":
        if not chosen:
            raise Counted(
                "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
                "SPECIFIC_ATTRIBUTES"
            )
    elif chosen:
        shown = "only the Count" if select == "COUNT" else select
        raise Counted(f"Cannot specify the {chosen[0]} when choosing to get {shown}")
    if select == "ALL_PROJECTED_ATTRIBUTES" and "IndexName" not in parameters:
        raise Counted("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")


def check_projected(
    where: Source,
    parameters: Parameters,
    projection: CompiledProjection | None,
    keep: CompiledCondition | None,
) -> None:
    """Raise ValidationException for what the index does not hold."""
    _check_projected(where, parameters.get("Select"), _attributes(projection, keep))


def _attributes(
    projection: CompiledProjection | None, keep: CompiledCondition | None
) -> frozenset[str]:
    """The top-level attributes that a read asks for by name."""
    paths = projection.paths if projection is not None else ()
    read = keep.attributes if keep is not None else frozenset[str]()
    return read.union(str(path[0]) for path in paths)


def _check_projected(where: Source, select: str | None, wanted: frozenset[str]) -> None:
    """A global index gives nothing that it does not hold."""
    index = where.index
    if index is None or index.schema.kind == "local" or index.schema.projected is None:
        return
    name = index.schema.name
    if select == "ALL_ATTRIBUTES":
        raise invalid(
            f"Select type ALL_ATTRIBUTES is not supported for global secondary index {name} "
            "because its projection type is not ALL"
        )
    missing = wanted - index.schema.projected
    if missing:
        raise invalid(
            f"Global secondary index {name} does not project [{', '.join(sorted(missing))}]"
        )


def check_filter_attributes(keep: CompiledCondition, where: Source) -> None:
    """A Query's filter may not look at the key that the query goes by."""
    for name in where.keys.names:
        if name in keep.attributes:
            raise ValidationException(
                "Filter Expression can only contain non-primary key attributes: "
                f"Primary key attribute: {name}"
            )


def check_start_values(parameters: Parameters) -> None:
    """Raise ValidationException if ExclusiveStartKey can be the key of no row of any table."""
    if (key := parameters.get("ExclusiveStartKey")) is not None:
        try:
            measure_item(key)
        except ValidationException as error:
            raise ValidationException(f"{_BAD_START}: {error.message}") from None


def start_row(where: Source, parameters: Parameters) -> Key | None:
    """The row after which to go on; ValidationException if it cannot be one."""
    key = parameters.get("ExclusiveStartKey")
    if key is None:
        return None
    table_keys = where.table.schema.keys
    types = {**table_keys.types, **where.keys.types}
    if key.keys() != types.keys():
        if where.index is None and len(key) != len(types):
            raise ValidationException(
                "Exclusive Start Key must have same size as table's key schema"
            )
        raise ValidationException(_BAD_START)
    for name, kind in types.items():
        if kind not in key[name] or not next(iter(key[name].values())):
            raise ValidationException(
                f"{_BAD_START}: The provided key element does not match the schema"
            )
    base = table_keys.key(key)
    return base if where.index is None else (*where.index.schema.keys.key(key), base)


def walk(
    where: Source,
    parameters: Parameters,
    expressions: Expressions,
    keep: CompiledCondition | None,
) -> Walk:
    """How the rows are to be read."""
    projection = expressions.projection()
    wanted = _attributes(projection, keep)
    whole = parameters.get("Select") == "ALL_ATTRIBUTES"
    return Walk(
        seen=_seen(where),
        fetch=_fetch(where, wanted, whole),
        keep=None if keep is None else (lambda item: expressions.holds(keep, item)),
        choose=projection.choose if projection is not None else None,
        count_only=parameters.get("Select") == "COUNT",
        weight=1
        + (keep.weight if keep is not None else 0)
        + (len(projection.paths) if projection is not None else 0),
    )


def _seen(where: Source) -> Callable[[Key], Stored | None]:
    rows = where.rows
    staleness = where.table.staleness
    if where.consistent or where.index is not None or staleness is None:
        return rows.__getitem__
    if not staleness.strikes():
        return rows.__getitem__
    return lambda key: staleness.seen(key, rows[key])


def _fetch(
    where: Source, wanted: frozenset[str], whole: bool
) -> Callable[[Key], Stored | None] | None:
    """Local indexes fetch from the table what they do not hold."""
    index = where.index
    if index is None or index.schema.kind == "global" or index.schema.projected is None:
        return None
    if not whole and wanted <= index.schema.projected:
        return None
    rows = where.table.rows
    return lambda key: rows.get(key[-1])
