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
# # Start here
#
# You are the solutions architect of a shop. Its order service is one program on one machine, and it
# fails whenever something behind it fails. In this workbook you rebuild it on AWS, step by step, with
# real boto3 calls and real Lambda functions, on a cloud that runs on your own machine.
#
# Nothing here needs an AWS account, costs money or leaves this machine. Run a cell with Shift+Enter.
#
# ## The way
#
# | chapter | you will | minutes |
# |---|---|---|
# | [00 The customer](00_the_customer.ipynb) | measure what is wrong today, and write six requirements | 45 |
# | [01 Lambda and API](01_lambda_and_api.ipynb) | write, deploy and invoke functions; put an API in front | 75 |
# | [02 DynamoDB modelling](02_dynamodb_modelling.ipynb) | design keys and indexes from access patterns; count capacity | 75 |
# | [03 Streams to SNS](03_streams_to_sns.ipynb) | let services hear of orders instead of being called | 75 |
#
# Each chapter starts by itself: you can begin anywhere, stop at any time, and find your work again.
#
# ## How far you are

# %%
import orderlab
from orderlab.exercises.overview import overview

overview()

# %% [markdown]
# ## What you are going to build
#
# Before you build it yourself, see it run. The next cell starts the cloud and builds the system of chapter
# 04, in a few seconds: an API that puts orders into a queue, a worker that stores them, and three
# services that hear of each order.

# %%
from orderlab.orders import architecture

lab = orderlab.start(chapter=0)
architecture.build(lab.target, chapter=4)

# %%
lab.diagram()

# %% [markdown]
# The picture is drawn from what is deployed: nothing in it is planned, and nothing deployed is left out.
#
# ## Place an order
#
# One real order, sent to the API over HTTP as a shop's web page would send it:

# %%
import json
import urllib.request

from orderlab.orders.parts.api import api_address
from orderlab.orders.reading import SAMPLE, read_orders

order = json.loads(next(read_orders(SAMPLE)).body)
print(len(order["lines"]), "lines, the first:", order["lines"][0]["name"])

# %%
request = urllib.request.Request(
    f"{api_address(lab.target)}/orders",
    data=json.dumps(order).encode(),
    headers={"Content-Type": "application/json"},
)
with urllib.request.urlopen(request) as answer:
    print(answer.status, json.load(answer))

# %% [markdown]
# 202: accepted. At that moment no function had run; the order was in a queue. Follow it from its id alone.
# These are the parts that it passed through:

# %%
from orderlab.orders.settling import wait_until_settled

wait_until_settled(lab.target)
trace = lab.trace(order["order_id"])
orderlab.Table([{"passed through": part} for part in sorted(trace.components)])

# %% [markdown]
# And this is its way, in time order: over the picture, as a waterfall, and as a table.

# %% tags=["nbval-ignore-output"] reason="Three services work at the same time: the order of their steps is theirs."
trace

# %% [markdown]
# The first order pays for starting every function: look for the long `Invoke` bars. Later ones do not.
#
# ## A part of the real week
#
# 3,168 orders were placed in the week before Christmas 2017. Send the first 300, as fast as they are taken,
# and see how long a customer would have waited:

# %%
from orderlab.orders.books import read_books
from orderlab.orders.figures import percentiles
from orderlab.orders.replay import replay

sent = replay(api_address(lab.target), SAMPLE, limit=300)
wait_until_settled(lab.target)
times = percentiles(sent.answer_ms)
print(f"{len(sent.accepted)} accepted, {len(sent.refused)} refused")
print(f"time to answer: p50 {times['p50']:.0f} ms, p99 {times['p99']:.0f} ms")

# %% [markdown]
# And the books, read from the tables: what was stored, what each service did, what was lost or done twice.

# %%
books = read_books(lab.target, sent.accepted)
rows = [{"service": name, "orders": count, "twice": books.twice[name], "lost": books.lost[name]}
        for name, count in books.applied.items()]
orderlab.Table(rows, caption=f"{books.stored} orders stored")

# %% [markdown]
# `make demo` in a terminal does the same with the whole week, and then breaks the shipping service to show
# that nothing is lost.
#
# Go on with [chapter 00](00_the_customer.ipynb): the customer has none of this yet.

# %%
lab.finish()
