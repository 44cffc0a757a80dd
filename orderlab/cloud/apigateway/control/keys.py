"""API keys.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-setup-api-keys.html
"""

from __future__ import annotations

import secrets
import string

from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.control.errors import (
    bad_request,
    conflict,
    limit_exceeded,
    not_found,
)
from orderlab.cloud.apigateway.control.patch import Patchable, apply, flag, text
from orderlab.cloud.apigateway.model.state import Document, new_id, shown
from orderlab.cloud.aws_error import NotDoneYet

_MAX_KEYS = 10_000
_MAX_NAME = 1024
_MAX_DESCRIPTION = 125_000
_CHARACTERS = string.ascii_letters + string.digits


def create_api_key(call: ControlCall) -> Document:
    """CreateApiKey: with the value that is given, or 40 random letters and digits.

    Raises ConflictException if another key has the value.
    """
    if call.query.get("mode") == ["import"]:
        raise NotDoneYet("the import of API keys")
    access, value = call.state.access, call.text("value") or None
    if call.body.get("stageKeys"):
        raise NotDoneYet("API keys bound to stages (use a usage plan)")
    if value is not None and len(value) < 20:
        raise bad_request("API Key value should be at least 20 characters")
    if value is not None and len(value) > 128:
        raise bad_request("API Key value exceeds maximum size of 128 characters")
    _check_texts(call.body)
    if len(access.keys) >= _MAX_KEYS:
        raise limit_exceeded("Maximum number of API Keys for this account has been reached.")
    if value in access.values:
        raise conflict("API Key already exists")
    now = call.now()
    key: Document = {
        "id": new_id(),
        "value": value or "".join(secrets.choice(_CHARACTERS) for _ in range(40)),
        "name": call.text("name"),
        "customerId": call.text("customerId"),
        "description": call.text("description"),
        "enabled": bool(call.body.get("enabled")),
        "createdDate": now,
        "lastUpdatedDate": now,
        "stageKeys": [],
        "tags": call.mapping("tags"),
    }
    access.keys[key["id"]] = key
    access.values[key["value"]] = key["id"]
    return shown(key)


def _check_texts(key: Document) -> None:
    if len(key.get("name") or "") > _MAX_NAME:
        raise bad_request(f"Invalid API Key name, can be at most {_MAX_NAME} characters.")
    if len(key.get("description") or "") > _MAX_DESCRIPTION:
        raise bad_request("Invalid API Key description specified.")


def key_of(call: ControlCall, name: str = "api_Key") -> Document:
    """The API key that a parameter of the path names. Raises NotFoundException if there is none."""
    found = call.state.access.keys.get(call.path[name])
    if found is None:
        raise not_found("Invalid API Key identifier specified")
    return found


def without_value(key: Document) -> Document:
    """The key as it is shown unless its value is asked for."""
    return {name: value for name, value in shown(key).items() if name != "value"}


def get_api_key(call: ControlCall) -> Document:
    """GetApiKey: one key, with its value if the query asks for it."""
    key = key_of(call)
    return shown(key) if call.flag("includeValue") else without_value(key)


def get_api_keys(call: ControlCall) -> Document:
    """GetApiKeys: a page of the keys, of one customer or with the beginning of a name."""
    prefix = call.query.get("name", [""])[0]
    customer = call.query.get("customerId", [""])[0]
    keys = [
        key if call.flag("includeValues") else without_value(key)
        for key in call.state.access.keys.values()
        if (key.get("name") or "").startswith(prefix) and customer in ("", key.get("customerId"))
    ]
    return call.page(keys)


def update_api_key(call: ControlCall) -> Document:
    """UpdateApiKey: name, description, customer, and whether the key is enabled."""
    key = key_of(call)
    allowed = Patchable(
        {"name": text, "description": text, "customerId": text, "enabled": flag},
        removable=frozenset({"name", "description", "customerId"}),
    )
    changed = apply(shown(key), call.operations(), allowed)
    _check_texts(changed)
    key.clear()
    key.update(changed, lastUpdatedDate=call.now())
    return without_value(key)


def delete_api_key(call: ControlCall) -> None:
    """DeleteApiKey: the key leaves its usage plans."""
    access, key = call.state.access, key_of(call)
    del access.keys[key["id"]]
    access.values.pop(key["value"], None)
    for key_ids in access.plan_keys.values():
        if key["id"] in key_ids:
            key_ids.remove(key["id"])
