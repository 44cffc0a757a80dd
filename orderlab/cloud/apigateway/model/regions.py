"""The state of one Region, put into moto's registry when it is first needed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from orderlab.cloud import moto_backends

if TYPE_CHECKING:
    from orderlab.cloud.apigateway.model.moto_seam import GatewayBackend


@cache
def _load() -> None:
    from orderlab.cloud.apigateway.model.moto_seam import GatewayBackend

    moto_backends.replace_backend("apigateway", GatewayBackend)


def state_is_loaded() -> bool:
    """Whether any call of the control plane has been made."""
    return _load.cache_info().currsize > 0


def region_state(account_id: str, region: str) -> GatewayBackend:
    _load()
    backend: GatewayBackend = moto_backends.backend("apigateway", account_id, region)
    return backend
