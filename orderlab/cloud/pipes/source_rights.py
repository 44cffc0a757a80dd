"""Whether a pipe's role may read its source, and whether that is there.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html
"""

from __future__ import annotations

from orderlab.cloud.contracts import Permissions, Principal, Queue
from orderlab.cloud.pipes.pipe import SERVICE, Pipe

QUEUE_ACTIONS = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
STREAM_ACTIONS = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")


def role_of(pipe: Pipe, permissions: Permissions) -> Principal:
    """The principal with which a pipe acts."""
    return permissions.role_principal(pipe.role_arn, pipe.name)


def problem_of_role(pipe: Pipe, permissions: Permissions) -> str | None:
    """Why the pipe cannot assume its role; None if it can."""
    if permissions.may_assume(pipe.role_arn, SERVICE):
        return None
    return f"Unable to assume role {pipe.role_arn}. Ensure that it trusts {SERVICE}."


def problem_of_queue(pipe: Pipe, queue: Queue, permissions: Permissions) -> str | None:
    """Why the queue cannot be read with the pipe's role; None if it can."""
    problem = problem_of_role(pipe, permissions)
    if problem:
        return problem
    role = role_of(pipe, permissions)
    for action in QUEUE_ACTIONS:
        if not permissions.allows(role, f"sqs:{action}", pipe.source, resource_policy=queue.policy):
            return _missing(f"sqs:{action}", pipe)
    return None


def problem_of_stream(pipe: Pipe, permissions: Permissions) -> str | None:
    """Why the stream cannot be read with the pipe's role; None if it can."""
    problem = problem_of_role(pipe, permissions)
    if problem:
        return problem
    role = role_of(pipe, permissions)
    every = pipe.source.rpartition("/")[0] + "/*"
    for action in STREAM_ACTIONS:
        resources = (pipe.source, every) if action == "ListStreams" else (pipe.source,)
        if not any(permissions.allows(role, f"dynamodb:{action}", each) for each in resources):
            return _missing(f"dynamodb:{action}", pipe)
    return None


def _missing(action: str, pipe: Pipe) -> str:
    return (
        f"The pipe's role {pipe.role_arn} is not authorized to perform: {action} on {pipe.source}."
    )
