"""Provisioned concurrency: environments that are ready before the first call.

https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cloud.functions_support import Lambda, eventually, policy, zip_of
from tests.cloud.notebook_kernel import gone
from tests.cloud.provisioned_kit import (
    TELLING,
    config,
    delete,
    provision,
    published,
    ready,
    tidied,
)


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Iterator[Lambda]:
    with tidied(Lambda(cloud)) as made:
        yield made


def test_environments_are_initialised_before_the_first_call(functions: Lambda) -> None:
    name = published(functions)
    put = provision(functions, name, "1", 2)
    assert put["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert (put["RequestedProvisionedConcurrentExecutions"], put["Status"]) == (2, "IN_PROGRESS")
    assert put["AllocatedProvisionedConcurrentExecutions"] == 0
    found = ready(functions, name, "1", 2)
    assert found["RequestedProvisionedConcurrentExecutions"] == 2
    assert found["AllocatedProvisionedConcurrentExecutions"] == 2
    there = functions.environments(name)
    assert [(each["state"], each["cold_starts"]) for each in there] == [("ready", 1)] * 2
    answer = functions.invoke(name, Qualifier="1", LogType="Tail")
    assert answer.value[0] == "provisioned-concurrency"
    assert len(functions.environments(name)) == 2


def test_init_is_reported_when_it_runs_and_not_with_a_call(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html"""
    name = published(functions)
    provision(functions, name, "1", 1)
    ready(functions, name, "1", 1)
    lines = eventually(lambda: functions.log_lines(name))
    assert [line.split(" ")[0].strip() for line in lines] == [
        "INIT_START",
        "loading",
        "INIT_REPORT",
    ]
    assert "Phase: init\tStatus: success" in lines[2]
    log = functions.invoke(name, Qualifier="1", LogType="Tail").log
    assert "REPORT RequestId" in log
    assert "Init Duration" not in log
    assert "INIT_START" not in log


def test_json_logs_name_the_type_of_the_init(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html"""
    name = published(functions, LoggingConfig={"LogFormat": "JSON"})
    provision(functions, name, "1", 1)
    ready(functions, name, "1", 1)
    lines = eventually(lambda: functions.log_lines(name))
    records = [json.loads(line) for line in lines if line.startswith("{")]
    kinds = {each["type"]: each["record"] for each in records if "type" in each}
    for kind in ("platform.initStart", "platform.initReport"):
        assert kinds[kind]["initializationType"] == "provisioned-concurrency"
    assert kinds["platform.initReport"]["status"] == "success"


def test_calls_beyond_it_spill_over_to_environments_on_demand(functions: Lambda) -> None:
    name = published(functions)
    provision(functions, name, "1", 1)
    ready(functions, name, "1", 1)
    with ThreadPoolExecutor(2) as pool:
        calls = [
            pool.submit(functions.invoke, name, {"seconds": 1.5}, Qualifier="1") for _ in range(2)
        ]
        kinds = sorted(call.result().value[0] for call in calls)
    assert kinds == ["on-demand", "provisioned-concurrency"]
    # the environment that was ready beforehand comes first again
    assert functions.invoke(name, Qualifier="1").value[0] == "provisioned-concurrency"
    assert functions.invoke(name).value[0] == "on-demand"


def test_metrics_tell_use_and_spill_over(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html"""
    name = published(functions)
    provision(functions, name, "1", 2)
    ready(functions, name, "1", 2)
    with ThreadPoolExecutor(3) as pool:
        for call in [
            pool.submit(functions.invoke, name, {"seconds": 1.5}, Qualifier="1") for _ in range(3)
        ]:
            call.result()
    cloudwatch = functions.cloud.client("cloudwatch")

    def value(metric: str, statistic: str, **more: str) -> float:
        dimensions = {"FunctionName": name, **more}
        now = datetime.now(UTC)
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": key, "Value": each} for key, each in dimensions.items()],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            Statistics=[statistic],
        )["Datapoints"]
        return float(sum(point[statistic] for point in points))

    eventually(lambda: value("Invocations", "Sum") == 3)
    assert value("ProvisionedConcurrencyInvocations", "Sum") == 2
    assert value("ProvisionedConcurrencySpilloverInvocations", "Sum") == 1
    assert value("ProvisionedConcurrentExecutions", "Maximum") == 2
    assert value("ProvisionedConcurrencyUtilization", "Maximum", Resource=f"{name}:1") == 1.0


def test_it_is_paid_for_while_it_is_configured_and_by_use(functions: Lambda) -> None:
    """https://aws.amazon.com/lambda/pricing/"""
    name = published(functions, MemorySize=512)

    def used() -> dict[str, float]:
        meter = functions.cloud.page("meter")
        return {
            item: shares[name]
            for item, shares in meter["resources"].items()
            if name in shares and item.startswith("lambda.")
        }

    provision(functions, name, "1", 2)
    ready(functions, name, "1", 2)
    # half a gigabyte in two environments, for the first five minutes
    assert used()["lambda.provisioned_gb_seconds"] == 0.5 * 2 * 300
    before = used()["lambda.provisioned_duration_gb_seconds"]
    assert before > 0
    functions.invoke(name, Qualifier="1")
    eventually(lambda: used()["lambda.provisioned_duration_gb_seconds"] > before)
    assert "lambda.gb_seconds" not in used()
    functions.invoke(name)
    eventually(lambda: used().get("lambda.gb_seconds", 0) > 0)


