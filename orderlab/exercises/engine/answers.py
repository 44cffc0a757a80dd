"""One reader for what learners hand to a check, so that a right answer in another form is right.

Every function returns plain Python values, or raises `CannotRead` with a sentence for the card:
what was expected, and what came instead. A check never has to guard against odd answers itself.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable, Mapping
from typing import Any

_MANY = 10_000


class CannotRead(Exception):
    """The answer has a form that the check cannot read; the message says which form it reads."""


def number(answer: Any, what: str = "a number") -> float:
    """A number: an int, a float, a Decimal, or one written as text (`"1,200"`, `" 3.5 "`)."""
    if isinstance(answer, bool) or answer is None:
        raise CannotRead(f"I expected {what}, and got {_shown(answer)}.")
    if isinstance(answer, str):
        answer = answer.strip().replace(",", "").replace("_", "")
    if isinstance(answer, list | tuple) and len(answer) == 1:
        return number(answer[0], what)
    try:
        value = float(answer)
    except OverflowError:
        return math.inf if answer > 0 else -math.inf
    except (TypeError, ValueError):
        raise CannotRead(f"I expected {what}, and got {_shown(answer)}.") from None
    if math.isnan(value):
        raise CannotRead(f"I expected {what}, and got NaN, which is not a number.")
    return value


def text(answer: Any, what: str = "a text") -> str:
    """A text without spaces around it; a number becomes its text."""
    if isinstance(answer, str):
        return answer.strip()
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        return str(answer)
    if isinstance(answer, list | tuple) and len(answer) == 1:
        return text(answer[0], what)
    raise CannotRead(f"I expected {what}, and got {_shown(answer)}.")


def listing(answer: Any, what: str = "a list") -> list[Any]:
    """A list from a list, a tuple, a set or a generator (read once); a text is split at commas."""
    if isinstance(answer, str):
        return [part.strip() for part in answer.split(",") if part.strip()]
    if isinstance(answer, Mapping) or not isinstance(answer, Iterable):
        raise CannotRead(f"I expected {what}, and got {_shown(answer)}.")
    found: list[Any] = []
    for each in answer:
        found.append(each)
        if len(found) > _MANY:
            raise CannotRead(f"I expected {what}; yours has more than {_MANY:,} entries.")
    return found


def mapping(
    answer: Any,
    keys: Iterable[str],
    *,
    synonyms: Mapping[str, str] | None = None,
    what: str = "a dictionary",
    complete: bool = True,
) -> dict[str, Any]:
    """A dictionary with exactly these keys, whatever their capitals, spaces, hyphens and order.

    `synonyms` maps other words for a key to it. A list of pairs is read as a dictionary. With
    `complete` false, keys may be missing.
    """
    wanted = {_folded(key): key for key in keys}
    other = {_folded(word): key for word, key in (synonyms or {}).items()}
    found: dict[str, Any] = {}
    for key, value in _items(answer, what):
        known = wanted.get(_folded(key)) or other.get(_folded(key))
        if known is None:
            names = ", ".join(wanted.values())
            raise CannotRead(f"The key {_shown(key)} is not one of {names}.")
        found[known] = value
    missing = [key for key in wanted.values() if key not in found]
    if missing and complete:
        raise CannotRead(f"The answer has no value for {', '.join(missing)}.")
    return found


def pairs(answer: Any, what: str = "a list of pairs") -> list[tuple[Any, Any]]:
    """A list of pairs; a dictionary gives its items."""
    if isinstance(answer, Mapping):
        return list(answer.items())
    return list(_items(answer, what))


def one_of(
    answer: Any, choices: Iterable[str], *, synonyms: Mapping[str, str] | None = None
) -> str:
    """One of some words, whatever its capitals, spaces and hyphens."""
    known = {_folded(choice): choice for choice in choices}
    known.update({_folded(word): choice for word, choice in (synonyms or {}).items()})
    said = text(answer, f"one of {', '.join(dict.fromkeys(known.values()))}")
    if _folded(said) not in known:
        names = ", ".join(dict.fromkeys(known.values()))
        raise CannotRead(f"{_shown(said)} is not one of {names}.")
    return known[_folded(said)]


def not_run(returned: Any) -> str:
    """Why a call did nothing, if a function gave a generator or a coroutine; "" otherwise."""
    if inspect.isgenerator(returned):
        return "Your function has a `yield`, so calling it runs nothing: it gave a generator."
    if inspect.iscoroutine(returned):
        returned.close()
        return "Your function is an `async def`, so calling it runs nothing: it gave a coroutine."
    return ""


def _items(answer: Any, what: str) -> list[tuple[Any, Any]]:
    if isinstance(answer, Mapping):
        return list(answer.items())
    found = listing(answer, what)
    if not all(isinstance(each, list | tuple) and len(each) == 2 for each in found):
        raise CannotRead(f"I expected {what}, and got {_shown(answer)}.")
    return [(key, value) for key, value in found]


def _folded(word: Any) -> str:
    return "".join(letter for letter in str(word).casefold() if letter.isalnum())


def _shown(value: Any) -> str:
    """A value as it is named in a sentence: short, and never with an object's address."""
    if value is None:
        return "nothing (None)"
    if isinstance(value, str | int | float | bool | list | tuple | dict | set):
        try:
            shown = repr(value)
        except ValueError:  # an int of more digits than Python prints
            return "a very large number"
        return shown if len(shown) <= 60 else f"{shown[:57]}..."
    return f"a value of type {type(value).__name__}"
