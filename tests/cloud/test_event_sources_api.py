"""Creating, changing and deleting event source mappings, and what is refused.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.event_source_kit import READ_SOURCES, Function, Kit, until
from tests.cloud.functions_support import eventually

LOST = "arn:aws:sqs:us-east-1:123456789012:lost"


@pytest.fixture(scope="module")
def kit(cloud: Any) -> Iterator[Kit]:
    kit = Kit(cloud)
    yield kit
    kit.close()


@pytest.fixture(scope="module")
def function(kit: Kit) -> Function:
    return kit.function()


@pytest.fixture
def queue(kit: Kit) -> str:
    return kit.arn(kit.queue())


@pytest.fixture(scope="module")
def stream(kit: Kit) -> str:
    return kit.table()[1]


def refusal(kit: Kit, function: Function | str, source: str, **settings: Any) -> tuple[str, str]:
    """Code and message of the error that creating a mapping gives."""
    name = function if isinstance(function, str) else function.name
    with pytest.raises(ClientError) as error:
        kit.lambda_.create_event_source_mapping(
            FunctionName=name, EventSourceArn=source, **settings
        )
    found = error.value.response
    assert found["ResponseMetadata"]["HTTPStatusCode"] < 500
    return found["Error"]["Code"], found["Error"]["Message"]


def test_a_queues_mapping_as_it_is_created(kit: Kit, function: Function, queue: str) -> None:
    made = kit.lambda_.create_event_source_mapping(FunctionName=function.name, EventSourceArn=queue)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert made["State"] == "Creating"
    assert made["StateTransitionReason"] == "USER_INITIATED"
    assert made["BatchSize"] == 10
    assert made["MaximumBatchingWindowInSeconds"] == 0
    assert made["FunctionResponseTypes"] == []
    assert made["EventSourceArn"] == queue
    assert made["FunctionArn"].endswith(f":function:{function.name}")
    assert made["EventSourceMappingArn"].endswith(f":event-source-mapping:{made['UUID']}")
    assert "StartingPosition" not in made
    assert kit.settled(made["UUID"]) == "Enabled"
    kit.lambda_.delete_event_source_mapping(UUID=made["UUID"])


def test_a_streams_mapping_as_it_is_created(kit: Kit, function: Function) -> None:
    _, stream = kit.table()
    name = kit.mapping(function, stream, StartingPosition="LATEST")
    made = kit.get(name)
    assert made["StartingPosition"] == "LATEST"
    assert made["BatchSize"] == 100
    assert made["ParallelizationFactor"] == 1
    assert made["MaximumRetryAttempts"] == -1
    assert made["MaximumRecordAgeInSeconds"] == -1
    assert made["BisectBatchOnFunctionError"] is False
    assert made["TumblingWindowInSeconds"] == 0
    assert made["DestinationConfig"] == {"OnFailure": {}}
    assert made["LastProcessingResult"] == "No records processed"


def test_a_second_mapping_of_the_same_pair_is_refused(
    kit: Kit, function: Function, queue: str
) -> None:
    first = kit.mapping(function, queue)
    code, message = refusal(kit, function, queue)
    assert code == "ResourceConflictException"
    assert message == (
        f'An event source mapping with SQS arn (" {queue} ") and function '
        f'(" {function.name} ") already exists. Please update or delete the existing mapping '
        f"with UUID {first}"
    )


def test_a_function_that_does_not_exist(kit: Kit, queue: str) -> None:
    code, message = refusal(kit, "nobody", queue)
    assert (code, message) == ("InvalidParameterValueException", "Function does not exist")


def test_a_queue_that_does_not_exist(kit: Kit, function: Function) -> None:
    code, message = refusal(kit, function, "arn:aws:sqs:us-east-1:123456789012:nowhere")
    assert code == "InvalidParameterValueException"
    assert message == (
        "Error occurred while ReceiveMessage. SQS Error Code: "
        "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: "
        "The specified queue does not exist."
    )


def test_a_stream_that_does_not_exist(kit: Kit, function: Function) -> None:
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/none/stream/2026-01-01T00:00:00.000"
    code, message = refusal(kit, function, arn, StartingPosition="LATEST")
    assert code == "InvalidParameterValueException"
    assert message == f"Stream not found: {arn}"


def test_a_role_that_may_not_read_the_source(kit: Kit, queue: str, stream: str) -> None:
    weak = kit.function(role=kit.role("logs:CreateLogGroup"))
    code, message = refusal(kit, weak, queue)
    assert code == "InvalidParameterValueException"
    assert message == (
        "The provided execution role does not have permissions to call ReceiveMessage on SQS"
    )
    code, message = refusal(kit, weak, stream, StartingPosition="LATEST")
    assert code == "InvalidParameterValueException"
    assert message.startswith(f"Cannot access stream {stream}. Please ensure the role can perform")


def test_the_visibility_timeout_may_not_be_below_the_functions(kit: Kit) -> None:
    slow = kit.function(timeout=60)
    code, message = refusal(kit, slow, kit.arn(kit.queue()))
    assert code == "InvalidParameterValueException"
    assert message == (
        "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds"
    )


@pytest.mark.parametrize(
    ("settings", "code", "text"),
    [
        ({"BatchSize": 11}, "InvalidParameterValueException", "Maximum batch window in seconds "),
        ({"BatchSize": 10_001}, "ValidationException", "less than or equal to 10000"),
        ({"MaximumBatchingWindowInSeconds": 301}, "ValidationException", "or equal to 300"),
        ({"ScalingConfig": {"MaximumConcurrency": 1001}}, "ValidationException", "to 1000"),
        ({"StartingPosition": "LATEST"}, "InvalidParameterValueException", "StartingPosition"),
        ({"ParallelizationFactor": 2}, "InvalidParameterValueException", "Unsupported"),
        ({"MaximumRetryAttempts": 2}, "InvalidParameterValueException", "Unsupported"),
        ({"MaximumRecordAgeInSeconds": 60}, "InvalidParameterValueException", "Unsupported"),
        ({"BisectBatchOnFunctionError": True}, "InvalidParameterValueException", "Unsupported"),
        (
            {"DestinationConfig": {"OnFailure": {"Destination": LOST}}},
            "InvalidParameterValueException",
            "DestinationConfig",
        ),
        (
            {"FilterCriteria": {"Filters": [{"Pattern": "not json"}]}},
            "InvalidParameterValueException",
            "Invalid filter pattern definition.",
        ),
        (
            {"FilterCriteria": {"Filters": [{"Pattern": '{"a": [1]}'}] * 6}},
            "InvalidParameterValueException",
            "maximum number of filters",
        ),
        ({"FunctionResponseTypes": ["Nonsense"]}, "ValidationException", "enum value set"),
    ],
)
def test_settings_that_a_queue_does_not_take(
    kit: Kit, function: Function, queue: str, settings: dict[str, Any], code: str, text: str
) -> None:
    found, message = refusal(kit, function, queue, **settings)
    assert found == code
    assert text in message


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({}, "'startingPosition' failed to satisfy constraint: Member must not be null"),
        ({"StartingPosition": "AT_TIMESTAMP"}, "Unsupported starting position"),
        (
            {"StartingPosition": "LATEST", "ScalingConfig": {"MaximumConcurrency": 2}},
            "Unsupported ScalingConfig",
        ),
        ({"StartingPosition": "LATEST", "MaximumRecordAgeInSeconds": 59}, "60"),
        (
            {
                "StartingPosition": "LATEST",
                "DestinationConfig": {"OnSuccess": {"Destination": LOST}},
            },
            "DestinationConfig",
        ),
    ],
)
def test_settings_that_a_stream_does_not_take(
    kit: Kit, function: Function, stream: str, settings: dict[str, Any], text: str
) -> None:
    code, message = refusal(kit, function, stream, **settings)
    assert code == "InvalidParameterValueException"
    assert text in message


def test_a_fifo_queue_takes_no_more_than_10_and_no_window(kit: Kit, function: Function) -> None:
    fifo = kit.arn(kit.queue(FifoQueue="true"))
    for settings in ({"BatchSize": 11}, {"MaximumBatchingWindowInSeconds": 1}):
        code, _ = refusal(kit, function, fifo, **settings)
        assert code == "InvalidParameterValueException"


@pytest.mark.parametrize(
    "settings",
    [
        {"ProvisionedPollerConfig": {"MinimumPollers": 2}},
        {"MetricsConfig": {"Metrics": ["EventCount"]}},
    ],
)
def test_what_is_not_done_is_refused_by_name(
    kit: Kit, function: Function, queue: str, settings: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as error:
        kit.lambda_.create_event_source_mapping(
            FunctionName=function.name, EventSourceArn=queue, **settings
        )
    assert error.value.response["Error"]["Code"] == "NotImplementedByOrderlab"


def test_tumbling_windows_are_refused_by_name(kit: Kit, function: Function, stream: str) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html"""
    given = {"FunctionName": function.name, "StartingPosition": "LATEST"}
    with pytest.raises(ClientError) as error:
        kit.lambda_.create_event_source_mapping(
            EventSourceArn=stream, TumblingWindowInSeconds=30, **given
        )
    assert error.value.response["Error"]["Code"] == "NotImplementedByOrderlab"
    assert "tumbling windows" in error.value.response["Error"]["Message"]
    made = kit.lambda_.create_event_source_mapping(EventSourceArn=stream, **given)
    uuid = made["UUID"]
    eventually(lambda: kit.lambda_.get_event_source_mapping(UUID=uuid)["State"] == "Enabled")
    with pytest.raises(ClientError, match="tumbling windows"):
        kit.lambda_.update_event_source_mapping(UUID=made["UUID"], TumblingWindowInSeconds=30)
    kit.lambda_.delete_event_source_mapping(UUID=made["UUID"])


