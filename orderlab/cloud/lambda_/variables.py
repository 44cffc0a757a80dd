"""The environment variables that a function's process sees.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from orderlab.cloud.contracts import Credentials
from orderlab.cloud.lambda_.errors import InvalidParameterValue
from orderlab.cloud.lambda_.model import Version

LIMIT_BYTES = 4096
RESERVED = frozenset(
    (
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
    )
)  # fmt: skip


def check_variables(variables: Mapping[str, str]) -> None:
    """InvalidParameterValueException for reserved names and for more than 4 KB."""
    prefix = (
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided "
    )
    reserved = sorted(RESERVED & variables.keys())
    if reserved:
        raise InvalidParameterValue(
            f"{prefix}contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    measured = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode("utf-8", "surrogatepass")) > LIMIT_BYTES:
        raise InvalidParameterValue(f"{prefix}exceeded the 4KB limit. String measured: {measured}")
    if any("\0" in name + value for name, value in variables.items()):
        raise InvalidParameterValue(f"{prefix}contain a NUL character.")


def process_variables(
    version: Version,
    credentials: Credentials,
    *,
    endpoint: str,
    runtime_api: str,
    log_stream: str,
    initialization: str,
    temporary: Path,
    daemon_address: str = "",
) -> dict[str, str]:
    """Everything the process may see: nothing of the user's own environment gets in."""
    opt = str(version.layers_folder) if version.layers_folder else ""
    return {
        **_machine(opt, temporary),
        "AWS_ENDPOINT_URL": endpoint,
        # boto3 would else put the account's number before the endpoint's host
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        **version.configuration.variables,
        **_function(version, log_stream),
        "AWS_LAMBDA_INITIALIZATION_TYPE": initialization,
        **_daemon(daemon_address),
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_SESSION_TOKEN": credentials.session_token or "",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
    }


def _function(version: Version, log_stream: str) -> dict[str, str]:
    configuration, function = version.configuration, version.function
    found = {
        "_HANDLER": configuration.handler,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{configuration.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration.memory_size),
        "AWS_LAMBDA_FUNCTION_VERSION": version.number,
        "AWS_LAMBDA_LOG_GROUP_NAME": version.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_LOG_FORMAT": configuration.logging.format,
        "LAMBDA_TASK_ROOT": str(version.code.folder),
        "LAMBDA_RUNTIME_DIR": str(Path(__file__).parent / "runtime"),
    }
    if configuration.logging.format == "JSON":
        found["AWS_LAMBDA_LOG_LEVEL"] = configuration.logging.application_level
    return found


def _daemon(address: str) -> dict[str, str]:
    """Where X-Ray's SDKs send segments, for functions with active tracing."""
    if not address:
        return {}
    host, _, port = address.partition(":")
    return {
        "AWS_XRAY_DAEMON_ADDRESS": address,
        "_AWS_XRAY_DAEMON_ADDRESS": host,
        "_AWS_XRAY_DAEMON_PORT": port,
    }


def _machine(opt: str, temporary: Path) -> dict[str, str]:
    folder = str(temporary)
    found = {"TMPDIR": folder, "TEMP": folder, "TMP": folder, "HOME": folder}
    if sys.platform == "win32":
        kept = ("SYSTEMROOT", "SYSTEMDRIVE", "PATH", "PATHEXT", "COMSPEC")
        found.update({name: os.environ[name] for name in kept if name in os.environ})
        found.update({"TZ": "UTC", "USERPROFILE": folder})
        return found
    found.update({"TZ": ":UTC", "LANG": "en_US.UTF-8", "SHLVL": "0"})
    bin_folders = ["/usr/local/bin", "/usr/bin", "/bin"]
    libraries = ["/lib64", "/usr/lib64"]
    if opt:
        bin_folders.append(f"{opt}/bin")
        libraries.append(f"{opt}/lib")
    found["PATH"] = os.pathsep.join(bin_folders)
    if opt:
        # a library path without a layer would only slow every start down
        found["LD_LIBRARY_PATH"] = os.pathsep.join(libraries[2:])
    return found
