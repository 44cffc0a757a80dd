"""Where the state of each Region is found: in moto's registry, under our own class."""

from __future__ import annotations

from collections.abc import Iterator

from orderlab.cloud import moto_backends
from orderlab.cloud.apigateway.model.state import RegionState, RestApi


def register() -> None:
    """Let moto make our backends of API Gateway from now on; those that it has are dropped."""
    # loaded when the cloud starts, and not when it is made: moto's module takes a while
    from orderlab.cloud.apigateway.model.moto_seam import GatewayBackend

    moto_backends.replace_backend("apigateway", GatewayBackend)


def region_state(account_id: str, region: str) -> RegionState:
    """The state of one account in one Region, made if it is missing."""
    state: RegionState = moto_backends.backend("apigateway", account_id, region).state
    return state


class ApiFinder:
    """Finds an API by its id in any Region: a request to an API does not name its Region."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._regions: dict[str, RegionState] = {}

    def find(self, api_id: str) -> tuple[RegionState, RestApi] | None:
        """The API, and the Region that it is in; None if there is no such API."""
        known = self._regions.get(api_id)
        if known is None or api_id not in known.rest_apis:
            known = next((each for each in self._states() if api_id in each.rest_apis), None)
            if known is None:
                return None
            self._regions[api_id] = known
        return known, known.rest_apis[api_id]

    def _states(self) -> Iterator[RegionState]:
        """Every Region that was used so far."""
        for backend in moto_backends.backends_in_use("apigateway", self._account_id):
            yield backend.state
