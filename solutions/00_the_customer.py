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
# At the end of this chapter you can
#
# - say what is wrong with this customer's order service, with numbers that you measured;
# - turn complaints into requirements that an experiment can test;
# - decide between moving, replacing and rewriting a program, and defend the choice;
# - find your way in this workbook.

# %% tags=["learner"]
import orderlab

lab = orderlab.start(chapter=0)

# %% tags=["solution"]
import orderlab

lab = orderlab.start(chapter=0, fresh=True)

# %% [markdown]
# You are a solutions architect. Your customer sells goods on the web. A few of their services have moved to AWS as they
# were. The order service has not: it is one program on a virtual machine in their own data centre, with a MySQL database.
#
# > **The customer**: "We don't want to own servers for this any more. It must follow the demand by itself, one broken part
# > must not break the rest, and we want one place to look at. We are ready to rewrite it."

# %%
lab.picture("monolith")

# %% [markdown]
# ## 0.1 The demand
#
# > **The customer**: "When are we busiest? Before Christmas!"
#
# That is a month. An architect needs a rate. This is a real week of orders, the one before Christmas 2017:

# %%
orders = lab.week()
print(f"{len(orders):,} orders")
orderlab.show({**orders[1], "lines": orders[1]["lines"][:1]})

# %% [markdown]
# Amounts are whole US cents and times are UTC. The client chooses the `order_id`, which will matter more than it seems.
#
# **See it on something small.** `Counter` counts whatever you give it. Here it counts days, which are the first 10 characters of a time:

# %%
from collections import Counter

by_day = Counter(order["placed_at"][:10] for order in orders)
print(by_day.most_common(2))

# %% [markdown]
# #### Exercise 0.1 The busiest hour
#
# Find the busiest *hour* of this week. Hand over the hour and its number of orders, in a form such as `("2017-12-18T09", 12)`.
#
# An exercise has four verbs. `ex.check(...)` looks at what you did and says what it found. `ex.hint()` gives one of three hints, `ex.solution()` shows a
# solution with its reason, and `ex.again()` starts over. A check breaks nothing, and you can run it as often as you like.

# %%
ex = lab.exercise("0.1")
busiest = None
### BEGIN SOLUTION
hours = Counter(order["placed_at"][:13] for order in orders)
busiest = hours.most_common(1)[0]
### END SOLUTION
ex.check(busiest)

# %%
by_hour = Counter(order["placed_at"][:13] for order in orders)
hours = [f"2017-12-{day}T{hour:02d}" for day in range(18, 25) for hour in range(24)]
lab.plot("The busiest hour has three times the orders of the mean",
         {"orders": [by_hour[hour] for hour in hours]}, x=[n / 24 for n in range(168)],
         x_label="days since Monday, 18 December", y_label="orders an hour", mark="max mean",
         n=len(orders))

# %% tags=["claim"]
assert 3 < max(by_hour.values()) / (len(orders) / 168) < 4

# %% [markdown]
# **One scale for the whole course.** The sample holds one in a thousand of the shop's orders, and the customer says that a promotion brings ten times the busiest hour.
# Everything else follows:

# %%
a_second = max(by_hour.values()) * 1000 / 3600
print(f"busiest hour: {a_second:.0f} orders a second; promotion: {10 * a_second:.0f} a second")

# %% [markdown]
# ## 0.2 The program
#
# > **The customer**: "Most days it works. You can have the code."
#
# This is the method that takes an order. While you read, ask yourself what has *happened* by the time something fails:

# %%
lab.listing("monolith")

# %% [markdown]
# The shop calls inventory, invoicing and shipping, one after the other. Then it stores the order, and then it answers. The customer waits through all of it.
#
# `lab.monolith()` runs it: an HTTP server with 8 workers, a line for 16 more requests (its **backlog**), an SQL database, and the three services as servers of their own. Each call takes about 30 ms. Place some orders, one customer after the other:

# %%
monolith = lab.monolith(workers=8, backlog=16)
quiet = lab.place_orders(30, url=monolith.url, clients=1)
print(quiet)
print(f"half of the customers waited less than {quiet.p50:.0f} ms")

# %% tags=["claim"]
assert len(quiet.accepted) == 30 and quiet.p50 > 90

