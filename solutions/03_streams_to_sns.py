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
# # 03 Streams to SNS
#
# *About 75 minutes. You stand where chapter 02 ended: orders are in a table, once.*
#
# At the end of this chapter you will be able to
#
# - read a table's changes from its stream, and say what a record holds and what it does not promise;
# - send one event to several services through SNS, each with a queue, a policy and a filter of its own;
# - free a stream that one bad record holds up, without losing that record;
# - choose between SNS and EventBridge, and say what would change your choice.

# %%
import orderlab

lab = orderlab.start(chapter=3)

# %% [markdown]
# ## 3.1 The customer speaks
#
# > "Orders are safe in the table now, thank you. But when the carrier is slow, *our* shop is slow. When the
# > carrier is down, our customers read 'failed', although you tell us the order is stored. And
# > marketing asks about the loyalty programme again. Do we have to change the order function for it?"
#
# Look at it first. `accept-order` stores the order and then calls inventory, invoicing and shipping,
# while the customer waits. Send ten orders on a good day, ten with shipping 4 s slower, ten with shipping
# down. (AWS's waits pass ten times as fast in this lab, so that the 4 s take 0.4 s.)

# %%
from orderlab.orders.figures import percentiles
from orderlab.orders.parts.api import api_address
from orderlab.orders.replay import replay
from orderlab.requirements.on_the_cloud import CloudSystem
from orderlab.requirements.system import SERVICES, fresh_orders

system = CloudSystem(lab.target)
url = api_address(lab.target)
_ = replay(url, fresh_orders(4), connections=2)  # the first orders wait for cold starts
good = replay(url, fresh_orders(10), connections=2, attempts=1)
system.slow_service("shipping", 4.0)
slow = replay(url, fresh_orders(10), connections=2, attempts=1)
system.mend("shipping")
system.break_service("shipping")
broken = replay(url, fresh_orders(10), connections=2, attempts=1)
system.mend("shipping")

# %%
before_ms = percentiles(slow.answer_ms)["p50"]
print(f"a good day:    p50 {percentiles(good.answer_ms)['p50']:.0f} ms")
print(f"slow shipping: p50 {before_ms:.0f} ms")
reasons = sorted({each.reason for each in broken.refused})
print(f"shipping down: {len(broken.refused)} of 10 orders refused", *reasons)

# %% [markdown]
# The customer's answer waits for the slowest of the three, and fails with the weakest. The remedy is not a faster call. The
# calls have to **leave the order process**.
#
# ## 3.2 Producer, router, consumer
#
# Turn the sentence around. `accept-order` says to shipping: *ship this*. It could say to nobody in
# particular: *an order was placed*. That is an **event**: a fact, in the past, that nobody has to
# obey. A system built on it has three roles:
#
# | role | does | here |
# |---|---|---|
# | producer | says what happened, knows no listener | the table of orders, through its stream |
# | router | carries each event to who wants it | an SNS topic |
# | consumer | listens, and does its own work | inventory, invoicing, shipping |
#
# This is **event-driven architecture**. The services now work by **choreography**: each knows its own
# part and nobody leads. The other way is *orchestration*, where one party knows all the steps and calls them in
# turn; AWS Step Functions does that. Choreography fits here, because the three services do not depend on each other. It
# has a price: no place in the code shows the whole dance. You will need traces for that.
#
# ```
#   table orders ─ stream ─> publish-order-events ─> topic order-events
#                                                     │      │      │
#   a queue each                               inventory invoicing shipping
#                                                     │      │      │
#   a function each                            inventory invoicing shipping
# ```
#
# Why does `accept-order` not publish the event itself, after storing? Because between the two calls it can die: then an
# order is stored that nobody hears of. The table's own log of changes can't miss one.
#
# ## 3.3 DynamoDB Streams
#
# A **stream** is a table's log of changes to its items. Try it on a small table. (The next cells use
# the names `dynamodb`, `streams`, `sns`, `sqs`, `lambda_` and `iam` for boto3 clients.)

# %%
import json
from contextlib import suppress

dynamodb, streams = lab.client("dynamodb"), lab.client("dynamodbstreams")
sns, sqs = lab.client("sns"), lab.client("sqs")
lambda_, iam, logs = lab.client("lambda"), lab.client("iam"), lab.client("logs")

# %%
def make_table(name, key, view=None):
    stream = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": view}}
    with suppress(dynamodb.exceptions.ResourceInUseException):
        dynamodb.create_table(
            TableName=lab.name(name), BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}], **(stream if view else {}))
    dynamodb.get_waiter("table_exists").wait(TableName=lab.name(name), WaiterConfig={"Delay": 1})


make_table("prices", "sku", "NEW_AND_OLD_IMAGES")

# %% [markdown]
# **Exercise 3.1** Five calls on that table. Which records will its stream hold? Hand over their event names in
# order, `["INSERT", "INSERT"]` for instance; each is `INSERT`, `MODIFY` or `REMOVE`.
#
# 1. `put_item` price `p1`, 100 cents
# 2. `put_item` price `p1`, 100 cents, again
# 3. `update_item` price `p1` to 120 cents
# 4. `delete_item` price `p9`, which was never there
# 5. `delete_item` price `p1`

