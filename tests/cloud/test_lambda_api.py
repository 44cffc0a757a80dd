"""The Lambda API: creating, changing, invoking and refusing functions.

https://docs.aws.amazon.com/lambda/latest/api/welcome.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.functions_support import Lambda, zip_of

ECHO = "def handler(event, context): return event"
VERSION = "def handler(event, context): return '{}'"


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    return Lambda(cloud)


def refused(code: str, text: str = "") -> Any:
    return pytest.raises(ClientError, match=rf"\({code}\).*{text}")


# --- functions


def test_a_function_is_active_at_once_and_the_waiters_see_it(functions: Lambda) -> None:
    name = functions.make(ECHO, Description="echoes", Tags={"team": "orders"})
    functions.client.get_waiter("function_active_v2").wait(FunctionName=name)
    functions.client.get_waiter("function_updated_v2").wait(FunctionName=name)
    found = functions.client.get_function(FunctionName=name)
    assert found["Configuration"]["State"] == "Active"
    assert found["Configuration"]["Description"] == "echoes"
    assert found["Configuration"]["FunctionArn"].endswith(f":function:{name}")
    assert found["Tags"] == {"team": "orders"}
    assert found["Code"]["RepositoryType"] == "S3"
    assert functions.invoke(name, {"a": 1}).value == {"a": 1}


def test_a_broken_zip_is_refused(functions: Lambda) -> None:
    with refused("InvalidParameterValueException", "Could not unzip uploaded file"):
        functions.make(ECHO, Code={"ZipFile": b"this is no zip"})


@pytest.mark.parametrize("cut", [30, 100, -30])
def test_a_cut_off_zip_is_refused(functions: Lambda, cut: int) -> None:
    with refused("InvalidParameterValueException", "Could not unzip uploaded file"):
        functions.make(ECHO, Code={"ZipFile": zip_of(ECHO)[:cut]})


def test_a_zip_that_wants_out_of_its_folder_is_refused(functions: Lambda) -> None:
    with refused("InvalidParameterValueException", "Could not unzip"):
        functions.make(ECHO, Code={"ZipFile": zip_of(ECHO, ______evil__py="")})


def test_an_image_and_other_languages_are_refused_by_name(functions: Lambda) -> None:
    with refused("NotImplementedByOrderlab", "container images"):
        functions.client.create_function(
            FunctionName="image", Role=functions.role(), PackageType="Image",
            Code={"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/x:1"},
        )  # fmt: skip
    with refused("NotImplementedByOrderlab", "nodejs22.x"):
        functions.make(ECHO, Runtime="nodejs22.x")


@pytest.mark.parametrize(
    ("settings", "code", "text"),
    [
        ({"Runtime": "python3.7"}, "InvalidParameterValueException", "no longer supported"),
        ({"Runtime": "cobol85"}, "InvalidParameterValueException", "enum value set"),
        ({"Runtime": "PYTHON3.13"}, "InvalidParameterValueException", "or be a valid ARN"),
        ({"Runtime": "go1.x"}, "InvalidParameterValueException", "no longer supported"),
        ({"Timeout": 901}, "ValidationException", "less than or equal to 900"),
        ({"Timeout": 0}, "ValidationException", "greater than or equal to 1"),
        ({"MemorySize": 127}, "ValidationException", "greater than or equal to 128"),
        ({"MemorySize": 10241}, "ValidationException", "less than or equal to 10240"),
        ({"EphemeralStorage": {"Size": 100}}, "ValidationException", "512"),
        ({"FunctionName": "no spaces"}, "ValidationException", "regular expression"),
        (
            {"Environment": {"Variables": {"AWS_REGION": "x"}}},
            "InvalidParameterValueException",
            "reserved keys.*AWS_REGION",
        ),
        (
            {"Environment": {"Variables": {"BIG": "x" * 4096}}},
            "InvalidParameterValueException",
            "4KB limit",
        ),
        (
            {"Environment": {"Variables": {"a-b": "x"}}},
            "ValidationException",
            "regular expression",
        ),
        (
            {"Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:missing:1"]},
            "InvalidParameterValueException",
            "does not exist",
        ),
        ({"LoggingConfig": {"SystemLogLevel": "WARN"}}, "InvalidParameterValueException", "JSON"),
        (
            {"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}},
            "NotImplementedByOrderlab",
            "VPC",
        ),
    ],
)
def test_wrong_settings_are_refused(
    functions: Lambda, settings: dict[str, Any], code: str, text: str
) -> None:
    client = functions.cloud.client("lambda", parameter_validation=False)
    with refused(code, text):
        client.create_function(
            **{
                "FunctionName": functions.name(),
                "Runtime": "python3.13",
                "Handler": "app.handler",
                "Role": functions.role(),
                "Code": {"ZipFile": zip_of(ECHO)},
                **settings,
            }
        )


def test_a_role_that_does_not_trust_lambda_is_refused(functions: Lambda) -> None:
    iam = functions.cloud.client("iam")
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "ec2.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    )
    role = iam.create_role(RoleName="for-ec2-only", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    for arn in (role, "arn:aws:iam::123456789012:role/missing"):
        with refused("InvalidParameterValueException", "cannot be assumed by Lambda"):
            functions.make(ECHO, Role=arn)


def test_a_name_is_taken_only_once(functions: Lambda) -> None:
    name = functions.make(ECHO)
    with refused("ResourceConflictException", f"Function already exist: {name}"):
        functions.make(ECHO, FunctionName=name)


def test_a_missing_function_is_named_in_the_error(functions: Lambda) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:missing"
    with refused("ResourceNotFoundException", f"Function not found: {arn}"):
        functions.invoke("missing")
    with refused("ResourceNotFoundException", f"Function not found: {arn}:5"):
        functions.client.get_function(FunctionName="missing", Qualifier="5")


def test_settings_change_and_the_others_stay(functions: Lambda) -> None:
    name = functions.make(
        "import os\ndef handler(event, context): return os.environ.get('STAGE')",
        Environment={"Variables": {"STAGE": "test"}},
        Timeout=7,
    )
    assert functions.invoke(name).value == "test"
    before = functions.client.get_function_configuration(FunctionName=name)
    after = functions.client.update_function_configuration(
        FunctionName=name, Environment={"Variables": {"STAGE": "live"}}
    )
    assert after["Timeout"] == 7
    assert after["RevisionId"] != before["RevisionId"]
    assert after["LastUpdateStatus"] == "Successful"
    assert functions.invoke(name).value == "live"
    with refused("PreconditionFailedException"):
        functions.client.update_function_configuration(
            FunctionName=name, Timeout=8, RevisionId=before["RevisionId"]
        )


def test_a_dry_run_changes_nothing(functions: Lambda) -> None:
    name = functions.make(VERSION.format("old"))
    code = zip_of(VERSION.format("new"))
    functions.client.update_function_code(FunctionName=name, ZipFile=code, DryRun=True)
    assert functions.invoke(name).value == "old"


def test_a_deleted_function_is_gone_with_its_environments(functions: Lambda) -> None:
    name = functions.make(ECHO)
    functions.invoke(name)
    functions.client.delete_function(FunctionName=name)
    with refused("ResourceNotFoundException"):
        functions.invoke(name)
    assert functions.environments(name) == []


def test_lists_come_in_pages(functions: Lambda) -> None:
    names = {functions.make(ECHO) for _ in range(3)}
    found = [
        function["FunctionName"]
        for some in functions.client.get_paginator("list_functions").paginate(
            PaginationConfig={"PageSize": 2}
        )
        for function in some["Functions"]
    ]
    assert names <= set(found)
    assert len(found) == len(set(found))


# --- what Invoke takes


def test_no_payload_is_an_empty_object(functions: Lambda) -> None:
    name = functions.make(ECHO)
    answer = functions.client.invoke(FunctionName=name)
    assert json.loads(answer["Payload"].read()) == {}
    assert answer["ExecutedVersion"] == "$LATEST"


def test_a_payload_that_is_no_json_is_refused(functions: Lambda) -> None:
    name = functions.make(ECHO)
    for kind in ("RequestResponse", "Event"):
        with refused("InvalidRequestContentException", "Could not parse request body into json"):
            functions.client.invoke(FunctionName=name, Payload=b"{no json", InvocationType=kind)


def test_payloads_over_the_limits_are_refused(functions: Lambda) -> None:
    name = functions.make("def handler(event, context): return len(event)", MemorySize=1024)
    most = json.dumps("x" * (6_291_456 - 2)).encode()
    assert (
        json.loads(functions.client.invoke(FunctionName=name, Payload=most)["Payload"].read())
        == len(most) - 2
    )
    with refused("RequestTooLargeException", "6291456"):
        functions.client.invoke(FunctionName=name, Payload=most + b" ")
    with refused("RequestTooLargeException", "1048576"):
        functions.client.invoke(
            FunctionName=name, Payload=b'"' + b"x" * 1_048_576 + b'"', InvocationType="Event"
        )


def test_a_dry_run_only_asks_whether_one_may(functions: Lambda) -> None:
    name = functions.make(ECHO)
    answer = functions.client.invoke(FunctionName=name, InvocationType="DryRun")
    assert answer["StatusCode"] == 204
    assert functions.environments(name) == []


def test_numbers_and_letters_survive_the_way_there_and_back(functions: Lambda) -> None:
    name = functions.make(
        "from decimal import Decimal\n"
        "def handler(event, context): return {**event, 'price': Decimal('12.30')}"
    )
    answer = functions.invoke(name, {"name": "Zoë ☕", "big": 12345678901234567890})
    assert answer.value == {"name": "Zoë ☕", "big": 12345678901234567890, "price": 12.3}
    assert b"12.30" in answer.body


def test_the_handler_may_lie_in_a_package(functions: Lambda) -> None:
    name = functions.make(
        "",
        files={"shop___orders__py": "from . import rules\ndef handler(e, c): return rules.ANSWER",
               "shop_____init____py": "", "shop___rules__py": "ANSWER = 42"},
        Handler="shop.orders.handler",
    )  # fmt: skip
    assert functions.invoke(name).value == 42


def test_other_parts_of_lambda_are_refused_by_name(functions: Lambda) -> None:
    name = functions.make(ECHO)
    with refused("NotImplementedByOrderlab", "SnapStart, since a running process"):
        functions.client.update_function_configuration(
            FunctionName=name, SnapStart={"ApplyOn": "PublishedVersions"}
        )
    with refused("NotImplementedByOrderlab", "response streaming"):
        functions.client.invoke_with_response_stream(FunctionName=name)
