"""Identifiers that AWS chooses: random, or under `--seed` the same on every run.

Each kind of thing draws from a source of its own, so that an id does not depend on what else the
cloud was doing. Keys, tokens and request ids are never drawn here: they stay unpredictable.
"""

from __future__ import annotations

import random

_seed: int | None = None
_sources: dict[str, random.Random] = {}
# without a seed one source serves all kinds: each takes 2.5 KB, and a queue is a kind
_unseeded = random.Random()


def begin(seed: int | None) -> None:
    """Start anew."""
    global _seed
    _seed = seed
    _sources.clear()
    # a cloud may have been forked from a process that had it already
    _unseeded.seed()


def seed_moto() -> None:
    """Let moto's identifiers follow the seed too, once moto is loaded."""
    if _seed is not None:
        from moto.moto_api._internal import mock_random

        mock_random.seed(_seed)


def source(kind: str) -> random.Random:
    """Where ids of one kind are drawn from; a queue's messages, say, are a kind."""
    if _seed is None:
        return _unseeded
    if kind not in _sources:
        _sources[kind] = random.Random(f"{_seed} {kind}")
    return _sources[kind]


def new_uuid(kind: str) -> str:
    """A random UUID of version 4, from the source of its kind."""
    # one is made for every call, and `uuid.UUID` takes four times as long
    digits = f"{source(kind).getrandbits(128):032x}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def letters(kind: str, alphabet: str, length: int) -> str:
    """A text of so many characters of the alphabet, from the source of its kind."""
    return "".join(source(kind).choices(alphabet, k=length))
