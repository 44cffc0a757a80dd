"""One look at a queue's servers: what lay where, who was asked, what came back. And in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# so many messages are named in a sentence; the rest are counted
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Lying:
    """A message on its server: visible, came, missed, in flight, delayed or a dead letter."""

    body: str
    server: int
    state: str


@dataclass(frozen=True, slots=True)
class Scene:
    """`asked` is None where nobody asked. `held` are the visible messages of each server, all of
    them; `messages` are those that are known by name. `came` counts what the answer held.
    `measured` says that chance had a hand in it."""

    servers: int
    messages: tuple[Lying, ...]
    held: tuple[int, ...]
    asked: tuple[int, ...] | None = None
    came: int = 0
    short: bool = True
    chosen: bool = False
    measured: bool = False
    buried: int = 0

    @classmethod
    def of_page(cls, page: Mapping[str, Any], *, measured: bool = False) -> Scene:
        """The servers as they are now."""
        lying = _messages(page["lying"], {}, "")
        return cls(len(page["depths"]), lying, _held(page), measured=measured)

    @classmethod
    def of_poll(cls, poll: Mapping[str, Any], *, measured: bool = False) -> Scene:
        """A receive: what lay there when it came, and what it took."""
        # what was left by a poll that asked everywhere is next time's
        left = "missed" if poll["short"] else "visible"
        states = {each["id"]: "came" for each in poll["came"]}
        states |= {each["id"]: "dead letter" for each in poll["buried"]}
        return cls(
            len(poll["depths"]),
            _messages(poll["lying"], states, left),
            _held(poll),
            tuple(poll["asked"]),
            len(poll["came"]),
            poll["short"],
            poll["chosen"],
            measured,
            len(poll["buried"]),
        )

    def bodies(self, state: str) -> list[str]:
        return [each.body for each in self.messages if each.state == state]

    @property
    def left(self) -> int:
        """How many visible messages did not come."""
        return sum(self.held) - self.came - self.buried

    # --- in words ---

    def title(self) -> str:
        if self.asked is None:
            return f"{_counted(sum(self.held), 'visible message')} on {self.servers} servers"
        if not self.short:
            return f"A long poll asks all {self.servers} servers"
        asked = f"{len(self.asked)} of {_counted(self.servers, 'server')}"
        return f"A short poll asks {asked}" + (", chosen by you" if self.chosen else "")

    def answer(self) -> str:
        """What came back."""
        if not self.came:
            return "The answer is empty."
        bodies = self.bodies("came")
        return f"{_named(bodies, self.came)} {'comes' if self.came == 1 else 'come'} back."

    def sentence(self) -> str:
        """The scene for someone on the phone."""
        return " ".join(part for part in (f"{self.title()}.", *self._rest()) if part)

    def _rest(self) -> list[str]:
        if self.asked is None:
            return [self._places("visible"), self._others()]
        asked = f"Asked: {_listed(self.asked)}." if self.short else ""
        return [asked, self.answer(), self._missed(), self._others()]

    def _missed(self) -> str:
        if not self.left:
            return ""
        missed = [each for each in self.messages if each.state in ("missed", "visible")]
        if not missed:
            return f"{_counted(self.left, 'message')} did not come."
        word = "missed" if self.short else "still there"
        one = self.left == 1
        named = _named([each.body for each in missed], self.left)
        where = f", on server {missed[0].server}," if one else ""
        because = ""
        if one and self.asked is not None and missed[0].server not in self.asked:
            because = ": that server was not asked"
        return f"{named}{where} {'is' if one else 'are'} {word}{because}."

    def _places(self, state: str) -> str:
        found = [each for each in self.messages if each.state == state]
        if not found:
            return ""
        named = [f"{each.body} on {each.server}" for each in found[:_NAMED]]
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        return f"{', '.join(named)}{more}."

    def _others(self) -> str:
        parts = []
        for state in ("in flight", "delayed", "dead letter"):
            bodies = self.bodies(state)
            if bodies and state == "dead letter":
                parts.append(f"To the dead-letter queue: {_named(bodies, self.buried)}.")
            elif bodies:
                parts.append(f"{_named(bodies, len(bodies))} {_are(bodies)} {state}.")
        return " ".join(parts)


def _messages(
    lying: Sequence[Mapping[str, Any]], states: Mapping[str, str], left: str
) -> tuple[Lying, ...]:
    """The messages with their states; `left` is what a visible one is that did not come."""

    def state(each: Mapping[str, Any]) -> str:
        if each["id"] in states:
            return states[each["id"]]
        return left if left and each["state"] == "visible" else str(each["state"])

    return tuple(Lying(each["body"], each["server"], state(each)) for each in lying)


def _held(found: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(found["depths"])


def _are(bodies: Sequence[str]) -> str:
    return "is" if len(bodies) == 1 else "are"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _listed(numbers: Sequence[int]) -> str:
    return _and([str(number) for number in numbers])


def _named(bodies: Sequence[str], count: int) -> str:
    """The first of the bodies, and how many more there are."""
    shown = bodies[:_NAMED]
    more = count - len(shown)
    return _and([*shown, *([f"{more} more"] if more > 0 else [])])


def _and(words: Sequence[str]) -> str:
    return " and ".join(
        part for part in (", ".join(words[:-1]), words[-1] if words else "") if part
    )
