"""What CreateTable refuses.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.dynamodb.errors import detected, invalid
from orderlab.cloud.dynamodb.table_names import invalid_arn, table_name

MAX_GLOBAL_INDEXES = 20
MAX_LOCAL_INDEXES = 5
MAX_INDEX_KEY_PARTS = 4
MAX_PROJECTED = 100

Description = dict[str, Any]


def check_creation(parameters: Description) -> None:
    """Raise for a table that cannot be."""
    if ":" in parameters["TableName"]:
        raise invalid_arn(parameters["TableName"])
    table_name(parameters["TableName"])
    for member in ("AttributeDefinitions", "KeySchema"):
        if member not in parameters:
            path = member[0].lower() + member[1:]
            raise detected(
                f"Value null at '{path}' failed to satisfy constraint: Member must not be null"
            )
    check_throughput(parameters)
    check_table_key(parameters["KeySchema"], parameters["AttributeDefinitions"])
    local = parameters.get("LocalSecondaryIndexes")
    shared = parameters.get("GlobalSecondaryIndexes")
    for kind, listed in (("Local", local), ("Global", shared)):
        if listed == []:
            raise invalid(f"List of {kind}SecondaryIndexes is empty")
    check_number_of_indexes(local or [], shared or [])
    check_definitions(parameters, [*(local or []), *(shared or [])])
    check_index_names([*(local or []), *(shared or [])])
    check_local_indexes(local or [], parameters["KeySchema"])
    for index in shared or []:
        check_global_index(index, on_demand=is_on_demand(parameters))
    check_stream(parameters.get("StreamSpecification"))


def is_on_demand(parameters: Description) -> bool:
    """Whether the table is to be billed for each request."""
    return bool(parameters.get("BillingMode") == "PAY_PER_REQUEST")


def check_throughput(parameters: Description) -> None:
    """Raise ValidationException unless throughput and billing mode go together."""
    provisioned = parameters.get("ProvisionedThroughput")
    if is_on_demand(parameters):
        if provisioned is not None:
            raise invalid(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
                "BillingMode is PAY_PER_REQUEST"
            )
        return
    if provisioned is None:
        raise invalid(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when "
            "BillingMode is PROVISIONED"
        )
    if parameters.get("OnDemandThroughput"):
        raise invalid("OnDemandThroughput cannot be specified when BillingMode is PROVISIONED")


def check_number_of_indexes(local: list[Description], shared: list[Description]) -> None:
    """Raise ValidationException for more indexes than a table may have."""
    if len(local) > MAX_LOCAL_INDEXES:
        raise invalid(
            f"Number of LocalSecondaryIndexes exceeds per-table limit of {MAX_LOCAL_INDEXES}"
        )
    if len(shared) > MAX_GLOBAL_INDEXES:
        raise invalid(
            f"GlobalSecondaryIndex count exceeds the per-table limit of {MAX_GLOBAL_INDEXES}"
        )


def check_table_key(
    schema: list[Description], definitions: list[Description] | None = None
) -> None:
    """Raise ValidationException unless this is a partition key, with or without a sort key."""
    if len(schema) > 2:
        elements = ", ".join(
            f"KeySchemaElement(attributeName={key['AttributeName']}, keyType={key['KeyType']})"
            for key in schema[:10]
        )
        raise detected(
            f"Value '[{elements}]' at 'keySchema' failed to satisfy constraint: "
            "Member must have length less than or equal to 2"
        )
    if definitions is not None and len(schema) > len(definitions):
        raise ValidationException("Invalid KeySchema: Some index key attribute have no definition")
    if schema[0]["KeyType"] != "HASH":
        raise ValidationException(
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
        )
    if len(schema) == 2:
        if schema[1]["KeyType"] != "RANGE":
            raise ValidationException(
                "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"
            )
        if schema[0]["AttributeName"] == schema[1]["AttributeName"]:
            raise ValidationException(
                "Both the Hash Key and the Range Key element in the KeySchema have the same name"
            )


def check_definitions(parameters: Description, indexes: list[Description]) -> None:
    """Every key attribute has a type, and every typed attribute is a key somewhere."""
    defined = [entry["AttributeName"] for entry in parameters["AttributeDefinitions"]]
    if len(set(defined)) != len(defined):
        raise invalid("Cannot have more than one attribute definition with the same name")
    keys = _attributes([parameters, *indexes])
    require_defined(keys, defined)
    unused = set(defined).difference(keys)
    if unused and not indexes:
        raise invalid(
            "Number of attributes in KeySchema does not exactly match number of attributes "
            "defined in AttributeDefinitions"
        )
    if unused:
        raise invalid(
            "Some AttributeDefinitions are not used. AttributeDefinitions: "
            f"{_listed(defined)}, keys used: {_listed(keys)}"
        )


def require_defined(keys: Iterable[str], defined: list[str]) -> None:
    """Raise ValidationException for key attributes without an AttributeDefinition."""
    known = set(defined)
    missing = [name for name in keys if name not in known]
    if missing:
        raise invalid(
            "Some index key attributes are not defined in AttributeDefinitions. "
            f"Keys: {_listed(missing)}, AttributeDefinitions: {_listed(defined)}"
        )


def _attributes(described: list[Description]) -> list[str]:
    names = (key["AttributeName"] for entry in described for key in entry["KeySchema"])
    return list(dict.fromkeys(names))


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(names)}]"


def check_index_names(indexes: list[Description]) -> None:
    """Raise ValidationException if two indexes have the same name."""
    names = [index["IndexName"] for index in indexes]
    for name in names:
        if names.count(name) > 1:
            raise invalid(f"Duplicate index name: {name}")


def check_local_indexes(indexes: list[Description], table_key: list[Description]) -> None:
    """Raise ValidationException for local indexes that do not fit the table's key."""
    if not indexes:
        return
    if len(table_key) < 2:
        raise invalid(
            "Table KeySchema does not have a range key, which is required when specifying a "
            "LocalSecondaryIndex"
        )
    for index in indexes:
        check_table_key(index["KeySchema"])
        name, leading = index["IndexName"], index["KeySchema"][0]["AttributeName"]
        if len(index["KeySchema"]) < 2:
            raise invalid(f"Index KeySchema does not have a range key for index: {name}")
        if leading != table_key[0]["AttributeName"]:
            raise invalid(
                "Index KeySchema does not have the same leading hash key as table KeySchema for "
                f"index: {name}. index hash key: {leading}, "
                f"table hash key: {table_key[0]['AttributeName']}"
            )
        check_projection(index.get("Projection"))


