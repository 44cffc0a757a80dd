"""What stands at the end of each chapter, as boto3 calls.

    build(target, 4)    makes, mends and removes until exactly chapter 04's system stands
    teardown(target)    removes all of it

Chapter 01: API -> accept-order, which checks an order and gives a receipt; nothing is kept yet.
Chapter 02: accept-order stores the order and calls inventory, invoicing and shipping, while the
customer waits; read-orders reads. Chapter 03: the table's stream -> publish-order-events -> topic
order-events -> a queue and a function for each service; accept-order only stores. Chapter 04: the
API puts orders into orders-inbox, and process-order takes accept-order's place.
"""

from __future__ import annotations

from orderlab.aws_target.base import Target
from orderlab.errors import LearnerError
from orderlab.orders.parts import alarms, doors, functions, messaging, tables
from orderlab.orders.parts.api import ensure_api, ensure_methods, remove_api
from orderlab.orders.parts.functions import Function
from orderlab.orders.parts.names import arn, function_arn, queue_arn, table_arn, topic_arn
from orderlab.orders.parts.roles import allow, ensure_role, remove_role

CHAPTERS = (1, 2, 3, 4)
SERVICES = ("inventory", "invoicing", "shipping")
ORDERS = "orders"
INBOX = "orders-inbox"
TOPIC = "order-events"
UNPUBLISHED = "publish-order-events-failed"
INBOX_ROLE = "order-api-role"

FUNCTION_SECONDS = 10
API_SECONDS = 29
# six times what the function may take: a mapping that is throttled tries again within that time
VISIBILITY_SECONDS = 6 * FUNCTION_SECONDS
# Longer than the customer's longest outage, from a Friday to a Wednesday; the dead letters, whose
# time counts from the first sending, are kept for another week.
INBOX_SECONDS = 7 * 24 * 3600
# A cap keeps a burst from starting an environment for every five messages; AWS would, and would
# charge no more. Here each environment is a process of some 60 MB that shares two or four cores
# with the rest, so that more of them wait longer and do no more.
INBOX_CONCURRENCY = 4
SERVICE_CONCURRENCY = 2


def build(
    target: Target, chapter: int, *, from_nothing: bool = False, alarmed: bool = True
) -> None:
    """Bring the system to the end of `chapter`, whatever stands now; safe to run again.

    What only another chapter has is removed, with its data; `from_nothing` promises that there is
    none, which saves the time of looking. Without `alarmed` no alarm is made. Chapter 0 is the
    monolith: nothing stands. Chapters 5 to 7 look and compare, so that chapter 04's system stands
    at their end.
    Raises LearnerError for any other chapter.
    """
    if chapter == 0:
        teardown(target)
        return
    if chapter not in (*CHAPTERS, 5, 6, 7):
        raise LearnerError(f"There is no system of chapter {chapter}; there are 0 to 7.")
    chapter = min(chapter, CHAPTERS[-1])
    layer = functions.ensure_layer(target)
    if not from_nothing:
        _remove_rest(target, chapter)
    if chapter >= 2:
        _build_tables(target, chapter)
    if chapter >= 3:
        _build_messaging(target, chapter)
    for function in wanted_functions(target, chapter):
        functions.ensure_function(target, function, layer)
    if chapter >= 3:
        _build_mappings(target, chapter)
        if alarmed:
            _build_alarms(target, chapter)
    _build_api(target, chapter)


def teardown(target: Target) -> None:
    """Remove everything that any chapter builds; a second call does nothing."""
    queues = [messaging.dead_letter_name(queue) for queue in (INBOX, *SERVICES)]
    alarms.remove_alarms(target, *queues, *_function_names(target, *CHAPTERS))
    remove_api(target)
    for name in _function_names(target, *CHAPTERS):
        functions.remove_function(target, name)
    functions.remove_layer(target)
    messaging.remove_topic(target, TOPIC)
    for queue in (INBOX, UNPUBLISHED, *SERVICES):
        messaging.remove_queue(target, queue)
    for table in (ORDERS, *SERVICES):
        tables.remove_table(target, table)
    remove_role(target, INBOX_ROLE)


def wanted_functions(target: Target, chapter: int) -> list[Function]:
    """The functions of a chapter, each with no more rights than it uses."""
    wanted = [_process_order(target)] if chapter >= 4 else [_accept_order(target, chapter)]
    if chapter >= 2:
        wanted += [_read_orders(target), *[_service(target, name) for name in SERVICES]]
    if chapter >= 3:
        wanted.append(_publish_order_events(target))
    return wanted


def _accept_order(target: Target, chapter: int) -> Function:
    statements, environment = [], {}
    if chapter >= 2:
        statements.append(allow("dynamodb:PutItem", table_arn(target, ORDERS)))
        environment["ORDERS_TABLE"] = target.name(ORDERS)
    if chapter == 2:
        called = [function_arn(target, name) for name in SERVICES]
        statements.append(allow("lambda:InvokeFunction", called))
        environment["SERVICES"] = ",".join(target.name(name) for name in SERVICES)
    # in chapter 02 it waits for three services: for as long as the API waits for it
    seconds = API_SECONDS if chapter == 2 else FUNCTION_SECONDS
    return Function("accept-order", seconds, statements, environment)


def _process_order(target: Target) -> Function:
    statements = [
        allow(_CONSUME, queue_arn(target, INBOX)),
        allow("dynamodb:PutItem", table_arn(target, ORDERS)),
    ]
    environment = {"ORDERS_TABLE": target.name(ORDERS)}
    return Function("process-order", FUNCTION_SECONDS, statements, environment)


