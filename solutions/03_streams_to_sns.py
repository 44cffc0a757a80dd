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
# At the end of this chapter you can
#
# - read a table's changes from its stream, and say what a record holds and what it does not promise;
# - send one event to several services through SNS, each with a queue, a policy and a filter of its own;
# - free a stream that one bad record holds up, without losing that record;
# - choose between SNS and EventBridge, and say what would change your choice.

# %% tags=["learner"]
import orderlab

lab = orderlab.start(chapter=3)

# %% tags=["solution"]
import orderlab

lab = orderlab.start(chapter=3, fresh=True)

# %% [markdown]
# Chapter 02's system is deployed. What this chapter adds is grey:

# %%
lab.diagram()

# %% [markdown]
# ## 3.1 Three calls inside the request
#
# > **The customer**: "Orders are safe in the table now, thank you. But when the carrier is slow, *our* shop is slow.
# > When the carrier is down, our customers read 'failed', although you tell us that the order is stored."
#
# `accept-order` stores the order and then calls inventory, invoicing and shipping, while the customer waits. Send ten orders on a good day, ten with shipping 4 s slower, and ten with shipping broken. (AWS's waits pass ten times as fast in this lab, so the 4 s take 0.4 s.)

# %%
import json

functions = lab.client("lambda")
found = functions.get_function_configuration(FunctionName="accept-order")
called = found["Environment"]["Variables"].get("SERVICES", "nobody")
lab.place_orders(4)  # the first orders wait for cold starts
good = lab.place_orders(10, clients=2)
with lab.faults.slow_down("shipping", seconds=4):
    slow = lab.place_orders(10, clients=2)
with lab.faults.fail("shipping"):
    broken = lab.place_orders(10, clients=2)
print(f"accept-order calls {called}")
print(f"shipping broken: {len(broken.refused)} of {broken.count} orders refused")

# %%
lab.bars("Time to the customer's answer (half of ten orders were faster)",
         {"a good day": good.p50, "shipping 4 s slower": slow.p50}, y_label="ms",
         n=slow.count, seconds=slow.seconds)

# %% tags=["claim"]
assert called == "nobody" or (slow.p50 > 390 and len(broken.refused) == 10)

# %% [markdown]
# As long as `accept-order` calls them, the answer waits for the slowest of the three and fails with the weakest. A faster call is no remedy. The calls have to **leave the order process**.
#
# ## 3.2 Say what happened
#
# > **The customer**: "And marketing asks about the loyalty programme again. Do we have to change the order function for it?"
#
# Today `accept-order` says to shipping: *ship this*. It could say to nobody in particular: *an order was placed*. That is an **event**: a fact, in the past, that nobody has to obey. A system that is built on events has three roles:

# %%
lab.picture("events")

# %% [markdown]
# | role | does | here |
# |---|---|---|
# | **producer** | says what happened, and knows no listener | the table of orders, through its stream |
# | **router** | carries each event to those who want it | an SNS topic |
# | **consumer** | listens, and does its own work | inventory, invoicing, shipping |
#
# This is **event-driven architecture**. The services work by **choreography**: each knows its own part, and nobody leads. The other way is **orchestration**, where one party knows all the steps and calls them in turn; AWS Step Functions does that. Choreography fits here because the three services don't depend on each other. Producers and consumers can be deployed, scaled and repaired apart.
#
# It has a price. No place in the code shows the whole dance, so you will need traces.

# %% [markdown]
# ## 3.3 A table's log of changes
#
# > **The customer**: "Who tells the carrier, then, if the order function doesn't?"
#
# `accept-order` could store the order and publish the event itself. But it can die between the two calls, and then an order is stored that nobody hears of. The table's own log of changes can't miss one. It is called a **stream**, and you switch it on for a table:

# %%
lab.picture("shard")

# %% [markdown]
# **See it on something small.** A table of drafts with a stream. The stream's **view type** says what of the item a record holds:

