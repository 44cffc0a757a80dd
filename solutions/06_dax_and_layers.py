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
# # 06 DAX and layers
#
# At the end of this chapter you can
#
# - put a cache before a table, say what it answers by itself, and catch it telling something old;
# - calculate when a cache pays, and when it doesn't;
# - place work inside or outside a handler, and change code that several functions share;
# - find the memory size at which a function is cheapest, by measuring;
# - write logs and metrics that can be searched, and say what they cost.

# %% tags=["learner"]
import orderlab

lab = orderlab.start(chapter=6)

# %% tags=["solution"]
import orderlab

lab = orderlab.start(chapter=6, fresh=True)

# %% [markdown]
# The shop keeps its promises since chapter 04, and you know what its waiting costs since chapter 05. This chapter is about the two parts of each answer that are left: the read, and the function that asks for it.

# %%
lab.diagram()

# %% [markdown]
# ## 6.1 A cache before the table
#
# > **The customer**: "Since people can follow their order on the web, they read ten times for each order they place. The page asks every 20 seconds. Reads are our largest line at DynamoDB now, and the page could be quicker."
#
# The sample week has orders and no log of who looked at them. `lab.read_week` makes the looks from that sentence and a seed: six in the first two minutes, then four within two days, ten for each order. Here are those at the first hundred orders, in a table `week`. `read-orders` reads strongly consistent, and so do these:

# %%
dynamodb = lab.client("dynamodb")
lab.new_table("week", "order_id")
lab.fill("week", lab.week()[:100])
direct = lab.read_week(dynamodb, "week", strong=True)
direct

# %% [markdown]
# **DAX** (DynamoDB Accelerator) is a cluster of servers with memory that stands between your code and a table, and speaks DynamoDB's own API. It answers an eventually consistent read from memory if it can. If it can't, it reads the table and remembers the answer.
#
# A **node** is one such server. AWS advises three of them in production, in three Availability Zones. One is enough to learn with:

# %%
lab.remove("cache")
dax = lab.client("dax")
dax.create_cluster(
    ClusterName="cache", NodeType="dax.t3.small", ReplicationFactor=1,
    IamRoleArn=lab.dax_role("week", "drafts", "letters"))


def cluster():
    return dax.describe_clusters(ClusterNames=["cache"])["Clusters"][0]


lab.wait_for(lambda: cluster()["Status"] == "available", seconds=30)
print(cluster()["Status"], "with nodes:", [node["NodeId"] for node in cluster()["Nodes"]])

# %% [markdown]
# **See it on `drafts`.** `lab.cache` opens AWS's own Python client, `amazon-dax-client`. It has the data operations of boto3's client, under the same names. `ReturnConsumedCapacity` shows what a read used of the table:

# %%
lab.new_table("drafts", "id")
dynamodb.put_item(TableName="drafts", Item={"id": {"S": "d-1"}, "text": {"S": "first"}})
cache = lab.cache("cache")
for _ in range(3):
    got = cache.get_item(
        TableName="drafts", Key={"id": {"S": "d-1"}}, ReturnConsumedCapacity="TOTAL")
    print(got["Item"]["text"], "read units:", got["ConsumedCapacity"]["CapacityUnits"])

# %% [markdown]
# The first read was a **miss** and used half a unit. The others were **hits**: the table never heard of them.

# %%
lab.predict("6.p1", "You exchange the client in read-orders and change nothing else: it still "
            "asks with ConsistentRead=True. How many of its 1,000 reads does the cache answer?",
            ["none", "900: all but the first look at each order", "all"])

# %%
passed = lab.read_week(cache, "week", strong=True)
print(passed)
lab.compare("6.p1", "none" if passed.hits == 0 else f"{passed.hits:,}", "a strongly consistent "
            "read must see the last write, so DAX passes it to the table, and doesn't keep it.")

# %% tags=["claim"]
assert passed.hits == 0 and passed.units == direct.units

# %% [markdown]
# So somebody has to decide which reads may be a little old. The page that follows an order may. The page that is shown right after placing one may not: it would say "no such order" to somebody who has just paid.
#
# #### Exercise 6.1 Which reads may be old
#
# Write `read_order(client, table, order_id, just_placed)` for the handler. It returns the item, or `None` if there is none. A customer who has just placed an order must find it; all other reads may come from the cache. Read the item by its key, so that a change that is written through the cache is seen at once.

# %%
ex = lab.exercise("6.1")
read_order = None
### BEGIN SOLUTION


def read_order(client, table, order_id, just_placed):
    key = {"order_id": {"S": order_id}}
    answer = client.get_item(
        TableName=table,
        Key=key,
        ConsistentRead=just_placed,
    )
    return answer.get("Item")


### END SOLUTION
ex.check(read_order)

# %% [markdown]
# The week's looks again, eventually consistent: first at the table, then through the cache.

# %%
eventual = lab.read_week(dynamodb, "week")
cached = lab.read_week(cache, "week")
print("table:", eventual)
print("cache:", cached)
lab.bars(f"Read units for {cached.count:,} looks at 100 orders", {
    "table, strong": direct.units, "table, eventual": eventual.units, "cache": cached.units},
    y_label="read units", form="{:,.1f}", n=cached.count)

# %% tags=["claim"]
assert cached.units < eventual.units < direct.units and cached.hits >= 900

# %% [markdown]
# Two steps, and the first is free: without `ConsistentRead` a read costs half. The cache takes nine tenths of what is left. And the time of an answer:

# %%
lab.read_times({"table": eventual, "cache": cached})

# %% [markdown]
# On AWS a hit takes microseconds on the node where DynamoDB needs single-digit milliseconds. Here both are programs on your machine. Look at the shape of the lower line: its right end is the misses, which had to go to the table all the same.
#
# ### What was too good
#
# The days of the week passed in seconds here, so nothing expired. A cache keeps an item for its **time to live** (TTL), five minutes unless you say otherwise, counted from the moment it was read from the table. The share of hits over the real times of all 31,680 looks of the sample week:

# %%
lab.predict("6.p2", "Ten looks at an order, and items are kept for five minutes. Which share of "
            "the looks does the cache answer?", ["90 %", "about half", "10 %"])

# %%
kept = [20, 30, 60, 120, 300, 1800, 3600, 6 * 3600, 24 * 3600]
ratios = lab.hit_ratios(kept)
lab.compare("6.p2", "about half" if 0.4 < ratios[300] < 0.6 else f"{ratios[300]:.0%}",
            "looks hours later find nothing any more. Ten reads an item are not nine hits.")

