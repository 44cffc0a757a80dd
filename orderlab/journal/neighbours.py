"""Calls that the very next one writes over, or takes back.

Next to each other they can be told to cancel without knowing what else stands: nothing lies between
them but look-ups.
"""

from __future__ import annotations

from typing import Any

from orderlab.journal.file import Entry
from orderlab.journal.noted import LOOKUPS

# Calls that replace a setting as a whole, and what names the setting.
_OVERWRITES = {
    ("apigateway", "PutIntegration"): ("restApiId", "resourceId", "httpMethod"),
    ("cloudwatch", "PutMetricAlarm"): ("AlarmName",),
    ("iam", "PutRolePolicy"): ("RoleName", "PolicyName"),
    ("iam", "UpdateAssumeRolePolicy"): ("RoleName",),
    ("lambda", "PutFunctionConcurrency"): ("FunctionName",),
    ("lambda", "UpdateEventSourceMapping"): ("UUID",),
    ("lambda", "UpdateFunctionCode"): ("FunctionName",),
    ("lambda", "UpdateFunctionConfiguration"): ("FunctionName",),
    ("logs", "PutRetentionPolicy"): ("logGroupName",),
    ("sns", "SetTopicAttributes"): ("TopicArn", "AttributeName"),
    ("sqs", "SetQueueAttributes"): ("QueueUrl",),
    ("sqs", "TagQueue"): ("QueueUrl",),
}
# Calls that fail where the thing exists, and those that remove it. What names it: parameters of
# both, or a member of the first one's answer that is a parameter of the second.
_UNDONE: dict[tuple[str, str, str], tuple[tuple[str, str], ...]] = {
    ("apigateway", "CreateApiKey", "DeleteApiKey"): ((".id", "apiKey"),),
    ("apigateway", "CreateResource", "DeleteResource"): (
        ("restApiId", "restApiId"),
        (".id", "resourceId"),
    ),
    ("iam", "CreateAccessKey", "DeleteAccessKey"): ((".AccessKey.AccessKeyId", "AccessKeyId"),),
    ("lambda", "AddPermission", "RemovePermission"): (
        ("FunctionName", "FunctionName"),
        ("StatementId", "StatementId"),
        ("Qualifier", "Qualifier"),
    ),
    ("lambda", "CreateAlias", "DeleteAlias"): (
        ("FunctionName", "FunctionName"),
        ("Name", "Name"),
    ),
    ("sqs", "AddPermission", "RemovePermission"): (("QueueUrl", "QueueUrl"), ("Label", "Label")),
}


def cancel_neighbours(entries: list[Entry]) -> list[Entry]:
    """The entries without those that their neighbour makes needless."""
    kept: list[Entry] = []
    # the places of changes in `kept`
    changes: list[int] = []
    for entry in entries:
        last = kept[changes[-1]] if changes else None
        if entry.get("operation") not in LOOKUPS and last is not None:
            if _takes_back(entry, last):
                del kept[changes.pop()]
                continue
            if _writes_over(entry, last):
                del kept[changes.pop()]
        if entry.get("operation") not in LOOKUPS:
            changes.append(len(kept))
        kept.append(entry)
    return kept


def _writes_over(later: Entry, earlier: Entry) -> bool:
    named = _OVERWRITES.get((later.get("service", ""), later.get("operation", "")))
    if named is None or later["operation"] != earlier.get("operation") or _apart(later, earlier):
        return False
    new, old = later["parameters"], earlier["parameters"]
    if any(new.get(name) != old.get(name) for name in named) or old.get("Publish"):
        return False
    # a setting that only the earlier call gave is still in force
    return _covers(new, old)


def _takes_back(later: Entry, earlier: Entry) -> bool:
    key = (
        later.get("service", ""),
        earlier.get("operation", ""),
        later.get("operation", ""),
    )
    named = _UNDONE.get(key)
    return (
        named is not None
        and not _apart(later, earlier)
        and all(_member(earlier, old) == later["parameters"].get(new) for old, new in named)
    )


def _apart(later: Entry, earlier: Entry) -> bool:
    return later.get("service") != earlier.get("service") or later.get("region") != earlier.get(
        "region"
    )


def _member(entry: Entry, name: str) -> Any:
    if not name.startswith("."):
        return entry["parameters"].get(name)
    value: Any = entry["answer"]
    for word in name[1:].split("."):
        value = value.get(word) if isinstance(value, dict) else None
    return value


def _covers(new: object, old: object) -> bool:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return True
    return old.keys() <= new.keys() and all(
        # variables are replaced as a whole
        _covers(new[key], each)
        for key, each in old.items()
        if key != "Environment"
    )
