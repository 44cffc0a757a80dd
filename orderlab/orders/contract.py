"""The contract of an order: one JSON Schema (draft 4), for the API's model and for the replay."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

SCHEMA_FILE = Path(__file__).with_name("order.schema.json")


def schema_text() -> str:
    """The schema as API Gateway's CreateModel takes it."""
    return SCHEMA_FILE.read_text(encoding="utf-8")


@cache
def _validator() -> Any:
    # the library loads the grammar of internationalised addresses if it finds one, which takes more
    # than a second; formats are not checked here, so that the grammar is kept away from it
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    import jsonschema

    # another thread may have been here meanwhile: the monolith's workers load it too
    if sys.modules.get("rfc3987_syntax", ...) is None:
        sys.modules.pop("rfc3987_syntax", None)
    return jsonschema.Draft4Validator(json.loads(schema_text()))


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
