"""Functions by name, partial ARN and ARN, with and without qualifiers; what is none of these.

https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.cloud.refusal_kit import (
    INVALID,
    MISSING,
    OF_FUNCTION,
    OTHER_REGION,
    TWO_QUALIFIERS,
    VALIDATION,
    Case,
    Made,
    check,
    described,
    made_on,
    refused,
)


@pytest.fixture(scope="module")
def made(cloud: Any) -> Made:
    return made_on(cloud)


# --- names


NAMES: list[Case] = [
    ("get_function", {"FunctionName": "none"},
     (MISSING, f"Function not found: {OF_FUNCTION}:none")),
    (
        "get_function",
        {"FunctionName": "{name}", "Qualifier": "99"},
        (MISSING, "Function not found: {arn}:99"),
    ),
    (
        "get_function",
        {"FunctionName": "{name}:none"},
        (MISSING, "Function not found: {arn}:none"),
    ),
    ("get_function", {"FunctionName": "{name}:live", "Qualifier": "1"}, TWO_QUALIFIERS),
    ("get_function_configuration", {"FunctionName": "{arn}:1", "Qualifier": "2"}, TWO_QUALIFIERS),
    ("delete_function", {"FunctionName": "{arn}:1", "Qualifier": "live"}, TWO_QUALIFIERS),
    ("invoke", {"FunctionName": "{arn}:1", "Qualifier": "live"}, TWO_QUALIFIERS),
    ("get_policy", {"FunctionName": "{arn}:1", "Qualifier": "live"}, TWO_QUALIFIERS),
    (
        "delete_function",
        {"FunctionName": "{name}", "Qualifier": "$LATEST"},
        (INVALID, "$LATEST version cannot be deleted without deleting the function."),
    ),
    (
        "delete_function",
        {"FunctionName": "none", "Qualifier": "7"},
        (MISSING, f"Function not found: {OF_FUNCTION}:none"),
    ),
    (
        "invoke",
        {"FunctionName": "arn:aws:lambda:us-east-1:123456789012@function:x"},
        (VALIDATION, "1 validation error detected: Value 'arn:aws:lambda:us-east-1:123456789012@"),
    ),
    (
        "create_function",
        {"FunctionName": "invalid:function:name"},
        (VALIDATION, "Value 'invalid:function:name' at 'functionName' failed to satisfy"),
    ),
    (
        "create_function",
        {"FunctionName": "a" * 65},
        (INVALID, "at 'functionName' failed to satisfy constraint: Member must have length less "
         "than or equal to 64"),
    ),
    *(
        (operation, {"FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:x"},
         OTHER_REGION)
        for operation in (
            "get_function",
            "get_function_configuration",
            "get_function_url_config",
            "get_function_code_signing_config",
            "get_function_event_invoke_config",
            "get_function_concurrency",
            "delete_function",
            "invoke",
            "create_function",
            "publish_version",
            "list_aliases",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", NAMES, ids=described)
def test_a_name_that_is_none_or_of_nothing(made: Made, case: Case) -> None:
    operation, parameters, answer = case
    if operation == "create_function":
        parameters = {**made.settings(""), **parameters}
    check(made, (operation, parameters, answer))


def test_a_function_of_another_account_is_out_of_reach(made: Made) -> None:
    other = "arn:aws:lambda:us-east-1:999999999999:function:x"
    for operation in ("get_function", "invoke", "delete_function", "list_aliases"):
        response = refused(made, operation, {"FunctionName": other})
        assert response["Error"]["Code"] == "AccessDeniedException"
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.parametrize(
    "form",
    [
        "{name}",
        "function:{name}",
        "123456789012:{name}",
        "123456789012:function:{name}",
        "us-east-1:123456789012:function:{name}",
        "{arn}",
    ],
)
def test_a_function_has_many_names(made: Made, form: str) -> None:
    client = made.client
    name = made.filled(form)
    assert client.get_function(FunctionName=name)["Configuration"]["FunctionArn"] == made.arn
    assert client.invoke(FunctionName=name)["ExecutedVersion"] == "$LATEST"
    assert client.invoke(FunctionName=f"{name}:live")["ExecutedVersion"] == "1"
    found = client.get_function(FunctionName=f"{name}:live", Qualifier="live")["Configuration"]
    assert (found["FunctionArn"], found["Version"]) == (f"{made.arn}:live", "1")
    assert client.get_alias(FunctionName=name, Name="live")["AliasArn"] == f"{made.arn}:live"
    assert client.list_versions_by_function(FunctionName=name)["Versions"]
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=9)
    client.delete_function_concurrency(FunctionName=name)


def test_a_function_may_be_made_under_its_arn(made: Made) -> None:
    for number, form in enumerate(("{of}:by-arn-0", "123456789012:function:by-arn-1")):
        settings = made.settings(form.replace("{of}", OF_FUNCTION))
        answer = made.client.create_function(**settings)
        assert answer["FunctionName"] == f"by-arn-{number}"


def test_deleting_a_version_that_is_gone_is_no_error(made: Made) -> None:
    for _ in range(2):
        made.client.delete_function(FunctionName=made.name, Qualifier="1233")
