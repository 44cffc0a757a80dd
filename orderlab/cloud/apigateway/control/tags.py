"""Tags of APIs, stages, API keys and usage plans."""

from __future__ import annotations

import re

from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.control.errors import bad_request, not_found
from orderlab.cloud.apigateway.model.state import Document

_ARN = re.compile(
    r"^arn:aws:apigateway:[a-z0-9-]+:\d*:/(restapis|apikeys|usageplans)/([^/]+)(?:/stages/([^/]+))?$"
)


def _tagged(call: ControlCall) -> Document:
    found = _ARN.match(call.path["resource_arn"])
    if found is None:
        raise bad_request(f"Invalid resource ARN: {call.path['resource_arn']}")
    kind, name, stage = found.groups()
    document: Document | None = None
    if kind == "restapis":
        api = call.state.rest_apis.get(name)
        if api is not None:
            document = api.stages.get(stage) if stage else api.document
    elif kind == "apikeys":
        document = call.state.access.keys.get(name)
    else:
        document = call.state.access.plans.get(name)
    if document is None:
        raise not_found("Invalid resource identifier specified")
    return document


def get_tags(call: ControlCall) -> Document:
    """GetTags: the tags of an API, a stage, an API key or a usage plan."""
    return {"tags": _tagged(call).get("tags") or {}}


def tag_resource(call: ControlCall) -> None:
    """TagResource. Raises BadRequestException if there would be more than 50 tags."""
    document, tags = _tagged(call), call.mapping("tags") or {}
    merged = {**(document.get("tags") or {}), **tags}
    if len(merged) > 50:
        raise bad_request("A resource cannot have more than 50 tags")
    document["tags"] = merged


def untag_resource(call: ControlCall) -> None:
    """UntagResource: names of tags that it does not have are ignored."""
    document, names = _tagged(call), call.query.get("tagKeys", [])
    kept = {k: v for k, v in (document.get("tags") or {}).items() if k not in names}
    document["tags"] = kept or None
