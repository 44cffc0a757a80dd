"""2.6: spread the writes of one store over several keys, so that they can be found again."""

from __future__ import annotations

import hashlib
import itertools
import random
import secrets
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any

from orderlab.exercises.chapter02.elsewhere import in_another_process, remembering
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong

STORE = "s-367"
IN_A_SECOND = 5000
PARTITION_WRITES = 1000
MOST_KEYS = 50
_LOOKED = f"{IN_A_SECOND:,} orders of store {STORE} within one second, a unit each"
_EXPECTED = f"at most {PARTITION_WRITES:,} for any key, and at most {MOST_KEYS} keys to read"


class _Elsewhere(str):
    """Text whose hash() is another, as it is in every other Python process."""

    def __hash__(self) -> int:
        return hash(str(self) + " in another environment")


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    if answer is None or (isinstance(answer, tuple | list) and not any(answer)):
        return untouched(
            "No functions were handed over yet.", next="ex.check(write_key, read_keys)"
        )
    if isinstance(answer, dict):
        answer = (answer.get("write_key"), answer.get("read_keys"))
    if not isinstance(answer, tuple | list) or len(answer) != 2 or not all(map(callable, answer)):
        return wrong(
            "another form",
            "I need two functions.",
            expected="ex.check(write_key, read_keys)",
            got=repr(workspace.answer)[:80],
        )
    try:
        return _try(*answer)
    except Exception as error:
        return wrong(
            "it raises",
            "One of your functions raised an exception.",
            looked_at=_LOOKED,
            expected="write_key(order) gives text, read_keys(store_id) a list of texts",
            got=f"{type(error).__name__}: {error}"[:200],
        )


def _try(write_key: Callable[[Any], Any], read_keys: Callable[[Any], Any]) -> Outcome:
    orders = _promotion()
    # before the first call, so that it knows nothing of what the other learns
    fresh = remembering(write_key)
    keys = [write_key(dict(order)) for order in orders]
    if not all(isinstance(key, str) and key for key in keys):
        return wrong(
            "not a key",
            "A partition key of type S is text, and not empty.",
            looked_at="write_key of an order",
            expected="text",
            got=repr(keys[0])[:80],
        )
    if _changes(write_key, orders, keys):
        return wrong(
            "at random",
            "The same order, sent again, went to another key: the conditional write of 2.4 looks "
            "where it is not, and stores it twice.",
            looked_at="the same orders again",
            expected="the same key for the same order",
            got="another key",
            next="Derive the number from the order's own id.",
        )
    if any(fresh(dict(orders[place])) != keys[place] for place in range(len(orders) - 1, -1, -23)):
        return wrong(
            "remembered, not derived",
            "A second copy of write_key, which had not seen the first one's orders, gave the same "
            "order another key. Each environment of a function remembers for itself.",
            looked_at="the same orders, given to a copy of write_key in another order",
            expected="the same key for the same order",
            got="another key",
            next="Derive the number from the order alone, not from what came before.",
        )
    return _spread(write_key, read_keys, orders, keys)


def _changes(
    write_key: Callable[[Any], Any], orders: list[dict[str, Any]], keys: list[str]
) -> bool:
    """Whether the same order gets another key, asked again in another order and rhythm."""
    chosen = random.Random(11).sample(range(len(orders)), 150)
    for turn, place in enumerate(chosen):
        for _ in range(1 + turn % 3):
            if write_key(dict(orders[place])) != keys[place]:
                return True
    return False


