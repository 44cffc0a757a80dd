# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 02 DynamoDB modelling
#
# *About 75 minutes. You need chapter 01's idea of a function behind an API; what it built stands already.*
#
# At the end of this chapter you will be able to
#
# - choose among RDS, Aurora and DynamoDB by how data is used, and say what a connection storm is;
# - design a table from the questions that are asked of it, with keys and indexes that answer them;
# - make an order that is sent twice harmless, with a condition;
# - reckon what reads and writes cost, measure it, and choose on-demand or provisioned capacity.

# %%
import orderlab

lab = orderlab.start(chapter=2)

# %% [markdown]
# ## 2.1 The customer speaks
#
# > "Your new front door takes every order. But where *are* they? It hands out a receipt and forgets. And don't
# > put our old MySQL behind it: a friend of mine did that. On the first day of his sale he had a thousand
# > functions, and all of them said *Too many connections*."
#
# Two things to settle, then: which database, and what its table looks like. First the friend.
#
# ## 2.2 What could keep orders
#
# | | what it is | fits when | connections | paid by |
# |---|---|---|---|---|
# | RDS for MySQL | MySQL on an instance that AWS patches and backs up | the program stays as it is; any query, joins, moderate and steady load | limited by the instance's memory | hour of instance |
# | Aurora, provisioned | RDS with storage of its own, compatible with MySQL and PostgreSQL | the same at higher load, many read replicas | limited by the instance's memory | hour of instance |
# | Aurora Serverless v2 | Aurora whose capacity moves in steps of 0.5 ACU, down to 0 when idle | SQL, with load that comes and goes; a pause to 0 means some 15 s to wake | limited, follows capacity | hour of ACU |
# | Aurora DSQL | serverless, distributed, compatible with PostgreSQL | SQL for bursts of functions, several Regions | many short ones are expected | work done |
# | DynamoDB | tables of items by key, called over HTTPS | the questions are known, each by a key; any load | none | request, or hour of capacity |
#
# *The 15 s and what is said of DSQL are second-hand or recalled, not read on an AWS page.*
#
# Choose by the pattern of use, not by fashion. Ad-hoc reports over all orders, with joins: SQL. "Order by its id", a
# thousand times a second for a minute and then nothing: DynamoDB. This customer's questions are few and known.
#
# ## 2.3 The connection storm
#
# A SQL connection is a session: the database keeps memory for each, and has a limit, `max_connections`. A program
# on one VM opens a few and shares them. A Lambda environment handles one request at a time and can share with
# nobody, so each opens its own, and keeps it while it is frozen.

# %%
lab.predict("2.p1", "4,000 requests come within a second, each with one query of 20 ms: 80 queries at a time. "
            "The database takes 100 connections. How do the requests fare?", [
    "well: 80 is less than 100",
    "a few are refused at the start",
    "most are refused",
])

# %% [markdown]
# What follows is a **simulation**, not a measurement: here is no MySQL. It is seeded, and its assumptions are
# all in this table:

# %%
from dataclasses import asdict

from orderlab.simulation.connections import SOURCES, Parameters, storm

given = asdict(Parameters())
orderlab.Table([{"parameter": name, "value": str(given[name]), "source": SOURCES[name]} for name in given])

# %%
direct, proxied = storm(proxy=False), storm(proxy=True)
rows = []
for name, run in (("each its own connection", direct), ("through RDS Proxy", proxied)):
    rows.append({
        "simulated": name, "requests": run.requests, "refused": run.refused,
        "environments": run.environments, "connections": run.peak_connections,
        "querying at once": run.peak_querying, "p99 wait": f"{1000 * run.p99_wait():.0f} ms",
    })
orderlab.Table(rows)

# %%
from matplotlib import pyplot

figure, axes = pyplot.subplots(figsize=(8, 2.4))
for name, run in (("own connections", direct), ("through a proxy", proxied)):
    _ = axes.step(*zip(*run.connections), where="post", label=name)
_ = axes.axhline(Parameters().max_connections, linestyle=":", color="#888888", label="max_connections")
_ = axes.set(xlabel="seconds", ylabel="open connections")
_ = axes.legend(loc="center right")
share = 100 * direct.refused / direct.requests
orderlab.measured_plot(figure, f"Simulated: {share:.0f} % of requests refused without a proxy, none with it.")

# %% [markdown]
# The hundred connections are taken by the first hundred environments, which hold them whether they query or not. Look at
# *querying at once*: the database is nearly idle, and says no. **RDS Proxy** keeps the sessions in a pool and lends one for each
# transaction, so that a request waits a little (up to `ConnectionBorrowTimeout`) instead of being refused. It is
# managed by AWS, with no host for you to run; it is paid by the hour, lives in your VPC, and keeps Aurora Serverless v2 from
# pausing (second-hand). A proxy makes no query faster.
#
# Other answers: the RDS Data API (SQL over HTTPS), Aurora DSQL, or fewer environments by *reserved concurrency*, which
# moves the refusal to your front door. DynamoDB has no sessions: every call is an HTTPS request. Its limits
# show as *throttling*, and you will meet them in section 2.10.
#
# ## 2.4 Questions first, then a key
#
# In SQL you store the facts, and ask what you like later. In DynamoDB you begin with the questions, *access patterns*,
# because each wants a key or an index that was made for it:
#
# | | access pattern | how often |
# |---|---|---|
# | P1 | create, read, change, delete an order by its `order_id` | every order, several times |
# | P2 | the orders of a customer, newest first, page by page | whenever she looks |
# | P3 | the open orders of a store, oldest first | the warehouse, all day |
#
# A **table** holds **items** (about: rows), an item has **attributes** (about: columns), and no two items need have the same
# ones. An item may have 400 KB. An order, as an item:

