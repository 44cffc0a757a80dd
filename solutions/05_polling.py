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
# # 05 Short and long polling
#
# At the end of this chapter you can
#
# - say why a queue with messages can answer "nothing", and how likely that is;
# - write consumers that end when a queue is empty, and not before;
# - choose where the wait is said and how long it is, between the clocks of a client, a proxy and the queue;
# - say what an idle consumer costs, and halve it without making an order wait.

# %% tags=["learner"]
import orderlab

lab = orderlab.start(chapter=5)

# %% tags=["solution"]
import orderlab

lab = orderlab.start(chapter=5, fresh=True)

# %% [markdown]
# Chapter 04's system is deployed, and every promise of the storm was kept. One thing in the customer's house is not on AWS, and can't be: the label printer of the warehouse. It hangs on a cable, and a program on the PC beside it asks a queue for labels. `lab.exercise("5.3")`, to which you come later, has made that queue, `labels`, and subscribed it to the topic `order-events`, with the calls that you know from chapter 03. In the diagram it is the one whose consumer is not to be seen:

# %%
lab.exercise("5.3")
sqs = lab.client("sqs")
labels = sqs.get_queue_url(QueueName="labels")["QueueUrl"]
lab.diagram()

# %% [markdown]
# ## 5.1 A queue is many servers
#
# > **The customer**: "Six parcels stand on the belt. The PC says that there are fewer labels. The console says six. Who is wrong?"
#
# Six real orders, and then one request for up to ten labels:

# %%
def waiting(url):
    """How many messages a queue has to give."""
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(found["ApproximateNumberOfMessages"])


lab.polling("labels").clear()  # so that you can run this cell again
lab.place_orders(6)
lab.wait_for(lambda: waiting(labels) >= 6, seconds=40)
there = waiting(labels)
got = sqs.receive_message(QueueUrl=labels, MaxNumberOfMessages=10).get("Messages", [])
print(f"labels in the queue: {there}; labels in the answer: {len(got)}")

# %% tags=["claim"]
assert there >= 6 and len(got) < 6

# %% [markdown]
# Nobody is wrong. SQS keeps a queue on many servers, and each message on some of them. A request that doesn't wait is a **short poll**: SQS asks a *sample* of the servers, chosen at random (by weight, so some are chosen more often than others), and answers at once with what those have.
#
# AWS doesn't let anybody see its servers. The local queue has eight, and the laboratory shows them. Here is the figure that is drawn in many lectures, on a real queue: five messages, A to E, and a poll that asks servers 0 to 3.

# %%
pool = lab.polling("notes-figure", servers=8, sample=4)
pool.clear()
for body, server in zip("ABCDE", (0, 1, 2, 3, 5), strict=True):
    pool.place(body, server)
first = pool.receive(ask=[0, 1, 2, 3])
first

# %% [markdown]
# E lies on a server that wasn't asked. It is neither lost nor late. It is where it was, and the answer says nothing of it.

# %% tags=["claim"]
assert first.bodies and first.missed == ["E"]

# %%
lab.predict("5.p1", "A to D are in flight now, so E is alone. You ask again, and chance chooses "
            "the servers. Does E come?", [
    "yes: with fewer than 1,000 messages the second request must bring it",
    "perhaps: four of eight servers are asked", "no: the same servers are asked"])

# %% [markdown]
# Ask forty times. With `visibility=0` E is visible again at once, so that every request starts from the same state:

# %%
polls = [pool.receive(visibility=0) for _ in range(40)]
found = sum("E" in poll.bodies for poll in polls)
print(f"E came in {found} of 40 answers; the others were empty")
lab.compare("5.p1", "perhaps: four of eight servers are asked" if 0 < found < 40
            else f"E came in {found} of 40", "every poll chooses anew and knows nothing of the one "
            "before it.")

# %% tags=["claim"]
assert 0 < found < 40

# %% [markdown]
# Five more, step by step:

# %%
pool.clear()
pool.place("E", 5)
for _ in range(5):
    pool.receive(visibility=0)
