"""Trust policies: who may assume a role.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orderlab.cloud.contracts import Principal
from orderlab.cloud.iam.conditions import Context
from orderlab.cloud.iam.documents import Document, read_document
from orderlab.cloud.iam.evaluation import Decision, Question, by_resource


def trusts(role: Any, caller: Principal, context: Context, *, any_source: bool = False) -> bool:
    """Whether a role's trust policy lets the caller in.

    `any_source` leaves out conditions on the resource that a service calls for, where that is
    not known yet.
    """
    document = read_document(role.assume_role_policy_document)
    if any_source:
        document = _without_source(document)
    question = Question(caller, "sts:AssumeRole", role.arn, context)
    return by_resource(document, question).decision is Decision.ALLOW


def _without_source(document: Document) -> Document:
    sources = ("aws:sourcearn", "aws:sourceaccount")
    return Document(
        tuple(
            replace(s, conditions=tuple(c for c in s.conditions if c.key not in sources))
            for s in document.statements
        )
    )
