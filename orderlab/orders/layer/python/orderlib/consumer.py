"""A service behind a queue of order events: what inventory, invoicing and shipping share."""

from . import batches, events, log, once


def consume(batch, dynamodb, table, work):
    """Apply `work(order)`, the service's facts about an order, once for each order of the batch."""

    def handle(record):
        event = events.placed_order(record["body"])
        if event is None:
            return
        first = once.apply_once(dynamodb, table, event, work(event["order"]))
        message = "order applied" if first else "order was applied before"
        log.info(message, order_id=event["order_id"])

    return batches.each_message(batch, handle)