# %%
import inspect

from orderlab.exercises.chapter02.items import item_of, sample_orders

orders = sample_orders()
print(inspect.getsource(item_of))

# %% [markdown]
# `_to_attribute` is boto3's `TypeSerializer().serialize`: in the API every value carries its type, `S` for text, `N` for a
# number, `L` and `M` for lists and maps. Four attributes are ours; `open_at_store` gets its job later.

# %%
small = min(orders, key=lambda order: len(order["lines"]))
orderlab.show(item_of(small), "order_id", "customer_id", "placed_at", "status", "open_at_store")

# %% [markdown]
# The **primary key** does two jobs: it finds an item, and it makes it unique. It is one attribute, the *partition key*
# (`HASH` in the API), or two, with a *sort key* (`RANGE`) behind: then the pair is unique. DynamoDB hashes the partition
# key to know on which partition the item lives; items of one partition key stand together, sorted by the sort key.
#
# **Exercise 2.1** Create the table `orders` so that P1 is answered: any order, by its `order_id` alone, and no two under
# one id. Only attributes of a key are declared. Take `BillingMode="PAY_PER_REQUEST"`; why, is section 2.11. (After a break or a
# restart the table stands again, and a second `create_table` is refused, as on AWS. `with suppress(...)` below passes that
# refusal over, so that the cell can run twice.)

# %%
from contextlib import suppress

dynamodb = lab.client("dynamodb")
ex = lab.exercise("2.1")
with suppress(dynamodb.exceptions.ResourceInUseException):
    ### BEGIN SOLUTION
    dynamodb.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    ### END SOLUTION
ex.check()

# %% [markdown]
# `lab.catch_up` builds what you left out, so that the rest runs. Then the first 400 orders of the real week, 25 a call,
# which is the most that `BatchWriteItem` takes:

# %%
lab.catch_up("2.1")
dynamodb.get_waiter("table_exists").wait(TableName="orders", WaiterConfig={"Delay": 1})
for start in range(0, 400, 25):
    puts = [{"PutRequest": {"Item": item_of(order)}} for order in orders[start : start + 25]]
    _ = dynamodb.batch_write_item(RequestItems={"orders": puts})
print("orders in the table:", dynamodb.scan(TableName="orders", Select="COUNT")["Count"])

# %% [markdown]
# P1 in four calls: `PutItem`, `GetItem`, `UpdateItem`, `DeleteItem`. A read of yours may be a moment behind, *eventually
# consistent*, unless you ask for `ConsistentRead=True`, which costs twice as much:

# %%
key = {"order_id": {"S": orders[0]["order_id"]}}
for consistent in (False, True):
    answer = dynamodb.get_item(
        TableName="orders", Key=key, ConsistentRead=consistent, ReturnConsumedCapacity="TOTAL"
    )
    units = answer["ConsumedCapacity"]["CapacityUnits"]
    print(f"ConsistentRead={consistent}: {units} read units, customer {answer['Item']['customer_id']['S']}")

# %% [markdown]
# ## 2.5 A customer's orders: query, not scan
#
# P2 names no `order_id`. Without another key there is only `Scan`: read everything, keep what fits.

# %%
customer = "c-1660"
scan = dynamodb.scan(
    TableName="orders", FilterExpression="customer_id = :c",
    ExpressionAttributeValues={":c": {"S": customer}}, ReturnConsumedCapacity="TOTAL",
)
print(f"{scan['ScannedCount']} items read, {scan['Count']} kept,")
print(f"{scan['ConsumedCapacity']['CapacityUnits']} read units")

# %% [markdown]
# An **index** is a copy of the items under another key, kept by DynamoDB. It has a partition key and, if you like, a sort key
# of its own, and a *projection*: which attributes it copies (`KEYS_ONLY`, `INCLUDE`, `ALL`).
#
# | | global secondary index (GSI) | local secondary index (LSI) |
# |---|---|---|
# | partition key | any attribute | the table's |
# | made | with the table or later, up to 20 | only with the table, up to 5 |
# | reads | eventually consistent only | strongly consistent too |
# | capacity | its own | the table's |
# | size | no limit | 10 GB for each partition key value |
#
# An LSI would not help here: its partition key is `order_id` again. Unlike a table's key, an index's key need not be unique.
#
# **Exercise 2.2** Give `orders` a GSI named `customer-orders` that answers P2, with the whole items in it, and write
# `orders_of(dynamodb, table, customer_id, limit)` which returns the newest `limit` items of a customer, newest first. The
# check calls it for a customer with 20 orders and looks at what it consumes. (`update_table` with
# `GlobalSecondaryIndexUpdates`; an index takes a moment to become `ACTIVE`, and the check waits for it.) A second index of one
# name is refused too: `indexes()` tells what the table has.

