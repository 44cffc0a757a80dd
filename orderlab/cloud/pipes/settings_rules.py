"""What CreatePipe and UpdatePipe check, beyond the forms of AWS's model.

https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet, ValidationException
from orderlab.cloud.patterns.event_pattern import InvalidPattern
from orderlab.cloud.pipes.filters import PipeFilter
from orderlab.cloud.targets.sender import kind_of

_SOURCES = {
    "kinesis": "Kinesis streams as sources of pipes",
    "kafka": "Kafka clusters as sources of pipes",
    "mq": "Amazon MQ brokers as sources of pipes",
}
_STREAM, _QUEUE = "DynamoDBStreamParameters", "SqsQueueParameters"
_TARGETS = {
    "sqs": "SqsQueueParameters",
    "lambda": "LambdaFunctionParameters",
    "events": "EventBridgeEventBusParameters",
    "sns": "",
}


def check_settings(settings: Mapping[str, Any], account_id: str) -> None:
    """Raise ValidationException for settings that do not fit, NotDoneYet for what is not done."""
    if settings.get("LogConfiguration"):
        raise NotDoneYet("logs of pipes")
    if settings.get("KmsKeyIdentifier"):
        raise NotDoneYet("keys of KMS for pipes")
    _check_source(str(settings["Source"]), settings.get("SourceParameters") or {})
    _check_enrichment(settings.get("Enrichment") or "")
    _check_target(str(settings["Target"]), settings.get("TargetParameters") or {})
    for name in ("Source", "Target", "Enrichment"):
        arn = settings.get(name)
        if arn and arn.split(":")[4:5] != [account_id]:
            raise NotDoneYet("pipes between accounts")


def _check_source(arn: str, parameters: Mapping[str, Any]) -> None:
    parts = arn.split(":", 5)
    if parts[0] == "smk" or (len(parts) > 2 and parts[2] in _SOURCES):
        raise NotDoneYet(_SOURCES.get(parts[2], _SOURCES["kafka"]))
    if len(parts) == 6 and parts[2] == "sqs":
        _check_names(parameters, _QUEUE, "SourceParameters")
        _check_queue(arn, parameters.get(_QUEUE) or {})
    elif len(parts) == 6 and parts[2] == "dynamodb" and "/stream/" in parts[5]:
        _check_names(parameters, _STREAM, "SourceParameters")
        if not (parameters.get(_STREAM) or {}).get("StartingPosition"):
            raise ValidationException(
                "SourceParameters.DynamoDBStreamParameters.StartingPosition is required for a "
                "DynamoDB stream."
            )
        _check_dead_letter((parameters[_STREAM].get("DeadLetterConfig") or {}).get("Arn"))
    else:
        raise ValidationException(f"The source {arn} is not supported.")
    try:
        criteria = parameters.get("FilterCriteria") or {}
        PipeFilter([each.get("Pattern") or "" for each in criteria.get("Filters") or ()])
    except InvalidPattern as error:
        raise ValidationException(f"Event pattern is not valid. Reason: {error}") from None


def _check_names(parameters: Mapping[str, Any], wanted: str, where: str) -> None:
    """Only the parameters of one kind may be given."""
    for name in parameters:
        if name not in (wanted, "FilterCriteria", "InputTemplate"):
            raise ValidationException(f"{where}.{name} does not fit the given ARN.")


def _check_queue(arn: str, given: Mapping[str, Any]) -> None:
    size, window = given.get("BatchSize", 10), given.get("MaximumBatchingWindowInSeconds", 0)
    if arn.endswith(".fifo"):
        if size > 10:
            raise ValidationException("BatchSize of a FIFO queue must be 10 at most.")
        if window:
            raise ValidationException("A batching window is not supported for FIFO queues.")
    elif size > 10 and not window:
        raise ValidationException(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
            "greater than 10"
        )


def _check_dead_letter(arn: str | None) -> None:
    if arn and kind_of(arn) not in ("sqs", "sns"):
        raise ValidationException("DeadLetterConfig.Arn must name an SQS queue or an SNS topic.")


def _check_enrichment(arn: str) -> None:
    if not arn or kind_of(arn) == "lambda":
        return
    if ":states:" in arn:
        raise NotDoneYet("Step Functions as an enrichment of pipes")
    if ":api-destination/" in arn:
        raise NotDoneYet("API destinations of EventBridge")
    if ":execute-api:" in arn:
        raise NotDoneYet("API Gateway as an enrichment of pipes")
    raise ValidationException(f"The enrichment {arn} is not supported.")


def _check_target(arn: str, parameters: Mapping[str, Any]) -> None:
    kind = kind_of(arn)
    if ":api-destination/" in arn:
        raise NotDoneYet("API destinations of EventBridge")
    if not kind:
        raise NotDoneYet(f"the target {arn} of a pipe")
    _check_names(parameters, _TARGETS[kind], "TargetParameters")
    if kind == "sns" and arn.endswith(".fifo"):
        raise NotDoneYet("FIFO topics as targets of pipes")
    group = (parameters.get("SqsQueueParameters") or {}).get("MessageGroupId")
    if kind == "sqs" and arn.endswith(".fifo") and not group:
        raise ValidationException(
            "TargetParameters.SqsQueueParameters.MessageGroupId is required for a FIFO queue."
        )
    if (parameters.get("EventBridgeEventBusParameters") or {}).get("EndpointId"):
        raise NotDoneYet("global endpoints of EventBridge")
