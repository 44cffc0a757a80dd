"""Which bodies are binary, and what content handling makes of them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
"""

from __future__ import annotations

import base64
import binascii

from orderlab.cloud.apigateway.failures import GatewayFailure, internal_error


def essence(content_type: str) -> str:
    """A media type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def is_binary(content_type: str, binary_media_types: frozenset[str]) -> bool:
    """Whether an API treats a content type as binary; `*/*` and `image/*` are wildcards."""
    if not binary_media_types:
        return False
    kind = essence(content_type)
    family = f"{kind.partition('/')[0]}/*"
    return not binary_media_types.isdisjoint((kind, family, "*/*"))


def request_body(body: bytes, handling: str | None, binary: bool) -> bytes:
    """What the integration gets of a request's body."""
    if handling == "CONVERT_TO_BINARY" and not binary:
        decoded = _decoded(body)
        if decoded is None:
            raise GatewayFailure("DEFAULT_4XX", "Unable to base64 decode the body.", status=400)
        return decoded
    if handling == "CONVERT_TO_TEXT" and binary:
        return base64.b64encode(body)
    return body


def response_body(body: bytes, handling: str | None, binary: bool, binary_wanted: bool) -> bytes:
    """What the client gets of an integration's answer."""
    if handling == "CONVERT_TO_BINARY":
        decoded = body if binary else _decoded(body)
        if decoded is None:
            raise internal_error("The integration's answer is no base64 text.")
        return decoded
    if handling == "CONVERT_TO_TEXT" or (binary and not binary_wanted):
        return base64.b64encode(body) if binary else body
    if not binary and binary_wanted:
        # an Accept header must not break an answer that is plain text
        return _decoded(body) or body
    return body


def _decoded(body: bytes) -> bytes | None:
    try:
        return base64.b64decode(body, validate=True)
    except (ValueError, binascii.Error):
        return None
