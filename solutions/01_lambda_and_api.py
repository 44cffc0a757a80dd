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
# # 01 Lambda and API
#
# *About 75 minutes.*
#
# At the end of this chapter you will be able to
#
# - choose a compute service by what the customer has and can do, and say when serverless is not the fit;
# - write, deploy, invoke and watch a function, and say what its execution environment keeps and what it doesn't;
# - put a REST API in front of it that refuses wrong orders, unknown callers and floods at the door;
# - tell who may call what: roles, resource policies, authorisers, API keys.

# %% tags=["learner"]
import orderlab

lab = orderlab.start(chapter=1)

# %% tags=["solution"]
import orderlab

lab = orderlab.start(chapter=1, fresh=True)

# %% [markdown]
# ## 1.1 The customer speaks
#
# > "We want to take orders on the day of a promotion as on any other day. Nobody here wants to patch servers
# > any more, and nobody wants to guess how many we need. Two of us write Python. One went to a course on
# > containers, once."
#
# So far nothing stands: the cloud behind `lab` is an empty AWS account. In this chapter you build the front
# door, `POST /orders`. It checks an order and gives a receipt; where orders are *kept* is chapter 02.
#
# ## 1.2 Where code can run
#
# Three families, and what each leaves to the customer:
#
# | | you hand over | you still look after | you pay for |
# |---|---|---|---|
# | **EC2** | nothing: you rent a virtual machine | operating system, patches, how many, when to add one | machines, by the second, busy or not |
# | containers on **ECS** or **EKS** | an image | the cluster's machines; with **Fargate** not even those, but still how many copies run | machines, or with Fargate the copies' vCPU and memory |
# | **Lambda** | a zip (or an image) with a function | the code | requests, and memory times duration |
#
# ECS and EKS *orchestrate* containers: ECS with an API of AWS's own, EKS with Kubernetes. Fargate is no third
# orchestrator: it is the compute that ECS or EKS can run on when you want no machines of your own.
#
# Skills decide more than features. Had this customer Kubernetes manifests and people who know them, EKS would
# let them keep both. They have Python, spikes, little will to operate, and an order service that is rewritten
# anyway: Lambda.
#
# **Serverless is not always the fit.** Work that takes longer than 15 minutes a piece, steady load around the
# clock, a program that can't be changed, protocols other than request and answer, a GPU: each speaks for
# containers or EC2. What you decide here is right for *this* service.
#
# ## 1.3 The first function
#
# A function is a file with a *handler*: Python calls it `def`, Lambda calls it with an **event** (what
# happened, as a dictionary) and a **context** (who runs this, for how much longer).

# %%
FIRST_HANDLER = """import json

def handler(event, context):
    order = json.loads(event["body"])
    goods = sum(line["quantity"] * line["unit_price_cents"] for line in order["lines"])
    print("accepted", order["order_id"])
    receipt = {"order_id": order["order_id"], "total_cents": goods - order["coupon_cents"]}
    return {"statusCode": 201, "body": json.dumps(receipt)}
"""

# %% [markdown]
# It expects an event with a `body` and answers with a `statusCode` and a `body`: that is the form in which an API
# will hand it a request. Lambda takes code as a zip:

# %%
import io
import zipfile


def zipped(name, text):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, text)
    return buffer.getvalue()


# %% [markdown]
# A function runs *as somebody*: its **execution role**. The role has two documents. The first, the trust
# policy, says who may take the role on: the Lambda service, and nobody else. (`ignoring` passes over the error that
# says "it exists already", so that you can run a cell twice.)

# %%
import json

import boto3

from orderlab.orders.parts.names import ignoring

iam = boto3.client("iam")
trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
trust["Principal"] = {"Service": "lambda.amazonaws.com"}
with ignoring("EntityAlreadyExists"):
    iam.create_role(
        RoleName="accept-order-role",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        Tags=[{"Key": "project", "Value": "orderlab"}],
    )
role = iam.get_role(RoleName="accept-order-role")["Role"]["Arn"]
print(role)

# %% [markdown]
# Deploy. `Handler` names the file and the function in it. `Tags` are keys and values of your own, on nearly every
# resource; they are for finding things, for permissions, and for the bill.

# %%
functions = boto3.client("lambda")
with ignoring("ResourceConflictException"):
    functions.create_function(
        FunctionName="accept-order",
        Runtime="python3.13",
        Role=role,
        Handler="accept_order.handler",
        Code={"ZipFile": zipped("accept_order.py", FIRST_HANDLER)},
        Tags={"project": "orderlab"},
    )
functions.get_waiter("function_active_v2").wait(FunctionName="accept-order")
made = functions.get_function_configuration(FunctionName="accept-order")
orderlab.show(made, "Handler", "Runtime", "MemorySize", "Timeout")

