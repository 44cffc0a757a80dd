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
worker = "process-order" if lab.name("process-order") in names else "accept-order"
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
         {"a good day": good.p50, "processing takes 2 s longer": slow.p50}, y_label="ms",
         n=slow.count, seconds=slow.seconds)

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
DAY = 24 * 3600  # a queue counts in seconds


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
### BEGIN SOLUTION
door = {"redrivePermission": "byQueue", "sourceQueueArns": [arn("sqs", "orders-inbox")]}
settings = {
    "MessageRetentionPeriod": str(14 * DAY),
    "RedriveAllowPolicy": json.dumps(door),
}
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
def drained(url):
    """All bodies in a queue; the messages are deleted."""
    found = []
    while some := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10,
                                      WaitTimeSeconds=10).get("Messages"):
        for message in some:
            found.append(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found

# %%
drained(try_out)  # what the last section left there
note = {"name": "n-1", "text": "salt & pepper, 1 + 1 = 2, Käse"}
answer = lab.request(lab.api_url(notes), note)
bodies = drained(try_out)
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
print("as it was sent:", [json.loads(body) for body in drained(try_out)] == [note])
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
apis = {each["name"]: each["id"] for each in gateway.get_rest_apis()["items"]}
api = apis[lab.name("order-api")]
paths = {each["path"]: each["id"] for each in gateway.get_resources(restApiId=api)["items"]}
POST_ORDERS = {"restApiId": api, "resourceId": paths["/orders"], "httpMethod": "POST"}
### BEGIN SOLUTION
role = gateway_role(
    "order-api-role",
    allow("sqs:SendMessage", arn("sqs", "orders-inbox")),
)
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
for url in (try_out, dead_url):  # kept for ten minutes now, which are one here
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "600"})


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
    lab.wait_for(lambda: in_queue(try_out) == 0, seconds=30)
    dead = str(drained(dead_url))
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
    "now: a good day": calm.p50, "now: processing takes 2 s longer": busy.p50}, y_label="ms",
    n=busy.count, seconds=busy.seconds)

# %% tags=["claim"]
assert not outage.refused and stored(outage.accepted) == 20 and busy.p50 < 1900

# %% [markdown]
# Nobody waits for the price rule, and nobody is turned away when it fails. The orders of the outage waited in the inbox until the function was back. What failed was tried again when its visibility timeout was over.

# %% [markdown]
# ## 4.5 A message that comes back
#
# > **The customer**: "Since Tuesday the price service bills us for more orders than we have. Nothing changed. Well, the price rule takes four seconds for a batch now. And one of us set the inbox's clock to three seconds, so that the orders of a dead worker come back sooner."
#
# Ten orders, while a call of `process-order` takes 4 s. `lab.deliveries` counts how often the queue gave each order to a worker:

# %%
lab.catch_up("4.4")
dead = sqs.get_queue_url(QueueName="orders-inbox-dlq")["QueueUrl"]


def handed_over(orders):
    """How many times the inbox gave any of these orders to process-order."""
    return sum(lab.deliveries("orders-inbox", orders).values())

# %%
ex = lab.exercise("4.5").again()
with lab.faults.slow_down("process-order", seconds=4):
    sent = lab.place_orders(10, clients=2)
    lab.wait_for(lambda: handed_over(sent.accepted) > 15, seconds=10)
lab.settle()
before = handed_over(sent.accepted)
print(f"{sent}; handed to process-order {before} times")
lab.books(sent.accepted)

# %% tags=["claim"]
assert before > 10

# %% [markdown]
# The books are right: each order is stored once and done once by every service. The condition of exercise 2.4 refused every repeat. But each repeat asked the price service again.
#
# When a worker receives a message, SQS doesn't delete it. It hides the message for the **visibility timeout** and waits for the delete. If none comes, SQS assumes that the worker died, and shows the message to the next one that asks:

# %%
lab.picture("visibility timeout")

# %% [markdown]
# **See it on a small queue.** `hello` hides a message for 40 s, which are 4 s in this lab. Nobody deletes anything:

