"""Which event source mappings there are."""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.event_sources.mapping import EventSourceMapping
from orderlab.cloud.event_sources.sources import Source


class MappingRegistry:
    """All mappings of all Regions, in the order of their making."""

    def __init__(self) -> None:
        self._mappings: dict[str, EventSourceMapping] = {}

    def add(self, mapping: EventSourceMapping) -> None:
        """Keep a new mapping."""
        self._mappings[mapping.uuid] = mapping

    async def forget(self, mapping: EventSourceMapping) -> None:
        """Keep a mapping no longer; nothing happens if it is gone. A coroutine to be run later."""
        self._mappings.pop(mapping.uuid, None)

    def in_region(self, region: str) -> list[EventSourceMapping]:
        """The mappings of one Region."""
        return [mapping for mapping in self._mappings.values() if mapping.region == region]

    def existing(self, region: str, uuid: str) -> EventSourceMapping:
        """The mapping with that UUID; raises ResourceNotFoundException if there is none."""
        mapping = self._mappings.get(uuid)
        if mapping is None or mapping.region != region:
            raise AwsError(
                "The resource you requested does not exist.",
                code="ResourceNotFoundException",
                status=404,
            )
        return mapping

    def by_arn(self, arn: str) -> EventSourceMapping | None:
        """The mapping with that ARN; None if there is none."""
        return self._mappings.get(arn.rpartition(":")[2])

    def refuse_second(self, source: Source, function_arn: str) -> None:
        """Raise ResourceConflictException if a mapping joins the two already."""
        for mapping in self._mappings.values():
            if mapping.source.arn == source.arn and mapping.function_arn == function_arn:
                raise _already_there(mapping)


def _already_there(mapping: EventSourceMapping) -> AwsError:
    source, function = f'(" {mapping.source.arn} ")', f'(" {mapping.function_name} ")'
    what = (
        f"The event source arn {source} and function {function} provided mapping already exists."
        if mapping.of_stream
        else f"An event source mapping with SQS arn {source} and function {function} already "
        "exists."
    )
    return AwsError(
        f"{what} Please update or delete the existing mapping with UUID {mapping.uuid}",
        code="ResourceConflictException",
        status=409,
    )