pool.steps()

# %% [markdown]
# Your turn: choose the servers, how many are asked, messages and a wait, and receive.

# %% tags=["nbval-ignore-output"] reason="a live view"
lab.polling("play", servers=8, sample=3).live()

# %% [markdown]
# ## 5.2 How often nothing comes
#
# > **The customer**: "So the PC asks twice. Then it's certain?"
#
# AWS's guide says: with fewer than 1,000 messages in the queue, *a subsequent request* returns what the first one missed. It doesn't say the second. And if you keep on receiving, all servers are asked in the end, and you get all messages. How soon is a matter of chance, and chance can be calculated.
#
# **See it on two servers.** A queue has two, a poll asks one, and a message lies on one of them. One poll misses it in half of the cases, two in a row in a quarter: the chances of missing are multiplied.

# %%
import math

pair = lab.polling_odds(1, servers=2, sample=1, lying=[0])
print([pair.missed(0, polls=k) for k in range(1, 6)])
polls = math.log(0.1) / math.log(0.5)
print(f"polls until the risk is 0.1: {polls:.2f}, and in whole polls {math.ceil(polls)}")

# %% [markdown]
# #### Exercise 5.1 How many polls until E
#
# A queue has `servers` servers, each as likely to be asked as another, and a short poll asks `sample` of them (fewer than all). A message lies on one. Write `polls_needed(servers, sample, risk)`: the least number of polls after which the chance that it is still unseen is `risk` or less.

# %%
ex = lab.exercise("5.1")
polls_needed = None
### BEGIN SOLUTION


def polls_needed(servers, sample, risk):
    missed = 1 - sample / servers
    return math.ceil(math.log(risk) / math.log(missed))


### END SOLUTION
ex.check(polls_needed)

# %% [markdown]
# The same number from the laboratory, for E's queue (eight servers, four asked), and the chance that E is unseen after so many polls:

# %%
odds = lab.polling_odds(1, servers=8, sample=4, weights=[1] * 8, lying=[5])
print("polls for a risk of one in a thousand:", odds.polls_for(5, sure=0.999))
lab.plot("Eight servers, four asked: the chance that E is still unseen",
         {"unseen": [odds.missed(5, polls=k) for k in range(1, 13)]}, x=list(range(1, 13)),
         x_label="short polls", y_label="chance")

# %% [markdown]
# The curve comes down fast and never reaches zero. That is what "below 1,000 messages" is worth: a few polls make it likely, none makes it certain.
#
# An answer that is empty although messages wait is a **false empty answer**. It is most frequent where little is in the queue, that is, where the customer's queues are all night.

# %%
lab.predict("5.p2", "One label is in the queue. The servers are asked as usual (two to four of "
            "eight). How many of 300 short polls come back empty?",
            ["none", "about a quarter", "more than half"])

# %%
empties = lab.false_empties(messages=(1, 2, 3, 5, 8, 13), receives=300)
empties.table()

# %%
share = empties.shares[1]
lab.compare("5.p2", "more than half" if share > 0.5 else f"{share:.0%}", "on average three of "
            "eight servers are asked, and the label's is among them in three of eight polls.")

# %%
empties.plot()

# %% [markdown]
# Three ways to the same numbers: *measured* on the real local queue, *simulated* with a million receives, and *computed*. The measured ones may lie beside the computed ones by four standard errors and two answers: the stated error, drawn at each point. A right queue goes beyond it about once in ten thousand experiments.

# %%
print("all within the stated error:", empties.agree)
simulated = lab.polling_simulation(1, receives=1_000_000).empty_share
print(f"one message: {simulated:.4f} simulated, {lab.polling_odds(1).empty:.4f} computed")

# %% tags=["claim"]
assert empties.agree and share > 0.5

