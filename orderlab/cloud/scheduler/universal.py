"""Universal targets: `arn:aws:scheduler:::aws-sdk:sqs:sendMessage` calls an API of AWS.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
"""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

from orderlab.cloud.aws_error import AwsError, NotDoneYet, ValidationException
from orderlab.cloud.contracts import Call, Dispatch, Functions, Principal
from orderlab.cloud.http import JSON_1_0, Request, Response
from orderlab.cloud.protocols.operations import target_of
from orderlab.cloud.targets.failures import TargetFailure, failure_of

_ARN = re.compile(r"arn:aws[\w-]*:scheduler:::aws-sdk:(\w+):(\w+)", re.ASCII)
# service and API as the ARN writes them, and the same as botocore does
_APIS = {
    ("sqs", "sendMessage"): ("sqs", "SendMessage"),
    ("sqs", "sendMessageBatch"): ("sqs", "SendMessageBatch"),
    ("sns", "publish"): ("sns", "Publish"),
    ("sns", "publishBatch"): ("sns", "PublishBatch"),
    ("eventbridge", "putEvents"): ("events", "PutEvents"),
    ("events", "putEvents"): ("events", "PutEvents"),
    ("lambda", "invoke"): ("lambda", "Invoke"),
    ("dynamodb", "putItem"): ("dynamodb", "PutItem"),
    ("dynamodb", "updateItem"): ("dynamodb", "UpdateItem"),
    ("dynamodb", "deleteItem"): ("dynamodb", "DeleteItem"),
}


def universal_api(arn: str) -> tuple[str, str]:
    """The service and the operation of a universal target.

    Raises ValidationException if the ARN is none, NotDoneYet for an API that is not done.
    """
    match = _ARN.fullmatch(arn)
    if match is None:
        raise ValidationException("Provided Arn is not in correct format.")
    found = _APIS.get((match[1], match[2]))
    if found is None:
        raise NotDoneYet(f"{match[1]}:{match[2]} as a universal target of schedules")
    return found


class UniversalTargets:
    """Calls APIs in the name of a schedule's role. Raises TargetFailure if a call fails."""

    def __init__(self, *, dispatch: Dispatch, functions: Functions) -> None:
        self._dispatch = dispatch
        self._functions = functions

    async def call(self, arn: str, text: str, principal: Principal, region: str) -> None:
        """Make a call of the AWS API with the schedule's role. Raises TargetFailure."""
        service, operation = universal_api(arn)
        try:
            parameters = json.loads(text)
        except (ValueError, RecursionError):
            raise TargetFailure("INVALID_JSON", "The Input is not JSON.", retry=False) from None
        try:
            if service == "lambda":
                await self._invoke(parameters, principal)
            else:
                await self._perform(service, operation, parameters, principal, region)
        except AwsError as error:
            raise failure_of(error) from error

    async def _invoke(self, parameters: dict[str, Any], principal: Principal) -> None:
        payload = parameters.get("Payload", "{}")
        body = payload if isinstance(payload, str) else json.dumps(payload)
        kind = parameters.get("InvocationType", "RequestResponse")
        answer = await self._functions.invoke(
            str(parameters.get("FunctionName", "")),
            body.encode(),
            principal=principal,
            qualifier=parameters.get("Qualifier"),
            invocation_type="Event" if kind == "Event" else "RequestResponse",
        )
        if answer.function_error:
            raise TargetFailure(
                "ERROR_FROM_TARGET", "The function has failed.", retry=True,
                cause="Lambda.AWSLambdaException",
            )  # fmt: skip

    async def _perform(
        self,
        service: str,
        operation: str,
        parameters: dict[str, Any],
        principal: Principal,
        region: str,
    ) -> None:
        body = json.dumps(parameters).encode()
        headers = {"content-type": JSON_1_0}
        if service != "sns":
            headers["x-amz-target"] = target_of(service, operation)
        request = Request("POST", "/", "", headers, body)
        call = Call(service, operation, region, principal, request, str(uuid.uuid4()))
        protocol = "query" if service == "sns" else "json"
        result = await self._dispatch.perform(call, parameters, protocol)
        if isinstance(result, Response) and result.status >= 400:
            raise AwsError("The call has failed.", status=result.status)
        _check_entries(result)


def _check_entries(result: Any) -> None:
    """PutEvents and the batch calls answer well although entries have failed."""
    if isinstance(result, Response):
        return
    for entry in result.get("Failed") or result.get("Entries") or ():
        code = entry.get("Code") or entry.get("ErrorCode")
        if code:
            raise AwsError(str(entry.get("Message") or entry.get("ErrorMessage")), code=str(code))
