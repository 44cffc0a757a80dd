"""1.1: the first handler: text in, text out, and a total that is right for every order."""

from __future__ import annotations

import json
import random
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter01.receipt_handlers import GOES_ON, LAMBDA, LOOP
from orderlab.exercises.chapter01.starting_points import (
    FIRST_HANDLER,
    ensure_role_without_rights,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.practice.functions import payload_of, zipped
from orderlab.practice.orders import fresh
from orderlab.practice.removal import remove

NAME = "accept-order"
ROLE = "accept-order-role"
PROBES = 4
_LOOKED = f"{PROBES} invocations of accept-order with orders that nobody has seen"
_EXPECTED = "statusCode 201, and as body a JSON text with order_id and total_cents"


def _undo(workspace: Workspace) -> None:
    remove(workspace.target, NAME)


def _probes() -> list[dict[str, Any]]:
    """Orders with several lines, quantities above one, and a coupon: each counts in the total."""
    probes = []
    for order in fresh(PROBES):
        lines = [
            {**line, "quantity": random.randint(2, 9), "unit_price_cents": random.randint(150, 950)}
            for line in (order["lines"] * 3)[:3]
        ]
        probes.append({**order, "lines": lines, "coupon_cents": random.randint(11, 199)})
    return probes


def _goods(order: dict[str, Any]) -> int:
    return sum(line["quantity"] * line["unit_price_cents"] for line in order["lines"])


def _check(workspace: Workspace) -> Outcome:
    before = 0
    try:
        for order in _probes():
            outcome = _judge(order, *_invoke(workspace, order), before)
            if outcome is not None:
                return outcome
            before += _goods(order)
    except ClientError as error:
        return _not_invoked(error)
    return right(
        "Lambda gave the event to your handler and took what it returned. The API in section 1.6 "
        "will hand over a request in this form, and expect an answer in this form.",
        looked_at=_LOOKED,
        got="every order_id and total_cents as it should be",
    )


def _invoke(workspace: Workspace, order: dict[str, Any]) -> tuple[Any, bool]:
    reply = workspace.client("lambda").invoke(
        FunctionName=workspace.name(NAME),
        Payload=json.dumps({"body": json.dumps(order)}).encode(),
    )
    return payload_of(workspace.target, reply), "FunctionError" in reply


def _not_invoked(error: ClientError) -> Outcome:
    code = error.response["Error"]["Code"]
    if code == "ResourceNotFoundException":
        return untouched(
            "There is no function accept-order yet.",
            next="Write the handler, then deploy it with create_function.",
        )
    return wrong(
        "it cannot be invoked",
        f"Lambda did not run accept-order: {code}.",
        looked_at=_LOOKED,
        expected=_EXPECTED,
        got=error.response["Error"]["Message"][:160],
        next="Can the Lambda service assume its role? Compare it with new_role(...).",
    )


def _judge(order: dict[str, Any], answer: Any, failed: bool, before: int) -> Outcome | None:
    """What is wrong with one answer; None if nothing is. `before`: the goods of earlier orders."""
    if failed:
        return _raised(answer)
    if answer is None:
        return untouched(
            "accept-order ran and returned nothing.", next="Return a dictionary from the handler."
        )
    if isinstance(answer, str):
        return _wrong(
            "text instead of a dictionary",
            "The handler returned text. Lambda makes JSON of what a handler returns by itself; only "
            "the body is text.",
            answer,
            "Return the dictionary, with json.dumps(...) for its body alone.",
        )
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return _wrong(
            "the receipt without its envelope",
            "The answer has no statusCode. An API turns statusCode and body into an HTTP answer.",
            answer,
            "Return a dictionary with the keys statusCode and body.",
        )
    if isinstance(answer.get("body"), dict):
        return _wrong(
            "a body that is not text",
            "The body is a dictionary. An HTTP body is text, and API Gateway answers 502 to this.",
            answer,
            "json.dumps(...) makes text of it.",
        )
    return _receipt(order, answer, before)


def _raised(answer: Any) -> Outcome:
    error = answer if isinstance(answer, dict) else {}
    kind, said = str(error.get("errorType")), str(error.get("errorMessage"))
    got = f"{kind}: {said}"
    if kind == "Runtime.UserCodeSyntaxError":
        return _wrong(
            "Python can't read it",
            "Python found a syntax error in the file, so Lambda could not start the handler.",
            got,
            "The error names the line of accept_order.py.",
        )
    if kind == "Runtime.MarshalError":
        return _wrong(
            "an answer that is not JSON",
            "The handler returned something that can't be written as JSON.",
            got,
            "Return a dictionary of texts and numbers, from a plain def.",
        )
    if kind == "Runtime.ImportModuleError" and "'accept_order'" not in said.rpartition(":")[2]:
        return _wrong(
            "an import that is not there",
            "The file imports a module that the function does not have.",
            got,
            "json is all that it takes.",
        )
    if kind.startswith("Runtime."):
        return _wrong(
            "Lambda does not find the handler",
            "Lambda could not load the function that Handler names.",
            got,
            "Handler is file.function, and the file must be in the zip: accept_order.handler.",
        )
    if "string indices" in said or "'str'" in said:
        return _wrong(
            "the body is text",
            "The handler raised an error that Python raises when text is used like a dictionary.",
            got,
            'event["body"] is text. json.loads(...) makes a dictionary of it.',
        )
    return _wrong(
        "it raises an error",
        "Lambda called the handler, and the handler raised an error.",
        got,
        "Read the error as you would read it on your own machine.",
    )


def _receipt(order: dict[str, Any], answer: dict[str, Any], before: int) -> Outcome | None:
    try:
        receipt = json.loads(answer.get("body") or "null")
    except (TypeError, ValueError):
        receipt = None
    if not isinstance(receipt, dict):
        return _wrong(
            "a body that is not a JSON object",
            "The body is text, and json.loads makes no dictionary of it.",
            answer,
            "json.dumps(...) once, of a dictionary; str(...) writes Python, which is not JSON.",
        )
    missing = [name for name in ("order_id", "total_cents") if name not in receipt]
    if missing:
        return _wrong(
            "not a receipt",
            f"The receipt has no {' and no '.join(missing)}.",
            answer,
            "Both names are written with an underscore.",
        )
    if receipt["order_id"] != order["order_id"]:
        return _wrong("another order's id", "The receipt names another order.", answer,
                      f"This order is {order['order_id']}.")  # fmt: skip
    if receipt["total_cents"] != _goods(order) - order["coupon_cents"]:
        return _total(order, receipt["total_cents"], answer, before)
    if str(answer["statusCode"]) != "201":
        return _wrong(
            "another status",
            "The receipt is right. The status is not 201, which says that something was created.",
            answer,
            "statusCode is 201.",
        )
    return None


def _total(order: dict[str, Any], total: Any, answer: Any, before: int) -> Outcome:
    goods, coupon, lines = _goods(order), order["coupon_cents"], order["lines"]
    expected = f"{goods - coupon} for this order: goods {goods}, coupon {coupon}"
    found: dict[Any, tuple[str, str, str]] = {
        goods: ("no coupon", "The total is what the goods cost; the coupon is not in it.",
                "Take coupon_cents off once, from the whole order."),
        goods + coupon: ("the coupon added", "The coupon was added to the total.",
                         "A coupon makes an order cheaper."),
        goods - coupon * len(lines): (
            "the coupon for every line", "The coupon was taken off once for each line.",
            "coupon_cents belongs to the whole order."),
        sum(each["unit_price_cents"] for each in lines) - coupon: (
            "no quantity", "The total counts one piece of each line.",
            "A line costs its quantity times its unit_price_cents."),
        lines[0]["quantity"] * lines[0]["unit_price_cents"] - coupon: (
            "the first line only", "The total is that of the first line alone.",
            "An order can have many lines: add all of them."),
    }  # fmt: skip
    due = goods - coupon
    found |= {
        due / 100: ("dollars", "The total is in dollars.", "total_cents counts cents: no division."),
        str(due): ("a number as text", "The total is right, and it is text.",
                   "A number goes into JSON without str(...)."),
    }  # fmt: skip
    if before:
        found[due + before] = (
            "it goes on from the order before",
            "The total holds the goods of the orders before as well: a variable outside the handler "
            "lasts from invocation to invocation.", "Begin at 0 inside the handler.")  # fmt: skip
    name, message, hint = found.get(
        total if isinstance(total, int | float | str) else None, ("another total", "The total_cents of the receipt is another number.",
                "Goods are quantity times unit_price_cents, added over all lines; less the coupon.")
    )  # fmt: skip
    return wrong(
        name, message, looked_at=_LOOKED, expected=expected, got=str(answer)[:160], next=hint
    )


def _wrong(name: str, message: str, got: Any, next: str) -> Outcome:
    return wrong(
        name, message, looked_at=_LOOKED, expected=_EXPECTED, got=str(got)[:160], next=next
    )


def _deployed(code: str, handler: str = "accept_order.handler") -> Any:
    def attempt(workspace: Workspace) -> None:
        _undo(workspace)
        role = ensure_role_without_rights(workspace.target, ROLE)
        functions, name = workspace.client("lambda"), workspace.name(NAME)
        functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler=handler,
            Code={"ZipFile": zipped({"accept_order.py": code})},
            Tags={"project": "orderlab"},
        )
        functions.get_waiter("function_active_v2").wait(FunctionName=name)

    return attempt