# %%
dynamodb, streams = lab.client("dynamodb"), lab.client("dynamodbstreams")
lab.remove("tell", "drafts")  # so that you can run this cell again
made = dynamodb.create_table(
    TableName="drafts", BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
dynamodb.get_waiter("table_exists").wait(TableName="drafts", WaiterConfig={"Delay": 1})
log = made["TableDescription"]["LatestStreamArn"]
for words in ("120", "150"):
    dynamodb.put_item(TableName="drafts", Item={"name": {"S": "letter"}, "words": {"N": words}})

# %% [markdown]
# A reader asks for the stream's shards, gets an iterator to the oldest record (`TRIM_HORIZON`), and reads:

# %%
def records(stream):
    shards = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=stream, ShardId=shards[0]["ShardId"],
        ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    return streams.get_records(ShardIterator=iterator)["Records"]


second = records(log)[1]
print([record["eventName"] for record in records(log)][:2])
orderlab.show(second["dynamodb"], "Keys", "OldImage", "NewImage", "StreamViewType")

# %% [markdown]
# Two puts of one key. The log calls the first `INSERT` and the second `MODIFY`, because it names what happened to the item and not which call was made. A third name is `REMOVE`.
#
# | view type | a record holds |
# |---|---|
# | `KEYS_ONLY` | the key |
# | `NEW_IMAGE` | the item after the change |
# | `OLD_IMAGE` | the item before it |
# | `NEW_AND_OLD_IMAGES` | both |
#
# The key is in every record. After a removal there is no new image, and before an insertion no old one.

# %% [markdown]
# #### Exercise 3.1 Five calls, how many records
#
# These calls are made one after the other. Which records will the stream hold? Hand over their event names in order.
#
# 1. `put_item` draft `list`, 100 words
# 2. `put_item` draft `list`, 100 words, again
# 3. `update_item` draft `list` to 120 words
# 4. `delete_item` draft `nobody`, which was never there
# 5. `delete_item` draft `list`

# %%
ex = lab.exercise("3.1")
names = None
### BEGIN SOLUTION
names = ["INSERT", "MODIFY", "REMOVE"]
### END SOLUTION
ex.check(names)

# %% [markdown]
# Now the calls themselves:

# %%
key, before = {"name": {"S": "list"}}, len(records(log))
for _ in range(2):
    dynamodb.put_item(TableName="drafts", Item={**key, "words": {"N": "100"}})
dynamodb.update_item(TableName="drafts", Key=key, UpdateExpression="SET words = :w",
                     ExpressionAttributeValues={":w": {"N": "120"}})
dynamodb.delete_item(TableName="drafts", Key={"name": {"S": "nobody"}})
dynamodb.delete_item(TableName="drafts", Key=key)
written = [record["eventName"] for record in records(log)[before:]]
print(written)

# %% tags=["claim"]
assert written == ["INSERT", "MODIFY", "REMOVE"]

# %% [markdown]
# What a stream promises, and what it doesn't:
#
# | | |
# |---|---|
# | what is logged | changes of items; a write that changes nothing leaves no record |
# | order | kept for each item; a table's stream has several **shards**, and between items of different shards there is no order |
# | how long | 24 hours, then a record is trimmed; a reader that was away longer has lost it |
# | how often | each change stands once in the log |
# | speed | the log is written beside the table's own traffic and doesn't slow it down |

# %% [markdown]
# ### Once in the log, and in effect?
#
# Lambda can read a stream for a function. An **event source mapping** polls each shard about four times a second and invokes the function with a batch of records, one batch at a time for each shard, so that order is kept. It begins at `TRIM_HORIZON`, the oldest record, or at `LATEST`, behind all that are there.

# %%
def allow(actions, resource):
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


TELL = """def handler(event, context):
    for record in event["Records"]:
        print("told of", record["dynamodb"]["Keys"]["name"]["S"])
"""
READ = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
lab.deploy("tell", TELL, allowed=[allow(READ, log), allow("dynamodb:ListStreams", "*")])
lab.invoke("tell", {"Records": []})  # its first invocation makes its log group
if not functions.list_event_source_mappings(FunctionName="tell")["EventSourceMappings"]:
    functions.create_event_source_mapping(
        FunctionName="tell", EventSourceArn=log, StartingPosition="TRIM_HORIZON", BatchSize=10)
print("told:", lab.wait_for(lambda: lab.log("tell", "letter"), seconds=20))

# %%
lab.predict("3.p1", "The function does its work, and its environment dies before Lambda hears of "
            "it. What becomes of the batch?", [
    "it counts as done: the work was done", "it is lost", "the function gets it again"])

# %%
memo = f"memo-{len(records(log))}"
with lab.faults.kill("tell"):
    dynamodb.put_item(TableName="drafts", Item={"name": {"S": memo}})
    lab.wait_for(lambda: lab.log("tell", memo), seconds=20)
lab.wait_for(lambda: len(lab.log("tell", memo)) > 1, seconds=20)
told = len(lab.log("tell", memo))
logged = sum(record["dynamodb"]["Keys"]["name"]["S"] == memo for record in records(log))
lab.compare("3.p1", "the function gets it again" if told > 1 else "it was told once",
            "Lambda goes on only after a batch that was answered. It repeats any other.")

# %%
lab.bars("One change of one item, in the log and in effect",
         {"records in the log": logged, "times the function was told": told}, y_label="times")

# %% tags=["claim"]
assert logged == 1 and told > 1

# %% [markdown]
# Once in the log is **at least once** in effect. Whatever a consumer does must bear being done again. The services of this shop do: each writes under the condition `attribute_not_exists(order_id)`, as you did in exercise 2.4.
#
# An order's event needs the order as it is now, and nothing else, so `orders` gets a stream with `NEW_IMAGE`. (A view type can't be changed: you switch the stream off, and the next one has another ARN.)

# %%
if "StreamSpecification" not in dynamodb.describe_table(TableName="orders")["Table"]:
    dynamodb.update_table(TableName="orders", StreamSpecification={
        "StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
    dynamodb.get_waiter("table_exists").wait(TableName="orders", WaiterConfig={"Delay": 1})
orders_log = dynamodb.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
lab.place_orders(1)
sample = records(orders_log)[-1]
print(sample["eventName"], sample["dynamodb"]["Keys"])
print("the image holds:", ", ".join(sample["dynamodb"]["NewImage"]))

# %% [markdown]
# ## 3.4 A topic
#
# > **The customer**: "Three services today, five next year. Do they all read that log?"
#
# They shouldn't: more than two readers of one shard slow each other down, and each would have to know DynamoDB. A router makes copies. **Amazon SNS** is one. You publish a message to a **topic**, and the topic delivers a copy to each **subscription**.

# %%
sns = lab.client("sns")
lab.remove("try-out")
try_out = sns.create_topic(Name="try-out")["TopicArn"]
attributes = sns.get_topic_attributes(TopicArn=try_out)["Attributes"]
print("key for encryption at rest:", attributes.get("KmsMasterKeyId", "none"))
rule = json.loads(attributes["Policy"])["Statement"][0]
print("who may publish and subscribe:", rule["Condition"])

# %% [markdown]
# **Encryption.** Messages travel over TLS, always. Encryption *at rest* with a key of KMS is opt-in: you name a key. `alias/aws/sns` is AWS's own in your account, and a key of yours lets you say who may use it.
#
# **Access policy.** A new topic's policy lets only your own account publish and subscribe.

# %%
sns.set_topic_attributes(
    TopicArn=try_out, AttributeName="KmsMasterKeyId", AttributeValue="alias/aws/sns")
attributes = sns.get_topic_attributes(TopicArn=try_out)["Attributes"]
print("key for encryption at rest:", attributes["KmsMasterKeyId"])
_ = sns.set_topic_attributes(  # the rest of the lesson goes without
    TopicArn=try_out, AttributeName="KmsMasterKeyId", AttributeValue="")

# %% [markdown]
# A message has a **body** (`Message`, any text) and may have **message attributes**, named values with a type: `String`, `Number`, `String.Array` or `Binary`. The body is for subscribers. The attributes are for SNS as well, which can filter by them without opening the body. A `Number` is written as text, and compared as a number:

# %%
event = {"event_type": "DraftWritten", "draft": {"name": "letter", "words": 150}}
answer = sns.publish(
    TopicArn=try_out, Message=json.dumps(event),
    MessageAttributes={"event_type": {"DataType": "String", "StringValue": "DraftWritten"},
                       "words": {"DataType": "Number", "StringValue": "150"}})
print("taken:", "MessageId" in answer)

# %% [markdown]
# The topic took it, and nobody is subscribed, so nobody will ever see it. A topic keeps nothing.
#
# #### Exercise 3.2 From record to event
#
# Between stream and topic stands a function. Write its heart, `to_publish(record)`, which turns a record of the orders' stream into what `sns.publish` takes beside the topic:
#
# - `Message`: JSON with `event_type`, `order_id` and, if there is an image, the whole `order` in plain values. `INSERT` is `OrderPlaced`, `MODIFY` is `OrderChanged`, `REMOVE` is `OrderRemoved`.
# - `MessageAttributes`: `event_type`; and, if there is an image, `total_cents` as a number: the goods less `coupon_cents`.
#
# `lab.plain(item)` turns typed values into plain ones. `sample` above is a record.

# %%
ex = lab.exercise("3.2")
to_publish = None
TYPES = {"INSERT": "OrderPlaced", "MODIFY": "OrderChanged", "REMOVE": "OrderRemoved"}
### BEGIN SOLUTION


def to_publish(record):
    kind, change = TYPES[record["eventName"]], record["dynamodb"]
    event = {"event_type": kind, "order_id": change["Keys"]["order_id"]["S"]}
    attributes = {"event_type": {"DataType": "String", "StringValue": kind}}
    if "NewImage" in change:
        order = event["order"] = lab.plain(change["NewImage"])
        goods = sum(line["quantity"] * line["unit_price_cents"] for line in order["lines"])
        total = str(goods - order["coupon_cents"])
        attributes["total_cents"] = {"DataType": "Number", "StringValue": total}
    return {"Message": json.dumps(event), "MessageAttributes": attributes}


### END SOLUTION
ex.check(to_publish)

# %% [markdown]
# The customer's own function does the same, ten events a call. The last line of its `handler` names the records that SNS did not take. Lambda then repeats the batch *from the first of them*, so nothing is skipped, and some records after it may be published twice:

# %%
code = str(lab.listing("publish-order-events"))
print(code[code.index("def handler"):code.index("def calls")].strip())

# %% [markdown]
# ## 3.5 A queue for each service
#
# > **The customer**: "When shipping is down for an hour, who keeps its copies?"
#
# Not SNS. It pushes, and it tries again if that fails: for SQS and Lambda 100,015 times over 23 days, for an HTTP endpoint an hour at most. Then the message is gone, unless the subscription has a dead-letter queue. It keeps nothing for a service to fetch when it likes.
#
# So each service gets a **queue** of its own, where copies wait until it takes them. Chapter 04 is about queues; here they are mailboxes.

# %%
lab.picture("two sides")

# %%
lab.predict("3.p2", "A queue is subscribed to a topic, and you publish. What happens?", [
    "the queue gets a copy", "publish raises AccessDenied",
    "publish succeeds, and the queue gets nothing"])

# %% [markdown]
# **See it on a topic and a queue named `hello`:**

# %%
sqs, ACCOUNT = lab.client("sqs"), lab.client("sts").get_caller_identity()["Account"]


def received(queue_url):
    """All bodies that arrive; they are deleted from the queue."""
    found = []
    while some := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10,
                                      WaitTimeSeconds=10).get("Messages"):
        for message in some:
            found.append(message["Body"])
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return found

# %%
lab.remove("hello")
hello = sns.create_topic(Name="hello")["TopicArn"]
hello_url = sqs.create_queue(QueueName="hello")["QueueUrl"]
hello_arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:hello"
subscription = sns.subscribe(TopicArn=hello, Protocol="sqs", Endpoint=hello_arn,
                             ReturnSubscriptionArn=True)["SubscriptionArn"]
taken = "MessageId" in sns.publish(TopicArn=hello, Message='{"word": "one"}')
bodies = received(hello_url)
print(f"publish answered with a MessageId: {taken}; messages in the queue: {len(bodies)}")
lab.compare("3.p2", "publish succeeds, and the queue gets nothing" if taken and not bodies
            else f"{len(bodies)} copies", "a queue has a policy of its own, and this one doesn't "
            "let SNS in. SNS takes that refusal as final, and the publisher never hears of it.")

# %% tags=["claim"]
assert taken and not bodies

# %% [markdown]
# This is the policy that everybody forgets. A subscription is the *topic's* side of an agreement. The queue's side is its policy, and until that allows `sqs:SendMessage` to the service `sns.amazonaws.com`, SNS is refused. (In AWS's console a button writes the policy for you. With the API, a template or code, you write it.) The condition says on behalf of which topic SNS may send:

# %%
statement = {
    "Effect": "Allow",
    "Principal": {"Service": "sns.amazonaws.com"},
    "Action": "sqs:SendMessage",
    "Resource": hello_arn,
    "Condition": {"ArnEquals": {"aws:SourceArn": hello}},
}
policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
sqs.set_queue_attributes(QueueUrl=hello_url, Attributes={"Policy": policy})
for raw in ("false", "true"):
    sns.set_subscription_attributes(SubscriptionArn=subscription,
                                    AttributeName="RawMessageDelivery", AttributeValue=raw)
    sns.publish(TopicArn=hello, Message='{"word": "two"}')
    body = json.loads(received(hello_url)[0])
    print(f"RawMessageDelivery {raw:5}: {', '.join(sorted(body))}"[:100])

# %% [markdown]
# Look at the keys. By default SNS puts the message into an **envelope**, a JSON object with your text inside `Message`. It helps where one queue serves several topics. With **raw delivery** the body is what was published. A consumer that expects one and gets the other fails on every message. The customer's services read raw events.
#
# A subscription can also say which messages it wants. Its **filter policy** compares message attributes: names are joined by AND, the values of one name by OR.

# %%
only = json.dumps({"event_type": ["DraftWritten", "DraftSent"]})
sns.set_subscription_attributes(
    SubscriptionArn=subscription, AttributeName="FilterPolicy", AttributeValue=only)
for kind in ("DraftWritten", "DraftThrownAway", "DraftSent"):
    sns.publish(TopicArn=hello, Message=kind, MessageAttributes={
        "event_type": {"DataType": "String", "StringValue": kind}})
print(sorted(received(hello_url)))

# %% [markdown]
# All three settings can be given at once: `sns.subscribe(..., Attributes={"RawMessageDelivery": "true", "FilterPolicy": only})`.
#
# #### Exercise 3.3 One topic, three queues
#
# `lab.exercise("3.3")` has made the topic `order-events` and three queues, `inventory`, `invoicing` and `shipping`, each with a **dead-letter queue** for messages that fail again and again. Build the fan-out: each queue gets every `OrderPlaced` event, raw, and no other event. Only this topic may send to them.
#
# `arn(service, name)` and `queue_url(name)` are there.

# %%
def arn(service, name):
    return f"arn:aws:{service}:us-east-1:{ACCOUNT}:{name}"


def queue_url(name):
    return sqs.get_queue_url(QueueName=name)["QueueUrl"]


topic = arn("sns", "order-events")

# %%
ex = lab.exercise("3.3").again()
# the queues' side
### BEGIN SOLUTION
for name in ("inventory", "invoicing", "shipping"):
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn("sqs", name),
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue_url(name), Attributes={"Policy": policy})
### END SOLUTION

# %%
# the topic's side
### BEGIN SOLUTION
for name in ("inventory", "invoicing", "shipping"):
    wanted = json.dumps({"event_type": ["OrderPlaced"]})
    settings = {"RawMessageDelivery": "true", "FilterPolicy": wanted}
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn("sqs", name),
        Attributes=settings,
    )