# %% [markdown]
# How many servers AWS has, and how many it asks, it doesn't tell. The *shape* is what you can rely on: the fewer messages, the more false empty answers, and no number of short polls that is a promise.
#
# ## 5.3 The long poll
#
# > **The customer**: "In the evening somebody presses 'print all', and goes home. In the morning there are labels left. The program says it printed until nothing came."
#
# Its program ends at the first empty answer. Here it works on forty labels:

# %%
bench = lab.polling("try-out")
try_out = bench.url


def refill(count):
    bench.clear()
    for number in range(count):
        bench.place(f"label {number}")


refill(40)
printed = []
while got := sqs.receive_message(QueueUrl=try_out, MaxNumberOfMessages=10).get("Messages"):
    for message in got:
        printed.append(message["Body"])
        sqs.delete_message(QueueUrl=try_out, ReceiptHandle=message["ReceiptHandle"])
print(f"printed: {len(printed)}, left in the queue: {waiting(try_out)}")

# %% [markdown]
# A request with a wait above zero is a **long poll**. It asks *all* servers. If one of them has a message it answers at once, and if none has, it waits, up to `WaitTimeSeconds` (20 at most), until one comes.

# %%
lab.predict("5.p3", "A long poll waits up to 20 s at an empty queue. A message is sent after 5 s. "
            "When does the request return?",
            ["after 5 s, with the message", "after 20 s, with the message", "after 20 s, empty"])

# %%
import threading

bench.clear()
threading.Timer(0.5, lambda: sqs.send_message(QueueUrl=try_out, MessageBody="late")).start()
late = bench.receive(wait=20)
print(f"{late.bodies} after {late.seconds:.0f} s of AWS's time")
lab.compare("5.p3", "after 5 s, with the message" if late.bodies and late.seconds < 15
            else f"{late.bodies} after {late.seconds:.0f} s", "the wait is the longest that a long "
            "poll may take. (AWS's waits pass ten times as fast here: 20 s are 2 s of yours.)")

# %% tags=["claim"]
assert late.bodies == ["late"] and late.seconds > 4.5

# %%
late

# %% [markdown]
# All servers were asked. An empty answer of a long poll has no key `Messages`, as that of a short one, and it means more: all servers were asked, for so long, and none had anything. (AWS says that false empty answers become *rare* with long polls. A message that somebody else received and didn't delete isn't there to be had, and comes back later.)

# %%
refill(3)
for wait in (0, 1):
    answers = [sqs.receive_message(QueueUrl=try_out, WaitTimeSeconds=wait, VisibilityTimeout=0,
                                   MaxNumberOfMessages=10) for _ in range(20)]
    print(f"WaitTimeSeconds={wait}: messages in 20 answers",
          [len(answer.get("Messages", [])) for answer in answers])

# %% [markdown]
# #### Exercise 5.2 Until it is empty
#
# Write `drain(url, handle)` for 'print all'. It takes every message that the queue has, also one that comes while the last are being handled. It gives each body to `handle` once, and deletes the message when `handle` has returned. It ends when nothing is left, and asks no more often than it has to.

# %%
ex = lab.exercise("5.2")
drain = None
### BEGIN SOLUTION


def drain(url, handle):
    while True:
        got = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5
        )
        if "Messages" not in got:
            return
        for message in got["Messages"]:
            handle(message["Body"])
            sqs.delete_message(
                QueueUrl=url, ReceiptHandle=message["ReceiptHandle"]
            )


### END SOLUTION
ex.check(drain)

# %% [markdown]
# Short against long, on forty messages each: how many receives until all are printed, and how many of them came back empty?

# %%
import time


def emptied(wait):
    """Receives, empty ones among them, and seconds until forty messages are gone."""
    refill(40)
    counts, began = [], time.perf_counter()
    while sum(counts) < 40:
        got = bench.receive(wait=wait)
        counts.append(len(got.bodies))
        bench.delete(got)
    return len(counts), counts.count(0), time.perf_counter() - began


short, long = emptied(0), emptied(20)
print(f"empty answers: {short[1]} and {long[1]}; {short[2]:.2f} s and {long[2]:.2f} s here")
lab.bars("Receives until forty messages are gone", {"short polls": short[0], "long polls": long[0]},
         y_label="receives", n=40, seconds=short[2] + long[2])

