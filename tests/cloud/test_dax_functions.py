"""A Lambda function that reads through DAX, with the client of AWS in a layer.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.client.run-application-python.html
"""

from __future__ import annotations

import importlib.util
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.dax_support import make_cluster
from tests.cloud.functions_support import Lambda, eventually
from tests.cloud.tables_support import make_table, wire

HANDLER = """
    import os
    from amazondax import AmazonDaxClient

    dax = AmazonDaxClient(endpoint_url=os.environ["CACHE"])

    def handler(event, context):
        key = {"order_id": {"S": event["order"]}}
        found = dax.get_item(TableName=os.environ["TABLE"], Key=key)
        if "write" in event:
            dax.put_item(TableName=os.environ["TABLE"], Item={**key, "n": {"N": "2"}})
        return found.get("Item", {}).get("n")
"""


def layer() -> bytes:
    """The client and what it needs besides boto3, as they are installed here."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for package in ("amazondax", "antlr4", "six"):
            spec = importlib.util.find_spec(package)
            assert spec is not None and spec.origin is not None
            origin = Path(spec.origin)
            folder = origin.parent if origin.stem == "__init__" else None
            for path in sorted(folder.rglob("*.py")) if folder else [origin]:
                inside = path.relative_to((folder or origin).parent)
                archive.write(path, f"python/{inside.as_posix()}")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    return Lambda(cloud)


@pytest.fixture(scope="module")
def client_layer(functions: Lambda) -> str:
    published = functions.client.publish_layer_version(
        LayerName="dax-client", Content={"ZipFile": layer()}
    )
    return str(published["LayerVersionArn"])


def make(functions: Lambda, cloud: Any, client_layer: str, role: str) -> tuple[str, str, Any]:
    """A function, its table, and the cluster between them."""
    cluster = make_cluster(cloud)
    table = make_table(cloud.client("dynamodb"), "order_id")
    variables = {"CACHE": cluster["ClusterDiscoveryEndpoint"]["URL"], "TABLE": table}
    name = functions.make(
        HANDLER,
        Role=role,
        Layers=[client_layer],
        Timeout=30,
        MemorySize=1024,
        Environment={"Variables": variables},
    )
    return name, table, cluster


def test_a_function_reads_and_writes_through_the_cache(
    functions: Lambda, cloud: Any, client_layer: str
) -> None:
    role = functions.role("dax:GetItem", "dax:PutItem", "logs:*")
    name, table, cluster = make(functions, cloud, client_layer, role)
    dynamodb = cloud.client("dynamodb")
    dynamodb.put_item(TableName=table, Item=wire(order_id="dax-order-1", n=1))
    assert functions.invoke(name, {"order": "dax-order-1", "write": True}).value == {"N": "1"}
    found = dynamodb.get_item(TableName=table, Key=wire(order_id="dax-order-1"))
    assert found["Item"]["n"] == {"N": "2"}
    dynamodb.put_item(TableName=table, Item=wire(order_id="dax-order-1", n=3))
    assert functions.invoke(name, {"order": "dax-order-1"}).value == {"N": "2"}

    def hops() -> set[tuple[str, str]]:
        trace = cloud.page("recorder/trace?id=dax-order-1")["hops"]
        return {(hop["source"].rpartition(":")[2], hop["action"]) for hop in trace}

    cache = "cache/" + cluster["ClusterName"]
    expected = {(name, "GetItem"), (name, "PutItem"), (cache, "GetItem"), (cache, "PutItem")}
    eventually(lambda: expected <= hops())


def test_a_function_whose_role_may_not_is_refused(
    functions: Lambda, cloud: Any, client_layer: str
) -> None:
    role = functions.role("dax:GetItem", "logs:*")
    name, _, _ = make(functions, cloud, client_layer, role)
    answer = functions.invoke(name, {"order": "dax-order-2", "write": True})
    assert answer.error == "Unhandled"
    assert "not authorized to perform: dax:PutItem" in answer.value["errorMessage"]