### END SOLUTION
ex.check()

# %%
lab.catch_up("3.3")
rows = []
for each in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
    found = sns.get_subscription_attributes(SubscriptionArn=each["SubscriptionArn"])["Attributes"]
    rows.append({"queue": found["Endpoint"].split(":")[-1], "raw": found["RawMessageDelivery"],
                 "filter": found.get("FilterPolicy", "none")})
orderlab.Table(rows)

# %% [markdown]
# ## 3.6 Only what is worth a look
#
# > **The customer**: "Our fraud desk looks at large orders. It doesn't want the other ninety-nine in a hundred."
#
# And it shouldn't receive them, pay for them and throw them away. SNS compares before it delivers. Beside equality it knows `prefix`, `suffix`, `anything-but`, `equals-ignore-case`, `exists` and `numeric`. A policy has at most five names. A change of a policy may take up to 15 minutes on AWS until it holds everywhere.
#
# A filter can look into the body instead, if that is JSON: `FilterPolicyScope` is `MessageBody` then, and names may be nested.

# %%
def filter_by(scope, policy):
    sns.set_subscription_attributes(SubscriptionArn=subscription,
                                    AttributeName="FilterPolicy", AttributeValue="{}")
    for name, value in (("FilterPolicyScope", scope), ("FilterPolicy", json.dumps(policy))):
        sns.set_subscription_attributes(
            SubscriptionArn=subscription, AttributeName=name, AttributeValue=value)


