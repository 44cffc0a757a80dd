"""JSON as API Gateway reads it: strictly, and at a known cost."""

from __future__ import annotations

import json
from typing import Any


def read_json(text: str | bytes) -> Any:
    """The value of a JSON document.

    Raises:
        ValueError: if the text is not JSON, is not UTF-8, or nests deeper than can be read.
    """
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode("utf-8"))
    except RecursionError:
        raise ValueError("The document nests too deeply.") from None


def cost_of_json(body: bytes) -> int:
    """The steps of a budget that it takes to read a document: values take time and room."""
    if len(body) < 16_384:
        return len(body) >> 4
    return (len(body) >> 6) + 2 * sum(map(body.count, (b",", b"[", b"{")))


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


# made once: to make one takes longer than to read a short document
_DECODER = json.JSONDecoder(parse_constant=_no_constant)