def _spread(
    write_key: Callable[[Any], Any],
    read_keys: Callable[[Any], Any],
    orders: list[dict[str, Any]],
    keys: list[str],
) -> Outcome:
    # many of them: with ten keys, one in ten gets the same key by chance
    elsewhere = [{**each, "order_id": _Elsewhere(each["order_id"])} for each in orders[:200]]
    other = in_another_process(write_key)
    if any(other(each) != key for each, key in zip(elsewhere, keys, strict=False)):
        return wrong(
            "hash() of Python",
            "hash() of text is salted anew in each process. Another environment of your function "
            "would look for the same order under another key.",
            looked_at="the same order in another process",
            expected="the same key for the same order",
            got="another key",
            next="zlib.crc32(text.encode()) is the same everywhere, or a digit of the id.",
        )
    key, hottest = Counter(keys).most_common(1)[0]
    if hottest > PARTITION_WRITES:
        return _too_hot(write_key, orders, key, hottest, len(set(keys)))
    given = read_keys(STORE)
    if isinstance(given, str):
        return wrong(
            "one text",
            "read_keys gave one text. A reader asks for each key by itself.",
            looked_at=f"read_keys({STORE!r})",
            expected="a list of keys",
            got=repr(given)[:80],
            next="return [...], a text for each key.",
        )
    listed = list(given)
    if len(set(keys)) > MOST_KEYS or len(set(listed)) > MOST_KEYS:
        return wrong(
            "a key for every order",
            "No key is hot any more, but who wants the store's orders has to ask for each of these "
            "keys: the grouping is gone.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=f"{len(set(keys)):,} keys written, {len(set(listed)):,} read",
            next="How many keys does it take to stay under 1,000 each? A few more are enough.",
        )
    return _found_again(write_key, read_keys, orders, set(keys), listed, hottest)


def _too_hot(
    write_key: Callable[[Any], Any],
    orders: list[dict[str, Any]],
    key: str,
    hottest: int,
    count: int,
) -> Outcome:
    got = f"{hottest:,} of {IN_A_SECOND:,} for the key {key!r}"
    later = {**orders[0], "placed_at": "2017-12-25T09:31:07Z"}
    if write_key(later) != write_key(orders[0]):
        return wrong(
            "spread over time",
            "Your key changes with the time. But a promotion comes all at once: within a second, "
            "all orders have the same key still.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=got,
            next="Spread over something that differs among orders of the same moment.",
        )
    if count == 1:
        return wrong(
            "one key",
            "All orders of the store go to one key, and one key lives on one partition, which takes "
            "1,000 write units a second, whatever the table may take.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=got,
            next="Add a number to the key: s-367#0, s-367#1 ...",
        )
    return wrong(
        "too few keys",
        "The writes are spread, but the fullest key still gets more than a partition takes.",
        looked_at=_LOOKED,
        expected=_EXPECTED,
        got=f"{got}, {count} keys",
        next="Twice as many keys, and look whether they fill evenly.",
    )


def _found_again(
    write_key: Callable[[Any], Any],
    read_keys: Callable[[Any], Any],
    orders: list[dict[str, Any]],
    written: set[str],
    listed: list[Any],
    hottest: int,
) -> Outcome:
    if not written <= set(listed):
        lost = sorted(written - set(listed))
        return wrong(
            "written where nobody reads",
            "Some orders are written to keys that read_keys does not name: nobody finds them.",
            looked_at=_LOOKED,
            expected="every written key in read_keys(store_id)",
            got=f"not read: {', '.join(lost)[:80]}",
            next="Both functions must agree on the number of keys and on their form.",
        )
    others = {write_key({**order, "store_id": "s-36"}) for order in orders[:500]}
    if others & set(listed):
        return wrong(
            "two stores on one key",
            "Orders of another store stand under the same keys; reading one store reads both.",
            looked_at=f"the same orders at store s-36, and read_keys({STORE!r})",
            expected="no key in common",
            got=f"{len(others & set(listed))} keys in common",
            next="Keep the store in the key: f'{store_id}#{number}'.",
        )
    return right(
        "One store's writes now land on several keys, and so may land on several partitions. The "
        "price is paid by the reader, who asks for all of them and merges.",
        looked_at=_LOOKED,
        got=f"{len(written)} keys, {hottest:,} writes for the fullest",
    )


