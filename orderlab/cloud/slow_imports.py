"""Imports that cost a second and give nothing that the cloud uses.

moto's API Gateway imports a validator of OpenAPI documents with all of pydantic, for the import of
whole APIs alone; jsonschema compiles a grammar of IRIs, for a format that no order has. Both are
put off until somebody asks for them, or left out.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


def put_off() -> None:
    """Call before moto or jsonschema is imported."""
    # jsonschema takes an import that fails as "not installed", and checks that format no further
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    if "openapi_spec_validator" not in sys.modules:
        sys.modules["openapi_spec_validator"] = _validator()
        sys.modules["openapi_spec_validator.validation"] = ModuleType("validation")
        exceptions: Any = ModuleType("exceptions")
        exceptions.OpenAPIValidationError = InvalidDocument
        sys.modules["openapi_spec_validator.validation.exceptions"] = exceptions


class InvalidDocument(Exception):
    """Stands in for the validator's own error."""


def _validator() -> Any:
    module: Any = ModuleType("openapi_spec_validator")
    module.validate = _validate
    module.__path__ = []
    return module


def _validate(document: dict[str, Any]) -> None:
    """Load the real validator, now that an OpenAPI document has come, and ask it."""
    names = [name for name in sys.modules if name.startswith("openapi_spec_validator")]
    for name in names:
        del sys.modules[name]
    import openapi_spec_validator
    from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

    try:
        openapi_spec_validator.validate(document)
    except OpenAPIValidationError as error:
        raise InvalidDocument(str(error)) from None
