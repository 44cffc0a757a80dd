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
# At the end of this chapter you can
#
# - choose a database by its pattern of use, and say what a thousand functions do to one with a connection limit;
# - turn questions into keys and indexes, and count what a read or write costs;
# - store an order once, however often it is sent;
# - choose between on-demand and provisioned capacity for a real week.

# %% tags=["learner"]
import orderlab

lab = orderlab.start(chapter=2)

# %% tags=["solution"]
import orderlab

lab = orderlab.start(chapter=2, fresh=True)

# %% [markdown]
# Chapter 01's system is deployed. What this chapter adds is grey:

# %%
lab.diagram()

# %% [markdown]
# ## 2.1 Which database?
#
# > **The customer**: "Your new front door takes every order. But where *are* they? It hands out a receipt and forgets.
# > And don't put our old MySQL behind it. A friend of mine did, and on the day of his sale all his functions said
# > *Too many connections*."

# %% [markdown]
# | | what it is | fits when | connections | paid by |
# |---|---|---|---|---|
# | **RDS for MySQL** | MySQL on an instance that AWS patches and backs up | the program stays as it is; any query, joins, steady load | limited by memory | hour of instance |
# | **Aurora** | RDS with storage of its own; MySQL- and PostgreSQL-compatible | the same at higher load, many read replicas | limited by memory | hour of instance |
# | **Aurora Serverless v2** | Aurora whose capacity moves in steps of 0.5 ACU, down to 0 | SQL with load that comes and goes | limited, follows capacity | hour of ACU |
# | **Aurora DSQL** | serverless, distributed, PostgreSQL-compatible | SQL for bursts of functions | many short ones | work done |
# | **DynamoDB** | tables of items by key, called over HTTPS | the questions are known, each by a key; any load | none | request, or hour of capacity |

# %% [markdown]
# AWS has more, each for a pattern of its own: **ElastiCache** and **MemoryDB** keep data in memory, **Neptune** stores graphs, **Redshift** is a warehouse for reports over everything.
#
# Choose by the pattern of use. Ad-hoc reports with joins: SQL. "An order by its id", 178 times a second for a minute and then nothing: DynamoDB. This customer's questions are few and known.
#
# First, the friend. An SQL connection is a session: the database keeps memory for each, and has a limit, `max_connections`. A program on one machine opens a few and shares them. A Lambda environment takes one request at a time and can share with nobody, so each opens its own and keeps it while it is frozen.

# %%
lab.picture("connections")

# %%
lab.predict("2.p1", "178 requests a second, 0.9 s each, with one query of 20 ms in it. The "
            "database takes 85 connections. How do the requests fare?", [
    "well: only 4 queries run at the same time", "a few are refused at the start",
    "about half of them are refused"])

# %% [markdown]
# What follows is a **simulation**, since no MySQL runs here. It is seeded, and this table holds all of its assumptions. Arrivals follow the course's scale: 18 orders a second in the busiest hour, 178 in the promotion.

# %%
direct, proxied = lab.connection_storm(proxy=False), lab.connection_storm(proxy=True)
direct.assumptions()

# %%
share = direct.refused / direct.requests
said = "about half of them are refused" if 0.3 < share < 0.7 else f"{share:.0%} are refused"
lab.compare("2.p1", said, "178 requests a second times 0.9 s are 160 environments, and each "
            "holds a connection, whether it is querying or not.")

# %% tags=["claim"]
assert 0.3 < share < 0.7 and proxied.refused == 0

# %%
lab.plot("85 connections are soon taken; a proxy needs far fewer (simulated)",
         {"own connections": direct.open_by_time, "through a proxy": proxied.open_by_time},
         x=direct.times, x_label="seconds", y_label="open connections",
         limit=(85, "max_connections"), n=direct.requests, seed=1)

# %% [markdown]
# The database is nearly idle, and says no. **RDS Proxy** keeps a pool of sessions and lends one for each transaction, so a request waits a little instead of being refused. AWS runs it; it is paid by the hour and lives in your VPC. A proxy makes no query faster.
#
# Other answers are the RDS Data API (SQL over HTTPS), Aurora DSQL, or fewer environments by reserved concurrency, which moves the refusal to your front door. DynamoDB has no sessions: every call is an HTTPS request. Its limits show as *throttling* (section 2.7).