# %% [markdown]
# You gave neither memory nor timeout: 128 MB and 3 s are AWS's defaults, and the limits are 10,240 MB and
# 900 s. (The local cloud runs every Python runtime with the Python of this notebook.)
#
# Invoke it, with a real order in the event:

# %%
from orderlab.orders.reading import SAMPLE, read_orders

order = next(iter(read_orders(SAMPLE))).body.decode()
reply = functions.invoke(FunctionName="accept-order", Payload=json.dumps({"body": order}))
orderlab.show(json.load(reply["Payload"]))

# %% [markdown]
# You called it yourself; no trigger was needed. `Invoke` waits for the answer. With `InvocationType="Event"` it
# would only put the event into Lambda's own queue and come back with 202. What else can **trigger** a function:
#
# | trigger | who calls | waits for the answer |
# |---|---|---|
# | `Invoke`, a function URL, API Gateway | the caller, at once | yes |
# | SNS, EventBridge, S3 | the service, through Lambda's queue | no; tried again twice on failure |
# | SQS, DynamoDB Streams, Kinesis | Lambda itself polls (an *event source mapping*) | Lambda does |
#
# ### Where are its logs?
#
# The handler printed `accepted ...`. Lambda sends what is printed to CloudWatch Logs, into the log group
# `/aws/lambda/accept-order`, without being asked:

# %%
logs = boto3.client("logs")
GROUP = "/aws/lambda/accept-order"
found = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
print("log groups of accept-order:", len(found))

# %% [markdown]
# There is none. The function writes its log *as its role*, and the role may do nothing yet: that is its second
# document, the permissions policy. Give it what it needs and no more: write to its own log group. You make the group
# yourself, because a group that Lambda makes keeps logs for ever.

# %%
with ignoring("ResourceAlreadyExistsException"):
    logs.create_log_group(logGroupName=GROUP, tags={"project": "orderlab"})
logs.put_retention_policy(logGroupName=GROUP, retentionInDays=14)
ACCOUNT = boto3.client("sts").get_caller_identity()["Account"]
may_log = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{GROUP}:*",
}
policy = {"Version": "2012-10-17", "Statement": [may_log]}
_ = iam.put_role_policy(
    RoleName="accept-order-role", PolicyName="least-privilege", PolicyDocument=json.dumps(policy)
)

# %% [markdown]
# A new right takes a moment to arrive; on AWS some seconds. So invoke until the log is there:

# %%
import time

event = {"body": order}
for attempt in range(40):
    _ = functions.invoke(FunctionName="accept-order", Payload=json.dumps(event))
    written = logs.filter_log_events(logGroupName=GROUP, filterPattern="REPORT")["events"]
    if written:
        break
    time.sleep(0.25)
lines = logs.filter_log_events(logGroupName=GROUP)["events"][-4:]
print("".join(line["message"] for line in lines).expandtabs(2))

# %% [markdown]
# Around what you printed, Lambda wrote three lines of its own: START, END and REPORT. **REPORT** is the one to read:
# how long the handler took, what is billed, how much memory was there and how much was used.
#
# ### The event and the context
#
# The context knows the request's id (the same as in the log), how many milliseconds are left, and in which log
# stream this environment writes:

# %%
from orderlab.exercises.chapter01.clients import invoke
from orderlab.exercises.chapter01.starting_points import ensure_function

SHOW = """def handler(event, context):
    return {"the event": event, "function": context.function_name,
            "memory": context.memory_limit_in_mb, "my own time to live":
            f"{context.get_remaining_time_in_millis()} ms"}
"""
ensure_function(lab.target, "show-context", {"show.py": SHOW}, "show.handler", timeout=5)
orderlab.show(invoke(functions, "show-context", {"hello": "event"}))

# %% [markdown]
# `ensure_function` does what you did above, role included; from here on it saves you the retyping.
#
# ### Tags and the bill
#
# Whoever pays wants to know what the order service costs. Find everything with your tag:

# %%
tagged = boto3.client("resourcegroupstaggingapi").get_resources(
    TagFilters=[{"Key": "project", "Values": ["orderlab"]}]
)["ResourceTagMappingList"]
for resource in sorted(each["ResourceARN"] for each in tagged):
    print(resource)

# %% [markdown]
# On the bill a tag shows up only after you *activate* it as a **cost allocation tag**, in the Billing console of
# the account that pays, and only for what is used from then on. So tag first and activate early. (The local cloud has no
# bill; it meters requests, which the scoreboard below reads.)
#
# **Exercise 1.1** A colleague deployed `price-order`, to price an order without taking it. Every invocation fails.
# Find out why, and mend it.

