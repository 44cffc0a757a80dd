"""Names of tables, and the ARNs that most calls take instead of one.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

from __future__ import annotations

import re
from typing import Any

from orderlab.cloud.aws_error import ValidationException

SHORTEST, LONGEST = 3, 255
PATTERN = "[a-zA-Z0-9_.-]+"
TOO_SHORT = f"Member must have length greater than or equal to {SHORTEST}"
TOO_LONG = f"Member must have length less than or equal to {LONGEST}"
ODD = f"Member must satisfy regular expression pattern: {PATTERN}"

NAME = re.compile(r"[A-Za-z0-9_.\-]{3,255}")
ARN = re.compile(
    r"arn:aws[a-z-]*:dynamodb:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):table/"
    r"(?P<name>[A-Za-z0-9_.\-]{3,255})"
)
_CHARACTERS = re.compile(PATTERN)


def broken_rules(name: str) -> list[str]:
    """What a name breaks of the rules for names; an ARN breaks none here."""
    if NAME.fullmatch(name) or name.startswith("arn:"):
        return []
    if not name:
        return ["Member must have length greater than or equal to 1"]
    found = [] if _CHARACTERS.fullmatch(name) else [ODD]
    if len(name) < SHORTEST:
        found.append(TOO_SHORT)
    return [*found, TOO_LONG] if len(name) > LONGEST else found


def table_name(name: Any) -> str:
    """The name in a name or ARN; ValidationException if it can be neither."""
    if isinstance(name, str):
        if NAME.fullmatch(name):
            return name
        found = ARN.fullmatch(name)
        if found is not None:
            return found["name"]
        if name.startswith("arn:"):
            raise invalid_arn(name)
    raise ValidationException(
        "Invalid table/index name.  Table/index names must be between 3 and 255 characters long, "
        "and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'"
    )


def invalid_arn(arn: str) -> ValidationException:
    """The error for a table's ARN that cannot be read."""
    return ValidationException(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