# %%
names = ["20 s", "30 s", "1 min", "2 min", "5 min", "30 min", "1 h", "6 h", "24 h"]
lab.plot("Hits by time to live: all looks of the week", {"hits": [ratios[ttl] for ttl in kept]},
         x=names, x_label="items are kept for", y_label="share of the reads")

# %% tags=["claim"]
assert 0.5 < ratios[300] < 0.52 and 0.75 < ratios[60] / ratios[300] < 0.85

# %% [markdown]
# ### In the handler
#
# The same handler for both: which client it makes, an environment variable decides. AWS's client isn't part of Lambda's runtime, so it comes in a **layer**, a zip that is unpacked beside the function's code (more of them in 6.6).

# %%
PAGE = """
import os, boto3
if "CACHE" in os.environ:
    from amazondax import AmazonDaxClient
    client = AmazonDaxClient(endpoint_url=os.environ["CACHE"])
else:
    client = boto3.client("dynamodb")

def handler(event, context):
    found = client.get_item(TableName="week", Key={"order_id": {"S": event["order_id"]}})
    return found["Item"]["status"]["S"]
"""

# %% [markdown]
# `dax:GetItem` on the cluster is enough for the function. What the cluster may do at the table is said by the cluster's role.

# %%
lab.remove("order-page", "order-page-dax", "dax-client")
functions = lab.client("lambda")
how = {"MemorySize": 1769, "Timeout": 30, "allowed": [
    {"Effect": "Allow", "Action": ["dax:GetItem", "dynamodb:GetItem"], "Resource": "*"}]}
lab.deploy("order-page", PAGE, **how)
if lab.has_dax:
    layer = functions.publish_layer_version(
        LayerName="dax-client", Content={"ZipFile": lab.dax_layer()})["LayerVersionArn"]
    how["Environment"] = {"Variables": {"CACHE": cluster()["ClusterDiscoveryEndpoint"]["URL"]}}
    lab.deploy("order-page-dax", PAGE, Layers=[layer], **how)
for name in ("order-page", "order-page-dax")[:1 + lab.has_dax]:
    calls = [lab.report(name, {"order_id": lab.week()[0]["order_id"]}) for _ in range(8)]
    warm = lab.percentiles([call.duration_ms for call in calls[1:]])
    print(f"{name:15} init {calls[0].init_ms:.0f} ms, then p50 {warm['p50']:.1f} ms")

# %% [markdown]
# What is deployed now, with the cluster and who reads through it:

# %%
lab.diagram()

# %% [markdown]
# On AWS there is one more condition. A cluster has addresses in your VPC only, so the function must be attached to that VPC (or reach it through PrivateLink, since October 2025). The local cloud has no VPCs; here the function connects without one.
#
# ## 6.2 What a cache doesn't know
#
# > **The customer**: "A clerk cancelled an order, and the page went on to show it as accepted. Another customer had her receipt in her hand, and the page said for minutes that there was no such order."
#
# Both in one cell, on `drafts`. The writes go to the table directly, as the clerk's program does it:

# %%
import uuid


def seen(client, number):
    found = client.get_item(TableName="drafts", Key={"id": {"S": number}}).get("Item")
    return found["text"]["S"] if found else None


old, new = f"old-{uuid.uuid4()}", f"new-{uuid.uuid4()}"
dynamodb.put_item(TableName="drafts", Item={"id": {"S": old}, "text": {"S": "first"}})
print("read through the cache:", seen(cache, old), "and", seen(cache, new))
for number in (old, new):
    dynamodb.put_item(TableName="drafts", Item={"id": {"S": number}, "text": {"S": "second"}})
print("now the table says:    ", seen(dynamodb, old), "and", seen(dynamodb, new))
print("and the cache says:    ", seen(cache, old), "and", seen(cache, new))

# %% tags=["claim"]
assert (seen(cache, old), seen(cache, new)) == ("first", None)

# %% [markdown]
# The cache isn't broken. Nobody told it. It remembers an item, and it also remembers that there is *none*: that is **negative caching**, and spares the table from those who ask for what doesn't exist. Both are forgotten when their time to live is over.
#
# There are two caches in a node. The **item cache** holds answers to GetItem and BatchGetItem, by key. The **query cache** holds whole results of Query and Scan, by all their parameters:

# %%
lab.picture("two caches")

# %%
lab.predict("6.p3", "A customer's list of letters was queried through the cache. You write "
            "another letter, through the cache. What does the same query say then?",
            ["the list with the new letter", "the old list, until its time is over", "an error"])

# %%
lab.new_table("letters", "box", "day")
a_box = f"box-{uuid.uuid4()}"


def listed(client):
    found = client.query(TableName="letters", KeyConditionExpression="box = :b",
                         ExpressionAttributeValues={":b": {"S": a_box}})
    return [int(item["day"]["S"]) for item in found["Items"]]

# %%
cache.put_item(TableName="letters", Item={"box": {"S": a_box}, "day": {"S": "1"}})
print("the list:", listed(cache))
cache.put_item(TableName="letters", Item={"box": {"S": a_box}, "day": {"S": "2"}})
one = cache.get_item(TableName="letters", Key={"box": {"S": a_box}, "day": {"S": "2"}})
print("letter 2 by its key:", "Item" in one)
stale = listed(cache)
print("the list again:", stale, "and at the table:", listed(dynamodb))
lab.compare("6.p3", "the old list, until its time is over" if stale == [1] else str(stale),
            "a write updates the item cache. Which results of which queries it would change, "
            "nobody works out.")

# %% tags=["claim"]
assert "Item" in one and stale == [1] and listed(dynamodb) == [1, 2]

# %% [markdown]
# A stale query result, caught in the act: the node that has letter 2 in one cache gives a list without it from the other.
#
# ### For how long
#
# The two times to live stand in a **parameter group**, in milliseconds. A cluster uses one group. Nobody can change the default one (five minutes for both), so make one and let the cluster use it:

# %%
lab.remove("try-out")
dax.create_parameter_group(ParameterGroupName="try-out")
dax.update_parameter_group(ParameterGroupName="try-out", ParameterNameValues=[
    {"ParameterName": "record-ttl-millis", "ParameterValue": "8000"},
    {"ParameterName": "query-ttl-millis", "ParameterValue": "3000"}])