# %%
ex = lab.exercise("1.1")
orderlab.show(invoke(functions, "price-order", json.loads(order)), "errorType", "errorMessage")
package = "the zip of price-order holds one file, pricing.py, which begins:\n"
print(package, "   def total(event, context):")

# %%
### BEGIN SOLUTION
functions.update_function_configuration(FunctionName="price-order", Handler="pricing.total")
functions.get_waiter("function_updated_v2").wait(FunctionName="price-order")
### END SOLUTION
ex.check()

# %% [markdown]
# ## 1.4 An execution environment
#
# What happened when you invoked? Lambda keeps no server of yours running. On the first request it
#
# 1. starts a small virtual machine of your own, a **microVM** (the software is Firecracker, open source),
#    with your code in it;
# 2. **Init**: starts Python and imports your file, so that everything *outside* the handler runs, once;
# 3. **Invoke**: calls the handler with the event. One request at a time;
# 4. **freezes** the environment: nothing in it runs, and its memory is kept. The next request thaws it and goes on with
#    step 3: it is *reused*;
# 5. **Shutdown**, some time after the last request (AWS doesn't publish when), or when you deploy: at most 2 s to
#    clean up, and it is gone.
#
# A request that has to wait for 1 and 2 is a **cold start**; the others are warm. (The local cloud takes a process in
# place of a microVM, and keeps it idle where AWS freezes it: your code sees the same phases.)

# %%
lab.predict("1.p1", "20 requests one after the other, on a function that nobody has called yet. "
            "How many pay for Init?", ["all 20", "the first", "none"])

# %%
from orderlab.exercises.chapter01.clients import report

functions.update_function_configuration(FunctionName="accept-order", Description="new environments")
functions.get_waiter("function_updated_v2").wait(FunctionName="accept-order")
runs = [report(functions, "accept-order", event) for _ in range(20)]
print("requests with an Init Duration:", sum(run.init_ms is not None for run in runs))

# %% [markdown]
# Changing the function's configuration retired its environments, so that the first request was cold again. Do that
# eight times, and look at both kinds:

# %%
from statistics import median

cold, warm = [], [run.duration_ms for run in runs[1:]]
for number in range(8):
    functions.update_function_configuration(FunctionName="accept-order", Description=f"{number}")
    functions.get_waiter("function_updated_v2").wait(FunctionName="accept-order")
    cold.append(report(functions, "accept-order", event))
print(f"cold: Init {median(run.init_ms for run in cold):.0f} ms, "
      f"then {median(run.duration_ms for run in cold):.1f} ms in the handler")
print(f"warm: no Init, {median(warm):.1f} ms in the handler")
billed = median(run.billed_ms for run in cold)
print(f"billed for a cold one: {billed:.0f} ms, Init and handler")

# %%
from matplotlib import pyplot

figure, axes = pyplot.subplots(figsize=(8, 2.6))
init = [run.init_ms for run in cold]
_ = axes.bar(range(8), init, color="#b35900", label="Init (cold)")
_ = axes.bar(range(8), [run.duration_ms for run in cold], bottom=init, color="#0b62a8")
_ = axes.bar(range(9, 28), warm, color="#0b62a8", label="handler")
_ = axes.set(ylabel="ms", xlabel="8 cold invocations, 19 warm ones", xticks=[])
_ = axes.legend()
alt = f"Cold: {median(init):.0f} ms of Init each. Warm: {median(warm):.1f} ms, a line on the ground."
orderlab.measured_plot(figure, alt)

# %% [markdown]
# Two things to take away. Init is a property of *your imports*: what you load outside the handler is paid for here. And it is
# on the bill: since August 2025 AWS bills Init for zip functions too, before that it was free.
#
# What survives in an environment is whatever lives outside the handler: imported modules, clients, variables, and
# files in `/tmp`. In the *same* environment, that is.
#
# **Exercise 1.2** Another colleague numbers orders with a global variable. In `count-orders`, `count` is 0 when the
# file is imported; the handler adds one, works for half a second and returns the number with the name of its environment.
# "It works," he says; "I tried it three times." Show him two different orders with the same number. Hand over the
# answers as a list. `at_once(functions, NAME, events)` invokes once for each event, all at the same moment.

# %%
from orderlab.exercises.chapter01.clients import at_once

ex = lab.exercise("1.2")
three = [invoke(functions, "count-orders", {"order": f"o-{n}"}) for n in range(3)]
print("his three:", [answer["number"] for answer in three])

# %%
answers = None
### BEGIN SOLUTION
answers = at_once(functions, "count-orders", [{"order": f"o-{n}"} for n in range(6)])
### END SOLUTION
ex.check(answers)

