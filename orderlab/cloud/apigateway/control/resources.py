"""Resources: the tree of paths."""

from __future__ import annotations

import re

from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.control.errors import (
    bad_request,
    conflict,
    limit_exceeded,
    not_found,
)
from orderlab.cloud.apigateway.control.patch import Patchable, apply, parts_of, text
from orderlab.cloud.apigateway.model.state import Document, RestApi, new_id, shown

_PATH_PART = re.compile(r"^(?:[A-Za-z0-9._:-]+|\{[A-Za-z0-9._:-]+\+?\})$")
MAX_RESOURCES = 300


def create_resource(call: ControlCall) -> Document:
    """CreateResource: one more part of a path, below another resource."""
    parent = call.resource("parent_id")
    return shown(new_resource(call.api(), parent, call.text("pathPart") or ""))


def new_resource(api: RestApi, parent: Document, path_part: str) -> Document:
    """A child of a resource, after the rules that keep paths unambiguous."""
    _check(api, parent, path_part)
    if len(api.resources) > MAX_RESOURCES:
        raise limit_exceeded(
            "Maximum number of Resources for this API has been reached. Please contact AWS if you "
            "need additional Resources."
        )
    resource: Document = {
        "id": new_id(6),
        "parentId": parent["id"],
        "pathPart": path_part,
        "path": _path(parent, path_part),
    }
    api.resources[resource["id"]] = resource
    return resource


def _path(parent: Document, path_part: str) -> str:
    return f"{parent['path'].rstrip('/')}/{path_part}"


def _check(api: RestApi, parent: Document, path_part: str, own_id: str | None = None) -> None:
    if not _PATH_PART.match(path_part):
        raise bad_request(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and "
            "curly braces at the beginning and the end."
        )
    if str(parent.get("pathPart", "")).endswith("+}"):
        raise bad_request(
            f"Cannot create a child of a resource with a greedy path variable: {parent['pathPart']}"
        )
    for sibling in api.resources.values():
        if sibling.get("parentId") != parent["id"] or sibling["id"] == own_id:
            continue
        if sibling["pathPart"] == path_part:
            raise conflict(
                f"Another resource with the same parent already has this name: {path_part}"
            )
        if sibling["pathPart"].startswith("{") and path_part.startswith("{"):
            raise bad_request(
                f"A sibling ({sibling['pathPart']}) of this resource already has a variable path "
                "part -- only one is allowed"
            )


def get_resource(call: ControlCall) -> Document:
    """GetResource: the path of a resource, and its methods."""
    return _embedded(call, call.resource())


def get_resources(call: ControlCall) -> Document:
    """GetResources: a page of the API's resources, in the order of their paths."""
    resources = sorted(call.api().resources.values(), key=lambda each: each["path"])
    return call.page(_embedded(call, each) for each in resources)


def _embedded(call: ControlCall, resource: Document) -> Document:
    """Methods show their verbs only, unless `embed=methods` asks for all of them."""
    found = shown(resource)
    methods = found.pop("resourceMethods", None)
    if methods:
        full = "methods" in call.query.get("embed", [])
        found["resourceMethods"] = {k: (shown(v) if full else {}) for k, v in methods.items()}
    return found


def update_resource(call: ControlCall) -> Document:
    """UpdateResource: rename or move a resource, with all below it.

    Raises BadRequestException for the root, and for a resource that would come below itself.
    """
    resource, api = call.resource(), call.api()
    changed = shown(resource)
    if "parentId" not in resource:
        for operation in call.operations():
            name = parts_of(str(operation.get("path")))[0]
            if name in ("parentId", "pathPart"):
                raise bad_request(f"Root resource cannot update its {name}.")
    apply(changed, call.operations(), Patchable({"parentId": text, "pathPart": text}))
    parent = api.resources.get(changed.get("parentId", ""))
    if parent is None:
        raise not_found("Invalid Resource identifier specified")
    ancestor: Document | None = parent
    while ancestor is not None:
        if ancestor["id"] == resource["id"]:
            raise bad_request("Resources cannot be cyclical.")
        ancestor = api.resources.get(ancestor.get("parentId", ""))
    _check(api, parent, changed["pathPart"], resource["id"])
    resource.update(parentId=parent["id"], pathPart=changed["pathPart"])
    _repath(api, resource, parent)
    return _embedded(call, resource)


def _repath(api: RestApi, resource: Document, parent: Document) -> None:
    resource["path"] = _path(parent, resource["pathPart"])
    for child in api.resources.values():
        if child.get("parentId") == resource["id"]:
            _repath(api, child, resource)


def delete_resource(call: ControlCall) -> None:
    """DeleteResource: the resource and all below it. Raises BadRequestException for the root."""
    resource, api = call.resource(), call.api()
    if "parentId" not in resource:
        raise bad_request("Root resource cannot be deleted.")
    doomed = [resource["id"]]
    while doomed:
        gone = doomed.pop()
        api.resources.pop(gone, None)
        doomed += [each["id"] for each in api.resources.values() if each.get("parentId") == gone]
