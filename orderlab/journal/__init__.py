"""A journal of the calls that change state, so that a new cloud can be given again what stood.

Every successful call that creates, changes or removes something is written down with its
parameters and its answer. When it is replayed, the ids that AWS chose will differ (an API's id, a
queue's URL): wherever the new answer holds another string than the old one at the same place, later
parameters are translated. Calls that only look up such ids are written down too, and what the lab
itself did in between: the starting points of exercises.

`file.py` keeps the lines, `values.py` says how values look in them and leaves out secrets,
`compaction.py` leaves out what cancels, `redo.py` does the rest again.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from orderlab.aws_target.absent import Absent
from orderlab.errors import CloudGone
from orderlab.journal.claim import Claim, claim, journal_path
from orderlab.journal.compaction import compact
from orderlab.journal.file import Entry, JournalFile
from orderlab.journal.held import Held
from orderlab.journal.noted import LOOKUPS, is_change
from orderlab.journal.redo import Clients, Failure, Redo, Step, grouped, weight
from orderlab.journal.standing import Stood
from orderlab.journal.values import without_secrets

__all__ = ["Failure", "Journal", "is_change"]

HOME_REGION = "us-east-1"


class Journal:
    """One chapter's journal. After `replay`, `failures` says what could not be done again,
    `unreadable` how many lines were spoiled, and `trouble` why nothing could be read, if so."""

    def __init__(self, path: Path, *, home_region: str = HOME_REGION) -> None:
        self.failures: list[Failure] = []
        self.trouble = ""
        self._held = Held()
        self._file = JournalFile(path)
        self._claim = Claim(path)
        self._home_region = home_region
        self._paused = False
        self._warned = False
        self._looked_up: dict[str, str] = {}

    @property
    def path(self) -> Path:
        return self._file.path

    @property
    def renamed(self) -> set[str]:
        """The kinds of things that the last replay gave other ids, in words."""
        return self._held.renamed

    @property
    def unreadable(self) -> int:
        return self._file.unreadable

    # --- whose it is -----------------------------------------------------------------------

    @classmethod
    def of(cls, folder: Path, chapter: int) -> Journal:
        """A chapter's journal, held by this process; one of its own if another process has it."""
        journal = cls(journal_path(folder, chapter))
        journal.hold(chapter)
        return journal

    def hold(self, chapter: int) -> None:
        """Hold the journal, again after `release`."""
        self._claim = claim(self.path.parent, chapter)
        self._file = JournalFile(self._claim.path)

    @property
    def holder(self) -> int | None:
        """The process that has the chapter's own journal, if it is another one."""
        return self._claim.holder

    def release(self) -> None:
        """Let another kernel have the journal."""
        self._claim.release()

    # --- writing --------------------------------------------------------------------------

    def attach(self, client: Any) -> Any:
        """Write down what is done with a boto3 client from now on; returns the client."""
        self.listen(client.meta.events.register, client.meta.events.register_last)
        return client

    def listen(
        self,
        register: Callable[..., Any],
        register_last: Callable[..., Any],
        is_ours: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """Write down the calls that events tell of, of a client or of a whole botocore session, if
        they went to an address that is ours."""
        # after boto3's resources have turned their Python values into DynamoDB's
        register_last("before-parameter-build", _remember_parameters)

        def note(parsed: Any, model: Any, context: Any, http_response: Any, **_: Any) -> None:
            if isinstance(parsed, Absent):  # it wasn't sent
                return
            if http_response.status_code >= 300 or not is_ours(http_response.url):
                return
            service, operation = model.service_model.service_name, model.name
            given = context.get("orderlab_parameters")
            if given is None:
                return
            region = context.get("client_region") or self._home_region
            if is_change(operation) or self._is_news(service, operation, region, given, parsed):
                self.write(service, operation, given, parsed, region=region)

        register("after-call", note)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Write nothing down meanwhile."""
        before, self._paused = self._paused, True
        try:
            yield
        finally:
            self._paused = before

    def write(
        self, service: str, operation: str, parameters: Any, answer: Any, *, region: str = ""
    ) -> None:
        """Note a call. What is secret in it is left out."""
        entry: Entry = {
            "service": service,
            "operation": operation,
            "parameters": parameters,
            "answer": _without_metadata(answer),
        }
        if region not in ("", self._home_region):
            entry["region"] = region
        self._append(entry)

    def write_step(self, step: str, exercise: str) -> None:
        """Note what the lab itself did: `prepare` or `solve` an exercise."""
        self._append({"step": step, "exercise": exercise})

    def _is_news(
        self, service: str, operation: str, region: str, parameters: Any, answer: Any
    ) -> bool:
        """Whether a look-up told something that the last one of its kind did not."""
        if operation not in LOOKUPS:
            return False
        key = json.dumps([service, operation, region, parameters], default=str, sort_keys=True)
        found = json.dumps(_without_metadata(answer), default=str, sort_keys=True)
        before, self._looked_up[key] = self._looked_up.get(key), found
        return found != before

    def _append(self, entry: Entry) -> None:
        if self._paused:
            return
        try:
            self._held.note(entry)
            self._file.append(without_secrets(entry))
        except (OSError, TypeError, ValueError, RecursionError) as error:
            # the call was made, and must not fail for this
            self._warn(f"{type(error).__name__}: {error}")

    def _warn(self, reason: str) -> None:
        if not self._warned:
            self._warned = True
            with contextlib.suppress(Exception):
                sys.stderr.write(
                    f"orderlab: {self.path} cannot be written ({reason}). What you build works, "
                    "but not all of it will stand again after a restart.\n"
                )

    # --- reading --------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """What was written. Lines that a crash or a full disk spoiled are left out and counted."""
        return self._file.read()

    def prepare(self) -> str:
        """Bring a journal of another version to this one's; a sentence for the learner, or none."""
        try:
            return self._file.prepare()
        except OSError:
            return ""  # as `replay` will say

    def replay(
        self,
        client: Clients,
        step: Step | None = None,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> tuple[int, int]:
        """Do every call again with clients of `client(service)`; (changes done, failed).

        `step(kind, exercise)` does again what the lab itself did. What later calls took back is not
        done at all. `on_progress` is told how many of how many entries are done. Raises CloudGone.
        """
        try:
            entries, self.trouble = self.entries(), ""
        except OSError as error:
            entries, self.trouble = [], error.strerror or str(error)
        needed = _needed(entries, Stood(client))
        self._held.renamed.clear()
        redo = Redo(client, step, self._held)
        with self.paused():
            for number, entry in enumerate(needed):
                redo(entry)
                if on_progress:
                    on_progress(number + 1, len(needed))
        self.failures = grouped(redo.failures)
        failed = sum(failure.count for failure in self.failures)
        return max(0, sum(map(weight, entries)) - redo.lost), failed

    def clear(self) -> Path | None:
        """Begin a new journal; the old one is kept beside it, named for the time."""
        self._looked_up.clear()
        return self._file.set_aside()


def _needed(entries: list[Entry], stood: Stood) -> list[Entry]:
    try:
        return compact(entries, tables=stood.table, standing=stood.names)
    except CloudGone:
        raise
    except Exception:
        # an entry of a form that nobody thought of: then all is done, one after the other
        return entries


def _remember_parameters(params: Any, context: Any, **_: Any) -> None:
    # whatever is odd about them is for boto3 to say
    with contextlib.suppress(Exception):
        context["orderlab_parameters"] = _copied(params)


def _copied(value: Any) -> Any:
    """Parameters as they are now; a file among them is read, and stands where it stood."""
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(each) for each in value]
    if hasattr(value, "read") and hasattr(value, "seek"):
        at = value.tell()
        content = value.read()
        value.seek(at)
        return content
    return value


def _without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}
