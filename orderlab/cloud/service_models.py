"""botocore's models of AWS's services: their operations and the shapes of parameters."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=32)
def known_operations(service: str) -> frozenset[str]:
    """The names of a service's operations; none for a service that botocore does not know."""
    model = service_model(service)
    return frozenset(model.operation_names) if model else frozenset()


@lru_cache(maxsize=32)
def service_model(service: str) -> Any:
    """botocore's `ServiceModel` of a service; None if it knows no such service."""
    import botocore.exceptions
    import botocore.loaders
    import botocore.model

    try:
        description = botocore.loaders.create_loader().load_service_model(service, "service-2")
    except (botocore.exceptions.UnknownServiceError, botocore.exceptions.DataNotFoundError):
        return None
    return botocore.model.ServiceModel(description, service)
