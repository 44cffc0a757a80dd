"""Schemas and their versions: kept, described, searched, made from sample events.

https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname-schemas-name-schemaname.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Mapping
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.schemas.errors import BadRequest, Conflict, Forbidden, NotFound
from orderlab.cloud.schemas.inference import infer
from orderlab.cloud.schemas.registry import Registry
from orderlab.cloud.schemas.schema import Schema, Version, iso
from orderlab.cloud.targets.pages import page
from orderlab.cloud.telemetry.long_work import LongWork

MAX_SCHEMAS = 200
MAX_VERSIONS = 100
_NAME = re.compile(r"[0-9A-Za-z_.@-]{1,385}", re.ASCII)


class SchemaOperations:
    """The operations about schemas."""

    def __init__(self, *, registry: Registry, clock: Clock, long_work: LongWork) -> None:
        self._registry = registry
        self._clock = clock
        self._long_work = long_work
        self.handlers: Mapping[str, Handler] = {
            "CreateSchema": self.create,
            "UpdateSchema": self.update,
            "DescribeSchema": self.describe,
            "ListSchemas": self.list,
            "ListSchemaVersions": self.list_versions,
            "SearchSchemas": self.search,
            "DeleteSchema": self.delete,
            "DeleteSchemaVersion": self.delete_version,
            "GetDiscoveredSchema": self.discovered,
        }

    def create(self, call: Call, given: Parameters) -> dict[str, Any]:
        """CreateSchema, with its first version."""
        found = self._registry.registry(call.region, given["RegistryName"])
        name = given["SchemaName"]
        if not _NAME.fullmatch(name):
            raise BadRequest(f"The schema name {name} is not valid.")
        if name in found.schemas:
            raise Conflict(f"Schema with name {name} already exists.")
        if len(found.schemas) >= MAX_SCHEMAS:
            raise Forbidden("The registry has too many schemas.")
        check_content(given["Content"], given["Type"])
        arn = self._registry.arn(call.region, f"schema/{found.name}/{name}")
        schema = Schema(name, arn, given.get("Description"), dict(given.get("Tags") or {}))
        version = schema.add(given["Type"], given["Content"], self._clock.wall())
        found.schemas[name] = schema
        return schema.summary(version)

    def update(self, call: Call, given: Parameters) -> dict[str, Any]:
        """Change a description, or add a version."""
        schema = self._schema(call, given)
        schema.description = given.get("Description", schema.description)
        last = schema.versions[-1]
        content, type_name = given.get("Content", last.content), given.get("Type", last.type)
        if (content, type_name) == (last.content, last.type):
            return schema.summary(last)
        check_content(content, type_name)
        if len(schema.versions) >= MAX_VERSIONS:
            raise Forbidden("The schema has too many versions.")
        return schema.summary(schema.add(type_name, content, self._clock.wall()))

    def _schema(self, call: Call, given: Parameters) -> Schema:
        return self._registry.schema(call.region, given["RegistryName"], given["SchemaName"])

    def describe(self, call: Call, given: Parameters) -> dict[str, Any]:
        """DescribeSchema: one version with its content, the latest unless another is named."""
        schema = self._schema(call, given)
        version = _version(schema, given.get("SchemaVersion"))
        return {**schema.summary(version), "Content": version.content}

    def list(self, call: Call, given: Parameters) -> dict[str, Any]:
        """ListSchemas of a registry, by name."""
        schemas = self._registry.registry(call.region, given["RegistryName"]).schemas
        prefix = given.get("SchemaNamePrefix", "")
        found = [schemas[name].listed() for name in sorted(schemas) if name.startswith(prefix)]
        return page("Schemas", found, given.get("Limit"), given.get("NextToken"))

    def list_versions(self, call: Call, given: Parameters) -> dict[str, Any]:
        """ListSchemaVersions, from the latest to the oldest."""
        schema = self._schema(call, given)
        found = [
            {
                "SchemaArn": schema.arn,
                "SchemaName": schema.name,
                "SchemaVersion": version.number,
                "Type": version.type,
            }
            for version in reversed(schema.versions)
        ]
        return page("SchemaVersions", found, given.get("Limit"), given.get("NextToken"))

    def search(self, call: Call, given: Parameters) -> dict[str, Any]:
        """Schemas whose name or content has all of the keywords."""
        registry = self._registry.registry(call.region, given["RegistryName"])
        words = given["Keywords"].lower().split()
        found = []
        for name in sorted(registry.schemas):
            schema = registry.schemas[name]
            versions = [each for each in schema.versions if _has_words(schema, each, words)]
            if versions:
                found.append(
                    {
                        "RegistryName": registry.name,
                        "SchemaArn": schema.arn,
                        "SchemaName": name,
                        "SchemaVersions": [
                            {
                                "CreatedDate": iso(each.created),
                                "SchemaVersion": each.number,
                                "Type": each.type,
                            }
                            for each in versions
                        ],
                    }
                )
        return page("Schemas", found, given.get("Limit"), given.get("NextToken"))

    def delete(self, call: Call, given: Parameters) -> dict[str, Any]:
        """DeleteSchema with all its versions."""
        schema = self._schema(call, given)
        del self._registry.registry(call.region, given["RegistryName"]).schemas[schema.name]
        return {}

    def delete_version(self, call: Call, given: Parameters) -> dict[str, Any]:
        """DeleteSchemaVersion; the only version of a schema stays."""
        schema = self._schema(call, given)
        version = _version(schema, given["SchemaVersion"])
        if len(schema.versions) == 1:
            raise BadRequest("The only version of a schema cannot be deleted.")
        schema.versions.remove(version)
        return {}

    def discovered(self, call: Call, given: Parameters) -> Awaitable[dict[str, Any]]:
        """The schema of sample events."""
        try:
            events = [json.loads(text) for text in given["Events"]]
        except (ValueError, RecursionError):
            raise BadRequest("An event is not valid JSON.") from None
        if not all(isinstance(event, dict) for event in events):
            raise BadRequest("An event is not a JSON object.")

        async def inferred() -> dict[str, Any]:
            return {"Content": await self._long_work.run(infer, events, given["Type"])}

        return inferred()


def check_content(content: str, type_name: str) -> None:
    """BadRequestException unless the content is of the type."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise BadRequest("The content of the schema is not valid JSON.") from None
    if not isinstance(document, dict):
        raise BadRequest("The content of the schema is not a JSON object.")
    if type_name == "OpenApi3" and not str(document.get("openapi", "")).startswith("3."):
        raise BadRequest("The content of the schema is not valid OpenAPI 3.0.")
    if type_name == "JSONSchemaDraft4" and "draft-04" not in str(document.get("$schema", "")):
        raise BadRequest("The content of the schema is not valid JSON Schema, draft 4.")


def _version(schema: Schema, number: str | None) -> Version:
    if number is None:
        return schema.versions[-1]
    for version in schema.versions:
        if version.number == number:
            return version
    raise NotFound(f"Version {number} of the schema {schema.name} does not exist.")


def _has_words(schema: Schema, version: Version, words: list[str]) -> bool:
    text = f"{schema.name} {version.content}".lower()
    return all(word in text for word in words)
