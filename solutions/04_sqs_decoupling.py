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
# # 04 SQS decoupling
#
# At the end of this chapter you can
#
# - take slow work out of a request, and say what the customer is promised instead;
# - put API Gateway in front of a queue without a function between, with a mapping template;
# - let a function work a queue off, so that one bad order harms no other;
# - choose a queue's clocks, and bring back what ended up among the dead letters.

# %% tags=["learner"]
import orderlab

lab = orderlab.start(chapter=4)

# %% tags=["solution"]
import orderlab

lab = orderlab.start(chapter=4, fresh=True)

# %% [markdown]
# Chapter 03's system is deployed. What this chapter adds is grey:

# %%
lab.diagram()

# %% [markdown]
# ## 4.1 The customer waits for work that could be done later
#
# > **The customer**: "Since Monday a new price rule checks every order. It takes 2 seconds. And last night the function was broken for a minute. Nobody could buy anything in that minute, although the services behind it were fine."
#
# Ten orders on a good day, ten while processing takes 2 s longer, ten while the function that processes orders is broken. (AWS's waits pass ten times as fast here, so 20 s of the lab are 2 s on your clock.)

# %%
import json
import time

functions, sqs = lab.client("lambda"), lab.client("sqs")
names = [each["FunctionName"] for each in functions.list_functions()["Functions"]]
worker = "process-order" if "process-order" in names else "accept-order"
lab.place_orders(4)  # the first orders wait for cold starts
good = lab.place_orders(10, clients=2)
with lab.faults.slow_down(worker, seconds=20):
    slow = lab.place_orders(10, clients=5)
with lab.faults.fail(worker):
    broken = lab.place_orders(10, clients=2)
print(f"{worker} processes orders")
print(f"broken: {len(broken.refused)} of {broken.count} customers turned away")

# %%
lab.bars("Time to the customer's answer (half of ten orders were faster)",
         {"a good day": good.p50, "processing takes 2 s longer": slow.p50}, y_label="ms")

# %% tags=["claim"]
assert worker == "process-order" or (slow.p50 > 1900 and len(broken.refused) == 10)

# %% [markdown]
# `accept-order` accepts, checks, prices and stores an order inside one request. That is **synchronous**: the customer waits for all of it, and is turned away when any of it fails. At the promotion, 180 orders a second of 2 s each would need 360 environments at a time, only for waiting customers.
#
# The storm at the end of chapter 03 found the same place. Whoever was sent away there came at a bad moment of the function or of the table.
#
# What does the customer need to hear at once? Not the price rule's result. That the order *is taken*, and won't be lost. So keep it first, answer, and work afterwards:

# %%
lab.picture("storage first")

# %% [markdown]
# This is the **storage-first** pattern, and the work behind it is **asynchronous**. The door is API Gateway. It can already check an order, identify a caller and reshape a request, and it can call other AWS services by itself. So there is no code of yours between the customer and the storage that could be slow or broken.
#
# Which storage?
#
# | | DynamoDB directly | a queue |
# |---|---|---|
# | the door writes | the item, as it will stay | a message, as it came |
# | logic before the table (the price rule) | has no place; it would hang behind the table's stream | in the function that reads the queue |
# | a burst | meets the table at once | waits in the queue |
# | who takes it up | whoever reads the stream | one consumer; it is gone when the work is done |
#
# With no logic before the table, DynamoDB would do. This customer has some, and will have more, so a queue it is.

# %% [markdown]
# Why not a topic, which you know from chapter 03?
#
# | | SNS | SQS |
# |---|---|---|
# | who moves the message | SNS pushes it to all subscribers | a consumer fetches it when it likes |
# | who keeps it | nobody: it is delivered or tried again | the queue, until someone deletes it or its time is over |
# | one message is for | each subscriber, a copy | one consumer |
#
# **Amazon SQS** keeps. The two go together: a queue can subscribe to a topic, as the services' queues do, and a function can be fed by a queue.
#
# ### A queue, by hand
#
# A consumer doesn't take a message out of a queue. It receives it, works, and then deletes it:

# %%
lab.picture("message")

# %% [markdown]
# **See it on something small.** A queue `try-out` with a second one behind it for messages that fail again and again:

# %%
ACCOUNT = lab.client("sts").get_caller_identity()["Account"]


def arn(service, name):
    return f"arn:aws:{service}:us-east-1:{ACCOUNT}:{name}"


lab.remove("read-notes", "try-out", "try-out-dlq")  # so that you can run this cell again
sqs.create_queue(QueueName="try-out-dlq", Attributes={
    "MessageRetentionPeriod": "60",
    "RedriveAllowPolicy": json.dumps(
        {"redrivePermission": "byQueue", "sourceQueueArns": [arn("sqs", "try-out")]})})
