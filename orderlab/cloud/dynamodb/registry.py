"""Which tables and streams there are, in every Region of the cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderlab.cloud import moto_backends
from orderlab.cloud.dynamodb.errors import ResourceNotFound, TableNotFound, table_not_found
from orderlab.cloud.dynamodb.stream_log import StreamLog
from orderlab.cloud.dynamodb.table import Table
from orderlab.cloud.dynamodb.table_backup import TableBackup
from orderlab.cloud.dynamodb.table_names import ARN, table_name

if TYPE_CHECKING:
    from orderlab.cloud.dynamodb.table_record import TableRecord


class TableRegistry:
    """Finds tables by name or ARN, and streams by ARN; a closed stream stays for a day."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._backends: dict[str, Any] = {}
        self._streams: dict[str, StreamLog] = {}
        self._all: dict[str, TableRecord] = {}
        # by their ARNs, the oldest first
        self.backups: dict[str, TableBackup] = {}

    # --- tables ---

    def backend(self, region: str) -> Any:
        """moto's state of DynamoDB in a Region. Raises KeyError if there is no such Region."""
        found = self._backends.get(region)
        if found is None:
            found = moto_backends.backend("dynamodb", self._account_id, region)
            self._backends[region] = found
        return found

    def record(self, region: str, name: Any, *, named: bool = False) -> TableRecord:
        """The table's entry; `named` puts its name into the error, as control-plane calls do."""
        record: TableRecord | None = self.backend(region).tables.get(name)
        if record is not None:
            return record
        short = table_name(name)
        if short != name:
            found = ARN.fullmatch(name)
            if found is not None and (found["account"], found["region"]) == (
                self._account_id,
                region,
            ):
                record = self.backend(region).tables.get(short)
        if record is None:
            raise table_not_found(short if named else None)
        return record

    def table(self, region: str, name: Any) -> Table:
        """A table by its name or ARN. Raises ResourceNotFoundException, also while it is made."""
        record = self.record(region, name)
        if record.creating:
            raise table_not_found()
        return record.table

    def backed_up(self, region: str, name: Any) -> TableRecord:
        """As `record`, with the error of calls about backups: TableNotFoundException."""
        try:
            return self.record(region, name)
        except ResourceNotFound:
            raise TableNotFound(f"Table not found: {table_name(name)}") from None

    def opened(self, record: TableRecord) -> None:
        """A table was made."""
        self._all[record.table_arn] = record
        self.note_stream(record)

    def closed(self, record: TableRecord) -> None:
        """A table was deleted; its stream gets no further records, other replicas go on."""
        if record.global_table is not None:
            record.global_table.leave(record.region_name)
        self._all.pop(record.table_arn, None)
        if record.table.stream is not None:
            record.table.stream.close()
            record.table.stream = None

    def other_replicas(self, record: TableRecord) -> list[TableRecord]:
        """The replicas of a table in other Regions."""
        group = record.global_table
        regions = group.members.keys() - {record.region_name} if group is not None else ()
        return [self.backend(region).tables[record.name] for region in sorted(regions)]

    def records(self) -> list[TableRecord]:
        """All tables of all Regions."""
        return list(self._all.values())

    # --- streams ---

    def note_stream(self, record: TableRecord) -> None:
        """Make a table's current stream findable by its ARN."""
        if record.log is not None:
            self._streams[record.log.arn] = record.log

    def stream(self, arn: str) -> StreamLog | None:
        """The stream with that ARN, open or ended; None if there is none any more."""
        log = self._streams.get(arn)
        if log is not None and log.forgotten:
            del self._streams[arn]
            return None
        return log

    def streams(self) -> list[StreamLog]:
        """All streams, those that ended included, for as long as their records are kept."""
        self._streams = {arn: log for arn, log in self._streams.items() if not log.forgotten}
        return sorted(self._streams.values(), key=lambda log: log.arn)