# %% [markdown]
# ## 2.2 Questions first, then a key
#
# > **The customer**: "Three questions come all day. Where is order 4711? What has this customer ordered, newest first? Which orders of this store are still open?"
#
# In SQL you store facts and ask what you like later. In DynamoDB you begin with the questions, called **access patterns**, because each needs a key or an index that was made for it:
#
# | | access pattern | how often |
# |---|---|---|
# | P1 | create, read, change, delete an order by its `order_id` | every order, several times |
# | P2 | the orders of a customer, newest first, page by page | whenever she looks |
# | P3 | the open orders of a store, oldest first | the warehouse, all day |

# %%
lab.picture("key")

# %% [markdown]
# A **table** holds **items** (like rows) of at most 400 KB, and an item has **attributes** (like columns); no two items need have the same ones. The **primary key** finds an item and makes it unique. It is one attribute, the **partition key** (`HASH`), or two, with a **sort key** (`RANGE`): then the pair is unique.
#
# **See it on something small.** A table of drafts: many for each author, each with a name. Only attributes of a key are declared, with a type: `S` is text, `N` a number.

# %%
dynamodb = lab.client("dynamodb")
lab.remove("drafts")  # so that you can run this cell again
dynamodb.create_table(
    TableName="drafts", BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("author", "name")],
    KeySchema=[{"AttributeName": "author", "KeyType": "HASH"},
               {"AttributeName": "name", "KeyType": "RANGE"}])
dynamodb.get_waiter("table_exists").wait(TableName="drafts", WaiterConfig={"Delay": 1})
for name, words in (("letter", "120"), ("list", "8"), ("letter", "150")):
    dynamodb.put_item(TableName="drafts", Item={
        "author": {"S": "ada"}, "name": {"S": name}, "words": {"N": words}})

# %% [markdown]
# Three puts. How many drafts? In the API every value carries its type, so an item looks a little wordy:

# %%
for item in dynamodb.scan(TableName="drafts")["Items"]:
    print(item["author"]["S"], item["name"]["S"], item["words"]["N"])

# %% tags=["claim"]
assert dynamodb.scan(TableName="drafts")["Count"] == 2

# %% [markdown]
# Two: the second `letter` *replaced* the first, because author and name together are the key.
#
# #### Exercise 2.1 The orders' table
#
# Create the table `orders` so that P1 is answered: any order by its `order_id` alone, and no two under one id. It is paid by request.

# %%
ex = lab.exercise("2.1").again()
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
# Now the first 400 orders of the real week. `lab.item(order)` makes an item of an order; four attributes in it are ours, among them `status` and `open_at_store`:

# %%
lab.catch_up("2.1")
orders = lab.week()[:400]
lab.fill("orders", orders)
key = {"order_id": {"S": orders[0]["order_id"]}}
for consistent in (False, True):
    answer = dynamodb.get_item(TableName="orders", Key=key, ConsistentRead=consistent,
                               ReturnConsumedCapacity="TOTAL")
    print(f"ConsistentRead={consistent}:", answer["ConsumedCapacity"]["CapacityUnits"], "units")

# %% [markdown]
# P1 is answered by one `GetItem`. A read may be a moment behind the last write; it is **eventually consistent**. `ConsistentRead=True` is never behind, and costs twice as much.
#
# ## 2.3 A customer's orders
#
# > **The customer**: "And when she only knows who she is?"
#
# P2 names no `order_id`. Without another key there is only `Scan`, which reads everything and keeps what fits:

# %%
customer = "c-1660"
scan = dynamodb.scan(
    TableName="orders", FilterExpression="customer_id = :c",
    ExpressionAttributeValues={":c": {"S": customer}}, ReturnConsumedCapacity="TOTAL")
print(f"{scan['ScannedCount']} items read, {scan['Count']} kept, "
      f"{scan['ConsumedCapacity']['CapacityUnits']} read units")

# %% tags=["claim"]
assert scan["ScannedCount"] > scan["Count"] > 0

# %% [markdown]
# An **index** is a copy of the items under another key, kept by DynamoDB. Its *projection* says which attributes it copies: `KEYS_ONLY`, `INCLUDE` or `ALL`.
#
# | | global secondary index (**GSI**) | local secondary index (**LSI**) |
# |---|---|---|
# | partition key | any attribute | the table's |
# | made | with the table or later, up to 20 | only with the table, up to 5 |
# | reads | eventually consistent only | strongly consistent too |
# | capacity | its own | the table's |
# | size | no limit | 10 GB for each partition key value |

# %%
lab.picture("index")