def _changed(before: str, after: str) -> Any:
    assert before in FIRST_HANDLER, before
    return _deployed(FIRST_HANDLER.replace(before, after))


class _Lab:
    """The word of `lab` that the solution uses."""

    @staticmethod
    def zipped(name: str, text: str) -> bytes:
        return zipped({name: text})


def _names(workspace: Workspace) -> dict[str, Any]:
    return {
        "functions": workspace.client("lambda"),
        "lab": _Lab,
        "role": ensure_role_without_rights(workspace.target, ROLE),
    }


RECEIPT = Exercise(
    id="1.1",
    title="A receipt",
    check=_check,
    undo=_undo,
    solve=_deployed(FIRST_HANDLER),
    names=_names,
    equivalent={
        "without `functions.get_waiter('function_active_v2`": "the check invokes it later anyway",
        "without Tags": "the task does not ask for tags",
        "without 'project'": "the task does not ask for tags",
    },
    solution=f'''ACCEPT = """{FIRST_HANDLER}"""
functions.create_function(
    FunctionName="accept-order",
    Runtime="python3.13",
    Role=role,
    Handler="accept_order.handler",
    Code={{"ZipFile": lab.zipped("accept_order.py", ACCEPT)}},
    Tags={{"project": "orderlab"}},
)
functions.get_waiter("function_active_v2").wait(FunctionName="accept-order")
# The handler gets text and returns text, because HTTP carries text.
''',
    hints=(
        'event["body"] is text. What makes a dictionary of JSON text, and text of a dictionary?',
        "Add quantity times unit_price_cents over all lines and take coupon_cents off once. "
        "Return statusCode 201 and the receipt as text.",
        'return {"statusCode": 201, "body": json.dumps({"order_id": ..., "total_cents": ...})}, and '
        "the call that deployed greet, with the names of this exercise",
    ),
    proofs=(
        Proof(
            "the body is text",
            _changed('json.loads(event["body"])', 'event["body"]'),
            says="json.loads",
        ),
        Proof("a body that is not text", _changed("json.dumps(receipt)", "receipt"), says="502"),
        Proof(
            "the receipt without its envelope",
            _changed('{"statusCode": 201, "body": json.dumps(receipt)}', "receipt"),
            says="has no statusCode",
        ),
        Proof("no coupon", _changed(' - order["coupon_cents"]', ""), says="coupon is not in it"),
        Proof("no quantity", _changed('line["quantity"] * ', ""), says="one piece of each line"),
        Proof(
            "the first line only",
            _changed('in order["lines"]', 'in order["lines"][:1]'),
            says="first line alone",
        ),
        Proof(
            "dollars",
            _changed('goods - order["coupon_cents"]', '(goods - order["coupon_cents"]) / 100'),
            says="no division",
        ),
        Proof(
            "it goes on from the order before",
            _deployed(GOES_ON),
            says="outside the handler",
        ),
        Proof(
            "text instead of a dictionary",
            _changed(
                '{"statusCode": 201, "body": json.dumps(receipt)}',
                'json.dumps({"statusCode": 201, "body": json.dumps(receipt)})',
            ),
            says="only the body is text",
        ),
        Proof(
            "a body that is not a JSON object",
            _changed("json.dumps(receipt)", "str(receipt)"),
            says="writes Python",
        ),
        Proof("not a receipt", _changed('"total_cents":', '"total":'), says="no total_cents"),
        Proof("Python can't read it", _changed("context):", "context)"), says="syntax error"),
        Proof(
            "an answer that is not JSON",
            _changed("def handler", "async def handler"),
            says="a plain def",
        ),
        Proof("another status", _changed("201", "200"), says="status is not 201"),
        Proof(
            "Lambda does not find the handler",
            _deployed(FIRST_HANDLER, "accept_order.py.handler"),
            says="Handler is file.function",
        ),
        Proof("with a loop, Decimal and more fields", _deployed(LOOP), "right"),
        Proof("a lambda expression", _deployed(LAMBDA), "right"),
    ),
)
