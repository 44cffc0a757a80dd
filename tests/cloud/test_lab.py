"""orderlab.start and the Lab: chapters, resuming by the journal, plain boto3, two notebooks."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from orderlab import session
from orderlab.errors import LearnerError
from orderlab.lab import Lab

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A learner's folder of a test's own; the process is as before afterwards."""
    before = dict(os.environ)
    monkeypatch.setenv("ORDERLAB_HOME", str(tmp_path))
    yield tmp_path
    if session._current is not None:
        session._current.finish(quiet=True)
    session._current = None
    boto3.DEFAULT_SESSION = None
    os.environ.clear()
    os.environ.update(before)


def start(chapter: int, **how: Any) -> Lab:
    return session.start(chapter, quiet=True, **how)


def again(lab: Lab, **how: Any) -> Lab:
    """As after a kernel restart: the old cloud is gone, and a new one is started."""
    lab.finish(quiet=True)
    return start(lab.chapter, **how)


def zipped(code: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", code)
    return buffer.getvalue()


def make_function(functions: Any, iam: Any, name: str, answer: str, **settings: Any) -> None:
    role = iam.create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument=json.dumps(TRUST))
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": zipped(f"def handler(event, context): return {answer!r}")},
        **settings,
    )


def invoked(functions: Any, name: str) -> Any:
    return json.load(functions.invoke(FunctionName=name)["Payload"])


def test_a_chapter_that_does_not_exist_is_the_learners_mistake(home: Path) -> None:
    with pytest.raises(LearnerError, match="no chapter 9"):
        start(9)


def test_chapter_2_has_what_chapter_1_built(home: Path) -> None:
    lab = start(2)
    names = {api["name"] for api in lab.client("apigateway").get_rest_apis()["items"]}
    assert lab.name("order-api") in names


def test_starting_twice_gives_the_same_lab_and_another_chapter_a_new_one(home: Path) -> None:
    lab = start(0)
    assert start(0) is lab
    other = start(1)
    assert other is not lab and not lab.alive and other.alive


def test_what_was_built_stands_again_after_a_restart(home: Path) -> None:
    lab = start(0)
    functions, tables = lab.client("lambda"), lab.client("dynamodb")
    make_function(functions, lab.client("iam"), "mine", "first")
    functions.get_waiter("function_active_v2").wait(FunctionName="mine")
    functions.update_function_code(
        FunctionName="mine", ZipFile=zipped("def handler(event, context): return 'second'")
    )
    functions.get_waiter("function_updated_v2").wait(FunctionName="mine")
    tables.create_table(
        TableName="mine",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    tables.put_item(TableName="mine", Item={"id": {"S": "a"}, "blob": {"B": b"\x00\xff"}})
    url = lab.client("sqs").create_queue(QueueName="mine")["QueueUrl"]
    lab.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "7"})
    lab = again(lab)
    assert invoked(lab.client("lambda"), "mine") == "second"
    item = lab.client("dynamodb").get_item(TableName="mine", Key={"id": {"S": "a"}})["Item"]
    assert item["blob"]["B"] == b"\x00\xff"
    url = lab.client("sqs").get_queue_url(QueueName="mine")["QueueUrl"]
    found = lab.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"])
    assert found["Attributes"]["DelaySeconds"] == "7"


def test_wiring_by_ids_and_arns_that_aws_chose_stands_again(home: Path) -> None:
    """Layer versions, streams, mappings, APIs: later calls hold what earlier answers gave."""
    lab = start(0)
    functions, gateway = lab.client("lambda"), lab.client("apigateway")
    layer = functions.publish_layer_version(LayerName="mine", Content={"ZipFile": zipped("x = 1")})
    make_function(functions, lab.client("iam"), "mine", "hello", Layers=[layer["LayerVersionArn"]])
    arn = functions.get_function_configuration(FunctionName="mine")["FunctionArn"]
    api = gateway.create_rest_api(name="mine")["id"]
    (root,) = gateway.get_resources(restApiId=api)["items"]
    orders = gateway.create_resource(restApiId=api, parentId=root["id"], pathPart="orders")["id"]
    where = {"restApiId": api, "resourceId": orders, "httpMethod": "GET"}
    gateway.put_method(**where, authorizationType="NONE")
    gateway.put_integration(
        **where,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations",
    )
    functions.add_permission(
        FunctionName="mine",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api}/*/GET/orders",
    )
    gateway.create_deployment(restApiId=api, stageName="prod")
    lab = again(lab)
    (found,) = lab.client("apigateway").get_rest_apis()["items"]
    policy = lab.client("lambda").get_policy(FunctionName="mine")["Policy"]
    assert f":{found['id']}/*/GET/orders" in policy
    resources = lab.client("apigateway").get_resources(restApiId=found["id"])["items"]
    assert [
        each for each in resources if each["path"] == "/orders" and "GET" in each["resourceMethods"]
    ]
    stages = lab.client("apigateway").get_stages(restApiId=found["id"])["item"]
    assert [stage["stageName"] for stage in stages] == ["prod"]