dax.update_cluster(ClusterName="cache", ParameterGroupName="try-out")
cache = lab.cache("cache")
third = f"third-{uuid.uuid4()}"
seen(cache, third)
dynamodb.put_item(TableName="drafts", Item={"id": {"S": third}, "text": {"S": "third"}})
import time
began = time.perf_counter()
lab.wait_for(lambda: seen(cache, third), seconds=20)
print(f"the cache knows it after {10 * (time.perf_counter() - began):.0f} s of AWS's time")

# %% [markdown]
# `record-ttl-millis` is for items (0: no limit), `query-ttl-millis` for results (0: none is kept).
#
# #### Exercise 6.2 How old may it be
#
# What the clerk writes past the cache may be unseen for a minute at most, and so may a new order. Lists of orders may be 10 seconds old. Within that, the table is to be asked as seldom as possible. Make a parameter group `status-page` with these times, and let the cluster `cache` use it.

# %%
ex = lab.exercise("6.2").again()
# the group, and its times
### BEGIN SOLUTION
group = "status-page"
dax.create_parameter_group(ParameterGroupName=group)
times = {"record-ttl-millis": "60000", "query-ttl-millis": "10000"}
values = [
    {"ParameterName": name, "ParameterValue": times[name]}
    for name in times
]
### END SOLUTION

# %%
# who uses them
### BEGIN SOLUTION
dax.update_parameter_group(
    ParameterGroupName=group,
    ParameterNameValues=values,
)
dax.update_cluster(
    ClusterName="cache",
    ParameterGroupName=group,
)
### END SOLUTION
ex.check()

# %% [markdown]
# The list of another box, with the cluster as it is now. For how long is it old?

# %%
lab.catch_up("6.2")
cache = lab.cache("cache")
a_box = f"box-{uuid.uuid4()}"
before = len(listed(cache))
dynamodb.put_item(TableName="letters", Item={
    "box": {"S": a_box}, "day": {"S": str(time.time_ns())}})
began = time.perf_counter()
lab.wait_for(lambda: len(listed(cache)) > before, seconds=30)
print(f"a list was old for {10 * (time.perf_counter() - began):.0f} s of AWS's time")

# %% [markdown]
# Shorter times make the answers truer, and cost hits. The curve in 6.1 says how many. With one minute instead of five the status page keeps four fifths of them.
#
# ## 6.3 Through the cache, or around it
#
# > **The customer**: "A minute is still a minute. When *we* change an order, the page should show it at once."
#
# A **write-through** sends the write to the cluster. It writes to the table first, and puts the item into its item cache if that went well. A **write-around** goes to the table directly, and the cache learns nothing. A write through the cluster takes one more step than one to the table, so that it is a little slower; what it buys is the next read.
#
# **See it on `drafts`**, with a condition, which works as you know it. A refused write raises the same error as DynamoDB's:

# %%
import botocore.exceptions

draft = f"draft-{uuid.uuid4()}"
cache.put_item(TableName="drafts", Item={"id": {"S": draft}, "text": {"S": "first"}})
change = {"TableName": "drafts", "Key": {"id": {"S": draft}},
          "UpdateExpression": "SET #t = :new", "ConditionExpression": "#t = :old",
          "ExpressionAttributeNames": {"#t": "text"},
          "ExpressionAttributeValues": {":new": {"S": "second"}, ":old": {"S": "first"}}}
for _ in range(2):
    try:
        cache.update_item(**change)
        print("written; the cache says", seen(cache, draft))
    except botocore.exceptions.ClientError as error:
        print(error.response["Error"]["Code"], "and the cache says", seen(cache, draft))

# %%
lab.predict("6.p4", "One program writes through the cache, another one around it. The second one "
            "writes last. What do readers of the cache see?",
            ["the last write", "the first one's, until its time is over", "nothing"])

# %%
cache.put_item(TableName="drafts", Item={"id": {"S": draft}, "text": {"S": "through"}})
dynamodb.put_item(TableName="drafts", Item={"id": {"S": draft}, "text": {"S": "around"}})
shown = seen(cache, draft)
lab.compare("6.p4", "the first one's, until its time is over" if shown == "through" else
            str(shown), "the write-through has put it into the cache only a moment ago, and the "
            "other one told nobody. One writer around the cache is enough.")

# %% tags=["claim"]
assert shown == "through"

# %% [markdown]
# #### Exercise 6.3 Cancelled at once
#
# Write `cancel(cache, dynamodb, table, order_id)` for the clerk's program. It has both clients. An order with the status `ACCEPTED` becomes `CANCELLED`, and all its other attributes stay. Whoever reads it through the cache sees that at once. An order in another status, or none, stays as it is, also if it changes in the very moment of the call. Return whether it was cancelled.

# %%
ex = lab.exercise("6.3")
cancel = None
# what is written, and on which condition
### BEGIN SOLUTION
CHANGE = {
    "UpdateExpression": "SET #s = :new",
    "ConditionExpression": "#s = :old",
    "ExpressionAttributeNames": {"#s": "status"},
    "ExpressionAttributeValues": {
        ":new": {"S": "CANCELLED"},
        ":old": {"S": "ACCEPTED"},
    },
}
### END SOLUTION

# %%
# through which client
### BEGIN SOLUTION


def cancel(cache, dynamodb, table, order_id):
    key = {"order_id": {"S": order_id}}
    try:
        cache.update_item(TableName=table, Key=key, **CHANGE)
    except botocore.exceptions.ClientError:
        return False
    return True


### END SOLUTION
ex.check(cancel)

# %% [markdown]
# On real orders: both ways of cancelling, each on ten orders that the page has just looked at.

# %%
def status(item):
    key = {"order_id": item["order_id"]}
    return cache.get_item(TableName="week", Key=key)["Item"]["status"]["S"]


items = [lab.item(order) for order in lab.orders(20)]
for item in items:
    cache.put_item(TableName="week", Item=item)
for place, item in enumerate(items):
    item = {**item, "status": {"S": "CANCELLED"}}
    (cache if place < 10 else dynamodb).put_item(TableName="week", Item=item)
states = [status(item) for item in items]
lab.bars("Ten orders cancelled each way: seen as cancelled at once", {
    "through the cache": states[:10].count("CANCELLED"),
    "around it": states[10:].count("CANCELLED")}, y_label="orders")

# %% [markdown]
# What writes in this shop? `process-order`, once per order, and a new order is in no cache yet, except for those who looked too early. The clerk's program writes through. So would anything else that changes an order.
#
# ## 6.4 When it pays
#
# > **The customer**: "Good. Then let's have it for everything. What does it cost?"
#
# A node costs by the hour, used or not. A read costs by its size: one unit for each 4 KB begun, half of that if it is eventually consistent. **See it for a draft** (second-hand prices in US dollars: 0.125 for a million read units, 0.04 for an hour of a `dax.t3.small`):