# %%
lab.remove("hello")  # so that you can run this cell again
hello = sqs.create_queue(QueueName="hello", Attributes={"VisibilityTimeout": "40"})["QueueUrl"]
sent_one = sqs.send_message(QueueUrl=hello, MessageBody="a letter")
receipts = []
for wait in (0, 1, 4):
    time.sleep(wait)
    got = sqs.receive_message(QueueUrl=hello, WaitTimeSeconds=1,
                              MessageSystemAttributeNames=["ApproximateReceiveCount"])
    receipts.append([m["Attributes"]["ApproximateReceiveCount"] for m in got.get("Messages", [])])
    print(f"{10 * wait:2} s later, receive counts:", receipts[-1])

# %% tags=["claim"]
assert receipts[0] == ["1"] and receipts[2] == ["2"]

# %% [markdown]
# Look at the receive count: the second one is the same message. `set_queue_attributes` changes the clock of a queue, and `change_message_visibility` that of one message. A worker that sees that it needs longer asks for more time before its time is over; with 0 it gives the message back at once:

# %%
handle = got["Messages"][0]["ReceiptHandle"] if got.get("Messages") else None
if handle:
    sqs.change_message_visibility(QueueUrl=hello, ReceiptHandle=handle, VisibilityTimeout=0)
sqs.set_queue_attributes(QueueUrl=hello, Attributes={"VisibilityTimeout": "90"})
got = sqs.receive_message(QueueUrl=hello, WaitTimeSeconds=10)
print("given back, and received again:", len(got.get("Messages", [])))

# %%
lab.predict("4.p5", "The work takes 4 s, the queue hides for 3 s, and other workers are free. How "
            "often is one order handed over?", [
    "once", "twice", "again and again, until a delete comes in time"])

# %%
ex = lab.exercise("4.5").again()
with lab.faults.slow_down("process-order", seconds=4):
    one = lab.place_orders(1).accepted
    lab.wait_for(lambda: handed_over(one) > 2, seconds=10)
times = handed_over(one)
lab.settle()
lab.compare("4.p5", "again and again, until a delete comes in time" if times > 2
            else f"{times} times", "each receive gives a new receipt handle, and a delete with an "
            "older one deletes nothing. After its last try such an order ends as a dead letter, "
            "although it is stored.")

# %% tags=["claim"]
assert times > 2

# %% [markdown]
# #### Exercise 4.5 The clock of the inbox
#
# `process-order` takes up to 4 s for a batch, and Lambda lets it run for 10 s. Set the clock of `orders-inbox` so that no order is handed over again while it is worked on, and that an order whose worker died comes back within two minutes.

# %%
ex = lab.exercise("4.5").again()
### BEGIN SOLUTION
sqs.set_queue_attributes(
    QueueUrl=inbox,
    Attributes={"VisibilityTimeout": "60"},
)
### END SOLUTION
ex.check()

# %% [markdown]
# The ten orders once more, with your clock:

# %%
lab.catch_up("4.5")
with lab.faults.slow_down("process-order", seconds=4):
    calm = lab.place_orders(10, clients=2)
    lab.settle()
after = handed_over(calm.accepted)
lab.bars("10 orders: how often they were handed to process-order",
         {"a clock of 3 s": before, "your clock": after}, y_label="times", n=calm.count)

# %% [markdown]
# ### Made harmless
#
# A longer clock makes repeats rare. It can't exclude them: a standard queue delivers *at least* once. Let the inbox deliver every message twice, whatever its clock says:

# %%
with lab.faults.duplicate("orders-inbox", times=2):
    doubled = lab.place_orders(10, clients=2)
    lab.settle()
print("handed over:", handed_over(doubled.accepted))
lab.books(doubled.accepted)

# %% tags=["claim"]
assert handed_over(doubled.accepted) > 10

# %% [markdown]
# The clock saves work. The condition keeps the promise. What can't be made conditional in the table (a payment, an e-mail) needs a key that its receiver recognises, such as the order's id. Payment services call it an **idempotency key**.

# %% [markdown]
# ## 4.6 A letter that nobody can read
#
# > **The customer**: "A partner sends us its orders by machine. Nine of ten arrive. Where is the tenth?"
#
# A stream stops at a record that can't be processed (section 3.8). A queue lets it come back later, and goes on. After `maxReceiveCount` tries it moves to the dead-letter queue.
#
# **See it on something small.** A function `double` reads numbers from the queue `numbers`:

# %%
DOUBLE = """def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            print("the double is", 2 * number(record["body"]))
        except ValueError as error:
            print("failed:", error)
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""
AS_DIGITS = "def number(text):\n    return int(text)\n"
AS_WORDS = "def number(text):\n    return 20 if text == 'twenty' else int(text)\n"
numbers_only = allow(CONSUME, arn("sqs", "numbers"))

# %%
lab.remove("double", "numbers", "numbers-dlq")
numbers_dead = sqs.create_queue(QueueName="numbers-dlq")["QueueUrl"]
redrive = {"deadLetterTargetArn": arn("sqs", "numbers-dlq"), "maxReceiveCount": 2}
numbers = sqs.create_queue(QueueName="numbers", Attributes={
    "VisibilityTimeout": "6", "RedrivePolicy": json.dumps(redrive)})["QueueUrl"]
lab.deploy("double", DOUBLE + AS_DIGITS, Timeout=6, allowed=[numbers_only])
_ = functions.create_event_source_mapping(
    FunctionName="double", EventSourceArn=arn("sqs", "numbers"),
    FunctionResponseTypes=["ReportBatchItemFailures"])

# %%
lab.predict("4.p6", "Three messages: 21, twenty, 4. What has become of them a little later?", [
    "all three wait, because of twenty", "two are done, and twenty is tried for ever",
    "two are done, and twenty is in the dead-letter queue"])

# %%
for text in ("21", "twenty", "4"):
    sqs.send_message(QueueUrl=numbers, MessageBody=text)
lab.wait_for(lambda: in_queue(numbers_dead) and not in_queue(numbers), seconds=30)
lines = [line for line in lab.log("double") if line.startswith(("the double", "failed"))]
print(*sorted(lines), sep="\n")
done = sum(line.startswith("the double") for line in lines)
lab.compare("4.p6", "two are done, and twenty is in the dead-letter queue"
            if done == 2 and in_queue(numbers_dead) == 1 else f"{done} done",
            "it failed alone, twice, and then the queue moved it.")

# %% tags=["claim"]
assert done == 2 and in_queue(numbers_dead) == 1

# %% [markdown]
# Read the letter. `VisibilityTimeout=0` shows it again at once, so that reading doesn't take it away:

# %%
letter = sqs.receive_message(
    QueueUrl=numbers_dead, WaitTimeSeconds=10, VisibilityTimeout=0,
    MessageSystemAttributeNames=["All"]).get("Messages", [{"Body": "gone", "Attributes": {}}])[0]
print(letter["Body"])
for name in ("ApproximateReceiveCount", "DeadLetterQueueSourceArn", "SentTimestamp"):
    print(f"  {name}: {letter['Attributes'].get(name)}")

# %% [markdown]
# A dead letter tells where it comes from and how often it was received (this time is one of them). It doesn't tell why it failed. The function's log does.
#
# Here the *function* is at fault: "twenty" is a number. So mend the function, and send all dead letters back. That is a **redrive**, and SQS does it as a task of its own. It moves every message of the dead-letter queue, each as a new one, with a new id and a receive count of 0:

# %%
lab.deploy("double", DOUBLE + AS_WORDS, Timeout=6, allowed=[numbers_only])
sqs.start_message_move_task(SourceArn=arn("sqs", "numbers-dlq"))
doubled_at_last = lab.wait_for(lambda: lab.log("double", '"is 40"'), seconds=20)
task = sqs.list_message_move_tasks(SourceArn=arn("sqs", "numbers-dlq"))["Results"][0]
print(task["Status"], "-", task["ApproximateNumberOfMessagesMoved"], "message moved;",
      "twenty was doubled:", doubled_at_last)

# %% tags=["claim"]
assert doubled_at_last

# %% [markdown]
# | at fault is | so | with |
# |---|---|---|
# | what was behind the queue (a bug, a table that was down) | mend it, send all letters back | `StartMessageMoveTask` |
# | the message, and you know what it should say | mend it, send it, delete the letter | your code |
# | the message, and you don't know | ask its sender | a person |
#
# A task can't tell the three apart.
#
# Now the shop. In exercise 3.7 each part that can fail got an alarm, and since then `orders-inbox-dlq` has come. Give it one that goes off at its first letter:

# %%
rule = {"Period": 60, "EvaluationPeriods": 1, "Threshold": 1, "TreatMissingData": "notBreaching",
        "ComparisonOperator": "GreaterThanOrEqualToThreshold"}
### BEGIN SOLUTION
_ = metrics.put_metric_alarm(
    AlarmName="orders-inbox-letters",
    Namespace="AWS/SQS",
    MetricName="ApproximateNumberOfMessagesVisible",
    Dimensions=[{"Name": "QueueName", "Value": "orders-inbox-dlq"}],
    Statistic="Maximum",
    **rule,
)
### END SOLUTION

# %%
ex = lab.exercise("4.6").again()


def ringing():
    return [alarm["AlarmName"] for alarm in metrics.describe_alarms(
        StateValue="ALARM", AlarmNamePrefix="orders-inbox")["MetricAlarms"]]


rings = lab.wait_for(ringing, seconds=5)
print("in ALARM:", ", ".join(ringing()) or "no alarm on orders-inbox-dlq")

# %%
shown = sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10, WaitTimeSeconds=10,
                            VisibilityTimeout=0).get("Messages", [])
for body in sorted(message["Body"] for message in shown):
    place = body.find('"coupon_cents"')
    print(body[:12], "...", body[place:place + 24] if place > 0 else "")

# %% [markdown]
# Three kinds. The table was down when some of them were tried; they are whole. In others the partner's new app wrote the coupon as a text, such as `"$1.50"`, and `process-order` takes whole cents. One is no order.

# %% [markdown]
# #### Exercise 4.6 Dead letters
#
# Write `bring_back(sqs, dead, inbox)`, which gets the addresses of two queues:
#
# - each order goes to `inbox`, the coupon as a whole number of cents, everything else as the customer sent it;
# - what is no order stays in `dead` for a person;
# - nothing is lost if your kernel dies between two calls;
# - it returns how many orders it sent.

# %%
ex = lab.exercise("4.6")
bring_back = None
### BEGIN SOLUTION


def mended(body):
    # the order as it should be, as text; None for what is no order
    try:
        order = json.loads(body)
        coupon = order["coupon_cents"]
    except (ValueError, KeyError, TypeError):
        return None
    if isinstance(coupon, str):
        order["coupon_cents"] = round(100 * float(coupon.strip("$")))
    return json.dumps(order)


### END SOLUTION

# %%
### BEGIN SOLUTION
def letters(sqs, dead):
    # until a long poll finds nothing
    while got := sqs.receive_message(
        QueueUrl=dead,
        MaxNumberOfMessages=10,
        WaitTimeSeconds=5,
    ).get("Messages"):
        yield from got


### END SOLUTION

# %%
### BEGIN SOLUTION
def bring_back(sqs, dead, inbox):
    sent = 0
    for letter in letters(sqs, dead):
        body = mended(letter["Body"])
        if body is None:
            continue
        sqs.send_message(QueueUrl=inbox, MessageBody=body)
        sqs.delete_message(
            QueueUrl=dead,
            ReceiptHandle=letter["ReceiptHandle"],
        )
        sent += 1
    return sent


### END SOLUTION
ex.check(bring_back)

# %% [markdown]
# On the shop's own letters:

# %%
there = in_queue(dead)
back = bring_back(sqs, dead, inbox) if bring_back else 0
lab.settle()
lab.bars("The shop's dead letters", {"before": there, "sent back": back,
                                     "left for a person": in_queue(dead)}, y_label="letters")

# %% [markdown]
# ## 4.7 More than one can do
#
# > **The customer**: "On Friday at ten the promotion begins: 180 orders a second for a while. The price service bears two callers at a time, says its owner. Do we have to close the shop at three?"
#
# A queue takes orders as fast as they come. What decides how fast they are worked off are three settings of the *mapping*:
#
# | setting | says |
# |---|---|
# | `BatchSize` | how many messages a call takes at most: 10 by default, up to 10,000 |
# | `MaximumBatchingWindowInSeconds` | how long the mapping collects for a batch before it calls: 0 to 300 s |
# | `ScalingConfig={"MaximumConcurrency": n}` | how many calls run at a time at most: 2 to 1,000 |
#
# Without a maximum, a mapping begins with five calls at a time and adds up to 300 a minute, to 1,250. More than 10 messages a batch need a window.

# %% [markdown]
# **See what each changes**, on a small queue. A call of `ask` takes 1 s (0.1 s here), however many messages it has. `lab.work_off` sends messages and tells how a function worked them off:

# %%
ASK = """import time
def handler(event, context):
    time.sleep(0.1)
