"""Trust in the solution notebooks that come with the course.

JupyterLab shows the pictures of a notebook only if it was run here, or signed. The solutions come
executed, so without a signature they would show the words of a picture in its place.

https://jupyter-server.readthedocs.io/en/latest/operators/security.html#notebook-security
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path


def trust_solutions(root: Path) -> None:
    """Sign the notebooks in `solutions/` for this user, as `jupyter trust` does.

    Without a place for signatures nothing is signed; pictures then appear once a notebook is run.
    """
    paths = sorted((root / "solutions").glob("[0-9][0-9]_*.ipynb"))
    if not paths:
        return
    # a third of a second, which only this command needs
    import nbformat
    from nbformat.sign import NotebookNotary

    with contextlib.suppress(OSError, sqlite3.Error):
        notary = NotebookNotary()
        with contextlib.closing(notary.store):
            for path in paths:
                with contextlib.suppress(ValueError):
                    notebook = nbformat.read(path, nbformat.NO_CONVERT)
                    if not notary.check_signature(notebook):
                        notary.sign(notebook)
