"""boto3 that sees nothing of the user's AWS settings: no profile, no file, no proxy, no account."""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import Any

# boto3's sessions may not be used by two threads at once; its clients may
SESSION_LOCK = threading.Lock()


@cache
def closed_session() -> Any:
    """A session that reads neither `~/.aws` nor AWS_PROFILE, so that no real key can slip in.

    One for the process, used under SESSION_LOCK: it keeps the descriptions of the services, which
    take longer to read than most calls take.
    """
    import boto3
    import botocore.session

    nowhere = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
    return boto3.Session(botocore_session=botocore.session.Session(session_vars=nowhere))


def local_config(pool_connections: int, **changes: Any) -> Any:
    """How clients of the local cloud behave; `changes` are other settings of botocore's Config."""
    from botocore.config import Config

    usual = Config(
        # streams would otherwise be looked for at a host name of the account's own
        account_id_endpoint_mode="disabled",
        max_pool_connections=pool_connections,
        retries={"mode": "standard", "max_attempts": 4},
        proxies={},
        connect_timeout=5,
        # longer than the longest poll of a queue
        read_timeout=70,
    )
    return usual.merge(Config(**changes)) if changes else usual


def environment_of(
    endpoint: str, access_key_id: str, secret_access_key: str, region: str
) -> dict[str, str]:
    """The variables that point the AWS SDKs of a process at a server on this machine."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": access_key_id,
        "AWS_SECRET_ACCESS_KEY": secret_access_key,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