# %%
ex = lab.exercise("3.1")
names = None
### BEGIN SOLUTION
names = ["INSERT", "MODIFY", "REMOVE"]
### END SOLUTION
ex.check(names)

# %% [markdown]
# Now make the calls, and read the stream as a consumer does: ask for its shards, get an iterator to the oldest record
# (`TRIM_HORIZON`), read.

# %%
def records(table):
    arn = dynamodb.describe_table(TableName=lab.name(table))["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    return streams.get_records(ShardIterator=iterator)["Records"]

# %%
p1 = {"sku": {"S": "p1"}, "cents": {"N": "100"}}
prices = lab.name("prices")
dynamodb.put_item(TableName=prices, Item=p1)
dynamodb.put_item(TableName=prices, Item=p1)
dynamodb.update_item(
    TableName=prices, Key={"sku": {"S": "p1"}}, UpdateExpression="SET cents = :c",
    ExpressionAttributeValues={":c": {"N": "120"}})
dynamodb.delete_item(TableName=prices, Key={"sku": {"S": "p9"}})
dynamodb.delete_item(TableName=prices, Key={"sku": {"S": "p1"}})
found = records("prices")[:3]
print([record["eventName"] for record in found])

# %% [markdown]
# One record, without its changing numbers:

# %%
change = found[1]["dynamodb"]
print("a record holds:", ", ".join(sorted(found[1])))
print("of the change: ", ", ".join(sorted(change)))
orderlab.show(change, "Keys", "OldImage", "NewImage", "StreamViewType")

# %% [markdown]
# `eventID` is the same whenever the same change is read again. `SequenceNumber` grows: it is the record's place in its
# shard. What a record holds of the item is the stream's **view type**, chosen with the stream:

# %%
for view in ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"):
    table = "view-" + view.lower().replace("_", "-")
    make_table(table, "sku", view)
    dynamodb.put_item(TableName=lab.name(table), Item=p1)
    dynamodb.put_item(TableName=lab.name(table), Item={**p1, "cents": {"N": "120"}})
    modify = records(table)[1]["dynamodb"]
    print(f"{view:<19}", ", ".join(n for n in ("Keys", "OldImage", "NewImage") if n in modify))
    dynamodb.delete_table(TableName=lab.name(table))

# %% [markdown]
# What a stream promises, and what it does not:
#
# | | |
# |---|---|
# | what is logged | changes of items; a write that changes nothing leaves no record |
# | order | kept for each item; a table's stream has several shards, and between items of different shards there is no order |
# | how long | 24 hours, then a record is trimmed; who was away longer has lost it |
# | how often | each change stands **once in the log** |
# | in effect | **at least once**: a reader that fails, or whose answer is lost, gets the same batch again |
# | cost to the table | none in speed: the log is written asynchronously, beside the table's own traffic |
#
# Once in the log is not once in effect. Whatever a consumer does has to bear being done again; chapter 02's
# conditional write on `order_id` will do that for each service.
#
# Publishing an order needs the order as it is now, and nothing else. So: `NEW_IMAGE`. (To change the view type
# later, you switch the stream off and make a new one, under a new ARN.)

# %%
orders = dynamodb.describe_table(TableName=lab.name("orders"))["Table"]
if not orders.get("StreamSpecification", {}).get("StreamEnabled"):
    dynamodb.update_table(TableName=lab.name("orders"), StreamSpecification={
        "StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
orders = dynamodb.describe_table(TableName=lab.name("orders"))["Table"]
stream_arn = orders["LatestStreamArn"]
orderlab.show(orders, "StreamSpecification")

# %% [markdown]
# ## 3.4 SNS: a topic
#
# At most two readers should share a shard of a stream, so three services can't all hang on it, let alone ten. A router makes
# copies. **Amazon SNS** is one: you publish to a *topic*, it delivers to each *subscription*.
#
# | | standard topic | FIFO topic |
# |---|---|---|
# | order | best effort | kept for each `MessageGroupId` |
# | twice? | at least once, so duplicates may come | duplicates within 5 minutes are dropped |
# | to whom | http, https, email, email-json, sms, sqs, application (push), lambda, firehose | SQS queues, for order from end to end a FIFO queue |
# | how much | practically all you send; 12.5 million subscriptions | 3,000 messages/s a topic by default, more with `FifoThroughputScope=MessageGroup`; 100 subscriptions |
#
# Orders of different customers need no order among each other, and each service recognises what it did
# already. A standard topic will do.

# %%
topic = sns.create_topic(Name=lab.name("order-events"))["TopicArn"]
attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
REGION, ACCOUNT = topic.split(":")[3:5]
print("encrypted at rest:", attributes.get("KmsMasterKeyId", "no key is set"))
statement = json.loads(attributes["Policy"])["Statement"][0]
print("its policy lets:", statement["Effect"], statement["Condition"])

# %% [markdown]
# Two things to notice. **Encryption**: traffic is encrypted (TLS), but encryption at rest with KMS is opt-in, by the
# attribute `KmsMasterKeyId`. **Access policy**: the topic's own policy says who may publish and
# subscribe. It comes with one that admits your own account only.
#
# ## 3.5 From record to event
#
# Between the stream and the topic stands a small function. It reads a record and says the event: in the *body* what
# subscribers need, in the *message attributes* what SNS can filter by.
#
# **Exercise 3.2** Write `to_publish(record)`: from a stream record (view type `NEW_IMAGE`) to what `sns.publish` takes.
#
# - `Message`: JSON with `event_type`, `order_id` and `order`, the whole order in plain values.
#   `INSERT` is `OrderPlaced`, `MODIFY` is `OrderChanged`, `REMOVE` is `OrderRemoved`.
# - `MessageAttributes`: `event_type`, and `total_cents` as a number (goods less `coupon_cents`), so that a
#   subscriber can ask for big orders.
#
# `plain(item)` turns DynamoDB's typed JSON into plain values. An example of a record:

# %%
from orderlab.exercises.chapter03.probes import probe_order
from orderlab.exercises.chapter03.stream_records import plain, record

sample = record("INSERT", probe_order("o-1", cents=1200))
print(plain(sample["dynamodb"]["NewImage"])["lines"])
print(sorted(record("REMOVE", probe_order("o-1"))["dynamodb"]))

# %%
ex = lab.exercise("3.2")
to_publish = None
### BEGIN SOLUTION
TYPES = {"INSERT": "OrderPlaced", "MODIFY": "OrderChanged", "REMOVE": "OrderRemoved"}


def to_publish(record):
    change = record["dynamodb"]
    order = plain(change.get("NewImage") or change["Keys"])  # after a removal there is only the key
    kind = TYPES[record["eventName"]]
    attributes = {"event_type": {"DataType": "String", "StringValue": kind}}
    if "lines" in order:
        total = sum(line["quantity"] * line["unit_price_cents"] for line in order["lines"])
        total -= order["coupon_cents"]
        attributes["total_cents"] = {"DataType": "Number", "StringValue": str(total)}
    event = {"event_type": kind, "order_id": order["order_id"], "order": order}
    return {"Message": json.dumps(event), "MessageAttributes": attributes}


### END SOLUTION
ex.check(to_publish)

# %% [markdown]
# The customer's function does the same, ten events a call, and one thing more. Its heart:

# %%
from orderlab.orders.parts.packages import HANDLERS

source = (HANDLERS / "publish_order_events.py").read_text()
print(source[source.index("def handler"): source.index("def calls")].strip())

# %% [markdown]
# The answer names records that SNS did not take (`batchItemFailures`). Lambda then tries again *from the first of
# them*, so that order is kept and nothing is skipped. Some records after it may be published twice: at least once, again.
#
# ## 3.6 A queue for each service
#
# SNS pushes, and keeps nothing for a service that is away for long. (It does try again: for SQS and Lambda 100,015 times over 23
# days, for an HTTP endpoint at most an hour; then the subscription's dead-letter queue takes the message, if
# there is one.) So each service gets a **queue** of its own, where its copies wait until it takes them. A message that fails four
# times goes to the queue's dead-letter queue. Chapter 04 is about queues; here they are mailboxes.

# %%
def make_queue(name):
    """A queue with a dead-letter queue; returns its URL."""
    dead = sqs.create_queue(
        QueueName=lab.name(f"{name}-dlq"), Attributes={"MessageRetentionPeriod": "1209600"})
    redrive = {"deadLetterTargetArn": queue_arn(f"{name}-dlq"), "maxReceiveCount": 4}
    made = sqs.create_queue(QueueName=lab.name(name), Attributes={
        "VisibilityTimeout": "60", "ReceiveMessageWaitTimeSeconds": "20",
        "RedrivePolicy": json.dumps(redrive)})
    return made["QueueUrl"]


def queue_arn(name):
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{lab.name(name)}"


urls = {name: make_queue(name) for name in SERVICES}
print("queues:", ", ".join(urls))

# %%
lab.predict("3.p1", "You subscribe the queues to the topic and publish an event. What happens?", [
    "each queue gets a copy",
    "publish raises AccessDenied",
    "publish succeeds and no queue gets anything",
])

# %%
probe = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn("shipping"))
answer = sns.publish(TopicArn=topic, Message="hello")
shipping = sqs.receive_message(QueueUrl=urls["shipping"], WaitTimeSeconds=3)
print("publish answered with a MessageId:", "MessageId" in answer)
print("messages in shipping:", len(shipping.get("Messages", [])))
_ = sns.unsubscribe(SubscriptionArn=probe["SubscriptionArn"])

# %% [markdown]
# This is the policy that everybody forgets. A subscription is the *topic's* side of an agreement. A queue is a resource with a policy of its
# own, and until that policy allows `sqs:SendMessage` to the service `sns.amazonaws.com`, SNS is refused
# at the door. For SNS a refusal is final: it does not try again, and the publisher never hears of it. (In the AWS console, a button
# writes the policy for you. With the API, a template or code, you write it.)
#
# Two more things that a subscription can say:
#
# - `RawMessageDelivery`: by default SNS puts the event into an **envelope**, a JSON object in which the event is a text. *Raw* delivers it as it
#   was published. The customer's services read raw events.
# - `FilterPolicy`: which events it wants. `{"event_type": ["OrderPlaced"]}` matches by attribute; values in a list are joined by OR,
#   names by AND.
#
# **Exercise 3.3** Build the fan-out. Each of the queues `inventory`, `invoicing`, `shipping` gets every `OrderPlaced` event, raw,
# and no other event; only this topic may send to them. The check publishes events and looks for them at each queue.

# %%
ex = lab.exercise("3.3")
### BEGIN SOLUTION
def subscribe(name):
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
                 "Action": "sqs:SendMessage", "Resource": queue_arn(name),
                 "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
    door = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=urls[name], Attributes={"Policy": json.dumps(door)})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn(name), Attributes={
        "RawMessageDelivery": "true",
        "FilterPolicy": json.dumps({"event_type": ["OrderPlaced"]})})