def _promotion() -> list[dict[str, Any]]:
    chance = random.Random()
    return [
        {
            "order_id": f"o-4{chance.randrange(10**10):010d}",
            "customer_id": f"c-{chance.randrange(2500)}",
            "store_id": STORE,
            "placed_at": "2017-12-24T18:00:00Z",
            "coupon_cents": 0,
            "lines": [],
        }
        for _ in range(IN_A_SECOND)
    ]


def _sharded(number_of: Callable[[dict[str, Any]], int], count: int, listed: int = 0) -> Any:
    def write_key(order: dict[str, Any]) -> str:
        return f"{order['store_id']}#{number_of(order) % count}"

    def read_keys(store_id: str) -> list[str]:
        return [f"{store_id}#{number}" for number in range(listed or count)]

    return lambda _: (write_key, read_keys)


def _in_turn(_: Any) -> Any:
    counter = itertools.count()
    return _sharded(lambda order: next(counter), 10)(None)


def _by_number_of_orders(_: Any) -> Any:
    seen: dict[str, int] = {}
    return _sharded(lambda order: seen.setdefault(order["order_id"], len(seen)), 10)(None)


def _crc(order: dict[str, Any]) -> int:
    return zlib.crc32(order["order_id"].encode())


def _sha(order: dict[str, Any]) -> int:
    return int(hashlib.sha256(order["order_id"].encode()).hexdigest(), 16)


def _each_its_own(order: dict[str, Any]) -> str:
    return f"{order['store_id']}#{order['order_id']}"


HOT_KEY = Exercise(
    id="2.6",
    title="Spread a hot key",
    check=_check,
    solve=_sharded(_crc, 10),
    answer_name="write_key, read_keys",
    equivalent={"10 -> 11 (2)": "a reader may ask for a key that nobody writes"},
    solution="""import zlib

def write_key(order):
    part = zlib.crc32(order["order_id"].encode()) % 10
    return f"{order['store_id']}#{part}"

def read_keys(store_id):
    return [f"{store_id}#{part}" for part in range(10)]
# 5,000 over 10 keys is 500 for each, half of what a partition takes. The number comes from the
# order_id, so that a repeat finds the first.""",
    hints=(
        "How many keys does it take at least, at 1,000 writes a second each?",
        "Add a number to the store's id, and let it follow from the order_id, so that a repeat gets "
        "the same.",
        "zlib.crc32(order['order_id'].encode()) % 10 for the number; read_keys lists all ten.",
    ),
    proofs=(
        Proof("one key", _sharded(lambda _: 0, 1), says="one key lives on one partition"),
        Proof("too few keys", _sharded(_crc, 3), says="fullest key still"),
        Proof("at random", _sharded(lambda _: secrets.randbelow(10), 10), says="stores it twice"),
        Proof(
            "hash() of Python", _sharded(lambda order: hash(order["order_id"]), 10), says="salted"
        ),
        Proof("remembered, not derived", _by_number_of_orders, says="remembers for itself"),
        Proof(
            "one text",
            lambda _: (_sharded(_crc, 10)(None)[0], lambda store_id: f"{store_id}#0"),
            says="a list of keys",
        ),
        Proof(
            "spread over time",
            _sharded(lambda order: int(order["placed_at"][14:16]), 10),
            says="comes all at once",
        ),
        Proof(
            "a key for every order",
            lambda _: (_each_its_own, lambda store_id: [store_id]),
            says="grouping is gone",
        ),
        Proof("written where nobody reads", _sharded(_crc, 10, 5), says="nobody finds them"),
        Proof(
            "two stores on one key",
            lambda _: (
                lambda order: f"#{_crc(order) % 10}",
                lambda store_id: [f"#{number}" for number in range(10)],
            ),
            says="reading one store reads both",
        ),
        Proof("another form", lambda _: 10, says="two functions"),
        Proof("sixteen keys, by SHA-256", _sharded(_sha, 16), "right"),
        Proof(
            "hash() of a number, the same everywhere",
            _sharded(lambda order: hash(int(order["order_id"][2:])), 10),
            "right",
        ),
        Proof("the last digit of the id", _sharded(lambda o: int(o["order_id"][-1]), 10), "right"),
    ),
)
