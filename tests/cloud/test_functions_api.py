"""The Lambda API: creating, changing and refusing functions, versions, aliases and layers."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.functions_support import Lambda, policy, zip_of

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
        ({"Runtime": "cobol85"}, "ValidationException", "enum value set"),
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
    with refused("NotImplementedByOrderlab", "PutProvisionedConcurrencyConfig"):
        functions.client.put_provisioned_concurrency_config(
            FunctionName=name, Qualifier="1", ProvisionedConcurrentExecutions=1
        )
    with refused("NotImplementedByOrderlab", "response streaming"):
        functions.client.invoke_with_response_stream(FunctionName=name)


# --- versions and aliases


def test_versions_keep_their_code_and_settings(functions: Lambda) -> None:
    name = functions.make(VERSION.format("one"), Publish=True)
    again = functions.client.publish_version(FunctionName=name)
    assert again["Version"] == "1"  # nothing has changed: no new version
    functions.client.update_function_code(
        FunctionName=name, ZipFile=zip_of(VERSION.format("two")), Publish=True
    )
    functions.client.update_function_code(
        FunctionName=name, ZipFile=zip_of(VERSION.format("three"))
    )
    answers = [functions.invoke(name, Qualifier=q) for q in ("1", "2", "$LATEST")]
    assert [answer.value for answer in answers] == ["one", "two", "three"]
    assert [answer.raw["ExecutedVersion"] for answer in answers] == ["1", "2", "$LATEST"]
    found = functions.client.list_versions_by_function(FunctionName=name)["Versions"]
    assert [version["Version"] for version in found] == ["$LATEST", "1", "2"]


def test_a_deleted_versions_number_is_not_used_again(functions: Lambda) -> None:
    name = functions.make(VERSION.format("one"), Publish=True)
    functions.client.delete_function(FunctionName=name, Qualifier="1")
    with refused("ResourceNotFoundException"):
        functions.invoke(name, Qualifier="1")
    assert functions.client.publish_version(FunctionName=name)["Version"] == "2"
    with refused("InvalidParameterValueException", "LATEST version cannot be deleted"):
        functions.client.delete_function(FunctionName=name, Qualifier="$LATEST")


def test_publishing_other_code_than_expected_is_refused(functions: Lambda) -> None:
    name = functions.make(ECHO)
    with refused("InvalidParameterValueException", "is different from current CodeSHA256"):
        functions.client.publish_version(FunctionName=name, CodeSha256="other")


def test_an_alias_is_moved_from_version_to_version(functions: Lambda) -> None:
    name = functions.make(
        "def handler(event, context): return ['one', context.invoked_function_arn]", Publish=True
    )
    functions.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}:live"
    answer = functions.invoke(arn)
    assert (answer.value, answer.raw["ExecutedVersion"]) == (["one", arn], "1")
    functions.client.update_function_code(
        FunctionName=name, ZipFile=zip_of(VERSION.format("two")), Publish=True
    )
    functions.client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    assert functions.invoke(f"{name}:live").value == "two"
    with refused("ResourceConflictException"):
        functions.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    with refused("ResourceConflictException", "aliases reference"):
        functions.client.delete_function(FunctionName=name, Qualifier="2")
    functions.client.delete_alias(FunctionName=name, Name="live")
    with refused("ResourceNotFoundException"):
        functions.invoke(name, Qualifier="live")


def test_a_weighted_alias_shares_its_calls_out(functions: Lambda) -> None:
    name = functions.make(VERSION.format("one"), Publish=True)
    functions.client.update_function_code(
        FunctionName=name, ZipFile=zip_of(VERSION.format("two")), Publish=True
    )
    functions.client.create_alias(
        FunctionName=name, Name="live", FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.3}},
    )  # fmt: skip
    counted = Counter(functions.invoke(name, Qualifier="live").value for _ in range(100))
    assert 12 <= counted["two"] <= 50
    assert counted["one"] + counted["two"] == 100
    with refused("InvalidParameterValueException", "LATEST is not supported"):
        functions.client.update_alias(
            FunctionName=name, Name="live", FunctionVersion="$LATEST",
            RoutingConfig={"AdditionalVersionWeights": {"2": 0.3}},
        )  # fmt: skip


# --- layers


def test_a_layers_python_can_be_imported_and_later_layers_win(functions: Lambda) -> None:
    one = functions.client.publish_layer_version(
        LayerName="shop-one",
        Content={"ZipFile": zip_of("", python___shop__py="NAME = 'one'", python___only__py="")},
    )
    two = functions.client.publish_layer_version(
        LayerName="shop-two", Content={"ZipFile": zip_of("", python___shop__py="NAME = 'two'")}
    )
    name = functions.make(
        "import only, shop\ndef handler(event, context): return shop.NAME",
        Layers=[one["LayerVersionArn"], two["LayerVersionArn"]],
    )
    assert functions.invoke(name).value == "two"


def test_a_layers_boto3_comes_before_the_runtimes(functions: Lambda) -> None:
    layer = functions.client.publish_layer_version(
        LayerName="own-boto3",
        Content={"ZipFile": zip_of("", python___boto3__py="__version__ = 'own'")},
    )
    name = functions.make(
        "import boto3\ndef handler(event, context): return boto3.__version__",
        Layers=[layer["LayerVersionArn"]],
    )
    assert functions.invoke(name).value == "own"


def test_layer_versions_do_not_change_under_a_function(functions: Lambda) -> None:
    def publish(answer: str) -> str:
        content = {"ZipFile": zip_of("", python___rates__py=f"ANSWER = '{answer}'")}
        published = functions.client.publish_layer_version(LayerName="rates", Content=content)
        arn: str = published["LayerVersionArn"]
        return arn

    first = publish("old")
    name = functions.make(
        "import rates\ndef handler(event, context): return rates.ANSWER", Layers=[first]
    )
    second = publish("new")
    assert second.endswith(":2")
    assert functions.invoke(name).value == "old"
    functions.client.delete_layer_version(LayerName="rates", VersionNumber=1)
    assert functions.invoke(name).value == "old"
    functions.client.update_function_configuration(FunctionName=name, Layers=[second])
    assert functions.invoke(name).value == "new"
    listed = functions.client.list_layer_versions(LayerName="rates")["LayerVersions"]
    assert [layer["Version"] for layer in listed] == [2]
    assert publish("newer").endswith(":3")


def test_more_than_five_layers_are_refused(functions: Lambda) -> None:
    arns = [
        functions.client.publish_layer_version(
            LayerName=f"many-{n}", Content={"ZipFile": zip_of("", x__txt=str(n))}
        )["LayerVersionArn"]
        for n in range(6)
    ]
    with refused("InvalidParameterValueException", "more than 5 layers"):
        functions.make(ECHO, Layers=arns)


# --- policies


def test_a_policys_statements_are_added_and_removed(functions: Lambda) -> None:
    name = functions.make(ECHO)
    functions.client.add_permission(
        FunctionName=name, StatementId="api", Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn="arn:aws:execute-api:us-east-1:123456789012:abc/*",
    )  # fmt: skip
    found = json.loads(functions.client.get_policy(FunctionName=name)["Policy"])
    assert found["Statement"] == [
        {
            "Sid": "api",
            "Effect": "Allow",
            "Principal": {"Service": "apigateway.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": f"arn:aws:lambda:us-east-1:123456789012:function:{name}",
            "Condition": {
                "ArnLike": {"AWS:SourceArn": "arn:aws:execute-api:us-east-1:123456789012:abc/*"}
            },
        }
    ]
    with refused("ResourceConflictException", "statement id"):
        functions.client.add_permission(
            FunctionName=name, StatementId="api", Action="lambda:InvokeFunction", Principal="*"
        )
    functions.client.remove_permission(FunctionName=name, StatementId="api")
    with refused("ResourceNotFoundException"):
        functions.client.get_policy(FunctionName=name)


def test_a_role_without_the_right_may_not_invoke(functions: Lambda) -> None:
    inner = functions.make(ECHO)
    outer = functions.make(
        f"""
        import boto3
        def handler(event, context):
            client = boto3.client("lambda")
            try:
                return client.invoke(FunctionName="{inner}")["StatusCode"]
            except client.exceptions.ClientError as error:
                return error.response["Error"]["Code"]
        """,
        Role=functions.role("logs:*", name="may-log-only"),
        Timeout=30,
        MemorySize=1769,
    )
    assert functions.invoke(outer).value == "AccessDeniedException"
    functions.cloud.client("iam").put_role_policy(
        RoleName="may-log-only", PolicyName="call",
        PolicyDocument=policy("lambda:InvokeFunction"),
    )  # fmt: skip
    assert functions.invoke(outer).value == 200


def test_the_account_shows_what_is_left(functions: Lambda) -> None:
    name = functions.make(ECHO)
    before = functions.client.get_account_settings()["AccountLimit"]
    functions.client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=5)
    after = functions.client.get_account_settings()["AccountLimit"]
    assert before["ConcurrentExecutions"] == 1000
    assert after["UnreservedConcurrentExecutions"] == before["UnreservedConcurrentExecutions"] - 5
    functions.client.delete_function(FunctionName=name)


def test_tags_are_set_and_taken_away(functions: Lambda) -> None:
    name = functions.make(ECHO)
    arn = functions.client.get_function_configuration(FunctionName=name)["FunctionArn"]
    functions.client.tag_resource(Resource=arn, Tags={"a": "1", "b": "2"})
    functions.client.untag_resource(Resource=arn, TagKeys=["a"])
    assert functions.client.list_tags(Resource=arn)["Tags"] == {"b": "2"}