# %%
import math

READ_USD, NODE_USD = 0.125 / 1e6, 0.04
for kilobytes in (1, 5, 9):
    units = math.ceil(kilobytes / 4)
    print(f"{kilobytes} KB: {units} units strong, {units / 2} eventual: "
          f"$ {1e6 * units / 2 * READ_USD:.4f} for a million eventual reads")
print(f"one node for a month of 30 days: $ {30 * 24 * NODE_USD:.2f}")

# %%
lab.predict("6.p5", "The shop has 3,168,000 orders a week, and ten looks at each. Three nodes are "
            "$ 86 a month. Does the cache pay, in money?",
            ["yes, many times over", "about even", "no: the reads cost much less"])

# %%
looks = 10 * 3_168_000 / 7 * 30
direct_usd = looks * eventual.units / eventual.count * READ_USD
nodes_usd = 3 * 30 * 24 * NODE_USD
print(f"{looks / 1e6:.0f} million looks a month: $ {direct_usd:.2f} without a cache")
lab.compare("6.p5", "no: the reads cost much less" if direct_usd < nodes_usd / 2 else
            f"$ {direct_usd:.2f}", f"three nodes are $ {nodes_usd:.2f}, whether somebody reads or "
            "not, and half of the looks would reach the table all the same.")

# %% [markdown]
# #### Exercise 6.4 Where the lines cross
#
# Write `break_even(kilobytes, hit_ratio, nodes)`: how many eventually consistent reads a second, day and night, save exactly what the nodes cost. An item has `kilobytes`, and the cache answers the share `hit_ratio` of the reads. Use `READ_USD` and `NODE_USD`.

# %%
ex = lab.exercise("6.4")
break_even = None
### BEGIN SOLUTION


def break_even(kilobytes, hit_ratio, nodes):
    units = math.ceil(kilobytes / 4) / 2
    a_hit_saves = units * READ_USD
    a_read_saves = hit_ratio * a_hit_saves
    nodes_a_second = nodes * NODE_USD / 3600
    return nodes_a_second / a_read_saves


### END SOLUTION
ex.check(break_even)

# %% [markdown]
# The two lines for this shop's page: items of up to 4 KB, and the share of hits that you found for one minute.

# %%
month = 30 * 24 * 3600
rates = list(range(0, 3001, 100))
cost = {"no cache": [rate * month * 0.5 * READ_USD for rate in rates],
        "three nodes": [nodes_usd + rate * month * 0.5 * READ_USD * (1 - ratios[60])
                        for rate in rates]}
print(f"the shop's looks: {looks / month:.0f} a second on average")
lab.plot("Reads of 4 KB for a month", cost, x=rates, x_label="reads a second, day and night",
         y_label="US dollars")

# %% [markdown]
# They cross far to the right of this shop. Money is seldom the reason. These are:
#
# - **time**: an answer must come in microseconds, and is read often;
# - **a hot key**: a partition gives 3,000 read units a second, and one item lies in one partition; a cache gives more;
# - many reads of few items, ten or more for each write.
#
# And these are reasons against it: reads that must be strongly consistent; many writes; items that are read once or twice; a system that should cost nothing at night. DAX is not serverless: nodes run day and night, in a VPC, and somebody chooses their number and size.
#
# For this shop the answer is no. What stays is the half that cost nothing: whoever follows an order may read eventually consistent.

# %% [markdown]
# ## 6.5 Before the first call, and in each
#
# > **The customer**: "The function that makes quotes takes as long as the whole order service did. And we give it little to do: a few lines, each with a price from the tariff."
#
# This is it, with the tariff in a file of its own. Six calls, one after the other:

# %%
TARIFF = """
def load():
    print("tariff loaded")
    return {f"item {n}": 100 + 7 * n % 900 for n in range(200_000)}
"""
TODAY = """
import tariff

def handler(event, context):
    prices = tariff.load()
    total = sum(prices[line["item"]] * line["quantity"] for line in event["lines"])
    return {"total_cents": total}
"""

# %%
lab.remove("quote-today")
lab.deploy("quote-today", {"app.py": TODAY, "tariff.py": TARIFF})
basket = {"lines": [{"item": "item 17", "quantity": 2}, {"item": "item 4", "quantity": 1}]}
for _ in range(6):
    print(f"{lab.report('quote-today', basket).duration_ms:.0f} ms")
print("tariff loaded", len(lab.log("quote-today", "tariff")), "times")

# %% [markdown]
# What stands outside the handler runs once per environment, in the **Init** phase, before the first call. What stands in the handler runs in each call. In between, the environment is frozen and its variables stay.
#
# **See it on `hello`.** `born` and `notes` are made outside.

# %%
lab.predict("6.p6", "A list outside the handler takes what each customer writes. Two customers "
            "call, one after the other. What is in the second one's answer?",
            ["her own note", "her own note and the first customer's", "nothing"])

# %%
HELLO = """
import time, uuid
born, notes = uuid.uuid4(), []

def handler(event, context):
    notes.append(event["note"])
    time.sleep(event["seconds"])
    return f"environment {born}: {', '.join(notes)}"
"""
lab.remove("hello")
lab.deploy("hello", HELLO)
for note in ("a ring", "a kettle"):
    answer = lab.invoke("hello", {"note": note, "seconds": 0})
    print(answer)

# %%
lab.compare("6.p6", "her own note and the first customer's" if "a ring, a kettle" in answer else
            answer, "the list was made once, for the environment, and both calls came to the same "
            "one.")

# %% [markdown]
# And eight calls at the same moment:

# %%
crowd = lab.invoke_at_once("hello", [{"note": "a pan", "seconds": 1}] * 8)
print("environments that answered:", len({line.split(":")[0] for line in crowd}))
print(*sorted(line.split(": ")[1] for line in crowd), sep="\n")

# %% tags=["claim"]
assert len({line.split(":")[0] for line in crowd}) == 8 and "a ring, a kettle" in answer

# %% [markdown]
# Calls that come one after the other share an environment, and calls at the same moment don't. So a variable outside the handler is shared with *some* earlier calls, and you can't choose with which.
#
# Outside belongs what is the same for everybody and expensive to make: clients with their connections, what is read or calculated once. Inside belongs what is somebody's own.
#
# Init isn't free. Since August 2025 its time is billed also for functions from a zip, as part of the first call. And it is the wrong place for what changes, because a tariff that is loaded in Init is as old as its environment.
#
# #### Exercise 6.5 Once for everybody
#
# Write and deploy `quote`. It has `tariff.py` beside it, and answers as `quote-today` does. The tariff, which changes with a new version of the function only, is loaded once in an environment, however many calls come. No call knows of another one's lines.