@pytest.mark.parametrize("source", ["nonsense", "arn:aws:s3:::bucket", "arn:aws:sqs:us-east-1"])
def test_what_is_no_event_source(kit: Kit, function: Function, source: str) -> None:
    code, _ = refusal(kit, function, source)
    assert code in ("InvalidParameterValueException", "ValidationException")


def test_mappings_are_listed_by_function_and_by_source(kit: Kit) -> None:
    one, other = kit.function(), kit.function()
    queue = kit.arn(kit.queue())
    first, second = kit.mapping(one, queue), kit.mapping(other, queue)
    third = kit.mapping(one, kit.arn(kit.queue()))

    def listed(**asked: Any) -> set[str]:
        pages = kit.lambda_.get_paginator("list_event_source_mappings").paginate(
            **asked, PaginationConfig={"PageSize": 1}
        )
        return {each["UUID"] for page in pages for each in page["EventSourceMappings"]}

    assert listed(FunctionName=one.name) == {first, third}
    assert listed(EventSourceArn=queue) == {first, second}
    assert listed(FunctionName=other.name, EventSourceArn=queue) == {second}
    assert listed() >= {first, second, third}


def test_a_mapping_may_name_an_alias(kit: Kit, queue: str) -> None:
    function = kit.function()
    version = kit.lambda_.publish_version(FunctionName=function.name)["Version"]
    alias = kit.lambda_.create_alias(
        FunctionName=function.name, Name="live", FunctionVersion=version
    )["AliasArn"]
    name = kit.mapping(alias, queue)
    assert kit.get(name)["FunctionArn"] == alias
    # the unqualified function is another consumer
    assert kit.mapping(function, queue) != name
    with pytest.raises(ClientError) as error:
        kit.lambda_.create_event_source_mapping(
            FunctionName=f"{function.name}:nobody", EventSourceArn=queue
        )
    assert error.value.response["Error"]["Code"] == "InvalidParameterValueException"


