"""Versions, aliases, layers and policies of functions.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
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


def invocations(functions: Lambda, name: str, alias: str, version: str) -> float:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html"""
    now = datetime.now(UTC)
    dimensions = {"FunctionName": name, "Resource": f"{name}:{alias}", "ExecutedVersion": version}
    points = functions.cloud.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Invocations",
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=1),
        Period=3600,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in points))


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
    assert invocations(functions, name, "live", "2") == counted["two"]
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
