"""Roles, users and their policies: moto's state of IAM, read for decisions.

The only file that knows what moto's IAM looks like inside; `tests/cloud/test_moto_seams.py` says
what it relies on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orderlab.cloud import moto_backends
from orderlab.cloud.contracts import Credentials, Principal
from orderlab.cloud.iam.documents import Document, read_document

# session names are the caller's choice: what is kept for them has a bound
_KEPT_CALLERS = 1000


class Identities:
    """What IAM holds in one account."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._documents: dict[str, tuple[Document, ...]] = {}
        self._boundaries: dict[str, Document | None] = {}

    @property
    def _backend(self) -> Any:
        return moto_backends.backend("iam", self._account_id, "aws")

    def changed(self) -> None:
        """Forget what was read; called after every call that changes IAM."""
        self._documents.clear()
        self._boundaries.clear()

    def documents(self, principal: Principal) -> tuple[Document, ...]:
        """The policies of a role or user, managed and inline, those of its groups included."""
        found = self._documents.get(principal.arn)
        if found is None:
            if len(self._documents) >= _KEPT_CALLERS:
                self._documents.clear()
            found = tuple(read_document(text) for text in self._policies(principal))
            self._documents[principal.arn] = found
        return found

    def boundary(self, principal: Principal) -> Document | None:
        """The permissions boundary of a role; None if it has none. Without its policy it grants
        nothing."""
        if principal.kind != "role":
            return None
        if principal.arn not in self._boundaries:
            if len(self._boundaries) >= _KEPT_CALLERS:
                self._boundaries.clear()
            arn = self.boundary_arn(principal.role_name or "")
            self._boundaries[principal.arn] = self._of_policy(arn) if arn else None
        return self._boundaries[principal.arn]

    def boundary_arn(self, role_name: str) -> str:
        """The ARN of the policy that bounds a role; empty if none does."""
        role = self.role(role_name)
        return str(role.permissions_boundary_arn or "") if role else ""

    def _of_policy(self, arn: str) -> Document:
        policy = self._backend.managed_policies.get(arn)
        return read_document(_text(policy) if policy else None)

    def policy_arn(self, name: str) -> str:
        """The ARN of a customer's policy of that name, with its path; empty if there is none."""
        found = (arn for arn in self._backend.managed_policies if arn.rpartition("/")[2] == name)
        return next(found, "")

    def _policies(self, principal: Principal) -> Iterator[str]:
        if principal.kind == "role":
            owner = self.role(principal.role_name or "")
            yield from _texts(owner) if owner else ()
        elif principal.kind == "user":
            owner = self.user(principal.arn)
            if owner:
                yield from _texts(owner)
                for group in self._backend.get_groups_for_user(owner.name):
                    yield from _texts(group)

    def role(self, name: str) -> Any | None:
        """moto's role of that name; None if there is none."""
        return next((role for role in self._backend.roles.values() if role.name == name), None)

    def role_of_arn(self, arn: str) -> Any | None:
        """The role of an ARN; its path has to be right."""
        return next((role for role in self._backend.roles.values() if role.arn == arn), None)

    def user(self, arn: str) -> Any | None:
        """moto's user with that ARN; None if there is none."""
        return next((user for user in self._backend.users.values() if user.arn == arn), None)

    def user_credentials(self, access_key_id: str) -> Credentials | None:
        """The keys that CreateAccessKey made, as long as they are active."""
        key = self._backend.access_keys.get(access_key_id)
        if key is None or key.user_name is None or key.status != "Active":
            return None
        user = self._backend.users.get(key.user_name)
        if user is None:
            return None
        principal = Principal("user", user.arn, self._account_id)
        return Credentials(access_key_id, key.secret_access_key, None, principal)


def _texts(owner: Any) -> Iterator[str]:
    yield from owner.policies.values()
    yield from map(_text, owner.managed_policies.values())


def _text(policy: Any) -> str:
    """What the default version of a managed policy says."""
    for version in policy.versions:
        if version.version_id == policy.default_version_id:
            return str(version.document)
    return ""
