"""What is refused of concurrency, URLs, policies, tags, layers and settings.

https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.cloud.refusal_kit import (
    INVALID,
    MISSING,
    NO_FUNCTION_FOR_URLS,
    NO_RESOURCE,
    OF_FUNCTION,
    ON_FUNCTIONS_ONLY,
    TWO_QUALIFIERS,
    URL_QUALIFIER,
    VALIDATION,
    Case,
    Made,
    check,
    described,
    made_on,
)


@pytest.fixture(scope="module")
def made(cloud: Any) -> Made:
    return made_on(cloud)


# --- concurrency, URLs, policies, tags


OTHERS: list[Case] = [
    ("put_function_concurrency", {"FunctionName": "{arn}:1", "ReservedConcurrentExecutions": 1},
     ON_FUNCTIONS_ONLY),
    ("put_function_concurrency", {"FunctionName": "none", "ReservedConcurrentExecutions": 1},
     (MISSING, f"Function not found: {OF_FUNCTION}:none:$LATEST")),
    ("put_function_concurrency", {"FunctionName": "none", "ReservedConcurrentExecutions": 99999},
     (MISSING, f"Function not found: {OF_FUNCTION}:none:$LATEST")),
    ("put_function_concurrency", {"FunctionName": "{name}", "ReservedConcurrentExecutions": 901},
     (INVALID, "Specified ReservedConcurrentExecutions for function decreases account's "
      "UnreservedConcurrentExecution below its minimum value of [100].")),
    ("get_function_concurrency", {"FunctionName": "none"},
     (MISSING, f"Function not found: {OF_FUNCTION}:none")),
    ("create_function_url_config", {"FunctionName": "none", "AuthType": "NONE"},
     NO_FUNCTION_FOR_URLS),
    ("update_function_url_config", {"FunctionName": "none", "AuthType": "NONE"},
     NO_FUNCTION_FOR_URLS),
    ("update_function_url_config", {"FunctionName": "{name}", "AuthType": "NONE"}, NO_RESOURCE),
    ("get_function_url_config", {"FunctionName": "none"}, NO_RESOURCE),
    ("delete_function_url_config", {"FunctionName": "none"}, NO_RESOURCE),
    ("delete_function_url_config", {"FunctionName": "{name}"}, NO_RESOURCE),
    ("list_function_url_configs", {"FunctionName": "none"}, NO_FUNCTION_FOR_URLS),
    ("create_function_url_config",
     {"FunctionName": "{name}", "Qualifier": "none", "AuthType": "NONE"}, NO_FUNCTION_FOR_URLS),
    ("update_function_url_config",
     {"FunctionName": "{name}", "Qualifier": "none", "AuthType": "NONE"}, NO_FUNCTION_FOR_URLS),
    ("get_function_url_config", {"FunctionName": "{name}", "Qualifier": "none"}, NO_RESOURCE),
    ("create_function_url_config",
     {"FunctionName": "{name}:live", "Qualifier": "other", "AuthType": "NONE"}, TWO_QUALIFIERS),
    *(
        (f"{verb}_function_url_config",
         {"FunctionName": "{name}", "Qualifier": qualifier,
          **({"AuthType": "NONE"} if verb in ("create", "update") else {})},
         (VALIDATION, f"Value '{qualifier}' at 'qualifier' {URL_QUALIFIER}"))
        for verb in ("create", "get", "update", "delete")
        for qualifier in ("1", "$LATEST")
    ),
    ("get_policy", {"FunctionName": "none"}, NO_RESOURCE),
    ("get_policy", {"FunctionName": "{name}", "Qualifier": "42"}, NO_RESOURCE),
    ("remove_permission", {"FunctionName": "none", "StatementId": "s"},
     (MISSING, f"No policy found for: {OF_FUNCTION}:none")),
    ("remove_permission", {"FunctionName": "{name}", "StatementId": "s"},
     (MISSING, "No policy is associated with the given resource.")),
    ("remove_permission", {"FunctionName": "{name}", "StatementId": "s", "Qualifier": "none"},
     (MISSING, "Cannot find alias arn: {arn}:none")),
    *(
        ("add_permission", {"FunctionName": "{name}", "StatementId": "s", "Principal":
          "s3.amazonaws.com", "Action": "lambda:InvokeFunction", **more}, answer)
        for more, answer in (
            ({"FunctionName": "none"}, (MISSING, f"Function not found: {OF_FUNCTION}:none")),
            ({"Qualifier": "none"}, (MISSING, "Cannot find alias arn: {arn}:none")),
            ({"Qualifier": "42"}, (MISSING, "Function not found: {arn}:42")),
            ({"Qualifier": "a-$-none"}, (MISSING, "Function not found: {arn}:a-$-none")),
            ({"Qualifier": "$LATEST"},
             (INVALID, "We currently do not support adding policies for $LATEST.")),
            ({"FunctionName": "{name}:live", "Qualifier": "1"}, TWO_QUALIFIERS),
            ({"Qualifier": "a-?-none"}, (VALIDATION, "Value 'a-?-none' at 'qualifier'")),
            ({"StatementId": "example.com"}, (VALIDATION, "Value 'example.com' at 'statementId'")),
            ({"Principal": "nobody"}, (INVALID, "The provided principal was invalid.")),
            ({"RevisionId": "wrong"}, (
                "PreconditionFailedException",
                "The Revision Id provided does not match the latest Revision Id. Call the "
                "GetPolicy API to retrieve the latest Revision Id")),
        )
    ),
    ("tag_resource", {"Resource": "arn:aws:something", "Tags": {"a": "b"}},
     (VALIDATION, "1 validation error detected: Value 'arn:aws:something' at 'resource'")),
    ("tag_resource", {"Resource": f"{OF_FUNCTION}:none", "Tags": {"a": "b"}},
     (MISSING, f"Function not found: {OF_FUNCTION}:none")),
    ("tag_resource", {"Resource": "{arn}:live", "Tags": {"a": "b"}},
     (INVALID, "Tags on function aliases and versions are not supported. Please specify a function "
      "ARN.")),
    ("tag_resource", {"Resource": "{arn}", "Tags": {}},
     (INVALID, "An error occurred and the request cannot be processed.")),
    ("tag_resource", {"Resource": "{arn}", "Tags": {str(n): "x" for n in range(51)}},
     (INVALID, "Number of tags exceeds resource tag limit.")),
    ("untag_resource", {"Resource": "{arn}", "TagKeys": []},
     (VALIDATION, "Value null at 'tagKeys' failed to satisfy constraint: Member must not be null")),
]  # fmt: skip


@pytest.mark.parametrize("case", OTHERS, ids=described)
def test_what_hangs_on_a_function_is_refused(made: Made, case: Case) -> None:
    check(made, case)


LAYER = "arn:aws:lambda:us-east-1:123456789012:layer"
SETTINGS: list[Case] = [
    ("create_function", {"Architectures": ["x86_64", "arm64"]},
     (VALIDATION, "1 validation error detected: Value '[x86_64, arm64]' at 'architectures' failed "
      "to satisfy constraint: Member must have length less than or equal to 1")),
    ("create_function", {"Architectures": ["X86_64"]},
     (VALIDATION, "1 validation error detected: Value '[X86_64]' at 'architectures' failed to "
      "satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: "
      "[x86_64, arm64], Member must not be null]")),
    ("create_function", {"Role": "r1"}, (VALIDATION, "Value 'r1' at 'role' failed to satisfy")),
    ("create_function", {"Runtime": "none"},
     (INVALID, "Value none at 'runtime' failed to satisfy constraint: Member must satisfy enum "
      "value set: [")),
    ("create_function", {"Tags": {str(number): "x" for number in range(51)}},
     (INVALID, "Number of tags exceeds resource tag limit.")),
    ("create_function", {"Layers": [f"{LAYER}:refused:1", f"{LAYER}:refused:1"]},
     (INVALID, "Two different versions of the same layer are not allowed to be referenced in the "
      f"same function. {LAYER}:refused:1 and {LAYER}:refused:1 are versions of the same layer.")),
    ("create_function", {"Layers": [f"{LAYER}:refused:9"]},
     (INVALID, f"Layer version {LAYER}:refused:9 does not exist.")),
    ("create_function", {"Layers": [f"{LAYER}:refused"]},
     (VALIDATION, f"1 validation error detected: Value '[{LAYER}:refused]' at 'layers' failed to "
      "satisfy constraint: Member must satisfy constraint: [Member must have length less than or "
      "equal to 2048, Member must have length greater than or equal to 1, Member must satisfy "
      "regular expression pattern: ")),
    ("create_function", {"Layers": ["arn:aws:lambda:eu-west-1:123456789012:layer:refused:1"]},
     (INVALID, "Layers are not in the same region as the function. Layers are expected to be in "
      "region us-east-1.")),
    ("create_function", {"Code": {"ZipFile": b"x" * 52_428_801}},
     ("RequestEntityTooLargeException", "Zipped size must be smaller than 52428800 bytes")),
    ("update_function_configuration", {"FunctionName": "{name}", "Runtime": "none"},
     (INVALID, "Value none at 'runtime' failed to satisfy constraint")),
    ("get_layer_version", {"LayerName": "refused", "VersionNumber": 0},
     (INVALID, "Layer Version Cannot be less than 1")),
    ("delete_layer_version", {"LayerName": "refused", "VersionNumber": -1},
     (INVALID, "Layer Version Cannot be less than 1")),
    ("get_layer_version", {"LayerName": "none", "VersionNumber": 1}, NO_RESOURCE),
    ("get_layer_version_by_arn", {"Arn": f"{LAYER}:refused"},
     (VALIDATION, f"1 validation error detected: Value '{LAYER}:refused' at 'arn' failed")),
    ("add_permission", {"FunctionName": "{name}", "StatementId": "s", "Principal": "*",
      "Action": "lambda:InvokeFunction", "FunctionUrlAuthType": "NONE"},
     (INVALID, "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action")),
    ("create_event_source_mapping", {"FunctionName": "none"},
     (INVALID, "Unrecognized event source.")),
    ("create_event_source_mapping",
     {"FunctionName": "none", "EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:none"},
     (INVALID, "Function does not exist")),
    ("create_event_source_mapping",
     {"FunctionName": "none", "EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:none",
      "DestinationConfig": {"OnSuccess": {"Destination": f"{OF_FUNCTION}:x"}}},
     (INVALID, "Unsupported DestinationConfig parameter for given event source mapping type.")),
    *(
        (f"{verb}_event_source_mapping", {"UUID": "00000000-0000-0000-0000-000000000000"},
         NO_RESOURCE)
        for verb in ("get", "update", "delete")
    ),
    *(
        (operation, {"Resource": "arn:aws:lambda:us-east-1:123456789012:event-source-mapping:"
          "00000000-0000-0000-0000-000000000000", **more},
         (MISSING, "Event source mapping not found: arn:aws:lambda:us-east-1:123456789012:"
          "event-source-mapping:00000000-0000-0000-0000-000000000000"))
        for operation, more in (
            ("tag_resource", {"Tags": {"a": "b"}}),
            ("untag_resource", {"TagKeys": ["a"]}),
            ("list_tags", {}),
        )
    ),
    ("list_tags",
     {"Resource": "arn:aws:lambda:us-east-1:123456789012:event-source-mapping:none:alias"},
     (VALIDATION, "at 'resource' failed to satisfy constraint")),
]  # fmt: skip


@pytest.fixture(scope="module")
def layer(made: Made) -> None:
    made.client.publish_layer_version(LayerName="refused", Content={"ZipFile": made.zipped})


@pytest.mark.usefixtures("layer")
@pytest.mark.parametrize("case", SETTINGS, ids=described)
def test_settings_that_are_refused(made: Made, case: Case) -> None:
    operation, parameters, answer = case
    if operation == "create_function":
        parameters = {**made.settings("refused-settings"), **parameters}
    check(made, (operation, parameters, answer))
