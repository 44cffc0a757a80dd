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
# # 00 The customer
#
# *About 45 minutes. Nothing here needs an AWS account, and nothing leaves your machine.*
#
# At the end of this chapter you will be able to
#
# - say what is wrong with the customer's order system, in numbers that you measured yourself;
# - turn what a customer says into requirements that can be tested, R1 to R6;
# - tell rehost, replatform and rewrite apart, and say why this service is rewritten;
# - find your way in this workbook: check, hint, solution, catch up, progress, reset.

# %%
import orderlab

lab = orderlab.start(chapter=0)

# %% [markdown]
# That line started a small copy of AWS on your machine. It listens on 127.0.0.1 only, its keys are
# random, and it ends with this notebook. In this chapter you hardly need it: first you meet what the
# customer has today.
#
# ## 0.1 The customer speaks
#
# > "We are a shop. Two years ago we moved some of our services to the cloud, just as they were. The
# > order service is still in our own data centre: one program on one virtual machine, with a MySQL
# > database. When marketing starts a promotion, it falls over. When the carrier's system has a bad
# > day, we can't even take orders, and afterwards the books don't agree. Nobody likes to touch it. We
# > are ready to have it rewritten. What we want: less to operate, something that grows and shrinks by
# > itself, one place to look when a customer asks, and a bill that follows what we sell."
#
# Their word for the first move is *lift and shift*; AWS's is **rehost**. Before you design
# anything, look at the orders. These are real ones: the shopping baskets of one week before Christmas
# 2017, 3,168 of them (their origin is written in `orderlab/orders/sample/README.md`).

# %%
import json

from orderlab.orders.reading import SAMPLE, read_orders

orders = [json.loads(line.body) for line in read_orders(SAMPLE)]
print(f"{len(orders):,} orders with {sum(len(o['lines']) for o in orders):,} lines")
orderlab.show({**orders[1], "lines": orders[1]["lines"][:1]})

# %% [markdown]
# Amounts are whole US cents, times are UTC. A client chooses the `order_id`; that will matter more
# than it seems to.
#
# **Exercise 0.1** "When are you busiest?", you ask. "Before Christmas", they say. Find the busiest
# *hour* of this week, and hand over the hour and its number of orders, as
# `("2017-12-18T09", 12)`.
#
# Every exercise in this workbook has the same four verbs: `ex.check(...)` looks and says what it
# found, `ex.hint()` gives one of three hints, `ex.solution()` shows a solution with its reason, and
# `ex.reset()` forgets. A check never breaks your work and you can't fail it too often.

# %%
ex = lab.exercise("0.1")
busiest = None
### BEGIN SOLUTION
from collections import Counter

busiest = Counter(order["placed_at"][:13] for order in orders).most_common(1)[0]
### END SOLUTION
ex.check(busiest)

# %% [markdown]
# What the hours look like, all 168 of them:

# %%
from collections import Counter

from matplotlib import pyplot

by_hour = Counter(order["placed_at"][:13] for order in orders)
hours = [f"2017-12-{day}T{hour:02d}" for day in range(18, 25) for hour in range(24)]
figure, axes = pyplot.subplots(figsize=(9, 2.4))
_ = axes.bar(range(168), [by_hour[hour] for hour in hours], color="#0b62a8")
_ = axes.set(xlabel="hour of the week", ylabel="orders")
peak, mean = max(by_hour.values()), len(orders) / 168
orderlab.measured_plot(figure, f"Orders by hour: {peak} at most, {mean:.0f} on average, 0 at night.")

# %% [markdown]
# ## 0.2 The monolith
#
# Now their program. This is its heart, the method that takes an order:

# %%
import inspect

from orderlab.orders.monolith.shop import Shop

print(inspect.getsource(Shop._place))

# %% [markdown]
# Read it once more, with this question: *what has happened by the time something fails?* The shop calls
# its services in this order: inventory, invoicing, shipping. Then it writes the order down, then it
# answers. The customer waits through all of it.
#
# You can run it: a real HTTP server with 8 workers, a line for 16 more requests (its *backlog*), a
# SQL database, and the three services as servers of their own. Each call takes about 10 ms.

# %%
from orderlab.orders.monolith import Monolith
from orderlab.orders.replay import replay

