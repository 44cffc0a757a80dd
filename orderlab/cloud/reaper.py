"""A process that ends what a cloud leaves behind, and a cloud whose parent has gone.

    python -I -S reaper.py SETTINGS      folder, cloud's process id, mark, parent, ... as JSON

The cloud holds the other end of the standard input and writes `+PID MARK` and `-PID MARK` as
environments come and go, and `done` when it stops in order. If the input ends without that, the
cloud is dead: its environments are ended with all that they started, and its folder is removed.

It watches over the cloud, too, since that may be too busy to notice: when the cloud's parent is
gone, or a signal has told the cloud to stop, it has some seconds to do so, and is killed then.

What an environment has started is told by its mark, a limit of resources that everything inherits,
whatever variables it clears and whatever session it opens (`functions/runtime/boot.py`). Whatever
else the cloud has started has the cloud's own. Only Linux shows the limits of others: elsewhere
what left its process group and its parents is not found.

Runs on its own and may import nothing of this package.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call, var-annotated, attr-defined"

import json
import os
import queue
import signal
import sys
import threading
import time

# the lowest bits of a mark tell environments apart, the others clouds
ENVIRONMENT_BITS = 20
GRACE_SECONDS = 5.0
LOOK_SECONDS = 0.5
# AWS lets an environment have 1,024 processes and threads
MOST_TASKS = 1024
LINUX = sys.platform.startswith("linux")


class Reaper:
    """Watches one cloud, and ends what it leaves behind."""

    def __init__(self, settings):
        self._settings = settings
        self._cloud = settings["cloud"]
        # mark -> process id
        self._living = {}
        self._events = queue.Queue()
        self._deadline = None
        self._tasks_before = tasks_of_all()

    def run(self):
        """Until the cloud has ended, one way or the other."""
        self._listen(sys.stdin.fileno(), "cloud")
        for name in ("signals", "parent_pipe"):
            if self._settings.get(name) is not None:
                self._listen(self._settings[name], name)
        while True:
            try:
                source, data = self._events.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                self._look()
                continue
            if source == "cloud" and not self._take(data):
                return
            if source != "cloud" and bool(data) == (source == "signals"):
                self._let_stop()

    def _listen(self, descriptor, name):
        def read():
            data = b"-"
            while data:
                data = os.read(descriptor, 65_536)
                self._events.put((name, data))

        threading.Thread(target=read, name=name, daemon=True).start()

    def _take(self, data):
        """What the cloud says; False if that was its last word."""
        if not data:
            self._bury_cloud()
            return False
        for line in data.decode().splitlines():
            if line == "done":
                end_marked(self._is_an_environments)
                return False
            pid, _, mark = line[1:].partition(" ")
            if line[0] == "+":
                self._living[int(mark)] = int(pid)
            else:
                self._living.pop(int(mark), None)
                end_marked(int(mark).__eq__)
        return True

    def _is_ours(self, mark):
        return mark >> ENVIRONMENT_BITS == self._settings["mark"] >> ENVIRONMENT_BITS

    def _is_an_environments(self, mark):
        return self._is_ours(mark) and mark != self._settings["mark"]

    def _bury_cloud(self):
        for pid in self._living.values():
            end(pid)
        end_marked(self._is_ours)
        remove(self._settings["folder"])

    # --- looking after a cloud that may be too busy to look after itself

    def _let_stop(self):
        if self._deadline is None:
            self._deadline = time.monotonic() + GRACE_SECONDS

    def _look(self):
        if self._settings.get("parent") and not has_parent(self._cloud, self._settings["parent"]):
            self._let_stop()
        if self._deadline is not None and time.monotonic() > self._deadline:
            self._deadline = float("inf")
            if os.getppid() == self._cloud:
                os.kill(self._cloud, getattr(signal, "SIGKILL", signal.SIGTERM))
        if self._living and tasks_of_all() > self._tasks_before + MOST_TASKS:
            self._end_what_multiplies()

    def _end_what_multiplies(self):
        counts = {}
        for pid, mark in marked(self._is_an_environments):
            counts[mark] = counts.get(mark, 0) + tasks_of(pid)
        for mark, count in counts.items():
            if count > MOST_TASKS:
                end_marked(mark.__eq__)


def end(pid):
    """End a process with its group; on Windows, the process alone."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)
    except OSError:
        return


# --- marks


def end_marked(belongs):
    """End every process whose mark belongs, and what such processes start meanwhile."""
    deadline = time.monotonic() + 10.0
    while time.monotonic() < deadline:
        found = False
        for pid, _ in marked(belongs):
            found = True
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        if not found:
            return


def marked(belongs):
    """The processes with such a mark, one after the other, but for this one and dead ones."""
    if not LINUX:
        return
    for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):  # noqa: PTH208
        mark = mark_of(pid)
        if mark is not None and belongs(mark) and pid != os.getpid():
            yield pid, mark


def mark_of(pid):
    """The mark of a process; None for one that is dead, gone, or has none."""
    try:
        limits = read(f"/proc/{pid}/limits")
        start = limits.find(b"Max realtime timeout")
        words = limits[start:].split(None, 4)
        # a zombie has no memory any more, and nothing can be done to it
        return int(words[3]) if start >= 0 and words[3].isdigit() and is_alive(pid) else None
    except (OSError, IndexError):
        return None


def is_alive(pid):
    """Whether a process still runs: a zombie does not."""
    return read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[0] not in (b"Z", b"X")


def tasks_of(pid):
    """How many threads a process has; 0 if it is gone."""
    try:
        return len(os.listdir(f"/proc/{pid}/task"))  # noqa: PTH208
    except OSError:
        return 0


def tasks_of_all():
    """How many processes and threads the machine has."""
    if not LINUX:
        return 0
    return int(read("/proc/loadavg").split()[3].partition(b"/")[2])


def has_parent(pid, parent):
    """Whether a process is still the child of the one that had started it."""
    try:
        if LINUX:
            return int(read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[1]) == parent
        os.kill(parent, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def read(path):
    """The bytes of a file. Raises OSError."""
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read()


def remove(folder):
    """Remove a folder with all that is in it."""
    # only now: until a cloud has died it is a tenth of this process's memory
    import shutil

    for parent, _, _ in os.walk(folder):
        os.chmod(parent, 0o755)  # noqa: PTH101
    shutil.rmtree(folder, ignore_errors=True)


def main():
    """Watch the cloud that the first argument describes, until it has ended."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    Reaper(json.loads(sys.argv[1])).run()


if __name__ == "__main__":
    main()
