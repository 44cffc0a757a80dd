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
# You are the solutions architect of a shop. Its order service is one program on one machine, and it fails whenever something behind it fails. In this workbook you rebuild it on AWS, step by step, with real boto3 calls and real Lambda functions, on a cloud that runs on your own machine.
#
# Nothing here needs an AWS account, costs money or leaves this machine. Run a cell with Shift+Enter.

# %% [markdown]
# | chapter | you will |
# |---|---|
# | [00 The customer](00_the_customer.ipynb) | measure what is wrong today, and write six requirements |
# | [01 Lambda and API](01_lambda_and_api.ipynb) | write, deploy and invoke functions; put an API in front |
# | [02 DynamoDB modelling](02_dynamodb_modelling.ipynb) | design keys and indexes from access patterns; count capacity |
# | [03 Streams to SNS](03_streams_to_sns.ipynb) | let services hear of orders instead of being called |
# | [04 SQS decoupling](04_sqs_decoupling.ipynb) | answer at once and work later: queues, workers, dead letters |
# | [05 Short and long polling](05_polling.ipynb) | find out why a full queue says "nothing"; halve what waiting costs |
# | [06 DAX and layers](06_dax_and_layers.ipynb) | put a cache before the table and catch it telling something old; find the cheapest memory size; write logs that can be searched |
# | [07 The next level](07_next_level.ipynb) | put the finished system to the test; read its bill; build it with a bus and a pipe; decide what comes next |

# %% [markdown]
# Each chapter starts by itself: you can begin anywhere, stop at any time, and find your work again. The [glossary](99_glossary.ipynb) explains the terms.
#
# You know a chapter's subject already? Open the chapter and run `lab.test_out()`: its two or three hardest checks, as cards. When they are right, the chapter counts as *tested out*.
#
# ## How far you are

# %%
import orderlab

orderlab.overview()

# %% [markdown]
# ## What you are going to build
#
# Before you build it yourself, see it run. The next cell starts the cloud and builds the system that the course leads to, in a few seconds: an API that puts orders into a queue, a worker that stores them, and three services that hear of each order.

# %%
lab = orderlab.start(chapter=0)
lab.build(chapter=4)
lab.diagram()

# %% [markdown]
# The picture is drawn from what is deployed. Nothing in it is planned, and nothing that is deployed is left out.
#
# ## Place an order
#
# One real order, sent to the API over HTTP as a shop's web page would send it:

# %%
order = lab.orders(1)[0]
print(len(order["lines"]), "lines, the first:", order["lines"][0]["name"])
answer = lab.request(f"{lab.url}/orders", order)
print(answer.status, answer.json()["status"])

# %% [markdown]
# 202 means accepted. At that moment no function had run; the order was in a queue. Follow it, from its id alone:

# %% tags=["nbval-ignore-output"] reason="Three services work at the same time: the order of their steps is theirs."
lab.settle()
lab.trace(order["order_id"])

# %% [markdown]
# The first order pays for starting every function: look for the long bars. Later ones don't.
#
# ## A part of the real week
#
# The sample week has 3,168 orders. Send the first 300, as fast as they are taken:

# %%
sent = lab.place_orders(lab.week()[:300])
lab.settle()
print(sent)
print(f"time to answer: p50 {sent.p50:.0f} ms, p99 {sent.p99:.0f} ms")

# %% [markdown]
# The books, read from the tables: what each service did, what was lost or done twice.

# %%
lab.books(sent.accepted)

# %% [markdown]
# `make demo` in a terminal does the same with the whole week. Then it breaks the shipping service and shows that nothing is lost.
#
# Go on with [chapter 00](00_the_customer.ipynb): the customer has none of this yet.

# %%
lab.finish()