for name in SERVICES:
    subscribe(name)
### END SOLUTION
ex.check()

# %% [markdown]
# Raw or envelope, side by side. Another queue, `look`, is subscribed first with the envelope, then raw. Its policy is
# made from the one that shipping has now:

# %%
lab.catch_up("3.3")
look = make_queue("look")
door = sqs.get_queue_attributes(QueueUrl=urls["shipping"], AttributeNames=["Policy"])
policy = door["Attributes"]["Policy"].replace(queue_arn("shipping"), queue_arn("look"))
_ = sqs.set_queue_attributes(QueueUrl=look, Attributes={"Policy": policy})

# %%
for raw in ("false", "true"):
    lookout = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn("look"),
        Attributes={"RawMessageDelivery": raw}, ReturnSubscriptionArn=True)["SubscriptionArn"]
    sns.publish(TopicArn=topic, Message='{"event_type": "Nonsense"}')
    message = sqs.receive_message(QueueUrl=look, WaitTimeSeconds=10)["Messages"][0]
    sqs.delete_message(QueueUrl=look, ReceiptHandle=message["ReceiptHandle"])
    body = json.loads(message["Body"])
    print("raw" if raw == "true" else "envelope", "->", ", ".join(sorted(body)))
    sns.unsubscribe(SubscriptionArn=lookout)

