"""CloudWatch Logs: groups, streams and events.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.logs import reading
from orderlab.cloud.logs.errors import (
    InvalidParameter,
    ResourceAlreadyExists,
    ResourceNotFound,
    constraint,
)
from orderlab.cloud.logs.events import LogEvents
from orderlab.cloud.logs.group_list import GroupList
from orderlab.cloud.logs.insights.queries import InsightsQueries
from orderlab.cloud.logs.insights.records import LogRecords
from orderlab.cloud.logs.metric_filters import MetricFilters
from orderlab.cloud.logs.moto_seam import LogState, Stream
from orderlab.cloud.logs.resource_policies import ResourcePolicies
from orderlab.cloud.logs.store import LogStore

_RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827),
    *(2192, 2557, 2922, 3288, 3653),
)
MAX_TAGS = 50


class LogsApi:
    """Answers CloudWatch Logs."""

    name = "logs"

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._queries = InsightsQueries(store)
        self.operations: Mapping[str, Handler] = {
            "CreateLogGroup": self._create_group,
            "DeleteLogGroup": self._delete_group,
            "DescribeLogGroups": self._describe_groups,
            "PutRetentionPolicy": self._put_retention,
            "DeleteRetentionPolicy": self._delete_retention,
            "CreateLogStream": self._create_stream,
            "DeleteLogStream": self._delete_stream,
            "DescribeLogStreams": self._describe_streams,
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": self._tags,
            **LogEvents(store).operations,
            **MetricFilters(store).operations,
            **ResourcePolicies(store).operations,
            **GroupList(store).operations,
            **LogRecords(store).operations,
            **self._queries.operations,
        }

    async def start(self) -> None:
        """Put our log groups in the place of moto's."""
        from orderlab.cloud import moto_backends

        moto_backends.replace_backend("logs", LogState)

    async def stop(self) -> None:
        """End the Insights queries that are under way, and the work of metric filters."""
        await self._queries.stop()
        await self._store.filtering.stop()

    # --- groups ---

    def _create_group(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name = reading.group_name(parameters)
        _refuse_not_done(parameters)
        state = reading.state_of(self._store, call)
        if name in state.groups:
            raise ResourceAlreadyExists("The specified log group already exists")
        state.create_log_group(name, _tags_of(parameters))
        return {}

    def _delete_group(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        state = reading.state_of(self._store, call)
        name = reading.group_name(parameters)
        if name not in state.groups:
            raise ResourceNotFound.group()
        self._store.room.forget(state.groups[name])
        state.delete_log_group(name)
        return {}

    def _describe_groups(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        prefix = parameters.get("logGroupNamePrefix") or ""
        pattern = str(parameters.get("logGroupNamePattern") or "").lower()
        if prefix and pattern:
            raise InvalidParameter(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
            )
        limit = reading.limit(parameters, 50, 50)
        groups = reading.state_of(self._store, call).groups
        after = str(parameters.get("nextToken") or "")
        wanted = self._wanted(call, parameters)
        names = sorted(
            name
            for name in groups
            if name.startswith(prefix)
            and pattern in name.lower()
            and name > after
            and (wanted is None or name in wanted)
        )
        result: dict[str, Any] = {"logGroups": [groups[name].describe() for name in names[:limit]]}
        if len(names) > limit:
            result["nextToken"] = names[limit - 1]
        return result

    def _wanted(self, call: Call, parameters: Parameters) -> set[str] | None:
        """The names of the groups in `logGroupIdentifiers`; None if it is missing."""
        given = parameters.get("logGroupIdentifiers")
        if not isinstance(given, list) or not given:
            return None
        if parameters.get("logGroupNamePrefix") or parameters.get("logGroupNamePattern"):
            raise InvalidParameter(
                "LogGroup identifiers and LogGroup name prefix or pattern are mutually exclusive "
                "parameters."
            )
        found = set()
        for identifier in given[:50]:
            with contextlib.suppress(ResourceNotFound):
                group = reading.identified(self._store, call, identifier, "logGroupIdentifiers")
                found.add(group.name)
        return found

    def _put_retention(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        group = reading.group(self._store, call, parameters)
        days = parameters.get("retentionInDays")
        if days not in _RETENTIONS:
            allowed = ", ".join(map(str, _RETENTIONS))
            raise constraint(
                days, "retentionInDays", f"Member must satisfy enum value set: [{allowed}]"
            )
        group.retention_in_days = days
        self._store.room.expire(group, self._store.now_ms())
        return {}

    def _delete_retention(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        reading.group(self._store, call, parameters).retention_in_days = None
        return {}

    # --- tags ---

    def _tag(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        tags = _tags_of(parameters)
        arn = reading.resource(self._store, call, parameters).arn
        reading.state_of(self._store, call).tag_resource(arn, tags)
        return {}

    def _untag(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        keys = parameters.get("tagKeys")
        arn = reading.resource(self._store, call, parameters).arn
        reading.state_of(self._store, call).untag_resource(
            arn, keys if isinstance(keys, list) else []
        )
        return {}

    def _tags(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        arn = reading.resource(self._store, call, parameters).arn
        return {"tags": reading.state_of(self._store, call).list_tags_for_resource(arn)}

    # --- streams ---

    def _create_stream(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name = reading.stream_name(parameters)
        group = reading.group(self._store, call, parameters)
        if name in group.streams:
            raise ResourceAlreadyExists("The specified log stream already exists")
        group.stream(name)
        return {}

    def _delete_stream(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        group = reading.group(self._store, call, parameters)
        name = reading.stream_name(parameters)
        self._store.room.forget_stream(group, reading.stream(group, name))
        del group.streams[name]
        return {}

    def _describe_streams(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        group = reading.group_or_arn(self._store, call, parameters)
        order = parameters.get("orderBy") or "LogStreamName"
        prefix = parameters.get("logStreamNamePrefix") or ""
        if order not in ("LogStreamName", "LastEventTime"):
            raise constraint(
                order,
                "orderBy",
                "Member must satisfy enum value set: [LogStreamName, LastEventTime]",
            )
        if order == "LastEventTime" and prefix:
            raise InvalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
        limit = reading.limit(parameters, 50, 50)
        found = [stream for name, stream in group.streams.items() if name.startswith(prefix)]
        key = _by_name if order == "LogStreamName" else _by_last_event
        found.sort(key=key, reverse=bool(parameters.get("descending")))
        first = _after(found, parameters.get("nextToken"))
        page = found[first : first + limit]
        result: dict[str, Any] = {"logStreams": [stream.describe() for stream in page]}
        if first + limit < len(found):
            result["nextToken"] = page[-1].name
        return result


def _refuse_not_done(parameters: Parameters) -> None:
    """Raise NotDoneYet for settings of a log group that would have no effect here."""
    if parameters.get("logGroupClass") not in (None, "STANDARD"):
        raise NotDoneYet(f"log groups of the class {parameters['logGroupClass']}")
    if parameters.get("kmsKeyId"):
        raise NotDoneYet("keys of KMS for log groups")
    if parameters.get("deletionProtectionEnabled"):
        raise NotDoneYet("log groups that are protected from deletion")


def _tags_of(parameters: Parameters) -> dict[str, str]:
    given = parameters.get("tags")
    if not isinstance(given, dict):
        return {}
    if len(given) > MAX_TAGS:
        raise constraint(
            "{...}", "tags", f"Member must have length less than or equal to {MAX_TAGS}"
        )
    return given


def _by_name(stream: Stream) -> tuple[int, str]:
    return 0, stream.name


def _by_last_event(stream: Stream) -> tuple[int, str]:
    events = stream.events
    return (events[-1].timestamp if events else 0), stream.name


def _after(streams: list[Stream], token: Any) -> int:
    if not token:
        return 0
    for index, stream in enumerate(streams):
        if stream.name == token:
            return index + 1
    raise InvalidParameter("The specified nextToken is invalid.")
