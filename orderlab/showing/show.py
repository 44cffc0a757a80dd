"""Print an answer of AWS without what differs from run to run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_NOISE = {"ResponseMetadata", "RequestId", "requestId"}


def show(answer: Any, *fields: str) -> None:
    """Print an answer as indented JSON, whole or only the named fields of its top level.

    `ResponseMetadata` is left out: it holds the request's id and headers.
    """
    if fields and isinstance(answer, Mapping):
        answer = {field: answer.get(field) for field in fields}
    print(json.dumps(_clean(answer), indent=2, default=_as_text, ensure_ascii=False))  # noqa: T201


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _clean(each) for key, each in value.items() if key not in _NOISE}
    if isinstance(value, list | tuple):
        return [_clean(each) for each in value]
    return value


def _as_text(value: Any) -> str:
    if hasattr(value, "read"):
        content: bytes = value.read()
        return content.decode("utf-8", "replace")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