# %%
def indexes():
    table = dynamodb.describe_table(TableName="orders")["Table"]
    return [index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])]

# %%
ex = lab.exercise("2.2")
orders_of = None
if "customer-orders" not in indexes():
    ### BEGIN SOLUTION
    _ = dynamodb.update_table(TableName="orders",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("customer_id", "placed_at")],
        GlobalSecondaryIndexUpdates=[{"Create": {"IndexName": "customer-orders", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": "customer_id", "KeyType": "HASH"}, {"AttributeName": "placed_at", "KeyType": "RANGE"}]}}])
    ### END SOLUTION

### BEGIN SOLUTION

def orders_of(dynamodb, table, customer_id, limit):
    return dynamodb.query(TableName=table, IndexName="customer-orders", ScanIndexForward=False, Limit=limit,
        KeyConditionExpression="customer_id = :c", ExpressionAttributeValues={":c": {"S": customer_id}})["Items"]
### END SOLUTION
ex.check(orders_of)

# %% [markdown]
# The same question, now by `Query` on the index, while the table grows from 400 orders to 1,600. (The new ones are taken
# away again.)

# %%
lab.catch_up("2.2")
by_customer = {"TableName": "orders", "IndexName": "customer-orders", "ReturnConsumedCapacity": "TOTAL",
               "KeyConditionExpression": "customer_id = :c", "ExpressionAttributeValues": {":c": {"S": customer}}}
everything = {"TableName": "orders", "ReturnConsumedCapacity": "TOTAL", "Select": "COUNT"}

def consumed(call, **request):
    return call(**request)["ConsumedCapacity"]["CapacityUnits"]

quiet = lab.plain_client("dynamodb")  # its calls are not kept for a restart
sizes, scans, queries = [400], [consumed(quiet.scan, **everything)], [consumed(quiet.query, **by_customer)]
for start in range(400, 1600, 25):
    puts = [{"PutRequest": {"Item": item_of(order)}} for order in orders[start : start + 25]]
    _ = quiet.batch_write_item(RequestItems={"orders": puts})
    if (start + 25) % 400 == 0:
        sizes.append(start + 25)
        scans.append(consumed(quiet.scan, **everything))
        queries.append(consumed(quiet.query, **by_customer))

# %%
figure, axes = pyplot.subplots(figsize=(8, 2.4))
_ = axes.plot(sizes, scans, marker="o", label="Scan")
_ = axes.plot(sizes, queries, marker="o", label="Query")
_ = axes.set(xlabel="orders in the table", ylabel="read units")
_ = axes.legend()
orderlab.measured_plot(figure, f"Scan: {scans[0]} to {scans[-1]} read units; Query: {queries[0]} to {queries[-1]}.")

# %% [markdown]
# A scan costs what the table holds (and stops at 1 MB a call: the flat end of its line is one page, not the whole table), a query
# what it finds. Nothing about the answer is different. The same with the time it takes. So: a Scan in the path of a customer is a
# design error; for a nightly export it can be right.

# %%
for start in range(400, 1600, 25):
    keys = [{"order_id": {"S": order["order_id"]}} for order in orders[start : start + 25]]
    _ = quiet.batch_write_item(RequestItems={"orders": [{"DeleteRequest": {"Key": key}} for key in keys]})

# %% [markdown]
# And strongly consistent, please?

# %%
try:
    dynamodb.query(**by_customer, ConsistentRead=True)
except dynamodb.exceptions.ClientError as refusal:
    print(refusal.response["Error"]["Message"])

# %% [markdown]
# That is a GSI's one price besides money: it follows its table, a moment later.
#
# "Page by page": a Query or Scan answers with at most 1 MB, or `Limit` items, and with a `LastEvaluatedKey` if there is more. It
# is the `ExclusiveStartKey` of the next call; `read-orders` hands it to clients as a token.

# %%
page, request = 0, {**by_customer, "Limit": 3, "ScanIndexForward": False}
while True:
    answer = dynamodb.query(**request)
    page += 1
    print(f"page {page}:", [item["order_id"]["S"] for item in answer["Items"]])
    if "LastEvaluatedKey" not in answer:
        break
    request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

# %% [markdown]
#
# ## 2.6 Open orders: an index that forgets
#
# P3 asks for the open orders of a store, oldest first. After a year the table holds a million orders, and a hundred are open. An item
# that lacks an index's key attribute is *not in the index*: such an index is called **sparse**. That is what `open_at_store` is
# for: an order has it, with the store's id, as long as it is open, and loses it when it is done.
#
# **Exercise 2.3** Add the index `open-orders` for P3 (keys are enough as its projection), and write
# `close_order(dynamodb, table, order_id)`, after which the order is whole, but no longer in the index. What should happen to an
# `order_id` that does not exist?

# %%
ex = lab.exercise("2.3")
close_order = None
if "open-orders" not in indexes():
    ### BEGIN SOLUTION
    _ = dynamodb.update_table(TableName="orders",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("open_at_store", "placed_at")],
        GlobalSecondaryIndexUpdates=[{"Create": {"IndexName": "open-orders",
            "KeySchema": [{"AttributeName": "open_at_store", "KeyType": "HASH"},
                          {"AttributeName": "placed_at", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"}}}])
    ### END SOLUTION

### BEGIN SOLUTION
def close_order(dynamodb, table, order_id):
    dynamodb.update_item(TableName=table, Key={"order_id": {"S": order_id}},
        UpdateExpression="REMOVE open_at_store", ConditionExpression="attribute_exists(order_id)")
### END SOLUTION
ex.check(close_order)

# %%
lab.catch_up("2.3")
store = {"TableName": "orders", "IndexName": "open-orders", "Select": "COUNT",
         "KeyConditionExpression": "open_at_store = :s", "ExpressionAttributeValues": {":s": {"S": "s-367"}}}
print("open orders of store s-367:", dynamodb.query(**store)["Count"])

# %% [markdown]
# Since November 2025 the key of a **GSI** may have several attributes, up to four for the partition and four for sorting. Before,
# one glued them into a text such as `s-367#ACCEPTED` and had to keep that in step. A table's own key still has one and one. "The orders of
# a store with a status, by time" on a second table, only for a look:

# %%
_ = quiet.create_table(TableName="looks", BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"}
                          for name in ("order_id", "store_id", "status", "placed_at")],
    KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
    GlobalSecondaryIndexes=[{"IndexName": "store-status", "Projection": {"ProjectionType": "KEYS_ONLY"},
        "KeySchema": [{"AttributeName": "store_id", "KeyType": "HASH"}, {"AttributeName": "status", "KeyType": "HASH"},
                      {"AttributeName": "placed_at", "KeyType": "RANGE"}]}])
quiet.get_waiter("table_exists").wait(TableName="looks", WaiterConfig={"Delay": 1})
puts = [{"PutRequest": {"Item": item_of(order)}} for order in orders[:25]]
_ = quiet.batch_write_item(RequestItems={"looks": puts})

# %%
import time

time.sleep(0.5)  # an index follows its table
busiest = max(orders[:25], key=lambda o: sum(o["store_id"] == other["store_id"] for other in orders[:25]))["store_id"]
found = quiet.query(TableName="looks", IndexName="store-status",
    KeyConditionExpression="store_id = :s AND #status = :a", ExpressionAttributeNames={"#status": "status"},
    ExpressionAttributeValues={":s": {"S": busiest}, ":a": {"S": "ACCEPTED"}})["Items"]
for item in found:
    print(item["store_id"]["S"], item["status"]["S"], item["placed_at"]["S"][11:16])
_ = quiet.delete_table(TableName="looks")

# %% [markdown]
# `#status` stands for the name, because `status` is one of DynamoDB's reserved words.
#
# ## 2.7 One table or several
#
# There are no joins and no foreign keys. An account may have 2,500 tables, and `TransactWriteItems` may change items of several at
# once; but no call *reads* across them by a relation. What is always read together can be kept together, under one partition key: a
# *single table*, with general names for its keys.

# %%
_ = quiet.create_table(TableName="shop", BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}])
quiet.get_waiter("table_exists").wait(TableName="shop", WaiterConfig={"Delay": 1})
for sk in ("profile", "order#2017-12-18", "order#2017-12-22"):
    _ = quiet.put_item(TableName="shop", Item={"pk": {"S": "customer#c-2317"}, "sk": {"S": sk}})
together = quiet.query(TableName="shop", KeyConditionExpression="pk = :c",
                       ExpressionAttributeValues={":c": {"S": "customer#c-2317"}})["Items"]
print("one query:", [item["sk"]["S"] for item in together])
_ = quiet.delete_table(TableName="shop")

# %% [markdown]
# One query brought the customer and her orders, which in SQL is a join. The price: the table serves the questions that it was made
# for, and reads like a riddle. Here each service has its own data (`orders`, `inventory`, `invoicing`, `shipping`), its own owner and its own
# rights, and no question crosses them: **several tables**. Where one service has many kinds of items that are read together, one.
#
# ## 2.8 Sent twice, stored once
#
# In chapter 00 a customer who pressed the button again was billed again. Every client that gets no answer sends again; so do queues, and
# Lambda itself. Four copies arrive; what does `PutItem` do with the second?

# %%
lab.predict("2.p2", "The warehouse has packed an order (status PACKED). The customer's phone sends it again, and your "
            "function calls PutItem, as it did the first time. What does the table hold?", [
    "the packed order: an item with that key exists",
    "two items",
    "the order as it came first, status ACCEPTED",
])

# %%
order = {**orders[0], "order_id": "o-twice"}
_ = dynamodb.put_item(TableName="orders", Item=item_of(order))
_ = dynamodb.put_item(TableName="orders", Item={**item_of(order), "status": {"S": "PACKED"}})
_ = dynamodb.put_item(TableName="orders", Item=item_of(order))
print(dynamodb.get_item(TableName="orders", Key={"order_id": {"S": "o-twice"}})["Item"]["status"]["S"])
_ = dynamodb.delete_item(TableName="orders", Key={"order_id": {"S": "o-twice"}})

# %% [markdown]
# `PutItem` replaces. To look first and put then is no help: between the two calls there is a gap, and a second copy of your
# function falls into it sooner or later. A **conditional write** has no gap: DynamoDB looks and writes in one step, and refuses
# with `ConditionalCheckFailedException` (which is charged as a write).
#
# **Exercise 2.4** Write `store_order(dynamodb, table, order)` which returns 201 for a new order, 200 for the same order again, which it
# leaves alone whatever has become of it, and 409 for *another* order under an id that is taken. `item_of(order)` makes the item,
# `order_in(item)` is the order as it was sent. The check sends an order, repeats it, sends a different one, and once puts a copy there in
# the very moment of your write.

# %%
from orderlab.exercises.chapter02.items import order_in

ex = lab.exercise("2.4")
store_order = None
### BEGIN SOLUTION
def store_order(dynamodb, table, order):
    try:
        dynamodb.put_item(TableName=table, Item=item_of(order),
            ConditionExpression="attribute_not_exists(order_id)", ReturnValuesOnConditionCheckFailure="ALL_OLD")
    except dynamodb.exceptions.ConditionalCheckFailedException as refusal:
        return 200 if order_in(refusal.response["Item"]) == order else 409
    return 201
### END SOLUTION
ex.check(store_order)

# %% [markdown]
# So an id that the client chose, and one condition, make "at least once" into "once in effect". `accept-order` does just this,
# in `orderlib/storage.py`.
#
# ## 2.9 What it costs: units
#
# Reads and writes are counted in units, by size, names of attributes included:
#
# | | unit | counted |
# |---|---|---|
# | read, strongly consistent | 1 for each 4 KB begun | each item by itself; a Query or Scan once, on the sum of what it read |
# | read, eventually consistent | half of that | |
# | read in a transaction | twice | |
# | write | 1 for each 1 KB begun | the larger of before and after; each index by itself |
# | write in a transaction | twice | |
#
# A read of something that is not there is charged, and so is a write whose condition fails.
#
# **Exercise 2.5** By arithmetic: how many units do these consume?

# %%
from orderlab.exercises.chapter02.e5_units import CALLS

for letter, call in CALLS.items():
    print(f"{letter}  {call}")

# %%
ex = lab.exercise("2.5")
units = {"a": None, "b": None, "c": None, "d": None, "e": None, "f": None, "g": None}
### BEGIN SOLUTION
units = {"a": 2, "b": 1, "c": 10, "d": 2, "e": 2, "f": 3, "g": 7}
### END SOLUTION
ex.check(units)

# %% [markdown]
# And by measurement. Every call tells what it consumed if you ask. Here the sizes of real orders, by arithmetic, against what the
# table says to a conditional put of each:

# %%
from orderlab.exercises.chapter02.items import item_size, write_units

rows = []
for order in orders[600:608]:
    used = quiet.put_item(TableName="orders", Item=item_of(order), ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    rows.append({"bytes": item_size(item_of(order)), "reckoned": write_units(order),
        "measured": int(used["CapacityUnits"]), "of it table": int(used["Table"]["CapacityUnits"]),
        "indexes": int(sum(part["CapacityUnits"] for part in used["GlobalSecondaryIndexes"].values()))})
    _ = quiet.delete_item(TableName="orders", Key={"order_id": {"S": order["order_id"]}})
orderlab.Table(rows)

# %% [markdown]
# More than half of the bill is indexes. `customer-orders` copies the whole item; with keys only, the largest of these would cost 6 units
# instead of 9, the small ones as many as now (no write is below one unit), and every read would be two reads.
#
# ## 2.10 A hot key
#
# A table's capacity is spread over *partitions*. One partition takes at most 3,000 read units and 1,000 write units a second, and
# all items of one partition key live together. On demand or not: that is a limit of the key, not of the table.
#
# To reach it here, one item of 390 KB is enough: each change of it, however small, costs 390 units. First 40 changes of one item,
# from eight clients at once, then 40 changes spread over twenty. The client does not try again, so that you see the refusals.

# %%
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

once = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))

def change(key):
    try:
        once.update_item(TableName="sales", Key={"store": {"S": key}}, UpdateExpression="ADD orders :one",
                         ExpressionAttributeValues={":one": {"N": "1"}})
    except once.exceptions.ClientError as refusal:
        return refusal.response
    return None

# %%
with lab.journal.paused():
    _ = once.create_table(TableName="sales", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "store", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "store", "KeyType": "HASH"}])
    once.get_waiter("table_exists").wait(TableName="sales", WaiterConfig={"Delay": 1})
    for key in ["s-367", *(f"s-367#{number}" for number in range(20))]:
        time.sleep(0.05)
        _ = once.put_item(TableName="sales", Item={"store": {"S": key}, "notes": {"S": "x" * 390_000}})
    time.sleep(1)
    with ThreadPoolExecutor(8) as clients:
        hot = list(clients.map(change, ["s-367"] * 40))
    spread = [change(f"s-367#{number % 20}") for number in range(40)]
    _ = once.delete_table(TableName="sales")
refusal = next(filter(None, hot))
print("one key: some refused,", refusal["Error"]["Code"])
print("reason:", refusal.get("throttlingReasons", refusal.get("ThrottlingReasons"))[0]["reason"])
print("twenty keys: refused", sum(map(bool, spread)), "of", len(spread))

# %% [markdown]
# *Key range*: the table had room, the key had not. (AWS's *adaptive capacity* gives a busy partition more of the table's capacity and
# may split partitions, but it can't split one item or go beyond those limits. DAX, in chapter 06, takes reads off a hot key; writes
# have to be spread.)
#
# **Exercise 2.6** A table counts and lists orders by store, with the store's id as partition key, and a promotion brings 5,000 orders a second to
# one store. Write `write_key(order)`, the partition key under which an order is put, and `read_keys(store_id)`, all keys that a reader
# has to ask for; hand over `(write_key, read_keys)`. A repeated order must strike the same key.

# %%
ex = lab.exercise("2.6")
write_key, read_keys = None, None
### BEGIN SOLUTION
import zlib

def write_key(order):
    return f"{order['store_id']}#{zlib.crc32(order['order_id'].encode()) % 10}"

def read_keys(store_id):
    return [f"{store_id}#{number}" for number in range(10)]
### END SOLUTION
ex.check((write_key, read_keys))

# %% [markdown]
# `orders` itself needs none of that: its key is different for every order, which is as even as it gets. Of its indexes,
# `open-orders` is the one to watch, since its key is the store.
#
# ## 2.11 On demand or provisioned
#
# **On demand** (`PAY_PER_REQUEST`) bills each unit. A new table takes up to 4,000 write and 12,000 read units a second at once, and absorbs
# twice its earlier peak. **Provisioned** bills an hour of so many units *a second*, used or not; what you don't use is kept for up to 300
# seconds of *burst*, and what goes beyond is refused. Two units a second, and a burst of writes:

# %%
with lab.journal.paused():
    _ = once.create_table(TableName="small", AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 2})
    once.get_waiter("table_exists").wait(TableName="small", WaiterConfig={"Delay": 1})
    refused = None
    for number in range(40):
        try:
            item = {"id": {"S": str(number)}, "text": {"S": "x" * 30_000}}
            _ = once.put_item(TableName="small", Item=item)
        except once.exceptions.ProvisionedThroughputExceededException as refusal:
            refused = refusal.response
    _ = once.delete_table(TableName="small")
print(refused["Error"]["Code"])
print(refused.get("ThrottlingReasons", refused.get("throttlingReasons"))[0]["reason"])

# %% [markdown]
# An SDK tries again, with growing pauses, so a short throttle is a delay; a long one is an error. A GSI with too little write
# capacity throttles the writes of its table.
#
# Now the customer's real week. This shop is small: two units a second would do. So take one a thousand times as large, with the same
# hours. The demand is counted from the real orders' sizes; the week against a capacity is **simulated**, minute by minute, with 300 s of
# burst, all capacity as one pool, nobody trying again.

# %%
from orderlab.exercises.chapter02.week import CHECKED_ON, on_demand_usd, provisioned, units_by_hour

week = units_by_hour()
peak, mean = max(week) / 3600, sum(week) / len(week) / 3600
figure, axes = pyplot.subplots(figsize=(9, 2.4))
_ = axes.bar(range(168), [units / 3600 for units in week], color="#0b62a8")
_ = axes.axhline(mean, color="#b35900", label="average")
_ = axes.set(xlabel="hour of the week", ylabel="write units a second")
_ = axes.legend(loc="upper left")
orderlab.measured_plot(figure, f"Write units by hour: {mean:.0f} on average, {peak:.0f} at the peak.")

# %% [markdown]
# A choice for each taste, for that week and for one in which a promotion multiplies the demand by ten for the last evening:

# %%
import math

from orderlab.exercises.chapter02.week import with_promotion

rows = [{"write capacity": "on demand", "USD a week": f"$ {on_demand_usd():.2f}", "refused": "0.0 %",
         "USD with promotion": f"$ {on_demand_usd(with_promotion()):.2f}", "refused then": "0.0 %"}]
for name, capacity in (("average", math.ceil(mean)), ("twice the average", math.ceil(2 * mean)), ("peak", math.ceil(peak))):
    (run, usd), (then, _) = provisioned(capacity), provisioned(capacity, units=with_promotion())
    rows.append({"write capacity": f"{name}, {capacity} units", "USD a week": f"$ {usd:.2f}",
        "refused": f"{run.refused_share:.1%}", "USD with promotion": f"$ {usd:.2f}",
        "refused then": f"{then.refused_share:.1%}"})
orderlab.Table(rows, caption=f"Simulated; second-hand prices of {CHECKED_ON}, us-east-1")

# %% [markdown]
# When does the choice flip? Compare how much dearer a unit is on demand with how far the peak lies above the average:

# %%
from orderlab.exercises.chapter02.week import WRITE_REQUEST_UNIT, WRITE_UNIT_HOUR

dearer = WRITE_REQUEST_UNIT.usd / WRITE_REQUEST_UNIT.per * 3600 / WRITE_UNIT_HOUR.usd
print(f"a unit on demand costs {dearer:.1f} times a provisioned one that is used all the time")
print(f"this week's peak is {peak / mean:.1f} times its average")

# %% [markdown]
# Nearly the same: so the week's peak, provisioned, and on demand cost nearly the same too. A load more even than that is cheaper
# provisioned, a more uneven one on demand. *Auto scaling* moves provisioned capacity after the fact, within minutes; *scheduled
# scaling* by the clock.
#
# **Exercise 2.7 (open)** Find provisioned write capacity for the week (without promotion) that costs at most $5.00 and refuses at most
# 0.5 % of the units. Hand over one number, 24 numbers by hour of the day (UTC), or 168. `provisioned(capacity)` tries one.

# %%
ex = lab.exercise("2.7")
capacity = None
### BEGIN SOLUTION
capacity = [max(1, math.ceil(max(week[hour::24]) / 3600)) for hour in range(24)]
### END SOLUTION
ex.check(capacity)

# %% [markdown]
# ## 2.12 What else a table has
#
# | setting | choices | for the orders |
# |---|---|---|
# | table class | `STANDARD`, `STANDARD_INFREQUENT_ACCESS` (storage cheaper, requests dearer) | standard; a table of old orders, the other |
# | encryption at rest | always; AWS-owned key (default), AWS-managed key, your own KMS key | AWS-owned; your own if someone must be able to revoke it |
# | TTL | an attribute with a time in seconds; DynamoDB deletes the item some time after | not for orders; for drafts and tokens |
# | point-in-time recovery (PITR) | restore to any second of up to 35 days, into a new table | on, in production |
# | streams | every change, in order for each item, for 24 hours | chapter 03 stands on it |
# | global tables | replicas in other Regions, eventually consistent by default, or strongly | when a Region may fail, or customers are far |
#
# Each is a call, and none needs a new table:

# %%
_ = quiet.create_table(TableName="drafts", BillingMode="PAY_PER_REQUEST", TableClass="STANDARD_INFREQUENT_ACCESS",
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}])
quiet.get_waiter("table_exists").wait(TableName="drafts", WaiterConfig={"Delay": 1})
ttl = {"Enabled": True, "AttributeName": "expires_at"}
_ = quiet.update_time_to_live(TableName="drafts", TimeToLiveSpecification=ttl)
_ = quiet.update_continuous_backups(TableName="drafts",
    PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
_ = quiet.update_table(TableName="drafts", StreamSpecification=stream)

# %%
table = quiet.describe_table(TableName="drafts")["Table"]
backups = quiet.describe_continuous_backups(TableName="drafts")["ContinuousBackupsDescription"]
print("class: ", table["TableClassSummary"]["TableClass"])
print("TTL by:", quiet.describe_time_to_live(TableName="drafts")["TimeToLiveDescription"]["AttributeName"])
print("PITR:  ", backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"])
print("stream:", table["StreamSpecification"]["StreamViewType"])
_ = quiet.delete_table(TableName="drafts")

# %% [markdown]
# ## 2.13 The order service, with a memory
#
# The table is yours; the rest of this step has nothing to do with DynamoDB: `accept-order` gets the right to `PutItem` and stores each
# order with the condition of exercise 2.4; then it calls the three services, each with a table of its own; `read-orders` answers
# `GET /orders/{orderId}` and `GET /customers/{customerId}/orders`. `architecture.build` does it with the same boto3 calls that you know,
# and leaves your table as it is.

# %%
from orderlab.orders import architecture

architecture.build(lab.target, 2)
functions = lab.client("lambda").list_functions()["Functions"]
print("functions:", ", ".join(sorted(each["FunctionName"] for each in functions)))
print("tables:   ", ", ".join(dynamodb.list_tables()["TableNames"]))

# %% [markdown]
# One order, through the front door, and read back by its id and by its customer:

# %%
import json
import urllib.error
import urllib.request

from orderlab.orders.parts.api import api_address

def call(path, body=None):
    request = urllib.request.Request(api_address(lab.target) + path, json.dumps(body).encode() if body else None)
    request.add_header("Content-Type", "application/json")
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as refusal:
        answer = refusal
    return answer.status, json.loads(answer.read())

# %%
order = {**orders[700], "order_id": "o-first-stored"}
for attempt in ("first", "again"):
    print(attempt, call("/orders", order)[0])
print("another under its id", call("/orders", {**order, "coupon_cents": 1})[0])
print("by id:", call("/orders/o-first-stored")[1]["status"])
page = call(f"/customers/{order['customer_id']}/orders?limit=5")[1]["orders"]
print("of its customer:", [each["order_id"] for each in page])

# %% [markdown]
# 201, 200, 409: the three answers of exercise 2.4, now for any client.
#
# ## 2.14 What is deployed now

# %%
lab.diagram()

# %% [markdown]
# New since the chapter began: the four tables, the three services, `read-orders` and the two `GET` methods.
#
# ## 2.15 Which requirements are met
#
# The experiments of chapter 00, on what stands now. (R2 is left for chapter 03: here every waiting customer holds four
# environments, and each is a process on your machine. `lab.scoreboard("R2")` takes half a minute.)

# %%
score = lab.scoreboard("R1", "R3", "R4", "R5", "R6")
score

# %% [markdown]
# R4 turned green: all that an order passes shows its id in a log or a record. R5 stays green: tables on demand cost nothing for requests
# while nobody orders, and there is no server in the list. R3 is red: a fourth service would mean another call in `accept-order`.
# And R1? Break shipping, send an order, repair it, send the order again:

# %%
from orderlab.requirements.on_the_cloud import CloudSystem

system = CloudSystem(lab.target)
order = {**orders[701], "order_id": "o-bad-day"}
system.break_service("shipping")
status, body = call("/orders", order)
print("shipping broken: ", status, body["message"])
print("in the table:    ", call("/orders/o-bad-day")[0] == 200)
system.mend("shipping")
print("sent again:      ", call("/orders", order)[0])
applied = {name: int(dynamodb.get_item(TableName=name, Key={"order_id": {"S": "o-bad-day"}})["Item"]["applied"]["N"])
           for name in ("inventory", "invoicing", "shipping")}
print("work done:       ", applied)

# %% [markdown]
# R1 and R6 are red still: a failing service fails the order, and a slow one makes the customer wait. But compare chapter 00: the order was
# stored first, the repeat was harmless, and no service did its work twice. The condition mended the books before
# anything was decoupled.
#
# ## Then and now
#
# | the notes of 2023 said | now |
# |---|---|
# | Aurora is serverless, and you pay for what is consumed | Aurora is provisioned, unless you choose Serverless v2 (steps of 0.5 ACU up to 256, minimum 0 with a pause) or Aurora DSQL |
# | (nothing on waking up) | from 0 ACU about 15 s, after a day's pause about 30 s (second-hand); RDS Proxy prevents the pause |
# | Aurora or DynamoDB | a third: Aurora DSQL, serverless SQL |
# | RDS Proxy is a server that you have to manage | a managed proxy, paid by the hour, in your VPC |
# | provisioned means how much data a second | it means units a second: 4 KB a read, 1 KB a write |
# | DynamoDB's default is provisioned | the guide calls on-demand the default and recommends it; `CreateTable` without `BillingMode` still means provisioned (recalled), so say which |
# | you cannot create multiple tables | 2,500 an account by default; what is missing are joins and foreign keys |
# | no joins; use indexes | so it is: 20 GSIs, 5 LSIs (only with the table; 10 GB for each partition key value) |
# | model the data before you create the table | key and LSIs are fixed; GSIs can be added later |
# | partition key, and a sort key if it is not unique | so it is; a GSI's key may have four and four attributes since November 2025 |
# | global tables keep Regions in sync | eventually by default; strong consistency can be chosen since 2025 |
# | a stream shows each change exactly once | once in the log; a function may see it more than once |
# | DAX: microseconds, at a cost | for eventually consistent hits; it needs a VPC and is paid by node and hour |
#
# Right then and now: Aurora is MySQL- and PostgreSQL-compatible; DynamoDB needs little operation; two table classes; items and
# attributes are about rows and columns, 400 KB at most; an index avoids the scan; three kinds of encryption keys; functions
# exhaust Aurora's connections and not DynamoDB, which throttles instead; streams hold 24 hours and cost the table
# no speed.
#
# ## Decision record 02
#
# | | |
# |---|---|
# | **Chosen** | DynamoDB, on demand; a table a service; `orders` by `order_id`, with `customer-orders` and the sparse `open-orders`; every write of an order conditional |
# | **Considered** | Aurora MySQL with RDS Proxy (joins and ad-hoc reports, but paid by the hour, and R2 needs its size guessed); Aurora DSQL (SQL without the storm; younger); a single table; provisioned capacity by schedule (half the price of this week, and somebody has to know the next one) |
# | **Would change the choice** | questions that nobody can list beforehand; reports over everything as a daily need; a load so even that its peak stays below three times its average; a team that knows only SQL |
#
# ## Quiz

# %%
lab.quiz()

# %% [markdown]
# ## What to remember
#
# - Begin with the questions. A key answers one; each other needs an index, or a scan.
# - A function keeps a connection that it does not use. DynamoDB has none; it throttles instead.
# - `attribute_not_exists` makes a repeated order harmless, in one step.
# - You pay for what is read and written, rounded up, indexes included; filters save nothing.
# - On demand is the price of not knowing the load.
#
# Read on: [core components](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html) ·
# [partition keys](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html) ·
# [global secondary indexes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html) ·
# [on-demand capacity](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html) ·
# [Aurora's auto-pause](https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html)
#
# Next: `03_streams_to_sns.ipynb`, where the three calls leave the request. Stop the cloud of this chapter when you are done here.

# %%
lab.finish()
