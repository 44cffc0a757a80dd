"""Which checks test a chapter out, and their tasks for those who have not read the chapter."""

from __future__ import annotations

from orderlab.exercises import registry

# of a chapter without an entry: its last ones, since difficulty rises inside a chapter
_LAST = 2
TASKS: dict[int, dict[str, str]] = {
    0: {
        "0.4": "`test['0.4'].material` shows six sentences of the customer's people, `a` to `f`. Hand over a "
        "dictionary with the requirement of each: {'a': 'R1', ...}. R1 is resilience, R2 scaling, R3 decoupling, "
        "R4 one place for logs and metrics, R5 cost that follows demand, R6 fast answers.",
        "0.6": "178 orders a second arrive for a minute, and each takes a worker 90 ms. Hand over "
        "{'workers': ..., 'backlog': ...} with which nobody is refused and half of the customers have their answer "
        "within 1,000 ms. The check simulates it. Idle workers cost: take no more than are needed.",
    },
    1: {
        "1.8": "`partner-api` has two API keys, `bulk-partner` and `calm-partner`, both in the usage plan "
        "`partners`. Its stage `live` allows 1 request a second with a burst of 5, for everybody together. Hold "
        "`bulk-partner` to that limit without hurting `calm-partner`.",
        "1.9": "The function `ask-tax` calls a service that bears three callers at a time. See to it that it never "
        "has more, that it is not left half idle, and that ten orders at once are all answered in the end (a "
        "client that gets 429 comes again).",
    },
    2: {
        "2.4": "Write `store_order(dynamodb, table, order)`: 201 for a new order; 200 for the same order again, "
        "which it leaves alone; 409 for another order under an id that is taken. `lab.item(order)` makes the "
        "item, and `lab.order_in(item)` is the order as it was sent.",
        "2.7": "Hand over provisioned write capacity for the shop's week that costs at most $ 5.00 and refuses at "
        "most 0.5 % of the units: one number, 24 by hour of the day (UTC), or 168. `lab.write_units_by_hour()` "
        "holds the week, and `lab.provisioned(capacity)` tries one.",
    },
    3: {
        "3.3": "There are a topic `order-events` and the queues `inventory`, `invoicing` and `shipping`. Build the "
        "fan-out: each queue gets every message whose attribute `event_type` is `OrderPlaced`, raw, and no "
        "other. Only this topic may send to them.",
        "3.5": "A bad return blocks the shard that the function `note-returns` reads. Free it without touching the "
        "function: good returns are noted within seconds, whatever stands between them, and of a bad one, and of "
        "bad ones only, a message goes to the queue `returns-failed`.",
    },
    4: {
        "4.6": "Dead letters hold orders whose `coupon_cents` is text such as `$5.00`. Write "
        "`bring_back(sqs, dead, inbox)`, which gets two queues' addresses: each order goes to `inbox` with its "
        "coupon as a whole number of cents and else as it was; what is no order stays in `dead`; nothing is lost if "
        "it dies between two calls; it returns how many orders it sent.",
        "4.7": "The mapping of `process-order` hands over one order a call, ten calls at a time, and a call takes "
        "4 s however many orders it has. Find settings with which no more than two calls run at a time and none "
        "is refused, 60 orders are worked off within 60 s, a single order is begun within 10 s, and an order "
        "that fails still fails alone.",
    },
    5: {
        "5.5": "Write `turn(urls, handle)` for one thread at three queues: each is served once, up to ten messages "
        "each, and `handle` gets each body. What was handled is deleted; what it raised for stays, and stops "
        "nobody. If all is quiet, a message waits 5 s at most for the polls of the two others, and there is no "
        "more than one request a second. The client is `lab.client('sqs')`.",
        "5.6": "Write `work(url, handle, stopped)` in place of a loop that polls once a second, one message a "
        "receive, and deletes what it handled. Idle, it makes half as many requests or fewer; no message waits "
        "longer; a rush of forty needs ten receives at most; it works until `stopped()` is true.",
    },
    6: {
        "6.3": "Write `cancel(cache, dynamodb, table, order_id)`: a client of DAX, a client of DynamoDB. An order with the "
        "status `ACCEPTED` becomes `CANCELLED`, its other attributes stay, and whoever reads it through the cache "
        "sees that at once. An order in another status, or none, stays as it is, also if it changes in that very "
        "moment. Return whether it was cancelled.",
        "6.7": "Write `best_size(times, limit_ms)`: `times` holds a function's milliseconds by memory size (MB). Return "
        "the size at which a call is cheapest among those within the limit; of two that cost the same, the quicker; "
        "if none is within it, the quickest. Lambda bills memory times whole milliseconds.",
        "6.8": "Three tills call `opener:live` in the same moment. None of them may wait for an Init, and no environment "
        "more than that may be paid for. `live` names version 1; the code was mended since and not published, and "
        "from now on the tills get the mended one.",
    },
    7: {
        "7.3": "The bus `shop-events` gets events of the source `shop.orders`, whose detail has `order_id`, "
        "`customer_id` and `total_cents`. Build rules with targets: the queue `fraud-desk` gets the detail of "
        "`OrderPlaced` of at least $200.00 and nothing else; `partner` gets {'order': id, 'what': type, 'cents': "
        "total as a number} of every type that begins with `Order`. What can't be delivered goes to `bus-failed`.",
        "7.4": "Build the pipe `orders-to-bus` with the role `orders-to-bus-role`, from the stream of the table "
        "`orders` to the bus `shop-events`: each new order becomes one event of the source `shop.orders` and the "
        "type `OrderPlaced` with the detail {'order_id': ..., 'store': the item's store_id}. Nothing else is told, "
        "and no order of the time before.",
    },
}  # fmt: skip
_AT_ITS_PLACE = "Its task stands in the notebook, at the link below."


def chosen(chapter: int) -> dict[str, str]:
    """The exercises that test a chapter out, each with its task."""
    if chapter in TASKS:
        return TASKS[chapter]
    return {each.id: _AT_ITS_PLACE for each in registry.exercises(chapter)[-_LAST:]}
