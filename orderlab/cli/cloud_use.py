"""What `orderlab cloud` prints: how to use it from elsewhere, without reaching the real AWS."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderlab.cloud.settings import Settings


def instructions(endpoint: str, settings: Settings, *, secret_file: str | None = None) -> str:
    """The text for the terminal. What it says can be pasted."""
    secret = settings.secret_access_key
    path = Path(secret_file).resolve() if secret_file else None
    variables = {
        "AWS_ENDPOINT_URL": _quoted(endpoint),
        "AWS_ACCESS_KEY_ID": _quoted(settings.access_key_id),
        "AWS_SECRET_ACCESS_KEY": _content(path) if path else _quoted(secret),
        "AWS_DEFAULT_REGION": _quoted(settings.region),
        # boto3 would call DynamoDB Streams at an address of the account's own
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    }
    in_python = f"open({str(path)!r}).read().strip()" if path else repr(secret)
    return f"""A local AWS is running. Ctrl-C stops it, and nothing of it stays.

  endpoint           {endpoint}
  access key id      {settings.access_key_id}
  secret access key  {f"in {path}" if path else secret}
  Region             {settings.region}

To use it from another terminal:

{_exports(variables)}

  aws --endpoint-url {endpoint} sqs create-queue --queue-name hello

Keep --endpoint-url in each command, unless `aws --version` says 2.13 or newer. Version 1 sends
`aws sqs` to the real AWS whatever AWS_ENDPOINT_URL says, and older ones send everything there.
boto3 reads the variable from version 1.28 on. In Python, with any version:

  import boto3
  sqs = boto3.client("sqs", endpoint_url={endpoint!r}, region_name={settings.region!r},
                     aws_access_key_id={settings.access_key_id!r},
                     aws_secret_access_key={in_python})

A REST API that you deploy answers, without keys, at
  {endpoint}/_aws/execute-api/{{apiId}}/{{stage}}/{{path}}
"""


def _exports(variables: Mapping[str, str]) -> str:
    form = "  $Env:{} = {}" if sys.platform == "win32" else "  export {}={}"
    return "\n".join(form.format(name, value) for name, value in variables.items())


def _quoted(text: str) -> str:
    if sys.platform == "win32":
        return "'" + text.replace("'", "''") + "'"
    return shlex.quote(text)


def _content(path: Path) -> str:
    if sys.platform == "win32":
        return f"(Get-Content {_quoted(str(path))})"
    return f'"$(cat {shlex.quote(str(path))})"'