# %% [markdown]
# A consumer that expects one and gets the other fails on every message: `KeyError: 'event_type'`. The envelope is useful where
# one queue serves several topics: it says `TopicArn`, and carries a signature.
#
# ## 3.7 Filters
#
# A service that wants one event in a hundred should not be sent, and pay for, the other ninety-nine. SNS compares before it delivers.
# A policy looks at message *attributes*; with `FilterPolicyScope` set to `MessageBody` it looks into the body, where names may be nested. It has
# at most 5 names, and knows more than equality: `prefix`, `suffix`, `anything-but`, `equals-ignore-case`, `numeric`, `exists`.
# On AWS a change of a policy may take up to 15 minutes to hold everywhere (recalled, not verified).
#
# **Exercise 3.4** The customer's fraud desk wants to see *new orders of at least $200.00*, and nothing else. Its queue `fraud-check` exists, with a
# policy that admits the topic. Subscribe it. By attributes or by the body: events carry `event_type` and `total_cents` in both.

# %%
ex = lab.exercise("3.4")
fraud_check = queue_arn("fraud-check")
### BEGIN SOLUTION
wanted = {"event_type": ["OrderPlaced"], "total_cents": [{"numeric": [">=", 20000]}]}
_ = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=fraud_check, Attributes={
    "RawMessageDelivery": "true", "FilterPolicy": json.dumps(wanted)})
### END SOLUTION
ex.check()

# %% [markdown]
# ## 3.8 Put it together
#
# Now the functions. A role with no more rights than it needs, a log group, the code with the customer's layer:

# %%
from orderlab.orders.parts.packages import handler_zip

LAYER = lambda_.list_layer_versions(LayerName=lab.name("orderlib"))["LayerVersions"][0]


def allow(actions, resource):
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def policy_of(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


TRUST = policy_of({"Effect": "Allow", "Action": "sts:AssumeRole",
                   "Principal": {"Service": "lambda.amazonaws.com"}})

# %%
def make_role(name, *statements):
    """The role `<name>-role`, with a log group of its own to write to. Returns its ARN."""
    role, group = lab.name(f"{name}-role"), f"/aws/lambda/{lab.name(name)}"
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)
    log_arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:*"
    may_log = allow(["logs:CreateLogStream", "logs:PutLogEvents"], log_arn)
    iam.put_role_policy(RoleName=role, PolicyName="least-privilege",
                        PolicyDocument=policy_of(may_log, *statements))
    return f"arn:aws:iam::{ACCOUNT}:role/{role}"

