"""7.1: from what was metered to the bill of a month."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import mapping, not_run, number
from orderlab.exercises.engine.own_function import no_function
from orderlab.practice.metered import prices

Used = dict[str, float]
Prices = dict[str, tuple[float, float]]
Function = Callable[[Used, int, Prices], Any]
SHOP = 3_168_000
# amounts may be rounded to the cent
_CENT = 0.0051
_LOOKED = (
    "three lists of metered items, from 200 to 3,000 orders, with prices of my own; one item of each "
    "has no price"
)


def _bill(
    used: Mapping[str, float],
    orders: int,
    prices: Mapping[str, tuple[float, float]],
    *,
    shop: float = SHOP,
    weeks: float = 30 / 7,
    each: bool = True,
    add: bool = True,
) -> dict[str, float]:
    """The bill, or what comes out if one thing in it is wrong."""
    found: dict[str, float] = {}
    for item, quantity in used.items():
        if item not in prices:
            continue
        usd, per = prices[item]
        cost = shop / orders * weeks * quantity * usd / (per if each else 1)
        service = item.split(".")[0]
        found[service] = (found.get(service, 0.0) if add else 0.0) + cost
    return found


def _cases() -> list[tuple[Used, int, Prices]]:
    """Items and prices at random; a service has up to three items."""
    found = []
    for _ in range(3):
        used: Used = {}
        priced: Prices = {}
        for name in ("apigateway.requests", "dynamodb.write_units", "dynamodb.read_units",
                     "lambda.requests", "lambda.gb_seconds", "sns.publishes",
                     "sns.deliveries.sqs", "sqs.requests"):  # fmt: skip
            used[name] = float(300 + secrets.randbelow(40_000))
            priced[name] = (
                0.1 + secrets.randbelow(400) / 100,
                float(10 ** (2 + secrets.randbelow(5))),
            )
        # so much that no other number of orders a week gives the same amount, to the cent
        used["apigateway.requests"] = float(10**7 + secrets.randbelow(10**6))
        priced["apigateway.requests"] = (1.0 + secrets.randbelow(300) / 100, 100.0)
        used["api.calls"] = float(secrets.randbelow(9_000) + 17)
        orders = 200 + secrets.randbelow(2_700)
        found.append((used, orders, priced))
    return found


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    missing = no_function(
        answer, "month_bill(used, orders, prices)", "I call it with lists of my own"
    )
    if missing is not None:
        return missing
    cases = _cases()
    said = []
    for used, orders, priced in cases:
        try:
            said.append(answer(dict(used), orders, dict(priced)))
        except Exception as error:
            return _raised(error, used, priced)
    if all(each is None or each == {} for each in said):
        return untouched("The function returns nothing yet.", next="return bill")
    why = not_run(said[0])
    if why:
        return wrong("nothing was run", why, next="Return a dictionary.")
    return _judge(cases, said)


def _raised(error: Exception, used: Used, priced: Prices) -> Outcome:
    got = f"{type(error).__name__}: {error}"[:120]
    missed = error.args[0] if isinstance(error, KeyError) and error.args else None
    if missed in list(used) and missed not in list(priced):
        return wrong(
            "an item without a price",
            "The function raises a KeyError: the meter counts a thing that nobody charges for.",
            looked_at=_LOOKED,
            got=got,
            next="Leave out what has no price: `if item in prices`.",
        )
    if missed in [item.split(".")[0] for item in used]:
        return wrong(
            "no sum to add to",
            "The function raises a KeyError: it adds to a service that is not in the bill yet.",
            looked_at=_LOOKED,
            got=got,
            next="bill.get(service, 0) is 0 where the service is not there.",
        )
    return wrong(
        "it raises",
        "The function raises.",
        looked_at=_LOOKED,
        got=got,
        next='Call it yourself: month_bill({"sqs.requests": 100.0}, 10, prices).',
    )


def _judge(cases: list[tuple[Used, int, Prices]], said: list[Any]) -> Outcome:
    first = said[0]
    if isinstance(first, Mapping) and "api" in map(str, first):
        return wrong(
            "what costs nothing",
            "The bill has a service that nothing is charged for.",
            looked_at=_LOOKED,
            expected="apigateway, dynamodb, lambda, sns, sqs",
            got=", ".join(map(str, first))[:120],
            next="Leave out what has no price: `if item in prices`.",
        )
    if isinstance(first, Mapping) and any("." in str(name) for name in first):
        return wrong(
            "by item",
            "The bill has a row for each item. A bill by service adds the items of one service.",
            looked_at=_LOOKED,
            expected="names such as dynamodb and sqs",
            got=", ".join(map(str, first))[:120],
            next="The service is the word before the first dot.",
        )
    read = [
        {
            name: number(value, "US dollars")
            for name, value in mapping(each, _bill(*case), what="a bill by service").items()
        }
        for each, case in zip(said, cases, strict=True)
    ]
    if _same(read, [_bill(*case) for case in cases]):
        return right(
            "Quantity, price and scale, one by one. The scale comes from one sentence: the sample is "
            "one in a thousand of the shop's orders, and a month is 30/7 of a week.",
            looked_at=_LOOKED,
            got="each bill to the cent",
        )
    for name, changes, message, hint in _MISTAKES:
        if _same(read, [_bill(*case, **changes(case)) for case in cases]):
            return _wrong(name, message, hint, cases, read)
    return _wrong(
        "another amount",
        "The services are right, and amounts are not.",
        "Take one item and calculate it by hand: quantity / per * usd, times the scale.",
        cases,
        read,
    )


def _wrong(
    name: str,
    message: str,
    hint: str,
    cases: list[tuple[Used, int, Prices]],
    read: list[dict[str, float]],
) -> Outcome:
    used, orders, priced = cases[0]
    usd, per = priced["sqs.requests"]
    return wrong(
        name,
        message,
        looked_at=_LOOKED,
        expected=f"{used['sqs.requests']:,.0f} SQS requests for {orders:,} orders, at $ {usd:.2f} for "
        f"{per:,.0f}: $ {_bill(*cases[0])['sqs']:,.2f}",
        got=f"$ {read[0]['sqs']:,.2f}",
        next=hint,
    )


def _same(one: list[dict[str, float]], other: list[dict[str, float]]) -> bool:
    return all(
        abs(mine[name] - theirs[name]) <= 1e-9 * abs(theirs[name]) + _CENT
        for mine, theirs in zip(one, other, strict=True)
        for name in theirs
    )


Case = tuple[Used, int, Prices]
_MISTAKES: tuple[tuple[str, Callable[[Case], dict[str, Any]], str, str], ...] = (
    (
        "a week",
        lambda case: {"weeks": 1},
        "That is the bill of a week.",
        "A month of 30 days has 30 / 7 weeks.",
    ),
    (
        "four weeks",
        lambda case: {"weeks": 4},
        "That is the bill of 28 days.",
        "A month of 30 days has 30 / 7 weeks.",
    ),
    (
        "a twelfth of a year",
        lambda case: {"weeks": 52 / 12},
        "That is the bill of a twelfth of a year, 52 / 12 weeks.",
        "A month of 30 days has 30 / 7 weeks.",
    ),
    (
        "a week for a day",
        lambda case: {"weeks": 30},
        "You took 30 times the bill of a week: 3,168,000 orders are a week's, not a day's.",
        "A month of 30 days has 30 / 7 weeks.",
    ),
    (
        "not divided by the orders",
        lambda case: {"shop": SHOP * case[1]},
        "You multiply what all the orders used by the shop's orders. It has to be what one order used.",
        "The scale is 3_168_000 / orders * 30 / 7.",
    ),
    (
        "the sample's bill",
        lambda case: {"shop": 3168},
        "That is a month of 3,168 orders a week: the sample. The shop has a thousand times as many.",
        "The shop has 3,168,000 orders a week.",
    ),
    (
        "as metered",
        lambda case: {"shop": case[1], "weeks": 1},
        "That is what was metered, not scaled to the shop at all.",
        "How many times does a month of the shop hold these orders?",
    ),
    (
        "always a thousand times",
        lambda case: {"shop": 1000 * case[1]},
        "A thousand times what was metered, however many orders it was metered for.",
        "The scale depends on `orders`.",
    ),
    (
        "the price of one",
        lambda case: {"each": False},
        "You multiply by the price, but it is the price of `per` pieces and not of one.",
        "usd, per = prices[item]; quantity / per * usd",
    ),
    (
        "the last item wins",
        lambda case: {"add": False},
        "Where a service has several items, only the last one is in the bill.",
        "bill[service] = bill.get(service, 0) + cost",
    ),
)


def _with(**changes: Any) -> Callable[[Workspace], Function]:
    def function(used: Used, orders: int, priced: Prices) -> dict[str, float]:
        return _bill(used, orders, priced, **changes)

    return lambda _: function


def _by_item(used: Used, orders: int, priced: Prices) -> dict[str, float]:
    return {
        item: SHOP / orders * 30 / 7 * n * priced[item][0] / priced[item][1]
        for item, n in used.items()
        if item in priced
    }


def _all_items(used: Used, orders: int, priced: Prices) -> dict[str, float]:
    return {item: n * priced[item][0] for item, n in used.items()}


def _thousand(used: Used, orders: int, priced: Prices) -> dict[str, float]:
    return _bill(used, orders, priced, shop=1000 * orders)


def _metered(used: Used, orders: int, priced: Prices) -> dict[str, float]:
    return _bill(used, orders, priced, shop=orders, weeks=1)


def _undivided(used: Used, orders: int, priced: Prices) -> dict[str, float]:
    return _bill(used, orders, priced, shop=SHOP * orders)


def _no_sum(used: Used, orders: int, priced: Prices) -> dict[str, float]:
    bill: dict[str, float] = {}
    for item, quantity in used.items():
        if item in priced:
            bill[item.split(".")[0]] += quantity
    return bill


def _free(used: Used, orders: int, priced: Prices) -> dict[str, float]:
    return {
        **dict.fromkeys((item.split(".")[0] for item in used), 0.0),
        **_bill(used, orders, priced),
    }


def _minutes(used: Used, orders: int, priced: Prices) -> dict[str, float]:
    return _bill(used, orders, priced, weeks=31 / 7)


def _pairs(used: Used, orders: int, priced: Prices) -> list[tuple[str, str]]:
    """As a list of pairs, with amounts as text, in another order."""
    names = sorted({item.split(".")[0] for item in used if item in priced})
    times = SHOP * 30 / (7 * orders)
    return [
        (
            name,
            str(sum(times * q / priced[i][1] * priced[i][0] for i, q in used.items()
                    if i in priced and i.split(".")[0] == name)),
        )
        for name in names
    ]  # fmt: skip


BILL = Exercise(
    id="7.1",
    title="The bill of a month",
    check=_check,
    solve=_with(),
    stands=lambda _: True,
    names=lambda _: {"prices": prices()},
    answer_name="month_bill",
    solution="""def month_bill(used, orders, prices):
    scale = 3_168_000 / orders * 30 / 7
    bill = {}
    for item, quantity in used.items():
        if item in prices:
            usd, per = prices[item]
            service = item.split(".")[0]
            cost = scale * quantity / per * usd
            bill[service] = bill.get(service, 0) + cost
    return bill
