"""API Gateway in moto's registry: one backend for each account and Region, which holds our state.

Imported when the cloud starts: moto's own module takes a while to load.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import moto.apigateway.urls
from moto.apigateway.models import APIGatewayBackend

from orderlab.cloud.apigateway.model.state import RegionState
from orderlab.cloud.aws_error import NotDoneYet


def _refused(what: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise NotDoneYet(f"API Gateway resources made inside another service ({what})")

    return refuse


class GatewayBackend(APIGatewayBackend):  # type: ignore[misc]
    """One Region. What moto would add by itself, for CloudFormation, is refused."""

    _url_module = moto.apigateway.urls

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.state = RegionState(account_id, region_name)

    create_rest_api = _refused("AWS::ApiGateway::RestApi")
    create_resource = _refused("AWS::ApiGateway::Resource")
    put_method = _refused("AWS::ApiGateway::Method")
    create_deployment = _refused("AWS::ApiGateway::Deployment")