# %%
def deploy(name, environment, *statements):
    """The function with the code of orderlab/orders/handlers."""
    module = name.replace("-", "_")
    with suppress(lambda_.exceptions.ResourceConflictException):
        lambda_.create_function(
            FunctionName=lab.name(name), Role=make_role(name, *statements), Timeout=10,
            Runtime="python3.13", Handler=f"{module}.handler", MemorySize=512,
            Code={"ZipFile": handler_zip(module)}, Layers=[LAYER["LayerVersionArn"]],
            Environment={"Variables": environment})
    lambda_.get_waiter("function_active_v2").wait(FunctionName=lab.name(name))

# %%
def feed(name, source, **settings):
    """An event source mapping from a queue or a stream to a function, unless there is one."""
    there = lambda_.list_event_source_mappings(FunctionName=lab.name(name), EventSourceArn=source)
    if not there["EventSourceMappings"]:
        lambda_.create_event_source_mapping(
            FunctionName=lab.name(name), EventSourceArn=source,
            FunctionResponseTypes=["ReportBatchItemFailures"], **settings)

# %% [markdown]
# Stream -> Lambda -> SNS. An **event source mapping** reads the stream for the function: it polls each shard about four times a second and hands over
# batches, one at a time for each shard, so that order is kept. It begins at `TRIM_HORIZON`, the oldest record; `LATEST` would miss what is written while the
# mapping is being set up. What the last four settings are for, section 3.11 shows.

# %%
failed = sqs.create_queue(QueueName=lab.name("publish-order-events-failed"),
                          Attributes={"MessageRetentionPeriod": "1209600"})
read = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
deploy("publish-order-events", {"TOPIC_ARN": topic},
       allow(read, f"{orders['TableArn']}/stream/*"), allow("dynamodb:ListStreams", "*"),
       allow("sns:Publish", topic),
       allow("sqs:SendMessage", queue_arn("publish-order-events-failed")))
feed("publish-order-events", stream_arn, StartingPosition="TRIM_HORIZON", BatchSize=100,
     BisectBatchOnFunctionError=True, MaximumRetryAttempts=-1, MaximumRecordAgeInSeconds=21600,
     DestinationConfig={"OnFailure": {"Destination": queue_arn("publish-order-events-failed")}})

# %% [markdown]
# Each service reads its own queue. Their code does not change: it has read batches of events since chapter 02, when `accept-order` made them up. Last,
# `accept-order` forgets that there are services, and its role with it:

# %%
for name in SERVICES:
    feed(name, queue_arn(name), BatchSize=10, ScalingConfig={"MaximumConcurrency": 2})
variables = {"ORDERS_TABLE": lab.name("orders")}
_ = lambda_.update_function_configuration(
    FunctionName=lab.name("accept-order"), Environment={"Variables": variables})
_ = make_role("accept-order", allow("dynamodb:PutItem", orders["TableArn"]))
lambda_.get_waiter("function_updated_v2").wait(FunctionName=lab.name("accept-order"))

# %%
from orderlab.requirements.waiting import wait_for


def all_enabled():
    found = lambda_.list_event_source_mappings()["EventSourceMappings"]
    return all(each["State"] == "Enabled" for each in found)


print("all mappings are enabled:", wait_for(all_enabled, 20))

# %% [markdown]
# ## 3.9 One order
#
# One order goes in. The services' own tables count how often each did its work for it:

# %%
def arrived(ids, services=SERVICES):
    """Wait until these services have done all orders; returns whether they have."""
    return wait_for(lambda: all(
        system.account(ids).complete(service, ids) == len(ids) for service in services), 20)


order_id = replay(url, fresh_orders(1)).accepted[0]
print("all three have it:", arrived([order_id]))
done = system.account([order_id]).done
orderlab.Table([{"service": name, "times": done[name][order_id]} for name in SERVICES])

# %% [markdown]
# Its path, from the order's id alone. The answer is given long before the services begin: choreography, seen from outside.

# %% tags=["nbval-ignore-output"] reason="three services run at the same time: who comes first differs"
lab.trace(order_id).waterfall()

# %% [markdown]
# Now a crowd, on the live board: orders move along the edges, queues fill and empty. (Without a kernel you see the last picture.)

# %% tags=["nbval-ignore-output"] reason="a live view of a running system"
from IPython.display import display

board = lab.watch()
display(board)
crowd = replay(url, fresh_orders(40), connections=4)
complete = arrived(list(crowd.accepted))
board.stop()

# %% [markdown]
# ### Twice delivered, once in effect
#
# SNS, SQS and the mapping each deliver *at least* once. Make that happen: let every message of shipping's queue be delivered twice.

