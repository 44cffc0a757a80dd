"""Chapter 04, answered with templates in variables and workers that keep lists."""

from __future__ import annotations

from tests.browser.answers import Answer

ANSWERS: dict[str, Answer] = {
    "4.1": """
hour = 3600
outage = 111 * hour
dead = sqs.create_queue(QueueName="orders-inbox-dlq")["QueueUrl"]
sqs.set_queue_attributes(QueueUrl=dead, Attributes={
    "MessageRetentionPeriod": f"{14 * 24 * hour}",
    "RedriveAllowPolicy": '{"redrivePermission": "byQueue", "sourceQueueArns": ["%s"]}'
                          % arn("sqs", "orders-inbox")})
living = sqs.create_queue(QueueName="orders-inbox")["QueueUrl"]
for name, value in (("MessageRetentionPeriod", outage + 9 * hour), ("VisibilityTimeout", 90),
                    ("RedrivePolicy", json.dumps(dict(
                        maxReceiveCount=6, deadLetterTargetArn=arn("sqs", "orders-inbox-dlq"))))):
    sqs.set_queue_attributes(QueueUrl=living, Attributes={name: str(value)})
""",
    "4.2": (
        """
lab.remove("order-api-role")
gateways = {"Version": "2012-10-17", "Statement": {
    "Effect": "Allow", "Action": "sts:AssumeRole",
    "Principal": {"Service": ["apigateway.amazonaws.com"]}}}
door_role = iam.create_role(RoleName="order-api-role", Path="/",
                            AssumeRolePolicyDocument=json.dumps(gateways))["Role"]["Arn"]
send = allow(["sqs:SendMessage"], [arn("sqs", "orders-inbox")])
iam.put_role_policy(RoleName="order-api-role", PolicyName="into-the-inbox",
                    PolicyDocument=document(send))
""",
        """
lines = ["#set($context.requestOverride.path.number = $input.path('$.order_id'))",
         "MessageBody=$util.urlEncode($input.body)&Action=SendMessage"]
gateway.put_integration(
    type="AWS", integrationHttpMethod="POST", passthroughBehavior="NEVER", **POST_ORDERS,
    uri=f"arn:aws:apigateway:us-east-1:sqs:path/{ACCOUNT}/orders-inbox",
    credentials=door_role, requestParameters=FORM,
    requestTemplates={"application/json": "".join(lines)})
""",
        """
promise = {"status": "ACCEPTED", "order_id": "$number",
           "status_url": "/orders/$number/status?accepted=$context.requestTimeEpoch"}
aside = "#set($number = $context.requestOverride.path.number)"
for status, pattern, text in (("202", "200", aside + json.dumps(promise)),
                              ("503", "", json.dumps({"message": "Not taken; come again."}))):
    answer_with(POST_ORDERS, status, pattern, text)
gateway.create_deployment(restApiId=api, stageName="live", description="into the inbox")
""",
    ),
    "4.3": (
        """
if there and not storage.same_order(order, there):
    raise RuntimeError("the id " + order["order_id"] + " is taken by another order")
""",
        """
answer = {"batchItemFailures": []}
for message in event["Records"]:
    done = False
    try:
        store(message)
        done = True
    except Exception as trouble:
        log.error("not stored", why=str(trouble))
    finally:
        if not done:
            answer["batchItemFailures"] += [{"itemIdentifier": message["messageId"]}]
return answer
""",
        """
inbox_arn = arn("sqs", "orders-inbox")
lab.deploy("process-order", {"app.py": STORE + HANDLER}, **settings, allowed=[
    allow(["dynamodb:PutItem"], arn("dynamodb", "table/orders")), allow(CONSUME, inbox_arn)])
functions.create_event_source_mapping(
    BatchSize=10, EventSourceArn=inbox_arn, FunctionName="process-order",
    FunctionResponseTypes=["ReportBatchItemFailures"])
""",
    ),
    "4.4": (
        """
leaf = gateway.create_resource(restApiId=api, pathPart="status",
                               parentId=paths["/orders/{orderId}"])
STATUS = dict(httpMethod="GET", resourceId=leaf["id"], restApiId=api)
gateway.put_method(authorizationType="NONE", **STATUS)
iam.put_role_policy(
    RoleName="order-api-role", PolicyName="where-is-it",
    PolicyDocument=document(allow(["dynamodb:GetItem"], [arn("dynamodb", "table/orders")])))
""",
        """
question = '''#set($asked = $util.escapeJavaScript($input.params("orderId")))
{"Key": {"order_id": {"S": "$asked"}}, "TableName": "orders", "ConsistentRead": true,
 "ProjectionExpression": "order_id"}'''
gateway.put_integration(**STATUS, uri=GET_ITEM, type="AWS", credentials=role,
                        integrationHttpMethod="POST", passthroughBehavior="NEVER",
                        requestTemplates={"application/json": question})
""",
        """
reply = '''#set($found = $input.path("$.Item.order_id.S"))
#set($promised = $input.params("accepted"))
#if("$!found" != "")
{"status": "STORED"}
#elseif("$!promised" != "")
#set($context.responseOverride.status = 202)
#set($context.responseOverride.header.Retry-After = "5")
{"status": "ACCEPTED"}
#else
#set($context.responseOverride.status = 404)
{"status": "UNKNOWN"}
#end'''
answer_with(STATUS, "200", "200", reply)
answer_with(STATUS, "503", "", json.dumps({"message": "The table does not answer."}))
gateway.create_deployment(restApiId=api, stageName="live", description="status")
""",
    ),
    "4.5": """
longest = functions.get_function_configuration(FunctionName="process-order")["Timeout"]
sqs.set_queue_attributes(QueueUrl=inbox, Attributes={"VisibilityTimeout": f"{9 * longest}"})
""",
    "4.6": (
        """
_ = metrics.put_metric_alarm(
    AlarmName="orders-inbox-dlq has letters", Namespace="AWS/SQS", Statistic="Maximum",
    MetricName="ApproximateNumberOfMessagesVisible",
    Dimensions=[dict(Name="QueueName", Value="orders-inbox-dlq")], **rule)
""",
        """
from decimal import Decimal, InvalidOperation

def repaired(text):
    try:
        order = json.loads(text)
    except ValueError:
        return None
    if not isinstance(order, dict) or not {"order_id", "coupon_cents"} <= set(order):
        return None
    coupon = order["coupon_cents"]
    if isinstance(coupon, str):
        try:
            order["coupon_cents"] = int(Decimal(coupon.replace("$", "")) * 100)
        except InvalidOperation:
            return None
    return order
""",
        """
def every_letter(client, queue):
    while True:
        answer = client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=8)
        if not answer.get("Messages"):
            break
        for letter in answer["Messages"]:
            yield letter["Body"], letter["ReceiptHandle"]
""",
        """
def bring_back(client, dead, living):
    count = 0
    for text, receipt in every_letter(client, dead):
        if (order := repaired(text)) is not None:
            client.send_message(MessageBody=json.dumps(order), QueueUrl=living)
            client.delete_message(ReceiptHandle=receipt, QueueUrl=dead)
            count = count + 1
    return count
""",
    ),
    "4.7": """
kinder = dict(BatchSize=9, MaximumBatchingWindowInSeconds=1)
kinder["ScalingConfig"] = dict(MaximumConcurrency=2)
functions.update_event_source_mapping(UUID=mapping["UUID"], **kinder)
""",
    "4.8": (
        """
TICKET = "claim:"

def check_in(order):
    text = json.dumps(order)
    data = text.encode("utf-8")
    if len(data) > LIMIT:
        place = f"orders/{order['order_id']}.json"
        s3.put_object(Bucket="plans", Key=place, Body=data, ContentType="application/json")
        text = TICKET + place
    return text
""",
        """
def collect(text):
    if text.startswith(TICKET):
        kept = s3.get_object(Bucket="plans", Key=text[len(TICKET):])["Body"]
        text = kept.read().decode("utf-8")
    return json.loads(text)
""",
    ),
}
