"""The addresses of integrations: `arn:aws:apigateway:REGION:SERVICE:path|action/REST`.

https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# besides Lambda, those with which methods can be integrated
SERVICES = ("dynamodb", "events", "sns", "sqs")
# the special credentials under which the caller's own identity is passed on
CALLER = "arn:aws:iam::*:user/*"
_URI = re.compile(r"^arn:aws:apigateway:([a-z0-9-]+):([a-z0-9.-]+):(path|action)/(.*)$", re.S)
_FUNCTION = re.compile(
    r":lambda:path/+2015-03-31/functions/(?P<function>arn:[^/]+|[^/]+)/invocations/?$"
)


@dataclass(frozen=True, slots=True)
class ServiceUri:
    """The parts of an address. `kind` is `path` or `action`, `rest` what comes behind it."""

    region: str
    service: str
    kind: str
    rest: str


@lru_cache(maxsize=512)
def parse_uri(uri: str) -> ServiceUri | None:
    """The parts of the address of a service; None if it has another form."""
    found = _URI.match(uri)
    return ServiceUri(found[1], found[2], found[3], found[4]) if found else None


def is_function(uri: str) -> bool:
    """Whether the address is one of Lambda's."""
    return ":lambda:path/" in uri


def function_of(uri: str) -> str | None:
    """The name or ARN of the function that an address names; None if it names none."""
    found = _FUNCTION.search(uri)
    return found["function"] if found else None
