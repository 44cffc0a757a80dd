"""What API Gateway remembers, in the form in which AWS's API shows it.

A method is what GetMethod answers. moto's own objects lack half of the members, so only its
registry is used (`moto_state.py`).
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
        return str(self.document["id"])


@dataclass(slots=True)
class Keys:
    """API keys and usage plans, which belong to the account, not to an API."""

    keys: dict[str, Document] = field(default_factory=dict)
    plans: dict[str, Document] = field(default_factory=dict)
    # plan id -> ids of the keys in it
    plan_keys: dict[str, list[str]] = field(default_factory=dict)
    # the value of a key -> its id
    values: dict[str, str] = field(default_factory=dict)
    # (plan id, key id) -> day -> requests
    used: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)


_ID_CHARACTERS = string.ascii_lowercase + string.digits


def new_id(length: int = 10) -> str:
    """An identifier of the form that API Gateway gives."""
    return ids.letters("api gateway", _ID_CHARACTERS, length)


def shown(document: Document) -> Document:
    """A copy to hand out, without members that have no value."""
    return {key: copy.deepcopy(value) for key, value in document.items() if value is not None}