def publish_drafts():
    for words in (40, 150, 900):
        number = {"words": {"DataType": "Number", "StringValue": str(words)}}
        sns.publish(TopicArn=hello, MessageAttributes=number,
                    Message=json.dumps({"draft": {"name": f"d-{words}", "words": words}}))

# %%
at_least_150 = [{"numeric": [">=", 150]}]
for scope, policy in (("MessageAttributes", {"words": at_least_150}),
                      ("MessageBody", {"draft": {"words": at_least_150}}),
                      ("MessageBody", {"words": at_least_150})):
    filter_by(scope, policy)
    publish_drafts()
    names = sorted(json.loads(body)["draft"]["name"] for body in received(hello_url))
    print(f"{scope:18}{json.dumps(policy):51}{names}")

# %% [markdown]
# The third one gets nothing. In the body `words` is inside `draft`, and a policy must name the whole way.
#
# #### Exercise 3.4 New orders of at least $200.00
#
# The queue `fraud-check` exists, with a policy that admits the topic `order-events`. Subscribe it, raw, to *new orders of at least $200.00* and nothing else. Events carry `event_type` and `total_cents` as attributes, and at the top of the body.

# %%
ex = lab.exercise("3.4").again()
### BEGIN SOLUTION
wanted = {"event_type": ["OrderPlaced"], "total_cents": [{"numeric": [">=", 20000]}]}
settings = {"RawMessageDelivery": "true", "FilterPolicy": json.dumps(wanted)}
sns.subscribe(
    TopicArn=topic,
    Protocol="sqs",
    Endpoint=arn("sqs", "fraud-check"),
    Attributes=settings,
)
### END SOLUTION
ex.check()

# %% [markdown]
# ### In order, and once: FIFO
#
# A standard topic delivers at least once, and in about the order of publishing. A **FIFO topic** keeps the order of all messages with the same `MessageGroupId`, and drops a message whose deduplication id it saw within five minutes. Its name ends with `.fifo`, and order holds from end to end only with a FIFO queue:

# %%
lab.remove("try-out.fifo")
ordered = sns.create_topic(Name="try-out.fifo", Attributes={
    "FifoTopic": "true", "ContentBasedDeduplication": "true"})["TopicArn"]
