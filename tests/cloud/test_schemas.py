"""The schema registry: registries, schemas and versions, search, discovery.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.events_kit import ACCOUNT, EventKit, error_of, name_of

HERE = f"arn:aws:schemas:us-east-1:{ACCOUNT}"
OPENAPI = json.dumps({"openapi": "3.0.0", "info": {"title": "Order"}, "paths": {}})
DRAFT4 = json.dumps({"$schema": "http://json-schema.org/draft-04/schema#", "title": "Invoice"})


class SchemaKit(EventKit):
    def __init__(self, cloud: Any) -> None:
        super().__init__(cloud)
        self.schemas = cloud.client("schemas")

    def registry(self) -> str:
        name = name_of("registry")
        self.schemas.create_registry(RegistryName=name, Description="ours")
        return name

    def schema(self, registry: str, content: str = OPENAPI, kind: str = "OpenApi3") -> str:
        name = name_of("schema")
        self.schemas.create_schema(
            RegistryName=registry, SchemaName=name, Type=kind, Content=content
        )
        return name


@pytest.fixture(scope="module")
def kit(cloud: Any) -> Iterator[SchemaKit]:
    made = SchemaKit(cloud)
    yield made
    for registry in made.schemas.list_registries()["Registries"]:
        name = registry["RegistryName"]
        for schema in made.schemas.list_schemas(RegistryName=name)["Schemas"]:
            made.schemas.delete_schema(RegistryName=name, SchemaName=schema["SchemaName"])
        if name != "discovered-schemas":
            made.schemas.delete_registry(RegistryName=name)
    made.close()


def test_a_registry_is_made_described_and_deleted(kit: SchemaKit) -> None:
    name = kit.registry()
    found = kit.schemas.describe_registry(RegistryName=name)
    assert (found["RegistryArn"], found["Description"]) == (f"{HERE}:registry/{name}", "ours")
    kit.schemas.update_registry(RegistryName=name, Description="theirs")
    assert kit.schemas.describe_registry(RegistryName=name)["Description"] == "theirs"
    assert error_of(lambda: kit.schemas.create_registry(RegistryName=name))[0] == (
        "ConflictException"
    )
    listed = [each["RegistryName"] for each in kit.schemas.list_registries()["Registries"]]
    assert {name, "discovered-schemas"} <= set(listed)
    kit.schema(name)
    assert error_of(lambda: kit.schemas.delete_registry(RegistryName=name))[0] == (
        "BadRequestException"
    )
    assert error_of(lambda: kit.schemas.describe_registry(RegistryName="gone"))[0] == (
        "NotFoundException"
    )


def test_a_schema_has_versions(kit: SchemaKit) -> None:
    registry = kit.registry()
    name = kit.schema(registry)
    found = kit.schemas.describe_schema(RegistryName=registry, SchemaName=name)
    assert found["SchemaArn"] == f"{HERE}:schema/{registry}/{name}"
    assert (found["SchemaVersion"], found["Content"], found["Type"]) == ("1", OPENAPI, "OpenApi3")
    same = kit.schemas.update_schema(RegistryName=registry, SchemaName=name, Content=OPENAPI)
    assert same["SchemaVersion"] == "1"
    changed = OPENAPI.replace("Order", "Order2")
    new = kit.schemas.update_schema(RegistryName=registry, SchemaName=name, Content=changed)
    assert new["SchemaVersion"] == "2"
    versions = kit.schemas.list_schema_versions(RegistryName=registry, SchemaName=name)
    assert [each["SchemaVersion"] for each in versions["SchemaVersions"]] == ["2", "1"]
    first = kit.schemas.describe_schema(RegistryName=registry, SchemaName=name, SchemaVersion="1")
    assert first["Content"] == OPENAPI
    kit.schemas.delete_schema_version(RegistryName=registry, SchemaName=name, SchemaVersion="1")
    [listed] = kit.schemas.list_schemas(RegistryName=registry)["Schemas"]
    assert (listed["SchemaName"], listed["VersionCount"]) == (name, 1)
    kit.schemas.delete_schema(RegistryName=registry, SchemaName=name)
    gone = error_of(lambda: kit.schemas.describe_schema(RegistryName=registry, SchemaName=name))
    assert gone[0] == "NotFoundException"


@pytest.mark.parametrize(
    ("content", "kind"),
    [("no JSON", "OpenApi3"), ("[]", "OpenApi3"), (DRAFT4, "OpenApi3"),
     (OPENAPI, "JSONSchemaDraft4"), (OPENAPI, "Avro")],
)  # fmt: skip
def test_content_must_be_of_its_type(kit: SchemaKit, content: str, kind: str) -> None:
    registry = kit.registry()
    assert error_of(lambda: kit.schema(registry, content, kind))[0] == "BadRequestException"


def test_schemas_are_found_by_words(kit: SchemaKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-find-schema.html"""
    registry = kit.registry()
    order = kit.schema(registry)
    invoice = kit.schema(registry, DRAFT4, "JSONSchemaDraft4")

    def found(words: str) -> list[str]:
        answer = kit.schemas.search_schemas(RegistryName=registry, Keywords=words)
        return [each["SchemaName"] for each in answer["Schemas"]]

    assert found("order") == [order]
    assert found("invoice draft-04") == [invoice]
    assert found("invoice order") == []
    assert sorted(found("title")) == sorted([order, invoice])


