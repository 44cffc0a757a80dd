"""The returns desk of exercise 3.5: two tables, a stream, a function, and a record it can't take."""

from __future__ import annotations

from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.probes import until, url_of
from orderlab.exercises.engine import Workspace
from orderlab.orders.parts import functions, messaging, tables
from orderlab.orders.parts.names import ignoring, log_group, queue_arn, table_arn
from orderlab.orders.parts.packages import handler_zip
from orderlab.orders.parts.roles import allow, ensure_role, may_log

TABLE, NOTED, FUNCTION, FAILED = "returns", "returns-noted", "note-returns", "returns-failed"
BATCH = 10


def lay_out(workspace: Workspace) -> None:
    """A table, its stream, a function that can't take a return without an amount; and such a one."""
    target = workspace.target
    stream = _tables(target)
    messaging.ensure_plain_queue(target, FAILED)
    _function(target, stream)
    if mapping(target) is None:
        target.client("lambda").create_event_source_mapping(
            FunctionName=target.name(FUNCTION),
            EventSourceArn=stream,
            StartingPosition="TRIM_HORIZON",
            BatchSize=BATCH,
        )
        # a mapping that is still being created can't be changed
        until(lambda: (mapping(target) or {}).get("State") == "Enabled", 10.0)
        write(target, ["r-1", "r-3"], ["r-2"])


def _tables(target: Target) -> str:
    dynamodb = target.client("dynamodb")
    for name in (TABLE, NOTED):
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
        with ignoring("ResourceInUseException"):
            dynamodb.create_table(
                TableName=target.name(name),
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": "return_id", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "return_id", "KeyType": "HASH"}],
                **({"StreamSpecification": stream} if name == TABLE else {}),
            )
        dynamodb.get_waiter("table_exists").wait(
            TableName=target.name(name), WaiterConfig={"Delay": 1}
        )
    table = dynamodb.describe_table(TableName=target.name(TABLE))["Table"]
    return str(table["LatestStreamArn"])


def _function(target: Target, stream: str) -> None:
    read = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
    role = ensure_role(
        target,
        f"{FUNCTION}-role",
        "lambda.amazonaws.com",
        [
            may_log(target, FUNCTION),
            allow(read, stream),
            allow("dynamodb:ListStreams", "*"),
            allow("dynamodb:PutItem", table_arn(target, NOTED)),
            allow("sqs:SendMessage", queue_arn(target, FAILED)),
        ],
    )
    with ignoring("ResourceAlreadyExistsException"):
        target.client("logs").create_log_group(logGroupName=log_group(target, FUNCTION))
    with ignoring("ResourceConflictException"):
        target.client("lambda").create_function(
            FunctionName=target.name(FUNCTION),
            Role=role,
            Runtime=functions.RUNTIME,
            Handler="note_returns.handler",
            Code={"ZipFile": package()},
            Timeout=10,
            MemorySize=functions.MEMORY_MB,
            Environment={"Variables": {"NOTED": target.name(NOTED)}},
        )
    target.client("lambda").get_waiter("function_active_v2").wait(
        FunctionName=target.name(FUNCTION)
    )


def package() -> bytes:
    return handler_zip("note_returns")


def clear_away(target: Target) -> None:
    """The desk with all that was written there. The queue `returns-failed` stays, empty."""
    functions.remove_function(target, FUNCTION)
    until(lambda: mapping(target) is None, 10.0)
    for name in (TABLE, NOTED):
        tables.remove_table(target, name)
    url = url_of(target, FAILED)
    while url and (some := _receive(target, url)):
        for each in some:
            target.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])


def _receive(target: Target, url: str) -> list[dict[str, Any]]:
    # a long poll looks at all of the queue's servers
    found: list[dict[str, Any]] = (
        target.client("sqs")
        .receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        .get("Messages", [])
    )
    return found


def mapping(target: Target) -> dict[str, Any] | None:
    """The function's event source mapping, if it has one."""
    with ignoring("ResourceNotFoundException"):
        found: list[dict[str, Any]] = target.client("lambda").list_event_source_mappings(
            FunctionName=target.name(FUNCTION)
        )["EventSourceMappings"]
        return found[0] if found else None
    return None


def write(target: Target, good: list[str], bad: list[str]) -> None:
    """All at once, so that they stand in the stream together."""
    puts = []
    for each in sorted(good + bad):
        item = {"return_id": {"S": each}}
        if each in good:
            item["refund_cents"] = {"N": "995"}
        puts.append({"Put": {"TableName": target.name(TABLE), "Item": item}})
    target.client("dynamodb").transact_write_items(TransactItems=puts)


def noted(target: Target) -> set[str]:
    """The returns that the function has written down."""
    items = target.client("dynamodb").scan(TableName=target.name(NOTED), ConsistentRead=True)
    return {item["return_id"]["S"] for item in items["Items"]}
