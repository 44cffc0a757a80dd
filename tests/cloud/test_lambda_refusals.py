"""Checks across the settings of asynchronous invocation, versions and aliases.

https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.cloud.refusal_kit import (
    INVALID,
    MISSING,
    NO_FUNCTION_FOR_EVENTS,
    OF_FUNCTION,
    OLD_REVISION,
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


# --- asynchronous settings


def destination(arn: str, side: str = "OnFailure") -> dict[str, Any]:
    return {"FunctionName": "{name}", "DestinationConfig": {side: {"Destination": arn}}}


EVENTS: list[Case] = [
    ("put_function_event_invoke_config", destination("{arn}"),
     (INVALID, "You can't specify the function as a destination for itself.")),
    ("put_function_event_invoke_config", destination("{arn}:live", "OnSuccess"),
     (INVALID, "You can't specify the function as a destination for itself.")),
    ("put_function_event_invoke_config", {"FunctionName": "{name}"},
     (INVALID, "You must specify at least one of error handling or destination setting.")),
    ("put_function_event_invoke_config", {"FunctionName": "none"},
     (INVALID, "You must specify at least one of error handling or destination setting.")),
    ("update_function_event_invoke_config", {"FunctionName": "{name}"},
     (INVALID, "You must specify at least one of error handling or destination setting.")),
    ("put_function_event_invoke_config", destination(f"{OF_FUNCTION}:none"),
     (INVALID, f"The destination ARN {OF_FUNCTION}:none is invalid.")),
    ("put_function_event_invoke_config",
     destination("arn:aws:iam:us-east-1:123456789012:function:{name}", "OnSuccess"),
     (INVALID, "The provided destination config DestinationConfig(onSuccess=OnSuccess("
      "destination=arn:aws:iam:us-east-1:123456789012:function:{name}), onFailure=null) is "
      "invalid.")),
    ("put_function_event_invoke_config", destination("arn:aws:_-/!lambda:x"),
     (VALIDATION, "at 'destinationConfig.onFailure.destination' failed to satisfy constraint")),
    ("put_function_event_invoke_config",
     {"FunctionName": "none", "MaximumRetryAttempts": 1}, NO_FUNCTION_FOR_EVENTS),
    ("put_function_event_invoke_config",
     {"FunctionName": "{name}", "Qualifier": "none", "MaximumRetryAttempts": 1},
     NO_FUNCTION_FOR_EVENTS),
    ("update_function_event_invoke_config",
     {"FunctionName": "none", "MaximumRetryAttempts": 1}, NO_FUNCTION_FOR_EVENTS),
    ("update_function_event_invoke_config",
     {"FunctionName": "{other}", "MaximumRetryAttempts": 1},
     (MISSING, f"The function {OF_FUNCTION}:{{other}}:$LATEST doesn't have an EventInvokeConfig")),
    ("list_function_event_invoke_configs", {"FunctionName": "none"}, NO_FUNCTION_FOR_EVENTS),
    ("put_function_event_invoke_config",
     {"FunctionName": "{name}:live", "Qualifier": "1", "MaximumRetryAttempts": 1}, TWO_QUALIFIERS),
    *(
        (f"{verb}_function_event_invoke_config", {"FunctionName": name, **more},
         (MISSING, f"The function {arn} doesn't have an EventInvokeConfig"))
        for verb in ("get", "delete")
        for name, more, arn in (
            ("none", {}, f"{OF_FUNCTION}:none:$LATEST"),
            ("{other}", {}, f"{OF_FUNCTION}:{{other}}:$LATEST"),
            ("{name}", {"Qualifier": "none"}, "{arn}:none"),
            ("{name}:none", {}, "{arn}:none"),
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", EVENTS, ids=described)
def test_asynchronous_settings_that_are_refused(made: Made, case: Case) -> None:
    check(made, case)


def test_asynchronous_settings_without_a_destination_are_taken(made: Made) -> None:
    put = made.client.put_function_event_invoke_config
    empty: tuple[dict[str, Any], ...] = ({"OnSuccess": {}}, {"OnFailure": {}})
    for given in empty:
        answer = put(FunctionName=made.name, DestinationConfig=given)
        assert answer["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": {}}
    for name in (f"{made.name}:live", f"{made.arn}:1", f"{made.name}:$LATEST"):
        qualifier = name.rpartition(":")[2]
        answer = put(FunctionName=name, Qualifier=qualifier, MaximumRetryAttempts=1)
        assert answer["FunctionArn"] == f"{made.arn}:{qualifier}"
    answer = put(
        FunctionName=made.name,
        DestinationConfig={"OnSuccess": {"Destination": f"{OF_FUNCTION}:{made.other}"}},
    )
    itself = destination("{arn}", "OnSuccess")
    response = refused(made, "update_function_event_invoke_config", itself)
    assert "You can't specify the function" in response["Error"]["Message"]
    made.client.delete_function_event_invoke_config(FunctionName=made.name)


# --- versions and aliases


ALIASES: list[Case] = [
    ("create_alias", {"FunctionVersion": "1", "RoutingConfig":
      {"AdditionalVersionWeights": {"1": 0.8, "2": 0.2}}},
     (INVALID, "Number of items in AdditionalVersionWeights cannot be greater than 1")),
    *(
        ("create_alias", {"FunctionVersion": "1", "RoutingConfig":
          {"AdditionalVersionWeights": {"2": weight}}},
         (VALIDATION, f"1 validation error detected: Value '{{2={float(weight)}}}' at "
          "'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must "
          "satisfy constraint: [Member must have value less than or equal to 1.0, Member must have "
          "value greater than or equal to 0.0, Member must not be null]"))
        for weight in (2, -1)
    ),
    ("create_alias", {"FunctionVersion": "1", "RoutingConfig":
      {"AdditionalVersionWeights": {"1": 0.5}}},
     (INVALID, "Invalid function version 1. Function version 1 is already included in routing "
      "configuration.")),
    ("create_alias", {"FunctionVersion": "10"}, (MISSING, "Function not found: {arn}:10")),
    ("create_alias", {"FunctionVersion": "1", "RoutingConfig":
      {"AdditionalVersionWeights": {"10": 0.5}}}, (MISSING, "Function not found: {arn}:10")),
    ("create_alias", {"FunctionVersion": "$LATEST", "RoutingConfig":
      {"AdditionalVersionWeights": {"1": 0.5}}},
     (INVALID, "$LATEST is not supported for an alias pointing to more than 1 version")),
    ("create_alias", {"FunctionVersion": "1", "RoutingConfig":
      {"AdditionalVersionWeights": {"$LATEST": 0.5}}},
     (VALIDATION, "1 validation error detected: Value '{$LATEST=0.5}' at "
      "'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must "
      "satisfy constraint: [Member must have length less than or equal to 1024, Member must have "
      "length greater than or equal to 1, Member must satisfy regular expression pattern: "
      "[0-9]+]")),
    ("create_alias", {"FunctionName": "none", "FunctionVersion": "1"},
     (MISSING, f"Function not found: {OF_FUNCTION}:none:1")),
    ("create_alias", {"Name": "live", "FunctionVersion": "1"},
     ("ResourceConflictException", "Alias already exists: {arn}:live")),
    ("create_alias", {"Name": "2024", "FunctionVersion": "1"},
     (VALIDATION, "Value '2024' at 'name' failed to satisfy constraint")),
    ("get_alias", {"Name": "none"}, (MISSING, "Cannot find alias arn: {arn}:none")),
    ("update_alias", {"Name": "none", "FunctionVersion": "1"},
     (MISSING, "Alias not found: {arn}:none")),
    ("update_alias", {"Name": "live", "RevisionId": "wrong"}, OLD_REVISION),
    ("publish_version", {"RevisionId": "wrong"}, OLD_REVISION),
    ("publish_version", {"CodeSha256": "other"},
     (INVALID, "CodeSHA256 (other) is different from current CodeSHA256 in $LATEST (")),
    ("update_function_configuration", {"RevisionId": "wrong", "Timeout": 4}, OLD_REVISION),
]  # fmt: skip


@pytest.mark.parametrize("case", ALIASES, ids=described)
def test_versions_and_aliases_that_are_refused(made: Made, case: Case) -> None:
    operation, parameters, answer = case
    named = {"FunctionName": "{name}"}
    if operation == "create_alias":
        named["Name"] = "refused"
    check(made, (operation, {**named, **parameters}, answer))


def test_each_update_makes_the_next_version_a_new_one(made: Made) -> None:
    client = made.client
    name = made.other
    versions = []
    for _ in range(2):
        client.update_function_code(FunctionName=name, ZipFile=made.zipped)
        versions.append(client.publish_version(FunctionName=name)["Version"])
    versions.append(client.publish_version(FunctionName=name)["Version"])
    client.update_function_configuration(FunctionName=name, Description="")
    versions.append(client.publish_version(FunctionName=name)["Version"])
    client.update_function_code(FunctionName=name, ZipFile=made.zipped, DryRun=True)
    versions.append(client.publish_version(FunctionName=name, Description="not new")["Version"])
    published = client.update_function_code(FunctionName=name, ZipFile=made.zipped, Publish=True)
    versions.append(published["Version"])
    versions.append(client.publish_version(FunctionName=name)["Version"])
    assert versions == ["1", "2", "2", "3", "3", "4", "4"]


def test_publishing_changes_the_revision_of_latest_and_an_alias_does_not(made: Made) -> None:
    client, name = made.client, made.other

    def revision(**qualifier: str) -> Any:
        return client.get_function_configuration(FunctionName=name, **qualifier)["RevisionId"]

    client.update_function_configuration(FunctionName=name, Description="again")
    before = revision()
    version = client.publish_version(FunctionName=name, RevisionId=before)
    after = revision()
    assert len({before, after, version["RevisionId"]}) == 3
    assert revision(Qualifier=version["Version"]) == version["RevisionId"]
    client.create_alias(FunctionName=name, Name="new", FunctionVersion=version["Version"])
    assert revision() == after
