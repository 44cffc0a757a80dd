"""Settings of single methods, and of all methods, of a stage: throttling, logging, metrics.

https://docs.aws.amazon.com/apigateway/latest/api/API_MethodSetting.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.cloud.apigateway.control.errors import bad_request
from orderlab.cloud.apigateway.control.patch import flag, number, text, value_of, whole
from orderlab.cloud.apigateway.model.state import Document
from orderlab.cloud.aws_error import NotDoneYet

_SETTINGS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "metrics/enabled": ("metricsEnabled", flag),
    "logging/loglevel": ("loggingLevel", text),
    "logging/dataTrace": ("dataTraceEnabled", flag),
    "throttling/burstLimit": ("throttlingBurstLimit", whole),
    "throttling/rateLimit": ("throttlingRateLimit", number),
    "caching/enabled": ("cachingEnabled", flag),
    "caching/ttlInSeconds": ("cacheTtlInSeconds", whole),
    "caching/dataEncrypted": ("cacheDataEncrypted", flag),
    "caching/requireAuthorizationForCacheControl": ("requireAuthorizationForCacheControl", flag),
    "caching/unauthorizedCacheControlHeaderStrategy": (
        "unauthorizedCacheControlHeaderStrategy",
        text,
    ),
}
_DEFAULTS: Document = {
    "metricsEnabled": False,
    "loggingLevel": "OFF",
    "dataTraceEnabled": False,
    "throttlingBurstLimit": 5000,
    "throttlingRateLimit": 10000.0,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}
_LEVELS = ("OFF", "ERROR", "INFO")


def patch_method_setting(stage: Document, operation: Document) -> None:
    """Change one setting below `/{resource}/{method}`, such as `/*/*/throttling/rateLimit`."""
    path = str(operation.get("path"))
    parts = path.strip("/").split("/")
    if operation["op"] == "remove" and len(parts) in (2, 4):
        _remove(stage, parts)
        return
    setting = _SETTINGS.get("/".join(parts[2:]))
    if setting is None or operation["op"] not in ("replace", "add"):
        raise bad_request(f"Invalid method setting path: {path}. Must be one of: [{_PLACES}]")
    name, convert = setting
    given = value_of(operation)
    value = convert(given) if given else _DEFAULTS[name]
    _check(name, value)
    key = "/".join(parts[:2])
    settings = dict(stage.get("methodSettings") or {})
    base = settings.get(key) or settings.get("*/*") or _DEFAULTS
    settings[key] = {**base, name: value}
    stage["methodSettings"] = settings


def _remove(stage: Document, parts: list[str]) -> None:
    settings, key = dict(stage.get("methodSettings") or {}), "/".join(parts[:2])
    if len(parts) == 2:
        settings.pop(key, None)
    elif key in settings:
        name = _SETTINGS.get("/".join(parts[2:]), ("", text))[0]
        settings[key] = {**settings[key], **{k: v for k, v in _DEFAULTS.items() if k == name}}
    stage["methodSettings"] = settings


def _check(name: str, value: Any) -> None:
    if name == "loggingLevel" and value not in _LEVELS:
        raise bad_request(f"Invalid logging level. Valid values are: [{', '.join(_LEVELS)}]")
    if name == "cachingEnabled" and value:
        raise NotDoneYet("caching of REST APIs")


_PLACES = (
    "/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, "
    "/accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, "
    + ", ".join(f"/{{resourcePath}}/{{httpMethod}}/{setting}" for setting in _SETTINGS)
    + ", "
    + ", ".join(f"/*/*/{setting}" for setting in _SETTINGS)
    + ", /variables/{variable_name}, /tracingEnabled"
)
