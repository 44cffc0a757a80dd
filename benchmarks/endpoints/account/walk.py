"""The whole course on a server in an account's place, a chapter after the other, as a learner goes.

A user with the rights that `orderlab doctor` prints, and no other, opens each chapter with
target="aws" and types the account's id; the notebook's cells run, the builders and real orders;
`orderlab teardown` follows in another process. Somebody else's resources, with names and tags like
the learner's, stand there all the time, and must do so in the end.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.endpoints.account.census import census
from benchmarks.endpoints.account.kept import Chapter
from benchmarks.endpoints.account.rights import Rights, granting, learner_keys
from orderlab.aws_target.account import AccountTarget
from orderlab.aws_target.costly import COSTLY

ROOT = Path(__file__).parents[3]
LEARNER, NEIGHBOUR = "anna", "annabel"
# a chapter whose cells wait for what never comes is ended
MOST_SECONDS = 1500
REGION = "us-east-1"

# the command `orderlab`, with this checkout's code
_TEARDOWN = "from orderlab.cli import main; main()"

Tell = Callable[[str], None]


def root_keys() -> dict[str, Any]:
    """The keys of the account's owner, as such servers take them."""
    return {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}


def owner(endpoint: str, learner: str = NEIGHBOUR) -> AccountTarget:
    keys = root_keys()
    return AccountTarget(learner=learner, chapter=4, endpoint=endpoint, allow=COSTLY, **keys)


@contextmanager
def learner_environment(endpoint: str, keys: dict[str, str]) -> Iterator[dict[str, str]]:
    """The variables of the learner's shell, with a home of its own."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
    with tempfile.TemporaryDirectory(prefix="orderlab-account-") as home:
        yield {
            **kept, **keys, "AWS_ENDPOINT_URL": endpoint, "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "ORDERLAB_TARGET": "aws", "ORDERLAB_LEARNER": LEARNER, "ORDERLAB_HOME": home,
            "PYTHONPATH": str(ROOT), "IPYTHONDIR": home,
        }  # fmt: skip


def walk(endpoint: str, rights: Rights, chapters: Sequence[int], tell: Tell) -> Iterator[Chapter]:
    """Each chapter: opened, run, taken away, counted."""
    root, learner = owner(endpoint), owner(endpoint, LEARNER)
    keys = learner_keys(learner, rights.besides(learner))
    plant(root)
    with (
        learner_environment(endpoint, keys) as environment,
        granting(learner, dict(rights.instead)),
    ):
        for chapter in chapters:
            before = census(root.unmarked)
            began = time.monotonic()
            told, said = _cells(environment, root.account_id, chapter)
            built = census(root.unmarked) - before
            taken = _teardown(environment)
            after = census(root.unmarked)
            found = Chapter.of(chapter, told, said)
            found.built, found.deleted = len(built), taken.stdout.count("\ndeleted ")
            found.status, found.left = taken.returncode, sorted(after - before)
            found.lost = sorted(before - after)
            found.teardown_said = "" if not taken.returncode else taken.stdout[-600:] + taken.stderr
            found.seconds = round(time.monotonic() - began)
            tell(str(found))
            yield found


def plant(root: AccountTarget) -> None:
    """One of each kind of somebody else's, who takes the course too and is called almost so."""
    from tests.cloud import every_kind

    every_kind.make(root)


def _cells(
    environment: dict[str, str], account: str, chapter: int
) -> tuple[list[dict[str, Any]], str]:
    """What a chapter's process told; and what it said last if it did not end well."""
    command = [sys.executable, "-m", "benchmarks.endpoints.account.cells", str(chapter)]
    out = Path(environment["ORDERLAB_HOME"]) / f"chapter{chapter:02d}.out"
    said = ""
    with out.open("w") as told:
        try:
            done = subprocess.run(
                command, input=f"{account}\n" * 4, stdout=told, stderr=subprocess.PIPE,
                text=True, env=environment, cwd=ROOT, timeout=MOST_SECONDS,
            )  # fmt: skip
            said = done.stderr[-600:] if done.returncode else ""
        except subprocess.TimeoutExpired:
            said = f"ended after {MOST_SECONDS} s"
    lines = out.read_text("utf-8").splitlines()
    return [json.loads(line[1:]) for line in lines if line.startswith("@{")], said


def _teardown(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _TEARDOWN, "teardown", "--yes"],
        capture_output=True, text=True, env=environment, cwd=ROOT, timeout=600,
    )  # fmt: skip
