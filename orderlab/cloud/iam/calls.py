"""Calls of IAM: moto answers them, after the checks that it leaves out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.iam import pages
from orderlab.cloud.iam.quotas import check_length
from orderlab.cloud.iam.validation import refuse_unknown_keys
from orderlab.cloud.service_models import known_operations

_NOT_DONE = {
    "PutUserPermissionsBoundary": "permissions boundaries of users",
    "DeleteUserPermissionsBoundary": "permissions boundaries of users",
    "CreateSAMLProvider": "SAML providers",
    "CreateOpenIDConnectProvider": "OpenID Connect providers",
    "CreateLoginProfile": "console passwords",
    "CreateVirtualMFADevice": "MFA devices",
    "EnableMFADevice": "MFA devices",
    "SimulateCustomPolicy": "the policy simulator",
    "SimulatePrincipalPolicy": "the policy simulator",
    "UploadServerCertificate": "server certificates",
}
# lists of what the caller has, where no user is named
_OF_THE_CALLER = {
    "ListAccessKeys": "AccessKeyMetadata",
    "ListMFADevices": "MFADevices",
    "ListSSHPublicKeys": "SSHPublicKeys",
    "ListSigningCertificates": "Certificates",
}
_DOCUMENTS = ("PolicyDocument", "AssumeRolePolicyDocument")


class IamOperations(dict[str, Handler]):
    """Every operation of IAM has the same handler; `refused` names those that it refuses."""

    refused = frozenset(_NOT_DONE)

    def __init__(self, answer: Callable[[Call], Any]) -> None:
        """`answer` performs a call that passed the checks."""
        super().__init__()
        self._perform = answer

    def __contains__(self, operation: object) -> bool:
        return operation in known_operations("iam")

    def get(self, operation: str, default: Any = None) -> Any:
        """The one handler, for an operation that IAM has; the default for any other."""
        return self._answer if operation in self else default

    def _answer(self, call: Call, parameters: Parameters) -> Any:
        if call.operation in _NOT_DONE:
            raise NotDoneYet(_NOT_DONE[call.operation])
        if call.operation == "CreateUser" and parameters.get("PermissionsBoundary"):
            raise NotDoneYet("permissions boundaries of users")
        for name in _DOCUMENTS:
            if name in parameters:
                check_length(name, str(parameters[name]))
                refuse_unknown_keys(str(parameters[name]))
        if not pages.is_paged(call, parameters):
            return self._perform(call)
        named = parameters
        if call.operation in _OF_THE_CALLER and not parameters.get("UserName"):
            if call.principal.kind != "user":
                return {_OF_THE_CALLER[call.operation]: [], "IsTruncated": False}
            named = {**parameters, "UserName": call.principal.arn.rpartition("/")[2]}
        return pages.page(
            call, named, lambda request: self._perform(replace(call, request=request))
        )
