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
# At the end of this chapter you can
#
# - say which compute service fits which program, and when serverless doesn't fit;
# - write, deploy and watch a function, and say what its execution environment keeps;
# - put a REST API in front of it that refuses wrong orders, unknown callers and floods;
# - tell apart who may call a function and what the function may do.

# %% tags=["learner"]
import orderlab

lab = orderlab.start(chapter=1)

# %% tags=["solution"]
import orderlab

lab = orderlab.start(chapter=1, fresh=True)

# %% [markdown]
# This is what the chapter builds. Everything is grey, because nothing is deployed yet:

# %%
lab.diagram()

# %% [markdown]
# ## 1.1 Where should the code run?
#
# > **The customer**: "On the day of a promotion we want to take orders as on any other day. Nobody here wants to
# > patch servers any more, and nobody wants to guess how many we need. Two of us write Python. One went to a course
# > on containers, once."
#
# AWS has three families of compute. They differ in what is left for the customer to do:
#
# | | you hand over | you still look after | you pay for |
# |---|---|---|---|
# | **EC2** | nothing: you rent a virtual machine | the operating system, patches, how many machines | machines, busy or not |
# | **ECS** or **EKS** | a container image | how many copies run, and the machines below them; **Fargate** takes the machines off your hands | the copies' vCPU and memory, busy or not |
# | **Lambda** | a zip file or an image with a function | the code | requests, and memory times duration |
#

# %% [markdown]
# ECS and EKS start, stop and connect containers. ECS has an interface of AWS's own; EKS is Kubernetes.
#
# What people can do counts for more than features. If this customer had Kubernetes manifests and people who know
# them, EKS would keep both. They have Python, spikes and no wish to operate machines, so their order service goes to Lambda.
#
# Serverless is not always the fit. Work that takes longer than 15 minutes, the same load around the clock, or a program
# that can't be changed: each of these speaks for containers or EC2.

# %% [markdown]
# ## 1.2 The first function
#
# **See it on something small.** A Lambda function is a file with a **handler**: a Python function that Lambda calls
# with an **event** (what happened, as a dictionary) and a **context** (facts about this invocation).

# %%
GREET = """def handler(event, context):
    name = event["name"]
    print("greeting", name)
    return {"greeting": f"Hello {name}", "function": context.function_name}
"""

# %% [markdown]
# A function acts as somebody: its **execution role**. The role's *trust policy* says who may take the role on.
# Here that is the Lambda service, and nobody else.

# %%
import json

import boto3

iam = boto3.client("iam")
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole"}
TRUST["Principal"] = {"Service": "lambda.amazonaws.com"}


def new_role(name):
    document = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    lab.remove(name)  # so that you can run this again
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    return made["Role"]["Arn"]


print(new_role("greeter"))

# %% [markdown]
# Lambda takes the code as a zip file; `lab.zipped` makes one. `Handler` names the file and the function in it, as an import would: `greet.handler`
# is `handler` in `greet.py`.

# %%
functions = boto3.client("lambda")
lab.remove("greet")
functions.create_function(
    FunctionName="greet", Runtime="python3.13", Handler="greet.handler",
    Role=iam.get_role(RoleName="greeter")["Role"]["Arn"],
    Code={"ZipFile": lab.zipped("greet.py", GREET)}, Tags={"project": "orderlab"})
functions.get_waiter("function_active_v2").wait(FunctionName="greet")
orderlab.show(functions.get_function_configuration(FunctionName="greet"), "MemorySize", "Timeout")

# %% [markdown]
# You set neither memory nor timeout, so AWS's defaults hold: 128 MB and 3 s. Invoke the function twice, once with a
# name and once without:

# %%
for event in ({"name": "Ada"}, {"nom": "Ada"}):
    reply = functions.invoke(FunctionName="greet", Payload=json.dumps(event))
    print(reply.get("FunctionError", "no error"), reply["Payload"].read().decode()[:60])

# %% [markdown]
# Look at `FunctionError`: the call succeeded both times, with status 200. Lambda did its work; the *handler* raised
# `KeyError: 'name'`. Whoever calls a function has to look at both.
#
# `lab.invoke(name, event)` does the same in one line from here on, and `lab.deploy(name, code)` makes the role, the zip
# file and the function.

# %% [markdown]
# #### Exercise 1.1 A receipt
#
# Write the handler of `accept-order`. Its event has the order as JSON *text* in `event["body"]`, as an API will hand it over.
# It prints the order's id and returns status 201 with a receipt, again as text: the `order_id`, and `total_cents`, which is what the goods cost less the coupon.
# This is an order:

# %%
ex = lab.exercise("1.1").again()
order = lab.week()[1]
orderlab.show({**order, "lines": order["lines"][:1]})

# %%
ACCEPT = """import json

def handler(event, context):
    ### BEGIN SOLUTION
    order = json.loads(event["body"])
    goods = sum(line["quantity"] * line["unit_price_cents"] for line in order["lines"])
    print("accepted", order["order_id"])
    total = goods - order["coupon_cents"]
    receipt = {"order_id": order["order_id"], "total_cents": total}
    return {"statusCode": 201, "body": json.dumps(receipt)}
    ### END SOLUTION
"""

