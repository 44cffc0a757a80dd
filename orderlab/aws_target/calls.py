"""Methods that need a cloud: a sentence in place of a traceback where it is gone, or where the
learner interrupts them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any, TypeVar

from orderlab.aws_target.absent import Absent, absent_in
from orderlab.aws_target.base import NotHere
from orderlab.errors import CloudGone, Interrupted

T = TypeVar("T", bound=type)


def in_one_sentence(needs_no_cloud: Iterable[str]) -> Callable[[T], T]:
    """Decorate a class whose instances have a `target`: every public method and property, inherited
    ones too, raises CloudGone if the target's cloud is gone, and Interrupted if it is interrupted.
    Where the target lacks what one needs, it says so and gives an Absent. Those named work without
    a cloud, as far as what they call does."""
    spared = frozenset(needs_no_cloud)

    def decorate(cls: T) -> T:
        inherited = {
            name: each for base in reversed(cls.mro()[:-1]) for name, each in vars(base).items()
        }
        for name, member in inherited.items():
            if name.startswith("_"):
                continue
            needs_cloud = name not in spared
            if isinstance(member, property):
                assert member.fget is not None
                setattr(cls, name, property(_guarded(member.fget, name, needs_cloud)))
            elif isinstance(member, FunctionType):
                setattr(cls, name, _guarded(member, f"{name}()", needs_cloud))
        return cls

    return decorate


def _guarded(function: Callable[..., Any], name: str, needs_cloud: bool) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(self: Any, *arguments: Any, **options: Any) -> Any:
        for given in (*arguments, *options.values()):
            nothing = absent_in(given)
            if nothing is not None:
                return nothing
        if needs_cloud:
            self.target.require()
        sentence: BaseException
        try:
            return function(self, *arguments, **options)
        except CloudGone:
            raise
        except NotHere as why:
            print(why)  # noqa: T201 the notebook goes on
            return Absent(str(why))
        except KeyboardInterrupt:
            sentence = Interrupted(f"{name} was interrupted. Run the cell again when you like.")
        except Exception:
            gone = _gone(self.target) if needs_cloud else None
            if gone is None:
                raise
            sentence = gone
        # raised here, so that it does not carry the traceback of where it came to light
        raise sentence

    return call


def _gone(target: Any) -> CloudGone | None:
    try:
        target.require(look=True)
    except CloudGone as gone:
        return gone.with_traceback(None)
    return None
