"""`orderlab cloud`: the local cloud by itself, for the AWS CLI, curl or a second notebook."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from orderlab.cli.cloud_use import instructions
from orderlab.cli.secret import secret_from

if TYPE_CHECKING:
    from orderlab.cloud.settings import Settings

PARENT_CHECK_SECONDS = 0.5
# Not AWS_SECRET_ACCESS_KEY: where that is set it may be the key to a real account.
SECRET_VARIABLE = "ORDERLAB_SECRET_ACCESS_KEY"


def _matching(pattern: str, what: str) -> Callable[[str | None], str | None]:
    def check(value: str | None) -> str | None:
        if value is not None and not re.fullmatch(pattern, value):
            raise typer.BadParameter(f"{value!r} is no {what}.")
        return value

    return check


def cloud(
    port: int = typer.Option(
        0, min=0, max=65535, help="Port on 127.0.0.1; any free one if left out."
    ),
    access_key_id: str | None = typer.Option(
        None,
        help="The key that calls are signed with; random if left out.",
        envvar="ORDERLAB_ACCESS_KEY_ID",
        callback=_matching(r"\w{1,128}", "access key id"),
    ),
    secret_access_key: str | None = typer.Option(
        None,
        help="Its secret; random if left out. Other users of this machine can see what a command "
        "line holds: a secret that matters comes from a file or a variable.",
        envvar=SECRET_VARIABLE,
    ),
    secret_access_key_file: str | None = typer.Option(
        None,
        help="A file that holds the secret; - reads it from standard input.",
        metavar="PATH",
    ),
    region: str = typer.Option(
        "us-east-1",
        help="The Region to begin with. Calls to other Regions work too.",
        callback=_matching(r"[a-z]{2}(-[a-z]+)+-\d", "Region"),
    ),
    seed: int | None = typer.Option(
        None, help="Make ids and sampling the same on every run with this number."
    ),
    speed: float = typer.Option(
        1.0, min=0.01, max=10_000, help="Run every wait this many times as fast."
    ),
    weak_guarantees: bool = typer.Option(
        False,
        "--weak-guarantees",
        help="Turn duplicates, stale reads and index lag up to where you can see them.",
    ),
    as_json: bool = typer.Option(
        False, "--json", help="Print the address and the keys as one line of JSON."
    ),
) -> None:
    """Run a local AWS on this machine until Ctrl-C.

    It listens on 127.0.0.1 only, asks for the keys it prints, and keeps nothing when it stops. It
    runs the code that you deploy to it with your own rights: it is no sandbox.
    """
    # nothing of what is loaded now is garbage; `serve` lets the collector work again
    gc.disable()
    from orderlab.cloud import moto_backends

    moto_backends.prepare_environment()
    from orderlab.cloud.front.serve import serve
    from orderlab.cloud.reaping import Parent
    from orderlab.cloud.settings import Settings

    secret = secret_from(secret_access_key, secret_access_key_file, variable=SECRET_VARIABLE)
    keys: dict[str, Any] = {"access_key_id": access_key_id, "secret_access_key": secret}
    settings = Settings(
        port=port,
        region=region,
        seed=seed,
        speed=speed,
        weak_guarantees=weak_guarantees,
        **{name: value for name, value in keys.items() if value is not None},
    )
    say = _say_as_json if as_json else _sayer(secret_access_key_file)
    parent = Parent(pid=os.getppid())
    serve(settings, when_ready=say, stop_sign=_parent_is_gone, parent=parent)


async def _parent_is_gone() -> None:
    """Return when whoever started this has ended, or the terminal was closed."""
    hung_up = asyncio.Event()
    with contextlib.suppress(NotImplementedError, AttributeError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hung_up.set)
    parent = os.getppid()
    while not hung_up.is_set() and _is_alive(parent):
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(hung_up.wait(), PARENT_CHECK_SECONDS)


def _is_alive(parent: int) -> bool:
    if sys.platform != "win32":
        return os.getppid() == parent  # an orphan is given another parent
    import psutil

    return bool(psutil.pid_exists(parent))


def _say_as_json(settings: Settings, endpoint: str) -> None:
    shown = ("region", "access_key_id", "secret_access_key")
    facts = {name: getattr(settings, name) for name in shown}
    # it works without anybody who reads this
    with contextlib.suppress(OSError):
        print(json.dumps({"endpoint": endpoint, **facts, "pid": os.getpid()}), flush=True)


def _sayer(secret_file: str | None) -> Callable[[Settings, str], None]:
    """Prints how to use the cloud; a secret that came out of a file is named by the file."""
    # what comes through a pipe can be read once
    given = secret_file if secret_file and Path(secret_file).is_file() else None

    def say(settings: Settings, endpoint: str) -> None:
        with contextlib.suppress(OSError):
            print(instructions(endpoint, settings, secret_file=given), flush=True)

    return say
