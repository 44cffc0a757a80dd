"""Targets of rules.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet, ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters, Permissions
from orderlab.cloud.events.errors import LimitExceeded, not_valid
from orderlab.cloud.events.model import Rule, Target
from orderlab.cloud.events.registry import Registry
from orderlab.cloud.events.target_input import WAYS, TargetInput
from orderlab.cloud.targets.pages import page
from orderlab.cloud.targets.sender import kind_of

MAX_TARGETS = 5
EVENTS = "events.amazonaws.com"
_ARN = re.compile(r"arn:aws[\w-]*:[\w-]+:[\w-]*:(\d{12}|aws)?:.+", re.ASCII)
_NOT_DONE = {
    "apigateway": "API Gateway as a target of rules",
    "appsync": "AppSync as a target of rules",
    "batch": "Batch as a target of rules",
    "codebuild": "CodeBuild as a target of rules",
    "codepipeline": "CodePipeline as a target of rules",
    "ec2": "EC2 as a target of rules",
    "ecs": "ECS as a target of rules",
    "execute-api": "API Gateway as a target of rules",
    "firehose": "Firehose as a target of rules",
    "inspector": "Inspector as a target of rules",
    "kinesis": "Kinesis as a target of rules",
    "logs": "log groups as targets of rules",
    "redshift": "Redshift as a target of rules",
    "redshift-serverless": "Redshift as a target of rules",
    "sagemaker": "SageMaker as a target of rules",
    "ssm": "Systems Manager as a target of rules",
    "states": "Step Functions as a target of rules",
}


class TargetOperations:
    """The operations about targets."""

    def __init__(self, *, registry: Registry, permissions: Permissions) -> None:
        self._registry = registry
        self._may_assume = permissions.may_assume
        self.handlers: Mapping[str, Handler] = {
            "PutTargets": self.put,
            "RemoveTargets": self.remove,
            "ListTargetsByRule": self.list,
        }

    def put(self, call: Call, given: Parameters) -> dict[str, Any]:
        """Add targets, or replace those of the same ids: all or none."""
        rule = self._rule(call, given)
        made = [self._target(each) for each in given["Targets"]]
        ids = [target.id for target in made]
        if len(set(ids)) < len(ids):
            raise ValidationException("Multiple targets with the same Id are not allowed.")
        if len(rule.targets.keys() | set(ids)) > MAX_TARGETS:
            raise LimitExceeded()
        rule.targets.update({target.id: target for target in made})
        return {"FailedEntryCount": 0, "FailedEntries": []}

    def _rule(self, call: Call, given: Parameters) -> Rule:
        return self._registry.rule(call.region, given.get("EventBusName"), given["Rule"])

    def _target(self, given: dict[str, Any]) -> Target:
        arn, target_id = given["Arn"], given["Id"]
        self._check_arn(arn)
        if kind_of(arn) == "events" and any(given.get(name) is not None for name in WAYS):
            raise ValidationException(
                f"Input, InputPath, and InputTransformer are not supported for target {target_id}: "
                "an event bus gets the event as it is."
            )
        group = (given.get("SqsParameters") or {}).get("MessageGroupId")
        if kind_of(arn) == "sqs" and arn.endswith(".fifo") and not group:
            raise ValidationException(
                f"Parameter(s) SqsParameters must be specified for target: {target_id}."
            )
        role = given.get("RoleArn")
        if role and not self._may_assume(role, EVENTS):
            raise ValidationException(
                f"Provided role '{role}' cannot be assumed by principal '{EVENTS}'."
            )
        dead_letter = (given.get("DeadLetterConfig") or {}).get("Arn")
        if dead_letter is not None:
            _check_dead_letter(dead_letter)
        return Target(given, TargetInput(given))

    def _check_arn(self, arn: str) -> None:
        if not _ARN.fullmatch(arn):
            raise not_valid(arn, "Provided Arn is not in correct format.")
        parts = arn.split(":", 5)
        if parts[2] == "events" and parts[5].startswith("api-destination/"):
            raise NotDoneYet("API destinations of EventBridge")
        if parts[2] in _NOT_DONE:
            raise NotDoneYet(_NOT_DONE[parts[2]])
        if not kind_of(arn):
            raise not_valid(arn, "Provided Arn is not in correct format.")
        if parts[4] != self._registry.account_id:
            raise NotDoneYet("targets in other accounts")

    def remove(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemoveTargets.html"""
        rule = self._rule(call, given)
        for target_id in given["Ids"]:
            rule.targets.pop(target_id, None)
        return {"FailedEntryCount": 0, "FailedEntries": []}

    def list(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTargetsByRule.html"""
        rule = self._rule(call, given)
        return page(
            "Targets",
            [target.given for target in rule.targets.values()],
            given.get("Limit"),
            given.get("NextToken"),
        )


def _check_dead_letter(arn: str) -> None:
    if kind_of(arn) != "sqs":
        raise not_valid("DeadLetterConfig.Arn", "It must be the ARN of an Amazon SQS queue.")
    if arn.endswith(".fifo"):
        raise not_valid("DeadLetterConfig.Arn", "FIFO queues are not supported.")