# %% [markdown]
# A variable outside the handler is right for what may be had many times over: a client, a cache, a compiled pattern. It is
# wrong for what there must be one of. Chapter 02 has a place for that.
#
# ### Concurrency is environments
#
# An environment takes one request at a time. So the number of environments that are busy is the number of requests under way:
# **requests a second times seconds a request.** How many does a burst start? This function takes half a second:

# %%
WAIT = """import time
def handler(event, context):
    time.sleep(0.5)
    return context.log_stream_name
"""
ensure_function(lab.target, "half-a-second", {"wait.py": WAIT}, "wait.handler")
started, rows = set(), []
for burst in (1, 2, 4, 8):
    used = set(at_once(functions, "half-a-second", [{}] * burst))
    rows.append({"requests at once": burst, "environments": len(used), "new": len(used - started)})
    started |= used
orderlab.Table(rows)

# %%
lab.predict("1.p2", "Now 4 more, one after the other. How many new environments?", ["4", "1", "0"])

# %%
later = {invoke(functions, "half-a-second", {}) for _ in range(4)}
alive = [e for e in lab.target.page("environments") if e["function"] == "half-a-second"]
print(f"4 in turn: {len(later)} environment, {len(later - started)} of it new")
print(f"{len(alive)} environments are there, all idle: {all(e['state'] == 'ready' for e in alive)}")

# %% [markdown]
# An idle environment costs nothing: you pay for requests and for the time in which your code runs.
# AWS lets a function grow by 1,000 environments every 10 s, up to the account's limit, which all its functions share. New
# accounts often have less than the default. Beyond it `Invoke` answers 429 `TooManyRequestsException`.

# %%
limit = functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
print(f"environments that may be busy at once, in all: {limit:,}")

# %% [markdown]
# ## 1.5 A door for it: API Gateway
#
# Customers can't call `Invoke`: they have no AWS credentials. They speak HTTP, and **API Gateway** translates. It has two kinds of
# HTTP front doors:
#
# | | REST API | HTTP API |
# |---|---|---|
# | check a body against a JSON Schema | yes | no |
# | mapping templates (change a request without code) | yes | no |
# | hand requests straight to SQS, SNS, DynamoDB | any AWS action | a short list: SQS yes, SNS and DynamoDB no |
# | API keys, usage plans | yes | no |
# | who are you | IAM, Lambda authoriser, Cognito, and now JWT | JWT, Lambda authoriser, IAM |
# | price for a request, added delay | more | less |
#
# **Why REST here:** you will check orders at the door (next section), hold single clients back, and in chapter 04 put orders into a queue
# with a template, with no function between. For a thin door in front of functions an HTTP API would be cheaper.
#
# A REST API is a tree of **resources** (path parts), each with **methods**, each with an **integration**:

# %%
from orderlab.orders.parts.api import find_api

gateway = boto3.client("apigateway")
api = find_api(lab.target) or gateway.create_rest_api(
    name="order-api",
    description="Takes the shop's orders.",
    endpointConfiguration={"types": ["REGIONAL"]},
    tags={"project": "orderlab"},
)["id"]
ids = {each["path"]: each["id"] for each in gateway.get_resources(restApiId=api)["items"]}
print("it has:", *ids)

# %% [markdown]
# It comes with its root. Below that goes `orders`, and on it the method POST:

# %%
orders = ids.get("/orders") or gateway.create_resource(
    restApiId=api, parentId=ids["/"], pathPart="orders"
)["id"]
POST_ORDERS = {"restApiId": api, "resourceId": orders, "httpMethod": "POST"}
with ignoring("ConflictException"):
    gateway.put_method(**POST_ORDERS, authorizationType="NONE")

# %% [markdown]
# The integration says what is behind. `AWS_PROXY`, the **proxy integration**, hands the whole request to the function as an event, and takes
# the function's `statusCode` and `body` as the answer. (`integrationHttpMethod` is POST whatever the client's method is: it is how Lambda is called.)

# %%
uri = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:accept-order/invocations"
)
integration = gateway.put_integration(
    **POST_ORDERS, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri
)
orderlab.show(integration, "type", "httpMethod", "timeoutInMillis")

# %% [markdown]
# 29 s is as long as the door waits for an answer, if you don't change it. Send an order:

# %%
from orderlab.exercises.chapter01.clients import post

url = lab.target.api_url(api, "live") + "/orders"
print(post(url, order))

# %% [markdown]
# 403: nobody serves this address. What you defined is a *draft*. A **deployment** is a snapshot of it, and a **stage** (`live`,
# `test`, ...) is an address that serves one deployment. This makes the snapshot and points the stage `live` to it:

