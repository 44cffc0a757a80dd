"""1.6: look at every body at the door, whatever content type the sender writes on it."""

from __future__ import annotations

import json
import secrets
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter01.starting_points import (
    ensure_first_api,
    orders_method,
    permit_first_api,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.contract import schema_text
from orderlab.orders.parts.api import STAGE, find_api
from orderlab.practice.functions import zipped
from orderlab.practice.http import request
from orderlab.practice.orders import fresh

JSON = "application/json"
KINDS = ("text/plain", "application/xml", "application/x-www-form-urlencoded", "text/csv")
_LOOKED = f"a valid order, and wrong ones as {JSON} and as five other content types"
_EXPECTED = "the valid one accepted, every other refused by the API with 400"


def _prepare(workspace: Workspace) -> None:
    """order-api stands, deployed and permitted; nothing looks at a body yet."""
    if find_api(workspace.target) is None or orders_method(workspace.target) is None:
        ensure_first_api(workspace.target)
        permit_first_api(workspace.target)
    workspace.memory.setdefault("code", _code(workspace))


def _undo(workspace: Workspace) -> None:
    """Take the models, the validators and what the method says of them away."""
    method = orders_method(workspace.target)
    if method is None:
        return
    gateway, where = workspace.client("apigateway"), method["where"]
    api_id = where["restApiId"]
    changes = [
        {"op": "remove", "path": f"/requestModels/{kind.replace('/', '~1')}"}
        for kind in method.get("requestModels") or {}
    ]
    if method.get("requestValidatorId"):
        changes.append({"op": "replace", "path": "/requestValidatorId", "value": ""})
    if changes:
        gateway.update_method(**where, patchOperations=changes)
    for model in gateway.get_models(restApiId=api_id, limit=500)["items"]:
        if model["name"] not in ("Empty", "Error"):
            gateway.delete_model(restApiId=api_id, modelName=model["name"])
    for validator in gateway.get_request_validators(restApiId=api_id, limit=500)["items"]:
        gateway.delete_request_validator(restApiId=api_id, requestValidatorId=validator["id"])
    if changes:
        gateway.create_deployment(restApiId=api_id, stageName=STAGE)


def _built(kind: str = "$default", **how: Any) -> Any:
    """A model, a validator and a method that uses them, deployed."""

    def attempt(workspace: Workspace) -> None:
        _undo(workspace)
        method = orders_method(workspace.target)
        assert method is not None
        gateway, where = workspace.client("apigateway"), method["where"]
        api_id = where["restApiId"]
        schema = how.get("schema", schema_text())
        gateway.create_model(restApiId=api_id, name="Order", contentType=JSON, schema=schema)
        validator = gateway.create_request_validator(
            restApiId=api_id, name="body", validateRequestBody=how.get("body", True)
        )["id"]
        changes = [{"op": "add", "path": f"/requestModels/{kind}", "value": "Order"}]
        if how.get("validator", True):
            changes.append({"op": "replace", "path": "/requestValidatorId", "value": validator})
        gateway.update_method(**where, patchOperations=changes)
        if how.get("deploy", True):
            gateway.create_deployment(restApiId=api_id, stageName=STAGE)

    return attempt


def _definition(workspace: Workspace) -> dict[str, Any]:
    """What POST /orders says of models and validators, deployed or not."""
    method = orders_method(workspace.target) or {}
    gateway, api_id = workspace.client("apigateway"), find_api(workspace.target)
    validators = gateway.get_request_validators(restApiId=api_id, limit=500)["items"]
    models = gateway.get_models(restApiId=api_id, limit=500)["items"]
    used = next((v for v in validators if v["id"] == method.get("requestValidatorId")), None)
    return {
        "models": method.get("requestModels") or {},
        "validator": method.get("requestValidatorId"),
        "looks_at_body": bool(used and used.get("validateRequestBody")),
        "any_model": any(model["name"] not in ("Empty", "Error") for model in models),
        "any_validator": bool(validators),
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
    accepted = request(url, fresh(1)[0])
    invalid = _invalid()
    as_json = [request(url, each) for each in invalid]
    # one type that nobody can have named
    kinds = (*KINDS, f"application/x-{secrets.token_hex(4)}")
    others = {kind: request(url, invalid[0], content_type=kind) for kind in kinds}
    past = [kind for kind, answer in others.items() if not answer.by_the_gateway]
    let_in = sum(not answer.by_the_gateway for answer in as_json)
    got = (
        f"valid: {accepted.status}; wrong ones let in as JSON: {let_in} of {len(invalid)}, "
        f"as other types: {len(past)} of {len(kinds)}"
    )
    if accepted.status >= 300:
        return _wrong(
            "nobody gets in",
            "A valid order as application/json is refused now.",
            got,
            f"The door answered: {accepted.text[:90]}",
        )
    if let_in:
        return _not_looked_at(workspace, got)
    if past:
        return _past(workspace, past[0], got)
    return right(
        "$default is the model for every content type that has none of its own. A function that "
        "trusts its door needs one for all.",
        looked_at=_LOOKED,
        got=got,
    )


def _invalid() -> list[dict[str, Any]]:
    """Orders that break the customer's schema, each at another place."""
    order = fresh(1)[0]
    nameless = {key: value for key, value in order.items() if key != "customer_id"}
    negative = {**order, "lines": [{**order["lines"][0], "quantity": -secrets.randbelow(9) - 1}]}
    return [{**order, "lines": []}, nameless, negative]


def _not_looked_at(workspace: Workspace, got: str) -> Outcome:
    now = _definition(workspace)
    models = now["models"]
    if _code(workspace) != workspace.memory.get("code"):
        return _wrong(
            "the function looks",
            "The function was started for wrong orders. It may look too; here the door is asked "
            "for.",
            got,
            "A model and a request validator look before any function runs.",
        )
    if not models and not now["validator"]:
        if now["any_model"] or now["any_validator"]:
            return _wrong(
                "made and not used",
                "The API has a model or a validator, and POST /orders uses neither.",
                got,
                "update_method: /requestModels/... names the model, /requestValidatorId the "
                "validator.",
            )
        return untouched(
            "order-api looks at no body yet.", next="It takes a model, a validator and two patches."
        )
    if not now["validator"]:
        return _wrong(
            "a model that nobody applies",
            "POST /orders has a model. Without a validator the gateway looks at nothing.",
            got,
            "/requestValidatorId is the validator's id, not its name.",
        )
    if not models:
        return _wrong(
            "a validator without a model",
            "POST /orders has a validator. Without a model it has nothing to compare a body with.",
            got,
            "/requestModels/... names the model.",
        )
    if not now["looks_at_body"]:
        return _wrong(
            "a validator that looks elsewhere",
            "The validator of POST /orders does not look at bodies.",
            got,
            "validateRequestBody=True",
        )
    if JSON not in models and "$default" not in models:
        return _wrong(
            "one other type",
            f"The model is for {', '.join(models)}. Orders come as application/json.",
            got,
            "Which key stands for every content type?",
        )
    if "Empty" in (models.get(JSON), models.get("$default")):
        return _wrong(
            "the empty model",
            "POST /orders compares a body with the model Empty, which every body fits.",
            got,
            "The value of the patch is the name of the model that you made.",
        )
    if _let_in_by_definition(workspace):
        return _wrong(
            "another schema",
            "The door looks, and it lets wrong orders in.",
            got,
            "schema=lab.order_schema(), as it is",
        )
    return _not_deployed(got)


def _past(workspace: Workspace, kind: str, got: str) -> Outcome:
    models = _definition(workspace)["models"]
    if "$default" in models and not _let_in_by_definition(workspace, kind):
        return _not_deployed(got)
    if "$default" in models:
        own = models.get(kind)
        return _wrong(
            "a type with a model of its own",
            f"An order without lines came in as {kind}: "
            + (f"that type has the model {own}." if own else "the definition lets it in."),
            got,
            "$default counts for the types that have no model of their own.",
        )
    return _wrong(
        "one type more or less",
        f"You named {', '.join(models)}. An order without lines came in as {kind}.",
        got,
        "A client can name a type that you did not think of. Which key stands for all others?",
    )


def _not_deployed(got: str) -> Outcome:
    return _wrong(
        "not deployed",
        "The definition looks at every order. What the stage serves still lets wrong ones in.",
        got,
        "create_deployment(restApiId=api, stageName='live')",
    )


def _let_in_by_definition(workspace: Workspace, kind: str = JSON) -> bool:
    """Whether the definition, deployed or not, lets a wrong order of that type in: test-invoke."""
    method = orders_method(workspace.target)
    assert method is not None
    gateway, headers = workspace.client("apigateway"), {"Content-Type": kind}
    wrong_ones = _invalid() if kind == JSON else _invalid()[:1]
    tried = [
        gateway.test_invoke_method(**method["where"], body=json.dumps(each), headers=headers)
        for each in wrong_ones
    ]
    return any(int(each["status"]) != 400 for each in tried)


def _wrong(name: str, message: str, got: str, next: str) -> Outcome:
    return wrong(name, message, looked_at=_LOOKED, expected=_EXPECTED, got=got, next=next)


def _in_the_function(workspace: Workspace) -> None:
    source = (
        "import json\ndef handler(event, context):\n    order = json.loads(event['body'])\n"
        "    return {'statusCode': 201 if order['lines'] else 400, 'body': '{}'}\n"
    )
    functions, name = workspace.client("lambda"), workspace.name("accept-order")
    functions.update_function_code(FunctionName=name, ZipFile=zipped({"accept_order.py": source}))
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)


def _names(workspace: Workspace) -> dict[str, Any]:
    method = orders_method(workspace.target)
    assert method is not None

    class Lab:
        order_schema = staticmethod(schema_text)

    return {
        "gateway": workspace.client("apigateway"),
        "api": method["where"]["restApiId"],
        "POST_ORDERS": method["where"],
        "lab": Lab,
    }


def _and_default(kind: str, model: str) -> Any:
    """A model for one type, and Order for all others."""

    def attempt(workspace: Workspace) -> None:
        _built(deploy=False)(workspace)
        method = orders_method(workspace.target)
        assert method is not None
        gateway, where = workspace.client("apigateway"), method["where"]
        change = {"op": "add", "path": f"/requestModels/{kind}", "value": model}
        gateway.update_method(**where, patchOperations=[change])
        gateway.create_deployment(restApiId=where["restApiId"], stageName=STAGE)

    return attempt


def _replaced(workspace: Workspace) -> None:
    """The method made anew, with its model and validator from the start."""
    _built(deploy=False)(workspace)
    method = orders_method(workspace.target)
    assert method is not None
    gateway, where = workspace.client("apigateway"), method["where"]
    gateway.delete_method(**where)
    gateway.put_method(
        **where,
        authorizationType="NONE",
        requestValidatorId=method["requestValidatorId"],
        requestModels={"$default": "Order"},
    )
    uri = method["methodIntegration"]["uri"]
    gateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=where["restApiId"], stageName=STAGE)


