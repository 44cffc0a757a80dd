"""Chapter 06, answered with branches, loops and updates of one value at a time."""

from __future__ import annotations

from tests.browser.answers import Answer

ANSWERS: dict[str, Answer] = {
    "6.1": """
def read_order(client, table, order_id, just_placed):
    asked = dict(TableName=table, Key=dict(order_id=dict(S=order_id)))
    if just_placed:
        asked["ConsistentRead"] = True
    found = client.get_item(**asked)
    if "Item" not in found:
        return None
    return found["Item"]
""",
    "6.2": (
        """
seconds = (("record", 60), ("query", 10))
dax.create_parameter_group(ParameterGroupName="status-page", Description="how old a page may be")
for cache_of, limit in seconds:
    dax.update_parameter_group(ParameterGroupName="status-page", ParameterNameValues=[
        dict(ParameterName=f"{cache_of}-ttl-millis", ParameterValue=str(1000 * limit))])
""",
        """
now = dax.update_cluster(ParameterGroupName="status-page", ClusterName="cache")["Cluster"]
print(now["ParameterGroup"])
""",
    ),
    "6.3": (
        """
def cancelling(order_id):
    return dict(
        Key={"order_id": {"S": order_id}}, UpdateExpression="SET #state = :after",
        ConditionExpression="attribute_exists(order_id) AND #state = :before",
        ExpressionAttributeNames={"#state": "status"},
        ExpressionAttributeValues={":before": {"S": "ACCEPTED"}, ":after": {"S": "CANCELLED"}})
""",
        """
def cancel(through, direct, table, order_id):
    done = True
    try:
        through.update_item(TableName=table, **cancelling(order_id))
    except botocore.exceptions.ClientError as refusal:
        if refusal.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        done = False
    return done
""",
    ),
    "6.4": """
def break_even(kilobytes, hit_ratio, nodes):
    half_units = -(-kilobytes // 4)
    saved_by_a_million = 1e6 * hit_ratio * 0.5 * half_units * READ_USD
    millions_an_hour = NODE_USD * nodes / saved_by_a_million
    return millions_an_hour * 1e6 / 3600
""",
    "6.5": '''
CODE = """
from tariff import load

class Quotes:
    def __init__(self, prices):
        self.prices = prices

    def total(self, lines):
        return sum(each["quantity"] * self.prices[each["item"]] for each in lines)

quotes = Quotes(load())

def handler(event, context):
    return dict(total_cents=quotes.total(event["lines"]))
"""
lab.deploy("quote", {"tariff.py": TARIFF, "app.py": CODE}, MemorySize=256)
''',
    "6.6": (
        """
package = lab.zipped("python/money.py", MENDED.strip() + "\\n")
new = functions.publish_layer_version(LayerName="money", Content=dict(ZipFile=package),
                                      Description="rounds")
""",
        """
for till in "till-a till-b".split():
    layers = []
    for layer in functions.get_function(FunctionName=till)["Configuration"]["Layers"]:
        stem, _, version = layer["Arn"].rpartition(":")
        layers.append(new["LayerVersionArn"] if stem.endswith(":money") else layer["Arn"])
    lab.configure(till, Layers=layers)
""",
    ),
    "6.7": """
def best_size(times, limit_ms):
    best = None
    for size, ms in times.items():
        key = (ms > limit_ms, ms if ms > limit_ms else size * math.ceil(ms), ms)
        if best is None or key < best[0]:
            best = key, size
    return best[1]
""",
    "6.8": """
number = functions.publish_version(FunctionName="opener", Description="with !")["Version"]
functions.update_alias(Name="live", FunctionName="opener", FunctionVersion=number)
ready = dict(FunctionName="opener", Qualifier="live")
functions.put_provisioned_concurrency_config(ProvisionedConcurrentExecutions=3, **ready)
lab.wait_for(lambda: functions.get_provisioned_concurrency_config(**ready)["Status"] == "READY",
             seconds=30)
""",
    "6.9": (
        """
import aws_lambda_powertools as powertools

log = powertools.Logger(service="order-seen")
counted = powertools.Metrics(service="order-seen", namespace="shop")
""",
        """
@counted.log_metrics
def handler(event, context):
    fields = dict(order_id=event["order_id"], lines=len(event["lines"]))
    if event["coupon_cents"]:
        fields["coupon_cents"] = event["coupon_cents"]
    log.info("an order was seen", extra=fields)
    log.debug(event)
    counted.add_metric("OrdersSeen", unit="Count", value=1)
""",
        """
mine = dict(logGroupName="/aws/lambda/order-seen")
logs.create_log_group(**mine)
logs.put_retention_policy(**mine, retentionInDays=30)
lab.deploy("order-seen", SEEN, Layers=[powertools], MemorySize=256)
""",
    ),
}