# %% tags=["claim"]
assert long[0] < short[0] and long[1] == 0

# %% [markdown]
# To wait is not to be slow. The long polls needed fewer requests, and on AWS each request has a way to go, which here it hasn't.
#
# ## 5.4 Where the wait is said
#
# > **The customer**: "Nobody dares to change the PC's program; who wrote it has left. And at the counter a clerk presses a key for a single label. She won't wait twenty seconds."
#
# The wait can stand in two places. `ReceiveMessageWaitTimeSeconds` is an *attribute of the queue*, and holds for every request that says nothing. `WaitTimeSeconds` in a *request* wins over it, and 0 is something said.

# %%
bench.clear()
sqs.set_queue_attributes(QueueUrl=try_out, Attributes={"ReceiveMessageWaitTimeSeconds": "6"})
for arguments in ({}, {"WaitTimeSeconds": 3}, {"WaitTimeSeconds": 0}):
    began = time.perf_counter()
    sqs.receive_message(QueueUrl=try_out, **arguments)
    print(f"{arguments!s:24} {10 * (time.perf_counter() - began):4.1f} s of AWS's time")
_ = sqs.set_queue_attributes(QueueUrl=try_out, Attributes={"ReceiveMessageWaitTimeSeconds": "0"})

# %% [markdown]
# #### Exercise 5.3 The printer waits and the clerk does not
#
# The printer's program calls `sqs.receive_message(QueueUrl=labels)` and nothing more, and can't be changed. Let it wait for a label as long as AWS allows. The clerk's program asks the same queue. Where there is a label, she must get it with one key press. Where there is none, she waits 2 s at most. Hand over the arguments of her call, beside `QueueUrl`.

# %%
ex = lab.exercise("5.3").again()
at_key_press = None
### BEGIN SOLUTION
sqs.set_queue_attributes(
    QueueUrl=labels,
    Attributes={"ReceiveMessageWaitTimeSeconds": "20"},
)
at_key_press = {"WaitTimeSeconds": 1}
### END SOLUTION
ex.check(at_key_press)

# %% [markdown]
# On the real orders: five are placed at this moment, and the printer's program, unchanged, asks until it has their labels. The first of them are still on their way when it begins:

# %%
lab.catch_up("5.3")
lab.polling("labels").clear()
lab.place_orders(5)
printed = asked = 0
while printed < 5 and asked < 50:
    printed += len(sqs.receive_message(QueueUrl=labels).get("Messages", []))
    asked += 1
print(f"{printed} labels printed, requests {asked}")

# %% [markdown]
# ## 5.5 Clocks that must agree
#
# > **The customer**: "With twenty seconds it worked for an hour. Now some labels come half a minute late, out of an empty queue. Between the warehouse and you there is a proxy; our provider says that it cuts silent connections."
#
# A long poll is a connection on which nothing is said. Somebody in between may cut it: a proxy, a firewall, a load balancer (AWS's own allow 60 s of silence by default), or the client itself with its **read timeout** (boto3: 60 s). SQS doesn't see that, and listens on.

# %%
lab.predict("5.p4", "The client gives up after 5 s, SQS waits 20. A message comes after 6 s. "
            "Where is it then?", [
    "in the queue, for the next request", "in flight: hidden, and nobody has it", "lost"])

# %% [markdown]
# **See it on `try-out`.** `lab.client("sqs", ...)` takes settings of botocore's `Config`. Clocks of your own programs run as usual, so that a `read_timeout` of 0.5 stands for 5 s here. (`total_max_attempts` is 1 because boto3 would try again, and leave several requests behind.)

# %%
import botocore.exceptions

bench.clear()
sqs.set_queue_attributes(QueueUrl=try_out, Attributes={"VisibilityTimeout": "60"})
hasty = lab.client("sqs", read_timeout=0.5, retries={"total_max_attempts": 1})
try:
    hasty.receive_message(QueueUrl=try_out, WaitTimeSeconds=20)