"""
lab.remove("ask", "asks")
sqs.create_queue(QueueName="asks", Attributes={"VisibilityTimeout": "60"})
lab.deploy("ask", ASK, Timeout=10, allowed=[allow(CONSUME, arn("sqs", "asks"))])
asking = functions.create_event_source_mapping(
    FunctionName="ask", EventSourceArn=arn("sqs", "asks"))["UUID"]

# %%
def under(messages, every=0, **settings):
    """How ask works off messages under these settings of its mapping."""
    def ready():
        return functions.get_event_source_mapping(UUID=asking)["State"] == "Enabled"

    if lab.wait_for(ready) and functions.update_event_source_mapping(UUID=asking, **settings):
        lab.wait_for(ready)
    return lab.work_off("asks", "ask", messages, every=every)

# %% [markdown]
# Below, `10 x 2` means ten messages a call at most and two calls at a time. In the last two runs twelve messages trickle in, one a second, and the last one has a window of 10 s:

# %%
two, six = {"MaximumConcurrency": 2}, {"MaximumConcurrency": 6}
runs = {
    "1 x 2": under(20, BatchSize=1, ScalingConfig=two, MaximumBatchingWindowInSeconds=0),
    "1 x 6": under(20, BatchSize=1, ScalingConfig=six),
    "10 x 2": under(20, BatchSize=10, ScalingConfig=two),
    "trickle": under(12, every=1, BatchSize=10, ScalingConfig=two),
    "and window": under(12, every=1, MaximumBatchingWindowInSeconds=10)}
for name, run in runs.items():
    print(f"{name:12}{run}")

# %%
lab.bars("Calls of the price service", {name: run.calls for name, run in runs.items()},
         y_label="calls")

# %% tags=["claim"]
one, more, ten, trickle, window = runs.values()
assert one.calls == more.calls == 20 and ten.calls < 20 and window.calls < 12
assert one.most_at_once <= 2 and ten.most_at_once <= 2

# %% [markdown]
# More calls at a time shorten the work and press harder on what comes after. Larger batches shorten it without pressing. A window makes fewer calls of a trickle, and each message waits for it.
#
# A reservation on the function (exercise 1.9) is another limit, on the other side of the call:

# %%
lab.predict("4.p7", "You reserve a concurrency of 2 for ask, and let the mapping make six calls at "
            "a time. What happens to 20 messages?", [
    "the mapping sees it and makes two calls at a time",
    "some calls are refused, after their messages were received",
    "they are done as fast as with six"])

# %%
functions.put_function_concurrency(FunctionName="ask", ReservedConcurrentExecutions=2)
limited = under(20, BatchSize=1, ScalingConfig=six, MaximumBatchingWindowInSeconds=0)
functions.delete_function_concurrency(FunctionName="ask")
print(limited)
lab.compare("4.p7", "some calls are refused, after their messages were received"
            if limited.refused else "no call was refused", "the mapping received six messages and "
            "could hand over two. It holds the others and tries again. On AWS, messages that are "
            "refused too often become dead letters, although nothing is wrong with them.")

# %% tags=["claim"]
assert limited.refused and limited.calls == 20

# %% [markdown]
# #### Exercise 4.7 The promotion's backlog (open)
#
# A colleague has set the worker's mapping to one order a call and ten calls at a time. A call takes 4 s, however many orders it has. Find settings with which
#
# - no more than two calls run at a time, and none is refused;
# - a backlog of 60 orders is worked off within 60 s;
# - an order that comes alone is begun within 10 s;
# - an order that fails still fails alone.

# %%
ex = lab.exercise("4.7").again()
mapping = functions.list_event_source_mappings(FunctionName="process-order")[
    "EventSourceMappings"][0]
### BEGIN SOLUTION
functions.update_event_source_mapping(
    UUID=mapping["UUID"],
    BatchSize=10,
    ScalingConfig={"MaximumConcurrency": 2},
)
### END SOLUTION
ex.check()

# %% [markdown]
# Now the promotion: 180 orders a second on the clock, for half a second, while a call takes 4 s. Look at the queue while it fills and empties:

# %%
lab.catch_up("4.7")
with lab.faults.slow_down("process-order", seconds=4), lab.backlog("orders-inbox") as queue:
    promotion = lab.place_orders(90, per_second=180)
print(promotion)
lab.plot("90 orders in half a second: the queue grows and drains", {
    "waiting": queue.waiting, "in work": queue.in_work}, x=queue.seconds,
    x_label="seconds of the queue's time", y_label="orders", mark="max",
    n=promotion.count, seconds=queue.seconds[-1])

# %%
lab.settle()
print("handed over:", handed_over(promotion.accepted), "of", promotion.count)
lab.books(promotion.accepted)

# %% tags=["claim"]
assert not promotion.refused and max(queue.waiting) > 20

# %% [markdown]
# Nobody was turned away, and nobody resized anything. The price is time: the last of these orders was stored when the queue was empty again. `ApproximateAgeOfOldestMessage` is the metric that shows it, and the one to put an alarm on.
#
# ## 4.8 The rest of the family
#
# > **The customer**: "Some of our business customers attach a delivery plan to an order. The API refuses it. And one of them sends thousands at a time. Do the others wait?"
#
# ### A body above the limit: the claim check
#
# SQS takes a message of up to 1 MiB. What is larger waits elsewhere, and the message carries a ticket. That is a **claim check**. On AWS the place is S3, which keeps objects of any size. Here it is the S3 of moto, a library inside the local cloud, which keeps them in memory. (DynamoDB would not do: an item holds 400 KB at most.) A letter goes into the bucket `drafts` and comes back:

# %%
s3, LIMIT = lab.client("s3"), 1024 * 1024
letter = "Dear customer, " * 80_000
try:
    sqs.send_message(QueueUrl=inbox, MessageBody=letter)
except sqs.exceptions.ClientError as refusal:
    print(refusal.response["Error"]["Message"])
s3.create_bucket(Bucket="drafts")
s3.put_object(Bucket="drafts", Key="letters/1", Body=letter.encode())
fetched = s3.get_object(Bucket="drafts", Key="letters/1")["Body"].read().decode()
print(f"{len(fetched):,} letters came back, as they were: {fetched == letter}")

# %% tags=["claim"]
assert fetched == letter

# %% [markdown]
# #### Exercise 4.8 A claim check
#
# Some orders have a field `plan` that may be long. Write two functions:
#
# - `check_in(order)` returns the text of a message. An order whose JSON fits into `LIMIT` bytes travels as it is. Any other waits in the bucket `plans`, and the text is a short ticket.
# - `collect(text)` returns the order, whichever way it came. It may run in another process.

# %%
ex = lab.exercise("4.8").again()
check_in = collect = None
### BEGIN SOLUTION


def check_in(order):
    body = json.dumps(order)
    if len(body.encode()) <= LIMIT:
        return body
    s3.put_object(
        Bucket="plans",
        Key=order["order_id"],
        Body=body.encode(),
    )
    return json.dumps({"waits_at": order["order_id"]})


### END SOLUTION

# %%
### BEGIN SOLUTION
def collect(body):
    found = json.loads(body)
    if "waits_at" not in found:
        return found
    kept = s3.get_object(
        Bucket="plans",
        Key=found["waits_at"],
    )
    return json.loads(kept["Body"].read())


### END SOLUTION
ex.check(check_in, collect)

# %% [markdown]
# Put the object first, then send the ticket, and delete the object last. It is the order of exercise 4.6: what remains if something dies in between is an object too many, and never a ticket without its object.
#
# ### In order: FIFO
#
# A **FIFO queue** keeps the order of all messages with the same `MessageGroupId`, and shows the next one of a group only when the one before it is deleted. Two groups, `o-1` and `o-2`:

# %%
lab.predict("4.p8", "o-1 placed, o-1 changed and o-2 placed are in a FIFO queue. Three receives of "
            "one message each, and nothing is deleted. What do you get?", [
    "all three, in order", "o-1 placed, then o-2 placed, then nothing", "o-1 placed, then nothing"])

# %%
lab.remove("hello.fifo")
fifo = sqs.create_queue(QueueName="hello.fifo", Attributes={
    "FifoQueue": "true", "ContentBasedDeduplication": "true"})["QueueUrl"]
for order, word in (("o-1", "placed"), ("o-1", "changed"), ("o-2", "placed")):
    sqs.send_message(QueueUrl=fifo, MessageBody=f"{order} {word}", MessageGroupId=order)
received = [message["Body"] for _ in range(3) for message in sqs.receive_message(
    QueueUrl=fifo, WaitTimeSeconds=2).get("Messages", [])]
print(received)
lab.compare("4.p8", "o-1 placed, then o-2 placed, then nothing"
            if received == ["o-1 placed", "o-2 placed"] else str(received),
            "while a message of a group is in work, the rest of it waits. Other groups go on.")

# %% tags=["claim"]
assert received == ["o-1 placed", "o-2 placed"]

# %% [markdown]
# So a FIFO queue works as much in parallel as it has groups. It also drops a message whose deduplication id it saw within five minutes (with `ContentBasedDeduplication`, a digest of the body). And it has a lower ceiling: 300 calls a second, or 3,000 messages in batches.
#
# **High throughput for FIFO** lifts that ceiling. It is two settings, and they go together: `FifoThroughputLimit=perMessageGroupId` counts the limit for each group, and `DeduplicationScope=messageGroup` looks for repeats within a group only. The second can be seen:

# %%
kept = {}
for scope, limit in (("queue", "perQueue"), ("messageGroup", "perMessageGroupId")):
    sqs.set_queue_attributes(QueueUrl=fifo, Attributes={
        "DeduplicationScope": scope, "FifoThroughputLimit": limit})
    again = {"MessageBody": "thank you", "MessageDeduplicationId": f"{scope}-{time.time_ns()}"}
    sent_to = [sqs.send_message(QueueUrl=fifo, MessageGroupId=group, **again)
               for group in ("o-3", "o-4")]
    kept[scope] = len({each["SequenceNumber"] for each in sent_to})
lab.bars("One deduplication id, sent to two groups: messages kept", kept, y_label="messages")

# %% tags=["claim"]
assert kept == {"queue": 1, "messageGroup": 2}

# %% [markdown]
# | | standard queue | FIFO queue |
# |---|---|---|
# | order | about that of sending | kept in each group |
# | delivery | at least once | repeats within 5 minutes are dropped |
# | how much | nearly all you send | 300 calls a second; with high throughput, up to 70,000 messages a second in the largest Regions |
# | delay | for the queue or a message | for the queue |
# | price | USD 0.40 a million requests, 0.10 more with fair queues (below) | USD 0.50 |
#
# (Prices and the highest rate are second-hand, checked in November 2026.) The orders of this shop need no order among each other, and each is recognised by its id. A standard queue will do.

# %% [markdown]
# ### A noisy neighbour: fair queues
#
# A standard queue takes a `MessageGroupId` too, since July 2025, and there it means something else: the **tenant** that a message belongs to. It keeps no order and locks nothing. But a tenant with many messages doesn't make the others wait: the queue gives the quiet ones' messages first. A wholesaler sends 60, then a corner shop sends 2:

# %%
lab.remove("tenants-True", "tenants-False")


def place_of_the_quiet_one(fair):
    """How many messages are received before the corner shop's first."""
    url = sqs.create_queue(QueueName=f"tenants-{fair}")["QueueUrl"]
    for tenant in ["wholesaler"] * 60 + ["corner shop"] * 2:
        group = {"MessageGroupId": tenant.replace(" ", "-")} if fair else {}
        sqs.send_message(QueueUrl=url, MessageBody=tenant, **group)
    got = []
    while "corner shop" not in got:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, WaitTimeSeconds=5)
        got += [message["Body"] for message in answer["Messages"]]
    return len(got)


