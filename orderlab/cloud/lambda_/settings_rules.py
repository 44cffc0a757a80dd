"""What Lambda demands of a function's settings, beyond their types and ranges.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet, ValidationException
from orderlab.cloud.contracts import RoleSessions
from orderlab.cloud.lambda_.api_input import model
from orderlab.cloud.lambda_.destinations import Destinations
from orderlab.cloud.lambda_.errors import InvalidParameterValue
from orderlab.cloud.lambda_.model import Configuration, LayerVersion, Logging
from orderlab.cloud.lambda_.moto_seam import FunctionBackend
from orderlab.cloud.lambda_.names import parse_layer_name
from orderlab.cloud.lambda_.variables import check_variables

MAX_LAYERS = 5
MAX_MEMORY_MB = 10_240
MAX_TIMEOUT_SECONDS = 900
MOST_TAGS = 50
NO_LONGER = frozenset(
    (
        "python2.7", "python3.6", "python3.7", "nodejs", "nodejs4.3", "nodejs4.3-edge",
        "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x", "java8",
        "go1.x", "provided",
        "ruby2.5", "ruby2.7", "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1",
    )
)  # fmt: skip
# settings that are refused by name, and what they would need
_NOT_DONE = {
    "FileSystemConfigs": "file systems for functions",
    "ImageConfig": "functions from container images",
    "KMSKeyArn": "customer managed keys for functions",
    "CodeSigningConfigArn": "code signing",
    "TenancyConfig": "tenant isolation",
    "CapacityProviderConfig": "capacity providers",
    "DurableConfig": "durable functions",
    "AcceleratorConfig": "accelerators",
    "PublishTo": "publishing to $LATEST.PUBLISHED",
}


class SettingsRules:
    """Makes the settings of functions, and refuses those that Lambda refuses."""

    def __init__(self, roles: RoleSessions, destinations: Destinations) -> None:
        self._roles, self._destinations = roles, destinations

    def new(self, backend: FunctionBackend, input: dict[str, Any]) -> Configuration:
        """The settings of a new function.

        Raises InvalidParameterValueException or ValidationException where Lambda refuses them, and
        NotDoneYet for what the local cloud does not support.
        """
        if not input.get("Runtime") or not input.get("Handler"):
            raise InvalidParameterValue(
                "Runtime and Handler are mandatory parameters for functions created with "
                "deployment packages."
            )
        start = Configuration(input["Runtime"], input["Handler"], input["Role"])
        architectures = tuple(input.get("Architectures", ("x86_64",)))
        return self.changed(backend, replace(start, architectures=architectures), input)

    def changed(
        self, backend: FunctionBackend, before: Configuration, input: dict[str, Any]
    ) -> Configuration:
        """The settings after an update. Raises the same errors as `new`."""
        refuse_not_done(input)
        after = replace(
            before,
            runtime=input.get("Runtime", before.runtime),
            handler=input.get("Handler", before.handler),
            role=input.get("Role", before.role),
            description=input.get("Description", before.description),
            timeout=input.get("Timeout", before.timeout),
            memory_size=input.get("MemorySize", before.memory_size),
            variables=_variables(before, input),
            layers=_layers(backend, before, input),
            dead_letter_arn=_dead_letter_arn(before, input),
            tracing_mode=input.get("TracingConfig", {}).get("Mode", before.tracing_mode),
            ephemeral_storage=input.get("EphemeralStorage", {}).get(
                "Size", before.ephemeral_storage
            ),
            logging=_logging(before.logging, input.get("LoggingConfig")),
        )
        self._check(
            after,
            role_given="Role" in input or "TracingConfig" in input,
            queue_given="DeadLetterConfig" in input,
        )
        return after

    def _check(self, configuration: Configuration, *, role_given: bool, queue_given: bool) -> None:
        check_runtime(configuration.runtime)
        _check_range("timeout", configuration.timeout, MAX_TIMEOUT_SECONDS)
        _check_range("memorySize", configuration.memory_size, MAX_MEMORY_MB)
        check_variables(configuration.variables)
        if role_given and not self._roles.may_assume(configuration.role, "lambda.amazonaws.com"):
            raise InvalidParameterValue(
                "The role defined for the function cannot be assumed by Lambda."
            )
        if role_given and configuration.tracing_mode == "Active":
            self._destinations.check_tracing(configuration.role)
        if queue_given and configuration.dead_letter_arn:
            arn, role = configuration.dead_letter_arn, configuration.role
            if arn.endswith(".fifo"):
                raise InvalidParameterValue(
                    f"The dead letter target {arn} is invalid: FIFO queues and FIFO topics are not "
                    "supported."
                )
            self._destinations.check_target(arn, role, ("sqs", "sns"))


def refuse_not_done(input: dict[str, Any]) -> None:
    """Raise NotDoneYet for settings that the local cloud does not support."""
    for name, what in _NOT_DONE.items():
        if input.get(name):
            raise NotDoneYet(what)
    if input.get("PackageType", "Zip") != "Zip":
        raise NotDoneYet("functions from container images")
    vpc = input.get("VpcConfig") or {}
    if vpc.get("SubnetIds") or vpc.get("SecurityGroupIds"):
        raise NotDoneYet("functions in a VPC")
    if input.get("SnapStart", {}).get("ApplyOn", "None") != "None":
        # of a process's copy only the thread that forked goes on: locks, pools and connections that
        # Init has made would be broken in ways that no restore of AWS knows
        raise NotDoneYet("SnapStart, since a running process cannot be kept and copied as on AWS")


def check_tags(tags: Mapping[str, str]) -> None:
    """Raise InvalidParameterValueException for more tags than a function may have."""
    if len(tags) > MOST_TAGS:
        raise InvalidParameterValue("Number of tags exceeds resource tag limit.")


def check_runtime(runtime: str) -> None:
    """Python only: any python3.* runs on the interpreter that runs the cloud."""
    if runtime in NO_LONGER:
        raise InvalidParameterValue(
            f"The runtime parameter of {runtime} is no longer supported for creating or updating "
            "AWS Lambda functions. We recommend you use a supported runtime while creating or "
            "updating functions."
        )
    known = [each for each in model()["shapes"]["Runtime"]["enum"] if each not in NO_LONGER]
    if runtime not in known:
        raise InvalidParameterValue(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum "
            f"value set: [{', '.join(known)}] or be a valid ARN"
        )
    if not runtime.startswith("python"):
        raise NotDoneYet(f"the runtime {runtime}: functions in Python only")


def _check_range(name: str, value: int, most: int) -> None:
    if value > most:
        raise ValidationException(
            f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy "
            f"constraint: Member must have value less than or equal to {most}"
        )


def _variables(before: Configuration, input: dict[str, Any]) -> dict[str, str]:
    if "Environment" not in input:
        return dict(before.variables)
    return dict(input["Environment"].get("Variables") or {})


def _dead_letter_arn(before: Configuration, input: dict[str, Any]) -> str:
    if "DeadLetterConfig" not in input:
        return before.dead_letter_arn
    return str(input["DeadLetterConfig"].get("TargetArn") or "")


def _layers(
    backend: FunctionBackend, before: Configuration, input: dict[str, Any]
) -> tuple[LayerVersion, ...]:
    if "Layers" not in input:
        return before.layers
    arns = input["Layers"]
    if len(arns) > MAX_LAYERS:
        raise InvalidParameterValue(f"Cannot reference more than {MAX_LAYERS} layers.")
    layers = tuple(_layer(backend, arn) for arn in arns)
    seen: dict[str, str] = {}
    for layer in layers:
        if layer.name in seen:
            raise InvalidParameterValue(
                "Two different versions of the same layer are not allowed to be referenced in the "
                f"same function. {seen[layer.name]} and {layer.arn} are versions of the same layer."
            )
        seen[layer.name] = layer.arn
    return layers


def _layer(backend: FunctionBackend, arn: str) -> LayerVersion:
    wanted = parse_layer_name(arn)
    if wanted.region not in ("", backend.region_name):
        raise InvalidParameterValue(
            "Layers are not in the same region as the function. Layers are expected to be in "
            f"region {backend.region_name}."
        )
    found = backend.layers.get(wanted.name, {}).get(wanted.version or 0)
    if found is None or found.arn != arn:
        raise InvalidParameterValue(f"Layer version {arn} does not exist.")
    return found


def _logging(before: Logging, input: dict[str, Any] | None) -> Logging:
    if input is None:
        return before
    form = input.get("LogFormat", before.format)
    levels = ("ApplicationLogLevel", "SystemLogLevel")
    if form == "Text" and any(input.get(level) for level in levels):
        raise InvalidParameterValue(
            "To use ApplicationLogLevel or SystemLogLevel, you must set LogFormat to JSON."
        )
    return Logging(
        form,
        input.get("ApplicationLogLevel", before.application_level),
        input.get("SystemLogLevel", before.system_level),
        input.get("LogGroup", before.group),
    )
