"""Ends what a cloud has left behind: `python -I -S reaper.py FOLDER MARK`.

The cloud holds the other end of this process's standard input and writes `+PID` and `-PID` as
environments come and go, and `done` when it stops in order. If the input ends without that, the
cloud is dead: its environments are ended with all that they started, and its folder is removed.
Either way processes that functions started and let go of are ended, where Linux can tell them by
MARK, a text in the variables that they inherited.

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
            end_marked(sys.argv[2])
            return
        (living.add if word[0] == "+" else living.discard)(int(word[1:]))
    for pid in living:
        end(pid)
    end_marked(sys.argv[2])
    remove(sys.argv[1])


def end(pid: int) -> None:
    try:
        if hasattr(os, "killpg"):
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)
    except OSError:
        return


def end_marked(mark: str) -> None:
    if not sys.platform.startswith("linux"):
        return
    for name in os.listdir("/proc"):  # noqa: PTH208
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as file:  # noqa: PTH123
                marked = mark.encode() in file.read()
            if marked:
                os.kill(int(name), signal.SIGKILL)
        except OSError:
            continue


def remove(folder: str) -> None:
    for parent, _, _ in os.walk(folder):
        os.chmod(parent, 0o755)  # noqa: PTH101
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
