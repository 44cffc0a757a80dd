"""A secret that a command is given: on its command line, in a variable, or in a file."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

import typer

from orderlab.errors import LearnerError

# More than any secret has; a wrong file is not read whole.
_LONGEST = 1000
_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH


def secret_from(given: str | None, file: str | None, *, variable: str) -> str | None:
    """The secret, or None if none was given. A file counts before the variable.

    The variable is forgotten, so that no program that is started from here inherits it. What was
    given is never part of a message.
    """
    os.environ.pop(variable, None)
    if file is not None:
        given = _read(file)
    if given is not None and not _is_one_word(given):
        where = f"--secret-access-key-file {file}" if file else "--secret-access-key"
        raise typer.BadParameter(f"{where} does not hold a secret access key: one word is needed.")
    return given


def _is_one_word(text: str) -> bool:
    return len(text) <= _LONGEST and re.fullmatch(r"\S+", text) is not None


def _read(file: str) -> str:
    if file == "-":
        return sys.stdin.readline(_LONGEST + 2).strip()
    path = Path(file)
    try:
        if path.is_dir():
            raise LearnerError(f"{file} is a folder.", advice="Name a file that holds the secret.")
        with path.open(encoding="utf-8") as content:
            text = content.read(_LONGEST + 2).strip()
        if path.is_file() and os.name == "posix" and path.stat().st_mode & _OTHERS_READ:
            typer.echo(f"orderlab: others can read {file}: `chmod 600 {file}`", err=True)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise LearnerError(f"{file} cannot be read: {reason}.") from None
    return text