# %%
ex = lab.exercise("6.5").again()
### BEGIN SOLUTION
QUOTE = """
import tariff

PRICES = tariff.load()

def handler(event, context):
    total = 0
    for line in event["lines"]:
        total += PRICES[line["item"]] * line["quantity"]
    return {"total_cents": total}
"""
lab.deploy(
    "quote",
    {"app.py": QUOTE, "tariff.py": TARIFF},
)
### END SOLUTION
ex.check()

# %% [markdown]
# Twenty calls each, both ways:

# %%
lab.catch_up("6.5")
quotes = {}
for name in ("quote-today", "quote"):
    lab.invoke(name, basket)
    quotes[name] = [lab.report(name, basket).duration_ms for _ in range(20)]
    print(f"{name:12} p50 {lab.percentiles(quotes[name])['p50']:.1f} ms")
lab.plot("Twenty warm calls each", quotes, x_label="call", y_label="ms", log=True, n=20)

# %% tags=["claim"]
assert sum(quotes["quote"]) < sum(quotes["quote-today"])

# %% [markdown]
# ## 6.6 Code that several functions share
#
# > **The customer**: "There was a mistake of one cent in the code that all tills share. You told us that it lies in a layer. We changed the layer on Monday, and it is Thursday, and the tills still make the mistake."
#
# A **layer** is a zip that is unpacked to `/opt` beside the function's own code. What lies under `python/` in it can be imported. A function has five layers at most, and code and layers together have 250 MB at most, unzipped.
#
# **See it on `hello`**, with a layer `greeting`. Every upload makes a new version, which never changes again:

# %%
GREETS = """
import greeting

def handler(event, context):
    return greeting.text()
"""


def greeting(text):
    """Publish a version of the layer, and return its ARN."""
    code = f"def text():\n    return {text!r}\n"
    return functions.publish_layer_version(LayerName="greeting", Content={
        "ZipFile": lab.zipped("python/greeting.py", code)})["LayerVersionArn"]


lab.remove("hello", "greeting")
first = greeting("Good morning")
lab.deploy("hello", GREETS, Layers=[first])
print(first)
print(lab.invoke("hello", {}))

# %%
lab.predict("6.p7", "You publish the next version of `greeting`. What does `hello` say in the "
            "next call, and what in a new environment?",
            ["Good evening, at once", "Good morning, and Good evening in a new environment",
             "Good morning, in both"])

# %%
second = greeting("Good evening")
one = lab.invoke("hello", {})
lab.configure("hello", Description="so that a new environment is started")
two = lab.invoke("hello", {})
lab.compare("6.p7", "Good morning, in both" if (one, two) == ("Good morning",) * 2 else
            f"{one}, {two}", "a function names its layers by version. Nothing moves that pin but "
            "an update of the function's configuration.")

# %% tags=["claim"]
assert (one, two) == ("Good morning", "Good morning")

# %% [markdown]
# A change in a layer reaches nobody until somebody pins it. `Layers` is the whole list: what isn't in it is gone. And the function says which it has:

# %%
functions.update_function_configuration(FunctionName="hello", Layers=[second])
functions.get_waiter("function_updated_v2").wait(FunctionName="hello")
pinned = functions.get_function_configuration(FunctionName="hello")["Layers"]
print(lab.invoke("hello", {}), "from", [layer["Arn"].split(":layer:")[1] for layer in pinned])

# %%
lab.picture("layers")

# %% [markdown]
# #### Exercise 6.6 A mistake of one cent
#
# `till-a`, `till-b` and `returns` share one version of the layer `money`. It cuts 19.99 down to 1,998 cents. `till-b` has a second layer, for what it says to customers.
#
# Publish `MENDED` as the next version of `money`, and let both tills use it. `returns` belongs to another team, which books by the old cents until its year is closed: it stays as it is.

# %%
ex = lab.exercise("6.6").again()
MENDED = """
def cents(amount):
    return round(amount * 100)
"""
for name in ("till-a", "till-b", "returns"):
    print(name, lab.invoke(name, {"amount": 19.99}))

# %%
# publish
### BEGIN SOLUTION
mended = functions.publish_layer_version(
    LayerName="money",
    Content={"ZipFile": lab.zipped("python/money.py", MENDED)},
)["LayerVersionArn"]
### END SOLUTION

# %%
# and pin
### BEGIN SOLUTION
for name in ("till-a", "till-b"):
    now = functions.get_function_configuration(FunctionName=name)
    others = [
        layer["Arn"]
        for layer in now["Layers"]
        if ":layer:money:" not in layer["Arn"]
    ]
    functions.update_function_configuration(
        FunctionName=name, Layers=[*others, mended]
    )
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)
### END SOLUTION
ex.check()

# %%
lab.catch_up("6.6")
for name in ("till-a", "till-b", "returns"):
    pinned = functions.get_function_configuration(FunctionName=name)["Layers"]
    print(f"{name:8}", [layer["Arn"].split(":layer:")[1] for layer in pinned],
          lab.invoke(name, {"amount": 19.99}))

# %% [markdown]
# "Change the layer and all functions follow" is what many expect. It would also mean that one upload can break everything at once. What you have instead is a list of who uses what, and a deployment for each.
#
# ### What a package weighs
#
# A layer doesn't make a start quicker: what is imported has to be loaded, wherever it lies. What is in the package and isn't imported costs little here; on AWS it is fetched with the rest. Three functions, each started three times anew:

# %%
lab.remove("bare", "carried", "imported", "powertools")
powertools = functions.publish_layer_version(LayerName="powertools", Content={
    "ZipFile": lab.powertools_layer()})["LayerVersionArn"]
NOTHING = "def handler(event, context):\n    return None\n"
lab.deploy("bare", NOTHING)
lab.deploy("carried", NOTHING, Layers=[powertools])
lab.deploy("imported", "from aws_lambda_powertools import Logger, Metrics\n" + NOTHING,
           Layers=[powertools])
inits = {name: lab.init_ms(name, starts=3) for name in ("bare", "carried", "imported")}
lab.bars("Init, the middle one of three starts", inits, y_label="ms", form="{:.0f}", n=3)