def test_a_dead_environment_is_replaced(functions: Lambda) -> None:
    name = published(functions)
    provision(functions, name, "1", 2)
    ready(functions, name, "1", 2)
    before = {each["pid"] for each in functions.environments(name)}
    functions.cloud.page("environments", "DELETE", {"function": name, "which": "all"})
    ready(functions, name, "1", 2)
    assert not before & {each["pid"] for each in functions.environments(name)}
    assert functions.invoke(name, {"die": 1}, Qualifier="1").error == "Unhandled"
    ready(functions, name, "1", 2)
    assert functions.invoke(name, Qualifier="1").value[0] == "provisioned-concurrency"


def test_code_that_cannot_be_loaded_fails_the_allocation(functions: Lambda) -> None:
    name = published(functions, "import not_there\ndef handler(event, context): pass")
    provision(functions, name, "1", 1)
    found = eventually(
        lambda: (
            config(functions, name, "1")
            if config(functions, name, "1")["Status"] == "FAILED"
            else None
        )
    )
    assert found["StatusReason"] == "FUNCTION_ERROR_INIT_FAILURE"
    assert found["AllocatedProvisionedConcurrentExecutions"] == 0
    lines = functions.log_lines(name)
    assert any("Phase: init\tStatus: error\tError Type: Runtime.Import" in line for line in lines)
    functions.client.delete_provisioned_concurrency_config(FunctionName=name, Qualifier="1")


def test_it_moves_with_the_alias(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html"""
    name = published(functions)
    functions.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    provision(functions, name, "live", 2)
    ready(functions, name, "live", 2)
    functions.client.update_function_code(
        FunctionName=name, ZipFile=zip_of(TELLING + "\n# second\n"), Publish=True
    )
    functions.client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    ready(functions, name, "live", 2)
    versions = [each["version"] for each in functions.environments(name)]
    assert versions == ["2", "2"]
    # a weighted alias divides what it has
    functions.client.update_alias(
        FunctionName=name,
        Name="live",
        RoutingConfig={"AdditionalVersionWeights": {"1": 0.5}},
    )
    ready(functions, name, "live", 2)
    versions = sorted(each["version"] for each in functions.environments(name))
    assert versions == ["1", "2"]


def test_a_change_of_the_number_starts_and_ends_environments(functions: Lambda) -> None:
    name = published(functions)
    for count in (1, 3, 2):
        provision(functions, name, "1", count)
        ready(functions, name, "1", count)
        assert len(functions.environments(name)) == count


def test_nothing_is_left_after_it_was_taken_away(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteProvisionedConcurrencyConfig.html"""
    client = functions.client

    def room() -> int:
        limits = client.get_account_settings()["AccountLimit"]
        return int(limits["UnreservedConcurrentExecutions"])

    before = room()
    name = published(functions)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    ways: list[tuple[str, Callable[[], Any]]] = [
        ("live", lambda: delete(functions, name, "live")),
        ("live", lambda: client.delete_alias(FunctionName=name, Name="live")),
        ("1", lambda: client.delete_function(FunctionName=name)),
    ]
    for qualifier, take_away in ways:
        provision(functions, name, qualifier, 2)
        ready(functions, name, qualifier, 2)
        assert room() == before - 2
        take_away()
        assert functions.environments(name) == []
        assert room() == before


def test_nothing_is_left_of_it_when_the_cloud_stops(own_cloud: Any) -> None:
    with own_cloud() as cloud:
        functions = Lambda(cloud)
        name = published(functions)
        provision(functions, name, "1", 3)
        ready(functions, name, "1", 3)
        pids = [each["pid"] for each in functions.environments(name)]
        assert not any(gone(pid) for pid in pids)
        # more of them are starting while it stops
        provision(functions, name, "1", 12)
    eventually(lambda: all(gone(pid) for pid in pids))


def test_who_may_provision_concurrency(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html"""
    name = published(functions)
    arn = functions.client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    code = """
    import boto3
    def handler(event, context):
        client, answers = boto3.client("lambda"), []
        for qualifier in ("1", "2"):
            try:
                client.put_provisioned_concurrency_config(
                    FunctionName=event, Qualifier=qualifier, ProvisionedConcurrentExecutions=1)
                answers.append("ok")
            except client.exceptions.ClientError as error:
                answers.append(error.response["Error"]["Code"])
        return answers
    """
    role = functions.role("logs:*")
    functions.cloud.client("iam").put_role_policy(
        RoleName=role.rpartition("/")[2],
        PolicyName="may",
        PolicyDocument=policy("lambda:PutProvisionedConcurrencyConfig", resource=f"{arn}:1"),
    )
    caller = functions.make(code, Role=role, MemorySize=1024)
    assert functions.invoke(caller, name).value == ["ok", "AccessDeniedException"]