# %% [markdown]
# **See it on `drafts`.** Which draft of an author is the longest? A GSI sorts them by `words`. `Query` finds all items with one partition key in the order of the sort key, and `ScanIndexForward=False` turns that order round:

# %%
dynamodb.update_table(
    TableName="drafts",
    AttributeDefinitions=[{"AttributeName": "author", "AttributeType": "S"},
                          {"AttributeName": "words", "AttributeType": "N"}],
    GlobalSecondaryIndexUpdates=[{"Create": {
        "IndexName": f"by-words-{len(lab.indexes('drafts'))}",
        "KeySchema": [{"AttributeName": "author", "KeyType": "HASH"},
                      {"AttributeName": "words", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "ALL"}}}])
lab.wait_for(lambda: lab.indexes("drafts").get("by-words-0") == "ACTIVE")
longest = dynamodb.query(
    TableName="drafts", IndexName="by-words-0", KeyConditionExpression="author = :a",
    ExpressionAttributeValues={":a": {"S": "ada"}}, ScanIndexForward=False, Limit=1)
print(longest["Items"][0]["name"]["S"], longest["Items"][0]["words"]["N"])

# %% [markdown]
# An LSI has the table's partition key and another sort key, and must be made with the table. It can be read strongly consistent. A GSI can't:

# %%
of_ada = {"TableName": "drafts", "KeyConditionExpression": "author = :a",
          "ExpressionAttributeValues": {":a": {"S": "ada"}}, "ConsistentRead": True}
try:
    dynamodb.query(**of_ada, IndexName="by-words-0")
except dynamodb.exceptions.ClientError as refusal:
    print(refusal.response["Error"]["Message"])

# %% [markdown]
# Here is an LSI, made with its table, read right after the write:

# %%
lab.remove("notes")
by_age = [{"AttributeName": "author", "KeyType": "HASH"},
          {"AttributeName": "at", "KeyType": "RANGE"}]
dynamodb.create_table(
    TableName="notes", BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"}
                          for n in ("author", "id", "at")],
    KeySchema=[{"AttributeName": "author", "KeyType": "HASH"},
               {"AttributeName": "id", "KeyType": "RANGE"}],
    LocalSecondaryIndexes=[{"IndexName": "by-age", "KeySchema": by_age,
                            "Projection": {"ProjectionType": "KEYS_ONLY"}}])
note = {"author": {"S": "ada"}, "id": {"S": "n1"}, "at": {"S": "2017"}}
dynamodb.put_item(TableName="notes", Item=note)
print(dynamodb.query(**{**of_ada, "TableName": "notes"}, IndexName="by-age")["Count"])

# %% [markdown]
# #### Exercise 2.2 A customer's orders, newest first
#
# Give `orders` a GSI named `customer-orders` that answers P2, with whole items in it. Then write `orders_of(dynamodb, table, customer_id, limit)`, which returns the newest `limit` items of a customer, newest first. The check waits until the index is `ACTIVE`.

