"""What Lambda remembers: functions, their versions, aliases, settings and layers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orderlab.cloud.lambda_.names import LATEST, function_arn, layer_arn


def timestamp() -> str:
    """Now, as Lambda's API writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def revision() -> str:
    """A new RevisionId."""
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Code:
    """Unpacked code. `sha256` is base64, `size` the zip's bytes, `unzipped` those on disk."""

    sha256: str
    size: int
    unzipped: int
    folder: Path

    @property
    def package(self) -> Path:
        """The zip as it was uploaded."""
        return self.folder.with_name(f"{self.folder.name}.zip")


@dataclass(frozen=True, slots=True)
class LayerVersion:
    """One version of a layer: code that functions find in /opt."""

    region: str
    account_id: str
    name: str
    number: int
    code: Code
    description: str
    compatible_runtimes: tuple[str, ...]
    compatible_architectures: tuple[str, ...]
    license_info: str
    created: str = field(default_factory=timestamp)

    @property
    def arn(self) -> str:
        """The ARN, which ends with the version's number."""
        return f"{layer_arn(self.region, self.account_id, self.name)}:{self.number}"


@dataclass(frozen=True, slots=True)
class Logging:
    """`format` is `Text` or `JSON`; the levels count in JSON format only."""

    format: str = "Text"
    application_level: str = "INFO"
    system_level: str = "INFO"
    group: str = ""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings that a version of a function pins. Memory and storage in MB, timeout in s."""

    runtime: str
    handler: str
    role: str
    description: str = ""
    timeout: int = 3
    memory_size: int = 128
    variables: Mapping[str, str] = field(default_factory=dict)
    layers: tuple[LayerVersion, ...] = ()
    dead_letter_arn: str = ""
    tracing_mode: str = "PassThrough"
    architectures: tuple[str, ...] = ("x86_64",)
    ephemeral_storage: int = 512
    logging: Logging = Logging()


@dataclass(slots=True, eq=False)
class Version:
    """`$LATEST` or a published version: code and settings, and the environments that run it."""

    function: Function
    number: str
    configuration: Configuration
    code: Code
    layers_folder: Path | None
    last_modified: str = field(default_factory=timestamp)
    revision_id: str = field(default_factory=revision)
    # its code or settings were replaced: environments that are done with their work end
    retired: bool = False

    @property
    def arn(self) -> str:
        """The ARN, which ends with the version's number or `$LATEST`."""
        return f"{self.function.arn}:{self.number}"

    @property
    def shown_arn(self) -> str:
        """The ARN that configurations show: `$LATEST` goes without its qualifier."""
        return self.function.arn if self.number == LATEST else self.arn

    @property
    def log_group(self) -> str:
        """The name of the log group that it writes to."""
        return self.configuration.logging.group or f"/aws/lambda/{self.function.name}"


@dataclass(slots=True)
class Alias:
    """A name for a version; `weights` sends that share of the calls to other versions."""

    name: str
    version: str
    description: str = ""
    weights: dict[str, float] = field(default_factory=dict)
    revision_id: str = field(default_factory=revision)


@dataclass(slots=True)
class Policy:
    """A resource policy: statements by their ids."""

    statements: dict[str, dict[str, Any]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The policy as a document of IAM."""
        return {
            "Version": "2012-10-17",
            "Id": "default",
            "Statement": list(self.statements.values()),
        }


@dataclass(slots=True)
class EventInvokeConfig:
    """How asynchronous invocations are retried and where their outcome goes."""

    function_arn: str
    maximum_retry_attempts: int | None = None
    maximum_event_age: int | None = None
    on_success: str = ""
    on_failure: str = ""
    last_modified: float = 0.0


@dataclass(slots=True)
class ProvisionedConfig:
    """How many environments are to be ready beforehand for a version or an alias."""

    requested: int
    last_modified: str


@dataclass(slots=True)
class UrlConfig:
    """A function URL. `qualifier` is an alias or None."""

    url_id: str
    function: Function
    qualifier: str | None
    auth_type: str
    cors: dict[str, Any]
    created: str = field(default_factory=timestamp)
    last_modified: str = field(default_factory=timestamp)


@dataclass(slots=True, eq=False)
class Function:
    """A function with everything that hangs on its name."""

    region: str
    account_id: str
    name: str
    latest: Version = field(init=False)
    versions: dict[int, Version] = field(default_factory=dict)
    last_number: int = 0
    # whether code or settings were set since the last version was published
    changed: bool = True
    # while an update waits for its package
    updating: bool = False
    aliases: dict[str, Alias] = field(default_factory=dict)
    # by qualifier; None is the function itself
    policies: dict[str | None, Policy] = field(default_factory=dict)
    event_invoke: dict[str, EventInvokeConfig] = field(default_factory=dict)
    urls: dict[str | None, UrlConfig] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    reserved_concurrency: int | None = None
    # `Terminate` or `Allow`: what happens to an invocation that is part of a loop
    recursive_loop: str = "Terminate"
    # provisioned concurrency by the qualifier, a version or an alias, that it was set for
    provisioned: dict[str, ProvisionedConfig] = field(default_factory=dict)
    # invocations that run now, over all versions, and those of them in provisioned environments
    running: int = 0
    running_provisioned: int = 0

    @property
    def arn(self) -> str:
        """The ARN without a qualifier."""
        return function_arn(self.region, self.account_id, self.name)

    @property
    def provisioned_total(self) -> int:
        """Provisioned concurrency of all versions and aliases together."""
        return sum(config.requested for config in self.provisioned.values())

    @property
    def claimed(self) -> int:
        """The part of the account's concurrency that no other function can use."""
        reserved = self.reserved_concurrency
        return self.provisioned_total if reserved is None else reserved

    def version(self, number: str | None) -> Version | None:
        """A published version, if there is one of that number."""
        return self.versions.get(int(number)) if number and number.isdigit() else None

    def all_versions(self) -> list[Version]:
        """`$LATEST`, then the published versions in the order of their numbers."""
        return [self.latest, *self.versions.values()]
