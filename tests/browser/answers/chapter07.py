"""Chapter 07, answered with other patterns, other paths and other words."""

from __future__ import annotations

from tests.browser.answers import Answer

ANSWERS: dict[str, Answer] = {
    "7.1": """
from collections import defaultdict

def month_bill(used, orders, prices):
    a_month = 3_168_000 * 30 / 7
    usd = defaultdict(float)
    for item in sorted(set(used) & set(prices)):
        price, pieces = prices[item]
        service, _, _ = item.partition(".")
        usd[service] += used[item] / orders * a_month * price / pieces
    return dict(usd)
""",
    "7.2": (
        """
shown = {"order_id", "customer_id", "placed_at", "status", "total_cents"}
keys = {"customer_id": "HASH", "placed_at": "RANGE"}
beside = sorted(shown - set(keys) - {"order_id"}, reverse=True)
of_a_customer = dict(
    IndexName="customer-orders", Projection=dict(ProjectionType="INCLUDE", NonKeyAttributes=beside),
    KeySchema=[dict(AttributeName=name, KeyType=kind) for name, kind in keys.items()])
""",
        """
texts = [dict(AttributeName=name, AttributeType="S") for name in ("order_id", *keys)]
dynamodb.create_table(
    TableName="orders-lean", KeySchema=[dict(AttributeName="order_id", KeyType="HASH")],
    AttributeDefinitions=texts, BillingMode="PAY_PER_REQUEST",
    GlobalSecondaryIndexes=[of_a_customer])
dynamodb.get_waiter("table_exists").wait(TableName="orders-lean", WaiterConfig={"Delay": 1})
""",
    ),
    "7.3": (
        """
def listen(rule, pattern, queue, **form):
    events.put_rule(EventBusName="shop-events", Name=rule,
                    EventPattern=json.dumps({"source": ["shop.orders"], **pattern}))
    form.update(Id="1", Arn=arn("sqs", queue), DeadLetterConfig={"Arn": arn("sqs", "bus-failed")})
    events.put_targets(EventBusName="shop-events", Rule=rule, Targets=[form])

listen("to-the-desk", {"detail-type": ["OrderPlaced"],
                       "detail": {"total_cents": [{"numeric": [">", 19999.99]}]}},
       "fraud-desk", InputPath="$.detail")
""",
        """
form = dict(
    InputTemplate='{"what": <kind>, "cents": <total>, "order": <number>}',
    InputPathsMap=dict(kind="$.detail-type", total="$.detail.total_cents",
                       number="$.detail.order_id"))
listen("to-the-partner", {"detail-type": [{"wildcard": "Order*"}]}, "partner",
       InputTransformer=form)
""",
    ),
    "7.4": (
        """
only_new = {"eventName": [{"prefix": "INS"}]}
told = '{"store": <$.dynamodb.NewImage.store_id.S>, "order_id": <$.dynamodb.Keys.order_id.S>}'
""",
        """
as_event = dict(
    InputTemplate=told,
    EventBridgeEventBusParameters=dict(DetailType="OrderPlaced", Source="shop.orders"))
""",
        """
pipes.create_pipe(
    Name="orders-to-bus", RoleArn=role, Source=stream,
    Target=arn("events", "event-bus/shop-events"),
    SourceParameters=dict(
        DynamoDBStreamParameters=dict(StartingPosition="LATEST", BatchSize=5),
        FilterCriteria=dict(Filters=[dict(Pattern=json.dumps(only_new))])),
    TargetParameters=as_event)
lab.wait_for(lambda: pipes.describe_pipe(Name="orders-to-bus")["CurrentState"] == "RUNNING", 30)
""",
    ),
    "7.5": """
choices["wishes"] = ["DynamoDB direct", "no logic"]
choices["stock"] = ["FIFO queue", "order"]
choices["return"] = ["Step Functions", "a way back"]
choices["approval"] = ["durable function", "waits for people"]
choices["search"] = ["containers", "an own program"]
choices["mails"] = ["standard queue and function", "no need"]
""",
    "7.6": """
def my_score(tests, used):
    passed, tried = 0, []
    for call, was_right in tests:
        if call in set(used):
            tried.append(call)
            passed += 1 if was_right else 0
    return passed / len(tried), [call for call in sorted(set(used)) if call not in tried]
""",
    # what is left to fill after the last exercise: the findings of the game day
    "7.end": (
        """
for part, trouble in (
        ("inventory", "every call of the function ends with an error"),
        ("orders", "putting an item into the table takes seconds"),
        ("shipping", "the topic is cut off from the queue"),
        ("invoicing", "somebody removed the policy of the queue")):
    print(day.say(part, trouble))
""",
    ),
}