# %%
ex = lab.exercise("2.2").again()
### BEGIN SOLUTION
_ = dynamodb.update_table(
    TableName="orders",
    AttributeDefinitions=[{"AttributeName": "customer_id", "AttributeType": "S"},
                          {"AttributeName": "placed_at", "AttributeType": "S"}],
    GlobalSecondaryIndexUpdates=[{"Create": {
        "IndexName": "customer-orders",
        "KeySchema": [{"AttributeName": "customer_id", "KeyType": "HASH"},
                      {"AttributeName": "placed_at", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "ALL"}}}])
### END SOLUTION

# %%
orders_of = None
### BEGIN SOLUTION


def orders_of(dynamodb, table, customer_id, limit):
    return dynamodb.query(
        TableName=table,
        IndexName="customer-orders",
        KeyConditionExpression="customer_id = :c",
        ExpressionAttributeValues={":c": {"S": customer_id}},
        ScanIndexForward=False,
        Limit=limit,
    )["Items"]


### END SOLUTION
ex.check(orders_of)

# %% [markdown]
# The same question by Scan and by Query, while the table grows from 400 orders to 1,600:

# %%
lab.catch_up("2.2")
by_customer = {"TableName": "orders", "IndexName": "customer-orders",
               "KeyConditionExpression": "customer_id = :c",
               "ExpressionAttributeValues": {":c": {"S": customer}}}
sizes, scans, queries = [400, 800, 1200, 1600], [], []
for size in sizes:
    lab.fill("orders", lab.week()[size - 400:size])
    for call, request, units in ((dynamodb.scan, {"TableName": "orders"}, scans),
                                 (dynamodb.query, by_customer, queries)):
        answer = call(**request, ReturnConsumedCapacity="TOTAL")
        units.append(answer["ConsumedCapacity"]["CapacityUnits"])
lab.plot("A scan pays for what the table holds, a query for what it finds",
         {"Scan": scans, "Query": queries}, x=sizes, x_label="orders", y_label="read units")

# %% tags=["claim"]
assert scans[-1] > 10 * queries[-1] and scans[-1] > scans[0]

# %% [markdown]
# (A scan stops at 1 MB a call: the flat end of its line is one page, not the whole table.) A Scan in the path of a customer is a design error. For a nightly export it can be right.
#
# "Page by page": a Query answers with at most 1 MB, or `Limit` items, and with a `LastEvaluatedKey` if there is more. That is the next call's `ExclusiveStartKey`:

# %%
request, pages = {**by_customer, "Limit": 3, "ScanIndexForward": False}, 0
while request:
    answer = dynamodb.query(**request)
    pages += 1
    more = answer.get("LastEvaluatedKey")
    request = {**request, "ExclusiveStartKey": more} if more else None
print("pages:", pages)

# %% [markdown]
# ## 2.4 Open orders: an index that forgets
#
# > **The customer**: "The warehouse doesn't care about last year. It wants what is still to do."
#
# After a year the table holds 165 million orders, and a few thousand are open. An item that lacks an index's key attribute is *not in the index*. Such an index is called **sparse**.

# %%
lab.picture("sparse index")

# %% [markdown]
# **See it on `drafts`.** An index by `due`, and only one of two drafts has a date. `UpdateItem` changes attributes: `SET` gives them a value, `REMOVE` takes them away. `attribute_exists(...)` in a condition refuses to make an item that isn't there:

# %%
lab.remove("drafts")
dynamodb.create_table(
    TableName="drafts", BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("name", "due")],
    KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
    GlobalSecondaryIndexes=[{"IndexName": "due", "Projection": {"ProjectionType": "KEYS_ONLY"},
                             "KeySchema": [{"AttributeName": "due", "KeyType": "HASH"}]}])
dynamodb.put_item(TableName="drafts", Item={"name": {"S": "letter"}, "due": {"S": "friday"}})
dynamodb.put_item(TableName="drafts", Item={"name": {"S": "list"}})
due = {"TableName": "drafts", "IndexName": "due", "Select": "COUNT"}
lab.wait_for(lambda: dynamodb.scan(**due)["Count"] == 1)
print("in the index:", dynamodb.scan(**due)["Count"], "of two drafts")

# %%
remove = {"TableName": "drafts", "UpdateExpression": "REMOVE due",
          "ConditionExpression": "attribute_exists(due)"}
dynamodb.update_item(**remove, Key={"name": {"S": "letter"}})
lab.wait_for(lambda: dynamodb.scan(**due)["Count"] == 0)
print("in the index:", dynamodb.scan(**due)["Count"])
try:
    dynamodb.update_item(**remove, Key={"name": {"S": "nobody"}})
except dynamodb.exceptions.ConditionalCheckFailedException as refusal:
    print(refusal.response["Error"]["Code"])

# %% tags=["claim"]
assert dynamodb.scan(**due)["Count"] == 0

# %%
lab.predict("2.p2", "Without that condition: what does UpdateItem do for an unknown key?", [
    "nothing", "it raises ResourceNotFoundException", "it makes an item with that key"])

# %%
nobody = {"name": {"S": "nobody"}}
dynamodb.update_item(TableName="drafts", Key=nobody, UpdateExpression="REMOVE due")
made = dynamodb.get_item(TableName="drafts", Key=nobody).get("Item")
lab.compare("2.p2", "it makes an item with that key" if made else "nothing", "an update of an item "
            "that isn't there is a put. A condition prevents it.")

# %% tags=["claim"]
assert made

# %% [markdown]
# #### Exercise 2.3 Open orders of a store
#
# Every order has `open_at_store` with its store's id as long as it is open. Add the index `open-orders` for P3 (keys are enough as its projection, oldest first). Then write `close_order(dynamodb, table, order_id)`: afterwards the order is whole, and no longer in the index. An `order_id` that doesn't exist must not become an order.

