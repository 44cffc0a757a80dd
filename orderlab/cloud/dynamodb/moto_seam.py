"""moto's table register, with our tables behind it.

moto knows that a table exists, how it is tagged and what its policies are; the items,
indexes and streams are ours (`table.py`). CloudFormation in moto creates and deletes
tables here too, so this is where a table of ours comes and goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import moto.dynamodb.urls
from moto.dynamodb.exceptions import (
    DeletionProtectedException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from moto.dynamodb.models import DynamoDBBackend

from orderlab.cloud.dynamodb.table import Behaviour
from orderlab.cloud.dynamodb.table_record import TableRecord

if TYPE_CHECKING:
    from orderlab.cloud.dynamodb.registry import TableRegistry


class TableBackend(DynamoDBBackend):  # type: ignore[misc]
    """moto's backend of one Region, which makes our tables. Subclassed once for each cloud.

    Errors are moto's here: its own code catches them.
    """

    _url_module = moto.dynamodb.urls
    registry: ClassVar[TableRegistry]
    record_class: ClassVar[type[TableRecord]]

    def create_table(self, name: str, **details: Any) -> TableRecord:
        """Make a table. Raises moto's ResourceInUseException if there is one of that name."""
        if name in self.tables:
            raise ResourceInUseException(f"Table already exists: {name}")
        details.setdefault("indexes", [])
        details.setdefault("global_indexes", [])
        record = self.record_class(
            name, account_id=self.account_id, region=self.region_name, **details
        )
        self.tables[name] = record
        self.registry.opened(record)
        return record

    def delete_table(self, name: str) -> TableRecord:
        """Delete a table. Raises moto's ResourceNotFoundException, DeletionProtectedException."""
        record = self.get_table(name)
        if record.deletion_protection_enabled:
            raise DeletionProtectedException(record.name)
        del self.tables[record.name]
        self.registry.closed(record)
        return record

    def get_table(self, table_name: str) -> TableRecord:
        """A table by its name or ARN. Raises moto's ResourceNotFoundException."""
        record: TableRecord | None = self.tables.get(table_name.rpartition("table/")[2])
        if record is None or (":" in table_name and record.table_arn != table_name):
            raise ResourceNotFoundException
        return record


def backend_for(registry: TableRegistry, behaviour: Behaviour) -> type[TableBackend]:
    """The backend class of one cloud, for `moto_backends.replace_backend`."""
    record_class = type("TableRecord", (TableRecord,), {"behaviour": behaviour})
    return type(
        "TableBackend", (TableBackend,), {"registry": registry, "record_class": record_class}
    )
