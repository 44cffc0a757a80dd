"""1.1: a function that cannot find its own code."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter01.starting_points import ensure_function, zipped
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong

NAME = "price-order"
WRONG_HANDLER = "price_order.handler"
SOURCE = """def total(event, context):
    goods = sum(line["quantity"] * line["unit_price_cents"] for line in event["lines"])
    return {"total_cents": goods - event["coupon_cents"]}
"""
_PROBE = {
    "coupon_cents": 150,
    "lines": [
        {"quantity": 3, "unit_price_cents": 499},
        {"quantity": 1, "unit_price_cents": 1200},
    ],
}
_TOTAL = 3 * 499 + 1200 - 150
_LOOKED = "one invocation of price-order with an order of two lines and a coupon"
_EXPECTED = f'{{"total_cents": {_TOTAL}}}'


def _prepare(workspace: Workspace) -> None:
    ensure_function(workspace.target, NAME, {"pricing.py": SOURCE}, WRONG_HANDLER)
    workspace.memory.setdefault("before", _state(workspace))


def _state(workspace: Workspace) -> dict[str, Any]:
    found = workspace.client("lambda").get_function_configuration(FunctionName=workspace.name(NAME))
    volatile = {"ResponseMetadata", "RevisionId", "LastModified", "State", "LastUpdateStatus"}
    return {
        key: value
        for key, value in found.items()
        if key not in volatile and not key.startswith(("State", "LastUpdate"))
    }


def _check(workspace: Workspace) -> Outcome:
    try:
        state = _state(workspace)
        payload, failed = _try(workspace)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            _prepare(workspace)
            return untouched("price-order was gone; it stands again, as your colleague left it.")
        return wrong(
            "it cannot be invoked",
            "Lambda did not run price-order at all.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=error.response["Error"]["Code"],
            next="Did its last update end? get_function_configuration tells.",
        )
    if failed:
        return _failed(workspace, state, payload)
    if not isinstance(payload, dict) or payload.get("total_cents") != _TOTAL:
        return wrong(
            "it runs and says something else",
            "The code was found and ran, but this is not the order's total.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=json.dumps(payload)[:120],
            next="Keep the calculation of pricing.py as it was.",
        )
    return right(
        "The handler names a file and a function in it; the function's own name in Lambda has "
        "nothing to do with either.",
        looked_at=_LOOKED,
        got=f"{_EXPECTED} with the handler {state['Handler']}",
    )


def _try(workspace: Workspace) -> tuple[Any, bool]:
    reply = workspace.client("lambda").invoke(
        FunctionName=workspace.name(NAME), Payload=json.dumps(_PROBE).encode()
    )
    return json.loads(reply["Payload"].read() or b"null"), "FunctionError" in reply


def _failed(workspace: Workspace, state: dict[str, Any], payload: Any) -> Outcome:
    before = workspace.memory.get("before") or state
    handler = state["Handler"]
    changed = sorted(key for key in state if state[key] != before.get(key))
    if not changed:
        return untouched(
            "price-order is as your colleague left it.",
            next="Invoke it, and read errorType and errorMessage.",
        )
    error = payload if isinstance(payload, dict) else {}
    found = {
        "looked_at": _LOOKED,
        "expected": _EXPECTED,
        "got": f"{error.get('errorType')}: {error.get('errorMessage')}"[:160],
    }
    if handler == WRONG_HANDLER and "CodeSha256" not in changed:
        return wrong(
            "another setting",
            f"You changed {', '.join(changed)}. Lambda still looks for a file price_order.",
            **found,
            next="The error names a module. Which setting does that name come from?",
        )
    if ".py" in handler:
        return wrong(
            "the file with its ending",
            "The handler is a module and a function, as in an import: without .py.",
            **found,
            next="How would you import this file in Python?",
        )
    if "." not in handler:
        return wrong(
            "half a name",
            "That names one thing. The handler names two, with a dot between.",
            **found,
            next="Which function of which file?",
        )
    if error.get("errorType") == "Runtime.HandlerNotFound":
        return wrong(
            "the right file, another function",
            "Lambda found the file and imported it. A function of that name is not in it.",
            **found,
            next="What follows `def` in pricing.py?",
        )
    if error.get("errorType") == "Runtime.ImportModuleError":
        return wrong(
            "a file that is not there",
            "There is no such file in the zip.",
            **found,
            next="The zip holds one file. The part before the last dot must be its name.",
        )
    return wrong(
        "it fails inside",
        "Lambda found the code; it failed while it ran.",
        **found,
        next="Read the error as you would read it on your own machine.",
    )


def _settings(**settings: Any) -> Any:
    def attempt(workspace: Workspace) -> None:
        functions = workspace.client("lambda")
        functions.update_function_configuration(FunctionName=workspace.name(NAME), **settings)
        functions.get_waiter("function_updated_v2").wait(FunctionName=workspace.name(NAME))

    return attempt


def _other_code(workspace: Workspace) -> None:
    functions = workspace.client("lambda")
    code = zipped({"price_order.py": SOURCE.replace("def total", "def handler")})
    functions.update_function_code(FunctionName=workspace.name(NAME), ZipFile=code)
    functions.get_waiter("function_updated_v2").wait(FunctionName=workspace.name(NAME))


HANDLER_NAME = Exercise(
    id="1.1",
    title="A function that cannot find its code",
    check=_check,
    prepare=_prepare,
    solve=_settings(Handler="pricing.total"),
    solution="""functions.update_function_configuration(FunctionName="price-order", Handler="pricing.total")
functions.get_waiter("function_updated_v2").wait(FunctionName="price-order")
# The handler is FILE.FUNCTION: the file pricing.py of the zip, and `def total` in it.""",
    hints=(
        "Invoke price-order and read the error. Which file does Lambda look for, and which is there?",
        "Lambda reads the setting Handler as FILE.FUNCTION, without .py.",
        'update_function_configuration(FunctionName="price-order", Handler="pricing.total")',
    ),
    proofs=(
        Proof("another setting", _settings(Timeout=30, MemorySize=512), says="still looks for"),
        Proof(
            "the file with its ending", _settings(Handler="pricing.py.total"), says="without .py"
        ),
        Proof("half a name", _settings(Handler="pricing"), says="names two"),
        Proof(
            "the right file, another function",
            _settings(Handler="pricing.handler"),
            says="imported it",
        ),
        Proof(
            "a file that is not there", _settings(Handler="price-order.total"), says="no such file"
        ),
        Proof("the code renamed instead", _other_code, "right"),
    ),
)
