"""5.4: a receive's wait between the patience of a proxy, of the client and of the queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import CannotRead, mapping, number

NAMES = ("WaitTimeSeconds", "read_timeout", "VisibilityTimeout")
PROXY_SECONDS = 15
# the answer's way takes up to a second
WAY_SECONDS = 1
MOST_AN_HOUR = 300
BATCH, LABEL_SECONDS = 10, 4
WORK_SECONDS = BATCH * LABEL_SECONDS
BACK_WITHIN = 120
_LOOKED = (
    f"an hour without labels, then a label that comes in the last second of a wait; {BATCH} labels of "
    f"{LABEL_SECONDS} s each; a label whose program died"
)


def _check(workspace: Workspace) -> Outcome:
    if workspace.answer is None or workspace.answer is Ellipsis:
        return untouched(
            "No clocks were set yet.",
            next='clocks = {"WaitTimeSeconds": ..., "read_timeout": ..., "VisibilityTimeout": ...}',
        )
    answer = workspace.answer
    if isinstance(answer, Mapping) and all(value in (None, ...) for value in answer.values()):
        return untouched("The three clocks have no values yet.", next="Seconds, for each of them.")
    clocks = _read(answer)
    found = _receiving(*clocks) or _working(clocks[2])
    if found is None:
        wait, _, hidden = clocks
        return right(
            "The innermost clock is the shortest: SQS answers first, then the proxy would give up, and "
            "the client last or not at all. Nobody hangs up on a request that still listens.",
            looked_at=_LOOKED,
            got=f"{3600 / wait:.0f} empty answers an hour, none abandoned; ten labels are done after "
            f"{WORK_SECONDS} s, hidden for {hidden:g} s",
        )
    name, message, expected, got, hint = found
    return wrong(name, message, looked_at=_LOOKED, expected=expected, got=got, next=hint)


def _read(answer: Any) -> tuple[float, float, float]:
    synonyms = {"wait": NAMES[0], "client": NAMES[1], "timeout": NAMES[1], "visibility": NAMES[2]}
    found = mapping(answer, NAMES, synonyms=synonyms, what="three clocks by their names")
    wait, patience, hidden = (number(found[name], f"seconds for {name}") for name in NAMES)
    if wait % 1 or not 0 <= wait <= 20:
        raise CannotRead("SQS takes a WaitTimeSeconds from 0 to 20, in whole seconds.")
    if hidden % 1 or not 0 <= hidden <= 43_200:
        raise CannotRead("SQS takes a VisibilityTimeout from 0 to 43,200, in whole seconds.")
    if patience <= 0:
        raise CannotRead("A read_timeout is above 0.")
    return wait, patience, hidden


Mistake = tuple[str, str, str, str, str]


def _receiving(wait: float, patience: float, _: float) -> Mistake | None:
    if wait == 0:
        return (
            "short polls",
            "A wait of 0 is over at once, so no clock runs out. The program asks again at once, too, "
            "and some of its answers are empty though labels wait.",
            f"at most {MOST_AN_HOUR} empty answers an hour",
            "as many as the line carries",
            "How long may a wait be if the proxy cuts after 15 s of silence?",
        )
    if patience <= wait:
        return (
            "the client hangs up first",
            f"The client gives up after {patience:g} s, while SQS still listens for it. A label that "
            "comes then is given to a connection that nobody reads, and is hidden.",
            "a client that is more patient than SQS",
            f"read_timeout {patience:g}, WaitTimeSeconds {wait:g}",
            "Which of the two clocks must run out first?",
        )
    if wait >= PROXY_SECONDS:
        return (
            "the proxy cuts first",
            f"A wait of {wait:g} s is a silence of {wait:g} s, and the proxy cuts after "
            f"{PROXY_SECONDS}. SQS doesn't see the cut, and gives a late label to nobody.",
            f"an answer before {PROXY_SECONDS} s of silence",
            f"WaitTimeSeconds {wait:g}",
            "The wait is the only clock of the three that can be shorter than the proxy's.",
        )
    if patience < wait + WAY_SECONDS:
        return (
            "no time for the way",
            "SQS answers when its wait is over, and the answer needs up to a second to arrive. The "
            "client has gone by then.",
            f"{WAY_SECONDS} s or more between the two",
            f"read_timeout {patience:g}, WaitTimeSeconds {wait:g}",
            "Let the client be patient: that costs nothing.",
        )
    if 3600 / wait > MOST_AN_HOUR:
        return (
            "shorter than it need be",
            "Nothing is abandoned. But each wait that ends with nothing is a request that is paid.",
            f"at most {MOST_AN_HOUR} empty answers an hour",
            f"{3600 / wait:.0f} an hour",
            "An hour has 3,600 s. How long is each wait, if 300 fill it?",
        )
    return None


def _working(hidden: float) -> Mistake | None:
    if hidden <= WORK_SECONDS:
        return (
            "hidden too shortly",
            f"Ten labels take {WORK_SECONDS} s, and all ten are hidden from the moment they were "
            "received. The last ones come back while they are still in the printer.",
            f"hidden for more than {WORK_SECONDS} s",
            f"VisibilityTimeout {hidden:g}",
            "The clock runs for the whole batch at once, not for each label in turn.",
        )
    if hidden > BACK_WITHIN:
        return (
            "lost for long",
            f"If the program dies, its labels come back after {hidden:g} s.",
            f"back within {BACK_WITHIN} s",
            f"VisibilityTimeout {hidden:g}",
            "Longer than the work, with room, and not longer than you can wait for a lost one.",
        )
    return None


def _clocks(wait: Any, patience: Any, hidden: Any) -> Any:
    return lambda _: dict(zip(NAMES, (wait, patience, hidden), strict=True))


CLOCKS = Exercise(
    id="5.4",
    title="Four clocks in a row",
    check=_check,
    solve=_clocks(13, 20, 60),
    stands=lambda _: True,
    answer_name="clocks",
    solution="""clocks = {
    "WaitTimeSeconds": 13,
    "read_timeout": 20,
    "VisibilityTimeout": 60,
}
# SQS first (12 to 14 s: 300 empty answers an hour at most, and a second for the way), the proxy
# at 15 s, the client after that. Ten labels take 40 s, and a lost one is back within 120.""",
    equivalent={
        "13 -> 14": "14 s leave a second for the way",
        "20 -> 21": "a more patient client costs nothing",
        "60 -> 61": "any time from 41 to 120 s does",
    },
    hints=(
        "In which order must the four clocks run out, if nobody is to hang up on another?",
        "SQS's wait ends first, before the proxy's 15 s; the client waits longer than SQS. And "
        "3,600 s through 300 answers is the shortest wait.",
        "A wait from 12 to 14 s, a read_timeout a second or more above it, and a VisibilityTimeout "
        "between ten labels' work (40 s) and 120 s.",
    ),
    proofs=(
        Proof("the proxy cuts first", _clocks(20, 60, 60), says="a silence of 20 s"),
        Proof("the client hangs up first", _clocks(13, 5, 60), says="nobody reads"),
        Proof("no time for the way", _clocks(13, 13.2, 60), says="has gone by then"),
        Proof("short polls", _clocks(0, 60, 60), says="asks again at once"),
        Proof("shorter than it need be", _clocks(5, 60, 60), says="a request that is paid"),
        Proof("hidden too shortly", _clocks(13, 60, 30), says="still in the printer"),
        Proof("lost for long", _clocks(13, 60, 43200), says="come back after 43200"),
        Proof("an answer that cannot be read", _clocks(25, 60, 60), says="from 0 to 20"),
        Proof("twelve seconds, as texts", _clocks("12", "70", "90"), "right"),
        Proof(
            "pairs, in another order",
            lambda _: [
                ("visibility timeout", 45),
                ("read timeout", 15.5),
                ("wait time seconds", 14),
            ],
            "right",
        ),
    ),
)
