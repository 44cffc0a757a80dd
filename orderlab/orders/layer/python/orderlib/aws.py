"""Clients, made once in an execution environment and kept for all its invocations."""

import boto3
from botocore.config import Config

# Waits stay below a function's timeout, so that a retry is ours and not the event source's.
# What is sent is built here, from checked orders: the service's own check of it is enough.
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=4,
    retries={"mode": "standard", "max_attempts": 3},
    parameter_validation=False,
    # a fixed name: putting the SDK's long one together anew takes a tenth of each call
    user_agent="orderlib",
)


def client(service):
    return boto3.client(service, config=_CONFIG)