def test_what_the_lab_built_may_be_changed_and_the_change_stands_again(home: Path) -> None:
    """The ids of chapter 1's API are asked for, and may come out differently the next time."""
    lab = start(2)
    gateway = lab.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    root = next(r for r in gateway.get_resources(restApiId=api["id"])["items"] if r["path"] == "/")
    gateway.create_resource(restApiId=api["id"], parentId=root["id"], pathPart="mine")
    lab = again(lab)
    gateway = lab.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    assert "/mine" in {r["path"] for r in gateway.get_resources(restApiId=api["id"])["items"]}


def test_boto3s_resources_are_written_down_in_awss_own_values(home: Path) -> None:
    lab = start(0)
    table = boto3.resource("dynamodb").create_table(
        TableName="mine",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    table.put_item(Item={"id": "a", "count": 3, "tags": {"x", "y"}})
    lab = again(lab)
    item = boto3.resource("dynamodb").Table("mine").get_item(Key={"id": "a"})["Item"]
    assert item == {"id": "a", "count": 3, "tags": {"x", "y"}}


def test_plain_boto3_goes_to_the_labs_cloud_and_into_its_journal(home: Path) -> None:
    lab = start(0)
    boto3.client("sqs").create_queue(QueueName="plain")
    assert lab.client("sqs").get_queue_url(QueueName="plain")["QueueUrl"]
    lab = again(lab)
    assert (
        boto3.client("sqs")
        .get_queue_url(QueueName="plain")["QueueUrl"]
        .startswith(lab.target.endpoint)
    )


def test_fresh_starts_clean_and_keeps_a_backup(home: Path) -> None:
    lab = start(0)
    lab.client("sqs").create_queue(QueueName="mine")
    lab = again(lab, fresh=True)
    with pytest.raises(ClientError, match="does not exist"):
        lab.client("sqs").get_queue_url(QueueName="mine")
    (backup,) = home.glob("*.bak")
    assert "CreateQueue" in backup.read_text()


def test_catching_up_builds_and_stands_again(home: Path) -> None:
    lab = start(1)
    lab.catch_up("1.2")
    lab.exercise("1.2").hint()
    before = {f["FunctionName"] for f in lab.client("lambda").list_functions()["Functions"]}
    assert before
    lab = again(lab)
    after = {f["FunctionName"] for f in lab.client("lambda").list_functions()["Functions"]}
    assert after == before
    assert lab.progress.exercise("1.2").hints == 1


def test_a_second_notebook_of_the_same_chapter_does_not_disturb_the_first(home: Path) -> None:
    lab = start(0)
    lab.client("sqs").create_queue(QueueName="first")
    other = """
import orderlab
lab = orderlab.start(chapter=0, quiet=True)
print(lab.client("sqs").list_queues().get("QueueUrls"))
lab.client("sqs").create_queue(QueueName="second")
lab.finish(quiet=True)
"""
    done = subprocess.run(
        [sys.executable, "-c", other], env=dict(os.environ), capture_output=True, text=True
    )
    assert done.stdout.strip() == "None", done.stderr
    lab = again(lab)
    urls = lab.client("sqs").list_queues()["QueueUrls"]
    assert [url.rpartition("/")[2] for url in urls] == ["first"]


def test_a_lock_of_a_process_that_is_gone_is_taken_over(home: Path) -> None:
    (home / "journal-00.pid").write_text("1 12345.00")
    lab = start(0)
    assert lab.journal.path == home / "journal-00.jsonl"


def test_a_client_with_settings_of_its_own_gives_up_and_hides_the_message(home: Path) -> None:
    """A receive that its client has left still takes the message that comes."""
    lab = start(0)
    sqs = lab.client("sqs")
    url = sqs.create_queue(QueueName="left", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
    hasty = lab.client("sqs", read_timeout=0.3, retries={"total_max_attempts": 1})
    with pytest.raises(ReadTimeoutError):
        hasty.receive_message(QueueUrl=url, WaitTimeSeconds=20)
    sqs.send_message(QueueUrl=url, MessageBody="label")
    assert lab.wait_for(lambda: in_flight(lab, url) == 1, seconds=5)
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)
    assert lab.client("sqs") is sqs


def in_flight(lab: Lab, url: str) -> int:
    name = "ApproximateNumberOfMessagesNotVisible"
    found = lab.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return int(found["Attributes"][name])
