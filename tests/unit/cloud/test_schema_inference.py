"""Schemas of sample events. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema-infer.html"""

from __future__ import annotations

import json
import time
from typing import Any

from orderlab.cloud.schemas.inference import infer, is_event, schema_name


def schemas_of(*samples: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(infer(list(samples), "OpenApi3"))["components"]["schemas"]
    return found


def test_types() -> None:
    sample = {"t": "x", "n": 1, "f": 1.5, "b": True, "z": None, "d": "2026-11-26T19:00:00Z"}
    assert schemas_of(sample)["Event"]["properties"] == {
        "t": {"type": "string"},
        "n": {"type": "number"},
        "f": {"type": "number"},
        "b": {"type": "boolean"},
        "z": {"type": "object"},
        "d": {"type": "string", "format": "date-time"},
    }


def test_objects_become_components_with_names_of_their_own() -> None:
    found = schemas_of({"to": {"name": {"first": "A"}}, "from": {"name": {"last": "B"}}})
    assert set(found) == {"Event", "To", "From", "Name", "Name_1"}
    assert found["To"]["properties"]["name"] == {"$ref": "#/components/schemas/Name"}
    assert found["From"]["properties"]["name"] == {"$ref": "#/components/schemas/Name_1"}


def test_items_of_arrays_are_seen_together() -> None:
    found = schemas_of({"lines": [{"sku": "x"}, {"sku": "y", "gift": True}]})
    lines = found["Event"]["properties"]["lines"]
    assert lines == {"type": "array", "items": {"$ref": "#/components/schemas/LinesItem"}}
    assert found["LinesItem"]["required"] == ["sku"]
    assert set(found["LinesItem"]["properties"]) == {"sku", "gift"}


def test_what_lies_very_deep_is_an_object() -> None:
    sample: Any = 1
    for _ in range(200):
        sample = {"a": sample}
    assert '{"type":"object"}' in infer([sample], "OpenApi3")


def test_names_of_discovered_schemas() -> None:
    event = {"source": "shop", "detail-type": "Order placed: again"}
    assert schema_name(event) == "shop@OrderPlacedAgain"
    assert not is_event(event)


def test_a_large_event_takes_linear_time() -> None:
    sample = {f"key{number}": {"a": number} for number in range(20_000)}
    began = time.process_time()
    infer([sample], "OpenApi3")
    assert time.process_time() - began < 10