# %% [markdown]
# Three calls of 30 ms make 90 ms, and the rest is the program's own work. On a quiet day that is fine.
#
# ## 0.3 A promotion begins
#
# > **The customer**: "On the day of the promotion the shop told most people to try again later. They didn't."
#
# Before you try it, do the arithmetic. Eight workers, each busy for 0.09 s an order:

# %%
capacity = 8 / 0.09
print(f"at most {capacity:.0f} orders a second; the promotion brings {10 * a_second:.0f}")

# %%
lab.predict("0.p1", "Orders arrive at the promotion's rate for two seconds. What happens?", [
    "all are accepted, a little later", "the first ones are refused, then it gets going",
    "a few are refused", "about half or more are refused"])

# %% [markdown]
# With `per_second`, orders leave on the clock, whether earlier ones were answered or not. That is how customers come. Each sends its order once:

# %%
monolith = lab.monolith()
promotion = lab.place_orders(356, url=monolith.url, per_second=178)
lost = len(promotion.refused)
share = "about half or more are refused" if lost > 120 else "a few are refused"
lab.compare("0.p1", share, f"8 workers finish at most {capacity:.0f} orders a second. When the "
            "line of 16 is full, a customer is refused at once.")

# %%
print(f"{lost} of 356 customers were told: {promotion.refused[0].reason}")
print(f"lost at this rate: {lost / 2:.0f} orders a second")

# %% tags=["claim"]
assert lost > 120

# %% [markdown]
# Nobody resized anything in those two seconds, and nobody could have. The customers who were refused are orders that the shop will never see: 503 is the cheapest answer for
# the program and the most expensive one for the shop.
#
# ## 0.4 A bad day at the carrier's
#
# > **The customer**: "In November the carrier's system was slow for an afternoon, and then it was down for an hour. Afterwards our books didn't agree."
#
# Two different failures. `control` plays both. First the slow one: shipping takes a second.

# %%
lab.predict("0.p2", "Shipping takes 1 s instead of 30 ms. How long does a customer wait?", [
    "as before: shipping is not the customer's concern", "about 1 s", "several seconds"])

# %%
monolith = lab.monolith()
monolith.control("shipping", seconds=1.0)
slow = lab.place_orders(40, url=monolith.url, clients=20)
waited = slow.p99 / 1000
lab.compare("0.p2", "several seconds" if waited > 2 else "about 1 s", "each of the 8 workers is "
            "held for a second an order, so the others stand in line before they even begin.")

# %%
times = {"quiet day": quiet.p50, "p50": slow.p50, "p99": slow.p99}
lab.bars("One slow service, 20 customers at a time", times, y_label="ms to the answer",
         n=slow.count, seconds=slow.seconds)

# %% tags=["claim"]
assert slow.p99 > 2000

# %% [markdown]
# The **p99** is the time within which 99 of 100 customers have their answer. It is what the unlucky ones get, and the unlucky ones write reviews.
#
# Now the other failure: shipping is down. **See it on inventory**, with one order. `monolith.done(name)` is what a service did, `monolith.stored()` is what the shop has:

# %%
monolith = lab.monolith()
monolith.control("inventory", fail=True)
one = lab.place_orders(1, url=monolith.url)
print(one, "-", one.refused[0].reason)
print({name: len(monolith.done(name)) for name in ("inventory", "invoicing", "shipping")})
print("stored:", len(monolith.stored()))

# %% [markdown]
# Look at the numbers: inventory failed first, so nothing else happened. The books agree.
#
# #### Exercise 0.2 Billed, and nowhere stored
#
# "Afterwards our books didn't agree." Make it happen: break one service so that a customer is *billed* for an order that the *shop doesn't have*.

# %%
monolith = lab.monolith()
ex = lab.exercise("0.2")
### BEGIN SOLUTION
monolith.control("shipping", fail=True)
lab.place_orders(2, url=monolith.url)
### END SOLUTION
ex.check(monolith)

# %% [markdown]
# The books, side by side, after 20 orders with shipping down:

# %%
monolith = lab.monolith()
monolith.control("shipping", fail=True)
broken = lab.place_orders(20, url=monolith.url)
books = monolith.books()
print(f"{len(broken.refused)} of 20 customers were told: {broken.refused[0].reason}")
print(f"orders in the shop: {books.stored}")
print(f"goods reserved without an order: {books.orphaned['inventory']}")
print(f"bills without an order: {books.orphaned['invoicing']}")

# %% tags=["claim"]
assert books.stored == 0 and books.orphaned["invoicing"] == 20

