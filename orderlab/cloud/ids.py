"""Identifiers that AWS chooses: random, or under `--seed` the same on every run.

Each kind of thing draws from a source of its own, so that an id does not depend on what else the
cloud was doing. Keys, tokens and request ids are never drawn here: they stay unpredictable.
"""

from __future__ import annotations

import random
import uuid

_seed: int | None = None
_sources: dict[str, random.Random] = {}


def begin(seed: int | None) -> None:
    """Start anew."""
    global _seed
    _seed = seed
    _sources.clear()


def seed_moto() -> None:
    """Let moto's identifiers follow the seed too, once moto is loaded."""
    if _seed is not None:
        from moto.moto_api._internal import mock_random

        mock_random.seed(_seed)


def source(kind: str) -> random.Random:
    """Where ids of one kind are drawn from; a queue's messages, say, are a kind."""
    if kind not in _sources:
        _sources[kind] = random.Random(None if _seed is None else f"{_seed} {kind}")
    return _sources[kind]


def new_uuid(kind: str) -> str:
    """A random UUID of version 4, from the source of its kind."""
    return str(uuid.UUID(int=source(kind).getrandbits(128), version=4))


def letters(kind: str, alphabet: str, length: int) -> str:
    """A text of so many characters of the alphabet, from the source of its kind."""
    return "".join(source(kind).choices(alphabet, k=length))
