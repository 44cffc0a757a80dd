"""Ends what a cloud has left behind when it was killed: `python -I -S reaper.py FOLDER`.

The cloud holds the other end of this process's standard input and writes `+PID` and `-PID` as
environments come and go, and `done` when it stops in order. If the input ends without that, the
cloud is dead: its environments are ended with all that they started, and its folder is removed.

Runs on its own and may import nothing of this package.
"""

import os
import shutil
import signal
import sys


def main() -> None:
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    living: set[int] = set()
    for line in sys.stdin:
        word = line.strip()
        if word == "done":
            return
        (living.add if word[0] == "+" else living.discard)(int(word[1:]))
    for pid in living:
        end(pid)
    remove(sys.argv[1])


def end(pid: int) -> None:
    try:
        if hasattr(os, "killpg"):
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)
    except OSError:
        return


def remove(folder: str) -> None:
    for parent, _, _ in os.walk(folder):
        os.chmod(parent, 0o755)  # noqa: PTH101
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