except botocore.exceptions.ReadTimeoutError:
    print("the client gave up")
sqs.send_message(QueueUrl=try_out, MessageBody="label")
hidden = lab.wait_for(lambda: waiting(try_out) == 0, seconds=3)
patient = sqs.receive_message(QueueUrl=try_out, WaitTimeSeconds=5)
print("the next request gets:", patient.get("Messages", "nothing"))

# %%
lab.compare("5.p4", "in flight: hidden, and nobody has it" if hidden and "Messages" not in patient
            else "the next request got it", "SQS gave it to a request that nobody reads any more. "
            "It comes back when its visibility timeout ends.")

# %% tags=["claim"]
assert hidden and "Messages" not in patient

# %% [markdown]
# Nothing is lost, and the label is a whole visibility timeout late (30 s if nobody sets it). It also counts as received once, so a few such turns carry a good message to a dead-letter queue. The clocks must run out in the right order, the innermost first:

# %%
lab.picture("clocks")

# %% [markdown]
# #### Exercise 5.4 Four clocks in a row
#
# The warehouse's proxy cuts a connection after 15 s of silence. An answer needs up to a second for its way. The PC takes ten labels at a time, and each takes 4 s to print. Choose the three clocks that you can set (in AWS's seconds, as they would stand in production), so that
#
# - no receive is abandoned, by the proxy or by the client;
# - an idle hour costs 300 empty answers at most;
# - no label comes back while the PC works on its ten, and those of a PC that died are back within 120 s.

# %%
ex = lab.exercise("5.4")
clocks = {"WaitTimeSeconds": None, "read_timeout": None, "VisibilityTimeout": None}
### BEGIN SOLUTION
clocks = {
    "WaitTimeSeconds": 13,
    "read_timeout": 20,
    "VisibilityTimeout": 60,
}
### END SOLUTION
ex.check(clocks)

# %% [markdown]
# The same experiment with a client that is more patient than SQS. The label comes during its wait:

# %%
bench.clear()
calm = lab.client("sqs", read_timeout=10, retries={"total_max_attempts": 1})
threading.Timer(1.2, lambda: sqs.send_message(QueueUrl=try_out, MessageBody="label")).start()
answer = calm.receive_message(QueueUrl=try_out, WaitTimeSeconds=20)
print("the waiting request gets:", [each["Body"] for each in answer.get("Messages", [])])

# %% [markdown]
# One more limit belongs here. A queue has about 120,000 messages in flight at most. At that point a short poll fails with `OverLimit`, while a long poll waits.
#
# ## 5.6 Many queues, one thread
#
# > **The customer**: "The PC also prints return slips and stock counts, from two more queues. Since we gave it long polls, labels wait for ever so long."
#
# The program has one thread, which asks one queue after the other:

# %%
lab.predict("5.p5", "Three queues are asked in turn, each with a wait of 10 s. Two are empty. How "
            "long may a label wait in the third?", ["not at all", "10 s", "20 s"])

# %%
urls = [lab.polling(name).url for name in ("returns", "counts")]
sqs.send_message(QueueUrl=try_out, MessageBody="label")
began = time.perf_counter()
for url in [*urls, try_out]:
    sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)
waited = 10 * (time.perf_counter() - began)
print(f"the label was received after {waited:.0f} s")
lab.compare("5.p5", "20 s" if waited > 19 else f"{waited:.0f} s",
            "a long poll holds the thread. What waits elsewhere waits for all the other waits.")

# %% tags=["claim"]
assert waited > 19

# %%
lab.picture("turns")

# %% [markdown]
# What helps: a thread for each queue, or one queue for all kinds of work (the kind is in the message, and a topic with three filters has no more to do). With one thread and several queues, the waits in turn must be short enough together. And a full queue must not keep the thread: one answer each, then the next. A message whose work fails (`handle` raises) is left where it is, not deleted. It comes back, and others shouldn't wait for it.

