"""Chapter 01, answered with resources, loops and small helpers of the learner's own."""

from __future__ import annotations

from tests.browser.answers import Answer

ANSWERS: dict[str, Answer] = {
    "1.1": (
        """
received = json.loads(event["body"])
print("order", received["order_id"])
total = -received["coupon_cents"]
for line in received["lines"]:
    total += line["unit_price_cents"] * line["quantity"]
return dict(
    statusCode=201,
    headers={"Content-Type": "application/json"},
    body=json.dumps(dict(order_id=received["order_id"], total_cents=total)),
)
""",
        """
code = lab.zipped("shop.py", ACCEPT)
functions.create_function(
    FunctionName="accept-order", Role=role, Runtime="python3.12", Handler="shop.handler",
    Code={"ZipFile": code}, MemorySize=256, Timeout=5, Tags={"project": "orderlab"})
while functions.get_function(FunctionName="accept-order")["Configuration"]["State"] == "Pending":
    pass
""",
    ),
    "1.2": """
mine = "/aws/lambda/accept-order"
if not logs.describe_log_groups(logGroupNamePrefix=mine)["logGroups"]:
    logs.create_log_group(logGroupName=mine)
logs.put_retention_policy(retentionInDays=14, logGroupName=mine)
stem = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{mine}"
for number, action in enumerate(("CreateLogStream", "PutLogEvents")):
    right = {"Effect": "Allow", "Action": f"logs:{action}", "Resource": [f"{stem}:log-stream:*"]}
    iam.put_role_policy(RoleName="accept-order-role", PolicyName=f"log-{number}",
                        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": right}))
""",
    "1.3": """
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(4) as four:
    answers = list(four.map(lambda n: lab.invoke("count-orders", {"order": f"x-{n}"}), range(4)))
""",
    "1.4": """
for path in ("orders",):
    place = gateway.create_resource(restApiId=api, parentId=root, pathPart=path)
where = dict(restApiId=api, resourceId=place["id"], httpMethod="POST")
gateway.put_method(authorizationType="NONE", **where)
gateway.put_integration(
    type="AWS_PROXY", integrationHttpMethod="POST", timeoutInMillis=20000, **where,
    uri="arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + accept_arn
        + "/invocations")
functions.add_permission(
    FunctionName=accept_arn, StatementId="the-shops-door", Action="lambda:InvokeFunction",
    Principal="apigateway.amazonaws.com", SourceAccount=ACCOUNT,
    SourceArn=":".join(["arn", "aws", "execute-api", "us-east-1", ACCOUNT,
                        f"{api}/live/POST/orders"]))
snapshot = gateway.create_deployment(restApiId=api)["id"]
gateway.create_stage(restApiId=api, deploymentId=snapshot, stageName="live")
""",
    "1.5": """
new = gateway.create_resource(pathPart="{orderId}", parentId=paths["/orders"], restApiId=api)
where = {"resourceId": new["id"], "restApiId": api, "httpMethod": "GET"}
gateway.put_method(**where, authorizationType="NONE",
                   requestParameters={"method.request.path.orderId": True})
gateway.put_integration(**where, uri=BEHIND.format(show_arn), type="AWS_PROXY",
                        integrationHttpMethod="POST")
allowed = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api}/live/GET/orders/*"
functions.add_permission(FunctionName="show-order", Action="lambda:InvokeFunction",
                         StatementId="one-order", SourceArn=allowed,
                         Principal="apigateway.amazonaws.com")
gateway.create_deployment(restApiId=api, stageName="live", description="one order by its id")
""",
    "1.6": """
if "Valid" not in [each["name"] for each in gateway.get_models(restApiId=api)["items"]]:
    gateway.create_model(restApiId=api, name="Valid", schema=lab.order_schema(),
                         contentType="application/json")
strict = gateway.create_request_validator(
    restApiId=api, name="strict", validateRequestBody=True, validateRequestParameters=True)
changes = [dict(op="replace", path="/requestValidatorId", value=strict["id"])]
changes += [dict(op="add", path=f"/requestModels/{kind}", value="Valid")
            for kind in ("application~1json", "$default")]
gateway.update_method(patchOperations=changes, **POST_ORDERS)
gateway.create_deployment(restApiId=api, stageName="live", description="valid orders only")
""",
    "1.7": (
        """
hour = dict(StartTime=now - timedelta(minutes=60), EndTime=now + timedelta(minutes=2))
found = metrics.get_metric_statistics(
    Namespace=namespace, MetricName=metric, Period=300, Statistics=["Sum", "Maximum"],
    Dimensions=[dict(Name=dimension, Value=name)], **hour)
added = 0
for point in found["Datapoints"]:
    added += point["Sum"]
return int(added)
""",
    ),
    "1.8": """
def patches(**limits):
    return [{"op": "replace", "path": f"/throttle/{name}", "value": str(value)}
            for name, value in limits.items()]

gateway.update_stage(restApiId=partner_api, stageName="live", patchOperations=[
    {"op": "replace", "path": f"/*/*/throttling/{name}", "value": value}
    for name, value in (("rateLimit", "2000"), ("burstLimit", "1000"))])
gateway.update_usage_plan(usagePlanId=plans["partners"],
                          patchOperations=patches(rateLimit=1.0, burstLimit=5))
""",
    "1.9": """
limit = {"ReservedConcurrentExecutions": 3}
answer = functions.put_function_concurrency(FunctionName="ask-tax", **limit)
assert answer["ReservedConcurrentExecutions"] == 3
""",
}
