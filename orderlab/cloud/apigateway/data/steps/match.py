"""Which method of which resource a request means."""

from __future__ import annotations

from orderlab.cloud.apigateway.data.context import add_resource
from orderlab.cloud.apigateway.data.execution import Execution
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.parts import Parts


def match_resource(_: Parts, execution: Execution) -> None:
    """Find the method; an unknown path or method looks like a missing signature, as on AWS."""
    request = execution.request
    found = request.deployed.routes.find(request.path, request.http.method)
    if found is None:
        raise GatewayFailure("MISSING_AUTHENTICATION_TOKEN")
    execution.method = found.target
    execution.path_parameters = found.path_parameters
    add_resource(execution)
    execution.note(f"HTTP Method: {request.http.method}, Resource Path: {request.path}")
