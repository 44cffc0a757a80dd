"""`orderlab lab`: JupyterLab at the first notebook, on this machine only, with its token."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import typer

from orderlab.cli.course import FOLDER, copy_course
from orderlab.cli.trusted import trust_solutions
from orderlab.errors import LearnerError

# switches off JupyterLab's announcements, which ask a server on the internet for news
JUPYTER_CONFIG = Path(__file__).with_name("jupyter")


def lab(
    notebook: Path | None = typer.Argument(
        None, help="The notebook to open; the first chapter's if left out."
    ),
    browser: bool = typer.Option(True, help="Open the browser, or only print the address."),
    port: int | None = typer.Option(
        None, min=1, max=65535, help="Port on 127.0.0.1; 8888 or the next free one if left out."
    ),
) -> None:
    """Open JupyterLab at the first notebook.

    The notebooks are copied into `my-course/`, which is yours: updates of the course never
    overwrite what you have changed there. A notebook that you name is opened where it is.
    JupyterLab can be reached from this machine only, with the token that it prints. Ctrl-C twice
    stops it.
    """
    chosen = notebook.resolve() if notebook else _first_notebook()
    if not chosen.is_file():
        raise LearnerError(f"There is no notebook {notebook}.", advice="Look into notebooks/.")
    trust_solutions(_root(chosen))
    _become(_command(chosen, browser=browser, port=port))


def _first_notebook() -> Path:
    for folder in (Path.cwd(), Path(__file__).resolve().parents[2]):
        found = sorted((folder / "notebooks").glob("[0-9][0-9]_index.ipynb"))
        if found:
            return _own_copy(folder, found[0])
    raise LearnerError(
        "No notebooks were found.",
        advice="Run this in the folder of the course, the one that holds notebooks/.",
    )


def _own_copy(root: Path, notebook: Path) -> Path:
    """The learner's copy of a notebook; the notebook itself where no folder can be made."""
    try:
        folder, done = copy_course(root)
    except OSError as error:
        typer.echo(f"No copies were made ({error.strerror}); you work in notebooks/ itself.")
        return notebook
    for line in done.lines():
        typer.echo(line)
    return folder / notebook.name


def _command(notebook: Path, *, browser: bool, port: int | None) -> list[str]:
    root = _root(notebook)
    # as the address to begin with, not as an argument: so it stands in what is printed, too
    address = f"/lab/tree/{quote(notebook.relative_to(root).as_posix())}"
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1"]
    command += [f"--ServerApp.root_dir={root}", f"--LabApp.default_url={address}"]
    if port is not None:
        command.append(f"--ServerApp.port={port}")
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in containers everybody is root, and it is loopback only
    return command


def _root(notebook: Path) -> Path:
    """The folder that JupyterLab shows: the course's, so that diagrams/ can be seen as well."""
    folder = notebook.parent
    return folder.parent if folder.name in (FOLDER, "notebooks", "solutions") else folder


def _become(command: list[str]) -> None:
    paths = [str(JUPYTER_CONFIG), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    environment = {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths))}
    if sys.platform == "win32":
        raise typer.Exit(subprocess.call(command, env=environment))
    # no process between the terminal and JupyterLab, so that Ctrl-C reaches it once
    os.execve(command[0], command, environment)