places = {"without groups": place_of_the_quiet_one(False),
          "with MessageGroupId": place_of_the_quiet_one(True)}
lab.bars("The corner shop's first message is received as number ...", places, y_label="place")

# %% [markdown]
# Standard queues are no strict line, so the number without groups varies. (AWS finds out which tenant is noisy from what is in work; the local cloud lets the tenants take turns.)
#
# ## 4.9 What turned
#
# The practice resources go. So does `accept-order`, which nobody calls any more, with its alarm. This is deployed now, and what is new in this chapter is marked:

# %%
lab.catch_up()
lab.remove(
    "read-notes", "try-out", "try-out-dlq", "try-notes", "try-notes-role", "try-drafts", "drafts",
    "try-drafts-role", "hello", "hello.fifo", "double", "numbers", "numbers-dlq", "ask", "asks",
    "tenants-True", "tenants-False", "accept-order", "accept-order-Errors")
lab.diagram()

# %% [markdown]
# One order's whole way, from its id alone. The customer's answer comes before any function runs:

# %%
order_id = lab.place_orders(1).accepted[0]
lab.settle()
lab.trace(order_id).waterfall()

# %% [markdown]
# R1 breaks shipping, and then `process-order`. R2 sends the promotion, and again above what the function's concurrency lets through. R6 measures the answer while shipping is slow, and while processing takes 2 s.