fifo_url = sqs.create_queue(
    QueueName="try-out.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
statement = {**allow("sqs:SendMessage", arn("sqs", "try-out.fifo")),
             "Principal": {"Service": "sns.amazonaws.com"},
             "Condition": {"ArnEquals": {"aws:SourceArn": ordered}}}
sqs.set_queue_attributes(QueueUrl=fifo_url, Attributes={
    "Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})})
_ = sns.subscribe(TopicArn=ordered, Protocol="sqs", Endpoint=arn("sqs", "try-out.fifo"),
                  Attributes={"RawMessageDelivery": "true"})

# %%
lab.predict("3.p3", "o-1 is placed, changed and sent; o-2 is placed. One publish is repeated, "
            "because its answer was lost. What does the queue get?", [
    "five messages, in the order of publishing", "four messages; o-1's in order",
    "four messages, in any order"])

# %%
for order, word in (("o-1", "placed"), ("o-1", "changed"), ("o-1", "changed"), ("o-2", "placed"),
                    ("o-1", "sent")):
    sns.publish(TopicArn=ordered, Message=f"{order} {word}", MessageGroupId=order)
got = received(fifo_url)
first = [body for body in got if body.startswith("o-1")]
print(got)
in_order = first == ["o-1 placed", "o-1 changed", "o-1 sent"]
lab.compare("3.p3", "four messages; o-1's in order" if in_order and len(got) == 4 else str(got),
            "the group keeps its order, and equal bodies within five minutes are one message.")

# %% tags=["claim"]
assert in_order and len(got) == 4

# %% [markdown]
# | | standard topic | FIFO topic |
# |---|---|---|
# | order | about that of publishing | kept for each `MessageGroupId` |
# | duplicates | may come | dropped within 5 minutes |
# | subscribers | `http`, `https`, `email`, `email-json`, `sms`, `sqs`, `application` (mobile push), `lambda`, `firehose` | SQS queues |
# | how much | nearly all you send; 12.5 million subscriptions | 3,000 messages a second by default, more with `FifoThroughputScope=MessageGroup`; 100 subscriptions |
#
# The orders of different customers need no order among each other, there is one event for each, and every service recognises what it has done. A standard topic will do.

# %% [markdown]
# ## 3.7 Put together
#
# > **The customer**: "And now in one piece, please."
#
# `lab.build()` makes the rest with the calls that you know: `publish-order-events` with a mapping from the orders' stream, and a mapping from each queue to its function. The services' code stays as it is. Last, `accept-order` loses the names of the services, and its role the right to call them.

# %%
lab.catch_up("3.4")
lab.build()
SERVICES = ("inventory", "invoicing", "shipping")


def done(service, ids):
    """What a service wrote down about these orders."""
    keys = {"Keys": [{"order_id": {"S": each}} for each in ids], "ConsistentRead": True}
    return dynamodb.batch_get_item(RequestItems={service: keys})["Responses"][service]


def arrived(ids, services=SERVICES):
    return lab.wait_for(lambda: all(len(done(s, ids)) == len(ids) for s in services), seconds=40)

# %%
order_id = lab.place_orders(1).accepted[0]
print("all three have it:", arrived([order_id]))
for service in SERVICES:
    print(f"{service} did {order_id} {done(service, [order_id])[0]['applied']['N']} time(s)")

# %%
lab.trace(order_id).waterfall()

# %% [markdown]
# That is its whole way, from the order's id alone. Now forty orders on the live board (without a kernel you see the last picture):

# %% tags=["nbval-ignore-output"] reason="a live view of a running system"
board = lab.watch()
board

# %%
crowd = lab.place_orders(40, clients=4)
print(crowd, "- all arrived:", arrived(crowd.accepted))
board.stop()

# %% [markdown]
# ### One slow consumer
#
# The experiment of section 3.1 on a worse day: shipping answers 10 s later (1 s here). What do the customer and the other services feel?

# %%
import time

with lab.faults.slow_down("shipping", seconds=10):
    late = lab.place_orders(20, clients=8)
    began, ready = time.perf_counter(), {}
    for service in SERVICES:
        arrived(late.accepted, [service])
        ready[service] = 1000 * (time.perf_counter() - began)
print(f"refused: {len(late.refused)}; half of the orders were answered within {late.p50:.0f} ms")

# %%
lab.bars("From the last answer until all 20 orders are done", ready, y_label="ms",
         n=late.count, seconds=late.seconds)

# %% tags=["claim"]
assert not late.refused and ready["shipping"] >= max(ready["inventory"], ready["invoicing"])

# %% [markdown]
# Shipping is late, and alone with it. Its orders wait in *its* queue. That is the reason for a queue each.
#
# ### Delivered twice
#
# SNS, SQS and the mapping each deliver at least once. Let every message of shipping's queue be delivered twice:

# %%
lab.predict("3.p4", "10 orders, and shipping's queue delivers each message twice. How many orders "
            "are shipped twice?", ["all 10", "some", "none"])

# %%
with lab.faults.duplicate("shipping", times=2):
    ids = lab.place_orders(10, clients=2).accepted
    arrived(ids)
again = lab.wait_for(lambda: [line for line in lab.log("shipping", '"applied before"')
                              if any(each in line for each in ids)], seconds=20)
twice = sum(item["applied"]["N"] != "1" for item in done("shipping", ids))
print(f"shipping met an order that it had shipped before: {again}")
lab.compare("3.p4", "none" if not twice else str(twice), "the second delivery fails on the "
            "condition that there is no such order yet. The router needn't be perfect.")

# %% tags=["claim"]
assert twice == 0 and again

# %% [markdown]
# ## 3.8 A record that can't be processed
#
# > **The customer**: "Refunds stand still since this morning. One return has no amount. Why does nobody get their money?"
#
# A queue lets a bad message fall behind. A stream can't, because order is its promise: a failing record **holds up its shard**. The returns desk has a table `returns`, its stream, and a function `note-returns`. Its mapping has AWS's defaults. Three returns were written, and the second, `r-2`, has no amount:

# %%
ex = lab.exercise("3.5").again()


def noted(return_id):
    return "Item" in dynamodb.get_item(
        TableName="returns-noted", Key={"return_id": {"S": return_id}}, ConsistentRead=True)


first = lab.wait_for(lambda: noted("r-1"), seconds=20)
third = lab.wait_for(lambda: noted("r-3"), seconds=2)
print(f"r-1 noted: {first}; r-3 noted: {third}")
lab.listing("note-returns")

# %% tags=["claim"]
assert first and not third

# %%
lab.predict("3.p5", "Nobody does anything. When will r-3 be noted?", [
    "after three tries of r-2", "when r-2 has left the stream, after 24 hours",
    "never: the shard is lost"])

# %%
reader = functions.list_event_source_mappings(
    FunctionName="note-returns")["EventSourceMappings"][0]
orderlab.show(reader, "BatchSize", "MaximumRetryAttempts", "MaximumRecordAgeInSeconds",
              "BisectBatchOnFunctionError", "DestinationConfig")

# %%
lab.compare("3.p5", "when r-2 has left the stream, after 24 hours", "-1 means no limit: by default "
            "a batch is tried until its records expire. What was written soon after the bad "
            "record expires soon after it.")

# %% [markdown]
# A batch fails as a whole, is tried again as a whole, and is given up as a whole. The mapping has four settings for that:
#
# | setting | says |
# |---|---|
# | `MaximumRetryAttempts` | after how many more tries a batch is given up |
# | `MaximumRecordAgeInSeconds` | from what age on records are given up |
# | `BisectBatchOnFunctionError` | a failing batch is halved, and each half tried by itself |
# | `DestinationConfig` | where to tell of what was given up: `{"OnFailure": {"Destination": queue_arn}}` |
#
# %%
lab.picture("bisect")

# %% [markdown]
# Here is the call, on the mapping of `tell` from section 3.3:

# %%
told_by = functions.list_event_source_mappings(FunctionName="tell")["EventSourceMappings"][0]
changed = functions.update_event_source_mapping(
    UUID=told_by["UUID"], MaximumRecordAgeInSeconds=3600, MaximumRetryAttempts=50)
orderlab.show(changed, "State", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts")

# %% [markdown]
# #### Exercise 3.5 A blocked shard
#
# Free the shard without touching the function. Good returns are noted within seconds, whatever stands between them. Of a bad one, and of bad ones only, a message goes to the queue `returns-failed`.

# %%
ex = lab.exercise("3.5").again()
reader = functions.list_event_source_mappings(
    FunctionName="note-returns")["EventSourceMappings"][0]
### BEGIN SOLUTION
functions.update_event_source_mapping(
    UUID=reader["UUID"],
    BisectBatchOnFunctionError=True,
    MaximumRetryAttempts=2,
    DestinationConfig={"OnFailure": {"Destination": arn("sqs", "returns-failed")}},
)
### END SOLUTION
ex.check()

# %%
lab.catch_up("3.5")
third = lab.wait_for(lambda: noted("r-3"), seconds=30)
message = json.loads(received(queue_url("returns-failed"))[0])
place = message["DDBStreamBatchInfo"]
print(f"r-3 noted: {third}; records in what was given up: {place['batchSize']}")
print("the message holds:", ", ".join(sorted(place)))

# %% tags=["claim"]
assert third and place["batchSize"] == 1

# %% [markdown]
# The message says *where* the record stands, in which shard and at which sequence number. It doesn't hold the record. Whoever repairs it reads the stream there within its 24 hours, or the table.
#
# `publish-order-events` has other settings, because there order matters more than haste: it bisects, names the records that failed, and waits out an outage of the topic for up to six hours.

# %% [markdown]
# ## 3.9 SNS or EventBridge
#
# > **The customer**: "A friend routes everything through EventBridge. Why don't we?"
#
# **Amazon EventBridge** is a router too: an **event bus** with **rules**. A rule compares the whole event and sends it to its targets. (Since 2026 AWS calls this bus *Classic*; a newer one keeps events for 1 to 365 days.)
#
# | | SNS | EventBridge (classic bus) |
# |---|---|---|
# | sources | your code; AWS services that send notifications | your code; AWS services, whose events come by themselves; SaaS partners |
# | targets | 9 protocols | many kinds: 27 in the guide of 2023, now also calls of AWS's APIs. An SNS topic is one |
# | consumers of one event | 12.5 million subscriptions a topic | 5 targets a rule, 300 rules a bus |
# | filters | attributes or body, 5 names | the whole event; `wildcard` too |
# | events are | any text | JSON with `source`, `detail-type`, `detail` |
# | schema registry | no | yes |

# %% [markdown]
# | | SNS | EventBridge (classic bus) |
# |---|---|---|
# | latency to Lambda | p50 73 ms, p99 225 ms | p50 148 ms, p99 387 ms (2023); p90 80 ms in a customer's case (2026) |
# | throughput | nearly unlimited for a standard topic | 10,000 `PutEvents` a second in us-east-1 by default; can be raised |
# | price | USD 0.50 a million publishes; delivery to SQS and Lambda free | USD 1.00 a million events |

# %% [markdown]
# (Latencies and prices are second-hand, checked in November 2026.) A **schema registry** keeps the form of each event type: title, fields, types, versions. EventBridge can discover schemas from the events on a bus, and generate classes from them. It describes; it doesn't refuse an event that breaks the form. It helps where many teams or third parties send many types.
#
# Here there is one event type, few services, and little money: **SNS**. The choice flips with many event types from many teams, with events of SaaS partners or of AWS services themselves, or when rules on content decide where an event goes. It need not be one or the other, since a topic can be a rule's target.

# %% [markdown]
# **EventBridge Pipes.** `publish-order-events` is code that only carries things. Since December 2022 a **pipe** can do that: it reads a DynamoDB stream in order, filters, transforms with a template, and has SNS among its targets. You would give up what the function does beyond carrying, the names of the event types and the total, or put that into an *enrichment* function, which is glue again. A pipe is described here and not built. What the two cost for a week of this shop, 3,168,000 orders:

# %%
orders = 1000 * len(lab.week())
glue = orders / 10 * (0.20 / 1e6 + 0.05 * 0.5 * 0.0000133334)
lab.bars("US cents a week (10 records a batch, 50 ms at 512 MB; second-hand prices)",
         {"function": 100 * glue, "pipe": 100 * orders * 0.40 / 1e6}, y_label="cents")

# %% [markdown]
# ## 3.10 A fourth service
#
# > **The customer**: "'Not before the spring', said our developers when marketing asked for loyalty points. And you?"
#
# Its code is ready. It reads messages as shipping does, and counts points in a table. These are its layer and the mapping of shipping's queue:

# %%
layer = functions.list_layer_versions(LayerName="orderlib")["LayerVersions"][0]["LayerVersionArn"]
shipping = functions.list_event_source_mappings(FunctionName="shipping")["EventSourceMappings"][0]
orderlab.show(shipping, "EventSourceArn", "BatchSize", "FunctionResponseTypes")
lab.listing("loyalty")

# %% [markdown]
# `ReportBatchItemFailures` means that the function's answer names the messages that failed. Without it Lambda takes any answer for success and deletes them all.
#
# #### Exercise 3.6 Loyalty joins (open)
#
# Add `loyalty` while everything runs. It must get every later order, once in effect, and an order that it failed on must come back. Nothing that is deployed may change.
#
# - The table `loyalty` has the key `order_id`.
# - `lab.deploy("loyalty", lab.customer_code("loyalty"), handler="loyalty.handler", ...)` deploys the code. It needs `Timeout=10`, `Layers=[layer]`, the table's name in `Environment={"Variables": {"TABLE": ...}}`, and as `allowed=[...]` the right `dynamodb:UpdateItem` on its table and `sqs:ReceiveMessage`, `sqs:DeleteMessage`, `sqs:GetQueueAttributes` on its queue.
# - The rest is yours.

# %%
ex = lab.exercise("3.6").again()
### BEGIN SOLUTION
dynamodb.create_table(
    TableName="loyalty",
    BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
)
dynamodb.get_waiter("table_exists").wait(TableName="loyalty", WaiterConfig={"Delay": 1})
made = sqs.create_queue(QueueName="loyalty")
### END SOLUTION

# %%
### BEGIN SOLUTION
door = {
    **allow("sqs:SendMessage", arn("sqs", "loyalty")),
    "Principal": {"Service": "sns.amazonaws.com"},
    "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
}
policy = json.dumps({"Version": "2012-10-17", "Statement": [door]})
sqs.set_queue_attributes(QueueUrl=queue_url("loyalty"), Attributes={"Policy": policy})
wanted = json.dumps({"event_type": ["OrderPlaced"]})
settings = {"RawMessageDelivery": "true", "FilterPolicy": wanted}
joined = sns.subscribe(
    TopicArn=topic, Protocol="sqs", Endpoint=arn("sqs", "loyalty"), Attributes=settings
)
### END SOLUTION

# %%
### BEGIN SOLUTION
consume = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
rights = [
    allow(consume, arn("sqs", "loyalty")),
    allow("dynamodb:UpdateItem", arn("dynamodb", "table/loyalty")),
]
where = {"Variables": {"TABLE": "loyalty"}}
code = lab.customer_code("loyalty")
lab.deploy("loyalty", code, handler="loyalty.handler", Timeout=10, Layers=[layer],
           Environment=where, allowed=rights)
functions.create_event_source_mapping(
    FunctionName="loyalty",
    EventSourceArn=arn("sqs", "loyalty"),
    FunctionResponseTypes=["ReportBatchItemFailures"],
)
### END SOLUTION
ex.check()

# %% [markdown]
# ## 3.11 Who tells you?
#
# > **The customer**: "Last year invoices failed for two days. We learned it from the tax office."
#
# A part that fails alone is good for the others, and easy to overlook. An **alarm** compares a metric with a threshold and changes its state to `ALARM` (it can also publish to a topic that sends e-mail). See it on the returns desk. `Errors` of a function counts the invocations that failed; of a queue, `ApproximateNumberOfMessagesVisible` says how many messages wait. `notBreaching` says that no data is a good sign:

# %%
lab.catch_up("3.6")
metrics = lab.client("cloudwatch")
metrics.put_metric_alarm(
    AlarmName="returns-errors", Namespace="AWS/Lambda", MetricName="Errors",
    Dimensions=[{"Name": "FunctionName", "Value": "note-returns"}], Statistic="Sum",
    Period=60, EvaluationPeriods=1, Threshold=2,
    ComparisonOperator="GreaterThanOrEqualToThreshold", TreatMissingData="notBreaching")
_ = metrics.put_metric_alarm(
    AlarmName="returns-failed", Namespace="AWS/SQS",
    MetricName="ApproximateNumberOfMessagesVisible", Statistic="Maximum",
    Dimensions=[{"Name": "QueueName", "Value": "returns-failed"}],
    Period=60, EvaluationPeriods=1, Threshold=10,
    ComparisonOperator="GreaterThanOrEqualToThreshold", TreatMissingData="notBreaching")

# %%
def states():
    found = metrics.describe_alarms(AlarmNames=["returns-errors", "returns-failed"])
    return {each["AlarmName"].removeprefix(lab.name("")): each["StateValue"]
            for each in found["MetricAlarms"]}


bad = {"return_id": {"S": f"r-{time.time_ns()}"}}
dynamodb.put_item(TableName="returns", Item=bad)
rang = lab.wait_for(lambda: states()["returns-errors"] == "ALARM", seconds=30)
print(states())

# %% tags=["claim"]
assert rang

# %% [markdown]
# Three tries of one bad return were enough for the first. The second waits for ten messages. Now take the practice resources away, and list what can fail in the shop:

# %%
lab.remove("tell", "note-returns", "drafts", "try-out", "hello", "try-out.fifo",
           "returns-errors", "returns-failed", "returns", "returns-noted")
shop = [each["FunctionName"] for each in functions.list_functions()["Functions"]]
queues = [url.split("/")[-1] for url in sqs.list_queues()["QueueUrls"]]
dead_letters = [name for name in queues if name.endswith("-dlq")]
print("functions:", *sorted(shop))
print("dead-letter queues:", *sorted(dead_letters))

# %% [markdown]
# #### Exercise 3.7 An alarm for each part
#
# Give each function in `shop` an alarm that goes off at its first error, and each queue in `dead_letters` one that goes off at its first message, within five minutes. An alarm stays quiet when there is no data. Names are yours.

# %%
ex = lab.exercise("3.7").again()
### BEGIN SOLUTION
rule = {
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
}
for name in shop:
    metrics.put_metric_alarm(
        AlarmName=f"{name}-errors", Namespace="AWS/Lambda", MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": name}], Statistic="Sum", **rule)
### END SOLUTION

# %%
### BEGIN SOLUTION
waiting = "ApproximateNumberOfMessagesVisible"
for name in dead_letters:
    metrics.put_metric_alarm(
        AlarmName=f"{name}-letters", Namespace="AWS/SQS", MetricName=waiting,
        Dimensions=[{"Name": "QueueName", "Value": name}], Statistic="Maximum", **rule)
### END SOLUTION
ex.check()

# %% [markdown]
# ## 3.12 What turned
#
# This is deployed now. What is new in this chapter is marked:

# %%
lab.catch_up("3.7")
lab.diagram()

# %% [markdown]
# R1 breaks shipping while orders come in, and then the order function. R2 sends the promotion. R3 does what you did: it adds a service `loyalty`, sends orders, compares what is deployed, and takes the service away again (yours with it). R4 follows an order and looks for your alarms.

# %%
lab.scoreboard()

# %% [markdown]
# What changes R1 and R3 is one thing. Between the order and the services stand things that keep events, a log and a queue each, and a router that both sides know and neither controls. What holds R1, R2 and R6 back is one thing as well: before the table nothing keeps anything. (A busy machine starts environments slowly, and that can make a colour worse than your system is; run the cell again when it is idle.)
#
# ### The storm
#
# `lab.storm` sends real orders while things go wrong on purpose: environments die, deliveries come twice, late and out of order, calls are throttled, services break. Then it compares what customers were told with what each service did. The same seed gives the same storm.

# %%
weather = lab.storm(orders=200, seed=3)
weather

# %%
print("kept:  ", ", ".join(weather.kept) or "no promise")
print("broken:", ", ".join(name for name, orders in weather.broken.items() if orders) or "none")

# %% [markdown]
# Look at the first order in the picture, and at who sent the customer away. An order that is in the table finds its way, whatever fails behind it. An order that comes while `accept-order` or the table has a bad moment is refused, because nothing in front of them keeps it. Chapter 04 puts something there. If another promise is broken too, its picture says where that order stopped.

# %% [markdown]
# ## Decision record 03
#
# | | |
# |---|---|
# | **Chosen** | the table's stream as producer; a function that publishes to a standard SNS topic; a queue for each service, raw delivery, a filter by event type |
# | **Considered** | publishing from `accept-order` (an order stored and never told of, if it dies between); services on the stream directly (two readers a shard); EventBridge (dearer, not needed for one event type); a pipe in place of the function (no code to run, no total as an attribute); a FIFO topic (not needed while there is one event an order) |
# | **Would change the choice** | many event types and teams, SaaS partners, schemas: EventBridge. Changes of one order that must arrive in order: FIFO. Consumers that need last week's events again: a bus or an archive that keeps them |
#
# ## Quiz

# %%
lab.quiz()

# %% [markdown]
# ## What to remember
#
# - Say what happened, not who shall do what. Then a fourth listener costs the others nothing.
# - Once in the log is at least once in effect. The consumer has to be idempotent.
# - A delivery has two sides. The subscription is the topic's; the policy is the queue's.
# - A stream keeps order, so a bad record blocks it: bisect, limit, destination.
#
# Read on: [event-driven architecture](https://aws.amazon.com/event-driven-architecture/) ·
# [DynamoDB Streams](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html) ·
# [Lambda and DynamoDB Streams](https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html) ·
# [SNS to SQS](https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html) ·
# [filter policies](https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html) ·
# [EventBridge Pipes](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html)

# %%
lab.finish()

# %% [markdown]
# ## Appendix: you will still read ...
#
# | in 2023 | now |
# |---|---|
# | SNS encrypts by default | with KMS only if you name a key (`KmsMasterKeyId`); TLS on the way, always. New *SQS queues* are encrypted by default |
# | SNS filters by attributes | by the body too, since November 2022 |
# | subscribers: Lambda, SQS, Kinesis, HTTP; "6 targets" | nine protocols of 7 kinds. Kinesis Data Streams is not one; Firehose is |
# | FIFO: strict order, exactly once | order for each `MessageGroupId`, deduplication within 5 minutes, end to end only with SQS FIFO queues |
# | FIFO: 300 "publishers" a second | it was publishes; 3,000 a second since 2023, and since January 2025 up to the Region's quota with `FifoThroughputScope=MessageGroup` (about 300 a second for a group) |
# | SNS doesn't keep; delivery is the subscriber's problem | it tries again, then a subscription's dead-letter queue takes the message; FIFO topics can archive and replay |
# | the topic policy says who may publish and subscribe | yes, and the *queue's* policy must let SNS in |

# %% [markdown]
# ... on sizes, EventBridge and streams:
#
# | in 2023 | now |
# |---|---|
# | SNS takes about 30 ms | a marketing figure; measured independently, p50 is 73 ms to Lambda |
# | messages up to 256 KB | 256 KiB by default; up to 1 MiB with `MaximumMessageSize`, then SQS, Lambda and Firehose only |
# | over 30 AWS services publish to SNS | the number was not verified |
# | EventBridge takes 0.5 s | true until February 2023; the median was 148 ms after that |
# | EventBridge: over 90 sources, 15 targets, better filters | 27 kinds of targets in June 2023; filters are nearly equal now |
# | EventBridge alone takes SaaS events directly | still so |
# | EventBridge's throughput is limited, and grows | us-east-1: 10,000 `PutEvents` and 18,750 invocations a second by default; what is over is delayed and not lost |
# | stream, Lambda, SNS: the Lambda is needed | optional since December 2022, with Pipes |
# | a stream record appears exactly once | in the log; a consumer may get it more than once |
