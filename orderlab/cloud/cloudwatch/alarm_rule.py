"""The rule of a composite alarm: which states of which other alarms put it into ALARM.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html

A rule is kept in the order in which it is worked out, operands before their operators, so that
neither reading nor evaluating it goes deeper with its parentheses.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.cloudwatch.errors import ValidationError

MAX_CHILDREN, MAX_ELEMENTS = 100, 500
_NAME = r'"[^"]+"|[^\s"(),]+'
_LEAF = re.compile(rf"(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*({_NAME})\s*\)", re.IGNORECASE)
_AT_LEAST = re.compile(
    rf"AT_LEAST\s*\(\s*(\d{{1,3}})(%?)\s*,\s*(NOT\s+)?(ALARM|OK|INSUFFICIENT_DATA)\s*,"
    rf"\s*\(\s*((?:{_NAME})(?:\s*,\s*(?:{_NAME}))*)\s*\)\s*\)",
    re.IGNORECASE,
)
_WORD = re.compile(r"(AND|OR|NOT|TRUE|FALSE)\b|([()])", re.IGNORECASE)
_SPACE = re.compile(r"\s*")
_STRENGTH = {"OR": 1, "AND": 2, "NOT": 3}
# Says in which state the alarm of a name is.
StateOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Condition:
    """At least `count` of these alarms are in a state, or are not in it (`negated`)."""

    count: int
    state: str
    names: tuple[str, ...]
    negated: bool = False

    def holds(self, state_of: StateOf) -> bool:
        """Whether it is so now."""
        found = sum((state_of(name) == self.state) is not self.negated for name in self.names)
        return found >= self.count


class AlarmRule:
    """A rule that was read: the alarms that it names, and whether it holds."""

    def __init__(self, text: str, own_arns: str) -> None:
        """`own_arns` is how ARNs of alarms of this account and Region begin.

        Raises ValidationError.
        """
        self.text = text
        if text != text.strip() or not text:
            raise ValidationError(
                "AlarmRule must not contain leading or trailing whitespace or be null"
            )
        self._own_arns = own_arns
        self._elements = 0
        self._output: list[Condition | bool | str] = []
        self._operators: list[str] = []
        self._read(text)
        named = (
            name for each in self._output if isinstance(each, Condition) for name in each.names
        )
        self.children = tuple(dict.fromkeys(named))
        if len(self.children) > MAX_CHILDREN:
            raise ValidationError(f"AlarmRule must not refer to more than {MAX_CHILDREN} alarms")

    def holds(self, state_of: StateOf) -> bool:
        """Whether the rule is true, with the states that its alarms have now."""
        stack: list[bool] = []
        for each in self._output:
            if isinstance(each, bool):
                stack.append(each)
            elif isinstance(each, Condition):
                stack.append(each.holds(state_of))
            elif each == "NOT":
                stack.append(not stack.pop())
            else:
                right, left = stack.pop(), stack.pop()
                stack.append(left and right if each == "AND" else left or right)
        return stack.pop()

    def _read(self, text: str) -> None:
        at, wants_operand = 0, True
        while at < len(text):
            match = _AT_LEAST.match(text, at) or _LEAF.match(text, at) or _WORD.match(text, at)
            if match is None:
                raise _invalid(text, at)
            word = match[0].upper()
            begins = match.re is not _WORD or word in ("NOT", "(", "TRUE", "FALSE")
            if begins is not wants_operand:
                raise _invalid(text, at)
            wants_operand = self._take(match, word, text, at)
            space = _SPACE.match(text, match.end())
            at = space.end() if space else match.end()
        while self._operators:
            if self._operators[-1] == "(":
                raise _invalid(text, at)
            self._output.append(self._operators.pop())
        if wants_operand:
            raise _invalid(text, at)

    def _take(self, match: re.Match[str], word: str, text: str, at: int) -> bool:
        """Keep one element. Returns whether an operand has to follow it."""
        if match.re is not _WORD or word in ("TRUE", "FALSE"):
            self._count()
            self._output.append(self._operand(match, word))
            return False
        if word == "(":
            self._count()
            self._operators.append(word)
            return True
        if word == ")":
            self._count()
            while self._operators and self._operators[-1] != "(":
                self._output.append(self._operators.pop())
            if not self._operators:
                raise _invalid(text, at)
            self._operators.pop()
            return False
        while (
            word != "NOT"
            and self._operators
            and _STRENGTH.get(self._operators[-1], 0) >= _STRENGTH[word]
        ):
            self._output.append(self._operators.pop())
        self._operators.append(word)
        return True

    def _operand(self, match: re.Match[str], word: str) -> Condition | bool:
        if match.re is _WORD:
            return word == "TRUE"
        if match.re is _LEAF:
            return Condition(1, match[1].upper(), (self._name(match[2]),))
        names = tuple(self._name(each) for each in re.findall(_NAME, match[5]))
        count = int(match[1])
        if match[2]:
            count = math.ceil(len(names) * count / 100)
        if not 1 <= count <= len(names):
            raise ValidationError(
                "AT_LEAST must ask for at least one alarm, and no more than it has"
            )
        return Condition(count, match[4].upper(), names, negated=bool(match[3]))

    def _name(self, given: str) -> str:
        name = given.strip('"')
        if not name.startswith("arn:"):
            return name
        if not name.startswith(self._own_arns):
            raise NotDoneYet(f"alarm rules with alarms of other accounts or Regions ({name})")
        return name.removeprefix(self._own_arns)

    def _count(self) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise ValidationError(f"AlarmRule must not have more than {MAX_ELEMENTS} elements")


def _invalid(text: str, at: int) -> ValidationError:
    return ValidationError(f"AlarmRule is invalid at position {at}: '{text[at : at + 30]}'")
