"""A process from which clouds are forked: Python, moto and all of the cloud's code are loaded.

    python -m orderlab.cloud.forkserver SOCKET

Loading takes most of a cloud's start. Whoever needs hundreds of them, each for a second, as the
author's gate does, has it done once (`orderlab/aws_target/forked.py` is the other end).

    starter -> server   {"environment": {name: value}}, with three descriptors: the new cloud's
                        standard input, its standard output, and a pipe for what is told of it
    server -> starter   on that pipe: one line with the process id, one with the exit status

The server has one thread, and so it may fork. It ends when the socket is closed; the clouds end
with their standard input, as always.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from typing import Any

_MESSAGE_BYTES = 262_144
_DESCRIPTORS = 3
_USUAL = ("apigateway", "dynamodb", "iam", "lambda", "logs", "sns", "sqs", "sts")


def main() -> int:
    """Fork a cloud for each message until the socket is closed; in a copy, be that cloud."""
    gc.disable()
    work = _loaded()
    channel = socket.socket(fileno=int(sys.argv[1]))
    woken, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    living: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([channel.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _tell_of_ended(living)
        if channel.fileno() not in ready:
            continue
        data, passed, _, _ = socket.recv_fds(channel, _MESSAGE_BYTES, _DESCRIPTORS)
        if not data:
            return 0
        pid = os.fork()
        if pid == 0:
            for number in (channel.detach(), woken, wakes, *living.values()):
                os.close(number)
            _become(json.loads(data)["environment"], passed, work)
        for number in passed[:2]:
            os.close(number)
        living[pid] = passed[2]
        _tell(passed[2], pid)


def _loaded() -> Callable[[], int]:
    """What a cloud does, with all of its code loaded."""
    from orderlab.cloud import __main__ as cloud
    from orderlab.cloud import moto_backends

    moto_backends.prepare_environment()
    import moto.moto_server.werkzeug_app  # noqa: F401
    from moto.core.base_backend import AccountSpecificBackend
    from moto.core.utils import get_service_model

    import orderlab.cloud.front.serve  # noqa: F401
    from orderlab.cloud.protocols.rest_routes import routes
    from orderlab.cloud.service_models import known_operations

    # what a cloud reads of botocore's data when it is first asked for something
    for service in _USUAL:
        known_operations(service)
        routes(service)
    get_service_model("iam")
    AccountSpecificBackend.get_session().get_available_regions("sqs")
    if sys.platform != "win32":
        import uvloop  # noqa: F401
    # what is loaded is nobody's garbage: a copy's collector would only copy its pages
    gc.freeze()
    return cloud.main


def _become(environment: dict[str, str], passed: list[int], work: Callable[[], int]) -> None:
    """In the copy: be a cloud that was started by itself, until that ends."""
    status = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, standard in zip(passed[:2], (0, 1), strict=True):
            os.dup2(number, standard)
        for number in passed:
            os.close(number)
        os.environ.clear()
        os.environ.update(environment)
        # it may be another's folder now
        tempfile.tempdir = None
        status = work()
        sys.stdout.flush()
    except BaseException as error:
        _show(error)
    finally:
        os._exit(status)


def _show(error: BaseException) -> None:
    import traceback

    traceback.print_exception(error)
    sys.stderr.flush()


def _tell_of_ended(living: dict[int, int]) -> None:
    while living:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        teller = living.pop(pid)
        _tell(teller, os.waitstatus_to_exitcode(status))
        os.close(teller)


def _tell(teller: int, number: Any) -> None:
    try:
        os.write(teller, f"{number}\n".encode())
    except BrokenPipeError:
        return  # nobody wants to know any more


if __name__ == "__main__":
    sys.exit(main())