monolith = Monolith(workers=8, backlog=16)
sent = replay(monolith.url, SAMPLE, limit=1)
print(f"{len(sent.accepted)} order accepted, answered after {sent.answer_ms[0]:.0f} ms")

# %% [markdown]
# On a quiet day that is fine. Send it the whole week, as fast as 8 patient clients can: each sends its
# next order when the last was answered.

# %%
from orderlab.orders.figures import percentiles

week = replay(monolith.url, SAMPLE, connections=8)
times = percentiles(week.answer_ms)
print(f"{len(week.accepted):,} accepted, {len(week.refused)} refused")
print(f"time to answer: p50 {times['p50']:.0f} ms, p99 {times['p99']:.0f} ms")
print(f"{len(week.accepted) / week.seconds:.0f} orders/s at best")

# %% [markdown]
# One order was refused, and it deserved it: you had sent it before. Keep the answers' p99 in mind: 99 of
# 100 customers waited no longer than that. It is what the slowest of a hundred gets.
#
# ## 0.3 A promotion begins
#
# A promotion is not a little more of the same. Say that ten times as many people press the button at
# the same moment: not 4 clients, but 40.

# %%
lab.predict("0.p1", "40 clients send 240 orders, each once. What happens?", [
    "all are accepted, a little later",
    "some are refused",
    "most are refused",
])

# %%
from orderlab.requirements.system import fresh_orders

promotion = replay(monolith.url, fresh_orders(240), connections=40, attempts=1)
print(f"{len(promotion.refused)} of 240 orders refused")
print("their reason:", promotion.refused[0].reason)

# %% [markdown]
# 8 workers and 16 places in the line are room for 24. Who comes when it is full is sent away at once,
# which is quick: so the same clients come back at once, and are sent away again. The machine is busy with
# saying no.
#
# ## 0.4 A bad day at the carrier's
#
# **Exercise 0.2** "Afterwards the books don't agree": make it happen. Break one service so that a customer
# is *billed* for an order that the *shop doesn't have*. You can break a service with
# `monolith.control(NAME, fail=True)`, mend it with `fail=False`, slow it down with `seconds=0.1`, and
# send a few orders with `replay(monolith.url, fresh_orders(2), attempts=1)`. Start with a fresh one:

# %%
monolith.stop()
monolith = Monolith()
ex = lab.exercise("0.2")
### BEGIN SOLUTION
monolith.control("shipping", fail=True)
failed = replay(monolith.url, fresh_orders(2), attempts=1)
### END SOLUTION
ex.check(monolith)

# %% [markdown]
# The books, side by side, after 20 orders with shipping down:

# %%
monolith.stop()
monolith = Monolith()
monolith.control("shipping", fail=True)
broken = replay(monolith.url, fresh_orders(20), attempts=1)
books = monolith.books()
print(f"{len(broken.refused)} of 20 customers were told: {broken.refused[0].reason}")
print(f"in the shop: {books.stored} orders")
print(f"reserved without an order: {books.orphaned['inventory']}")
print(f"billed without an order:   {books.orphaned['invoicing']}")

# %% [markdown]
# Nobody wrote a bug. That is what becomes of calls inside a request: when the third fails, the first two
# have happened, and there is no one left to take them back.
#
# **Exercise 0.3** And what do customers do who are told "failed"? They press the button again. One
# customer sends the same order, with the same `order_id`, three times while shipping is down, and once more
# after it was repaired. How many bills does invoicing send her? Think first; the next cell counts.

# %%
ex = lab.exercise("0.3")
bills = None
### BEGIN SOLUTION
bills = 4
### END SOLUTION
ex.check(bills)

# %%
order = list(fresh_orders(1))
for attempt in range(3):
    _ = replay(monolith.url, order, attempts=1)
monolith.control("shipping", fail=False)
_ = replay(monolith.url, order, attempts=1)
print("bills for that order:", monolith.done("invoicing")[order[0].order_id])
print("orders in the shop with that id:", monolith.stored().get(order[0].order_id, 0))
monolith.stop()

