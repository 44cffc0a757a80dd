"""Second step: which method of which resource is meant?"""

from __future__ import annotations

from orderlab.cloud.apigateway.data.context import add_resource
from orderlab.cloud.apigateway.data.execution import Invocation
from orderlab.cloud.apigateway.data.failures import GatewayFailure


def match_resource(invocation: Invocation) -> None:
    """Find the method; an unknown path or method looks like a missing signature, as on AWS."""
    found = invocation.deployed.routes.find(invocation.path, invocation.request.method)
    if found is None:
        raise GatewayFailure("MISSING_AUTHENTICATION_TOKEN")
    invocation.method = found.target
    invocation.path_parameters = found.path_parameters
    add_resource(invocation)
    invocation.note(f"HTTP Method: {invocation.request.method}, Resource Path: {invocation.path}")
