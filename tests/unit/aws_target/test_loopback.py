"""A local session sends nothing to another machine, however a client of it was made."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from orderlab.aws_target.local import LocalTarget
from orderlab.aws_target.loopback import LeavesThisMachine, is_loopback, keep_local
from orderlab.errors import LearnerError

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:4566/x", "http://127.8.9.1", "http://[::1]:80/", "https://LOCALHOST:1/?a=b"],
)
def test_addresses_of_this_machine(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://sqs.us-east-1.amazonaws.com/",
        "http://127.0.0.1.example.com/",
        "http://127.0.0.1@example.com/",
        "http://localhost.example.com/",
        "http://localhost@example.com:80/",
        # what a resolver makes of these is not for us to guess
        "http://bucket.localhost:4566/",
        "http://2130706433/",
        "http://0.0.0.0:4566/",
        "http://169.254.169.254/latest",
        "http://[::ffff:10.0.0.1]/",
        "http://[broken/",
        "",
    ],
)
def test_addresses_of_other_machines(url: str) -> None:
    assert not is_loopback(url)


def guarded(service: str, **settings: Any) -> Any:
    session = botocore.session.Session()
    keep_local(session.get_component("event_emitter").register_last)
    session.set_credentials("test", "test")
    return session.create_client(service, region_name="us-east-1", **settings)


def test_a_call_to_aws_is_refused_and_says_where_it_was_going() -> None:
    with pytest.raises(LeavesThisMachine, match=r"sqs\.us-east-1\.amazonaws\.com"):
        guarded("sqs").list_queues()


def test_an_address_of_ones_own_that_is_elsewhere_is_refused() -> None:
    with pytest.raises(LeavesThisMachine, match=r"192\.0\.2\.1:4566"):
        guarded("sqs", endpoint_url="http://192.0.2.1:4566").list_queues()


def test_a_call_without_a_signature_is_refused() -> None:
    with pytest.raises(LeavesThisMachine):
        guarded("s3", config=Config(signature_version=UNSIGNED)).list_buckets()


def test_no_address_is_signed_for_somebody_elses_use() -> None:
    with pytest.raises(LeavesThisMachine):
        guarded("s3").generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})


def test_a_handler_that_changes_the_address_after_the_signature_is_caught() -> None:
    client = guarded("sqs", endpoint_url="http://127.0.0.1:9")

    def elsewhere(request: Any, **_: Any) -> None:
        request.url = "https://sqs.us-east-1.amazonaws.com/"

    client.meta.events.register_last("before-sign", elsewhere)
    with pytest.raises(LeavesThisMachine):
        client.list_queues()


def test_the_refusal_is_one_sentence_for_the_learner() -> None:
    with pytest.raises(LearnerError) as caught:
        guarded("dynamodb").list_tables()
    assert "Nothing was sent." in str(caught.value)
    assert "lab.client" in str(caught.value)


def test_a_target_elsewhere_makes_no_client_that_calls_it() -> None:
    target = LocalTarget.attach("http://192.0.2.1:4566", "test", "test")
    for client in (target.client("sqs"), target.new_client("sqs", "eu-central-1")):
        with pytest.raises(LeavesThisMachine):
            client.list_queues()


SCRIPT = """
import boto3, botocore.session
from orderlab.aws_target.local import LocalTarget
from orderlab.aws_target.loopback import LeavesThisMachine
from orderlab.aws_target.process import use_in_this_process

use_in_this_process(LocalTarget.attach("http://127.0.0.1:9", "test", "test"), lambda *_: None)
far = {"endpoint_url": "https://sqs.us-east-1.amazonaws.com"}
keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
makers = (
    lambda: boto3.client("sqs", **far),
    lambda: boto3.Session().client("sqs", **far),
    lambda: boto3.Session(**keys).client("sqs", **far),
    lambda: boto3.resource("sqs", **far).meta.client,
    lambda: botocore.session.Session().create_client("sqs", **far),
    lambda: botocore.session.get_session().create_client("sqs", **far),
)
for make in makers:
    try:
        make().list_queues()
    except LeavesThisMachine:
        print("refused")
"""


def test_every_session_of_the_process_is_kept_local(tmp_path: Path) -> None:
    settings = {
        "AWS_PROFILE": "work",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_ENDPOINT_URL_SQS": "https://sqs.us-east-1.amazonaws.com",
        "HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.split() == ["refused"] * 6


# they run where orderlab is not, or only read botocore's descriptions
_ELSEWHERE = (
    "orderlab/cloud/", "orderlab/orders/handlers/", "orderlab/orders/layer/",
    "orderlab/aws_target/",
    "orderlab/fault_names.py",
)  # fmt: skip


def makers_of_clients(path: Path) -> list[int]:
    """The lines of a module that make a boto3 or botocore session, client or resource."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value).split(".")[0] in ("boto3", "botocore")
        and node.func.attr in ("client", "resource", "Session", "get_session", "create_client")
    ]


def test_only_one_folder_makes_clients() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "orderlab").rglob("*.py"))
        if not path.relative_to(ROOT).as_posix().startswith(_ELSEWHERE)
        for line in makers_of_clients(path)
    ]
    assert found == []