# %% [markdown]
# ## 0.5 From talk to specification
#
# You went through the customer's complaints and wrote six requirements. Each has to be such that an
# experiment can tell whether it holds; else it is a wish.
#
# | | requirement | the experiment is green when |
# |---|---|---|
# | R1 | resilient: one failing service harms no other | a service is broken while orders come in: all are accepted, the others do their work, nothing is lost, the broken one catches up after its repair |
# | R2 | scales by itself with spiky demand | ten times the usual number of clients: no order refused or lost, nobody resized anything |
# | R3 | decoupled: services come and go | a fourth service joins while orders flow: nothing that was deployed changes, and it gets every later order once in effect |
# | R4 | one place for logs and metrics | from an order id alone: its whole path through every component, with durations |
# | R5 | cost follows demand, little to operate | what an hour without orders costs, and what 1,000 orders cost; no server in the list of what runs |
# | R6 | answers fast | p99 of the time to answer stays under 1,000 ms while a service behind is slow |
#
# **Exercise 0.4** Six things that people at the customer's said. Which requirement does each belong to?

# %%
from orderlab.exercises.chapter00.e4_specification import SAID

for letter, sentence in SAID.items():
    print(f"{letter}  {sentence}")

# %%
ex = lab.exercise("0.4")
requirement_of = {"a": None, "b": None, "c": None, "d": None, "e": None, "f": None}
### BEGIN SOLUTION
requirement_of = {"a": "R1", "b": "R2", "c": "R3", "d": "R4", "e": "R5", "f": "R6"}
### END SOLUTION
ex.check(requirement_of)

# %% [markdown]
# Now run all six on the monolith. Each is a real experiment: it sends orders, breaks or slows a service,
# looks at the books. It takes some ten seconds.

# %%
score = lab.scoreboard()
score

# %% [markdown]
# This is where the customer stands. Every later chapter runs the same six on what you have built by
# then, so keep the numbers:

# %%
lab.progress.note("monolith", {f.requirement: f.number for f in score.findings})
orderlab.Table([{"requirement": code, "now": colour} for code, colour in score.colours().items()])

# %% [markdown]
# ## 0.6 Rehost, replatform, rewrite
#
# There is more than one way into the cloud. AWS's guides list several migration strategies; three matter
# here.
# **Rehost** moves a program as it is. **Replatform** keeps the program and replaces what it runs on, a
# managed database for one's own, say. **Rewrite** (AWS also says *refactor* or *re-architect*) changes the
# structure.
#
# A rewrite costs the most and risks the most. It is right where the complaint *is* the structure. What speaks
# for it here: the order service is small; the customer is willing; and R1, R3 and R6 fail because of how the
# parts call each other, which no other machine would change.
#
# **Exercise 0.5** The customer has two more programs. Which way for which?

# %%
from orderlab.exercises.chapter00.e5_three_ways import PARTS

for name, about in PARTS.items():
    print(f"{name:<10} {about}")

# %%
ex = lab.exercise("0.5")
way = {"catalogue": None, "reports": None, "orders": None}
### BEGIN SOLUTION
way = {"catalogue": "rehost", "reports": "replatform", "orders": "rewrite"}
### END SOLUTION
ex.check(way)

# %% [markdown]
# **Exercise 0.6 (open)** Before anybody rewrites: could the monolith simply be made bigger? Find a
# number of `workers` and a `backlog` such that the promotion of section 0.3 (40 clients, 240 orders) refuses
# nobody *and* half of the customers have their answer within 1,000 ms. The check starts a monolith of that size and tries it; on such a
# day each call takes 50 ms, not 10.

# %%
ex = lab.exercise("0.6")
size = None
### BEGIN SOLUTION
size = {"workers": 40, "backlog": 64}
### END SOLUTION
ex.check(size)

# %% [markdown]
# So R2 can be bought, for a spike whose height you know. What does the size do the rest of the time? On
# average this week brings an order every three minutes:

# %%
seconds_of_work = len(orders) * 0.150
print(f"{len(orders):,} orders of 150 ms each keep one worker busy for {seconds_of_work / 60:.1f} min")
print(f"40 workers are there for {40 * 7 * 24:,} hours a week")

