"""What stands before a journal is replayed: what earlier chapters built."""

from __future__ import annotations

from typing import Any

from orderlab.errors import CloudGone
from orderlab.journal.redo import Clients
from orderlab.journal.table_facts import TableFacts

_LISTS = {
    "sqs": ("list_queues", "QueueUrls", "/"),
    "sns": ("list_topics", "Topics", ":"),
}


class Stood:
    """Asks a new cloud, once for each thing that somebody wants to know."""

    def __init__(self, client: Clients) -> None:
        self._client = client

    def names(self, service: str) -> set[str] | None:
        """The names of a service's queues or topics; None if it does not tell."""
        operation, member, mark = _LISTS[service]
        try:
            pages = self._client(service).get_paginator(operation).paginate()
            found = [each for page in pages for each in page.get(member, ())]
        except CloudGone:
            raise
        except Exception:
            return None
        texts = [each if isinstance(each, str) else each["TopicArn"] for each in found]
        return {text.rpartition(mark)[2] for text in texts}

    def table(self, name: str) -> TableFacts | None:
        """The keys of a table, and whether it has a stream; None if it does not stand."""
        try:
            described: dict[str, Any] = self._client("dynamodb").describe_table(TableName=name)
        except CloudGone:
            raise
        except Exception:
            return None
        table = described["Table"]
        keys = tuple(each["AttributeName"] for each in table["KeySchema"])
        return TableFacts(keys, bool(table.get("StreamSpecification", {}).get("StreamEnabled")))
