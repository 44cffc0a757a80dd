"""Which of our subclasses stands in for which moto backend.

The only file that touches moto's registries: a moto release that moves them breaks here and in
`tests/cloud/test_moto_seams.py`, and nowhere else.
"""

from __future__ import annotations

import os
from typing import Any

from orderlab.cloud import slow_imports


def prepare_environment() -> None:
    """Set what moto reads from the environment when it is imported; call before any moto import."""
    slow_imports.put_off()
    os.environ["MOTO_ALLOW_NONEXISTENT_REGION"] = "false"
    # moto signs nothing and must never fall back to the user's own account
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "local")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "local")
    _track_no_instances()


def _track_no_instances() -> None:
    """Let what is deleted leave the memory: moto lists every object that it has ever made, tables
    and packages of functions too, so that a reset finds them. Nobody resets a cloud."""
    from moto.core.common_models import BaseModel

    def make(kind: type[Any], *_: Any, **__: Any) -> Any:
        return object.__new__(kind)

    BaseModel.__new__ = staticmethod(make)


def replace_backend(service: str, backend_class: type[Any]) -> None:
    """Let moto make `backend_class` where it made its own backend of `service` (moto's name).

    Must be called before the service is used for the first time. A subclass outside moto's
    package needs `_url_module = moto.SERVICE.urls`, since moto derives its routes from it.
    """
    from moto.backends import get_backend

    kept = get_backend(service)
    # a second cloud in one process, as tests start them, must not find the state of the first
    kept.clear()
    kept.backend = backend_class


def backend(service: str, account_id: str, region: str) -> Any:
    """moto's state of a service in one account and Region (`global` or `aws` for IAM and STS)."""
    from moto.backends import get_backend

    return get_backend(service)[account_id][region]


def replace_function_backend(backend_class: type[Any]) -> None:
    """As `replace_backend`, for Lambda, which moto keeps in two places, and without Docker."""
    import moto.awslambda.models as docker_models
    import moto.awslambda_simple.models as simple_models
    from moto.core.config import default_user_config

    default_user_config["lambda"] = {"use_docker": False}
    docker_models.lambda_backends.backend = backend_class
    # one state for both of moto's names: its callers look it up at call time
    simple_models.lambda_simple_backends = docker_models.lambda_backends


def backends_in_use(service: str, account_id: str) -> list[Any]:
    """moto's state of a service in every Region of an account that was used so far."""
    from moto.backends import get_backend

    return list(get_backend(service)[account_id].values())
