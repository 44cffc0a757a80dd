"""What API Gateway remembers, in the form in which AWS's API shows it.

A method is what GetMethod answers. moto's own objects lack half of the members, so only moto's
registry is used (`moto_seam.py`).
"""

from __future__ import annotations

import copy
import string
from dataclasses import dataclass, field
from typing import Any

from orderlab.cloud import ids
from orderlab.cloud.apigateway.model.deployed import DeployedApi

Document = dict[str, Any]


@dataclass(slots=True)
class RestApi:
    """One API and all that is in it; `deployed` holds what each deployment froze."""

    document: Document
    resources: dict[str, Document] = field(default_factory=dict)
    models: dict[str, Document] = field(default_factory=dict)
    validators: dict[str, Document] = field(default_factory=dict)
    authorizers: dict[str, Document] = field(default_factory=dict)
    gateway_responses: dict[str, Document] = field(default_factory=dict)
    deployments: dict[str, Document] = field(default_factory=dict)
    stages: dict[str, Document] = field(default_factory=dict)
    deployed: dict[str, DeployedApi] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The API's id, such as `a1b2c3d4e5`."""
        return str(self.document["id"])


@dataclass(slots=True)
class ApiAccess:
    """API keys and usage plans, which belong to the account and Region, not to an API.

    `plan_keys` holds the ids of the keys in each plan, `values` the id of each key by its value,
    and `used` the requests a day (`2026-11-22`) by plan id and key id.
    """

    keys: dict[str, Document] = field(default_factory=dict)
    plans: dict[str, Document] = field(default_factory=dict)
    plan_keys: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    used: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)


def _account_settings() -> Document:
    return {
        "throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0},
        "features": ["UsagePlans"],
        "apiKeyVersion": "4",
    }


@dataclass(slots=True)
class RegionState:
    """The APIs of one account in one Region. `settings` is what GetAccount answers."""

    account_id: str
    region_name: str
    rest_apis: dict[str, RestApi] = field(default_factory=dict)
    access: ApiAccess = field(default_factory=ApiAccess)
    settings: Document = field(default_factory=_account_settings)


_ID_CHARACTERS = string.ascii_lowercase + string.digits


def new_id(length: int = 10) -> str:
    """An identifier of the form that API Gateway gives."""
    return ids.letters("api gateway", _ID_CHARACTERS, length)


def shown(document: Document) -> Document:
    """A copy to hand out, without members that have no value."""
    return {key: copy.deepcopy(value) for key, value in document.items() if value is not None}