# %% [markdown]
# Nobody wrote a bug. That is what becomes of calls inside a request: when the third fails, the first two have happened, and nobody is left to take them back.
#
# #### Exercise 0.3 The customer who tries again
#
# And what do customers do who are told that it failed? They press the button again. One customer sends the same order, with the same `order_id`, three times while shipping is down, and once more after the repair. How many bills does invoicing send her? Think first; the next cell counts.

# %%
ex = lab.exercise("0.3")
bills = None
### BEGIN SOLUTION
bills = 4
### END SOLUTION
ex.check(bills)

# %%
again = lab.orders(1)
for _ in range(3):
    lab.place_orders(again, url=monolith.url)
monolith.control("shipping", fail=False)
lab.place_orders(again, url=monolith.url)
order_id = again[0]["order_id"]
print("bills for that order:", monolith.done("invoicing")[order_id])
print("orders in the shop:", monolith.stored().get(order_id, 0))
monolith.stop()

# %% [markdown]
# ## 0.5 From talk to specification
#
# > **The customer**: "So you see. Can you make it *better*?"
#
# Better is a wish. A **requirement** is a sentence that an experiment can refute. You wrote six. Where only (a) holds, a requirement is amber:

# %% [markdown]
# | | requirement | green when |
# |---|---|---|
# | R1 | resilient: one failing part harms no other | (a) a service is broken: all orders are accepted, none is lost, and it catches up; (b) the same when the part that processes orders is broken |
# | R2 | scales by itself | the promotion, on the clock: no order refused or lost, nobody resized anything |
# | R3 | decoupled: services come and go | a fourth service joins: nothing that is deployed changes, and it gets every later order once in effect |
# | R4 | one place for logs and metrics | from an order id alone: its whole path; an alarm for each part that can fail |
# | R5 | cost follows demand | what an idle hour costs, and 1,000 orders; no server in the list of what runs |
# | R6 | answers fast | p99 under 1,000 ms while (a) a service is slow, (b) processing an order takes 2 s |

# %% [markdown]
# #### Exercise 0.4 From talk to specification
#
# Six things that people at the customer's said. Which requirement does each belong to?

# %%
ex = lab.exercise("0.4")
ex.material

# %%
requirement_of = {"a": None, "b": None, "c": None, "d": None, "e": None, "f": None}
### BEGIN SOLUTION
requirement_of = {"a": "R4", "b": "R1", "c": "R6", "d": "R5", "e": "R3", "f": "R2"}
### END SOLUTION
ex.check(requirement_of)

# %% [markdown]
# Now run all six on the monolith. Each is an experiment: it sends orders, breaks or slows a service, and looks at the books.

# %%
lab.scoreboard()

# %% [markdown]
# This is where the customer stands. Every later chapter runs the same six on what you have built by then, and shows these numbers beside its own.
#
# ## 0.6 Move, replace or rewrite?
#
# > **The customer**: "Our other services moved in a weekend. Why can't this one?"
#
# There is more than one way into the cloud. **Rehost** (lift and shift) moves a program as it is. **Replatform** keeps the program and replaces what it runs on, for example with a managed database. **Rewrite** (AWS also says *refactor* or *re-architect*) changes its structure.
#
# A rewrite costs the most and risks the most. It is right where the complaint *is* the structure. Here R1, R3 and R6 fail because of how the parts call each other, and no other machine would change that.
#
# #### Exercise 0.5 Rehost, replatform, rewrite
#
# The customer has two more programs. Which way for which?

# %%
ex = lab.exercise("0.5")
ex.material

# %%
way = {"catalogue": None, "reports": None, "orders": None}
### BEGIN SOLUTION
way = {"catalogue": "rehost", "reports": "replatform", "orders": "rewrite"}
### END SOLUTION
ex.check(way)

# %% [markdown]
# #### Exercise 0.6 Enough workers (open)
#
# Before anybody rewrites: could the monolith be made bigger? Find a number of workers and a backlog with which the promotion refuses nobody *and* half of the customers have their answer within 1,000 ms.
#
# The check *simulates* a minute of the promotion with your numbers: 178 orders a second on the clock, 90 ms each. A simulation gives the same result on every machine.

# %%
ex = lab.exercise("0.6")
size = None
### BEGIN SOLUTION
size = {"workers": 20, "backlog": 16}
### END SOLUTION
ex.check(size)