redrive = {"deadLetterTargetArn": arn("sqs", "try-out-dlq"), "maxReceiveCount": 2}
try_out = sqs.create_queue(QueueName="try-out", Attributes={
    "MessageRetentionPeriod": "60", "VisibilityTimeout": "10",
    "RedrivePolicy": json.dumps(redrive)})["QueueUrl"]

# %% [markdown]
# `get_queue_attributes` shows what you set, and what AWS chose:

# %%
found = sqs.get_queue_attributes(QueueUrl=try_out, AttributeNames=["All"])["Attributes"]
orderlab.show(found, "MessageRetentionPeriod", "VisibilityTimeout", "DelaySeconds",
              "MaximumMessageSize", "ReceiveMessageWaitTimeSeconds", "SqsManagedSseEnabled")
print("access policy:", found.get("Policy", "none: only this account"))

# %% [markdown]
# | attribute | says | from, to, default |
# |---|---|---|
# | `MessageRetentionPeriod` | how long a message is kept | 1 minute, 14 days, 4 days |
# | `VisibilityTimeout` | how long a received message is hidden from others | 0, 12 hours, 30 s |
# | `DelaySeconds` | how long a new message is hidden | 0, 15 minutes, 0 |
# | `MaximumMessageSize` | largest body with its attributes | 1 KiB, 1 MiB, 1 MiB |
# | `ReceiveMessageWaitTimeSeconds` | how long a poll waits for a message | 0, 20 s, 0 |
# | `RedrivePolicy` | after how many receipts a message goes to which **dead-letter queue** | 1 to 1,000 receipts; none |
# | `RedriveAllowPolicy` | which queues may use this one for dead letters | all |
# | `Policy` | who may send and receive: the **access policy** | none: your account |
#
# New queues are encrypted at rest with a key of SQS's own (`SqsManagedSseEnabled`); a KMS key is possible.

# %% [markdown]
# A consumer **polls**: it asks for up to ten messages. What it gets is hidden, not gone. Only `delete_message` with the **receipt handle**, which stands for this one receipt, takes it away:

