"""What AWS refuses where concurrency is provisioned, in its words.

https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html
https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.functions_support import Lambda, zip_of
from tests.cloud.provisioned_kit import (
    TELLING,
    config,
    delete,
    provision,
    published,
    ready,
    refused,
    tidied,
)


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Iterator[Lambda]:
    with tidied(Lambda(cloud)) as made:
        yield made


def test_it_is_listed_by_function(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListProvisionedConcurrencyConfigs.html"""
    name = published(functions)
    listed = functions.client.list_provisioned_concurrency_configs
    assert listed(FunctionName=name)["ProvisionedConcurrencyConfigs"] == []
    provision(functions, name, "1", 1)
    [found] = listed(FunctionName=name)["ProvisionedConcurrencyConfigs"]
    assert found["FunctionArn"].endswith(f":function:{name}:1")
    assert found["RequestedProvisionedConcurrentExecutions"] == 1
    arn = functions.client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    with refused("ResourceNotFoundException", f"Function not found: {arn}-not"):
        listed(FunctionName=f"{name}-not")


def test_what_is_unpublished_or_missing_is_refused(functions: Lambda) -> None:
    name = published(functions)
    arn = functions.client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    unpublished = (
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
    )
    with refused("InvalidParameterValueException", unpublished):
        provision(functions, name, "$LATEST", 1)
    functions.client.create_alias(FunctionName=name, Name="latest", FunctionVersion="$LATEST")
    with refused("InvalidParameterValueException", unpublished):
        provision(functions, name, "latest", 1)
    not_latest = "The function resource provided must be an alias or a published version."
    for call in (config, delete):
        with refused("InvalidParameterValueException", not_latest):
            call(functions, name, "$LATEST")
        with refused("ResourceNotFoundException", f"Function not found: {arn}:7"):
            call(functions, name, "7")
        with refused("ResourceNotFoundException", f"Cannot find alias arn: {arn}:no"):
            call(functions, name, "no")
    with refused(
        "ProvisionedConcurrencyConfigNotFoundException",
        "No Provisioned Concurrency Config found for this function",
    ):
        config(functions, name, "1")
    assert delete(functions, name, "1")["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_a_version_has_one_configuration(functions: Lambda) -> None:
    name = published(functions)
    functions.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    provision(functions, name, "1", 1)
    with refused(
        "ResourceConflictException",
        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned "
        "version",
    ):
        provision(functions, name, "live", 1)
    delete(functions, name, "1")
    provision(functions, name, "live", 1)
    with refused(
        "ResourceConflictException", "Version is pointed by a Provisioned Concurrency alias"
    ):
        provision(functions, name, "1", 1)
    functions.client.update_function_code(
        FunctionName=name, ZipFile=zip_of(TELLING + "\n# second\n"), Publish=True
    )
    functions.client.create_alias(
        FunctionName=name,
        Name="shared",
        FunctionVersion="2",
        RoutingConfig={"AdditionalVersionWeights": {"1": 0.1}},
    )
    with refused(
        "InvalidParameterValueException",
        "Alias with weights can not be used with Provisioned Concurrency",
    ):
        provision(functions, name, "shared", 1)


def test_no_more_than_the_concurrency_that_there_is(functions: Lambda) -> None:
    name = published(functions)
    free = functions.client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    with refused(
        "InvalidParameterValueException",
        "Specified ConcurrentExecutions for function is greater than account's unreserved "
        f"concurrency [{free}].",
    ):
        provision(functions, name, "1", free + 1)
    with refused(
        "InvalidParameterValueException",
        "Specified ConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [100].",
    ):
        provision(functions, name, "1", free - 99)


def test_it_counts_towards_the_functions_reservation(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html"""
    name = published(functions)
    reserve = functions.client.put_function_concurrency
    reserve(FunctionName=name, ReservedConcurrentExecutions=2)
    with refused(
        "InvalidParameterValueException",
        "Requested Provisioned Concurrency should not be greater than the "
        "reservedConcurrentExecution for function",
    ):
        provision(functions, name, "1", 3)
    provision(functions, name, "1", 2)
    ready(functions, name, "1", 2)
    with refused(
        "InvalidParameterValueException",
        " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned "
        "concurrency [2].",
    ):
        reserve(FunctionName=name, ReservedConcurrentExecutions=1)
    # nothing is left for what has not been published
    with pytest.raises(ClientError) as caught:
        functions.invoke(name)
    answer: Any = caught.value.response
    assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert functions.invoke(name, Qualifier="1").value[0] == "provisioned-concurrency"