def test_settings_are_changed_and_removed(kit: Kit, function: Function, queue: str) -> None:
    criteria = {"Filters": [{"Pattern": '{"body": {"a": [1]}}'}]}
    name = kit.mapping(
        function, queue, FilterCriteria=criteria, ScalingConfig={"MaximumConcurrency": 5}
    )
    changed = kit.lambda_.update_event_source_mapping(
        UUID=name, BatchSize=3, FunctionResponseTypes=["ReportBatchItemFailures"]
    )
    assert changed["State"] == "Updating"
    kit.settled(name)
    found = kit.get(name)
    assert found["BatchSize"] == 3
    assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert found["FilterCriteria"] == criteria
    kit.lambda_.update_event_source_mapping(UUID=name, FilterCriteria={}, ScalingConfig={})
    kit.settled(name)
    assert "FilterCriteria" not in kit.get(name)
    assert "ScalingConfig" not in kit.get(name)
    with pytest.raises(ClientError) as error:
        kit.lambda_.update_event_source_mapping(UUID=name, BatchSize=100)
    assert "Maximum batch window" in error.value.response["Error"]["Message"]


def test_a_mapping_that_is_changing_cannot_be_changed(
    kit: Kit, function: Function, queue: str
) -> None:
    made = kit.lambda_.create_event_source_mapping(FunctionName=function.name, EventSourceArn=queue)
    kit.settled(made["UUID"])
    kit.lambda_.update_event_source_mapping(UUID=made["UUID"], BatchSize=2)
    with pytest.raises(ClientError) as error:
        kit.lambda_.delete_event_source_mapping(UUID=made["UUID"])
    assert error.value.response["Error"]["Code"] == "ResourceInUseException"
    kit.settled(made["UUID"])
    kit.lambda_.delete_event_source_mapping(UUID=made["UUID"])