# %% [markdown]
# #### Exercise 5.5 Three queues and one thread
#
# Write one turn of the PC's program, `turn(urls, handle)`: every queue is served once, up to ten messages each, and `handle` gets each body. What was handled is deleted. What `handle` raised for stays, and stops nobody. If all is quiet, a message in one queue waits 5 s at most for the polls of the two others, and the PC asks no more than once a second.

# %%
ex = lab.exercise("5.5")
turn = None
# one message
### BEGIN SOLUTION


def serve(url, message, handle):
    try:
        handle(message["Body"])
    except Exception:
        return
    sqs.delete_message(
        QueueUrl=url,
        ReceiptHandle=message["ReceiptHandle"],
    )


### END SOLUTION

# %%
# one turn
### BEGIN SOLUTION
def turn(urls, handle):
    for url in urls:
        got = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=2,
        )
        for message in got.get("Messages", []):
            serve(url, message, handle)


### END SOLUTION
ex.check(turn)

# %% [markdown]
# ## 5.7 What waiting for nothing costs
#
# > **The customer**: "At night nothing happens, and still there are millions of SQS requests on the bill. For what?"
#
# For asking. SQS charges requests, and an answer "nothing" is one. Consumers at empty queues of their own, all at the same time, metered for 40 s of AWS's:

# %%
lab.predict("5.p6", "A program asks an empty queue every second, day and night. What does that "
            "cost in a month (at $0.40 for a million requests)?",
            ["about one cent", "about one dollar", "about fifty dollars"])

# %%
idle = lab.idle_cost(waits=(0, 1, 5, 20), seconds=40)
idle

# %%
lab.compare("5.p6", "about one dollar" if 0.3 < idle.usd(0) < 3 else f"$ {idle.usd(0):.2f}",
            "a month has 2.6 million seconds. Without the pause of a second, 20 ms a request, it "
            "would be fifty dollars.")

# %%
lab.bars("An idle consumer for a month, metered (second-hand price)",
         {"every second": idle.usd(0), "wait 1 s": idle.usd(1), "wait 5 s": idle.usd(5),
          "wait 20 s": idle.usd(20)}, y_label="US dollars", form="{:.2f}", seconds=40)

# %% tags=["claim"]
assert idle.requests(20) < idle.requests(5) < idle.requests(1)

# %% [markdown]
# Three things are in these numbers.
#
# - A wait of one second costs as much as a short poll every second. But it asks all servers, and it answers at once when something comes.
# - Each step up to 20 s is money saved, and no message waits for it.
# - A Lambda mapping polls for you, with long polls of 20 s. AWS starts with five pollers and idles with five, or with as few as two where no maximum concurrency is set. Five are 648,000 requests and about 26 cents a month, two are 10 cents, for each queue. You don't write that loop, and its wait can't be longer. What is left to you is the number of queues.

# %% [markdown]
# #### Exercise 5.6 Half the idle cost (open)
#
# This is the PC's program today, one for each of its three queues. Its sleep of 0.1 s is a second of AWS's.

# %%
def today(url, handle, stopped):
    while not stopped():
        got = sqs.receive_message(QueueUrl=url)
        for message in got.get("Messages", []):
            handle(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        time.sleep(0.1)

# %% [markdown]
# Write `work(url, handle, stopped)`, which takes its place. Idle, it makes half as many requests or fewer. No label waits longer than today. In a rush of forty labels it makes ten receives at most. It works until `stopped()` says true.

# %%
ex = lab.exercise("5.6")
work = None
### BEGIN SOLUTION


def work(url, handle, stopped):
    while not stopped():
        got = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=20
        )
        for message in got.get("Messages", []):
            handle(message["Body"])
            sqs.delete_message(
                QueueUrl=url,
                ReceiptHandle=message["ReceiptHandle"],
            )


### END SOLUTION
ex.check(work)

