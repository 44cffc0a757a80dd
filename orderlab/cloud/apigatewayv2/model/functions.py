"""Addresses of functions, as integrations and authorizers of HTTP APIs write them."""

from __future__ import annotations

import re
from functools import lru_cache

from orderlab.cloud.apigateway.model import integration_uris

_ARN = re.compile(r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[^/\s]+")


@lru_cache(maxsize=512)
def function_of(uri: str) -> str | None:
    """The ARN of the function that a URI means: its own ARN, or that of its invocation path.

    Returns None if it means no function.
    """
    return uri if _ARN.fullmatch(uri) else integration_uris.function_of(uri)
