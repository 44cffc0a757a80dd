"""What the schema registry keeps: registries, schemas with their versions, discoverers.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema-registry.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


def iso(seconds: float) -> str:
    """A time in the form that the registry's API uses."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a schema. `created` is in seconds since 1970."""

    number: str
    type: str
    content: str
    created: float


@dataclass(eq=False)
class Schema:
    """A schema of a registry."""

    name: str
    arn: str
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)
    # a number is never given out a second time
    last_number: int = 0

    def add(self, type_name: str, content: str, now: float) -> Version:
        """Add a version with the next number, made at `now` (seconds since 1970)."""
        self.last_number += 1
        version = Version(str(self.last_number), type_name, content, now)
        self.versions.append(version)
        return version

    def summary(self, version: Version) -> dict[str, Any]:
        """What CreateSchema and UpdateSchema answer."""
        shown: dict[str, Any] = {
            "SchemaArn": self.arn,
            "SchemaName": self.name,
            "SchemaVersion": version.number,
            "Type": version.type,
            "LastModified": iso(self.versions[-1].created),
            "VersionCreatedDate": iso(version.created),
            "tags": self.tags,
        }
        if self.description:
            shown["Description"] = self.description
        return shown

    def listed(self) -> dict[str, Any]:
        """What ListSchemas shows."""
        return {
            "SchemaArn": self.arn,
            "SchemaName": self.name,
            "VersionCount": len(self.versions),
            "LastModified": iso(self.versions[-1].created),
            "tags": self.tags,
        }


@dataclass(eq=False)
class SchemaRegistry:
    """A registry with its schemas by name."""

    name: str
    arn: str
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    schemas: dict[str, Schema] = field(default_factory=dict)

    def listed(self) -> dict[str, Any]:
        """What ListRegistries shows."""
        return {"RegistryArn": self.arn, "RegistryName": self.name, "tags": self.tags}

    def described(self) -> dict[str, Any]:
        """What DescribeRegistry shows."""
        return {**self.listed(), **({"Description": self.description} if self.description else {})}


@dataclass(eq=False)
class Discoverer:
    """Looks at the events of one bus."""

    id: str
    arn: str
    source_arn: str
    description: str | None = None
    state: str = "STARTED"
    tags: dict[str, str] = field(default_factory=dict)

    def listed(self) -> dict[str, Any]:
        """What ListDiscoverers shows."""
        return {
            "DiscovererArn": self.arn,
            "DiscovererId": self.id,
            "SourceArn": self.source_arn,
            "State": self.state,
            "CrossAccount": False,
            "tags": self.tags,
        }

    def described(self) -> dict[str, Any]:
        """What DescribeDiscoverer shows."""
        return {**self.listed(), **({"Description": self.description} if self.description else {})}