# The scale says how many times the month of the shop holds these orders.""",
    hints=(
        "Three factors make an amount: how much was metered, what one piece costs, and how many times "
        "a month of the shop holds these orders.",
        "scale = 3_168_000 / orders * 30 / 7; usd, per = prices[item]; and a dictionary that adds up "
        'by item.split(".")[0].',
        "for item, quantity in used.items(): if it has a price, bill[service] = bill.get(service, 0) "
        "+ scale * quantity / per * usd",
    ),
    proofs=(
        Proof("a week", _with(weeks=1), says="bill of a week"),
        Proof("four weeks", _with(weeks=4), says="28 days"),
        Proof("the sample's bill", _with(shop=3168), says="a thousand times as many"),
        Proof("as metered", lambda _: _metered, says="not scaled"),
        Proof("always a thousand times", lambda _: _thousand, says="however many orders"),
        Proof("the price of one", _with(each=False), says="not of one"),
        Proof("the last item wins", _with(add=False), says="only the last one"),
        Proof("a twelfth of a year", _with(weeks=52 / 12), says="52 / 12 weeks"),
        Proof("a week for a day", _with(weeks=30), says="not a day's"),
        Proof("not divided by the orders", lambda _: _undivided, says="what one order used"),
        Proof("no sum to add to", lambda _: _no_sum, says="not in the bill yet"),
        Proof("what costs nothing", lambda _: _free, says="nothing is charged for"),
        Proof("by item", lambda _: _by_item, says="a row for each item"),
        Proof("an item without a price", lambda _: _all_items, says="nobody charges for"),
        Proof("another amount", lambda _: _minutes, says="amounts are not"),
        Proof("pairs with amounts as text", lambda _: _pairs, "right"),
        Proof("a sum for each service", lambda _: lambda u, o, p: dict(
            (name, float(value)) for name, value in _pairs(u, o, p)), "right"),
    ),
)  # fmt: skip
