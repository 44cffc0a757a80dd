"""Roles: what their sessions may do, and how a refusal reads.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
ASSUMABLE = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"},
    ],
}


def policy(action: Any, resource: Any = "*", effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def session_client(cloud: Any, service: str, keys: dict[str, Any]) -> Any:
    connect: Callable[..., Any] = boto3.client
    return connect(
        service,
        endpoint_url=cloud.endpoint,
        region_name=cloud.region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
        config=Config(retries={"max_attempts": 0}),
    )


@pytest.fixture(scope="module")
def name_of() -> Iterator[Callable[[], str]]:
    numbers = iter(range(1000))
    yield lambda: f"perm-role-{next(numbers)}"


@pytest.fixture
def role(cloud: Any, name_of: Callable[[], str]) -> Callable[..., Callable[[str], Any]]:
    """A role with policies; gives clients of a session of it."""

    def make(*policies: str, managed: tuple[str, ...] = ()) -> Callable[[str], Any]:
        iam, name = cloud.client("iam"), name_of()
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(ASSUMABLE))
        for number, document in enumerate(policies):
            iam.put_role_policy(RoleName=name, PolicyName=f"p{number}", PolicyDocument=document)
        for each in managed:
            iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{each}")
        answer = cloud.client("sts").assume_role(
            RoleArn=arn["Role"]["Arn"], RoleSessionName="session"
        )
        keys = answer["Credentials"]
        make.name = name  # type: ignore[attr-defined]
        return lambda service: session_client(cloud, service, keys)

    return make


def refused(call: Callable[[], Any]) -> dict[str, Any]:
    with pytest.raises(ClientError) as error:
        call()
    return dict(error.value.response)


def code(call: Callable[[], Any]) -> str:
    found: str = refused(call)["Error"]["Code"]
    return found


@pytest.fixture(scope="module")
def table(cloud: Any) -> str:
    cloud.client("dynamodb").create_table(
        TableName="perm-orders",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    return "perm-orders"


TABLE_ARN = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/perm-orders"
ITEM = {"pk": {"S": "1"}}


def test_a_role_without_policies_may_only_ask_who_it_is(role: Any, table: str) -> None:
    session = role()
    me = session("sts").get_caller_identity()["Arn"]
    assert me == f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.name}/session"
    error = refused(lambda: session("dynamodb").put_item(TableName=table, Item=ITEM))
    assert error["Error"]["Code"] == "AccessDeniedException"
    assert error["Error"]["Message"] == (
        f"User: {me} is not authorized to perform: dynamodb:PutItem on resource: {TABLE_ARN} "
        "because no identity-based policy allows the dynamodb:PutItem action"
    )
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_each_service_has_its_own_code_for_a_refusal(role: Any) -> None:
    session = role()
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:perm-none"
    function = "perm-none"
    calls = {
        "AccessDenied": lambda: session("sqs").receive_message(
            QueueUrl=f"http://127.0.0.1/{ACCOUNT}/perm-none"
        ),
        "AuthorizationError": lambda: session("sns").publish(TopicArn=topic, Message="x"),
        "AccessDeniedException": lambda: session("lambda").invoke(FunctionName=function),
    }
    for expected, call in calls.items():
        error = refused(call)
        assert error["Error"]["Code"] == expected
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert (
        "sqs:receivemessage on resource: arn:aws:sqs:us-east-1"
        in (refused(calls["AccessDenied"])["Error"]["Message"])
    )
    assert "SNS:Publish on resource" in refused(calls["AuthorizationError"])["Error"]["Message"]
    assert code(lambda: session("iam").list_roles()) == "AccessDenied"
    assert code(lambda: session("logs").describe_log_groups()) == "AccessDeniedException"
    assert code(lambda: session("cloudwatch").list_metrics()) == "AccessDenied"
    assert code(lambda: session("apigateway").get_rest_apis()) == "AccessDeniedException"


def test_an_inline_policy_is_for_its_actions_and_resources_only(role: Any, table: str) -> None:
    session = role(policy(["dynamodb:PutItem", "dynamodb:Query"], TABLE_ARN))
    dynamodb = session("dynamodb")
    dynamodb.put_item(TableName=table, Item=ITEM)
    assert code(lambda: dynamodb.get_item(TableName=table, Key=ITEM)) == "AccessDeniedException"
    assert code(lambda: dynamodb.put_item(TableName="other", Item=ITEM)) == "AccessDeniedException"
    # an index is a resource of its own
    error = refused(
        lambda: dynamodb.query(
            TableName=table,
            IndexName="by-x",
            KeyConditionExpression="x = :x",
            ExpressionAttributeValues={":x": {"S": "1"}},
        )
    )
    assert f"{TABLE_ARN}/index/by-x because" in error["Error"]["Message"]


def test_batches_and_transactions_need_what_is_in_them(role: Any, table: str) -> None:
    dynamodb = role(policy(["dynamodb:PutItem", "dynamodb:BatchWriteItem"], TABLE_ARN))("dynamodb")
    dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": ITEM}}]})
    put = {"Put": {"TableName": table, "Item": ITEM}}
    dynamodb.transact_write_items(TransactItems=[put])
    delete = {"Delete": {"TableName": table, "Key": ITEM}}
    error = refused(lambda: dynamodb.transact_write_items(TransactItems=[delete]))
    assert "dynamodb:DeleteItem" in error["Error"]["Message"]
    two_tables = {table: [{"PutRequest": {"Item": ITEM}}], "x": [{"PutRequest": {"Item": ITEM}}]}
    error = refused(lambda: dynamodb.batch_write_item(RequestItems=two_tables))
    assert "table/x because" in error["Error"]["Message"]


def test_a_change_of_policy_counts_from_the_next_call_on(role: Any, cloud: Any, table: str) -> None:
    dynamodb = role()("dynamodb")
    iam, name = cloud.client("iam"), role.name

    def read() -> Any:
        return dynamodb.get_item(TableName=table, Key=ITEM)

    assert code(read) == "AccessDeniedException"
    arn = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    read()
    iam.put_role_policy(
        RoleName=name, PolicyName="no", PolicyDocument=policy("dynamodb:*", effect="Deny")
    )
    assert (
        "with an explicit deny in an identity-based policy" in (refused(read)["Error"]["Message"])
    )
    iam.delete_role_policy(RoleName=name, PolicyName="no")
    read()
    iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    assert code(read) == "AccessDeniedException"


@pytest.mark.parametrize(
    "name",
    [
        "service-role/AWSLambdaBasicExecutionRole",
        "service-role/AWSLambdaSQSQueueExecutionRole",
        "service-role/AWSLambdaDynamoDBExecutionRole",
        "service-role/AmazonAPIGatewayPushToCloudWatchLogs",
        "service-role/AWSLambdaRole",
        "service-role/AWSLambdaVPCAccessExecutionRole",
        "AmazonDynamoDBReadOnlyAccess",
        "AmazonDynamoDBFullAccess",
        "AmazonSQSFullAccess",
        "AmazonSQSReadOnlyAccess",
        "AmazonSNSFullAccess",
        "AWSLambda_FullAccess",
        "CloudWatchLogsFullAccess",
        "AWSXRayDaemonWriteAccess",
        "AdministratorAccess",
    ],
)
def test_policies_that_aws_manages_are_there(cloud: Any, name: str) -> None:
    iam, arn = cloud.client("iam"), f"arn:aws:iam::aws:policy/{name}"
    found = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (found["Arn"], found["PolicyName"]) == (arn, name.rpartition("/")[2])
    version = iam.get_policy_version(PolicyArn=arn, VersionId=found["DefaultVersionId"])
    assert version["PolicyVersion"]["Document"]["Statement"]


def test_a_managed_policy_of_ones_own_has_versions(role: Any, cloud: Any, table: str) -> None:
    iam = cloud.client("iam")
    made = iam.create_policy(PolicyName="perm-own", PolicyDocument=policy("dynamodb:GetItem"))
    arn = made["Policy"]["Arn"]
    dynamodb = role()("dynamodb")
    iam.attach_role_policy(RoleName=role.name, PolicyArn=arn)
    iam.attach_role_policy(RoleName=role.name, PolicyArn=arn)  # twice does no harm
    dynamodb.get_item(TableName=table, Key=ITEM)
    iam.create_policy_version(
        PolicyArn=arn, PolicyDocument=policy("dynamodb:PutItem"), SetAsDefault=True
    )
    assert code(lambda: dynamodb.get_item(TableName=table, Key=ITEM)) == "AccessDeniedException"
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    dynamodb.get_item(TableName=table, Key=ITEM)
    assert code(lambda: iam.delete_policy(PolicyArn=arn)) == "DeleteConflict"


def test_a_queues_own_policy_lets_a_role_in(role: Any, cloud: Any) -> None:
    sqs = cloud.client("sqs")
    session = role()
    url = sqs.create_queue(QueueName=f"{role.name}-queue")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{role.name}-queue"

    def send() -> Any:
        return session("sqs").send_message(QueueUrl=url, MessageBody="x")

    def let_in(effect: str) -> None:
        role_arn = f"arn:aws:iam::{ACCOUNT}:role/{role.name}"
        statement = {
            "Effect": effect,
            "Principal": {"AWS": role_arn},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})

    assert code(send) == "AccessDenied"
    let_in("Allow")
    send()
    cloud.client("iam").put_role_policy(
        RoleName=role.name, PolicyName="all", PolicyDocument=policy("sqs:*")
    )
    let_in("Deny")
    assert "explicit deny in a resource-based policy" in refused(send)["Error"]["Message"]


def test_a_queues_policy_may_refuse_the_account_itself_but_never_lock_it_out(cloud: Any) -> None:
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="perm-locked")["QueueUrl"]
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
    assert code(lambda: sqs.send_message(QueueUrl=url, MessageBody="x")) == "AccessDenied"
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    sqs.send_message(QueueUrl=url, MessageBody="x")


def test_a_users_keys_carry_the_users_and_the_groups_policies(cloud: Any, table: str) -> None:
    iam = cloud.client("iam")
    iam.create_user(UserName="perm-ann")
    iam.create_group(GroupName="perm-readers")
    iam.put_group_policy(
        GroupName="perm-readers", PolicyName="r", PolicyDocument=policy("dynamodb:GetItem")
    )
    iam.put_user_policy(
        UserName="perm-ann", PolicyName="w", PolicyDocument=policy("dynamodb:PutItem")
    )
    key = iam.create_access_key(UserName="perm-ann")["AccessKey"]
    dynamodb = session_client(cloud, "dynamodb", key)
    identity = session_client(cloud, "sts", key).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/perm-ann"
    dynamodb.put_item(TableName=table, Item=ITEM)
    assert code(lambda: dynamodb.get_item(TableName=table, Key=ITEM)) == "AccessDeniedException"
    iam.add_user_to_group(GroupName="perm-readers", UserName="perm-ann")
    dynamodb.get_item(TableName=table, Key=ITEM)
    iam.update_access_key(UserName="perm-ann", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert code(lambda: dynamodb.get_item(TableName=table, Key=ITEM)) == (
        "UnrecognizedClientException"
    )
    iam.delete_access_key(UserName="perm-ann", AccessKeyId=key["AccessKeyId"])
    assert code(lambda: dynamodb.get_item(TableName=table, Key=ITEM)) == (
        "UnrecognizedClientException"
    )


def test_objects_are_named_by_their_bucket_and_key(role: Any, cloud: Any) -> None:
    cloud.client("s3").create_bucket(Bucket="perm-plans")
    bucket = "arn:aws:s3:::perm-plans"
    s3 = role(policy("s3:PutObject", f"{bucket}/orders/*"), policy("s3:ListBucket", bucket))("s3")
    s3.put_object(Bucket="perm-plans", Key="orders/a b", Body=b"x")
    assert s3.list_objects_v2(Bucket="perm-plans")["KeyCount"] == 1
    calls: tuple[Callable[[], Any], ...] = (
        lambda: s3.put_object(Bucket="perm-plans", Key="others/1", Body=b"x"),
        lambda: s3.get_object(Bucket="perm-plans", Key="orders/a b"),
        lambda: s3.list_buckets(),
    )
    for call in calls:
        with pytest.raises(ClientError) as error:
            call()
        assert error.value.response["Error"]["Code"] == "AccessDenied"