# %% tags=["claim"]
assert inits["imported"] > inits["bare"]

# %% [markdown]
# So import what you need, in the function that needs it, and leave the rest out of the package.
#
# ## 6.7 How much memory is cheapest
#
# > **The customer**: "All our functions have 128 MB. It's the smallest, so it's the cheapest. Isn't it?"
#
# A call is billed by its time *and* by its memory: GB-seconds. And memory buys more than memory. A function has a share of the processor in proportion: one whole vCPU at 1,769 MB, a fourteenth of one at 128 MB.
#
# **See it by arithmetic.** A function that calculates for 2.4 s at 128 MB, and for 0.3 s at 1,024 MB:

# %%
for memory, milliseconds in ((128, 2400), (1024, 300)):
    gb_seconds = memory / 1024 * milliseconds / 1000
    print(f"{memory:5} MB, {milliseconds:5} ms: {gb_seconds:.2f} GB-s, "
          f"$ {1e6 * lab.lambda_cost(memory, milliseconds):.2f} for a million calls")

# %% [markdown]
# Eight times the memory, an eighth of the time, the same price. Two functions to measure: `seal` calculates, as a signature or a PDF does. `ask` waits, as for a database or another service. Where will each be cheapest?

# %%
SEAL = """
import hashlib

def handler(event, context):
    seal = b""
    for _ in range(900_000):
        seal = hashlib.sha256(seal).digest()
    return seal.hex()
"""
ASK = "import time\n\ndef handler(event, context):\n    time.sleep(0.2)\n"
lab.remove("seal", "ask")
lab.deploy("seal", SEAL, Timeout=60)
lab.deploy("ask", ASK, Timeout=60)

# %%
lab.predict("6.p8", "`ask` waits 0.2 s for somebody else. From 128 MB to 1,024 MB: what happens "
            "to its time, and to its price?",
            ["an eighth of the time, the same price", "the same time, eight times the price",
             "the same time, the same price"])

# %%
sizes = [128, 256, 512, 1024, 1769]
asks = lab.power_tuning("ask", sizes, n=1)
same = asks.ms[128] < 1.5 * asks.ms[1024]
lab.compare("6.p8", "the same time, eight times the price" if same else f"{asks.ms}",
            "whoever waits needs no processor. The whole memory is paid while it waits.")
asks

# %% tags=["claim"]
assert asks.usd[1024] > 2 * asks.usd[128]

# %%
seals = lab.power_tuning("seal", sizes, n=1)
seals.plot()

# %%
seals

# %% [markdown]
# On AWS the time falls as the memory grows, and the price hardly moves, until there is a whole processor. Beyond that a program with one thread gets no faster and only dearer. (The local cloud lets the first tenth of a second of a call go by unslowed, so that small sizes look a little better than they are. And a machine that is busy has no processor to give: if your curve is flat or jumps, run the cell again when the machine is idle.)
#
# Measuring several sizes is called **power tuning**. A tool of that name, *AWS Lambda Power Tuning*, does it in your account.
#
# #### Exercise 6.7 The cheapest that is quick enough
#
# Write `best_size(times, limit_ms)`. `times` holds the measured milliseconds of a function by memory size (MB), as `seals.ms` does. Return the size at which a call is cheapest among those that stay within the limit; of two that cost the same, the quicker. If none is within the limit, return the quickest. Lambda bills whole milliseconds.

# %%
ex = lab.exercise("6.7")
best_size = None
### BEGIN SOLUTION


def best_size(times, limit_ms):
    def price(size):
        billed = math.ceil(times[size])
        return size * billed, times[size]

    quick = [size for size in times if times[size] <= limit_ms]
    if quick:
        return min(quick, key=price)
    return min(times, key=times.get)


### END SOLUTION
ex.check(best_size)

# %% [markdown]
# Both functions at their best size. A customer waits for `seal`, so that it has a limit of half a second; for `ask` any time will do.

# %%
sizes_now = {"seal": 128, "ask": 128}
if best_size:
    sizes_now = {"seal": best_size(seals.ms, 500), "ask": best_size(asks.ms, 60_000)}
for name, size in sizes_now.items():
    lab.configure(name, MemorySize=size)
lab.bars("The best size of each", sizes_now, y_label="MB")

# %% [markdown]
# The functions of the shop wait more than they calculate: for a table, for a topic. Which size is best for them, the same measurement says.
#
# ## 6.8 Ready before the first call
#
# > **The customer**: "Most answers are quick. Now and then one takes half a second more, in the middle of the day."
#
# Whenever there are more calls at the same moment than environments, one is started, and somebody waits for its Init. AWS has said that this happens in less than one of a hundred calls. Where that is too often, there are two remedies.
#
# **Provisioned concurrency** keeps environments of a version or an alias initialised. You pay for them as long as they are kept, called or not. It is asked of a published version, or of an alias that names one (`update_alias` lets it name another):

# %%
SLOW_START = """
import os, time
time.sleep(0.6)  # what a large package does in Init
def handler(event, context):
    time.sleep(0.5)
    return os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]
"""
lab.remove("doorman")
lab.deploy("doorman", SLOW_START, MemorySize=1024)
version = functions.publish_version(FunctionName="doorman")["Version"]
functions.create_alias(FunctionName="doorman", Name="live", FunctionVersion=version)
functions.put_provisioned_concurrency_config(
    FunctionName="doorman", Qualifier="live", ProvisionedConcurrentExecutions=2)


def provisioned():
    return functions.get_provisioned_concurrency_config(FunctionName="doorman", Qualifier="live")

# %%
lab.wait_for(lambda: provisioned()["Status"] == "READY", seconds=30)
print(provisioned()["Status"], "with", provisioned()["AllocatedProvisionedConcurrentExecutions"])
lab.predict("6.p9", "Two environments are ready. Four calls come at the same moment. How many of "
            "them wait for an Init?", ["none", "two", "four"])

# %%
four = lab.invoke_at_once("doorman:live", [{}] * 4)
for kind in sorted(set(four)):
    print(f"{kind}: {four.count(kind)} of 4 calls")
cold = four.count("on-demand")
lab.compare("6.p9", {0: "none", 2: "two", 4: "four"}.get(cold, str(cold)), "what is beyond the "
            "provisioned ones spills over into environments that are started as always.")

# %% tags=["claim"]
assert four.count("provisioned-concurrency") == 2