# %% [markdown]
# What the shop's queues cost while nobody orders: three programs of the PC, and four mappings (of `orders-inbox` and of each service's queue). The figures are those that were metered above:

# %%
mappings, pc_today, pc_then = 4 * idle.usd("mapping"), 3 * idle.usd(0), 3 * idle.usd(20)
lab.bars("Waiting for nothing, a month", {
    "today": mappings + pc_today, "with long polls": mappings + pc_then}, parts={
    "Lambda's mappings": [mappings, mappings], "the PC": [pc_today, pc_then]},
    y_label="US dollars", form="{:.2f}")

# %% [markdown]
# What is left is nearly all Lambda's, and labels come earlier than before. It is a matter of dollars here. The same loop in a thousand programs, without its pause, is what makes the millions on a bill.
#
# ## 5.8 What turned
#
# Chapter 05 adds no part to the shop. The queue of the printer belongs to the warehouse: its consumer is a program that no trace of ours reaches. Take it away with the practice, and look at what is deployed:

# %%
lab.remove("labels", "notes-figure", "play", "try-out", "returns", "counts")
lab.diagram()

# %%
lab.scoreboard()

# %% [markdown]
# Nothing of the shop was changed, so nothing turns. In R5 stands the cost of an idle hour: pollers of mappings, at queues that are empty. Now you know where it comes from, and what would make it smaller: fewer queues, or fewer pollers. (A busy machine starts environments slowly, and that can make a colour worse than your system is; run the cell again when it is idle.)
#
# ### The storm
#
# The shop is as it was, and so are its promises:

# %%
lab.storm(orders=60, seed=5)

# %% [markdown]
# ## Decision record 05
#
# | | |
# |---|---|
# | **Chosen** | long polls of 20 s as the queue's attribute, so that programs that say nothing wait; a wait of 1 s where a person waits; 13 s behind the warehouse's proxy; Lambda's mappings as they are |
# | **Considered** | asking less often (each label waits longer); short polls with a second try (never certain, and twice the requests); a thread for each of the PC's queues (right with more queues, or if a label may wait no 5 s); one queue for all three kinds (the better way when the PC's program is written anew) |
# | **Would change the choice** | a proxy that allows less silence; a maximum of messages in flight that is near; many mappings that are idle for most of the day: fewer queues, with filters in the mapping |
#
# ## Quiz

# %%
lab.quiz()

# %% [markdown]
# ## What to remember
#
# - An empty answer of a short poll says something of the servers that were asked, and nothing of the queue.
# - A wait above 0 asks all servers, and ends as soon as something is there.
# - The innermost clock is the shortest: SQS, then what is in between, then the client.
# - Asking costs, waiting doesn't. Somebody always asks, also for Lambda.
#
# Read on: [short and long polling](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html) ·
# [ReceiveMessage](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html) ·
# [how Lambda scales with a queue](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html)

# %%
lab.finish()

# %% [markdown]
# ## Appendix: you will still read ...
#
# | in 2023 | now |
# |---|---|
# | short polling samples a subset of the servers, by weight, and returns only what these have | so it is |
# | a request might not return all messages | so it is; also of a long poll that finds more than ten |
# | with fewer than 1,000 messages the second request returns the missed one, always | the guide says *a subsequent request*; the reference of ReceiveMessage adds that with very few messages an answer may be empty, and that one should ask again |
# | if you keep on consuming, all servers are sampled and you get all messages | in the end; how soon is chance |

# %% [markdown]
# ... on long polls and Lambda:
#
# | in 2023 | now |
# |---|---|
# | a wait above 0 is a long poll; 0 to 20 s | so it is. 0 in the request is a short poll, whatever the queue says |
# | long polls cost less: fewer empty and false empty answers | yes; rare empty ones remain possible |
# | a long poll returns as soon as a message is there | yes |
# | Lambda polls a queue with five pollers, 60 more a minute | since November 2023 300 more a minute, up to 1,250; idle with five, or as few as two. In provisioned mode (November 2025) you choose the pollers, at least two, and pay for them |
