"""The permissions boundary of a learner's roles: the most that any of them can do, whatever its
policies say.

A cell that gives a function `dynamodb:*` on `*` gives it the learner's tables. Whoever may make
roles only with this boundary can't give a function more than that.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.lacking import lacks
from orderlab.aws_target.marks import Marks

NAME = "boundary"
# by service: the resources of the learner that roles may use
_OWN = {
    "dynamodb": ("table/{prefix}*",),
    "dax": ("cache/{prefix}*", "cache/{short}*"),
    "events": ("event-bus/{prefix}*", "event-bus/default"),
    "lambda": ("function:{prefix}*", "function:{short}*", "layer:{prefix}*"),
    "sns": ("{prefix}*",),
    "sqs": ("{prefix}*", "{short}*"),
}
# what AWS lets nobody narrow to a name, or what an API's logs need
_EVERYWHERE = (
    "cloudwatch:PutMetricData", "dynamodb:ListStreams", "logs:CreateLogGroup",
    "logs:CreateLogStream", "logs:Describe*", "logs:FilterLogEvents", "logs:GetLogEvents",
    "logs:PutLogEvents", "xray:GetSampling*", "xray:PutTelemetryRecords", "xray:PutTraceSegments",
)  # fmt: skip


class Boundary:
    """The boundary of one learner in one account; the Regions share it.

    `client` gives clients that change no request.
    """

    def __init__(self, marks: Marks, client: Callable[[str], Any], account_id: str) -> None:
        self._marks = marks
        self._client = client
        self._account_id = account_id
        self.name = marks.name(NAME)
        self.arn = f"arn:aws:iam::{account_id}:policy{marks.role_path}{self.name}"

    def document(self) -> dict[str, Any]:
        """The policy: data of the learner's resources, logs and traces; nothing of IAM."""
        # a name that would be too long is shortened
        names = {"prefix": self._marks.prefix, "short": self._marks.shortened}
        own = [
            f"arn:aws:{service}:*:{self._account_id}:{each.format(**names)}"
            for service, several in _OWN.items()
            for each in several
        ]
        buckets = f"arn:aws:s3:::{self._marks.prefix}*"
        return {
            "Version": "2012-10-17",
            "Statement": [
                _allow("OwnResources", [f"{service}:*" for service in _OWN], own),
                _allow("OwnBuckets", ["s3:*"], [buckets]),
                _allow("LogsAndTraces", list(_EVERYWHERE), ["*"]),
            ],
        }

    def ensure(self) -> str:
        """Make the policy unless it stands, also one that an administrator has made; its ARN.

        Empty where a server keeps no policies.
        """
        iam = self._client("iam")
        try:
            iam.get_policy(PolicyArn=self.arn)
        except iam.exceptions.NoSuchEntityException:
            self._make(iam)
        except ClientError as error:
            if not lacks(error):
                raise
            return ""
        return self.arn

    def _make(self, iam: Any) -> None:
        try:
            iam.create_policy(
                PolicyName=self.name,
                Path=self._marks.role_path,
                PolicyDocument=json.dumps(self.document()),
                Description="The most that roles of orderlab's course may do",
                Tags=[{"Key": key, "Value": value} for key, value in self._marks.owner.items()],
            )
        except iam.exceptions.EntityAlreadyExistsException:
            return  # another notebook was quicker
        # IAM tells all its servers within seconds; a role with a boundary that one of them doesn't
        # know yet would be refused
        iam.get_waiter("policy_exists").wait(PolicyArn=self.arn)


def _allow(sid: str, actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