# %% [markdown]
# That is what it does and what it doesn't: it moves Init before the calls, for so many at a time. It makes no call quicker. And where nobody waits for the answer, as behind a queue, it is money for nothing.
#
# #### Exercise 6.8 Eight o'clock
#
# At eight, three tills open in the same moment, and each calls `opener:live`. None of them should wait for an Init, and you should pay for no more environments than they need. The alias `live` names version 1. The code was mended since, and nobody published it: from now on the tills get the mended one, `Good morning!` with its exclamation mark.

# %%
ex = lab.exercise("6.8").again()
print(lab.invoke("opener:live", {}), "and not published yet:", lab.invoke("opener", {}))

# %%
### BEGIN SOLUTION
published = functions.publish_version(
    FunctionName="opener",
)
functions.update_alias(
    FunctionName="opener",
    Name="live",
    FunctionVersion=published["Version"],
)
functions.put_provisioned_concurrency_config(
    FunctionName="opener",
    Qualifier="live",
    ProvisionedConcurrentExecutions=3,
)
### END SOLUTION
ex.check()

# %% [markdown]
# Three tills at the same moment, at the alias and past it:

# %%
lab.catch_up("6.8")
until = {}
for name in ("opener:live", "opener"):
    began = time.perf_counter()
    print(name, lab.invoke_at_once(name, [{}] * 3))
    until[name] = 1000 * (time.perf_counter() - began)
lab.bars("Three calls at once: until the last has its answer", until, y_label="ms")

# %%
try:
    lab.configure("hello", SnapStart={"ApplyOn": "PublishedVersions"})
except botocore.exceptions.ClientError as error:
    print(error.response["Error"]["Message"])

# %% [markdown]
# **SnapStart** is the other remedy. When a version is published, Lambda runs Init once and keeps a snapshot of memory and disk; each new environment is restored from it. It works for published versions only, with Python since 3.12. Whatever Init has made is the same in all environments then: a random number, an id, an open connection. The local cloud refuses it, as you see, because a running process can't be copied so.

# %% [markdown]
# The three beside each other:
#
# | | Init | you pay | for |
# |---|---|---|---|
# | neither | now and then, in a call | its time | most functions |
# | SnapStart | once a version, then a restore | for Python the snapshot and each restore (recalled, not verified) | a heavy Init, uneven traffic |
# | provisioned | before the calls | as long as it is kept | a known number of calls at a time, and somebody waiting |
#
# ## 6.9 Logs that can be searched, and what they cost
#
# > **The customer**: "We log everything. When something happens nobody finds anything, and logs cost more than the functions."
#
# Their habit, on real orders: the whole order, as text. And how much that is:

# %%
HABIT = """
def handler(event, context):
    print("received order " + str(event))
    print("checking order " + str(event))
    return event["order_id"]
"""
lab.remove("habit")
lab.deploy("habit", HABIT)
few = lab.week()[:40]
habit_bytes = lab.log_bytes("habit", few)
print(f"{habit_bytes / 1024:.1f} KB for each order")

# %% [markdown]
# CloudWatch Logs charges what it takes in, $ 0.50 for a GB (second-hand price), and stores it for ever unless the group has a **retention**. A line that is never written costs nothing: that's what **levels** are for.
#
# **Powertools for AWS Lambda** is AWS's library for what every handler needs. `Logger` writes JSON, with the same fields in each line. It comes as a layer (AWS publishes one; here you made it yourself in 6.6):

# %%
NOTES = """
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
logger = Logger(service="notes")
metrics = Metrics(namespace="try-out", service="notes")

@metrics.log_metrics
@logger.inject_lambda_context
def handler(event, context):
    if "urgent" in event:
        logger.append_keys(urgent=event["urgent"])
    logger.debug("whole event", extra={"event": event})
    logger.info("note kept", extra={"note_id": event["note_id"]})
    metrics.add_metric(name="Notes", unit=MetricUnit.Count, value=1)
"""

# %%
lab.remove("notes")
lab.deploy("notes", NOTES, Layers=[powertools])
lab.invoke("notes", {"note_id": "n-1", "urgent": "very"})
lab.invoke("notes", {"note_id": "n-2"})
import json
for line in lab.log("notes", "{ $.message = * }"):
    found = json.loads(line)
    print({key: found.get(key) for key in ("level", "message", "note_id", "urgent", "cold_start")})
metric = json.loads(lab.log("notes", "{ $.Notes = * }")[0])
print(metric["Notes"], metric["_aws"]["CloudWatchMetrics"])

# %% [markdown]
# Four things to see.
#
# - Each line has its fields, so that the filter `{ $.note_id = "n-2" }` finds it.
# - The debug line isn't there. The level is INFO unless you say otherwise (`POWERTOOLS_LOG_LEVEL`, or the function's `LoggingConfig`).
# - The second note is urgent, too, though nobody said so: the logger stands outside the handler, and what is appended stays with it. `inject_lambda_context(clear_state=True)` begins each call with none.
# - The last line is a metric. CloudWatch makes one of each line in this *embedded metric format*; the handler calls nobody for it.

# %% [markdown]
# #### Exercise 6.9 One line for each order
#
# Write and deploy `order-seen`, with the layer. For each order it writes one line at level INFO. The line has the field `order_id`, the field `lines` with their number, and the field `coupon_cents` if the order has a coupon (more than 0), and only then. The whole order appears at level DEBUG only. Each call adds 1 to the metric `OrdersSeen`, in the namespace `shop`.

# %%
ex = lab.exercise("6.9").again()
HEAD = """
### BEGIN SOLUTION
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger(service="orders")
metrics = Metrics(namespace="shop", service="orders")
### END SOLUTION
"""

# %%
SEEN = HEAD + """
### BEGIN SOLUTION
@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    logger.append_keys(order_id=event["order_id"], lines=len(event["lines"]))
    if event["coupon_cents"] > 0:
        logger.append_keys(coupon_cents=event["coupon_cents"])
    logger.debug("whole order", extra={"order": event})
    logger.info("order seen")
    metrics.add_metric(
        name="OrdersSeen",
        unit=MetricUnit.Count,
        value=1,
    )
### END SOLUTION
"""

# %% [markdown]
# Deploy it, and let its log group `/aws/lambda/order-seen` exist before it does, with a retention of 30 days (both calls are those of chapter 01):

# %%
logs = lab.client("logs")
### BEGIN SOLUTION
group = "/aws/lambda/order-seen"
logs.create_log_group(logGroupName=group)
logs.put_retention_policy(
    logGroupName=group,
    retentionInDays=30,
)
lab.deploy(
    "order-seen",
    SEEN,
    Layers=[powertools],
)
### END SOLUTION
ex.check()