def test_tags(kit: SchemaKit) -> None:
    arn = f"{HERE}:registry/{kit.registry()}"
    kit.schemas.tag_resource(ResourceArn=arn, Tags={"a": "1", "b": "2"})
    kit.schemas.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert kit.schemas.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}


EVENT = {
    "version": "0", "id": "1", "detail-type": "Order placed", "source": "shop", "account": ACCOUNT,
    "time": "2026-11-26T19:00:00Z", "region": "us-east-1", "resources": [],
    "detail": {
        "id": "A-1", "total": 12.5, "vip": True, "placed": "2026-11-26T19:00:00Z",
        "address": {"city": "Oslo"}, "lines": [{"sku": "x", "count": 1}],
    },
}  # fmt: skip


def test_the_schema_of_sample_events(kit: SchemaKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-discover.html"""
    answer = kit.schemas.get_discovered_schema(Type="OpenApi3", Events=[json.dumps(EVENT)])
    found = json.loads(answer["Content"])
    schemas = found["components"]["schemas"]
    assert found["info"]["title"] == "OrderPlaced"
    assert schemas["AWSEvent"]["properties"]["detail"] == {
        "$ref": "#/components/schemas/OrderPlaced"
    }
    assert schemas["AWSEvent"]["x-amazon-events-source"] == "shop"
    properties = schemas["OrderPlaced"]["properties"]
    assert properties["total"] == {"type": "number"}
    assert properties["vip"] == {"type": "boolean"}
    assert properties["placed"] == {"type": "string", "format": "date-time"}
    assert properties["address"] == {"$ref": "#/components/schemas/Address"}
    assert schemas["Address"]["properties"] == {"city": {"type": "string"}}
    assert properties["lines"]["type"] == "array"
    assert set(schemas["OrderPlaced"]["required"]) == set(EVENT["detail"])


def test_what_not_all_samples_have_is_not_required(kit: SchemaKit) -> None:
    samples = [json.dumps({"id": 1, "note": "x"}), json.dumps({"id": 2})]
    answer = kit.schemas.get_discovered_schema(Type="JSONSchemaDraft4", Events=samples)
    found = json.loads(answer["Content"])
    assert found["$schema"] == "http://json-schema.org/draft-04/schema#"
    assert (found["required"], sorted(found["properties"])) == (["id"], ["id", "note"])
    wrong = error_of(lambda: kit.schemas.get_discovered_schema(Type="OpenApi3", Events=["no JSON"]))
    assert wrong[0] == "BadRequestException"


def test_a_discoverer_finds_the_schemas_of_a_bus(kit: SchemaKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema-infer.html"""
    bus, source = kit.bus(), name_of("shop")
    arn = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/{bus}"
    made = kit.schemas.create_discoverer(SourceArn=arn, Description="all")
    assert made["State"] == "STARTED"
    again = error_of(lambda: kit.schemas.create_discoverer(SourceArn=arn))
    assert again[0] == "ConflictException"
    kit.put({"id": "A-1"}, bus=bus, Source=source, DetailType="Order placed")
    name = f"{source}@OrderPlaced"

    def versions() -> int:
        answer = kit.schemas.list_schemas(RegistryName="discovered-schemas", SchemaNamePrefix=name)
        return sum(each["VersionCount"] for each in answer["Schemas"])

    assert kit.eventually(versions) == 1
    found = kit.schemas.describe_schema(RegistryName="discovered-schemas", SchemaName=name)
    assert "OrderPlaced" in json.loads(found["Content"])["components"]["schemas"]
    kit.put({"id": "A-2"}, bus=bus, Source=source, DetailType="Order placed")
    kit.put({"id": "A-3", "gift": True}, bus=bus, Source=source, DetailType="Order placed")
    assert kit.eventually(lambda: versions() == 2)
    identifier = made["DiscovererId"]
    assert kit.schemas.stop_discoverer(DiscovererId=identifier)["State"] == "STOPPED"
    kit.put({"other": 1}, bus=bus, Source=source, DetailType="Order placed")
    assert kit.schemas.start_discoverer(DiscovererId=identifier)["State"] == "STARTED"
    kit.put({"last": 1}, bus=bus, Source=source, DetailType="Order placed")
    assert kit.eventually(lambda: versions() == 3)
    assert kit.schemas.describe_discoverer(DiscovererId=identifier)["SourceArn"] == arn
    kit.schemas.delete_discoverer(DiscovererId=identifier)
    gone = error_of(lambda: kit.schemas.describe_discoverer(DiscovererId=identifier))
    assert gone[0] == "NotFoundException"


def test_what_is_not_done_is_refused_by_name(kit: SchemaKit) -> None:
    registry = kit.registry()
    name = kit.schema(registry)
    calls = [
        lambda: kit.schemas.put_code_binding(
            RegistryName=registry, SchemaName=name, Language="Python36"
        ),
        lambda: kit.schemas.export_schema(
            RegistryName=registry, SchemaName=name, Type="JSONSchemaDraft4"
        ),
    ]
    assert {error_of(call)[0] for call in calls} == {"NotImplementedByOrderlab"}