# %% [markdown]
# So R2 can be bought, for a spike whose height you know. And the rest of the time? A week of 3,168,000 orders of 90 ms is 79 hours of work for one worker:

# %%
needed = len(orders) * 1000 * 0.09 / 3600
lab.bars("20 workers are there for 3,360 hours a week and work 79 of them",
         {"hours paid for": 20 * 7 * 24, "hours of work": needed}, y_label="hours a week")

# %% [markdown]
# ## 0.7 Building blocks
#
# A solutions architect doesn't invent services. She puts AWS's together, and there is more than one good way. The [AWS Architecture Center](https://aws.amazon.com/architecture/) collects such designs. Over the next chapters you build *one of the possible* solutions:
#
# | chapter | you add | for |
# |---|---|---|
# | 01 | Lambda and API Gateway | a front door that scales by itself (R5) |
# | 02 | a DynamoDB table | orders are kept, once, however often they are sent (R2) |
# | 03 | DynamoDB Streams, SNS, a queue for each service | services leave the request (R1, R3, R6) |
# | 04 | SQS in front | the answer no longer waits for anything (R1, R2, R6) |

# %% [markdown]
# The AWS Well-Architected Framework asks six questions of every design; they are its *pillars*:
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
# R3 is in no pillar by name. It is what lets you repair one part without touching another.

# %% [markdown]
# ## 0.8 How this workbook works
#
# - **Check, hint, solution, again** you know. Three hints lead from a question nearly to the code.
# - **Catch up**: `lab.catch_up("1.3")` builds the solution of an exercise that you left out, so that the rest of a notebook runs. It then counts as *caught up*, not as solved.
# - **Progress** is kept in the folder `.orderlab`, on this machine only. `lab.reset()` forgets this chapter's, with a backup.
# - **After a break** run the first cell again. It starts a fresh cloud, builds what the earlier chapters built, and does again what you had built in this one. `orderlab.start(chapter=1, fresh=True)` starts a chapter clean.
# - **Interrupt** (the square button) stops a cell. The cloud and your work stay.
# - **Time**: AWS's waits pass ten times as fast here; code runs at its own speed. The text gives AWS's own times.

# %% [markdown]
# - **Local or your own account.** Everything runs on the local cloud, costs nothing and needs no account. The boto3 calls and the function code are those that run on AWS, so what you learn is true there. What the local cloud does differently is listed in `docs/differs-from-aws.md`. This course doesn't deploy into a real account yet. Where it quotes a cost, it is the price AWS would charge for what you ran.
#
# Each chapter ends with a picture of what is deployed, drawn from the account itself. At the moment:

# %%
lab.diagram()

# %% [markdown]
# Nothing is there: the monolith doesn't run on AWS.
#
# ## Decision record 00
#
# | | |
# |---|---|
# | **Chosen** | rewrite the order service as small functions with managed services between them |
# | **Considered** | rehost on EC2 (ends none of R1, R3, R6); replatform onto RDS with several copies behind a load balancer (helps R2, leaves the calls inside the request); a bigger machine (exercise 0.6) |
# | **Would change the choice** | no developers for a rewrite; the same load all day; code that must stay as it is, such as a bought program |
#
# ## Quiz

# %%
lab.quiz()

# %% [markdown]
# ## What to remember
#
# - A call inside a request ties your answer, and your books, to the slowest and weakest service behind it.
# - A backlog turns refusals into waiting. Only workers make the line move, and workers cost while they wait.
# - A requirement is a sentence that an experiment can refute.
#
# Read on: [the AWS Well-Architected Framework](https://docs.aws.amazon.com/wellarchitected/latest/framework/welcome.html) ·
# [migration strategies](https://docs.aws.amazon.com/prescriptive-guidance/latest/large-migration-guide/migration-strategies.html)

# %%
lab.summary()

# %%
lab.finish()

# %% [markdown]
# ## Appendix: you will still read ...
#
# This course grew from lecture notes of May 2023. What has changed since, or was never quite so:
#
# | you will read | now |
# |---|---|
# | Aurora is serverless, so the database need not be sized | Aurora is provisioned unless you choose Aurora Serverless v2 or Aurora DSQL (chapter 02) |
# | SQS messages hold at most 256 KB | 1 MiB (chapter 04) |
# | serverless services report to CloudWatch, so logging is solved | a function's role must be allowed to write, and somebody must be told: chapters 01 and 03 |
