"""Archives: what a bus keeps of its events.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive-event.html
Differs from AWS: an archive is filled at once, and its managed rule is not listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.events.errors import ResourceAlreadyExists, ResourceNotFound, not_valid
from orderlab.cloud.events.model import Archive
from orderlab.cloud.events.one_filter import require_one_filter
from orderlab.cloud.events.registry import Registry
from orderlab.cloud.events.rule_operations import compiled
from orderlab.cloud.targets.pages import page


class ArchiveOperations:
    """The operations about archives."""

    def __init__(self, *, registry: Registry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock
        self.handlers: Mapping[str, Handler] = {
            "CreateArchive": self.create,
            "UpdateArchive": self.update,
            "DescribeArchive": self.describe,
            "DeleteArchive": self.delete,
            "ListArchives": self.list,
        }

    def create(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateArchive.html"""
        name = given["ArchiveName"]
        archives = self._registry.of(call.region).archives
        if name in archives:
            raise ResourceAlreadyExists(f"Archive {name} already exists.")
        source_arn = given["EventSourceArn"]
        if self._registry.bus_of_arn(source_arn) is None:
            bus_name = source_arn.rpartition("/")[2]
            raise ResourceNotFound(f"Event bus {bus_name} does not exist.")
        arn = f"arn:aws:events:{call.region}:{self._registry.account_id}:archive/{name}"
        archive = Archive(name, arn, source_arn, self._clock.wall())
        _set(archive, given)
        archives[name] = archive
        return _state(archive)

    def update(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateArchive.html"""
        archive = self.existing(call.region, given["ArchiveName"])
        _set(archive, given)
        return _state(archive)

    def existing(self, region: str, name: str) -> Archive:
        """An archive by its name. Raises ResourceNotFound."""
        archive = self._registry.of(region).archives.get(name)
        if archive is None:
            raise ResourceNotFound(f"Archive {name} does not exist.")
        return archive

    def describe(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeArchive.html"""
        archive = self.existing(call.region, given["ArchiveName"])
        archive.forget_expired(self._clock.now())
        shown = {"ArchiveArn": archive.arn, **_shown(archive)}
        if archive.pattern_text:
            shown["EventPattern"] = archive.pattern_text
        if archive.description:
            shown["Description"] = archive.description
        return shown

    def delete(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteArchive.html"""
        archive = self.existing(call.region, given["ArchiveName"])
        del self._registry.of(call.region).archives[archive.name]
        return {}

    def list(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListArchives.html"""
        require_one_filter(given, "ListArchives")
        found = []
        for archive in self._registry.of(call.region).archives.values():
            archive.forget_expired(self._clock.now())
            if (
                archive.name.startswith(given.get("NamePrefix", ""))
                and given.get("EventSourceArn") in (None, archive.source_arn)
                and given.get("State") in (None, "ENABLED")
            ):
                found.append(_shown(archive))
        return page("Archives", found, given.get("Limit"), given.get("NextToken"))


def _set(archive: Archive, given: Parameters) -> None:
    if given.get("KmsKeyIdentifier"):
        raise NotDoneYet("keys of KMS for archives")
    if "EventPattern" in given:
        archive.pattern = compiled(given["EventPattern"])
        archive.pattern_text = given["EventPattern"]
    if "Description" in given:
        archive.description = given["Description"]
    if given.get("RetentionDays", 0) > 36_500:
        raise not_valid("RetentionDays")
    archive.retention_days = given.get("RetentionDays", archive.retention_days)


def _state(archive: Archive) -> dict[str, Any]:
    return {"ArchiveArn": archive.arn, "State": "ENABLED", "CreationTime": archive.created}


def _shown(archive: Archive) -> dict[str, Any]:
    return {
        "ArchiveName": archive.name,
        "EventSourceArn": archive.source_arn,
        "State": "ENABLED",
        "RetentionDays": archive.retention_days,
        "SizeBytes": archive.size,
        "EventCount": len(archive.events),
        "CreationTime": archive.created,
    }
