"""JupyterLab's kernel, and the browser it opens in."""

from __future__ import annotations

import shutil
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

from orderlab.doctor.finding import Finding, bad, ok, warn

KERNEL = "python3"


def kernel(command: list[str] | None = None) -> Finding:
    """Notebooks ask for the kernel `python3`; it must be this Python. `command` starts it."""
    mend = f"`{Path(sys.executable).name} -m ipykernel install --sys-prefix` makes it anew."
    if command is None:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

        try:
            command = KernelSpecManager().get_kernel_spec(KERNEL).argv
        except NoSuchKernel:
            return bad("kernel", f"Jupyter knows no kernel {KERNEL}", mend)
    program = shutil.which(command[0]) or command[0]
    # jupyter replaces a bare `python` by the Python it runs on
    bare = command[0] in ("python", "python3", Path(sys.executable).name)
    if not bare and Path(program).parent != Path(sys.executable).parent:
        return bad("kernel", f"{KERNEL} starts {program}, where orderlab is not installed", mend)
    return ok("kernel", f"{KERNEL} starts this Python")


def browser(find: Callable[[], object] | None = None) -> Finding:
    """JupyterLab opens in it."""
    try:
        found = (find or webbrowser.get)()
    except webbrowser.Error:
        return warn(
            "browser",
            "none was found",
            "`orderlab lab --no-browser`, then open the address that it prints.",
        )
    return ok("browser", str(getattr(found, "name", None) or type(found).__name__))