# %% [markdown]
# Deploy it as `accept-order`, with a role of its own named `accept-order-role` and the handler `accept_order.handler`:

# %%
lab.remove("accept-order")
role = new_role("accept-order-role")
### BEGIN SOLUTION
functions.create_function(
    FunctionName="accept-order",
    Runtime="python3.13",
    Role=role,
    Handler="accept_order.handler",
    Code={"ZipFile": lab.zipped("accept_order.py", ACCEPT)},
    Tags={"project": "orderlab"},
)
functions.get_waiter("function_active_v2").wait(FunctionName="accept-order")
### END SOLUTION
ex.check()

# %%
lab.catch_up("1.1")
orderlab.show(lab.invoke("accept-order", {"body": json.dumps(order)}))

# %% [markdown]
# That is the customer's own order, priced by a function that didn't exist five minutes ago. No machine was chosen, and
# none is running now.
#
# ## 1.3 Where is its log?
#
# > **The customer**: "This morning an order was wrong. In the old system I opened the log file. Where do I look now?"
#
# The handler printed the order's id. Lambda sends what is printed to CloudWatch Logs, into the **log group** of the
# function, `/aws/lambda/accept-order`, without being asked:

# %%
logs = boto3.client("logs")
prefix = "/aws/lambda/accept-order"
print("log groups:", len(logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]))

# %% [markdown]
# There is none. Lambda writes a function's log *as the function's role*, and this role may do nothing yet. A role has a second
# document beside its trust policy: the **permissions policy** says what it may do.

# %%
lab.picture("permissions")

# %% [markdown]
# (The policy on the left comes in section 1.6.)
#
# **See it on `greet`.** Create its log group, so that you decide how long logs are kept: a group that Lambda creates keeps them for ever.
# Then allow the role to write there, and nowhere else:

# %%
ACCOUNT = boto3.client("sts").get_caller_identity()["Account"]
lab.remove("/aws/lambda/greet")
logs.create_log_group(logGroupName="/aws/lambda/greet")
logs.put_retention_policy(logGroupName="/aws/lambda/greet", retentionInDays=3)
may_log = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/greet:*",
}
policy = json.dumps({"Version": "2012-10-17", "Statement": [may_log]})
_ = iam.put_role_policy(RoleName="greeter", PolicyName="my-log", PolicyDocument=policy)

# %% [markdown]
# A new permission takes a moment to arrive, on AWS some seconds. `lab.wait_for` calls until it gets something true:

# %%
def greeted():
    lab.invoke("greet", {"name": "Ada"})
    return any("greeting" in line for line in lab.log("greet"))


print("the log arrived:", lab.wait_for(greeted))
for line in lab.log("greet")[-4:]:
    print(line.expandtabs(2)[:95])

# %% [markdown]
# Around what the handler printed, Lambda wrote three lines of its own. Look at **REPORT**: how long the handler took, what is
# billed, and how much memory was used.

# %%
lab.predict("1.p1", "accept-order writes its log under its own role. Whose log can it write with "
            "'Resource': '*'?", ["only its own", "that of every function", "nobody's"])

# %% [markdown]
# #### Exercise 1.2 The missing log
#
# Give `accept-order` its log: a log group that keeps logs for 14 days, and a role that may write to that group and to no other.

# %%
ex = lab.exercise("1.2").again()
### BEGIN SOLUTION
group = "/aws/lambda/accept-order"
logs.create_log_group(logGroupName=group)
logs.put_retention_policy(logGroupName=group, retentionInDays=14)
may_log = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}:*",
}
policy = json.dumps({"Version": "2012-10-17", "Statement": [may_log]})
iam.put_role_policy(
    RoleName="accept-order-role", PolicyName="least-privilege", PolicyDocument=policy
)
### END SOLUTION
ex.check()

# %%
lab.catch_up("1.2")
lab.compare("1.p1", "that of every function", "a resource of * names every log group of the "
            "account. A role should name what its function needs and nothing else.")

# %%
event, its_id = {"body": json.dumps(order)}, f'"{order["order_id"]}"'
lab.wait_for(lambda: lab.invoke("accept-order", event) and lab.log("accept-order", its_id))
print(lab.log("accept-order", its_id)[-1])

# %% [markdown]
# The customer finds an order by its id again. And what does the order service cost? Tags are keys and values of
# your own, on nearly every resource. With one call you find everything that carries yours:

# %%
tagging = boto3.client("resourcegroupstaggingapi")
mine = [{"Key": "project", "Values": ["orderlab"]}]
for found in tagging.get_resources(TagFilters=mine)["ResourceTagMappingList"]:
    print(found["ResourceARN"])

# %% [markdown]
# On the bill, a tag shows up after you *activate* it as a **cost allocation tag** in the Billing console, and only for what is
# used from then on. So tag first, and activate early.
#
# ## 1.4 What an environment keeps
#
# > **The customer**: "Sometimes the first order after a quiet hour takes longer than all the others. Why?"
#
# Lambda doesn't keep a server for you. It runs your code in an **execution environment**: a small virtual machine (a *microVM*; the software is
# called Firecracker) that takes one request at a time.

