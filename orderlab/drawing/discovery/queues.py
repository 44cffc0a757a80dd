"""SQS: queues, and where their failed messages go."""

from __future__ import annotations

import json

from orderlab.drawing.discovery.inventory import Inventory

ATTRIBUTES = ["QueueArn", "VisibilityTimeout", "RedrivePolicy"]


def read_queues(found: Inventory) -> None:
    sqs = found.target.client("sqs")
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=found.prefix)
    redrives = []
    for url in (each for page in pages for each in page.get("QueueUrls", ())):
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=ATTRIBUTES)["Attributes"]
        arn = attributes["QueueArn"]
        detail = [f"visibility timeout {attributes['VisibilityTimeout']} s"]
        found.add("queue", arn.rpartition(":")[2], arn, detail)
        if "RedrivePolicy" in attributes:
            redrives.append((arn, json.loads(attributes["RedrivePolicy"])))
    for arn, policy in redrives:
        dead = policy["deadLetterTargetArn"]
        tries = f"after {policy['maxReceiveCount']} tries"
        found.become(dead, "dead-letters")
        found.connect(arn, dead, "redrive", tries)