_NOTHING = json.dumps({"$schema": "http://json-schema.org/draft-04/schema#", "not": {}})
_ANYTHING = json.dumps({"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"})

CONTENT_TYPE = Exercise(
    id="1.6",
    title="Past the door",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    solve=_built(),
    names=_names,
    needs=("1.1", "1.2", "1.4"),
    solution="""gateway.create_model(
    restApiId=api, name="Order", contentType="application/json", schema=lab.order_schema()
)
checker = gateway.create_request_validator(
    restApiId=api, name="body", validateRequestBody=True)["id"]
gateway.update_method(**POST_ORDERS, patchOperations=[
    {"op": "replace", "path": "/requestValidatorId", "value": checker},
    {"op": "add", "path": "/requestModels/$default", "value": "Order"},
])
gateway.create_deployment(restApiId=api, stageName="live")
# A body whose content type has no model is not checked at all; $default stands for all of them.
""",
    hints=(
        "Three things look at a body together: what to compare it with, that somebody compares, and "
        "for which content types.",
        "create_model, create_request_validator, two patches with update_method, and a deployment. "
        "One key of requestModels stands for all types.",
        '{"op": "replace", "path": "/requestValidatorId", "value": ...} and '
        '{"op": "add", "path": "/requestModels/$default", "value": "Order"}',
    ),
    proofs=(
        Proof("not deployed", _built(deploy=False), says="still lets wrong ones in"),
        Proof("one type more or less", _built("application~1json"), says="did not think of"),
        Proof("one other type", _built("text~1plain"), says="come as application/json"),
        Proof("a model that nobody applies", _built(validator=False), says="looks at nothing"),
        Proof("a validator that looks elsewhere", _built(body=False), says="not look at bodies"),
        Proof("another schema", _built(schema=_ANYTHING), says="lets wrong orders in"),
        Proof("nobody gets in", _built(schema=_NOTHING), says="refused now"),
        Proof("the function looks", _in_the_function, says="was started"),
        Proof(
            "the empty model", _and_default("application~1json", "Empty"), says="every body fits"
        ),
        Proof(
            "a type with a model of its own",
            _and_default("text~1csv", "Empty"),
            says="has the model Empty",
        ),
        Proof("JSON named as well", _and_default("application~1json", "Order"), "right"),
        Proof("the method made anew", _replaced, "right"),
    ),
)