# %%
lab.scoreboard()

# %% [markdown]
# What turned R1, R2 and R6 is one thing: between the customer's answer and the work there is something that keeps. (A busy machine starts environments slowly, and that can make a colour worse than your system is; run the cell again when it is idle.)
#
# ### The storm
#
# The storm of section 3.12, order for order and fault for fault: the same seed. At the end of chapter 03 it turned customers away.

# %%
weather = lab.storm(orders=200, seed=3)
weather

# %%
print("kept:  ", ", ".join(weather.kept))
print("broken:", ", ".join(name for name, orders in weather.broken.items() if orders) or "none")

# %% [markdown]
# The faults that struck `accept-order` strike `process-order` now. A failed order is hidden, comes back and is tried again; the customer has her answer already. Try other seeds: `lab.storm(seed=8)`.
#
# ## Decision record 04
#
# | | |
# |---|---|
# | **Chosen** | API Gateway puts orders into a standard queue and answers 202; `process-order` behind a mapping with partial batch answers and a maximum concurrency; a dead-letter queue with an alarm |
# | **Considered** | the API straight into DynamoDB (no place for logic before the table); SNS in front (keeps nothing for a worker that is down); FIFO (an order that nobody needs, and a ceiling); a function in front of the queue (one more thing that can be down); reserved concurrency as the only limit (refuses what was received already) |
# | **Would change the choice** | answers that customers need at once (a price, a seat): then they wait for the work. Changes of one order that must arrive in order: FIFO, grouped by order. Many tenants in one queue: fair queues. Bodies above 1 MiB: a claim check |
#
# ## Quiz

