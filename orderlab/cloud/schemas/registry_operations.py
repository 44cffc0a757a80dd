"""Registries, and the tags of everything here.

https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.schemas.errors import BadRequest, Conflict, Forbidden
from orderlab.cloud.schemas.registry import DISCOVERED, Registry
from orderlab.cloud.schemas.schema import SchemaRegistry
from orderlab.cloud.targets.pages import page

MAX_REGISTRIES = 10
_NAME = re.compile(r"[0-9A-Za-z_.@-]{1,64}", re.ASCII)


class RegistryOperations:
    """The operations about registries and tags."""

    def __init__(self, *, registry: Registry) -> None:
        self._registry = registry
        self.handlers: Mapping[str, Handler] = {
            "CreateRegistry": self.create,
            "DescribeRegistry": self.describe,
            "UpdateRegistry": self.update,
            "DeleteRegistry": self.delete,
            "ListRegistries": self.list,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.list_tags,
        }

    def create(self, call: Call, given: Parameters) -> dict[str, Any]:
        """CreateRegistry."""
        name = given["RegistryName"]
        if not _NAME.fullmatch(name) or name.startswith("aws."):
            raise BadRequest(f"The registry name {name} is not valid.")
        registries = self._registry.of(call.region).registries
        if name in registries:
            raise Conflict(f"Registry with name {name} already exists.")
        # the registry of discovered schemas does not count
        if len(registries) > MAX_REGISTRIES:
            raise Forbidden("The account has too many registries.")
        arn = self._registry.arn(call.region, f"registry/{name}")
        made = SchemaRegistry(name, arn, given.get("Description"), dict(given.get("Tags") or {}))
        registries[name] = made
        return made.described()

    def describe(self, call: Call, given: Parameters) -> dict[str, Any]:
        """DescribeRegistry."""
        return self._registry.registry(call.region, given["RegistryName"]).described()

    def update(self, call: Call, given: Parameters) -> dict[str, Any]:
        """UpdateRegistry: change its description."""
        found = self._registry.registry(call.region, given["RegistryName"])
        found.description = given.get("Description", found.description)
        return found.described()

    def delete(self, call: Call, given: Parameters) -> dict[str, Any]:
        """DeleteRegistry, which must be without schemas."""
        name = given["RegistryName"]
        found = self._registry.registry(call.region, name)
        if name == DISCOVERED:
            raise Forbidden(f"Registry with name {name} cannot be deleted.")
        if found.schemas:
            raise BadRequest(f"Registry with name {name} has schemas and cannot be deleted.")
        del self._registry.of(call.region).registries[name]
        return {}

    def list(self, call: Call, given: Parameters) -> dict[str, Any]:
        """ListRegistries, by name."""
        registries = self._registry.of(call.region).registries
        prefix = given.get("RegistryNamePrefix", "")
        found = [
            registries[name].listed() for name in sorted(registries) if name.startswith(prefix)
        ]
        if given.get("Scope") == "AWS":
            found = []
        return page("Registries", found, given.get("Limit"), given.get("NextToken"))

    def tag(self, call: Call, given: Parameters) -> dict[str, Any]:
        """TagResource."""
        self._registry.tagged(call.region, given["ResourceArn"]).update(given["Tags"])
        return {}

    def untag(self, call: Call, given: Parameters) -> dict[str, Any]:
        """UntagResource."""
        tags = self._registry.tagged(call.region, given["ResourceArn"])
        for key in given["TagKeys"]:
            tags.pop(key, None)
        return {}

    def list_tags(self, call: Call, given: Parameters) -> dict[str, Any]:
        """ListTagsForResource."""
        return {"tags": self._registry.tagged(call.region, given["ResourceArn"])}
