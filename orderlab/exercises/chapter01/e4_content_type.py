"""1.4: the validation at the door that another content type walks past."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter01.clients import Answer, post, probe_order
from orderlab.exercises.chapter01.starting_points import (
    ensure_first_api,
    orders_method,
    permit_first_api,
    zipped,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.contract import schema_text
from orderlab.orders.parts.api import STAGE, find_api

JSON = "application/json"
OTHERS = ("text/plain", "application/xml", "application/x-www-form-urlencoded", "image/png")
_LOOKED = f"a valid order, and orders without lines as {JSON}, {', '.join(OTHERS)}"
_EXPECTED = "the valid one accepted, every other refused by the API with 400"


def _prepare(workspace: Workspace) -> None:
    target = workspace.target
    api_id = ensure_first_api(target)
    permit_first_api(target)
    method = orders_method(target)
    if method is not None and not method.get("requestValidatorId"):
        _check_json(workspace, api_id, method["where"])
    workspace.memory.setdefault("before", _definition(workspace))
    workspace.memory.setdefault("code", _code(workspace))


def _check_json(workspace: Workspace, api_id: str, where: dict[str, Any]) -> None:
    """The model, the validator and the deployment of section 1.6."""
    gateway = workspace.client("apigateway")
    with contextlib.suppress(gateway.exceptions.ConflictException):
        gateway.create_model(restApiId=api_id, name="Order", contentType=JSON, schema=schema_text())
    validator = gateway.create_request_validator(
        restApiId=api_id, name="body", validateRequestBody=True, validateRequestParameters=True
    )
    changes = [
        {"op": "replace", "path": "/requestValidatorId", "value": validator["id"]},
        {"op": "add", "path": "/requestModels/application~1json", "value": "Order"},
    ]
    gateway.update_method(**where, patchOperations=changes)
    gateway.create_deployment(restApiId=api_id, stageName=STAGE)


def _definition(workspace: Workspace) -> dict[str, Any]:
    method = orders_method(workspace.target) or {}
    return {
        "models": method.get("requestModels") or {},
        "validator": method.get("requestValidatorId"),
        "parameters": method.get("requestParameters") or {},
        "passthrough": method.get("methodIntegration", {}).get("passthroughBehavior"),
    }


def _code(workspace: Workspace) -> str:
    try:
        return str(
            workspace.client("lambda").get_function_configuration(
                FunctionName=workspace.name("accept-order")
            )["CodeSha256"]
        )
    except ClientError:
        return ""


def _check(workspace: Workspace) -> Outcome:
    target = workspace.target
    api_id = find_api(target)
    if api_id is None:
        return untouched("There is no order-api yet.", next="Run the cells above first.")
    url = f"{target.api_url(api_id, STAGE)}/orders"
    valid, invalid = probe_order(), {**probe_order(), "lines": []}
    accepted = post(url, valid)
    as_json = post(url, invalid)
    others = {kind: post(url, invalid, kind) for kind in OTHERS}
    past = [kind for kind, answer in others.items() if not answer.by_the_gateway]
    got = f"{_said(accepted)}; without lines: {_said(as_json)}; past the door: {len(past)} of 4"
    if accepted.status >= 300:
        return wrong(
            "nobody gets in",
            "A valid order as application/json is refused now.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=got,
            next="The door must stay open for what is right.",
        )
    if not as_json.by_the_gateway:
        return wrong(
            "no check any more",
            "An order without lines passes even as application/json.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=got,
            next="The method needs its validator and the model for application/json, or for all.",
        )
    if past:
        return _open(workspace, past, others, got)
    return right(
        "$default is the model for every content type that has none of its own. A function that "
        "trusts its door needs one for all.",
        looked_at=_LOOKED,
        got=got,
    )


def _said(answer: Answer) -> str:
    return f"{answer.status}"


def _open(workspace: Workspace, past: list[str], others: dict[str, Answer], got: str) -> Outcome:
    now, before = _definition(workspace), workspace.memory.get("before", {})
    found = {"looked_at": _LOOKED, "expected": _EXPECTED, "got": got}
    if _code(workspace) != workspace.memory.get("code"):
        return wrong(
            "the function looks",
            "The function was started for each of them. It may look too; here the door is asked for.",
            **found,
            next="Which setting of the method says what is checked for which content type?",
        )
    if "$default" in now["models"]:
        return wrong(
            "not deployed",
            "The method has a model for every content type now. The stage serves an older deployment.",
            **found,
            next="create_deployment(restApiId=api, stageName='live')",
        )
    if len(now["models"]) > len(before.get("models", {})):
        return wrong(
            "one more type",
            "You named another content type. A client can name one that you did not think of.",
            **found,
            next=f"{past[0]} still passes. Which key stands for all others?",
        )
    if now["passthrough"] != before.get("passthrough"):
        return wrong(
            "the integration's setting",
            "passthroughBehavior belongs to mapping templates. A proxy integration has none.",
            **found,
            next="Look at the method, not at its integration.",
        )
    if now != before:
        return wrong(
            "another setting of the method",
            "You changed the method, but bodies of other types are still not looked at.",
            **found,
            next="Which model does a body get whose content type has none?",
        )
    return untouched(
        "An order without lines still reaches the function if it is sent as text/plain.",
        next="Look at requestModels of the method: get_method(...).",
    )


def _patch(*changes: tuple[str, str, str], deploy: bool = True) -> Any:
    def attempt(workspace: Workspace) -> None:
        method = orders_method(workspace.target)
        assert method is not None
        gateway = workspace.client("apigateway")
        patch = [{"op": op, "path": path, "value": value} for op, path, value in changes]
        for each in patch:
            if each["op"] == "remove":
                del each["value"]
        gateway.update_method(**method["where"], patchOperations=patch)
        if deploy:
            gateway.create_deployment(restApiId=method["where"]["restApiId"], stageName=STAGE)

    return attempt


def _in_the_function(workspace: Workspace) -> None:
    source = (
        "import json\ndef handler(event, context):\n    order = json.loads(event['body'])\n"
        "    return {'statusCode': 201 if order['lines'] else 400, 'body': '{}'}\n"
    )
    functions, name = workspace.client("lambda"), workspace.name("accept-order")
    functions.update_function_code(FunctionName=name, ZipFile=zipped({"accept_order.py": source}))
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)


def _passthrough(workspace: Workspace) -> None:
    method = orders_method(workspace.target)
    assert method is not None
    gateway = workspace.client("apigateway")
    change = {"op": "replace", "path": "/passthroughBehavior", "value": "NEVER"}
    gateway.update_integration(**method["where"], patchOperations=[change])
    gateway.create_deployment(restApiId=method["where"]["restApiId"], stageName=STAGE)


def _nobody(workspace: Workspace) -> None:
    method = orders_method(workspace.target)
    assert method is not None
    api_id = method["where"]["restApiId"]
    schema = json.dumps({"$schema": "http://json-schema.org/draft-04/schema#", "not": {}})
    workspace.client("apigateway").create_model(
        restApiId=api_id, name="Nothing", contentType=JSON, schema=schema
    )
    _patch(("add", "/requestModels/$default", "Nothing"),
           ("replace", "/requestModels/application~1json", "Nothing"))(workspace)  # fmt: skip


_DEFAULT = ("add", "/requestModels/$default", "Order")

CONTENT_TYPE = Exercise(
    id="1.4",
    title="Past the door",
    check=_check,
    prepare=_prepare,
    solve=_patch(_DEFAULT),
    solution="""gateway.update_method(restApiId=api, resourceId=orders, httpMethod="POST", patchOperations=[
    {"op": "add", "path": "/requestModels/$default", "value": "Order"}])
gateway.create_deployment(restApiId=api, stageName="live")
# A body whose content type has no model is not checked at all; $default stands for all others.
# And what is not deployed is not served.""",
    hints=(
        "Compare requestModels of the method with the content types that you tried.",
        "One key of requestModels stands for all content types that are not named. And then?",
        '{"op": "add", "path": "/requestModels/$default", "value": "Order"}, then create_deployment',
    ),
    proofs=(
        Proof("not deployed", _patch(_DEFAULT, deploy=False), says="older deployment"),
        Proof(
            "one more type",
            _patch(("add", "/requestModels/text~1plain", "Order")),
            says="did not think of",
        ),
        Proof("the function looks", _in_the_function, says="was started"),
        Proof("the integration's setting", _passthrough, says="belongs to mapping templates"),
        Proof("nobody gets in", _nobody, says="refused now"),
        Proof(
            "no check any more",
            _patch(("remove", "/requestModels/application~1json", "")),
            says="even as application/json",
        ),
        Proof(
            "only one model, for all",
            _patch(("remove", "/requestModels/application~1json", ""), _DEFAULT),
            "right",
        ),
    ),
)
