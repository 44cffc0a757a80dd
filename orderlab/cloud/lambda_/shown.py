"""Functions, aliases and layers as the API shows them."""

from __future__ import annotations

from typing import Any

from orderlab.cloud.lambda_.model import (
    Alias,
    EventInvokeConfig,
    Function,
    LayerVersion,
    UrlConfig,
    Version,
)
from orderlab.cloud.lambda_.report import RUNTIME_VERSION


def configuration(version: Version) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html"""
    settings, function = version.configuration, version.function
    shown: dict[str, Any] = {
        "FunctionName": function.name,
        "FunctionArn": version.shown_arn,
        "Runtime": settings.runtime,
        "Role": settings.role,
        "Handler": settings.handler,
        "CodeSize": version.code.size,
        "Description": settings.description,
        "Timeout": settings.timeout,
        "MemorySize": settings.memory_size,
        "LastModified": version.last_modified,
        "CodeSha256": version.code.sha256,
        "Version": version.number,
        "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""},
        "TracingConfig": {"Mode": settings.tracing_mode},
        "RevisionId": version.revision_id,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": list(settings.architectures),
        "EphemeralStorage": {"Size": settings.ephemeral_storage},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "RuntimeVersionConfig": {
            "RuntimeVersionArn": f"arn:aws:lambda:{function.region}::runtime:{RUNTIME_VERSION}"
        },
        "LoggingConfig": _logging(version),
    }
    if settings.variables:
        shown["Environment"] = {"Variables": dict(settings.variables)}
    if settings.layers:
        shown["Layers"] = [
            {"Arn": layer.arn, "CodeSize": layer.code.size} for layer in settings.layers
        ]
    if settings.dead_letter_arn:
        shown["DeadLetterConfig"] = {"TargetArn": settings.dead_letter_arn}
    return shown


def _logging(version: Version) -> dict[str, Any]:
    logging = version.configuration.logging
    shown = {"LogFormat": logging.format, "LogGroup": version.log_group}
    if logging.format == "JSON":
        shown["ApplicationLogLevel"] = logging.application_level
        shown["SystemLogLevel"] = logging.system_level
    return shown


def alias(function: Function, alias: Alias) -> dict[str, Any]:
    """An alias, as AliasConfiguration."""
    shown: dict[str, Any] = {
        "AliasArn": f"{function.arn}:{alias.name}",
        "Name": alias.name,
        "FunctionVersion": alias.version,
        "Description": alias.description,
        "RevisionId": alias.revision_id,
    }
    if alias.weights:
        shown["RoutingConfig"] = {"AdditionalVersionWeights": dict(alias.weights)}
    return shown


def layer_version(layer: LayerVersion, location: str = "") -> dict[str, Any]:
    """A layer's version, with its content if there is a location of its zip."""
    shown: dict[str, Any] = {
        "LayerVersionArn": layer.arn,
        "Version": layer.number,
        "Description": layer.description,
        "CreatedDate": layer.created,
        "LicenseInfo": layer.license_info,
    }
    if layer.compatible_runtimes:
        shown["CompatibleRuntimes"] = list(layer.compatible_runtimes)
    if layer.compatible_architectures:
        shown["CompatibleArchitectures"] = list(layer.compatible_architectures)
    if location:
        shown["LayerArn"] = layer.arn.rpartition(":")[0]
        shown["Content"] = {
            "Location": location,
            "CodeSha256": layer.code.sha256,
            "CodeSize": layer.code.size,
        }
    return shown


def event_invoke(config: EventInvokeConfig) -> dict[str, Any]:
    """Asynchronous settings, as FunctionEventInvokeConfig."""
    destinations: dict[str, Any] = {"OnSuccess": {}, "OnFailure": {}}
    if config.on_success:
        destinations["OnSuccess"] = {"Destination": config.on_success}
    if config.on_failure:
        destinations["OnFailure"] = {"Destination": config.on_failure}
    shown: dict[str, Any] = {
        "FunctionArn": config.function_arn,
        "LastModified": config.last_modified,
        "DestinationConfig": destinations,
    }
    if config.maximum_retry_attempts is not None:
        shown["MaximumRetryAttempts"] = config.maximum_retry_attempts
    if config.maximum_event_age is not None:
        shown["MaximumEventAgeInSeconds"] = config.maximum_event_age
    return shown


def url_config(url: UrlConfig) -> dict[str, Any]:
    """A function URL, as FunctionUrlConfig."""
    function = url.function
    arn = f"{function.arn}:{url.qualifier}" if url.qualifier else function.arn
    shown: dict[str, Any] = {
        "FunctionUrl": f"https://{url.url_id}.lambda-url.{function.region}.on.aws/",
        "FunctionArn": arn,
        "AuthType": url.auth_type,
        "CreationTime": url.created,
        "LastModifiedTime": url.last_modified,
        "InvokeMode": "BUFFERED",
    }
    if url.cors:
        shown["Cors"] = url.cors
    return shown
