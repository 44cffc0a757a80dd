"""3.1: which changes of a table become records of its stream."""

from __future__ import annotations

from typing import Any

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import CannotRead, listing

TRUTH = ["INSERT", "MODIFY", "REMOVE"]
_NAMES = set(TRUTH)
# what one might say for it
_SYNONYMS = {
    "UPDATE": "MODIFY",
    "UPDATED": "MODIFY",
    "MODIFIED": "MODIFY",
    "DELETE": "REMOVE",
    "DELETED": "REMOVE",
    "REMOVED": "REMOVE",
    "INSERTED": "INSERT",
}
# what one might write for a call that leaves no record
_NO_RECORD = {"", "NONE", "-", "NOTHING"}
_LOOKED = "put, the same put again, update, delete of what is not there, delete"


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    if answer is None or answer in ([], ()):
        return untouched("No records were named yet.", next='names = ["INSERT", ...]')
    names = _names(answer)
    if names is None:
        return wrong(
            "how many, not which",
            "I need the name of each record, not their number.",
            expected='a list such as ["INSERT", "INSERT"]',
            got=repr(answer)[:80],
            next="A record's eventName is INSERT, MODIFY or REMOVE.",
        )
    return _judge(names)


def _names(answer: Any) -> list[str] | None:
    """The names, whether they come as a list or as one text, in capitals or not."""
    if isinstance(answer, int | float) or (isinstance(answer, str) and answer.strip().isdigit()):
        return None
    if isinstance(answer, set | frozenset):
        raise CannotRead("A set has no order, and records have one: I expected a list of names.")
    if isinstance(answer, str):
        answer = ",".join(answer.strip("[]() \n").replace(";", ",").split())
    said = [str(each).strip("'\" ").upper() for each in listing(answer, "a list of event names")]
    names = [_SYNONYMS.get(each, each) for each in said if each not in _NO_RECORD]
    unknown = [each for each in names if each not in _NAMES]
    if unknown:
        raise CannotRead(f"{unknown[0]} is not an eventName; those are {', '.join(TRUTH)}.")
    return names


def _judge(names: list[str]) -> Outcome:
    got = ", ".join(names)
    if names == TRUTH:
        return right(
            "Three records for five calls. A stream is a log of changes: what changes nothing leaves "
            "no record, however politely the call was answered.",
            looked_at=_LOOKED,
            got=got,
            next="Run the next cell: it makes the calls and reads the stream.",
        )
    misconception, message, hint = _mistake(names)
    return wrong(
        misconception,
        message,
        looked_at=_LOOKED,
        expected="a record for each change of an item, in the order of the changes",
        got=got,
        next=hint,
    )


def _mistake(names: list[str]) -> tuple[str, str, str]:
    if len(names) == 5:
        return (
            "a record for each call",
            "Five calls, five records: that would be a log of calls. A stream logs changes.",
            "After which of the calls is the table the same as before?",
        )
    if names == ["INSERT", "MODIFY", "MODIFY", "REMOVE"]:
        return (
            "the same again is a change",
            "The second put wrote what stood there already. The item did not change.",
            "Compare the item before and after the second call.",
        )
    if names == ["INSERT", "MODIFY", "REMOVE", "REMOVE"]:
        return (
            "removing nothing",
            "The fourth call deletes an item that was never there. It succeeds, and changes nothing.",
            "Compare the table before and after the fourth call.",
        )
    if names.count("INSERT") > 1:
        return (
            "every put inserts",
            "PutItem is the name of a call. INSERT says that the item was not there before.",
            "Is the draft list there before the second call?",
        )
    return (
        "another list",
        "That is not what the stream shows.",
        "Go through the five calls. What does each change?",
    )


RECORDS = Exercise(
    id="3.1",
    title="Five calls, how many records",
    check=_check,
    solve=lambda _: list(TRUTH),
    answer_name="names",
    stands=lambda _: True,
    solution="""names = ["INSERT", "MODIFY", "REMOVE"]
# The second put writes what is there already, and the first delete finds nothing: neither
# changes the table, so neither leaves a record.""",
    hints=(
        "What is the table like before and after each call?",
        "Two of the five calls leave the table as it was.",
        "The same put again and the delete of nobody change nothing; the other three leave one record each.",
    ),
    proofs=(
        Proof(
            "a record for each call",
            lambda _: ["INSERT", "MODIFY", "MODIFY", "REMOVE", "REMOVE"],
            says="a log of calls",
        ),
        Proof(
            "the same again is a change",
            lambda _: ["INSERT", "MODIFY", "MODIFY", "REMOVE"],
            says="did not change",
        ),
        Proof(
            "removing nothing",
            lambda _: ["INSERT", "MODIFY", "REMOVE", "REMOVE"],
            says="never there",
        ),
        Proof(
            "every put inserts",
            lambda _: ["INSERT", "INSERT", "MODIFY", "REMOVE"],
            says="the name of a call",
        ),
        Proof("how many, not which", lambda _: 3, says="not their number"),
        Proof("another list", lambda _: ["INSERT", "REMOVE"], says="not what the stream shows"),
        Proof(
            "an answer that cannot be read",
            lambda _: ["PutItem", "UpdateItem", "DeleteItem"],
            says="PUTITEM is not an eventName",
        ),
        Proof(
            "with the silent calls", lambda _: ["INSERT", None, "MODIFY", None, "REMOVE"], "right"
        ),
        Proof("as one text, in small letters", lambda _: "insert, modify, remove", "right"),
        Proof("a generator", lambda _: (n for n in ("Insert", "Modify", "Remove")), "right"),
    ),
)
