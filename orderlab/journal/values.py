"""boto3's values as JSON and back: bytes, moments and decimals survive, and secrets are left out.

A value that JSON lacks is an object with one key, such as `{"__bytes__": "AP8="}`. An object of
the learner's that looks like that gets a mark before its key.
"""

from __future__ import annotations

import base64
import json
import secrets
from datetime import datetime
from decimal import Decimal
from typing import Any

_MARK = "__="


class Secret:
    """Stands where a secret stood that the journal does not keep."""

    def __repr__(self) -> str:
        return "<not kept>"


NOT_KEPT = Secret()
# Members of AWS's answers and parameters that are keys to something. What functions are given in
# their variables is kept, since they would not run again without it.
_SECRETS = {
    "SecretAccessKey", "SessionToken", "Password", "OldPassword", "NewPassword", "ServicePassword",
    "ServiceCredentialSecret", "SecretString", "SecretBinary", "ClientSecret", "ApiKeyValue",
    "PrivateKey", "PlatformCredential",
}  # fmt: skip
# Maps whose keys are the learner's own words.
_OWN_WORDS = {"Variables", "variables", "Tags", "tags"}


def to_json(entry: Any) -> str:
    """One line of the journal."""
    text = json.dumps(entry, default=_tagged)
    # rare enough to be looked for in the text
    return json.dumps(_marked(entry), default=_tagged) if '{"__' in text else text


def from_json(line: bytes | str) -> Any:
    """What a line holds. Raises ValueError if it is no JSON."""
    return json.loads(line, object_hook=_untagged)


def without_secrets(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry with NOT_KEPT where a secret stood."""
    service, operation = entry.get("service"), str(entry.get("operation"))
    if service in (None, "dynamodb"):  # items: all keys are the learner's words
        return entry
    # a key's value that AWS has made; one that was given is needed to make it again
    made = {"value"} if service == "apigateway" and "ApiKey" in operation else set()
    return {
        **entry,
        "parameters": _hide(entry["parameters"], _SECRETS),
        "answer": _hide(entry["answer"], _SECRETS | made),
    }


def fresh_secret() -> str:
    """What takes the place of a secret that was given when the call is made again."""
    return f"aA1!{secrets.token_urlsafe(24)}"


def _hide(value: Any, hidden: set[str]) -> Any:
    if isinstance(value, dict):
        return {
            key: each
            if key in _OWN_WORDS
            else NOT_KEPT
            if key in hidden and isinstance(each, str | bytes)
            else _hide(each, hidden)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_hide(each, hidden) for each in value]
    return value


def _tagged(value: Any) -> Any:
    if isinstance(value, bytes | bytearray):
        return {"__bytes__": base64.b64encode(value).decode()}
    if isinstance(value, Secret):
        return {"__secret__": True}
    if isinstance(value, datetime):
        return {"__datetime__": value.isoformat()}
    if isinstance(value, Decimal):
        return {"__decimal__": str(value)}
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return str(value)


def _marked(value: Any) -> Any:
    if isinstance(value, dict):
        inner = {key: _marked(each) for key, each in value.items()}
        alone = next(iter(inner)) if len(inner) == 1 else ""
        return {_MARK + alone: inner[alone]} if str(alone).startswith("__") else inner
    if isinstance(value, list | tuple):
        return [_marked(each) for each in value]
    return value


def _untagged(value: dict[str, Any]) -> Any:
    if len(value) != 1:
        return value
    ((tag, inner),) = value.items()
    if tag.startswith(_MARK):
        return {tag.removeprefix(_MARK): inner}
    try:
        match tag:
            case "__bytes__":
                return base64.b64decode(inner)
            case "__datetime__":
                return datetime.fromisoformat(inner)
            case "__decimal__":
                return Decimal(inner)
            case "__secret__":
                return NOT_KEPT
    except (TypeError, ValueError, ArithmeticError):
        pass  # an object of the learner's, from before such were marked
    return value
