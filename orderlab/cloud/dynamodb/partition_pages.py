"""The lab's own window on partitions: `/_orderlab/partitions` shows and splits those of a table.

On AWS a table is split as its traffic and its size ask for it, which nobody waits for in a lesson.
"""

from __future__ import annotations

from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Page
from orderlab.cloud.dynamodb.partitions import MAX_PARTITIONS
from orderlab.cloud.dynamodb.registry import TableRegistry


def pages(registry: TableRegistry, region: str) -> dict[str, Page]:
    """`GET partitions?table=NAME` tells how many partitions a table has; `POST partitions` with
    `table` and `partitions` splits it until it has so many. `region` is where tables are looked for
    unless the page is told another one."""

    def show(parameters: dict[str, Any]) -> dict[str, Any]:
        table = registry.table(str(parameters.get("region") or region), str(parameters["table"]))
        return {"table": table.name, "partitions": table.partitions}

    def split(parameters: dict[str, Any]) -> dict[str, Any]:
        wanted = parameters["partitions"]
        if type(wanted) is not int or not 1 <= wanted <= MAX_PARTITIONS:
            raise ValidationException(f"A table has 1 to {MAX_PARTITIONS} partitions.")
        table = registry.table(str(parameters.get("region") or region), str(parameters["table"]))
        table.split(wanted)
        return show(parameters)

    return {"GET partitions": show, "POST partitions": split}
