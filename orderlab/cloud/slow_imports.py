"""Imports that cost a second and give nothing that the cloud uses.

moto's API Gateway imports a validator of OpenAPI documents with all of pydantic, for the import of
whole APIs alone; jsonschema compiles a grammar of IRIs, for a format that no order has. moto's IAM
and SNS import all of X.509, for certificates that few look at, and five megabytes of policies. They
are put off until somebody asks for them, or left out.
"""

from __future__ import annotations

import importlib
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
    if not {"cryptography", "moto.iam.models", "moto.sns.models"} & sys.modules.keys():
        _import_without_certificates()


def _import_without_certificates() -> None:
    """Import moto's IAM and SNS with names in place of cryptography's, which load it when used."""
    stand_ins: dict[str, ModuleType] = {name: _Later(name) for name in _CERTIFICATES}
    policies: Any = ModuleType(_POLICIES)
    # moto reads them only when a variable asks it to; `managed_policies` has the true ones
    policies.aws_managed_policies_data = "{}"
    stand_ins[_POLICIES] = policies
    sys.modules.update(stand_ins)
    try:
        for name in ("moto.iam.models", "moto.sns.models"):
            importlib.import_module(name)
    finally:
        for name in stand_ins:
            del sys.modules[name]


_POLICIES = "moto.iam.aws_managed_policies"
_CERTIFICATES = (
    "cryptography",
    "cryptography.x509",
    "cryptography.x509.oid",
    "cryptography.hazmat.backends",
    "cryptography.hazmat.primitives",
    "cryptography.hazmat.primitives.asymmetric",
)


class _Later(ModuleType):
    """A module, or what a module has: loaded when it is called, or read after the imports."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(_CERTIFICATES[0]).__class__ is _Later:
            return _Later(f"{self.__name__}.{name}")
        return getattr(self._loaded(), name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._loaded()(*arguments, **named)

    def _loaded(self) -> Any:
        try:
            return importlib.import_module(self.__name__)
        except ModuleNotFoundError:
            module, _, attribute = self.__name__.rpartition(".")
            return getattr(importlib.import_module(module), attribute)


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