# %%
lab.quiz()

# %% [markdown]
# ## What to remember
#
# - Store first, answer, work later. A 202 is a promise, and the queue keeps it.
# - A message is gone when it is deleted, not when it is received. The visibility timeout is longer than the work, and the work bears being done twice.
# - Limit where the messages are taken, not where the calls arrive.
# - A dead letter is an order of somebody. Look who is at fault before you send it back.
#
# Read on: [SQS visibility timeout](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html) ·
# [dead-letter queues](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html) ·
# [fair queues](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html) ·
# [high throughput for FIFO](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html) ·
# [Lambda with SQS](https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html) ·
# [scaling of a mapping](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html)

# %%
lab.finish()

# %% [markdown]
# ## Appendix: you will still read ...
#
# | in 2023 | now |
# |---|---|
# | SQS messages are 1 KB to 256 KB | 1 byte to 1 MiB since August 2025; a batch holds 1 MiB in all. 1,024 bytes is the smallest *limit* that you can set for a queue |
# | large messages: send metadata, or use another service | a claim check is still needed above 1 MiB, now in fewer cases |
# | retention 1 minute to 14 days | still so; 4 days by default |
# | receive wait time 0 to 20 s | still so; 0 by default, which is a short poll (chapter 05) |
# | the visibility timeout keeps five workers from doing the same work | it makes that rare. A standard queue can still deliver twice; 0 s to 12 hours, 30 s by default |
# | delivery delay | 0 to 15 minutes; a FIFO queue has one for all messages |
# | high throughput FIFO changes two related settings | still so: `DeduplicationScope` and `FifoThroughputLimit`. 300 calls a second without it |

# %% [markdown]
# ... on the way to the worker:
#
# | in 2023 | now |
# |---|---|
# | SNS delivers at once and keeps nothing, SQS keeps | SNS tries again for up to 23 days, and a subscription can have a dead-letter queue; it still keeps nothing to fetch |
# | API Gateway to DynamoDB, SQS or SNS without a function | REST APIs: yes, with mapping templates. HTTP APIs have a short list of services, without templates |
# | a function's mapping grows by 60 calls a minute, to 1,000 | 300 a minute since November 2023, to 1,250; provisioned pollers since November 2025 |
# | the visibility timeout should be five times the function's timeout | six times, says AWS; five is its least `maxReceiveCount` |
# | fair sharing needs a queue for each tenant | fair queues since July 2025: `MessageGroupId` on a standard queue |
# | new queues are not encrypted | with SQS's own keys by default; a key of KMS if you name one |