# %%
_ = gateway.create_deployment(restApiId=api, stageName="live")
print(post(url, order))
print(post(url + "s", order))

# %% [markdown]
# Two different troubles. The second address is misspelt, and a REST API says so in odd words: 403, and a token that nobody asked for. The first
# path is there, and something behind it is wrong. A client isn't told what: 500 is all that it gets.
#
# **Exercise 1.3** The function works, and the API reaches for it. Find what is missing. Allow `POST /orders` of this API, and
# nobody else's.

# %%
ex = lab.exercise("1.3")
### BEGIN SOLUTION
with ignoring("ResourceConflictException"):
    functions.add_permission(
        FunctionName="accept-order",
        StatementId=f"api-{api}",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api}/*/POST/orders",
    )
### END SOLUTION
ex.check()

# %%
lab.catch_up("1.3")
print(post(url, order))

# %% [markdown]
# An order went in over HTTP, and its receipt came back. Now keep the draft and the snapshot in mind:

# %%
lab.predict("1.p3", "You delete the method POST in the draft. What does the next order get?", [
    "201, as before", "403, no such path", "500"])

# %%
gateway.delete_method(**POST_ORDERS)
print(post(url, order).status)
_ = gateway.put_method(**POST_ORDERS, authorizationType="NONE")
_ = gateway.put_integration(**POST_ORDERS, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)

# %% [markdown]
# Forgotten deployments are the commonest puzzle with REST APIs: everything looks right in the definition, and nothing happens. It is also
# what makes changes safe: you can prepare them at leisure, and go back to an older deployment in one call.
#
# ## 1.6 Wrong orders stay outside
#
# Here is an order without lines. Your handler trusts what it gets:

# %%
empty = {**json.loads(order), "coupon_cents": 500, "lines": []}
print(post(url, empty))

# %% [markdown]
# Accepted: the shop owes the customer 5 dollars. You could check in the function. But then every wrong order starts one, and is paid
# for. API Gateway can look at the body first. It needs a **model**, which is a JSON Schema (draft 4), and a **request validator**:

# %%
from orderlab.orders.contract import schema_text

schema = json.loads(schema_text())
print("required:", ", ".join(schema["required"]))
print("lines:", schema["properties"]["lines"]["minItems"], "or more")

# %%
with ignoring("ConflictException"):
    gateway.create_model(
        restApiId=api, name="Order", contentType="application/json", schema=schema_text()
    )
validator = gateway.create_request_validator(
    restApiId=api, name="body", validateRequestBody=True, validateRequestParameters=True
)["id"]
changes = [
    {"op": "replace", "path": "/requestValidatorId", "value": validator},
    {"op": "add", "path": "/requestModels/application~1json", "value": "Order"},
]
_ = gateway.update_method(**POST_ORDERS, patchOperations=changes)
_ = gateway.create_deployment(restApiId=api, stageName="live")
print(post(url, empty))

# %% [markdown]
# Does that spare the function? Count its runs by the REPORT lines in its log, before and after 25 wrong orders:

# %%
def runs_of(name):
    pages = logs.get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=f"/aws/lambda/{name}", filterPattern="REPORT")
    return sum(len(page["events"]) for page in found)


before = runs_of("accept-order")
refused = [post(url, empty).status for _ in range(25)]
time.sleep(0.5)
print(f"refused: {refused.count(400)}, runs of the function: {runs_of('accept-order') - before}")

# %% [markdown]
# 25 requests to API Gateway, none to Lambda. The door is shut, it seems. A partner's program sends its orders as `text/plain`:

# %%
print(post(url, empty, "text/plain"))

# %% [markdown]
# **Exercise 1.4** Close it for every content type, not only for this one. A valid order as `application/json` must still come in.

# %%
ex = lab.exercise("1.4")
orderlab.show(gateway.get_method(**POST_ORDERS), "requestModels")

# %%
### BEGIN SOLUTION
for_all = {"op": "add", "path": "/requestModels/$default", "value": "Order"}
_ = gateway.update_method(**POST_ORDERS, patchOperations=[for_all])
_ = gateway.create_deployment(restApiId=api, stageName="live")
### END SOLUTION
ex.check()

# %%
lab.catch_up("1.4")
print(post(url, empty, "text/plain"))

# %% [markdown]
# ### Access logs
#
# The client gets `Invalid request body` and nothing about the cause. *You* want to know it. API Gateway writes no logs until you ask: give the
# account a role for it, once, and the stage a log group and a format.

# %%
from orderlab.orders.parts.roles import ensure_role

writes = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:Describe*"]
may_write = {"Effect": "Allow", "Action": writes, "Resource": "*"}
writer = ensure_role(lab.target, "api-gateway-logs", "apigateway.amazonaws.com", [may_write])
role_of_all_apis = {"op": "replace", "path": "/cloudwatchRoleArn", "value": writer}
_ = gateway.update_account(patchOperations=[role_of_all_apis])
with ignoring("ResourceAlreadyExistsException"):
    logs.create_log_group(logGroupName="order-api-access", tags={"project": "orderlab"})
_ = logs.put_retention_policy(logGroupName="order-api-access", retentionInDays=14)

# %%
layout = {"request": "$context.requestId", "status": "$context.status"}
layout["took"] = "$context.responseLatency ms"
layout["why"] = "$context.error.validationErrorString"
group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:order-api-access"
changes = [
    {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": group},
    {"op": "replace", "path": "/accessLogSettings/format", "value": json.dumps(layout)},
]
_ = gateway.update_stage(restApiId=api, stageName="live", patchOperations=changes)
print(post(url, order).status, post(url, empty).status)
time.sleep(0.3)
for line in logs.filter_log_events(logGroupName="order-api-access")["events"]:
    print(line["message"])

# %% [markdown]
# ## 1.7 Who is calling?
#
# A shop's door is open to everybody. Partners of the customer are another matter: they send orders in bulk. For them there is a second API,
# built as yours was. Its method answers by itself (a `MOCK` integration), so that you see only the door.

# %%
from orderlab.exercises.chapter01 import partners

partner_api = partners.partner_api(lab.target)
print(post(partners.partner_url(lab.target), order))

# %% [markdown]
# It asks for an API key. First, though, for somebody's *identity*: that is an **authoriser**. A REST API knows several kinds: IAM (the request is
# signed like your boto3 calls), Cognito user pools, JWT (new), and a function of yours, which gets the token and answers with a policy:

# %%
WHO = """def handler(event, context):
    effect = "Allow" if event["authorizationToken"] == "Bearer partner-17" else "Deny"
    may = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": "partner-17",
            "policyDocument": {"Version": "2012-10-17", "Statement": [may]}}
"""
ensure_function(lab.target, "who-calls", {"who.py": WHO}, "who.handler")
who_uri = uri.replace("accept-order", "who-calls")
authoriser = gateway.create_authorizer(
    restApiId=partner_api, name="who-calls", type="TOKEN", authorizerUri=who_uri,
    identitySource="method.request.header.Authorization", authorizerResultTtlInSeconds=300,
)["id"]

# %% [markdown]
# API Gateway must be allowed to call it, as in exercise 1.3, and a method must ask for it. Here it is a `GET`, so that the `POST` stays as it is:

# %%
source = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{partner_api}/authorizers/{authoriser}"
_ = functions.add_permission(
    FunctionName="who-calls", StatementId=authoriser, Action="lambda:InvokeFunction",
    Principal="apigateway.amazonaws.com", SourceArn=source,
)
paths = {r["path"]: r["id"] for r in gateway.get_resources(restApiId=partner_api)["items"]}
GET = {"restApiId": partner_api, "resourceId": paths["/orders"], "httpMethod": "GET"}
with ignoring("NotFoundException"):
    gateway.delete_method(**GET)
_ = gateway.put_method(**GET, authorizationType="CUSTOM", authorizerId=authoriser)
partners.answer_without_a_function(gateway, GET)
_ = gateway.create_deployment(restApiId=partner_api, stageName="live")

# %%
address = partners.partner_url(lab.target)
for token in (None, "Bearer somebody", "Bearer partner-17"):
    header = {"Authorization": token} if token else {}
    print(f"{token!s:<18}", post(address, "", method="GET", **header).status)

# %% [markdown]
# Nobody there: 401, and the function was not even asked. Known and not allowed: 403. Allowed: 202. The answer is kept for 300 s
# for the same token, so that `who-calls` doesn't run for each request.
#
# ### API keys and throttling
#
# An **API key** tells clients apart so that they can be counted and limited. It is no proof of who somebody is: it is a text that is copied
# into programs. Keys belong to a **usage plan**, which says how many requests a second (`rateLimit`), how many at once
# (`burstLimit`), and how many a day or month (`quota`).

# %%
plan = gateway.create_usage_plan(
    name="try-out",
    apiStages=[{"apiId": partner_api, "stage": "live"}],
    throttle={"rateLimit": 2, "burstLimit": 5},
)["id"]
key = gateway.create_api_key(name="a-partner", enabled=True)
_ = gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
print(post(address, {}, x_api_key=key["value"]).status)

# %%
lab.predict("1.p4", "60 orders with this key from 8 connections, as fast as they go. What happens?", [
    "all are taken, only slower", "about the first five are taken, most are refused", "all are refused"])

# %%
from collections import Counter

from orderlab.exercises.chapter01.clients import post_many

flood = post_many(address, [{}] * 60, keys=[key["value"]] * 60)
texts = Counter(answer.text for answer in flood if answer.status == 429)
print(f"{texts.total()} of 60 orders refused, with 429 {', '.join(texts)}")

# %% [markdown]
# This is a **token bucket**: it holds five, two come back every second, each request takes one, and who finds it empty gets 429 and should
# come again later. (Time passes ten times as fast here, so more come back than you would think.) AWS says of these limits that they are kept as well as
# can be, not to the last request. Above them all is the account's: 10,000 requests a second, 5,000 at once, for all APIs of a Region.
#
# **Exercise 1.5** `partner-api` has two partners now, `bulk-partner` and `calm-partner`, both in the usage plan `partners`. When the
# first one flooded the API, somebody put a limit on the whole *stage*: 1 a second, 5 at once. Since then `calm-partner` complains.
# Hold `bulk-partner` to that limit without hurting the other. `update_stage` takes patches such as `/*/*/throttling/rateLimit`,
# `update_usage_plan` such as `/throttle/rateLimit`.

# %%
ex = lab.exercise("1.5")
stage = gateway.get_stage(restApiId=partner_api, stageName="live")["methodSettings"]["*/*"]
orderlab.show(stage, "throttlingRateLimit", "throttlingBurstLimit")
plans = {each["name"]: each["id"] for each in gateway.get_usage_plans()["items"]}
print("usage plans:", ", ".join(sorted(plans)))

# %%
### BEGIN SOLUTION
changes = [
    {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "1000"},
    {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "500"},
]
_ = gateway.update_stage(restApiId=partner_api, stageName="live", patchOperations=changes)
changes = [
    {"op": "replace", "path": "/throttle/rateLimit", "value": "1"},
    {"op": "replace", "path": "/throttle/burstLimit", "value": "5"},
]
_ = gateway.update_usage_plan(usagePlanId=plans["partners"], patchOperations=changes)
### END SOLUTION
ex.check()

# %% [markdown]
# ## 1.8 The customer's handler
#
# The two who write Python have rewritten their order code. Take it over from your first try. Its handler looks at an order again, because a function
# shouldn't trust a door that somebody may reconfigure:

# %%
from orderlab.orders.parts.packages import HANDLERS, handler_zip, layer_zip

source = (HANDLERS / "accept_order.py").read_text()
print(source[source.index("from orderlib") : source.index("def body_of")].strip())

# %% [markdown]
# Without `ORDERS_TABLE` and `SERVICES`, which come in chapter 02, it checks and gives a receipt. It imports `orderlib`, which all of their functions will share. That goes into a
# **layer**: a zip that Lambda unpacks under `/opt`; what lies in its folder `python/` can be imported.

# %%
layer = functions.publish_layer_version(
    LayerName="orderlib", Content={"ZipFile": layer_zip()}, CompatibleRuntimes=["python3.13"]
)["LayerVersionArn"]
print(layer)

# %% [markdown]
# The 1 at its end is a version. Versions never change, and a function keeps the one that it names until you give it
# another. So the order of the next two steps matters less than that you do both:

# %%
_ = functions.update_function_code(
    FunctionName="accept-order", ZipFile=handler_zip("accept_order")
)
functions.get_waiter("function_updated_v2").wait(FunctionName="accept-order")
orderlab.show(invoke(functions, "accept-order", event), "errorType", "errorMessage")

# %%
_ = functions.update_function_configuration(
    FunctionName="accept-order", Layers=[layer], MemorySize=512, Timeout=10, Description=""
)
functions.get_waiter("function_updated_v2").wait(FunctionName="accept-order")
print(post(url, order))

# %% [markdown]
# Send the first 80 orders of the real week through the whole of it, from 8 clients who come at once while nothing is warm:

# %%
from orderlab.orders.figures import percentiles
from orderlab.orders.replay import replay

functions.update_function_configuration(FunctionName="accept-order", Description="before the rush")
functions.get_waiter("function_updated_v2").wait(FunctionName="accept-order")
sent = replay(lab.target.api_url(api, "live"), SAMPLE, limit=80, connections=8)
times = percentiles(sent.answer_ms)
rush = [e for e in lab.target.page("environments") if e["function"] == "accept-order"]
print(f"{len(sent.accepted)} accepted, {len(sent.refused)} refused, {len(rush)} environments")
print(f"time to answer: p50 {times['p50']:.0f} ms, p99 {times['p99']:.0f} ms")

# %% [markdown]
# Eight clients at once, eight environments: so eight of 80 orders waited for a cold start, and that is the p99. The p50 is what most customers
# see. Init is longer than that of your first handler: `orderlib` imports boto3, which chapter 02 needs.
#
# One more question before you go on. A promotion can start hundreds of environments of `accept-order`, and that is what you want of it. What
# stands *behind* a function may not bear as many.
#
# **Exercise 1.6 (open)** `ask-tax` calls the tax office's service, which bears three
# callers at a time. See to it that ten orders at once are all answered in the end (a client that got 429 comes again),
# that the service never has more than three callers, and that it isn't left half idle either.

# %%
ex = lab.exercise("1.6")
### BEGIN SOLUTION
_ = functions.put_function_concurrency(FunctionName="ask-tax", ReservedConcurrentExecutions=3)
### END SOLUTION
ex.check()

# %% [markdown]
# ## 1.9 What is deployed now
#
# First put away what was only for trying:

# %%
from orderlab.orders.parts.functions import remove_function

partners.remove_partners(lab.target)
trials = ("show-context", "half-a-second", "who-calls", "price-order", "count-orders", "ask-tax")
for name in trials:
    remove_function(lab.target, name)
lab.diagram()

# %% [markdown]
# An order's way through it, from its id alone:

# %%
_ = post(url, {**json.loads(order), "order_id": "o-of-chapter-01"})
lab.trace("o-of-chapter-01")

# %% [markdown]
# ## 1.10 What turned green
#
# The same experiments as in chapter 00, on what stands now. R1 and R2 ask where every order ended up, and R4 follows it to the services;
# there is no such place yet, so they are left out until chapter 02.

# %%
score = lab.scoreboard("R3", "R5", "R6")
score

# %% [markdown]
# R5 is green: nothing runs while no order comes, and nothing has to be patched or sized. R6 is green, and don't trust
# it yet: nothing slow is behind this door. Chapter 02 will put it there. R3 stays red: no other service can hear of an order.

# %%
lab.progress.note("chapter 01", {f.requirement: f.number for f in score.findings})
orderlab.Table([{"requirement": code, "now": colour} for code, colour in score.colours().items()])

# %% [markdown]
# ## Then and now
#
# | the notes said, or was so in 2023 | now |
# |---|---|
# | a request spins up its own function instance | only if no environment is idle; an idle one is reused, one request at a time. *Lambda Managed Instances* (new) allow several requests in one environment |
# | variables outside the handler are reused across execution environments | the other way round: between invocations of the *same* environment; others have their own (exercise 1.2) |
# | change the layer once and all functions follow | versions never change; each function keeps the version that it names until you change it |
# | a function needs a trigger | direct `Invoke` and function URLs work without |
# | cost is resources times time | plus a fee for each request; and since 1 August 2025 **Init is billed** for zip functions as well |
# | a burst starts 500 to 3,000 environments, by Region | 1,000 more every 10 s for each function |
# | API Gateway validates and transforms before compute | REST APIs do; HTTP APIs have neither validators nor templates |
# | API Gateway and Lambda feed CloudWatch | Lambda does if its role may write; a REST API writes access logs once you set them up |
# | authorisers are TOKEN, REQUEST or Cognito | and JWT, on REST APIs too |
# | a Lambda function | AWS calls it a *Lambda Event Function* in 2026, to tell it from newer kinds; this course says function |
# | 29 s is a hard limit | it can be raised for Regional and private REST APIs since June 2024 |
#
# ## Decision record 01
#
# | | |
# |---|---|
# | **Chosen** | Lambda behind a REST API; validation, keys and throttling at the door |
# | **Considered** | containers on ECS with Fargate (no rewrite into functions, but copies that run and cost at night, and someone who scales them); EKS (right if there were Kubernetes skills); EC2 (the most to operate); an HTTP API (cheaper, but no validation, no templates) |
# | **Would change the choice** | steady load around the clock; requests that work for minutes; an answer that no cold start may delay (then *provisioned concurrency*, environments that are initialised beforehand and paid for); a door without validation and templates |
#
# ## Quiz

# %%
lab.quiz()

# %% [markdown]
# ## What to remember
#
# - Concurrency is environments: requests a second times seconds a request. Each has its own memory.
# - A role says what a function may do; a resource policy says who may call it, and should say on whose behalf.
# - A stage serves a deployment, not what you last typed. A body whose content type has no model is not checked.
# - Limits of a stage count everybody together; those of a usage plan count each key.
#
# Read on: [the execution environment's lifecycle](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html) ·
# [request validation](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html) ·
# [throttling](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html)
#
# Next: `02_dynamodb_modelling.ipynb`. Stop the cloud of this chapter when you are done here.

# %%
lab.finish()
