"""Whether a policy document may be stored: what IAM answers `MalformedPolicyDocument` to.

moto checks the grammar, with texts recorded from AWS; added here is what it lets through.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.iam.conditions import is_operator

_SERVICE = re.compile(r"^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$")
_SID = re.compile(r"[0-9A-Za-z]*")
_PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_AWS_PRINCIPAL = re.compile(
    r"^(\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|user/.+|role/.+|assumed-role/.+))$"
)
# context keys that the local cloud cannot fill in: a condition on them would not mean anything
_UNKNOWN_KEYS = ("dynamodb:", "aws:principaltag/", "aws:requesttag/", "aws:resourcetag/", "aws:org")


class Malformed(Exception):
    """The document is invalid; the text is IAM's."""


def check_identity_policy(text: str) -> None:
    """Raise Malformed for a policy that a role, user or group cannot have."""
    from moto.iam.exceptions import MalformedPolicyDocument
    from moto.iam.policy_validation import IAMPolicyDocumentValidator

    statements = _statements(text, "Syntax errors in policy.")
    if any("Principal" in s or "NotPrincipal" in s for s in statements):
        raise Malformed("Policy document should not specify a principal.")
    for statement in statements:
        _check_sid(statement)
        _check_operators(statement)
    try:
        IAMPolicyDocumentValidator(text).validate()
    except MalformedPolicyDocument as error:
        raise Malformed(error.message) from None


def check_trust_policy(text: str) -> None:
    """Raise Malformed unless the text is a valid trust policy."""
    from moto.iam.exceptions import MalformedPolicyDocument
    from moto.iam.policy_validation import IAMTrustPolicyDocumentValidator

    statements = _statements(text, "This policy contains invalid Json")
    try:
        IAMTrustPolicyDocumentValidator(text).validate()
    except MalformedPolicyDocument as error:
        raise Malformed(error.message) from None
    for statement in statements:
        _check_principal(statement)


def _statements(text: str, invalid: str) -> list[dict[str, Any]]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed(invalid) from None
    statements = content.get("Statement") if isinstance(content, dict) else None
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not all(isinstance(s, dict) for s in statements):
        raise Malformed("Syntax errors in policy.")
    return statements


def _check_sid(statement: dict[str, Any]) -> None:
    sid = statement.get("Sid", "")
    if isinstance(sid, str) and not _SID.fullmatch(sid):
        raise Malformed(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the "
            f"regular expression {_SID.pattern}"
        )


def _check_operators(statement: dict[str, Any]) -> None:
    block = statement.get("Condition")
    for name, keys in block.items() if isinstance(block, dict) else ():
        # one that compares nothing may have any name
        if keys and not is_operator(name):
            raise Malformed(f"Invalid Condition type : {name}")


def _check_principal(statement: dict[str, Any]) -> None:
    block = statement.get("Principal", statement.get("NotPrincipal"))
    if block is None:
        raise Malformed("Missing required field Principal")
    for kind, name in _names(block):
        valid = {"AWS": _AWS_PRINCIPAL, "Service": _SERVICE}.get(kind)
        if kind not in _PRINCIPAL_KINDS or (valid and not valid.match(name)):
            raise Malformed(f'Invalid principal in policy: "{kind.upper()}":"{name}"')


def _names(block: Any) -> Iterator[tuple[str, str]]:
    if isinstance(block, str):
        yield "AWS", block
        return
    if not isinstance(block, dict) or not block:
        raise Malformed("Syntax errors in policy.")
    for kind, names in block.items():
        for name in names if isinstance(names, list) else [names]:
            yield kind, str(name)


def refuse_unknown_keys(text: str) -> None:
    """Raise NotDoneYet for conditions on keys that the local cloud never fills in."""
    try:
        statements = _statements(text, "")
    except Malformed:
        return
    for statement in statements:
        block = statement.get("Condition")
        for keys in block.values() if isinstance(block, dict) else ():
            for key in keys if isinstance(keys, dict) else ():
                if key.lower().startswith(_UNKNOWN_KEYS):
                    raise NotDoneYet(f"policies with conditions on {key}")