# %%
lab.predict("3.p2", "10 orders, each message of shipping delivered twice. How many orders ship twice?", [
    "all 10", "some", "none",
])

# %%
queue = lab.name("shipping")
_ = lab.target.page("faults", "POST", {"kind": "duplicate", "target": queue, "times": 2})
ids = list(replay(url, fresh_orders(10), connections=2).accepted)
print("all arrived:", arrived(ids))
_ = lab.target.page(f"faults?target={queue}", "DELETE")
group, again = f"/aws/lambda/{queue}", '"order was applied before"'
seen = wait_for(lambda: bool(logs.filter_log_events(
    logGroupName=group, filterPattern=again)["events"]), 5)
print("shipping recognised messages that it had seen:", seen)
print("orders shipped twice:", system.account(ids).twice(ids))

# %% [markdown]
# What makes it harmless is in every service: a write on the condition that the order is not there yet
# (`attribute_not_exists(order_id)`). The router need not be perfect, if the consumers are idempotent.
#
# ## 3.10 One slow consumer
#
# The experiment of section 3.1 once more, on a worse day: shipping is 10 s slower (1 s here). What does the customer feel, and what do the other services?

# %%
import time

system.slow_service("shipping", 10.0)
slow = replay(url, fresh_orders(20), connections=2, attempts=1)
ids, began, ready = list(slow.accepted), time.perf_counter(), {}
while len(ready) < len(SERVICES) and time.perf_counter() - began < 20:
    account = system.account(ids)
    for name in set(SERVICES) - set(ready):
        if account.complete(name, ids) == len(ids):
            ready[name] = time.perf_counter() - began
    time.sleep(0.05)
system.mend("shipping")
now_ms = percentiles(slow.answer_ms)["p50"]
print(f"p50 with a slow shipping: {before_ms:.0f} ms in section 3.1, {now_ms:.0f} ms now")
print("refused:", len(slow.refused), "- the others wait for shipping:",
      max(ready["inventory"], ready["invoicing"]) >= ready["shipping"])

# %%
from matplotlib import pyplot

figure, axes = pyplot.subplots(figsize=(7, 1.8))
_ = axes.barh(list(SERVICES), [ready[name] for name in SERVICES], color="#0b62a8")
_ = axes.set(xlabel="s after the last answer until all 20 orders are done")
axes.invert_yaxis()
words = ", ".join(f"{name} {ready[name]:.1f} s" for name in SERVICES)
orderlab.measured_plot(figure, f"Seconds after the last answer until 20 orders are done: {words}.")

# %% [markdown]
# Shipping is late, and alone with it. Its orders wait in *its* queue. That is R1, and the reason for a queue each.
#
# ## 3.11 A record that can't be processed
#
# Queues let a bad message fall behind. A stream can't: order is its promise, so a failing record **holds up its shard**. The customer's
# returns desk has run into that. Table `returns`, its stream, a function `note-returns`; the mapping has AWS's defaults. Three returns were
# written, and the second has no amount:

# %%
ex = lab.exercise("3.5")
from orderlab.exercises.chapter03.returns_desk import CODE, noted

print(CODE[CODE.index("def handler"):])
print("r-1 noted:", wait_for(lambda: "r-1" in noted(lab.target), 10))
print("r-3 noted:", wait_for(lambda: "r-3" in noted(lab.target), 2))

# %%
lab.predict("3.p3", "Nobody does anything. When will r-3 be noted?", [
    "after three tries of r-2",
    "when r-2 leaves the stream, 24 hours after it was written",
    "never: the shard is lost",
])

# %% [markdown]
# By default (`MaximumRetryAttempts` is -1) a batch is tried until its records expire, 24 hours after they were written. Everything behind waits, and
# what was written soon after the bad record expires soon after it.
#
# **Exercise 3.5** Free the shard, without changing the function: good returns are noted within seconds, whatever comes between them; of a
# bad one a message goes to the queue `returns-failed`. The mapping is changed with
# `lambda_.update_event_source_mapping(UUID=reader["UUID"], ...)`.

# %%
reader = lambda_.list_event_source_mappings(
    FunctionName=lab.name("note-returns"))["EventSourceMappings"][0]
failed_arn = queue_arn("returns-failed")
### BEGIN SOLUTION
_ = lambda_.update_event_source_mapping(
    UUID=reader["UUID"], BisectBatchOnFunctionError=True, MaximumRetryAttempts=2,
    DestinationConfig={"OnFailure": {"Destination": failed_arn}})
### END SOLUTION
ex.check()

# %%
lab.catch_up("3.5")
print("r-3 noted:", wait_for(lambda: "r-3" in noted(lab.target), 10))
failed_url = sqs.get_queue_url(QueueName=lab.name("returns-failed"))["QueueUrl"]
message = sqs.receive_message(QueueUrl=failed_url, WaitTimeSeconds=20)["Messages"][0]
told = json.loads(message["Body"])
print("told of the failure:", ", ".join(sorted(told)))
print("records in the batch that was given up:", told["DDBStreamBatchInfo"]["batchSize"])