# %% [markdown]
# The same forty orders, and what a month of the shop's orders would cost either way:

# %%
lab.catch_up("6.9")
seen_bytes = lab.log_bytes("order-seen", few)
orders_a_month = 3_168_000 / 7 * 30
lab.bars("Logs of one function for a month of orders", {
    name: orders_a_month * size / 1024**3 * 0.50
    for name, size in (("whole orders, twice", habit_bytes), ("one line", seen_bytes))},
    y_label="US dollars (second-hand price)", form="{:.2f}")

# %% [markdown]
# And the groups, with what they keep. A function makes its own group if nobody did, and such a group keeps everything:

# %%
for found in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]:
    print(f"{found['logGroupName']:35} days: {found.get('retentionInDays', 'for ever')}")

# %% [markdown]
# ### The rest of the box
#
# You wrote two more of its parts by hand. In chapter 04 the worker collects `batchItemFailures`, and in chapter 02 a condition made a second delivery harmless. Powertools has both: `BatchProcessor`, and `idempotent_function`, which keeps what was done in a table:

# %%
BATCH = """
import json
from aws_lambda_powertools.utilities import batch, idempotency

processor = batch.BatchProcessor(event_type=batch.EventType.SQS)
once = idempotency.IdempotencyConfig(event_key_jmespath="order_id")

@idempotency.idempotent_function(data_keyword_argument="order", config=once,
    persistence_store=idempotency.DynamoDBPersistenceLayer(table_name="done"))
def charge(order):
    print("charged", order["order_id"], "of", order["lines"][0]["name"])

def handler(event, context):
    once.register_lambda_context(context)
    return batch.process_partial_response(
        event, lambda record: charge(order=json.loads(record["body"])), processor, context)
"""

# %%
lab.remove("box")
lab.new_table("done", "id")
lab.deploy("box", BATCH, Layers=[powertools], MemorySize=512, Timeout=20, allowed=[
    {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}])
bodies = [few[0], few[1], few[0], {**few[2], "lines": []}]
records = [{"messageId": str(number), "body": json.dumps(body), "eventSource": "aws:sqs"}
           for number, body in enumerate(bodies)]
print(lab.invoke("box", {"Records": records}))
print([line for line in lab.log("box") if line.startswith("charged")])

# %% [markdown]
# Four messages, one order twice, one without lines: two charges, and one message that comes back.
#
# **Traces.** Powertools' `Tracer` marks the parts of a call for X-Ray. It builds on the X-Ray SDK, and the SDKs of X-Ray are in maintenance since February 2026. The service stays. What is written anew is written with **OpenTelemetry**, which AWS distributes as a layer (ADOT), and which other tools read as well. The whole path of an order you have had since chapter 03, from its id alone:

# %% tags=["nbval-ignore-output"] reason="three services work at once"
placed = lab.place_orders(1).accepted[0]
lab.settle()
lab.trace(placed)

# %% [markdown]
# ## 6.10 What turned
#
# What was tried out goes away, and the cluster with it. The shop is as it was:

# %%
cache.close()
practice = """cache cache-role status-page try-out week drafts letters done order-page
    order-page-dax dax-client hello greeting quote quote-today seal ask doorman opener habit notes
    order-seen box till-a till-b returns money words bare carried imported powertools"""
lab.remove(*practice.split())
lab.diagram()

# %%
lab.scoreboard()

# %% [markdown]
# R5 stays green *because* the cluster is gone: with it a server would be in the list of what runs, day and night.
#
# ### The storm
#
# Nothing of the shop was changed, and its promises are kept as before:

# %%
lab.storm(orders=60, seed=6)

# %% [markdown]
# ## Decision record 06
#
# | | |
# |---|---|
# | **Chosen** | no cache for now: reads that may be old are eventually consistent, at half the price; clients and tables of prices outside the handler; layers pinned by version, one deployment for each function; memory by measurement; one JSON line for each order, DEBUG off, logs kept 30 days |
# | **Considered** | DAX (microseconds; pays in money from about 500 reads a second of 4 KB, if all were hits); a cache in the environment's memory (free, and each environment has its own truth); provisioned concurrency (right where somebody waits and the number is known); SnapStart (where Init is heavy) |
# | **Would change the choice** | one item that takes more than 3,000 read units a second (6,000 eventually consistent reads of 4 KB); a page that must answer in a millisecond; an Init of seconds |
#
# ## Quiz

# %%
lab.quiz()

# %% [markdown]
# ## What to remember
#
# - A cache answers what was true when it read. Say how old that may be, and who must not be told so.
# - Through the cache: the item is new, lists aren't. Around it: neither.
# - DAX buys time. Nodes are paid by the hour, in a VPC, whether somebody reads or not.
# - Outside the handler: once for an environment, shared with whoever comes next.
# - A layer's version never changes. What isn't pinned isn't there.
# - More memory is more processor. Measure time and price; the smallest size is seldom the cheapest for work.
#
# Read on: [DAX: how it works](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.html) ·
# [consistency](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.consistency.html) ·
# [the execution environment](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html) ·
# [layers](https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html) ·
# [memory](https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html) ·
# [Powertools](https://docs.aws.amazon.com/powertools/python/latest/)

# %%
lab.finish()

# %% [markdown]
# ## Appendix: you will still read ...
#
# | in 2023 | now |
# |---|---|
# | DAX gives microseconds, and is a cache in front of DynamoDB | so it is: for eventually consistent reads that hit; it needs a VPC, and isn't serverless. Reachable through PrivateLink too, since October 2025 |
# | DAX saves read capacity, and does little for writes | so it is; a write through it takes one step more |
# | change the layer, and all functions have the change | no: versions are immutable, and each function names one |
# | layers make deployments faster | the function's own zip is smaller; what is imported is loaded at each start all the same |

# %% [markdown]
# ... on functions and logs:
#
# | in 2023 | now |
# |---|---|
# | Init is free for functions from a zip | billed since August 2025 |
# | variables outside the handler are reused across execution environments | within one environment, from call to call; another environment has its own |
# | more memory can be cheaper; Power Tuning finds out | so it is |
# | SnapStart is for Java | Python 3.12 and later too, since November 2024 |
# | Powertools lives at awslabs.github.io | it has moved to docs.aws.amazon.com/powertools |
# | trace with the X-Ray SDK | in maintenance since February 2026; new code uses OpenTelemetry |
# | Lambda writes logs by default | if its role may; and a group keeps them for ever until you set a retention |