# %%
lab.picture("environment")

# %% [markdown]
# When an environment is shut down, after an idle time that AWS doesn't publish or when you deploy, it gets at most 2 s to
# clean up, and only if it runs extensions; a plain function is ended without being told. (The local cloud takes a process in place of a microVM. Your code goes through the same phases.)

# %%
lab.predict("1.p2", "20 requests one after the other, to a function that nobody has called yet. "
            "How many wait for Init?", ["all 20", "the first", "none"])

# %% [markdown]
# A change of its configuration retires a function's environments, so the next request starts a new one:

# %%
def renew(name):
    functions.update_function_configuration(FunctionName=name, Description="new environments")
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)


renew("greet")
runs = [lab.report("greet", {"name": "Ada"}) for _ in range(20)]
waited = sum(run.init_ms is not None for run in runs)
lab.compare("1.p2", "the first" if waited == 1 else f"{waited} of 20", "the environment stays "
            "after the first request, and the next request uses it again.")

# %% tags=["claim"]
assert waited == 1, "in turn, one environment serves all"

# %% [markdown]
# Look at how long Init takes beside the handler. Eight cold requests, and the warm ones from before:

# %%
from statistics import median

cold = []
for _ in range(8):
    renew("greet")
    cold.append(lab.report("greet", {"name": "Ada"}))
init, handler = median(r.init_ms for r in cold), median(r.duration_ms for r in cold)
warm = median(r.duration_ms for r in runs[1:])
lab.bars("Init is most of a cold start (median of 8 cold and 19 warm requests)",
         {"cold": init + handler, "warm": warm},
         parts={"Init": [init, 0], "handler": [handler, warm]}, y_label="ms", n=27)

# %% tags=["claim"]
assert init > warm, "Init takes longer than a warm handler"

# %% [markdown]
# Init is a property of *your imports*: everything outside the handler is loaded there. And it is on the bill: since August 2025 AWS bills
# Init for zip functions too.
#
# What lives outside the handler stays in its environment from request to request: imported modules, clients, variables, files in `/tmp`.
#
# #### Exercise 1.3 Two orders, one number
#
# A colleague numbers orders with a global variable. In `count-orders`, `count` is 0 when the file is imported. The handler
# adds one, works for half a second, and returns the number with the name of its environment. "It works," he says. "I tried it three times."

# %%
ex = lab.exercise("1.3").again()
for n in range(3):
    print(lab.invoke("count-orders", {"order": f"o-{n}"})["number"])

# %% [markdown]
# Show him two *different* orders with the same number. Hand over the answers of `count-orders` as a list. `lab.invoke_at_once(name, events)`
# invokes once for each event, all at the same moment.

# %%
answers = None
### BEGIN SOLUTION
events = [{"order": f"o-{n}"} for n in range(6)]
answers = lab.invoke_at_once("count-orders", events)
### END SOLUTION
ex.check(answers)

# %% [markdown]
# A variable outside the handler is right for what there may be many of: a client, a cache, a compiled pattern. It is wrong for what there must
# be one of. Chapter 02 has a place for that.
#
# ## 1.5 Concurrency is environments
#
# > **The customer**: "At the promotion ten orders come in the time of one. How many of these environments do you start?"
#
# An environment takes one request at a time. So there are as many busy environments as there are requests under way:

# %%
lab.picture("concurrency")

# %% [markdown]
# **See it on something small.** `half-a-second` works for half a second and returns the name of its environment:

# %%
WAIT = """import time

def handler(event, context):
    time.sleep(0.5)
    return context.log_stream_name
"""
lab.deploy("half-a-second", WAIT)
known, rows = set(), []
for burst in (1, 2, 4, 8):
    used = set(lab.invoke_at_once("half-a-second", [{}] * burst))
    rows.append({"requests at once": burst, "environments": len(used), "new": len(used - known)})
    known |= used
orderlab.Table(rows)

# %% tags=["claim"]
assert [row["environments"] for row in rows] == [1, 2, 4, 8]

# %%
lab.predict("1.p3", "Now 4 more, one after the other. How many new environments?", ["4", "1", "0"])

# %%
new = len({lab.invoke("half-a-second", {}) for _ in range(4)} - known)
lab.compare("1.p3", str(new), "an idle environment is used again, and requests in "
            "turn never overlap.")

# %% tags=["claim"]
assert new == 0

# %% [markdown]
# CloudWatch counted along. Every function has **metrics** without being asked; this one is the largest number of environments that were busy
# at the same time:

# %%
from datetime import UTC, datetime, timedelta

metrics = boto3.client("cloudwatch")


def peaks():
    now = datetime.now(UTC)
    return [point["Maximum"] for point in metrics.get_metric_statistics(
        Namespace="AWS/Lambda", MetricName="ConcurrentExecutions", Statistics=["Maximum"],
        Dimensions=[{"Name": "FunctionName", "Value": "half-a-second"}], Period=60,
        StartTime=now - timedelta(hours=1), EndTime=now + timedelta(minutes=1))["Datapoints"]]