# %% [markdown]
# The message holds *where* the record stands (shard and sequence numbers), not the record. Whoever repairs it reads the stream there, within its 24
# hours, or the table. Now read the settings of `publish-order-events` again: it bisects; it answers with `batchItemFailures`, which spares the good records; it
# waits out an outage of the topic for up to 6 hours, because there order matters more than haste.
#
# ## 3.12 SNS or EventBridge
#
# **Amazon EventBridge** is a router too: an event bus with rules. Which of the two, for this customer?
#
# | | SNS | EventBridge |
# |---|---|---|
# | sources | your code, and AWS services that send notifications | your code, AWS services (their events come by themselves), SaaS partners |
# | targets | 9 protocols: SQS, Lambda, Firehose, HTTP(S), email (2), SMS, push | many kinds: the guide of June 2023 lists 27; today also calls of AWS APIs. SNS is one of them |
# | consumers of one event | 12.5 million subscriptions a topic | 5 targets a rule, 300 rules a bus |
# | filters | attributes or body; 5 names | the whole event; also `wildcard` |
# | schema registry | no | yes, with discovery and code bindings |
# | latency to Lambda | p50 73 ms, p99 225 ms (independent measurement) | p50 148 ms, p99 387 ms (same source, 2023); p90 80 ms (a customer's case, 2026) |
# | throughput | practically unlimited for a standard topic | PutEvents 10,000/s in us-east-1 by default, less in many Regions; can be raised |
# | price | USD 0.50 per million publishes; delivery to SQS and Lambda free | USD 1.00 per million events |
#
# (Latencies and prices are second-hand, checked in November 2026; none is confirmed on an AWS page.) One event type, few services, low cost: **SNS**. The choice
# **flips** when there are many event types from many teams who need schemas; when events come from SaaS partners or from AWS services
# themselves; when rules on content decide where an event goes. It need not be either or: EventBridge can have a topic as a target. Chapter 07 builds that variant.
#
# And the glue? `publish-order-events` is code that only carries things. Since December 2022 **EventBridge Pipes** removes it: a pipe reads a
# DynamoDB stream, keeps its order, filters, transforms with a template, and has SNS among its targets. You would give up what the function does beyond carrying
# (the names of the event types, the total as an attribute), or put it into an enrichment function, which is glue again. It is described here, not built.
# What the two cost:

# %%
orders_a_month = 1_000_000
lambda_usd = orders_a_month / 10 * (0.20 / 1e6 + 0.05 * 0.5 * 0.0000133334)
pipe_usd = orders_a_month * 0.40 / 1e6
print(f"a million changes: function, 10 a batch, 50 ms at 512 MB: ${lambda_usd:.2f}")
print(f"a million changes: pipe: ${pipe_usd:.2f}")

# %% [markdown]
# ## 3.13 A fourth service
#
# "Not before the spring", said the developers in chapter 00 when marketing asked for loyalty points.
#
# **Exercise 3.6 (open)** Add `loyalty`, while everything runs. Its code is ready (`orderlab/orders/handlers/loyalty.py`): it wants a
# table `loyalty` (key `order_id`, named in its environment as `TABLE`, right `dynamodb:UpdateItem`), and messages like shipping's (rights
# `sqs:ReceiveMessage`, `sqs:DeleteMessage`, `sqs:GetQueueAttributes`). It must get every later order, once in effect. Nothing that is deployed may
# change. How you do it is yours; `make_table`, `make_queue`, `deploy` and `feed` are there.

