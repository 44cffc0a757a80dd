"""A process from which those of environments are forked: Python and the runtime client are loaded.

    python -I -S forkserver.py SOCKET

    cloud -> server   one JSON object a message, with the pipe for the output: what to fork
    server -> cloud   ["ready", in AWS's places?]   ["started", id, pid]   ["ended", id, status]

What is loaded here is what AWS's runtime has loaded before it looks at the code, and no more: an
import of boto3 costs its time in every Init, as there. It has one thread, and so it may fork. A
dead process stays a zombie until the cloud says `{"bury": pid}`: its number is nobody else's.

It ends with the cloud: when the socket is closed, so do all that were forked.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, union-attr, arg-type"

import gc
import json
import logging
import os
import select
import signal
import socket
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
import boot  # type: ignore[import-not-found]
import places  # type: ignore[import-not-found]
import unpacking  # type: ignore[import-not-found]

MESSAGE_BYTES = 262_144


class Server:
    """Forks what the cloud asks for, and tells of those that have ended."""

    def __init__(self, channel, in_places):
        self._channel = channel
        self._living = {}
        woken, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._woken, self._wakes = woken, wakes
        self._tell("ready", in_places)

    def serve(self):
        """Go on until the cloud is gone; in a copy, return the order that it was forked for."""
        poll = select.poll()
        poll.register(self._channel, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        while True:
            ready = dict(poll.poll())
            if self._woken in ready:
                os.read(self._woken, 4096)
                self._look_for_ends()
            if self._channel.fileno() in ready:
                data, passed, _, _ = socket.recv_fds(self._channel, MESSAGE_BYTES, 1)
                if not data:
                    return None
                order = json.loads(data)
                if "bury" in order:
                    self._bury(order["bury"])
                elif self._fork(order, passed[0]):
                    return order

    def _fork(self, order, output):
        """Whether this is the copy."""
        try:
            pid = os.fork()
        except OSError:
            os.close(output)
            self._tell("ended", order["id"], 1)
            return False
        if pid == 0:
            self._leave(output)
            return True
        os.close(output)
        self._living[pid] = order["id"]
        self._tell("started", order["id"], pid)
        return False

    def _leave(self, output):
        """In the copy: a session and an output of its own, and nothing of the server's."""
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(self._woken)
        os.close(self._wakes)
        self._channel.close()
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)

    def _look_for_ends(self):
        for pid, number in list(self._living.items()):
            found = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if found is not None:
                del self._living[pid]
                exited = found.si_code == os.CLD_EXITED
                self._tell("ended", number, found.si_status if exited else -found.si_status)

    def _bury(self, pid):
        self._living.pop(pid, None)
        try:
            os.waitpid(pid, 0)
        except ChildProcessError:
            return

    def _tell(self, *words):
        self._channel.send(json.dumps(words).encode())


def enter_places(settings):
    """Whether the system lets us have AWS's folders."""
    if not settings["root"]:
        return False
    try:
        places.enter(settings["root"], settings["packages"], settings["store"])
    except OSError:
        return False
    return True


def load_client(client):
    """What the client is made of, but for the parts that look at the variables."""
    import ctypes  # noqa: F401
    import resource  # noqa: F401
    import traceback  # noqa: F401

    if client == "aws":
        import awslambdaric.lambda_context
        import awslambdaric.lambda_runtime_exception
        import awslambdaric.lambda_runtime_log_utils
        import awslambdaric.lambda_runtime_marshaller  # noqa: F401


def load_unpacking():
    """What unpacking needs and environments do without; returns the names of these modules."""
    before = set(sys.modules)
    import compileall  # noqa: F401
    import contextlib  # noqa: F401
    import py_compile  # noqa: F401
    import zipfile  # noqa: F401

    gc.collect()
    # what is loaded is nobody's garbage: a copy's collector would only copy its pages
    gc.freeze()
    return set(sys.modules) - before


def carry_out(order, parent_pid, in_places, settings):
    """Unpack something, instead of being an environment."""
    boot.die_with_parent(parent_pid)
    os.chdir(places.STORE if in_places else settings["store"])
    unpacking.carry_out(json.loads(order["task"]))
    # nothing is left to be tidied up
    os._exit(0)


def become(order, parent_pid, in_places, settings):
    """Be the process of an environment until that ends."""
    client, store = settings["client"], settings["store"]
    for name in settings["unpacking"]:
        # who imports one of them pays for it, as on AWS
        del sys.modules[name]
    boot.become(parent_pid, order["mark"])
    os.environ.clear()
    os.environ.update(order["variables"])
    time.tzset()
    # logging tells times since it was loaded; since Python 3.13 in nanoseconds
    in_nanoseconds = isinstance(vars(logging)["_startTime"], int)
    vars(logging)["_startTime"] = time.time_ns() if in_nanoseconds else time.time()
    opt = order["opt"]
    if not in_places:
        os.chdir(f"{store}/{order['code']}")
        opt = opt and f"{store}/{opt}"
    else:
        places.take(order["code"], opt, order["temporary"])
        opt = places.OPT if opt else ""
    has_libraries = in_places and opt and os.path.isdir(f"{opt}/lib")  # noqa: PTH112
    if has_libraries or os.environ.get("AWS_LAMBDA_EXEC_WRAPPER"):
        packages = places.PACKAGES if in_places else settings["packages"]
        again = (parent_pid, opt, packages, client, order["mark"])
        start_again("\n".join(map(str, again)), f"{opt}/lib" if has_libraries else "", in_places)
    boot.run(order["handler"], opt, client)


def start_again(settings, libraries, in_places):
    """Start Python once more: the loader of shared libraries looks up its folders only once."""
    os.environ["_ORDERLAB_BOOT"] = settings
    if libraries:
        os.environ["LD_LIBRARY_PATH"] = f"/lib64:/usr/lib64:{libraries}"
    here = places.RAPID if in_places else boot.HERE
    os.execv(sys.executable, [sys.executable, *boot.OPTIONS, f"{here}/boot.py"])


def main():
    """Load the runtime once, then fork a process for each order that comes."""
    settings = json.loads(os.environ.pop("_ORDERLAB_FORKSERVER"))
    # the cloud ends it by closing the socket
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    in_places = enter_places(settings)
    packages = places.PACKAGES if in_places else settings["packages"]
    sys.meta_path.append(boot.RuntimePackages(packages))
    boot.add_site_builtins()
    load_client(settings["client"])
    settings["unpacking"] = load_unpacking()
    own_pid = os.getpid()
    channel = socket.socket(fileno=int(sys.argv[1]))
    try:
        order = Server(channel, in_places).serve()
    except OSError:
        return
    if order is not None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        work = carry_out if "task" in order else become
        work(order, own_pid, in_places, settings)


if __name__ == "__main__":
    main()