def _read_orders(target: Target) -> Function:
    table = table_arn(target, ORDERS)
    statements = [
        allow("dynamodb:GetItem", table),
        allow("dynamodb:Query", f"{table}/index/{tables.CUSTOMER_INDEX}"),
    ]
    environment = {"ORDERS_TABLE": target.name(ORDERS), "CUSTOMER_INDEX": tables.CUSTOMER_INDEX}
    return Function("read-orders", FUNCTION_SECONDS, statements, environment)


def _service(target: Target, name: str) -> Function:
    statements = [
        allow(_CONSUME, queue_arn(target, name)),
        allow("dynamodb:UpdateItem", table_arn(target, name)),
    ]
    return Function(name, FUNCTION_SECONDS, statements, {"TABLE": target.name(name)})


def _publish_order_events(target: Target) -> Function:
    statements = [
        allow(
            [
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
            ],
            f"{table_arn(target, ORDERS)}/stream/*",
        ),
        # ListStreams knows no resource smaller than all
        allow("dynamodb:ListStreams", "*"),
        allow("sns:Publish", topic_arn(target, TOPIC)),
        allow("sqs:SendMessage", queue_arn(target, UNPUBLISHED)),
    ]
    environment = {"TOPIC_ARN": topic_arn(target, TOPIC)}
    return Function("publish-order-events", FUNCTION_SECONDS, statements, environment)


_CONSUME = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def _build_tables(target: Target, chapter: int) -> None:
    tables.ensure_table(target, ORDERS, tables.orders_table(), stream=chapter >= 3)
    for name in SERVICES:
        tables.ensure_table(target, name, tables.service_table(), stream=False)


def _build_messaging(target: Target, chapter: int) -> None:
    messaging.ensure_topic(target, TOPIC)
    messaging.ensure_plain_queue(target, UNPUBLISHED)
    for name in SERVICES:
        messaging.ensure_queue(target, name, visibility_timeout=VISIBILITY_SECONDS)
        messaging.ensure_subscription(target, TOPIC, name, ["OrderPlaced"])
    if chapter >= 4:
        messaging.ensure_queue(
            target, INBOX, visibility_timeout=VISIBILITY_SECONDS, retention=INBOX_SECONDS
        )
        send = allow("sqs:SendMessage", queue_arn(target, INBOX))
        look = allow("dynamodb:GetItem", table_arn(target, ORDERS))
        ensure_role(target, INBOX_ROLE, "apigateway.amazonaws.com", [send, look])


def _build_alarms(target: Target, chapter: int) -> None:
    """An alarm for each part that can fail: every function, every dead-letter queue."""
    for function in wanted_functions(target, chapter):
        alarms.ensure_alarm(target, "function", function.name)
    for queue in (*SERVICES, *([INBOX] if chapter >= 4 else [])):
        alarms.ensure_alarm(target, "queue", messaging.dead_letter_name(queue))


def _build_mappings(target: Target, chapter: int) -> None:
    functions.ensure_mapping(
        target,
        "publish-order-events",
        tables.stream_arn(target, ORDERS),
        StartingPosition="TRIM_HORIZON",
        BatchSize=100,
        BisectBatchOnFunctionError=True,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        # An outage of the topic is waited out, in order. A record that fails all day long is set
        # aside: the destination is told where it stands in the stream.
        MaximumRetryAttempts=-1,
        MaximumRecordAgeInSeconds=6 * 3600,
        DestinationConfig={"OnFailure": {"Destination": queue_arn(target, UNPUBLISHED)}},
    )
    for name in SERVICES:
        _feed(target, name, name, SERVICE_CONCURRENCY)
    if chapter >= 4:
        _feed(target, "process-order", INBOX, INBOX_CONCURRENCY)


def _feed(target: Target, function: str, queue: str, concurrency: int) -> None:
    functions.ensure_mapping(
        target,
        function,
        queue_arn(target, queue),
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": concurrency},
    )


def _build_api(target: Target, chapter: int) -> None:
    api_id = ensure_api(target)
    methods = []
    if chapter >= 4:
        methods.append(doors.accept_into_queue(target, INBOX, INBOX_ROLE))
        methods.append(doors.status_from_table(target, ORDERS, INBOX_ROLE))
    else:
        methods.append(doors.accept_by_function(target, "accept-order"))
        _permit_api(target, api_id, "accept-order", "POST/orders")
    if chapter >= 2:
        methods += doors.read_by_function(target, "read-orders")
        _permit_api(target, api_id, "read-orders", "GET/*")
    ensure_methods(target, api_id, methods)


def _permit_api(target: Target, api_id: str, function: str, what: str) -> None:
    source = arn(target, "execute-api", f"{api_id}/*/{what}")
    functions.permit(target, function, f"api-{api_id}", "apigateway.amazonaws.com", source)


def _function_names(target: Target, *chapters: int) -> set[str]:
    return {f.name for chapter in chapters for f in wanted_functions(target, chapter)}


def _remove_rest(target: Target, chapter: int) -> None:
    """Remove what stands only in other chapters, consumers before what they read from."""
    here = _function_names(target, chapter)
    others = sorted(_function_names(target, *CHAPTERS) - here)
    alarms.remove_alarms(target, *others, *(here if chapter < 3 else ()))
    for name in others:
        functions.remove_function(target, name)
    if chapter < 4:
        alarms.remove_alarms(target, messaging.dead_letter_name(INBOX))
        messaging.remove_queue(target, INBOX)
    if chapter < 3:
        alarms.remove_alarms(target, *map(messaging.dead_letter_name, SERVICES))
        for name in SERVICES:
            functions.remove_mappings(target, name)
            messaging.remove_queue(target, name)
        messaging.remove_queue(target, UNPUBLISHED)
        messaging.remove_topic(target, TOPIC)
    if chapter < 2:
        for table in (ORDERS, *SERVICES):
            tables.remove_table(target, table)
