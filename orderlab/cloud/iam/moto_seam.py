"""moto's IAM with what it leaves out: AWS's managed policies on demand, and AWS's error texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any

import moto.iam.urls
from moto.iam.exceptions import (
    DeleteConflictException,
    MalformedPolicyDocument,
    NotFoundException,
)
from moto.iam.models import AWSManagedPolicy, IAMBackend

from orderlab.cloud.iam import quotas
from orderlab.cloud.iam.managed_policies import (
    PREFIX,
    described,
    managed_policy,
    paths,
)
from orderlab.cloud.iam.validation import (
    Malformed,
    check_identity_policy,
    check_trust_policy,
)


class IdentityState(IAMBackend):  # type: ignore[misc]
    """Roles, users, groups and policies."""

    _url_module = moto.iam.urls
    managed_policies: Any
    aws_managed_policies: Any

    def load(self, policy_arn: str) -> None:
        """Make an AWS-managed policy known, if it is one."""
        if policy_arn in self.managed_policies:
            return
        found = managed_policy(policy_arn)
        if found is not None:
            self._add(*found)

    def _add(self, name: str, description: dict[str, Any]) -> None:
        policy = self._of_aws(name, description)
        if policy.arn not in self.managed_policies:
            self.aws_managed_policies.append(policy)
            self.managed_policies[policy.arn] = policy

    def _of_aws(self, name: str, description: dict[str, Any]) -> Any:
        return AWSManagedPolicy.from_data(name, self.account_id, self.region_name, description)

    # --- policies ---

    def attach_role_policy(self, policy_arn: str, role_name: str) -> None:
        """Attach a managed policy. Raises ValidationError or LimitExceeded; nothing if it is
        attached."""
        if self._may_attach("role", policy_arn, self.get_role(role_name)):
            super().attach_role_policy(policy_arn, role_name)

    def attach_user_policy(self, policy_arn: str, user_name: str) -> None:
        """As for a role."""
        if self._may_attach("user", policy_arn, self.get_user(user_name)):
            super().attach_user_policy(policy_arn, user_name)

    def attach_group_policy(self, policy_arn: str, group_name: str) -> None:
        """As for a role."""
        if self._may_attach("group", policy_arn, self.get_group(group_name)):
            super().attach_group_policy(policy_arn, group_name)

    def _may_attach(self, kind: str, policy_arn: str, owner: Any) -> bool:
        """Whether the policy is not attached yet. Raises ValidationError, LimitExceeded."""
        if policy_arn.count(":") < 5 or not policy_arn.startswith("arn:"):
            raise quotas.ValidationError("Invalid ARN:  Could not be parsed!")
        self.load(policy_arn)
        if policy_arn in owner.managed_policies:
            return False
        if policy_arn in self.managed_policies:
            quotas.check_attached(kind, len(owner.managed_policies))
        return True

    def get_policy(self, policy_arn: str) -> Any:
        """A managed policy, AWS's own included. Raises NoSuchEntity."""
        self.load(policy_arn)
        if policy_arn not in self.managed_policies:
            raise NotFoundException(f"Policy {policy_arn} was not found.")
        return self.managed_policies[policy_arn]

    def list_policies(
        self, marker: str | None, max_items: int, only_attached: bool, path_prefix: str, scope: str
    ) -> tuple[Iterable[Any], str | None]:
        """The managed policies, AWS's own included, with the marker of the next page.

        Of AWS's own only those are made that the page shows: there are more than a thousand.
        """
        if scope == "Local" or only_attached:
            result: tuple[Iterable[Any], str | None] = super().list_policies(
                marker, max_items, only_attached, path_prefix, scope
            )
            return result
        found: list[tuple[str, Any]] = [
            (policy.name, policy)
            for policy in self.managed_policies.values()
            if policy.path.startswith(path_prefix)
            and (scope != "AWS" or isinstance(policy, AWSManagedPolicy))
        ]
        found += [
            (name, None)
            for name, path in paths().items()
            if path.startswith(path_prefix)
            and f"{PREFIX[:-1]}{path}{name}" not in self.managed_policies
        ]
        found.sort(key=itemgetter(0))
        first = int(marker) if marker else 0
        page = found[first : first + max_items]
        following = first + max_items
        return (
            [policy or self._of_aws(name, described(name)) for name, policy in page],
            str(following) if following < len(found) else None,
        )

    def get_account_authorization_details(self, policy_filter: list[str]) -> Any:
        """All of IAM; moto's policies lack the names under which they are looked for here."""
        for policy in self.managed_policies.values():
            policy.policy_name, policy.policy_id = policy.name, policy.id
        return super().get_account_authorization_details(policy_filter)

    def delete_policy(self, policy_arn: str) -> None:
        """Delete a policy. Raises DeleteConflict if it is attached or a boundary, NoSuchEntity if
        it is AWS's own."""
        policy = self.get_policy(policy_arn)
        bounds = any(role.permissions_boundary_arn == policy_arn for role in self.roles.values())
        if policy.attachment_count or bounds:
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        if policy_arn.startswith(PREFIX):
            raise NotFoundException(f"Policy {policy_arn} is not deletable.")
        super().delete_policy(policy_arn)

    # --- documents ---

    def create_policy(
        self, description: str, path: str, policy_document: str, *args: Any, **kwargs: Any
    ) -> Any:
        """Make a policy. Raises MalformedPolicyDocument, or LimitExceeded if it is too long."""
        _checked(check_identity_policy, policy_document, quotas.check_managed)
        return super().create_policy(description, path, policy_document, *args, **kwargs)

    def create_policy_version(
        self, policy_arn: str, policy_document: str, set_as_default: bool
    ) -> Any:
        """Add a version to a policy, with the same checks as for a new one."""
        _checked(check_identity_policy, policy_document, quotas.check_managed)
        return super().create_policy_version(policy_arn, policy_document, set_as_default)

    def put_role_policy(self, role_name: str, policy_name: str, policy_json: str) -> None:
        """Give a role an inline policy. Raises MalformedPolicyDocument, LimitExceeded."""
        inline = {**self.get_role(role_name).policies, policy_name: policy_json}
        quotas.check_inline("role", role_name, inline.values())
        _checked(check_identity_policy, policy_json)
        super().put_role_policy(role_name, policy_name, policy_json)

    def put_user_policy(self, user_name: str, policy_name: str, policy_json: str) -> None:
        """Give a user an inline policy, as a role."""
        inline = {**self.get_user(user_name).policies, policy_name: policy_json}
        quotas.check_inline("user", user_name, inline.values())
        _checked(check_identity_policy, policy_json)
        super().put_user_policy(user_name, policy_name, policy_json)

    def put_group_policy(self, group_name: str, policy_name: str, policy_json: str) -> None:
        """Give a group an inline policy, as a role."""
        inline = {**self.get_group(group_name).policies, policy_name: policy_json}
        quotas.check_inline("group", group_name, inline.values())
        _checked(check_identity_policy, policy_json)
        super().put_group_policy(group_name, policy_name, policy_json)

    def create_role(
        self,
        role_name: str,
        assume_role_policy_document: str,
        path: str,
        permissions_boundary: str | None,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Make a role. Raises MalformedPolicyDocument for its trust policy, LimitExceeded, or
        NoSuchEntity for a boundary that is no policy."""
        _checked(check_trust_policy, assume_role_policy_document, quotas.check_trust)
        self._may_bound(permissions_boundary)
        return super().create_role(
            role_name, assume_role_policy_document, path, permissions_boundary, *args, **kwargs
        )

    def put_role_permissions_boundary(self, role_name: str, permissions_boundary: str) -> None:
        """Bound a role. Raises NoSuchEntity for a role or a policy that is missing."""
        self.get_role(role_name)
        self._may_bound(permissions_boundary)
        super().put_role_permissions_boundary(role_name, permissions_boundary)

    def _may_bound(self, policy_arn: str | None) -> None:
        if not policy_arn or not self.policy_arn_regex.match(policy_arn):
            return  # moto says what is wrong with it
        self.load(policy_arn)
        if policy_arn not in self.managed_policies:
            raise NotFoundException(f"Scope ARN: {policy_arn} does not exist or is not attachable.")

    def update_assume_role_policy(self, role_name: str, policy_document: str) -> None:
        """Replace a role's trust policy, with the same checks as for a new role."""
        self.get_role(role_name)
        _checked(check_trust_policy, policy_document, quotas.check_trust)
        super().update_assume_role_policy(role_name, policy_document)

    # --- roles ---

    def get_role(self, role_name: str) -> Any:
        """The role of that name. Raises NoSuchEntity."""
        for role in self.roles.values():
            if role.name == role_name:
                return role
        raise NotFoundException(f"The role with name {role_name} cannot be found.")

    def get_role_policy(self, role_name: str, policy_name: str) -> tuple[str, str]:
        """Name and text of an inline policy. Raises NoSuchEntity."""
        found = self.get_role(role_name).policies.get(policy_name)
        if found is None:
            raise NotFoundException(f"The role policy with name {policy_name} cannot be found.")
        return policy_name, found

    def delete_role_policy(self, role_name: str, policy_name: str) -> None:
        """Delete an inline policy. Raises NoSuchEntity."""
        self.get_role_policy(role_name, policy_name)
        super().delete_role_policy(role_name, policy_name)


def _checked(check: Any, document: str, quota: Callable[[str], None] | None = None) -> None:
    if quota is not None:
        # first, since checking takes the longer the larger the document is
        quota(document)
    try:
        check(document)
    except Malformed as error:
        raise MalformedPolicyDocument(str(error)) from None
