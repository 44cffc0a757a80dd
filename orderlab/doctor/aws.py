"""AWS settings of the user's own that would leak into a local session, or it into them.

The lab's own clients see none of these. They matter to clients that a learner makes with plain
`boto3.client(...)`, and to the AWS CLI. Values are never shown: some are secrets.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from pathlib import Path

from orderlab.doctor.finding import Finding, bad, ok, warn

# what leaks, and what comes of it
BREAKING = {
    "AWS_USE_FIPS_ENDPOINT": "boto3 refuses FIPS together with an address of one's own",
    "AWS_USE_DUALSTACK_ENDPOINT": "boto3 refuses dual stack together with an address of one's own",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "AWS_ENDPOINT_URL is ignored: calls go to the real AWS",
}
NOTEWORTHY = {
    "AWS_PROFILE": "plain boto3 clients use that profile",
    "AWS_DEFAULT_PROFILE": "plain boto3 clients use that profile",
    "AWS_ACCESS_KEY_ID": "plain boto3 clients without the cloud's address reach a real account",
    "AWS_SESSION_TOKEN": "a client with the cloud's keys sends it along, and is refused",
    "AWS_SECURITY_TOKEN": "a client with the cloud's keys sends it along, and is refused",
}
ON = ("true", "1", "yes", "on")
# the same, as a configuration file spells them
SETTINGS = {
    "use_fips_endpoint": BREAKING["AWS_USE_FIPS_ENDPOINT"],
    "use_dualstack_endpoint": BREAKING["AWS_USE_DUALSTACK_ENDPOINT"],
    "ignore_configured_endpoint_urls": BREAKING["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"],
}


def aws_variables(environment: Mapping[str, str] | None = None) -> Finding:
    """Variables that change where plain clients point, or whose keys they use."""
    environment = os.environ if environment is None else environment
    name = "AWS variables"
    breaking = [v for v in BREAKING if environment.get(v, "").lower() in ON]
    if breaking:
        return bad(name, _reasons(breaking, BREAKING), _unset(breaking))
    services = [v for v in environment if v.startswith("AWS_ENDPOINT_URL_")]
    leaking = [*(v for v in NOTEWORTHY if environment.get(v)), *services]
    local = environment.get("AWS_ENDPOINT_URL", "").startswith("http://127.0.0.1")
    if local:  # keys beside the address of a local cloud are meant for it
        leaking = [v for v in leaking if v != "AWS_ACCESS_KEY_ID"]
    if leaking:
        reasons = {**NOTEWORTHY, **dict.fromkeys(services, "that service has another address")}
        return warn(name, _reasons(leaking, reasons), _unset(leaking))
    return ok(name, "none that would leak into a local session")


def _reasons(variables: list[str], reasons: Mapping[str, str]) -> str:
    return "; ".join(f"{variable} is set: {reasons[variable]}" for variable in variables)


def _unset(variables: list[str]) -> str:
    return f"In the terminal of the course: `unset {' '.join(variables)}`."


def aws_files(path: Path | None = None, profile: str | None = None) -> Finding:
    """The configuration file of the AWS CLI, where it says such things for the profile in use."""
    name = "AWS configuration"
    path = path or Path(os.environ.get("AWS_CONFIG_FILE", "~/.aws/config")).expanduser()
    profile = profile or os.environ.get("AWS_PROFILE", "default")
    settings = _section(path, profile)
    if settings is None:
        return warn(name, f"{path} cannot be read", "The AWS CLI will say what is wrong with it.")
    breaking = [key for key in SETTINGS if settings.get(key, "").lower() in ON]
    if breaking:
        said = "; ".join(f"{key}: {SETTINGS[key]}" for key in breaking)
        mend = "In the terminal of the course: `export AWS_CONFIG_FILE=/dev/null`."
        return bad(name, f"{path}, profile {profile}, has {said}", mend)
    if "endpoint_url" in settings:
        said = f"{path}, profile {profile}, sets endpoint_url: plain clients go there"
        mend = "Set AWS_ENDPOINT_URL to the cloud's address, which wins."
        return warn(name, said, mend)
    return ok(name, "nothing that would leak into a local session")


def _section(path: Path, profile: str) -> Mapping[str, str] | None:
    """The settings of a profile; none if there is no such file, None if it is broken."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError, OSError):
        return None
    for section in (f"profile {profile}", profile):
        if parser.has_section(section):
            return parser[section]
    return {}