# %% [markdown]
# ## 0.7 Building blocks
#
# A solutions architect does not invent services; she puts AWS's together, and there is more than one good
# way. Over the next chapters you build *one of the possible* solutions:
#
# | chapter | you add | for |
# |---|---|---|
# | 01 | Lambda and API Gateway | a front door that scales by itself (R2, R5) |
# | 02 | a DynamoDB table | orders are kept, once, however often they are sent |
# | 03 | DynamoDB Streams, SNS, a queue a service | services leave the request (R1, R3) |
# | 04 | SQS in front | the answer no longer waits for anything (R6) |
#
# The AWS Well-Architected Framework asks six questions of every design; they are its *pillars*. Against the
# six requirements:
#
# | pillar | asks | here |
# |---|---|---|
# | operational excellence | can you run it, and see what it does? | R4, R5 |
# | security | who may do what? | every role and policy from chapter 01 on |
# | reliability | what happens when a part fails? | R1, R2 |
# | performance efficiency | is it as fast as it has to be? | R6 |
# | cost optimization | do you pay for what you use? | R5 |
# | sustainability | does nothing run for nothing? | R5 |
#
# R3 is in no pillar by name; it is what lets you repair one part without touching another.
#
# ## 0.8 What is deployed now
#
# Every chapter ends with a picture, drawn from what is deployed. So far:

# %%
lab.diagram()

# %% [markdown]
# Nothing: the monolith is not on AWS. It draws what is there, never what is planned.
#
# ## 0.9 How this workbook works
#
# - **Check, hint, solution** you know. Three hints lead from a question nearly to the code.
# - **Catch up**: `lab.catch_up("1.3")` builds the reference state of an exercise that you did not solve, so
#   that the rest of a notebook runs. What you solved is left alone.
# - **Progress** is kept in the folder `.orderlab` beside the notebooks, on this machine only:

# %%
solved = [e for e in ("0.1", "0.2", "0.3", "0.4", "0.5", "0.6") if lab.progress.exercise(e).solved]
print("solved in this chapter:", ", ".join(solved) or "nothing yet")

# %% [markdown]
# - **Reset**: `ex.reset()` forgets one exercise, `lab.reset()` this chapter, `lab.reset(everything=True)` all. A
#   backup is made each time.
# - **After a break**: each notebook begins with the same two lines. They start a fresh cloud, build what the
#   earlier chapters built, and do again what you had built in this one. `orderlab.start(chapter=1, fresh=True)`
#   starts a chapter clean.
# - **Time**: AWS's waits (a message hidden for 60 s, a retry after a minute) pass ten times as fast here; code
#   runs at its own speed. The text always gives AWS's own times.
# - **Local or your own account**: everything runs on the local cloud. It costs nothing and needs no account. The
#   boto3 calls and the function code are those that run on AWS.

# %% [markdown]
# ## Then and now
#
# This course grew from lecture notes of May 2023. Where they would mislead you today:
#
# | the notes said | now |
# |---|---|
# | the architecture shown is the solution | one of the possible ones; each chapter ends with a record of what else was considered |
# | Aurora is serverless, so the database need not be thought of | Aurora is provisioned, unless you choose Aurora Serverless v2 or Aurora DSQL (chapter 02) |
# | SQS messages hold at most 256 KB | 1 MiB (chapter 04) |
#
# ## Decision record 00
#
# | | |
# |---|---|
# | **Chosen** | rewrite the order service as small functions with managed services between them |
# | **Considered** | rehost on EC2 (ends none of R1, R3, R6); replatform onto RDS and a load balancer with several copies (helps R2, leaves the calls inside the request); a bigger machine (exercise 0.6) |
# | **Would change the choice** | no developers for a rewrite; steady load all day; code that must stay as it is, a bought program for instance |
#
# ## Quiz

# %%
lab.quiz()

# %% [markdown]
# ## What to remember
#
# - A call inside a request ties your answer, and your books, to the slowest and weakest of the services behind.
# - A backlog turns refusals into waiting; only workers make the line move; and workers cost while they wait.
# - A requirement is a sentence that an experiment can refute.
#
# Read on: [the AWS Well-Architected Framework](https://docs.aws.amazon.com/wellarchitected/latest/framework/welcome.html) ·
# [migration strategies](https://docs.aws.amazon.com/prescriptive-guidance/latest/large-migration-guide/migration-strategies.html)
#
# Next: `01_lambda_and_api.ipynb`. Stop the cloud of this chapter when you are done here.

# %%
lab.finish()