lab.wait_for(peaks, seconds=120)  # AWS shows metrics a minute or two later
print(f"busy at the same time: {max(peaks(), default=0):.0f}")

# %% [markdown]
# AWS lets a function grow by 1,000 environments every 10 s, up to the account's limit, which all of its functions share. Above the limit `Invoke` answers
# 429, `TooManyRequestsException`.
#
# That growth is what you want from `accept-order`. What stands *behind* a function may not bear it. `put_function_concurrency` reserves a number
# of environments for one function: it never has fewer, and never more. Here is `half-a-second` with one:

# %%
functions.put_function_concurrency(
    FunctionName="half-a-second", ReservedConcurrentExecutions=1)
try:
    lab.invoke_at_once("half-a-second", [{}] * 2)
except functions.exceptions.TooManyRequestsException as refusal:
    print(refusal.response["Error"]["Message"])

# %% [markdown]
# The second request was refused. Nothing waited in a line: a client that gets 429 has to come again.

# %% [markdown]
# ## 1.6 A door: API Gateway
#
# > **The customer**: "Our shop's web page can't sign AWS calls. It sends HTTP, to an address with our paths."
#
# **API Gateway** translates between HTTP and AWS. It offers two kinds of doors for requests and answers:
#
# | | REST API | HTTP API |
# |---|---|---|
# | checks a body against a JSON Schema | yes | no |
# | mapping templates (change a request without code) | yes | no |
# | hands requests straight to SQS, SNS or DynamoDB | any AWS action | a short list |
# | API keys and usage plans | yes | no |
# | price of a request, added delay | more | less |
#
# The customer gets a REST API: you will check orders at the door, hold single clients back, and in chapter 04 put orders into
# a queue without a function between. A thin door in front of functions would be an HTTP API.

# %%
lab.picture("API")

# %% [markdown]
# **See it on something small.** An API named `hello` with `GET /hello/{name}`, answered by `greet-http`. The braces make a **path parameter**:

# %%
GREET_HTTP = """import json

def handler(event, context):
    name = event["pathParameters"]["name"]
    return {"statusCode": 200, "body": json.dumps({"greeting": f"Hello {name}"})}
"""
lab.remove("hello", "greet-http")
greet_arn = lab.deploy("greet-http", GREET_HTTP)
gateway = boto3.client("apigateway")
hello = gateway.create_rest_api(name="hello")["id"]
root = gateway.get_resources(restApiId=hello)["items"][0]["id"]
part = gateway.create_resource(restApiId=hello, parentId=root, pathPart="hello")["id"]
leaf = gateway.create_resource(restApiId=hello, parentId=part, pathPart="{name}")["id"]
GET_HELLO = {"restApiId": hello, "resourceId": leaf, "httpMethod": "GET"}
_ = gateway.put_method(**GET_HELLO, authorizationType="NONE")

# %% [markdown]
# The integration says what is behind the method. With `AWS_PROXY`, the **proxy integration**, the function gets the whole request as its event, and its `statusCode` and
# `body` become the answer. `integrationHttpMethod` is POST whatever the client sends, because that is how Lambda is called.

# %%
BEHIND = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"
_ = gateway.put_integration(
    **GET_HELLO, type="AWS_PROXY", integrationHttpMethod="POST", uri=BEHIND.format(greet_arn))
_ = gateway.create_deployment(restApiId=hello, stageName="live")
print(lab.request(lab.api_url(hello) + "/hello/Ada", method="GET"))

# %% [markdown]
# 500: the path is there, and something behind it is wrong. A client isn't told what. You are: a function has a second document about permissions,
# its **resource policy**, which says who may *call* it. Nobody may yet. `add_permission` adds a statement:

# %%
lab.remove("greet-http/hello-api")  # this statement, so that you can run the cell again
functions.add_permission(
    FunctionName="greet-http", StatementId="hello-api", Action="lambda:InvokeFunction",
    Principal="apigateway.amazonaws.com",
    SourceArn=f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{hello}/*/GET/hello/*")
print(lab.request(lab.api_url(hello) + "/hello/Ada", method="GET"))

# %% [markdown]
# Read `SourceArn` from the right: the path, the method, the stage (`*` is any stage), the API's id. The service API Gateway calls on behalf of *every* customer of
# AWS; the source says on whose behalf it may call you.

# %%
lab.predict("1.p4", "You delete GET in the draft and deploy nothing. What does a client get?",
            ["200, as before", "403, no such path", "500"])

# %%
gateway.delete_method(**GET_HELLO)
status = lab.request(lab.api_url(hello) + "/hello/Ada", method="GET").status
lab.compare("1.p4", "200, as before" if status == 200 else str(status), "the stage serves its "
            "deployment, which is a snapshot. What you change is a draft until you deploy it.")

# %% tags=["claim"]
assert status == 200

# %% [markdown]
# Forgotten deployments are the commonest puzzle with REST APIs. They are also what makes changes safe: you prepare them in peace, and go back to an
# older deployment in one call.
#
# #### Exercise 1.4 The shop's door
#
# Build `order-api`, with `POST /orders` in front of `accept-order`, on the stage `live`. Only this method of this API may call the function.

# %%
ex = lab.exercise("1.4").again()
api = gateway.create_rest_api(name="order-api", tags={"project": "orderlab"})["id"]
root = gateway.get_resources(restApiId=api)["items"][0]["id"]
accept_arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:accept-order"
### BEGIN SOLUTION
orders = gateway.create_resource(restApiId=api, parentId=root, pathPart="orders")["id"]
POST_ORDERS = {"restApiId": api, "resourceId": orders, "httpMethod": "POST"}
gateway.put_method(**POST_ORDERS, authorizationType="NONE")
gateway.put_integration(**POST_ORDERS, type="AWS_PROXY", integrationHttpMethod="POST",
                        uri=BEHIND.format(accept_arn))
functions.add_permission(
    FunctionName="accept-order", StatementId="order-api", Action="lambda:InvokeFunction",
    Principal="apigateway.amazonaws.com",
    SourceArn=f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api}/*/POST/orders")
gateway.create_deployment(restApiId=api, stageName="live")
### END SOLUTION
ex.check()

# %%
lab.catch_up("1.4")
print(lab.place_orders(20))

# %% [markdown]
# Twenty real orders came in over HTTP, and each got a receipt. The next section needs the API's id and its method; these lines find them, whoever built them:

# %%
apis = {each["name"]: each["id"] for each in gateway.get_rest_apis()["items"]}
api = apis[lab.name("order-api")]
paths = {each["path"]: each["id"] for each in gateway.get_resources(restApiId=api)["items"]}
POST_ORDERS = {"restApiId": api, "resourceId": paths["/orders"], "httpMethod": "POST"}
url = lab.api_url(api) + "/orders"
print(sorted(paths))

# %% [markdown]
# #### Exercise 1.5 One order by its id
#
# The shop's page shows one order: `GET /orders/{orderId}`. `show-order` expects the id as `event["pathParameters"]["orderId"]` and is deployed. Build the way to it: the path, the method, the integration, the permission, and what makes a
# draft reach clients.

# %%
ex = lab.exercise("1.5").again()
show_arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:show-order"
### BEGIN SOLUTION
one = gateway.create_resource(
    restApiId=api, parentId=paths["/orders"], pathPart="{orderId}")["id"]
GET_ORDER = {"restApiId": api, "resourceId": one, "httpMethod": "GET"}
gateway.put_method(**GET_ORDER, authorizationType="NONE")
gateway.put_integration(
    **GET_ORDER, type="AWS_PROXY", integrationHttpMethod="POST",
    uri=BEHIND.format(show_arn))
functions.add_permission(
    FunctionName="show-order", StatementId="order-api", Action="lambda:InvokeFunction",
    Principal="apigateway.amazonaws.com",
    SourceArn=f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api}/*/GET/orders/*")
gateway.create_deployment(restApiId=api, stageName="live")
### END SOLUTION
ex.check()

# %%
lab.catch_up("1.5")
print(lab.request(f"{url}/o-17", method="GET"))

# %% [markdown]
# ## 1.7 Wrong orders stay outside
#
# > **The customer**: "Accounting found a receipt of minus 5 dollars. How can an order without goods get through?"

# %%
empty = {**order, "coupon_cents": 500, "lines": []}
print(lab.request(url, empty))

# %% [markdown]
# The handler trusts what it gets. It could check, but then every wrong order starts a function and is paid for. API Gateway can look first. It needs a **model**
# (a JSON Schema, draft 4) and a **request validator**.
#
# **See it on something small.** `hello` gets `POST /hello` and a model that wants a name. `lab.mock_method` makes a method anew that answers 200 by itself, and
# deploys it, so that you see only the door. Then an empty body knocks twice:

# %%
schema = {"$schema": "http://json-schema.org/draft-04/schema#", "required": ["name"]}
if "Greeting" not in [m["name"] for m in gateway.get_models(restApiId=hello)["items"]]:
    gateway.create_model(restApiId=hello, name="Greeting", contentType="application/json",
                         schema=json.dumps(schema))
validator = gateway.create_request_validator(
    restApiId=hello, name=f"body {datetime.now(UTC)}", validateRequestBody=True)["id"]
HELLO = {"restApiId": hello, "resourceId": part, "httpMethod": "POST"}
lab.mock_method(**HELLO, requestValidatorId=validator,
                requestModels={"application/json": "Greeting"})
for kind in ("application/json", "text/plain"):
    print(kind, lab.request(lab.api_url(hello) + "/hello", {}, content_type=kind).status)

# %% [markdown]
# Look at the second line: as `text/plain` the same body came in. A model is looked up by the body's content type, and a type without a model is not checked at all.
# The model under `$default` holds for every type that has none of its own. `update_method` changes a method by patches; a `/` inside a name is written `~1`:

# %%
lab.mock_method(**HELLO, requestModels={"application/json": "Greeting"})
_ = gateway.update_method(**HELLO, patchOperations=[
    {"op": "remove", "path": "/requestModels/application~1json"},
    {"op": "add", "path": "/requestModels/$default", "value": "Greeting"},
    {"op": "replace", "path": "/requestValidatorId", "value": validator}])
_ = gateway.create_deployment(restApiId=hello, stageName="live")
for kind in ("application/json", "text/plain"):
    print(kind, lab.request(lab.api_url(hello) + "/hello", {}, content_type=kind).status)

# %% [markdown]
# #### Exercise 1.6 Past the door
#
# Let `order-api` look at every order before a function runs: nothing but valid orders, whatever content type the sender writes on them. `lab.order_schema()` is the customer's schema, as text.

# %%
ex = lab.exercise("1.6").again()
### BEGIN SOLUTION
gateway.create_model(
    restApiId=api, name="Order", contentType="application/json", schema=lab.order_schema()
)
checker = gateway.create_request_validator(
    restApiId=api, name="body", validateRequestBody=True)["id"]
gateway.update_method(**POST_ORDERS, patchOperations=[
    {"op": "replace", "path": "/requestValidatorId", "value": checker},
    {"op": "add", "path": "/requestModels/$default", "value": "Order"},
])
gateway.create_deployment(restApiId=api, stageName="live")
### END SOLUTION
ex.check()

# %%
lab.catch_up("1.6")
answers = lab.requests(url, [empty] * 25) + lab.requests(url, lab.orders(10))
statuses = [answer.status for answer in answers]
lab.bars("35 orders knock at the door", {"refused by the gateway": statuses.count(400),
         "answered by the function": statuses.count(201)}, y_label="orders", n=len(statuses))

# %% tags=["claim"]
assert statuses.count(400) == 25 and statuses.count(201) == 10

# %% [markdown]
# #### Exercise 1.7 What the door saw
#
# Does the door spare the function? API Gateway and Lambda both counted. API Gateway's metrics are in the namespace `AWS/ApiGateway`, with the dimension `ApiName`: `Count` is all requests, `4XXError` those that were answered with a status of 4xx. Lambda counts `Invocations`.
#
# Complete `total`, so that it adds up a metric over the last hour.

# %%
ex = lab.exercise("1.7")


def total(namespace, metric, dimension, name):
    now = datetime.now(UTC)
    ### BEGIN SOLUTION
    points = metrics.get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": dimension, "Value": name}],
        Statistics=["Sum"],
        Period=60,
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
    )["Datapoints"]
    return sum(point["Sum"] for point in points)
    ### END SOLUTION


# %%
seen = {
    "requests": total("AWS/ApiGateway", "Count", "ApiName", "order-api"),
    "refused": total("AWS/ApiGateway", "4XXError", "ApiName", "order-api"),
    "invocations": total("AWS/Lambda", "Invocations", "FunctionName", "accept-order"),
}
ex.check(seen)

# %% [markdown]
# A request that the door refuses costs a request to API Gateway and none to Lambda. The client gets `Invalid request body` and no cause. *You* want to know it, and the gateway
# writes it down once you ask: the account gets a role that may write logs, the stage a log group and a format.

# %%
lab.remove("order-api-access")
logs.create_log_group(logGroupName="order-api-access")
_ = gateway.update_account(patchOperations=[
    {"op": "replace", "path": "/cloudwatchRoleArn", "value": lab.gateway_log_role()}])
layout = {"id": "$context.requestId", "why": "$context.error.validationErrorString"}
where = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:order-api-access"
_ = gateway.update_stage(restApiId=api, stageName="live", patchOperations=[
    {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": where},
    {"op": "replace", "path": "/accessLogSettings/format", "value": json.dumps(layout)}])
print(lab.request(url, empty).status)

# %%
lab.wait_for(lambda: logs.filter_log_events(logGroupName="order-api-access")["events"])
for line in logs.filter_log_events(logGroupName="order-api-access")["events"]:
    print(json.loads(line["message"])["why"])

# %% [markdown]
# ## 1.8 Who is calling?
#
# > **The customer**: "Partners send us orders in bulk. One of them flooded us last week, and every other partner waited."
#
# A shop's door is open to everybody. Partners are another matter. For them there is a second API, `partner-api`. First: who is there? With `AWS_IAM` a method takes only requests that are signed, as your boto3 calls are, by somebody who may call it.
#
# **See it on `hello`**, once unsigned and once signed:

# %%
lab.mock_method(**HELLO, authorizationType="AWS_IAM")
print("unsigned:", lab.request(lab.api_url(hello) + "/hello", {}))
print("signed:  ", lab.request(lab.api_url(hello) + "/hello", {}, signed=True).status)

# %% [markdown]
# Partners have no AWS credentials, so they come with a token. A Lambda **authoriser** gets the token and answers with a policy: may this caller go on? (A REST API also knows Cognito user pools and JWT.)

# %%
WHO = """def handler(event, context):
    effect = "Allow" if event["authorizationToken"] == "Bearer partner-17" else "Deny"
    may = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": "partner-17",
            "policyDocument": {"Version": "2012-10-17", "Statement": [may]}}
"""
lab.remove("who-calls")
authoriser = gateway.create_authorizer(
    restApiId=hello, name=f"who-calls {datetime.now(UTC)}", type="TOKEN",
    authorizerUri=BEHIND.format(lab.deploy("who-calls", WHO)),
    identitySource="method.request.header.Authorization")["id"]
_ = functions.add_permission(
    FunctionName="who-calls", StatementId="hello", Action="lambda:InvokeFunction",
    Principal="apigateway.amazonaws.com",
    SourceArn=f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{hello}/authorizers/{authoriser}")

# %%
lab.mock_method(**HELLO, authorizationType="CUSTOM", authorizerId=authoriser)
for token in ("", "Bearer somebody", "Bearer partner-17"):
    headers = {"Authorization": token} if token else {}
    answer = lab.request(lab.api_url(hello) + "/hello", {}, headers=headers)
    print(f"{token or 'no token':18}", answer.status)

# %% [markdown]
# No token: 401, and the function wasn't even asked. Known and not allowed: 403. Allowed: 200. The answer for a token is kept for 300 s, so `who-calls` doesn't run for each request.
#
# ### How much may they send?
#
# An **API key** tells clients apart, so that they can be counted and limited. It proves nothing: it is a text that is copied into programs. Keys belong to a **usage plan**. Its
# throttle is a token bucket *for each key*:

# %%
lab.picture("token bucket")

# %% [markdown]
# `quota` counts over a longer time: so many requests a day, week or month. Make a plan for `hello` with a small quota, and a key in it:

# %%
lab.remove("try-out", "a-partner")
plan = gateway.create_usage_plan(
    name="try-out", apiStages=[{"apiId": hello, "stage": "live"}],
    throttle={"rateLimit": 2, "burstLimit": 5}, quota={"limit": 20, "period": "DAY"})["id"]
key = gateway.create_api_key(name="a-partner", enabled=True)
gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
lab.mock_method(**HELLO, apiKeyRequired=True)

# %%
lab.predict("1.p5", "60 requests with this key at once: a rate of 2 a second, a burst of 5, and "
            "20 a day. What happens?",
            ["60 are taken, only slower", "some are taken, the others refused", "none is taken"])

# %%
with_key = {"x-api-key": key["value"]}
flood = lab.requests(lab.api_url(hello) + "/hello", [{}] * 60, headers=with_key)
refused = sum(answer.status == 429 for answer in flood)
print({answer.text for answer in flood if answer.status == 429})
some = "some are taken, the others refused"
lab.compare("1.p5", some if 0 < refused < 60 else f"{refused} refused",
            "the bucket is soon empty. API Gateway never lets a request wait: it answers 429, and "
            "the client comes again.")

# %% tags=["claim"]
assert 0 < refused < 60

# %% [markdown]
# AWS keeps these limits as well as it can, not to the last request. Above them all stands the account's own: 10,000 requests a second and a burst of 5,000, for all APIs of a Region.
#
# A **stage** can have a throttle too. It counts everybody's requests together. `update_stage` takes patches such as `/*/*/throttling/rateLimit` (all paths, all methods), and `update_usage_plan` such as `/throttle/rateLimit`:

# %%
_ = gateway.update_stage(restApiId=hello, stageName="live", patchOperations=[
    {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "100"},
    {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "50"},
])
_ = gateway.update_usage_plan(usagePlanId=plan, patchOperations=[
    {"op": "replace", "path": "/throttle/rateLimit", "value": "4"},
    {"op": "replace", "path": "/throttle/burstLimit", "value": "8"},
])
limits = gateway.get_stage(restApiId=hello, stageName="live")["methodSettings"]["*/*"]
orderlab.show(limits, "throttlingRateLimit", "throttlingBurstLimit")
orderlab.show(gateway.get_usage_plan(usagePlanId=plan), "throttle")

# %% [markdown]
# #### Exercise 1.8 One client held back
#
# `partner-api` has two partners, `bulk-partner` and `calm-partner`, both in the usage plan `partners`. When the first one flooded the API, somebody put a limit on the
# whole *stage*: 1 a second, a burst of 5. Since then `calm-partner` complains. Hold `bulk-partner` to that limit without hurting the other.

# %%
ex = lab.exercise("1.8").again()
apis = {each["name"]: each["id"] for each in gateway.get_rest_apis()["items"]}
partner_api = apis[lab.name("partner-api")]
plans = {each["name"].removeprefix(lab.name("")): each["id"]
         for each in gateway.get_usage_plans()["items"]}
print(sorted(plans))

# %%
### BEGIN SOLUTION
for_all = [
    {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "1000"},
    {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "500"},
]
gateway.update_stage(restApiId=partner_api, stageName="live", patchOperations=for_all)
for_each_key = [
    {"op": "replace", "path": "/throttle/rateLimit", "value": "1"},
    {"op": "replace", "path": "/throttle/burstLimit", "value": "5"},
]
gateway.update_usage_plan(usagePlanId=plans["partners"], patchOperations=for_each_key)
### END SOLUTION
ex.check()

# %% [markdown]
# ## 1.9 The rush
#
# > **The customer**: "Our own two have rewritten the order code. Can it take over?"
#
# Their handler checks an order again, because a function shouldn't trust a door that somebody may reconfigure. It imports `orderlib`, which all of their functions share. Shared code goes into a
# **layer**: a zip that Lambda unpacks under `/opt`. A layer has versions, versions never change, and a function keeps the one that it names.

# %%
layer = functions.publish_layer_version(
    LayerName="orderlib", Content={"ZipFile": lab.customer_layer()})["LayerVersionArn"]
functions.update_function_code(
    FunctionName="accept-order", ZipFile=lab.customer_code("accept-order"))
functions.get_waiter("function_updated_v2").wait(FunctionName="accept-order")
functions.update_function_configuration(
    FunctionName="accept-order", Runtime="python3.13", Handler="accept_order.handler",
    Layers=[layer], MemorySize=512, Timeout=10)
functions.get_waiter("function_updated_v2").wait(FunctionName="accept-order")
print(lab.request(url, order).status)

# %% [markdown]
# Eight clients at once, while nothing is warm. How many environments, and who waits?

# %%
renew("accept-order")
rush = lab.place_orders(lab.week()[:80], clients=8)
print(rush, "in", len(lab.environments("accept-order")), "environments")
lab.bars("A few of 80 customers waited for a cold start", {"p50": rush.p50, "p99": rush.p99},
         y_label="ms to the answer", n=rush.count, seconds=rush.seconds)

# %% tags=["claim"]
assert len(rush.accepted) == 80 and rush.p99 > rush.p50

# %% [markdown]
# Most customers got the p50. The p99 is the cold start: at most eight of 80 orders waited for an Init, and Init is longer than in your first handler, because `orderlib` imports boto3.
#
# A promotion can start hundreds of environments. What stands behind a function may not bear as many.
#
# #### Exercise 1.9 No more than three at once (open)
#
# `ask-tax` calls the tax office's service, which bears three callers at a time. See to it that ten orders at once are all answered in the end (a client that gets 429 comes again), that the service
# never has more than three callers, and that it isn't left half idle either. How you do it is up to you.

# %%
ex = lab.exercise("1.9").again()
### BEGIN SOLUTION
functions.put_function_concurrency(FunctionName="ask-tax", ReservedConcurrentExecutions=3)
### END SOLUTION
ex.check()

# %% [markdown]
# ## 1.10 What is deployed now
#
# First put away what was only for trying. Then look at the picture again:

# %%
lab.remove("greet", "greeter", "greet-http", "half-a-second", "who-calls", "count-orders",
           "ask-tax", "hello", "try-out", "a-partner", "partner-api", "partners", "bulk-partner",
           "calm-partner")
lab.diagram()

# %% [markdown]
# One order's way through it, from its id alone:

# %%
lab.trace(lab.place_orders(1).accepted[0]).waterfall()

# %% [markdown]
# ## 1.11 What turned
#
# The same experiments as in chapter 00, on what is deployed now:

# %%
lab.scoreboard()

# %% [markdown]
# R5 turned green: nothing runs while no order comes, and nothing has to be patched or sized. R4 is amber: an order's way can be followed, but it ends where the work begins. The others stay
# red, because this system forgets every order that it accepts. Chapter 02 gives it a memory.
#
# ## Decision record 01
#
# | | |
# |---|---|
# | **Chosen** | Lambda behind a REST API; validation, keys and throttling at the door |
# | **Considered** | containers on ECS with Fargate (no rewrite into functions, but copies that run and cost at night); EKS (right with Kubernetes skills); EC2 (the most to operate); an HTTP API (cheaper, without validation and templates) |
# | **Would change the choice** | the same load around the clock; requests that work for minutes; an answer that no cold start may delay (then *provisioned concurrency*: environments that are initialised beforehand, and paid for) |
#
# ## Quiz

# %%
lab.quiz()

# %% [markdown]
# ## What to remember
#
# - Concurrency is environments: requests a second times seconds a request. Each has its own memory.
# - A role says what a function may do. A resource policy says who may call it, and on whose behalf.
# - A stage serves a deployment, not what you last typed. A body whose content type has no model is not checked.
# - A stage's limit counts everybody together; a usage plan's limit counts each key.
#
# Read on: [the execution environment's lifecycle](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html) ·
# [request validation](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html) ·
# [throttling](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html)

# %%
lab.summary()

# %%
lab.finish()

# %% [markdown]
# ## Appendix: you will still read ...
#
# | in 2023 | now |
# |---|---|
# | a request spins up its own instance of a function | only if no environment is idle. *Lambda Managed Instances* (new) allow several requests in one environment |
# | a function needs a trigger | a direct `Invoke` and function URLs work without one |
# | EventBridge brings events of third parties | on a *partner event source*, with an event bus of its own; it is one more trigger of a function |
# | logs are on from the start | they are, if the role may write them; a REST API writes access logs once you set them up |
# | API Gateway and Lambda feed CloudWatch | they do, metrics without being asked |

# %% [markdown]
# ... and on layers, cost and limits:
#
# | in 2023 | now |
# |---|---|
# | change the layer once and all functions follow | versions never change; each function keeps the version that it names |
# | cost is resources times time | plus a fee for each request, and since 1 August 2025 Init is billed for zip functions too |
# | a burst starts 500 to 3,000 environments, by Region | 1,000 more every 10 s for each function |
# | 29 s is a hard limit of API Gateway | it can be raised for Regional and private REST APIs since June 2024 |
