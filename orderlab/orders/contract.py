"""The contract of an order: one JSON Schema (draft 4), for the API's model and for the replay."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from orderlab.cloud.apigateway.body_models import load_jsonschema

SCHEMA_FILE = Path(__file__).with_name("order.schema.json")


def schema_text() -> str:
    """The schema as API Gateway's CreateModel takes it."""
    return SCHEMA_FILE.read_text(encoding="utf-8")


@cache
def _validator() -> Any:
    return load_jsonschema().Draft4Validator(json.loads(schema_text()))


def violation(order: Any) -> str | None:
    """Say in one line how `order` breaks the contract; None if it keeps it."""
    errors = sorted(_validator().iter_errors(order), key=lambda error: list(map(str, error.path)))
    if not errors:
        return None
    first = errors[0]
    where = "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" for step in first.absolute_path
    ).lstrip(".")
    message = first.message if len(first.message) <= 160 else first.message[:157] + "..."
    return f"{where}: {message}" if where else message
