"""The settings of a mapping: defaults, and the rules that depend on the kind of its source.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Literal

from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.event_sources.filters import INVALID, FilterCriteria
from orderlab.cloud.patterns.event_pattern import InvalidPattern

Kind = Literal["sqs", "dynamodb"]
Settings = dict[str, Any]

DEFAULTS: dict[Kind, Settings] = {
    "sqs": {
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "FunctionResponseTypes": [],
    },
    "dynamodb": {
        "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 0,
        "ParallelizationFactor": 1,
        "DestinationConfig": {"OnFailure": {}},
        "MaximumRecordAgeInSeconds": -1,
        "BisectBatchOnFunctionError": False,
        "MaximumRetryAttempts": -1,
        "TumblingWindowInSeconds": 0,
        "FunctionResponseTypes": [],
    },
}
OF_STREAMS_ONLY = (
    "ParallelizationFactor",
    "DestinationConfig",
    "MaximumRecordAgeInSeconds",
    "BisectBatchOnFunctionError",
    "MaximumRetryAttempts",
    "TumblingWindowInSeconds",
)
OF_NEITHER = (
    "LoggingConfig",
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "SelfManagedEventSource",
    "AmazonManagedKafkaEventSourceConfig",
    "SelfManagedKafkaEventSourceConfig",
    "DocumentDBEventSourceConfig",
    "StartingPositionTimestamp",
)
# the parameters that are settings; the others name the mapping or its state
SETTABLE = (*DEFAULTS["dynamodb"], "FilterCriteria", "ScalingConfig")
MAXIMUM_FILTERS = 5
SHORTEST_RECORD_AGE = 60


def invalid(message: str) -> AwsError:
    """InvalidParameterValueException, as Lambda words its own checks."""
    return AwsError(message, code="InvalidParameterValueException", Type="User")


def defaults(kind: Kind) -> Settings:
    """What a new mapping is set to."""
    return copy.deepcopy(DEFAULTS[kind])


def merged(kind: Kind, fifo: bool, before: Settings, sent: Mapping[str, Any]) -> Settings:
    """The settings after a request; AwsError if AWS would not take them."""
    _refuse_what_is_of_other_sources(kind, sent)
    _refuse_what_is_not_done(sent)
    settings = {**before, **{name: sent[name] for name in SETTABLE if name in sent}}
    for name in ("FilterCriteria", "ScalingConfig"):
        # an empty value removes the setting
        if not any((settings.get(name) or {}).values()):
            settings.pop(name, None)
    _check_filters(settings.get("FilterCriteria", {}))
    if kind == "sqs":
        _check_queue_batch(settings, fifo)
    else:
        _check_stream(settings)
    return settings


def patterns(settings: Settings) -> list[str]:
    """The texts of the filters' patterns."""
    filters = settings.get("FilterCriteria", {}).get("Filters") or []
    return [filter_.get("Pattern") or "" for filter_ in filters]


def _refuse_what_is_of_other_sources(kind: Kind, sent: Mapping[str, Any]) -> None:
    if kind == "sqs" and "StartingPosition" in sent:
        raise invalid("StartingPosition is not valid for SQS event sources.")
    foreign = (*OF_STREAMS_ONLY, *OF_NEITHER) if kind == "sqs" else (*OF_NEITHER, "ScalingConfig")
    for name in foreign:
        if sent.get(name):
            raise invalid(f"Unsupported {name} parameter for given event source mapping type.")
    if kind == "dynamodb" and sent.get("ProvisionedPollerConfig"):
        raise invalid(
            "Unsupported ProvisionedPollerConfig parameter for given event source mapping type."
        )


def _refuse_what_is_not_done(sent: Mapping[str, Any]) -> None:
    if sent.get("TumblingWindowInSeconds"):
        raise NotDoneYet("tumbling windows of event source mappings")
    if sent.get("ProvisionedPollerConfig"):
        raise NotDoneYet("provisioned mode of event source mappings")
    if sent.get("KMSKeyArn"):
        raise NotDoneYet("encryption of filter criteria with a key of one's own")
    if (sent.get("MetricsConfig") or {}).get("Metrics"):
        raise NotDoneYet("metrics of event source mappings")


def _check_filters(criteria: Mapping[str, Any]) -> None:
    filters = criteria.get("Filters") or []
    if not isinstance(filters, list) or not all(isinstance(each, dict) for each in filters):
        raise invalid(INVALID)
    if len(filters) > MAXIMUM_FILTERS:
        raise invalid(
            f"The maximum number of filters per event source mapping is {MAXIMUM_FILTERS}."
        )
    try:
        FilterCriteria(patterns({"FilterCriteria": criteria}))
    except InvalidPattern:
        raise invalid(INVALID) from None


def _check_queue_batch(settings: Settings, fifo: bool) -> None:
    size, window = settings["BatchSize"], settings["MaximumBatchingWindowInSeconds"]
    if fifo and size > 10:
        raise invalid("BatchSize must not exceed 10 for FIFO queues.")
    if fifo and window > 0:
        raise invalid("Batching window is not supported for FIFO queues.")
    if size > 10 and window == 0:
        raise invalid(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
            "greater than 10"
        )


def _check_stream(settings: Settings) -> None:
    age = settings["MaximumRecordAgeInSeconds"]
    if age != -1 and age < SHORTEST_RECORD_AGE:
        raise invalid(
            f"MaximumRecordAgeInSeconds must be -1 or at least {SHORTEST_RECORD_AGE} seconds."
        )
    settings["DestinationConfig"] = {"OnFailure": {}} | settings["DestinationConfig"]
    destinations = settings["DestinationConfig"]
    if destinations.get("OnSuccess"):
        raise invalid(
            "Unsupported DestinationConfig parameter for given event source mapping type."
        )
    destinations.pop("OnSuccess", None)
    destination = on_failure(settings)
    service = destination.split(":")[2:3]
    if service == ["s3"]:
        raise NotDoneYet("S3 buckets as destinations of event source mappings")
    if destination and (service not in (["sqs"], ["sns"]) or destination.endswith(".fifo")):
        raise invalid(f"The destination ARN {destination} is invalid.")


def on_failure(settings: Settings) -> str:
    """The ARN that records which failed for good are reported to, or an empty string."""
    destination = (settings.get("DestinationConfig") or {}).get("OnFailure") or {}
    return str(destination.get("Destination") or "")