def check_global_index(index: Description, *, on_demand: bool) -> None:
    """Raise ValidationException for an invalid global index; `on_demand` is the table's billing."""
    check_index_key(index["KeySchema"])
    check_projection(index.get("Projection"))
    throughput = index.get("ProvisionedThroughput")
    name = index["IndexName"]
    if on_demand and throughput is not None:
        raise invalid(
            f"ProvisionedThroughput should not be specified for index: {name} when BillingMode "
            "is PAY_PER_REQUEST"
        )
    if not on_demand and throughput is None:
        raise invalid(f"ProvisionedThroughput must be specified for index: {name}")


def check_index_key(schema: list[Description]) -> None:
    """A global index's key: one to four partition attributes, then up to four sort attributes."""
    kinds = [element["KeyType"] for element in schema]
    if kinds[0] != "HASH":
        raise ValidationException(
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
        )
    partition, sort = kinds.count("HASH"), kinds.count("RANGE")
    if kinds != ["HASH"] * partition + ["RANGE"] * sort:
        raise ValidationException("Invalid KeySchema: HASH keys must precede RANGE keys")
    if partition > MAX_INDEX_KEY_PARTS or sort > MAX_INDEX_KEY_PARTS:
        raise ValidationException(
            f"Invalid KeySchema: An index may have at most {MAX_INDEX_KEY_PARTS} HASH and "
            f"{MAX_INDEX_KEY_PARTS} RANGE key attributes"
        )
    names = [element["AttributeName"] for element in schema]
    if len(set(names)) != len(names):
        raise ValidationException(
            "Both the Hash Key and the Range Key element in the KeySchema have the same name"
        )


def check_projection(projection: Description | None) -> None:
    """Raise ValidationException for an invalid projection of an index."""
    kind = (projection or {}).get("ProjectionType")
    extra = (projection or {}).get("NonKeyAttributes")
    if kind is None:
        raise invalid("Unknown ProjectionType: null")
    if kind != "INCLUDE" and extra is not None:
        raise invalid(f"ProjectionType is {kind}, but NonKeyAttributes is specified")
    if kind == "INCLUDE" and not extra:
        raise invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    if extra and len(set(extra)) != len(extra):
        raise invalid("NonKeyAttributes contains duplicates")
    if extra and len(extra) > MAX_PROJECTED:
        raise invalid(f"Number of NonKeyAttributes exceeds the limit of {MAX_PROJECTED}")


def check_stream(specification: Description | None) -> None:
    """Raise ValidationException for an invalid StreamSpecification."""
    if specification is None:
        return
    enabled, view = specification["StreamEnabled"], specification.get("StreamViewType")
    if enabled and view is None:
        raise invalid("StreamViewType is required when StreamEnabled is true")
    if not enabled and view is not None:
        raise invalid("StreamViewType cannot be specified when StreamEnabled is false")
