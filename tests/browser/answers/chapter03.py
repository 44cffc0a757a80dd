"""Chapter 03, answered with loops over names and policies made by small functions."""

from __future__ import annotations

from tests.browser.answers import Answer

ANSWERS: dict[str, Answer] = {
    "3.1": """
stored, names = None, []
for new in (100, 100, 120, None):
    if new == stored:
        continue
    names.append("INSERT" if stored is None else "REMOVE" if new is None else "MODIFY")
    stored = new
""",
    "3.2": """
def to_publish(record):
    data = record["dynamodb"]
    kind = TYPES.get(record["eventName"])
    body = dict(event_type=kind, order_id=lab.plain(data["Keys"])["order_id"])
    told = {"event_type": dict(DataType="String", StringValue=kind)}
    image = data.get("NewImage")
    if image is not None:
        body["order"] = order = lab.plain(image)
        cents = 0
        for line in order["lines"]:
            cents += line["quantity"] * line["unit_price_cents"]
        cents -= order["coupon_cents"]
        told["total_cents"] = dict(DataType="Number", StringValue=f"{cents:d}")
    return dict(Message=json.dumps(body, sort_keys=True), MessageAttributes=told)
""",
    "3.3": (
        """
services = ["shipping", "invoicing", "inventory"]

def door_for(queue, source):
    return json.dumps({"Version": "2012-10-17", "Statement": {
        "Sid": "FromTheTopic", "Effect": "Allow", "Principal": {"Service": ["sns.amazonaws.com"]},
        "Action": ["sqs:SendMessage"], "Resource": arn("sqs", queue),
        "Condition": {"ArnLike": {"aws:SourceArn": [source]}}}})

for queue in services:
    sqs.set_queue_attributes(QueueUrl=queue_url(queue),
                             Attributes=dict(Policy=door_for(queue, topic)))
""",
        """
for queue in services:
    made = sns.subscribe(TopicArn=topic, Endpoint=arn("sqs", queue), Protocol="sqs",
                         ReturnSubscriptionArn=True)["SubscriptionArn"]
    for name, value in {"RawMessageDelivery": "true", "FilterPolicyScope": "MessageAttributes",
                        "FilterPolicy": '{"event_type": ["OrderPlaced"]}'}.items():
        sns.set_subscription_attributes(
            SubscriptionArn=made, AttributeName=name, AttributeValue=value)
""",
    ),
    "3.4": """
dear = {"numeric": [">", 19999.5]}
policy = dict(event_type=[{"prefix": "OrderPlaced"}], total_cents=[dear])
_ = sns.subscribe(
    TopicArn=topic, Protocol="sqs", Endpoint=arn("sqs", "fraud-check"),
    Attributes=dict(RawMessageDelivery="true", FilterPolicyScope="MessageBody",
                    FilterPolicy=json.dumps(policy)))
""",
    "3.5": """
changed = {"BisectBatchOnFunctionError": True, "MaximumRetryAttempts": 3}
changed["DestinationConfig"] = {"OnFailure": {"Destination": arn("sqs", "returns-failed")}}
print(functions.update_event_source_mapping(UUID=reader["UUID"], **changed)["State"])
""",
    "3.6": (
        """
dynamodb.create_table(
    TableName="loyalty", BillingMode="PAY_PER_REQUEST",
    KeySchema=[dict(AttributeName="order_id", KeyType="HASH")],
    AttributeDefinitions=[dict(AttributeName="order_id", AttributeType="S")])
lab.wait_for(lambda: dynamodb.describe_table(TableName="loyalty")["Table"]["TableStatus"]
             == "ACTIVE")
""",
        """
sqs.create_queue(QueueName="loyalty-points-dlq")
aside = dict(maxReceiveCount=5, deadLetterTargetArn=arn("sqs", "loyalty-points-dlq"))
points = sqs.create_queue(QueueName="loyalty-points", Attributes=dict(
    VisibilityTimeout="60", Policy=door_for("loyalty-points", topic),
    RedrivePolicy=json.dumps(aside)))["QueueUrl"]
taking = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"]
lab.deploy(
    "loyalty", lab.customer_code("loyalty"), handler="loyalty.handler", Timeout=10,
    Layers=[layer], Environment=dict(Variables=dict(TABLE="loyalty")),
    allowed=[allow([f"sqs:{each}" for each in taking], arn("sqs", "loyalty-points")),
             allow(["dynamodb:UpdateItem"], arn("dynamodb", "table/loyalty"))])
""",
        """
functions.create_event_source_mapping(
    EventSourceArn=arn("sqs", "loyalty-points"), FunctionName="loyalty", BatchSize=5,
    FunctionResponseTypes=["ReportBatchItemFailures"])
_ = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn("sqs", "loyalty-points"),
                  Attributes={"FilterPolicy": '{"event_type": ["OrderPlaced"]}',
                              "RawMessageDelivery": "true"})
""",
    ),
    "3.7": (
        """
def alarm(name, dimension, of, **metric):
    metrics.put_metric_alarm(
        AlarmName=name, Dimensions=[{"Name": dimension, "Value": of}], Period=60,
        EvaluationPeriods=2, DatapointsToAlarm=1, Threshold=0, TreatMissingData="notBreaching",
        ComparisonOperator="GreaterThanThreshold", **metric)

for each in shop:
    alarm(f"first error of {each}", "FunctionName", each, Namespace="AWS/Lambda",
          MetricName="Errors", Statistic="Sum")
""",
        """
for each in dead_letters:
    alarm(f"first letter in {each}", "QueueName", each, Namespace="AWS/SQS",
          MetricName="ApproximateNumberOfMessagesVisible", Statistic="Maximum")
""",
    ),
}