# %%
ex = lab.exercise("3.6")
### BEGIN SOLUTION
make_table("loyalty", "order_id")
urls["loyalty"] = make_queue("loyalty")
subscribe("loyalty")
deploy("loyalty", {"TABLE": lab.name("loyalty")},
       allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
             queue_arn("loyalty")),
       allow("dynamodb:UpdateItem",
             f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{lab.name('loyalty')}"))
feed("loyalty", queue_arn("loyalty"), BatchSize=10)
### END SOLUTION
ex.check()

# %% [markdown]
# ## 3.14 What is deployed now
#
# First take away what was there for practice (with `lab.plain_client`, whose calls are not done again after a break: you
# may run the notebook once more). What stays is new in this chapter, and marked.

# %%
tidy = {name: lab.plain_client(name) for name in ("lambda", "dynamodb", "sqs")}
desk = lab.name("note-returns")
for mapping in lambda_.list_event_source_mappings(FunctionName=desk)["EventSourceMappings"]:
    _ = tidy["lambda"].delete_event_source_mapping(UUID=mapping["UUID"])
_ = tidy["lambda"].delete_function(FunctionName=desk)
for name in ("prices", "returns", "returns-noted"):
    _ = tidy["dynamodb"].delete_table(TableName=lab.name(name))
for name in ("look", "look-dlq", "returns-failed"):
    with suppress(sqs.exceptions.QueueDoesNotExist):
        found = sqs.get_queue_url(QueueName=lab.name(name))
        _ = tidy["sqs"].delete_queue(QueueUrl=found["QueueUrl"])
lab.diagram()

# %% [markdown]
# ## 3.15 The requirements
#
# R1 breaks a service while orders come in. R2 sends the promotion. R3 does what you have done: it adds a service called `loyalty`, sends
# orders, compares what is deployed, and takes the service away again (yours with it).

# %%
score = lab.scoreboard("R1", "R2", "R3", "R4", "R5")
score

# %% [markdown]
# R2 holds: nobody was refused, and nobody resized anything; what came faster than it could be worked off waited in queues. R4 and R5 are
# green as before. R1 and R3 turned green for one reason: between the order and the services stand things that keep events (a log, a queue each) and a router that both
# sides know and neither controls. R6, the time to answer, is better than it was and still includes all that happens up to the table, cold
# starts too; that is chapter 04.
#
# ## Then and now
#
# | the notes of 2023 said | now |
# |---|---|
# | SNS encrypts by default | KMS encryption at rest is opt-in (`KmsMasterKeyId`); TLS on the way is the default. New *SQS queues* are encrypted by default (SSE-SQS) |
# | SNS filters by attributes | by the body too, since November 2022 |
# | subscribers: Lambda, SQS, Kinesis, HTTP; "6 targets" | http, https, email, email-json, sms, sqs, application, lambda, firehose: 7 kinds. Kinesis Data Streams is not one of them |
# | FIFO: strict order, exactly once | order for each `MessageGroupId`, deduplication within 5 minutes, end to end only with SQS FIFO queues |
# | FIFO: 300 "publishers" a second | it was publishes. 3,000/s a topic since 2023; with `FifoThroughputScope=MessageGroup` since January 2025 up to the Region's quota (30,000/s in us-east-1), about 300/s a group |
# | SNS does not keep, delivery is the subscriber's problem | it tries again (100,015 times over 23 days for SQS and Lambda), then the subscription's dead-letter queue; FIFO topics can archive and replay |
# | the topic policy says who may publish and subscribe | yes; and the *queue's* policy must admit `sns.amazonaws.com` |
# | messages up to 256 KB | 256 KiB by default; `MaximumMessageSize` up to 1 MiB, then SQS, Lambda and Firehose only, and 100 subscriptions |
# | SNS takes about 30 ms | a marketing figure; measured independently: p50 73 ms to Lambda |
# | SNS is nearly unlimited, over 30 AWS services publish to it | 12.5 million subscriptions a topic, 100,000 topics an account; the number of services was not verified |
# | EventBridge takes 0.5 s | true until February 2023; median 148 ms after that |
# | EventBridge: over 90 sources, 15 targets, better filters | 27 kinds of targets in June 2023; filters are nearly equal now; "more than 200" sources (recalled, not verified) |
# | EventBridge alone takes SaaS events directly | still its niche, as a source |
# | limited throughput, which grows | us-east-1: PutEvents 10,000/s, invocations 18,750/s by default; over it, invocations are delayed, not lost |
# | (not in the notes) | since 2026 there are two kinds of bus: *Custom Event Bus* (API `eventbridgev2`: retention 1 to 365 days, FIFO subscribers, replay from a position) and *Classic*, with the rules of section 3.12 |
# | stream -> Lambda -> SNS needs the Lambda | optional since December 2022: EventBridge Pipes |
# | a stream record appears exactly once | in the log; a consumer may get it more than once |
#
# ## Decision record 03
#
# | | |
# |---|---|
# | **Chosen** | the table's stream as producer; a function that publishes to a standard SNS topic; a queue for each service, raw delivery, filter by event type |
# | **Considered** | publishing from `accept-order` (an order stored and never told, if it dies between); services on the stream directly (two readers a shard, and each would block on its own); EventBridge (dearer, not needed for one type); Pipes in place of the function (no code to run, no total as an attribute); a FIFO topic (order across an order's own changes; not needed while there is one event an order) |
# | **Would change the choice** | many event types and teams, SaaS partners, schemas: EventBridge. Changes of an order that must arrive in order: FIFO. Consumers that need the last week again: an archive, or a stream with longer retention |
#
# ## Quiz

# %%
lab.quiz()

# %% [markdown]
# ## What to remember
#
# - Say what happened, not who shall do what. Then the fourth listener costs nobody anything.
# - Once in the log, at least once in effect: the consumer is idempotent, or the system is wrong now and then.
# - A delivery has two sides. The subscription is the topic's, the policy is the queue's.
# - A stream keeps order, so a bad record blocks it: bisect, limit, destination.
#
# Read on: [DynamoDB Streams](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html) ·
# [Lambda and DynamoDB Streams](https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html) ·
# [SNS to SQS](https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html) ·
# [filter policies](https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html) ·
# [EventBridge Pipes](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html)
#
# Next: chapter 04, where the customer no longer waits for the table either. Stop the cloud of this chapter when you are done here.

# %%
lab.finish()
