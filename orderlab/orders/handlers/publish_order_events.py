"""publish-order-events: tells SNS of every change in the table of orders, in their order.

The reply names the records that SNS did not take. Lambda then tries again from the first of them,
so a record may be told twice, and never not at all; subscribers do their work once for each order.
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

import json
import os

from orderlib import aws, events, items, log

sns = aws.client("sns")
TOPIC_ARN = os.environ["TOPIC_ARN"]
ENTRIES_A_CALL = 10
# SNS takes 256 KB a call; the rest is room for attributes
BYTES_A_CALL = 240_000
EVENT_TYPES = {
    "INSERT": events.ORDER_PLACED,
    "MODIFY": events.ORDER_CHANGED,
    "REMOVE": events.ORDER_REMOVED,
}


def handler(event, context):
    failures = []
    for records in calls(event["Records"]):
        failures += publish(records)
        if failures:
            break
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failures]}


def calls(records):
    """The batch in groups that one PublishBatch takes: (sequence number, event, body) each."""
    group, size = [], 0
    for record in records:
        number = record["dynamodb"]["SequenceNumber"]
        event = order_event(record)
        body = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
        length = len(body.encode())
        if group and (len(group) == ENTRIES_A_CALL or size + length > BYTES_A_CALL):
            yield group
            group, size = [], 0
        group.append((number, event, body))
        size += length
    if group:
        yield group


def order_event(record):
    change = record["dynamodb"]
    # after a removal the stream knows only the key
    stored = items.from_item(change.get("NewImage") or change["Keys"])
    return events.order_event(EVENT_TYPES[record["eventName"]], record["eventID"], stored)


def publish(group):
    """Publish one group; return the sequence numbers of what SNS refused, in their order."""
    entries = [
        {
            "Id": str(index),
            "Message": body,
            "MessageAttributes": events.attributes(event),
        }
        for index, (_, event, body) in enumerate(group)
    ]
    answer = sns.publish_batch(TopicArn=TOPIC_ARN, PublishBatchRequestEntries=entries)
    refused = {int(entry["Id"]): entry for entry in answer.get("Failed", ())}
    for index, (_, event, _body) in enumerate(group):
        if index in refused:
            log.error("event refused", order_id=event["order_id"], error=refused[index])
        else:
            log.info("event published", order_id=event["order_id"], event_type=event["event_type"])
    return [group[index][0] for index in sorted(refused)]
