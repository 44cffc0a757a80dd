"""Tags that resources of API Gateway may have.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-restrictions.html
"""

from __future__ import annotations

from orderlab.cloud.apigatewayv2.control.errors import bad_request
from orderlab.cloud.apigatewayv2.model.state import Document

MAX_TAGS = 50


def checked_tags(tags: Document | None) -> Document:
    """Tags that a resource may have. Raises BadRequestException for others."""
    found = dict(tags or {})
    if len(found) > MAX_TAGS:
        raise bad_request("A resource cannot have more than 50 tags")
    for name, value in found.items():
        if not 1 <= len(name) <= 128 or len(value) > 256 or name.lower().startswith("aws:"):
            raise bad_request(f"Invalid tag: {name}")
    return found
