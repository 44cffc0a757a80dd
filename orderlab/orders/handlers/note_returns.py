"""note-returns: writes down what the customer gets back."""

import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["NOTED"])


def handler(event, context):
    for record in event["Records"]:
        image = record["dynamodb"].get("NewImage")
        if image is not None:
            cents = int(image["refund_cents"]["N"])
            table.put_item(Item={"return_id": image["return_id"]["S"], "refund_cents": cents})
