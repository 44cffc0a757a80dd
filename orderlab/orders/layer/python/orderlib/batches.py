"""Batches from SQS, with a reply that names the messages that failed and no others.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from . import log


def each_message(event, handle):
    """Call `handle(record)` for every message; a failure of one harms no other."""
    failures = []
    for record in event["Records"]:
        try:
            handle(record)
        except Exception as error:
            log.error(
                "message failed",
                message_id=record["messageId"],
                receive_count=record.get("attributes", {}).get("ApproximateReceiveCount"),
                error=f"{type(error).__name__}: {error}",
            )
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
