"""Tags of APIs and stages.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/tags-resource-arn.html
"""

from __future__ import annotations

import re

from orderlab.cloud.apigatewayv2.control.calls import ControlCall
from orderlab.cloud.apigatewayv2.control.errors import bad_request, not_found
from orderlab.cloud.apigatewayv2.control.tag_rules import checked_tags
from orderlab.cloud.apigatewayv2.model.state import Document, HttpApi

_ARN = re.compile(r"arn:aws:apigateway:([a-z0-9-]+):\d*:/apis/([^/]+)(?:/stages/([^/]+))?")


def _found(call: ControlCall) -> tuple[HttpApi, Document]:
    """The API that the call's ARN is of, and the document that has the tags."""
    arn = str(call.input["ResourceArn"])
    parts = _ARN.fullmatch(arn)
    if parts is None:
        raise bad_request(f"Invalid resource ARN: {arn}")
    api = call.plane.registry.find(parts[2])
    if api is None or parts[1] != api.region_name:
        raise not_found("API", f"{call.plane.registry.account_id}:{parts[2]}")
    if parts[3] is None:
        return api, api.document
    if parts[3] not in api.stages:
        raise not_found("stage", "")
    return api, api.stages[parts[3]]


def _keep(api: HttpApi, document: Document, tags: Document) -> None:
    changed = {**document, "Tags": tags}
    if "StageName" in document:
        api.stages[document["StageName"]] = changed
    else:
        api.document = changed


def get_tags(call: ControlCall) -> Document:
    """GetTags: the tags of an API or a stage."""
    return {"Tags": _found(call)[1]["Tags"]}


def tag_resource(call: ControlCall) -> None:
    """TagResource: tags are added, or get other values."""
    api, document = _found(call)
    _keep(api, document, checked_tags({**document["Tags"], **(call.input.get("Tags") or {})}))


def untag_resource(call: ControlCall) -> None:
    """UntagResource: names of tags that it does not have are ignored."""
    api, document = _found(call)
    names = call.input["TagKeys"]
    _keep(api, document, {k: v for k, v in document["Tags"].items() if k not in names})