def test_disabling_enabling_and_deleting(kit: Kit, function: Function, queue: str) -> None:
    name = kit.mapping(function, queue, Enabled=False)
    assert kit.get(name)["State"] == "Disabled"
    assert kit.lambda_.update_event_source_mapping(UUID=name, Enabled=True)["State"] == "Enabling"
    assert kit.settled(name) == "Enabled"
    assert kit.lambda_.update_event_source_mapping(UUID=name, Enabled=False)["State"] == "Disabling"
    assert kit.settled(name) == "Disabled"
    assert kit.lambda_.delete_event_source_mapping(UUID=name)["State"] == "Deleting"

    def gone() -> bool:
        try:
            kit.get(name)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ResourceNotFoundException"
            return True
        return False

    until(gone)


def test_a_mapping_that_does_not_exist(kit: Kit) -> None:
    unknown = "11111111-2222-3333-4444-555555555555"
    for call in ("get", "update", "delete"):
        with pytest.raises(ClientError) as error:
            getattr(kit.lambda_, f"{call}_event_source_mapping")(UUID=unknown)
        assert error.value.response["Error"] == {
            "Code": "ResourceNotFoundException",
            "Message": "The resource you requested does not exist.",
        }


def test_tags_of_a_mapping(kit: Kit, function: Function, queue: str) -> None:
    name = kit.mapping(function, queue, Tags={"team": "orders"})
    arn = kit.get(name)["EventSourceMappingArn"]
    kit.lambda_.tag_resource(Resource=arn, Tags={"stage": "test"})
    assert kit.lambda_.list_tags(Resource=arn)["Tags"] == {"team": "orders", "stage": "test"}
    kit.lambda_.untag_resource(Resource=arn, TagKeys=["team"])
    assert kit.lambda_.list_tags(Resource=arn)["Tags"] == {"stage": "test"}


def test_the_role_needs_each_of_the_actions(kit: Kit, stream: str) -> None:
    role = kit.role(*(action for action in READ_SOURCES if action != "dynamodb:GetRecords"))
    function = kit.function(role=role)
    code, message = refusal(kit, function, stream, StartingPosition="LATEST")
    assert "Cannot access stream" in message
    assert code == "InvalidParameterValueException"