# %%
ex = lab.exercise("2.3").again()
### BEGIN SOLUTION
_ = dynamodb.update_table(
    TableName="orders",
    AttributeDefinitions=[{"AttributeName": "open_at_store", "AttributeType": "S"},
                          {"AttributeName": "placed_at", "AttributeType": "S"}],
    GlobalSecondaryIndexUpdates=[{"Create": {
        "IndexName": "open-orders",
        "KeySchema": [{"AttributeName": "open_at_store", "KeyType": "HASH"},
                      {"AttributeName": "placed_at", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"}}}])
### END SOLUTION

# %%
close_order = None
### BEGIN SOLUTION


def close_order(dynamodb, table, order_id):
    dynamodb.update_item(
        TableName=table,
        Key={"order_id": {"S": order_id}},
        UpdateExpression="REMOVE open_at_store",
        ConditionExpression="attribute_exists(order_id)",
    )


### END SOLUTION
ex.check(close_order)

# %% [markdown]
# An index follows its table a moment later. On a quiet table that moment is short; this run measured it, from the put until the index knows the order:

# %%
import time

lab.catch_up("2.3")
late = lab.item(lab.orders(1)[0])
store = {"TableName": "orders", "IndexName": "open-orders",
         "KeyConditionExpression": "open_at_store = :s",
         "ExpressionAttributeValues": {":s": late["open_at_store"]}}
before, began = dynamodb.query(**store)["Count"], time.perf_counter()
dynamodb.put_item(TableName="orders", Item=late)
lab.wait_for(lambda: dynamodb.query(**store)["Count"] > before)
print(f"the index followed after {1000 * (time.perf_counter() - began):.0f} ms")

# %% [markdown]
# Since November 2025 the key of a GSI may have several attributes, up to four for the partition and four for sorting. Before, one glued them into a text such as `s-367#ACCEPTED` and had to keep it in step.
#
# ### One table or several?
#
# There are no joins and no foreign keys. What is always read together can be kept together under one partition key; then one Query brings a customer and her orders. That is a *single table*, and it serves the questions that it was made for. Here each service has its own data, its own owner and its own rights, and no question crosses them: **several tables**.
#
# ## 2.5 Sent twice, stored once
#
# > **The customer**: "In the old shop she pressed the button again, and was billed again."
#
# Every client that gets no answer sends again. So do queues, and so does Lambda itself.

# %%
lab.predict("2.p3", "The warehouse has packed an order (status PACKED). The customer's phone "
            "sends it again, and your function calls PutItem again. What is in the table?", [
    "the packed order: an item with that key exists", "two items",
    "the order as it came first, status ACCEPTED"])

# %%
packed = {"name": {"S": "order"}, "status": {"S": "PACKED"}}
first = {"name": {"S": "order"}, "status": {"S": "ACCEPTED"}}
for item in (first, packed, first):
    dynamodb.put_item(TableName="drafts", Item=item)
status = dynamodb.get_item(TableName="drafts", Key={"name": {"S": "order"}})["Item"]["status"]["S"]
first_again = "the order as it came first, status ACCEPTED"
lab.compare("2.p3", first_again if status == "ACCEPTED" else status,
            "PutItem replaces an item with the same key, whatever has become of it.")

# %% tags=["claim"]
assert status == "ACCEPTED"

# %% [markdown]
# To look first and put then is no help: between the two calls there is a gap, and sooner or later a second copy of your function falls into it. A **conditional write** has no gap: DynamoDB looks and writes in one step.
#
# **See it on `drafts`.** A put on condition that the key is free. If it isn't, `ReturnValuesOnConditionCheckFailure="ALL_OLD"` brings the item that is there:

# %%
once = {"TableName": "drafts", "ConditionExpression": "attribute_not_exists(#n)",
        "ExpressionAttributeNames": {"#n": "name"},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
for item in ({"name": {"S": "memo"}}, {"name": {"S": "order"}}):
    try:
        dynamodb.put_item(**once, Item=item)
        print(item["name"]["S"], "stored")
    except dynamodb.exceptions.ConditionalCheckFailedException as refusal:
        print(item["name"]["S"], "is taken by", refusal.response["Item"]["status"]["S"])
dynamodb.delete_item(TableName="drafts", Key={"name": {"S": "memo"}})

# %% [markdown]
# (`#n` stands for the name, because `name` is one of DynamoDB's reserved words.)
#
# #### Exercise 2.4 Stored once
#
# Write `store_order(dynamodb, table, order)`. It returns 201 for a new order; 200 for the *same* order again, which it leaves alone whatever has become of it; 409 for *another* order under an id that is taken. `lab.item(order)` makes the item, and `lab.order_in(item)` is the order as it was sent.

# %%
ex = lab.exercise("2.4")
store_order = None
### BEGIN SOLUTION


def store_order(dynamodb, table, order):
    try:
        dynamodb.put_item(
            TableName=table,
            Item=lab.item(order),
            ConditionExpression="attribute_not_exists(order_id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as refusal:
        there = lab.order_in(refusal.response["Item"])
        return 200 if there == order else 409
    return 201


### END SOLUTION
ex.check(store_order)

# %% [markdown]
# An id that the client chose, and one condition, make "at least once" into "once in effect". The customer's `accept-order` does exactly this.
#
# ## 2.6 What it costs
#
# > **The customer**: "Who pays for all those copies?"
#
# You do. Reads and writes are counted in **units**, by size, names of attributes included:
#
# | | unit | counted |
# |---|---|---|
# | read, strongly consistent | 1 for each 4 KB begun | each item by itself; a Query or Scan once, on the sum of what it read |
# | read, eventually consistent | half of that | |
# | write | 1 for each 1 KB begun | the larger of before and after; each index by itself |
# | in a transaction | twice | |
#
# A read of something that isn't there is charged. So is a write whose condition fails.

# %% [markdown]
# **See it on `drafts`.** Items of 0.5 KB, 1.5 KB and 5 KB, written and read:

# %%
long, total = {"name": {"S": "long"}}, {"TableName": "drafts", "ReturnConsumedCapacity": "TOTAL"}
for size in (500, 1500, 5000):
    wrote = dynamodb.put_item(**total, Item={**long, "text": {"S": "x" * size}})
    read = dynamodb.get_item(**total, Key=long, ConsistentRead=True)
    print(f"{size} bytes: {wrote['ConsumedCapacity']['CapacityUnits']} write units,",
          f"{read['ConsumedCapacity']['CapacityUnits']} read units")

# %% [markdown]
# #### Exercise 2.5 Units by arithmetic
#
# How many units do these consume? Reckon; the check has measured.

# %%
ex = lab.exercise("2.5")
ex.material

# %%
units = {"a": None, "b": None, "c": None, "d": None, "e": None, "f": None, "g": None}
### BEGIN SOLUTION
units["a"], units["b"] = 2, 1
units["c"] = 20 * 0.5
units["d"] = units["e"] = 2
units["f"] = 3
units["g"] = units["f"] + 3 + 1
### END SOLUTION
ex.check(units)

# %% [markdown]
# On the real orders: what storing one consumes, and how much of it is for the two indexes.

# %%
table_units = index_units = 0
for order in lab.orders(8):
    used = dynamodb.put_item(TableName="orders", Item=lab.item(order),
                             ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    table_units += used["Table"]["CapacityUnits"]
    index_units += sum(i["CapacityUnits"] for i in used["GlobalSecondaryIndexes"].values())
lab.bars("More than half of the bill for writes is indexes (8 real orders)",
         {"the table": table_units, "its two indexes": index_units}, y_label="write units", n=8)

# %% tags=["claim"]
assert index_units > table_units

# %% [markdown]
# ## 2.7 A hot key
#
# > **The customer**: "At the promotion *one* store sells everything. Is that a problem?"
#
# It can be. A table's capacity is spread over **partitions**, and all items of one partition key live together:

# %%
lab.picture("partitions")

# %% [markdown]
# One partition takes at most 3,000 read units and 1,000 write units a second, whatever the table as a whole may take. To reach that here, one item of 390 KB is enough: each change of it costs 390 units, however small. Eight clients make 40 changes of one item; then the same eight spread 40 changes over twenty items.

# %%
hot = lab.hot_key(clients=8, changes=40, keys=1)
spread = lab.hot_key(clients=8, changes=40, keys=20)
print(f"one key:     {hot.refused} of 40 refused, {hot.reason or 'no reason'}")
print(f"twenty keys: {spread.refused} of 40 refused")

# %% tags=["claim"]
assert hot.refused >= spread.refused

# %% [markdown]
# *Key range* means: the table had room, the key had not. AWS's *adaptive capacity* gives a busy partition more of the table's capacity and can split a partition, but it can't split one item.
#
# #### Exercise 2.6 Spread a hot key
#
# A table keeps orders by store, with the store's id as partition key, and a promotion brings 5,000 orders a second to one store. Write `write_key(order)`, the partition key under which an order is put, and `read_keys(store_id)`, all keys that a reader has to ask for. A repeated order must strike the same key, in every environment.

# %%
ex = lab.exercise("2.6")
write_key, read_keys = None, None
### BEGIN SOLUTION
import zlib


def write_key(order):
    part = zlib.crc32(order["order_id"].encode()) % 10
    return f"{order['store_id']}#{part}"


def read_keys(store_id):
    return [f"{store_id}#{part}" for part in range(10)]


### END SOLUTION
ex.check(write_key, read_keys)

# %% [markdown]
# `orders` needs none of that: its key is different for every order. Of its indexes, `open-orders` is the one to watch, since its key is the store.
#
# ## 2.8 On demand or provisioned
#
# > **The customer**: "What will the table cost in a week like the one before Christmas?"
#
# **On demand** (`PAY_PER_REQUEST`) bills each unit. **Provisioned** bills an hour of so many units *a second*, used or not; what you don't use is kept for up to 300 seconds as *burst*, and what goes beyond is refused.
#
# The demand below is counted from the real orders' sizes, a thousand of the shop's for each in the sample:

# %%
week = lab.write_units_by_hour()
mean, peak = sum(week) / len(week) / 3600, max(week) / 3600
lab.plot("Write units a second, hour by hour", {"units": [units / 3600 for units in week]},
         x=[n / 24 for n in range(168)], x_label="days since Monday", y_label="units a second",
         mark="max mean")

# %% [markdown]
# `lab.provisioned(capacity)` **simulates** the week against a capacity, minute by minute, with 300 s of burst. Prices are second-hand. Provisioned at the mean, at twice the mean and at the peak:

# %%
usd = round(lab.on_demand_usd(), 2)
rows = [{"write capacity": "on demand", "USD a week": usd, "refused": "0.0 %"}]
for name, capacity in (("the mean", mean), ("twice the mean", 2 * mean), ("the peak", peak)):
    run = lab.provisioned(capacity)
    rows.append({"write capacity": name, "USD a week": round(run.usd, 2),
                 "refused": f"{run.refused_share:.1%}"})
orderlab.Table(rows)

# %% [markdown]
# The peak is three to four times the mean, and a unit on demand costs about as many times a provisioned one that is always used. So for this week the two cost nearly the same. A more even load is cheaper provisioned, a more uneven one on demand.
#
# #### Exercise 2.7 The real week (open)
#
# Find provisioned write capacity for the week that costs at most $ 5.00 and refuses at most 0.5 % of the units. Hand over one number, 24 numbers by hour of the day (UTC), or 168. `lab.provisioned(capacity)` tries one.

# %%
ex = lab.exercise("2.7")
capacity = None
### BEGIN SOLUTION
import math

capacity = [max(1, math.ceil(max(week[hour::24]) / 3600)) for hour in range(24)]
### END SOLUTION
ex.check(capacity)

# %% [markdown]
# That is *scheduled scaling*: cheaper than on demand for this week, and somebody has to know the next one. *Auto scaling* follows the load within minutes.
#
# ### What else a table has
#
# | setting | choices | for the orders |
# |---|---|---|
# | table class | standard, or infrequent access (storage cheaper, requests dearer) | standard; old orders the other |
# | encryption at rest | always; AWS-owned key, AWS-managed key, or your own in KMS | your own if somebody must be able to revoke it |
# | TTL | an attribute with a time in seconds; the item is deleted some time after | for drafts and tokens |
# | point-in-time recovery | restore to any second of up to 35 days, into a new table | on, in production |
# | streams | every change, in order for each item, for 24 hours | chapter 03 stands on it |
# | global tables | replicas in other Regions, eventually or strongly consistent | when a Region may fail |

# %% [markdown]
# Two of them on `drafts`: a draft that expires, and a key of AWS's that the account can see. TTL takes its time; AWS promises a few days at most, and a reader has to filter what is due:

# %%
now = dynamodb.describe_time_to_live(TableName="drafts")["TimeToLiveDescription"]
if "AttributeName" not in now:
    dynamodb.update_time_to_live(TableName="drafts", TimeToLiveSpecification={
        "Enabled": True, "AttributeName": "expires_at"})
old = {"name": {"S": "old"}}
dynamodb.put_item(TableName="drafts", Item={**old, "expires_at": {"N": str(int(time.time()) - 10)}})
gone = lab.wait_for(lambda: "Item" not in dynamodb.get_item(TableName="drafts", Key=old), 30)
print("the expired draft is gone:", gone)

# %% tags=["claim"]
assert gone

# %% [markdown]
# ## 2.9 The order service, with a memory
#
# > **The customer**: "Then put it behind the door."
#
# `lab.build()` deploys the rest of this chapter with the boto3 calls that you know: `accept-order` may put items and stores each order with the condition of exercise 2.4, then it calls the three services, each with a table of its own. `read-orders` answers the two GET paths. Your table stays as it is.

# %%
lab.remove("drafts", "notes")
lab.build()
order = lab.orders(1)[0]
for body in (order, order, {**order, "coupon_cents": 1}):
    print("POST:", lab.request(f"{lab.url}/orders", body).status)
found = lab.request(f"{lab.url}/orders/{order['order_id']}", method="GET")
print("GET: ", found.status, found.json()["status"])

# %% [markdown]
# 201, 200, 409: the three answers of exercise 2.4, now for any client. And on a bad day at the carrier's?

# %%
order = lab.orders(1)[0]
with lab.faults.fail("shipping"):
    print("shipping broken:", lab.request(f"{lab.url}/orders", order).status)
print("in the table:   ", lab.request(f"{lab.url}/orders/{order['order_id']}", method="GET").status)
print("sent again:     ", lab.request(f"{lab.url}/orders", order).status)
for service in ("inventory", "invoicing", "shipping"):
    found = dynamodb.get_item(TableName=service, Key={"order_id": {"S": order["order_id"]}})
    print(f"{service} did it {found['Item']['applied']['N']} time(s)")

# %% [markdown]
# The order still fails with shipping. But compare chapter 00: it was stored first, the repeat was harmless, and no service did its work twice. The condition mended the books before anything was decoupled.

# %%
lab.diagram()

# %% [markdown]
# ## 2.10 What turned

# %%
lab.scoreboard()

# %% [markdown]
# Orders have a place now, so R2 can be met as far as the function's concurrency goes. R1, R3 and R6 are red for one reason: three calls inside the request. Chapter 03 takes them out.
#
# ## Decision record 02
#
# | | |
# |---|---|
# | **Chosen** | DynamoDB, on demand; a table for each service; `orders` by `order_id`, with `customer-orders` and the sparse `open-orders`; every write of an order conditional |
# | **Considered** | Aurora MySQL with RDS Proxy (joins and reports, but paid by the hour, and R2 needs its size guessed); Aurora DSQL (SQL without the storm; younger); a single table; provisioned capacity by schedule |
# | **Would change the choice** | questions that nobody can list beforehand; reports over everything as a daily need; a load so even that its peak stays below three times its mean; a team that knows only SQL |
#
# ## Quiz

# %%
lab.quiz()

# %% [markdown]
# ## What to remember
#
# - Begin with the questions. A key answers one; each other needs an index, or a scan.
# - A function keeps a connection that it doesn't use. DynamoDB has none; it throttles instead.
# - `attribute_not_exists` makes a repeated order harmless, in one step.
# - You pay for what is read and written, rounded up, indexes included. Filters save nothing.
#
# Read on: [core components](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html) ·
# [partition keys](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html) ·
# [global secondary indexes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html) ·
# [on-demand capacity](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html)

# %%
lab.summary()

# %%
lab.finish()

# %% [markdown]
# ## Appendix: you will still read ...
#
# | in 2023 | now |
# |---|---|
# | Aurora is serverless, and you pay for what is consumed | Aurora is provisioned, unless you choose Serverless v2 (steps of 0.5 ACU, minimum 0 with a pause) or Aurora DSQL |
# | RDS Proxy is a server that you have to manage | a managed proxy, paid by the hour, in your VPC; it keeps Serverless v2 from pausing (second-hand) |
# | provisioned means how much data a second | units a second: 4 KB a read, 1 KB a write |
# | DynamoDB's default is provisioned | the guide recommends on demand; say which, because `CreateTable` without `BillingMode` still means provisioned (recalled) |
# | you cannot create multiple tables | 2,500 for an account by default; what is missing are joins and foreign keys |
# | model the data before you create the table | key and LSIs are fixed; GSIs can be added later |

# %% [markdown]
# ... and on keys, Regions and streams:
#
# | in 2023 | now |
# |---|---|
# | a partition key, and a sort key if it is not unique | so it is; a GSI's key may have four and four attributes since November 2025 |
# | global tables keep Regions in sync | eventually by default; strong consistency can be chosen since 2025 |
# | a stream shows each change exactly once | once in the log; a function may see it more than once |
# | DAX: microseconds, at a cost | for eventually consistent hits; it needs a VPC and is paid by node and hour |
