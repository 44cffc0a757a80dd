"""Parameters of calls of CloudWatch Logs, and tokens that lead to the next page."""

from __future__ import annotations

import re
from typing import Any

from orderlab.cloud.contracts import Call, Parameters
from orderlab.cloud.logs.errors import InvalidParameter, ResourceNotFound, constraint
from orderlab.cloud.logs.moto_seam import Group, LogState, Stream
from orderlab.cloud.logs.store import LogStore

_GROUP_NAME = re.compile(r"[\.\-_/#A-Za-z0-9]{1,512}")
_STREAM_NAME = re.compile(r"[^:*]{1,512}")
_IDENTIFIER = re.compile(r"[\w#+=/:,.@-]*", re.ASCII)
_RESOURCE = re.compile(r"[\w+=/:,.@-]*", re.ASCII)
MAX_EVENTS = 10_000


def text(parameters: Parameters, name: str) -> str:
    """A required text. Raises InvalidParameter."""
    value = parameters.get(name)
    if not isinstance(value, str):
        raise constraint("null", name, "Member must not be null")
    return value


def bounded(parameters: Parameters, name: str, longest: int) -> str:
    """A text of up to `longest` characters; empty if it is missing. Raises InvalidParameter."""
    value = str(parameters.get(name) or "")
    if len(value) > longest:
        raise constraint(
            value[:longest], name, f"Member must have length less than or equal to {longest}"
        )
    return value


def whole(parameters: Parameters, name: str, default: int | None = None) -> int | None:
    """A whole number from 0 on, or the default. Raises InvalidParameter."""
    value = parameters.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise constraint(value, name, "Member must have value greater than or equal to 0")
    return int(value)


def limit(parameters: Parameters, largest: int, default: int, name: str = "limit") -> int:
    """How many a page may have: from 1 to `largest`. Raises InvalidParameter."""
    found = whole(parameters, name, default) or 0
    if found < 1:
        raise constraint(found, name, "Member must have value greater than or equal to 1")
    if found > largest:
        raise constraint(found, name, f"Member must have value less than or equal to {largest}")
    return found


def group_name(parameters: Parameters) -> str:
    """A name of a group, as AWS allows it. Raises InvalidParameter."""
    name = text(parameters, "logGroupName")
    if len(name) > 512:
        raise constraint(
            name[:600], "logGroupName", "Member must have length less than or equal to 512"
        )
    if not _GROUP_NAME.fullmatch(name):
        raise constraint(
            name,
            "logGroupName",
            "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
        )
    return name


def stream_name(parameters: Parameters) -> str:
    """A name of a stream, as AWS allows it. Raises InvalidParameter."""
    name = text(parameters, "logStreamName")
    if not _STREAM_NAME.fullmatch(name):
        raise constraint(
            name, "logStreamName", "Member must satisfy regular expression pattern: [^:*]*"
        )
    return name


def group(store: LogStore, call: Call, parameters: Parameters) -> Group:
    """The group that a call names; for calls that take no ARN."""
    return _readable(store, call, group_name(parameters))


def group_or_arn(store: LogStore, call: Call, parameters: Parameters) -> Group:
    """The group that a call names by `logGroupName`, or by `logGroupIdentifier`, name or ARN."""
    identifier = parameters.get("logGroupIdentifier")
    if identifier is None:
        return group(store, call, parameters)
    if parameters.get("logGroupName") is not None:
        raise InvalidParameter("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
    return identified(store, call, identifier, "logGroupIdentifier")


def identified(store: LogStore, call: Call, identifier: Any, parameter: str) -> Group:
    """The group with a name or an ARN. The ARN must not end with `:*`, as it does in policies.

    Raises InvalidParameter, ResourceNotFound.
    """
    if not isinstance(identifier, str):
        raise constraint("null", parameter, "Member must not be null")
    if not _IDENTIFIER.fullmatch(identifier):
        raise constraint(
            identifier,
            parameter,
            f"Member must satisfy regular expression pattern: {_IDENTIFIER.pattern}",
            shown=False,
        )
    if not identifier.startswith("arn:"):
        return _readable(store, call, identifier)
    parts = identifier.split(":", 6)
    wanted = ["aws", "logs", call.region, call.principal.account_id, "log-group"]
    if len(parts) != 7 or parts[1:6] != wanted:
        raise ResourceNotFound.group()
    return _readable(store, call, parts[6])


def resource(store: LogStore, call: Call, parameters: Parameters) -> Group:
    """The group that `resourceArn` names."""
    arn = text(parameters, "resourceArn")
    if not _RESOURCE.fullmatch(arn):
        raise constraint(
            arn,
            "resourceArn",
            f"Member must satisfy regular expression pattern: {_RESOURCE.pattern}",
        )
    if not arn.startswith("arn:"):
        raise InvalidParameter(f"Invalid ARN: {arn}")
    return identified(store, call, arn, "resourceArn")


def _readable(store: LogStore, call: Call, name: str) -> Group:
    found = state_of(store, call).groups.get(name)
    if found is None:
        raise ResourceNotFound.group()
    store.room.expire(found, store.now_ms())
    return found


def stream(found: Group, name: str) -> Stream:
    """The stream of a group. Raises ResourceNotFound."""
    stream = found.streams.get(name)
    if stream is None:
        raise ResourceNotFound.stream()
    return stream


def state_of(store: LogStore, call: Call) -> LogState:
    """The groups of the Region to which a call is made."""
    return store.state(call.region)


def token(timestamp: int, number: int) -> str:
    """A place in a log: before the event with this time and number."""
    return f"{timestamp:020d}{number:036d}"


def place(given: Any) -> tuple[int, int]:
    """The place that a token stands for."""
    if isinstance(given, str) and len(given) == 56 and given.isdecimal():
        return int(given[:20]), int(given[20:])
    raise InvalidParameter("The specified nextToken is invalid.")
