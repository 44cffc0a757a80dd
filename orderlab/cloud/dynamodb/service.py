"""DynamoDB and DynamoDB Streams, put together.

Items, expressions, indexes, capacity, streams and backups are ours; moto keeps the list of tables
and their policies.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud import moto_backends
from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.contracts import (
    Call,
    Faults,
    Handler,
    Moto,
    Pages,
    Parameters,
    Result,
    Shard,
    Telemetry,
)
from orderlab.cloud.dynamodb import partition_pages
from orderlab.cloud.dynamodb.accounting import Accounting
from orderlab.cloud.dynamodb.backfill import Backfills
from orderlab.cloud.dynamodb.background import BackgroundWork
from orderlab.cloud.dynamodb.backups import Backups
from orderlab.cloud.dynamodb.batches import Batches
from orderlab.cloud.dynamodb.continuous_backups import ContinuousBackups
from orderlab.cloud.dynamodb.expressions.request import Expressions
from orderlab.cloud.dynamodb.input_shapes import check_input
from orderlab.cloud.dynamodb.item_operations import ItemOperations
from orderlab.cloud.dynamodb.registry import TableRegistry
from orderlab.cloud.dynamodb.replicas import Replicas
from orderlab.cloud.dynamodb.restores import Restores
from orderlab.cloud.dynamodb.searches import Searches
from orderlab.cloud.dynamodb.stream_operations import StreamOperations
from orderlab.cloud.dynamodb.table import Behaviour
from orderlab.cloud.dynamodb.table_operations import TableOperations
from orderlab.cloud.dynamodb.table_updates import TableUpdates
from orderlab.cloud.dynamodb.tags import Tags
from orderlab.cloud.dynamodb.time_to_live import TimeToLive
from orderlab.cloud.dynamodb.transactions import Transactions
from orderlab.cloud.http import Response
from orderlab.cloud.settings import Settings
from orderlab.cloud.telemetry.long_work import LongWork

# operations that are not done, and what they belong to
_UNDONE = {
    "PartiQL": ("BatchExecuteStatement", "ExecuteStatement", "ExecuteTransaction"),
    "version 2017 of global tables": (
        "CreateGlobalTable",
        "DescribeGlobalTable",
        "DescribeGlobalTableSettings",
        "DescribeTableReplicaAutoScaling",
        "ListGlobalTables",
        "UpdateGlobalTable",
        "UpdateGlobalTableSettings",
        "UpdateTableReplicaAutoScaling",
    ),
    "import and export of tables": (
        "DescribeExport",
        "DescribeImport",
        "ExportTableToPointInTime",
        "ImportTable",
        "ListExports",
        "ListImports",
    ),
    "bulk operations": (
        "CancelBulkOperation",
        "DescribeBulkOperation",
        "ListBulkOperations",
        "StartBulkPutItems",
    ),
    "Kinesis streaming of tables": (
        "DescribeKinesisStreamingDestination",
        "DisableKinesisStreamingDestination",
        "EnableKinesisStreamingDestination",
        "UpdateKinesisStreamingDestination",
    ),
    "contributor insights": (
        "DescribeContributorInsights",
        "ListContributorInsights",
        "UpdateContributorInsights",
    ),
    "vector search": ("SearchVectors",),
}
# operations that moto answers; it does not look at the form of what it gets
_OF_MOTO = (
    "DeleteResourcePolicy",
    "DescribeEndpoints",
    "GetResourcePolicy",
    "PutResourcePolicy",
)


class TableService:
    """DynamoDB."""

    name = "dynamodb"

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        telemetry: Telemetry,
        faults: Faults,
        moto: Moto,
        pages: Pages,
    ) -> None:
        self._moto = moto
        self._behaviour = Behaviour(clock, settings.weak_guarantees, settings.seed)
        self._add_metric = telemetry.metrics.add
        self.registry = TableRegistry(settings.account_id)
        self._accounting = Accounting(telemetry)
        self._time_to_live = TimeToLive(self.registry, self._accounting, clock)
        self._work = BackgroundWork()
        backfills = Backfills(clock, self._work)
        backups = Backups(self.registry, clock)
        replicas = Replicas(self.registry, self._accounting, clock, faults, self._work)
        long_work = LongWork()
        items = ItemOperations(self.registry, self._accounting, long_work)
        one_table: dict[str, Handler] = {
            **items.operations,
            **Searches(self.registry, self._accounting, long_work).operations,
        }
        self.operations: Mapping[str, Handler] = {
            **{name: self._timed(name, handler) for name, handler in one_table.items()},
            **Batches(self.registry, self._accounting, items, long_work).operations,
            **Transactions(self.registry, self._accounting, self._behaviour, long_work).operations,
            **TableOperations(self.registry, backups).operations,
            **TableUpdates(self.registry, clock, backfills, replicas).operations,
            **self._time_to_live.operations,
            **Tags(self.registry).operations,
            **backups.operations,
            **ContinuousBackups(self.registry, clock).operations,
            **Restores(self.registry, clock, backups, self._work, long_work).operations,
            **dict.fromkeys(_OF_MOTO, self._ask_moto),
            **{name: _undone(what) for what, names in _UNDONE.items() for name in names},
        }
        pages.update(partition_pages.pages(self.registry, settings.region))

    def stored_item(self, region: str, table: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
        """An item as it is now (`contracts.CachedTables`)."""
        try:
            found = self.registry.table(region, table)
        except AwsError:
            return None
        stored = found.get(found.schema.keys.key(dict(key)))
        return None if stored is None else stored.item()

    def check_projection(self, parameters: dict[str, Any]) -> None:
        """Raise ValidationException if a ProjectionExpression is not valid."""
        expressions = Expressions(parameters, "ProjectionExpression")
        expressions.projection()
        expressions.finish()

    def _timed(self, operation: str, handler: Handler) -> Handler:
        """Note how long a successful call took."""
        add_metric = self._add_metric

        def timed(call: Call, parameters: Parameters) -> Any:
            started = time.perf_counter()
            result = handler(call, parameters)
            if not isinstance(result, Response):
                return later(result, parameters, started)
            note(parameters, started)
            return result

        async def later(result: Any, parameters: Parameters, started: float) -> Any:
            answer = await result
            note(parameters, started)
            return answer

        def note(parameters: Parameters, started: float) -> None:
            add_metric(
                "AWS/DynamoDB",
                "SuccessfulRequestLatency",
                (time.perf_counter() - started) * 1000,
                unit="Milliseconds",
                dimensions={
                    "TableName": parameters["TableName"].rpartition("/")[2],
                    "Operation": operation,
                },
            )

        return timed

    def _ask_moto(self, call: Call, parameters: Parameters) -> Result:
        check_input("dynamodb", call.operation, parameters)
        return self._moto(call.request)

    async def start(self) -> None:
        """Put our tables in the place of moto's, and begin to look for items that expire."""
        # moto is loaded by now; importing it earlier would slow every start of the package
        from orderlab.cloud.dynamodb.moto_seam import backend_for

        moto_backends.replace_backend("dynamodb", backend_for(self.registry, self._behaviour))
        await self._time_to_live.start()

    async def stop(self) -> None:
        """End what runs in the background."""
        await self._time_to_live.stop()
        await self._work.stop()


def _undone(what: str) -> Handler:
    def refuse(call: Call, parameters: Parameters) -> Result:
        raise NotDoneYet(f"{what} in DynamoDB ({call.operation})")

    return refuse


class StreamService:
    """DynamoDB Streams: their API, and what event source mappings read (`contracts.Streams`)."""

    name = "dynamodbstreams"

    def __init__(self, registry: TableRegistry, clock: Clock) -> None:
        self._registry = registry
        self.operations: Mapping[str, Handler] = StreamOperations(registry, clock).operations

    def shards(self, stream_arn: str) -> Sequence[Shard] | None:
        """The shards of a stream whose records are kept; None if there is no such stream."""
        log = self._registry.stream(stream_arn)
        return None if log is None else log.shards

    async def start(self) -> None:
        """Nothing runs here."""
        pass

    async def stop(self) -> None:
        """Nothing runs here."""
        pass
