"""Chapter 02, answered with boto3's tables, transactions and hashes."""

from __future__ import annotations

from tests.browser.answers import Answer

ANSWERS: dict[str, Answer] = {
    "2.1": """
import boto3

table = boto3.resource("dynamodb").create_table(
    TableName="orders", BillingMode="PAY_PER_REQUEST",
    KeySchema=[dict(KeyType="HASH", AttributeName="order_id")],
    AttributeDefinitions=[dict(AttributeType="S", AttributeName="order_id")],
    Tags=[{"Key": "project", "Value": "orderlab"}])
table.wait_until_exists()
""",
    "2.2": (
        """
def declared(*names):
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]

def keys(partition, sort):
    return [{"AttributeName": partition, "KeyType": "HASH"},
            {"AttributeName": sort, "KeyType": "RANGE"}]

new = dict(IndexName="customer-orders", KeySchema=keys("customer_id", "placed_at"),
           Projection=dict(ProjectionType="ALL"))
_ = dynamodb.update_table(
    TableName="orders", AttributeDefinitions=declared("order_id", "customer_id", "placed_at"),
    GlobalSecondaryIndexUpdates=[dict(Create=new)])
""",
        """
def orders_of(client, table, customer, limit):
    request = dict(
        TableName=table, IndexName="customer-orders", ScanIndexForward=False, Limit=limit,
        KeyConditionExpression="#who = :who",
        ExpressionAttributeNames={"#who": "customer_id"},
        ExpressionAttributeValues={":who": {"S": customer}})
    newest = []
    while len(newest) < limit:
        page = client.query(**request)
        newest.extend(page["Items"])
        if "LastEvaluatedKey" not in page:
            break
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
        request["Limit"] = limit - len(newest)
    return newest
""",
    ),
    "2.3": (
        """
new = dict(IndexName="open-orders", KeySchema=keys("open_at_store", "placed_at"),
           Projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": ["customer_id"]})
_ = dynamodb.update_table(
    TableName="orders", GlobalSecondaryIndexUpdates=[{"Create": new}],
    AttributeDefinitions=declared("order_id", "customer_id", "placed_at", "open_at_store"))
""",
        """
def close_order(client, table, order_id):
    key = {"order_id": {"S": order_id}}
    try:
        client.update_item(
            TableName=table, Key=key, UpdateExpression="REMOVE #open",
            ExpressionAttributeNames={"#open": "open_at_store"},
            ConditionExpression="order_id = :id",
            ExpressionAttributeValues={":id": key["order_id"]})
    except client.exceptions.ConditionalCheckFailedException:
        print("no such order:", order_id)
""",
    ),
    "2.4": """
def store_order(client, table, order):
    put = {"TableName": table, "Item": lab.item(order),
           "ConditionExpression": "attribute_not_exists(#id)",
           "ExpressionAttributeNames": {"#id": "order_id"}}
    try:
        client.transact_write_items(TransactItems=[{"Put": put}])
    except client.exceptions.TransactionCanceledException:
        there = client.get_item(TableName=table, Key={"order_id": {"S": order["order_id"]}},
                                ConsistentRead=True)["Item"]
        return 200 if lab.order_in(there) == order else 409
    else:
        return 201
""",
    "2.5": """
def read(size, consistent=True):
    return -(-size // 4096) * (1 if consistent else 0.5)

def write(size):
    return -(-size // 1024)

units["a"], units["b"] = read(5000), read(5000, False)
units["c"] = 20 * read(700, False)
units["d"] = units["e"] = read(20 * 700, False)
units["f"] = write(2500)
units["g"] = write(2500) + write(2500) + write(90)
""",
    "2.6": """
import hashlib

SHARDS = 12

def write_key(order):
    digest = hashlib.md5(order["order_id"].encode()).hexdigest()
    return order["store_id"] + "." + format(int(digest, 16) % SHARDS, "02d")

def read_keys(store_id):
    found = []
    for shard in range(SHARDS):
        found.append(store_id + "." + format(shard, "02d"))
    return found
""",
    "2.7": """
days = [week[24 * day:24 * day + 24] for day in range(7)]
capacity = []
for hour in range(24):
    busiest = 0
    for day in days:
        busiest = max(busiest, day[hour] / 3600)
    capacity.append(int(busiest) + 1)
""",
}
