"""The decision: explicit deny, allow, or neither.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

Differs from AWS: one account; no session policies or organisation policies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from orderlab.cloud.contracts import Principal
from orderlab.cloud.iam.conditions import Context
from orderlab.cloud.iam.documents import Document, Principals, Statement


class Decision(Enum):
    """What policies say to a question; an explicit deny wins over any allow."""

    ALLOW = "allow"
    DENY = "explicit deny"
    NOTHING = "no statement applies"
    # by a permissions boundary: what the caller's own policies say does not count
    BOUNDARY_DENY = "explicit deny in the permissions boundary"
    BEYOND = "allowed, and beyond the permissions boundary"
    NOTHING_BEYOND = "no statement applies, and beyond the permissions boundary"


@dataclass(frozen=True, slots=True)
class Question:
    """May `principal` do `action` to `resource`? `context` holds the keys for conditions."""

    principal: Principal
    action: str
    resource: str
    context: Context

    def lookup(self, key: str) -> str | None:
        """The value of a context key; None if there is none, or several."""
        found = self.context.get(key)
        return found if isinstance(found, str) else None


@dataclass(frozen=True, slots=True)
class Answer:
    """`fixed`: the same question will have the same answer as long as the policies stand."""

    decision: Decision
    fixed: bool = True


def by_identity(documents: Iterable[Document], question: Question) -> Answer:
    """What the caller's own policies say."""
    statements = (s for document in documents for s in document.statements)
    return _decide((s for s in statements if _covers(s, question)), question)


def within(boundary: Document | None, answer: Answer, question: Question) -> Answer:
    """What is left of an answer of the caller's own policies within a permissions boundary.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    if boundary is None or answer.decision is Decision.DENY:
        return answer
    limit = by_identity([boundary], question)
    fixed = answer.fixed and limit.fixed
    if limit.decision is Decision.DENY:
        return Answer(Decision.BOUNDARY_DENY, fixed)
    if limit.decision is Decision.ALLOW:
        return Answer(answer.decision, fixed)
    allowed = answer.decision is Decision.ALLOW
    return Answer(Decision.BEYOND if allowed else Decision.NOTHING_BEYOND, fixed)


def by_resource(document: Document, question: Question) -> Answer:
    """What the policy of the resource says about this caller."""
    about = (
        statement
        for statement in document.statements
        if _covers(statement, question) and _names(statement, question.principal)
    )
    return _decide(about, question)


def _decide(statements: Iterable[Statement], question: Question) -> Answer:
    decision, fixed = Decision.NOTHING, True
    for statement in statements:
        fixed = fixed and statement.fixed
        if not all(condition.holds(question.context) for condition in statement.conditions):
            continue
        if not statement.allow:
            return Answer(Decision.DENY, fixed)
        decision = Decision.ALLOW
    return Answer(decision, fixed)


def _covers(statement: Statement, question: Question) -> bool:
    action = statement.actions.match(question.action, question.lookup)
    if action == statement.not_actions:
        return False
    resource = statement.resources.match(question.resource, question.lookup)
    return resource != statement.not_resources


def _names(statement: Statement, principal: Principal) -> bool:
    """Whether a statement of a resource policy is about this caller."""
    named = statement.principals
    if named is None:
        return False
    # for a grant, the account's root stands for the account, which then decides by identity
    # policies; a refusal of the account is a refusal of everyone in it
    include_account = principal.kind == "account" or statement.allow == named.negated
    found = _is_named(named, principal, include_account)
    return found != named.negated


def _is_named(named: Principals, principal: Principal, include_account: bool) -> bool:
    for kind, name in named.names:
        if name == "*" and kind in ("AWS", "*"):
            return True
        if kind == "Service" and principal.kind == "service" and name in (principal.arn, "*"):
            return True
        if kind == "AWS" and principal.kind != "service":
            if include_account and name in account_names(principal.account_id):
                return True
            if name == principal.arn or is_role_of(name, principal):
                return True
    return False


def account_names(account_id: str) -> tuple[str, str]:
    """The two names under which policies know an account: its id, and the ARN of its root."""
    return account_id, f"arn:aws:iam::{account_id}:root"


def is_role_of(name: str, principal: Principal) -> bool:
    """Whether an ARN is that of the session's role; a session's own ARN has no path."""
    if principal.kind != "role":
        return False
    head, _, role = name.rpartition("/")
    return role == principal.role_name and f"{head}/".startswith(
        f"arn:aws:iam::{principal.account_id}:role/"
    )