# %%
def counts(url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible",
             "ApproximateNumberOfMessagesDelayed"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return dict(zip(("visible", "in flight", "delayed"), map(int, found.values()), strict=True))


rows = []
sqs.send_message(QueueUrl=try_out, MessageBody="hello")
sqs.send_message(QueueUrl=try_out, MessageBody="later", DelaySeconds=50)
rows.append({"after": "sent two, one with a delay", **counts(try_out)})
got = sqs.receive_message(QueueUrl=try_out, WaitTimeSeconds=5).get("Messages", [])
rows.append({"after": f"received {[each['Body'] for each in got]}", **counts(try_out)})
for each in got:
    sqs.delete_message(QueueUrl=try_out, ReceiptHandle=each["ReceiptHandle"])
rows.append({"after": "deleted what was received", **counts(try_out)})

# %%
orderlab.Table(rows)

# %% [markdown]
# The three numbers are metrics in CloudWatch as well. Beside them stands `ApproximateAgeOfOldestMessage`, the one to watch: it says how late the work is. They are approximate because a queue is many servers.
#
# A message may be 1 byte to 1 MiB, with its attributes:

# %%
try:
    sqs.send_message(QueueUrl=try_out, MessageBody="x" * (1024 * 1024 + 1))
except sqs.exceptions.ClientError as refusal:
    print(refusal.response["Error"]["Message"])

# %% [markdown]
# ### Two clocks
#
# A message that is received more often than `maxReceiveCount` is moved to the dead-letter queue, where a person looks at it. Both queues above keep a message for 60 s, which are 6 s here.

# %%
lab.predict("4.p1", "A message waits for 40 s in try-out and then becomes a dead letter. Both "
            "queues keep messages for 60 s. How long can a person find it in the second?", [
    "60 s", "20 s", "until somebody deletes it"])

# %%
dead_url = sqs.get_queue_url(QueueName="try-out-dlq")["QueueUrl"]
sqs.purge_queue(QueueUrl=try_out)
sqs.send_message(QueueUrl=try_out, MessageBody="clock")
time.sleep(4)  # 40 s


def dead_letters():
    found = sqs.receive_message(QueueUrl=dead_url, VisibilityTimeout=0, WaitTimeSeconds=1)
    return [each["Body"] for each in found.get("Messages", [])]


for _ in range(3):  # the third receipt is one too many
    sqs.receive_message(QueueUrl=try_out, VisibilityTimeout=0, WaitTimeSeconds=1)
began, there = time.monotonic(), lab.wait_for(lambda: "clock" in dead_letters(), seconds=2)
lab.wait_for(lambda: "clock" not in dead_letters(), seconds=8)
lasted = 10 * (time.monotonic() - began)
lab.compare("4.p1", "20 s" if there and lasted < 45 else f"about {lasted:.0f} s", "a dead letter "
            "keeps the time at which it was first sent. It came there two thirds of its life old.")

# %% [markdown]
# So a dead-letter queue has to keep longer than its source. With equal clocks, what failed late is gone before anybody looks.
#
# #### Exercise 4.1 The inbox
#
# Make the queue `orders-inbox` and its dead-letter queue `orders-inbox-dlq`. Both clocks start when the customer's order is sent.
#
# - The longest outage that this customer had was over Christmas, from Friday 18:00 to Wednesday 9:00. Orders wait in the inbox that long at least.
# - A dead letter waits for a person as long as that, *even one that got there in its last hour in the inbox*.
# - The function that will read the inbox takes up to 10 s. For a queue that feeds a function AWS advises a visibility timeout of six times the function's timeout, and at least five receipts.
# - An order that fails every time is among the dead letters within half an hour.
# - Only `orders-inbox` may put dead letters there.

# %%
ex = lab.exercise("4.1").again()
DAY = 24 * 3600
### BEGIN SOLUTION
door = {"redrivePermission": "byQueue", "sourceQueueArns": [arn("sqs", "orders-inbox")]}
settings = {"MessageRetentionPeriod": str(14 * DAY), "RedriveAllowPolicy": json.dumps(door)}
sqs.create_queue(QueueName="orders-inbox-dlq", Attributes=settings)
redrive = {"deadLetterTargetArn": arn("sqs", "orders-inbox-dlq"), "maxReceiveCount": 5}
settings = {
    "MessageRetentionPeriod": str(7 * DAY),
    "VisibilityTimeout": "60",
    "RedrivePolicy": json.dumps(redrive),
}
sqs.create_queue(QueueName="orders-inbox", Attributes=settings)
### END SOLUTION
ex.check()

# %%
lab.catch_up("4.1")
inbox = sqs.get_queue_url(QueueName="orders-inbox")["QueueUrl"]
found = sqs.get_queue_attributes(QueueUrl=inbox, AttributeNames=["All"])["Attributes"]
orderlab.show(found, "MessageRetentionPeriod", "VisibilityTimeout", "RedrivePolicy")

# %% [markdown]
# ## 4.2 A door without a function
#
# > **The customer**: "You say that the door writes into the queue by itself. Our orders are JSON with umlauts and ampersands. Who translates?"
#
# A **mapping template** does. API Gateway can call an AWS service in place of a function (integration type `AWS`): send a message to SQS, publish to SNS, read or write an item of DynamoDB, and many more. The template makes the service's request out of the customer's, and another one makes the customer's answer out of the service's. Templates are written in **VTL**, the Velocity Template Language:

# %%
lab.picture("templates")

# %% [markdown]
# **See it on something small.** An API `try-notes` that puts notes into `try-out`. The gateway acts as a role, and the role needs one right:

# %%
iam, gateway = lab.client("iam"), lab.client("apigateway")


def allow(actions, resource):
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def gateway_role(name, statement):
    lab.remove(name)
    who = {"Effect": "Allow", "Action": "sts:AssumeRole",
           "Principal": {"Service": "apigateway.amazonaws.com"}}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(who))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=document(statement))
    return made

# %%
lab.remove("try-notes")
notes = gateway.create_rest_api(name="try-notes")["id"]
root = gateway.get_resources(restApiId=notes)["items"][0]["id"]
POST_NOTE = {"restApiId": notes, "resourceId": root, "httpMethod": "POST"}
gateway.put_method(**POST_NOTE, authorizationType="NONE")
note_role = gateway_role("try-notes-role", allow("sqs:SendMessage", arn("sqs", "try-out")))

# %% [markdown]
# SQS is called as a browser sends a form: `Action=SendMessage&MessageBody=...`, with the content type that says so. The uri names the account and the queue. `$input.body` is the body as it came, on the way in the customer's and on the way out the service's:

# %%
QUEUE = "arn:aws:apigateway:us-east-1:sqs:path/{}/{}"
FORM = {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"}


def answer_with(method, status, pattern, template):
    if status not in gateway.get_method(**method).get("methodResponses", {}):
        gateway.put_method_response(**method, statusCode=status)
    gateway.put_integration_response(**method, statusCode=status, selectionPattern=pattern,
                                     responseTemplates={"application/json": template})


def send_notes(template):
    gateway.put_integration(
        **POST_NOTE, type="AWS", integrationHttpMethod="POST", credentials=note_role,
        uri=QUEUE.format(ACCOUNT, "try-out"), requestParameters=FORM,
        requestTemplates={"application/json": template}, passthroughBehavior="NEVER")

# %%
send_notes("Action=SendMessage&MessageBody=$input.body")
answer_with(POST_NOTE, "200", "", "$input.body")
_ = gateway.create_deployment(restApiId=notes, stageName="live")

# %% [markdown]
# `passthroughBehavior` says what happens to a body of another content type, which has no template. `NEVER` refuses it with 415. The default, `WHEN_NO_MATCH`, would hand it to SQS as it is, and SQS would read it as a form, with whatever `Action` it finds there.

# %%
lab.predict("4.p2", 'The note is {"name": "n-1", "text": "salt & pepper"}. What does the queue '
            "get?", ["the whole note", "the note up to the &", "nothing: SQS refuses it"])

# %%
def taken():
    """The bodies in try-out; they are deleted."""
    found = sqs.receive_message(QueueUrl=try_out, MaxNumberOfMessages=10, WaitTimeSeconds=10)
    for each in found.get("Messages", []):
        sqs.delete_message(QueueUrl=try_out, ReceiptHandle=each["ReceiptHandle"])
    return [each["Body"] for each in found.get("Messages", []) if "n-" in each["Body"]]


note = {"name": "n-1", "text": "salt & pepper, 1 + 1 = 2, Käse"}
answer = lab.request(lab.api_url(notes), note)
bodies = taken()
print(bodies)
lab.compare("4.p2", "the note up to the &" if bodies and "pepper" not in bodies[0] else
            str(bodies), "in a form, & ends a field. The rest of the note was read as a field that "
            "SQS doesn't know.")

# %% tags=["claim"]
assert bodies == ['{"name": "n-1", "text": "salt ']

# %% [markdown]
# The sender heard 200, and half of his note is gone. `$util.urlEncode` makes any text safe for a form:

# %%
send_notes("Action=SendMessage&MessageBody=$util.urlEncode($input.body)")
answer_with(POST_NOTE, "200", "", "$input.body")
gateway.create_deployment(restApiId=notes, stageName="live")
answer = lab.request(lab.api_url(notes), note)
print("as it was sent:", [json.loads(body) for body in taken()] == [note])
print(answer.status, answer.text[:75], "...")

# %% [markdown]
# Now the answer. The sender sees what SQS said, which is none of his business. A **response template** says it in your words. It sees the *service's* answer and not the request. What it needs of the request is put aside on the way in, in `$context.requestOverride.path`, where both templates can reach it.
#
# Which response is taken decides its `selectionPattern`, a regular expression that is compared with the service's status. The one with an empty pattern is for all the rest:

# %%
lab.remove("try-notes-role")
note_role = gateway_role("try-notes-role", allow("sqs:SendMessage", arn("sqs", "try-out")))
send_notes("#set($context.requestOverride.path.name = $input.path('$.name'))"
           "Action=SendMessage&MessageBody=$util.urlEncode($input.body)")
answer_with(POST_NOTE, "202", r"2\d{2}",
            "#set($name = $context.requestOverride.path.name)"
            '{"name": "$name", "at": "$context.requestTimeEpoch"}')
answer_with(POST_NOTE, "503", "", '{"message": "The note was not taken. Send it again."}')
gateway.create_deployment(restApiId=notes, stageName="live")
said = [lab.request(lab.api_url(notes), note)]
iam.delete_role_policy(RoleName="try-notes-role", PolicyName="rights")
said.append(lab.request(lab.api_url(notes), note))  # now SQS refuses
for answer in said:
    print(answer.status, answer.text)

# %% tags=["claim"]
assert [answer.status for answer in said] == [202, 503]

# %% [markdown]
# **202 Accepted** is HTTP's word for *taken, not done*. 503 says *not taken, come again*. Without the second response SQS's refusal would be a 500 without a word.
#
# #### Exercise 4.2 Into the inbox
#
# `POST /orders` of `order-api` leads to `accept-order`. Let it put orders into `orders-inbox`, on the stage `live`:
#
# - The queue gets each order exactly as it was sent. What is not `application/json` never reaches SQS.
# - The role is `order-api-role`. API Gateway may take it on, and it may send to this queue and do nothing else.
# - What SQS took is answered with 202 and `{"order_id": ..., "status": "ACCEPTED", "status_url": "/orders/ID/status?accepted=T"}`, where T is `$context.requestTimeEpoch`, the time of the request. (Section 4.4 says what it is for.)
# - Everything else is answered with 503 and a `message`.
# - Wrong orders are still refused with 400 at the door; the method, its model and its validator stay.

# %%
ex = lab.exercise("4.2").again()
api = next(a["id"] for a in gateway.get_rest_apis()["items"] if a["name"] == "order-api")
paths = {each["path"]: each["id"] for each in gateway.get_resources(restApiId=api)["items"]}
POST_ORDERS = {"restApiId": api, "resourceId": paths["/orders"], "httpMethod": "POST"}
### BEGIN SOLUTION
role = gateway_role("order-api-role", allow("sqs:SendMessage", arn("sqs", "orders-inbox")))
template = (
    "#set($context.requestOverride.path.order_id = $input.path('$.order_id'))"
    "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
)
### END SOLUTION

# %%
### BEGIN SOLUTION
made = gateway.put_integration(
    **POST_ORDERS,
    type="AWS",
    integrationHttpMethod="POST",
    credentials=role,
    uri=QUEUE.format(ACCOUNT, "orders-inbox"),
    requestParameters=FORM,
    requestTemplates={"application/json": template},
    passthroughBehavior="NEVER",
)
### END SOLUTION

# %%
### BEGIN SOLUTION
accepted = (
    "#set($id = $context.requestOverride.path.order_id)"
    '{"order_id": "$id", "status": "ACCEPTED", '
    '"status_url": "/orders/$id/status?accepted=$context.requestTimeEpoch"}'
)
sorry = '{"message": "The order could not be taken. Send it again: it is stored once."}'
answer_with(POST_ORDERS, "202", r"2\d{2}", accepted)
answer_with(POST_ORDERS, "503", "", sorry)
gateway.create_deployment(restApiId=api, stageName="live")
### END SOLUTION
ex.check()

# %% [markdown]
# Twenty real orders to the new door:

# %%
lab.catch_up("4.2")
first = lab.place_orders(20, clients=4)
dynamodb = lab.client("dynamodb")


def stored(ids):
    """How many of these orders are in the table."""
    keys = {"Keys": [{"order_id": {"S": each}} for each in ids], "ConsistentRead": True}
    found = dynamodb.batch_get_item(RequestItems={"orders": keys})["Responses"]["orders"]
    return len(found)


print(first)
print(f"in the table: {stored(first.accepted)}; in the inbox: {counts(inbox)}")

# %% tags=["claim"]
assert len(first.accepted) == 20

# %% [markdown]
# Each customer has a promise. Unless somebody reads the inbox already, no order is processed. That is the next section.

# %% [markdown]
# ## 4.3 The worker
#
# > **The customer**: "So now you have taken our orders. Who does the work? And if one of them is bad, what about the other nine in its batch?"
#
# An **event source mapping** polls the queue for a function, as it did with shipping's queue. It takes a batch, invokes the function with it, and deletes the messages itself. What it deletes depends on the answer:

# %%
lab.picture("batch answers")

# %% [markdown]
# **See it on something small.** `read-notes` gets notes from `try-out`, where the second receipt is the last. A note without a text is bad. This handler raises an error for it:

# %%
RAISES = """import json

def handler(event, context):
    for record in event["Records"]:
        note = json.loads(record["body"])
        if "text" not in note:
            raise ValueError("no text")
"""
CONSUME = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
notes_only = allow(CONSUME, arn("sqs", "try-out"))


def in_queue(url):
    found = counts(url)
    return found["visible"] + found["in flight"]

# %%
def send_batch(code, **settings):
    """Three notes, the second bad; what became of each."""
    lab.remove("read-notes")
    lab.deploy("read-notes", code, allowed=[notes_only])
    names = [f"{word} {time.time_ns() % 10**9}" for word in ("good", "bad", "also good")]
    bodies = [{"name": name} if "bad" in name else {"name": name, "text": "x"} for name in names]
    sqs.send_message_batch(QueueUrl=try_out, Entries=[
        {"Id": str(n), "MessageBody": json.dumps(body)} for n, body in enumerate(bodies)])
    functions.create_event_source_mapping(
        FunctionName="read-notes", EventSourceArn=arn("sqs", "try-out"), BatchSize=10, **settings)
    lab.wait_for(lambda: in_queue(try_out) == 0, seconds=15)
    found = sqs.receive_message(QueueUrl=dead_url, MaxNumberOfMessages=10, WaitTimeSeconds=2)
    dead = str([each["Body"] for each in found.get("Messages", [])])
    return {name.rstrip(" 0123456789"): "dead letter" if name in dead else "deleted"
            for name in names}

# %%
outcomes = {"raises an error": send_batch(RAISES)}
orderlab.Table([{"handler": name, **became} for name, became in outcomes.items()])

# %% [markdown]
# One bad note takes its whole batch with it. Lambda sees a batch that failed, and leaves all of it in the queue. It is received again, fails again, and ends among the dead letters, the good ones too. (On a standard queue a batch may hold fewer than all three, and then the others are spared.)
#
# So the handler should go on, and *say* which messages failed:

# %%
ANSWERS = """import json

def handler(event, context):
    failed = []
    for record in event["Records"]:
        note = json.loads(record["body"])
        if "text" not in note:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""

# %%
lab.predict("4.p3", "This handler answers with the bad note's messageId. The mapping is as before. "
            "What becomes of the bad note?", [
    "a dead letter, in the end", "nothing: it is deleted", "all three come back"])

# %%
outcomes["answers"] = send_batch(ANSWERS)
gone = set(outcomes["answers"].values()) == {"deleted"}
lab.compare("4.p3", "nothing: it is deleted" if gone else str(outcomes["answers"]), "the mapping "
            "doesn't read answers unless it is told to. The handler raised nothing, so the batch "
            "succeeded.")

# %% tags=["claim"]
assert set(outcomes["answers"].values()) == {"deleted"}

# %% [markdown]
# That is a lost note, and nobody was told. `ReportBatchItemFailures` is the other half of the agreement:

# %%
outcomes["answers, and is read"] = send_batch(
    ANSWERS, FunctionResponseTypes=["ReportBatchItemFailures"])
lab.remove("read-notes")
orderlab.Table([{"handler": name, **became} for name, became in outcomes.items()])

# %% tags=["claim"]
assert outcomes["answers, and is read"] == {
    "good": "deleted", "bad": "dead letter", "also good": "deleted"}

# %% [markdown]
# | the handler | the mapping | deleted |
# |---|---|---|
# | raises | any | nothing |
# | answers `{"batchItemFailures": []}` or nothing | any | all |
# | names messages | without `ReportBatchItemFailures` | all |
# | names messages | with it | all but those |
# | names a message that isn't in the batch | with it | nothing: the whole batch failed |
#
# #### Exercise 4.3 One bad order, nine good ones
#
# Write `process-order`. The customer's layer does most of it: `orders.parse(text)` gives an order or raises an error; `storage.store_once(dynamodb, table, order, accepted_ms)` puts it with the condition of chapter 02 and returns `None`, or the order that was there before; `storage.same_order(order, there)` compares.
#
# - `store` stores an order once. The same order again is no failure. *Another* order with an id that is taken is one, and a person has to look at it.
# - `handler` tries every message, whatever became of the others, and exactly those that failed come back.

# %%
STORE = """import os
from orderlib import aws, log, orders, storage

dynamodb = aws.client("dynamodb")

def store(record):
    order = orders.parse(record["body"])
    accepted_ms = int(record["attributes"]["SentTimestamp"])
    there = storage.store_once(dynamodb, os.environ["ORDERS_TABLE"], order, accepted_ms)
    log.info("order stored", order_id=order["order_id"], before=there is not None)
    ### BEGIN SOLUTION
    if there is not None and not storage.same_order(order, there):
        raise ValueError(f"another order has the id {order['order_id']}")
    ### END SOLUTION
"""

# %%
HANDLER = """
def handler(event, context):
    ### BEGIN SOLUTION
    failed = []
    for record in event["Records"]:
        try:
            store(record)
        except Exception as error:
            log.error("message failed", error=repr(error))
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
    ### END SOLUTION
"""

# %% [markdown]
# Deploy it with `lab.deploy`. Its role may read the inbox, put items into the table `orders`, and do nothing else. Then feed it from `orders-inbox`.

# %%
ex = lab.exercise("4.3").again()
layer = functions.list_layer_versions(LayerName="orderlib")["LayerVersions"][0]["LayerVersionArn"]
settings = {"Timeout": 10, "MemorySize": 512, "Layers": [layer],
            "Environment": {"Variables": {"ORDERS_TABLE": "orders"}}}
### BEGIN SOLUTION
rights = [
    allow(CONSUME, arn("sqs", "orders-inbox")),
    allow("dynamodb:PutItem", arn("dynamodb", "table/orders")),
]
lab.deploy("process-order", STORE + HANDLER, allowed=rights, **settings)
functions.create_event_source_mapping(
    FunctionName="process-order",
    EventSourceArn=arn("sqs", "orders-inbox"),
    FunctionResponseTypes=["ReportBatchItemFailures"],
)
### END SOLUTION
ex.check()

# %% [markdown]
# The twenty orders of section 4.2 were promised before anybody could keep the promise. And now?

# %%
lab.catch_up("4.3")
lab.wait_for(lambda: stored(first.accepted) == 20, seconds=40)
print(f"of {len(first.accepted)} promised orders, {stored(first.accepted)} are stored")
metrics = lab.client("cloudwatch")
metrics.put_metric_alarm(  # as each function has one since chapter 03
    AlarmName="process-order-Errors", Namespace="AWS/Lambda", MetricName="Errors",
    Dimensions=[{"Name": "FunctionName", "Value": "process-order"}], Statistic="Sum",
    Period=60, EvaluationPeriods=1, Threshold=1,
    ComparisonOperator="GreaterThanOrEqualToThreshold", TreatMissingData="notBreaching")
lab.trace(first.accepted[0]).waterfall()

# %% tags=["claim"]
assert stored(first.accepted) == 20

# %% [markdown]
# In the picture the customer's part ends where the queue begins.
#
# ## 4.4 A promise is not a receipt
#
# > **The customer**: "A buyer had her 202 and looked at her order's page at once. It said that there is no such order. She called us, and then she ordered again."

# %%
lab.predict("4.p4", "An order was accepted and is not stored yet. What does GET /orders/ID "
            "answer?", ["202: it is in the queue", "404: there is no such order",
                        "it waits until the order is stored"])

# %%
new = lab.orders(1)[0]
with lab.faults.delay("orders-inbox", seconds=20):  # the work is 2 s behind
    promise = lab.request(lab.url + "/orders", new).json()
    page = f"{lab.url}/orders/{new['order_id']}"
    soon = lab.request(page, method="GET").status
lab.wait_for(lambda: lab.request(page, method="GET").status == 200, seconds=30)
later = lab.request(page, method="GET").status
print("promised:", promise["status"], promise["status_url"])
print(f"its page at once: {soon}; later: {later}")
lab.compare("4.p4", "404: there is no such order" if soon == 404 else str(soon), "the page reads "
            "the table. Nobody can look up one message in a queue, so nobody knows it is there.")

# %% tags=["claim"]
assert soon in (200, 404) and later == 200

# %% [markdown]
# Nobody but the buyer. She holds the promise, with the time at which it was given. If her question brings that along, three answers can be told apart:

# %%
lab.picture("promise")

# %% [markdown]
# `Retry-After` is an HTTP header: ask again in so many seconds. A good client obeys it, and waits longer each time if it isn't there.
#
# The answers need no function either. **See it on something small:** an API that reads the table `drafts`. The role has the right `dynamodb:GetItem`, the uri names the action, and the request template writes what boto3 would send:

# %%
lab.remove("drafts", "try-drafts")
dynamodb.create_table(
    TableName="drafts", BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}])
dynamodb.get_waiter("table_exists").wait(TableName="drafts", WaiterConfig={"Delay": 1})
dynamodb.put_item(TableName="drafts", Item={"name": {"S": "letter"}, "words": {"N": "120"}})
drafts = gateway.create_rest_api(name="try-drafts")["id"]
root = gateway.get_resources(restApiId=drafts)["items"][0]["id"]
one = gateway.create_resource(restApiId=drafts, parentId=root, pathPart="{name}")["id"]
GET_DRAFT = {"restApiId": drafts, "resourceId": one, "httpMethod": "GET"}
gateway.put_method(**GET_DRAFT, authorizationType="NONE")
draft_role = gateway_role(
    "try-drafts-role", allow("dynamodb:GetItem", arn("dynamodb", "table/drafts")))

# %%
GET_ITEM = "arn:aws:apigateway:us-east-1:dynamodb:action/GetItem"
ask = """{"TableName": "drafts", "ConsistentRead": true,
 "Key": {"name": {"S": "$util.escapeJavaScript($input.params('name'))"}}}"""
gateway.put_integration(
    **GET_DRAFT, type="AWS", integrationHttpMethod="POST", credentials=draft_role,
    uri=GET_ITEM, requestTemplates={"application/json": ask})
tell = """#set($words = "$!input.path('$.Item.words.N')")
#if($words != ""){"words": $words}
#elseif("$!input.params('lang')" != "")#set($context.responseOverride.status = 300)
#set($context.responseOverride.header.Retry-After = "7"){"lang": "none"}
#else#set($context.responseOverride.status = 404){"message": "no such draft"}#end"""
answer_with(GET_DRAFT, "200", r"2\d{2}", tell)
_ = gateway.create_deployment(restApiId=drafts, stageName="live")

# %%
for path in ("letter", "poem", "poem?lang=de"):
    answer = lab.request(f"{lab.api_url(drafts)}/{path}", method="GET")
    print(f"{path:14}{answer.status} {answer.headers.get('retry-after')} {answer.text.strip()}")

# %% [markdown]
# - `$input.params('x')` is a parameter of the path or of the query, and empty if there is none. What comes from outside is escaped, or a path with a quotation mark in it could write its own JSON.
# - `"$!..."` is the value, or an empty text if there is none.
# - `$context.responseOverride` changes the answer's status and headers from within the template.
#
# #### Exercise 4.4 Where is my order?
#
# Build `GET /orders/{orderId}/status` on the stage `live`, from the table `orders`, without a function:
#
# | the order is in the table | the request has `accepted` | answer |
# |---|---|---|
# | yes | or not | 200 `{"status": "STORED"}` |
# | no | yes | 202 `{"status": "ACCEPTED"}`, with `Retry-After` |
# | no | no | 404 `{"status": "UNKNOWN"}` |
# | the table does not answer | | 503: nothing is known, and a 404 would be a lie |
#
# Whatever stands in the path, the table is asked for that id and no other, and a stored order is found at once.

# %%
ex = lab.exercise("4.4").again()
paths = {each["path"]: each["id"] for each in gateway.get_resources(restApiId=api)["items"]}
role = iam.get_role(RoleName="order-api-role")["Role"]["Arn"]
### BEGIN SOLUTION
there = gateway.create_resource(
    restApiId=api,
    parentId=paths["/orders/{orderId}"],
    pathPart="status",
)["id"]
GET_STATUS = {"restApiId": api, "resourceId": there, "httpMethod": "GET"}
gateway.put_method(**GET_STATUS, authorizationType="NONE")
may_read = document(allow("dynamodb:GetItem", arn("dynamodb", "table/orders")))
made = iam.put_role_policy(
    RoleName="order-api-role", PolicyName="status", PolicyDocument=may_read)
### END SOLUTION

# %%
### BEGIN SOLUTION
ask = """{"TableName": "orders", "ConsistentRead": true,
 "Key": {"order_id": {"S": "$util.escapeJavaScript($input.params('orderId'))"}}}"""
made = gateway.put_integration(
    **GET_STATUS,
    type="AWS",
    integrationHttpMethod="POST",
    credentials=role,
    uri=GET_ITEM,
    requestTemplates={"application/json": ask},
)
### END SOLUTION

# %%
### BEGIN SOLUTION
tell = """#if("$!input.path('$.Item.order_id.S')" != ""){"status": "STORED"}
#elseif("$!input.params('accepted')" != "")#set($context.responseOverride.status = 202)
#set($context.responseOverride.header.Retry-After = "2"){"status": "ACCEPTED"}
#else#set($context.responseOverride.status = 404){"status": "UNKNOWN"}#end"""
answer_with(GET_STATUS, "200", r"2\d{2}", tell)
answer_with(GET_STATUS, "503", "", '{"message": "Nobody can tell now. Ask again."}')
gateway.create_deployment(restApiId=api, stageName="live")
### END SOLUTION
ex.check()

# %% [markdown]
# A client that keeps to it, while the work is 2 s behind (in the lab `Retry-After` passes ten times as fast too):

# %%
lab.catch_up("4.4")


def order_and_wait(order):
    """Place an order and follow its promise; every status that was heard."""
    answer = lab.request(lab.url + "/orders", order)
    heard, where = [answer.status], lab.url + answer.json()["status_url"]
    while answer.status == 202 and len(heard) < 50:
        time.sleep(int(answer.headers.get("retry-after", 1)) / 10)
        answer = lab.request(where, method="GET")
        heard.append(answer.status)
    return heard


with lab.faults.delay("orders-inbox", seconds=20):
    heard = order_and_wait(lab.orders(1)[0])
print("heard, in this order:", *dict.fromkeys(heard))

# %% tags=["claim"]
assert heard[0] == 202 and heard[-1] == 200

# %% [markdown]
# What a client does with each answer:
#
# | answer | to the order | to the question |
# |---|---|---|
# | 200 | | done |
# | 202 | promised: keep `status_url`, ask later | not yet: wait `Retry-After`, ask again |
# | 400, 404 | wrong order: sending it again won't help | unknown: the order was never accepted |
# | 429, 503, no answer | send the *same* order with the *same id* again, after a pause that doubles each time | ask again, after such a pause |
#
# The same id is what makes sending again harmless. If the first try was taken and only its answer was lost, the order is in the inbox twice, and stored once.

# %% [markdown]
# ### What the customer feels now
#
# The three experiments of section 4.1 again, with the door of today:

# %%
calm = lab.place_orders(10, clients=2)
with lab.faults.slow_down("process-order", seconds=20):
    busy = lab.place_orders(10, clients=5)
with lab.faults.fail("process-order"):
    outage = lab.place_orders(20, clients=4)
    print(f"while it is broken: {len(outage.refused)} of {outage.count} turned away")
lab.wait_for(lambda: stored(outage.accepted) == len(outage.accepted), seconds=60)
print(f"afterwards: {stored(outage.accepted)} of {len(outage.accepted)} stored")

# %%
lab.bars("Time to the customer's answer (half of ten orders were faster)", {
    "before: a good day": good.p50, "before: processing takes 2 s longer": slow.p50,
    "now: a good day": calm.p50, "now: processing takes 2 s longer": busy.p50}, y_label="ms")

# %% tags=["claim"]
assert not outage.refused and stored(outage.accepted) == 20 and busy.p50 < 1900

# %% [markdown]
# Nobody waits for the price rule, and nobody is turned away when it fails. The orders of the outage waited in the inbox until the function was back. What failed was tried again when its visibility timeout was over.
