"""The changes of a shard: the newest in memory, the older ones on disk, none of them lost."""

from __future__ import annotations

import errno
import gc
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderlab.cloud.dynamodb import change_log
from orderlab.cloud.dynamodb.change_log import NEWEST, NEWEST_BYTES, PATIENCE, PORTION, ChangeLog
from orderlab.cloud.dynamodb.shard_log import TTL_IDENTITY
from orderlab.cloud.dynamodb.stored import Stored
from orderlab.cloud.dynamodb.stream_record import Change
from orderlab.cloud.spill import LEAST_FREE_BYTES, Spill, Spilled

DAY = 24 * 3600.0


class FullDisk(Spill):
    """A disk that has room again once `full` is taken back; counts what was tried."""

    full = True
    tried = 0

    def put(self, data: bytes) -> Spilled:
        self.tried += 1
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().put(data)


def change(number: int, size: int = 10) -> Change:
    """The change that comes at that second; every third is an item's end."""
    image = Stored(b"%*d" % (size, number), size)
    old = image if number % 3 else None
    new = None if old and number % 3 == 2 else image
    identity = TTL_IDENTITY if new is None else None
    keys = {"pk": {"S": str(number)}}
    return Change(keys, old, new, float(number), number + DAY, f"event-{number}", identity)


def log_of(count: int, spill: Spill | None = None, size: int = 10) -> ChangeLog:
    log = ChangeLog(spill or Spill())
    for number in range(count):
        log.append(change(number, size))
    return log


def read(log: ChangeLog, index: int) -> list[int]:
    return [int(found.created) for found in log.since(index)]


def plain(found: Change) -> tuple[Any, ...]:
    images = [None if each is None else (each.data, each.size) for each in (found.old, found.new)]
    return (replace(found, old=None, new=None), *images)


def in_memory(log: ChangeLog) -> int:
    return len(log._newest)


def test_a_few_changes_touch_no_disk() -> None:
    disk = FullDisk()
    log = log_of(NEWEST, disk)
    assert read(log, 0) == list(range(NEWEST))
    assert disk.tried == 0


def test_memory_holds_the_newest_and_the_disk_gives_the_others_back() -> None:
    count = 10 * NEWEST + 77
    log = log_of(count)
    assert in_memory(log) < NEWEST + PORTION
    assert [plain(found) for found in log.since(0)] == [plain(change(n)) for n in range(count)]
    for index in (1, PORTION - 1, PORTION, count - NEWEST, count - 1, count):
        assert read(log, index) == list(range(index, count))


def test_large_images_go_to_disk_sooner() -> None:
    size = 100_000
    log = log_of(400, size=size)
    assert in_memory(log) * size <= NEWEST_BYTES + change_log.PORTION_BYTES
    assert read(log, 0) == list(range(400))


def test_an_image_that_two_changes_share_is_written_once() -> None:
    sizes = []

    class Measured(Spill):
        def put(self, data: bytes) -> Spilled:
            sizes.append(len(data))
            return super().put(data)

    log, image = ChangeLog(Measured()), Stored(b"x" * 100_000, 100_000)
    for number in range(200):
        log.append(replace(change(number), old=image, new=image))
    assert sizes
    assert max(sizes) < 2 * 100_000


def test_changes_are_found_by_their_time() -> None:
    log = log_of(3 * NEWEST)
    for moment in (0.0, 0.5, 100.0, PORTION - 0.5, NEWEST + 0.5, 3.0 * NEWEST - 1):
        assert log.index_at(moment) == -(-moment // 1)
    assert log.index_at(1e9) == log.end
    assert log.index_at(-1.0) == 0


def test_changes_are_trimmed_one_by_one_wherever_they_are() -> None:
    log = log_of(2 * NEWEST)
    for second in (0, 1, PORTION - 1, PORTION, PORTION + 7, NEWEST, 2 * NEWEST - 2):
        log.trim(second + DAY)
        assert log.oldest == second + 1
        assert read(log, log.oldest) == list(range(second + 1, 2 * NEWEST))
        assert log.index_at(0.0) == second + 1
    log.trim(2 * NEWEST + DAY)
    assert (log.oldest, log.end) == (2 * NEWEST, 2 * NEWEST)
    log.append(change(2 * NEWEST))
    assert read(log, log.oldest) == [2 * NEWEST]


def test_what_is_trimmed_leaves_the_disk(tmp_path: Path) -> None:
    def files() -> int:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir()))

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("this system does not show the files that are open")
    before = files()
    spill = Spill(tmp_path, segment_bytes=100_000)
    log = ChangeLog(spill)
    counted = set()
    for number in range(100_000):
        log.append(change(number, size=50))
        log.trim(number + DAY - 5_000)
        if number % 10_000 == 9_999:
            counted.add(files() - before)
    assert max(counted) <= 10
    del log, spill
    assert files() == before
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_changes_in_memory_until_it_has_room() -> None:
    disk = FullDisk()
    count = 3 * PATIENCE
    log = log_of(count, disk)
    assert in_memory(log) == count
    assert read(log, 5) == list(range(5, count))
    # not with every change
    assert disk.tried <= 4
    disk.full = False
    for number in range(count, 2 * count):
        log.append(change(number))
    assert in_memory(log) < NEWEST + PORTION
    assert read(log, 0) == list(range(2 * count))
    log.trim(count + DAY)
    assert read(log, log.oldest) == list(range(count + 1, 2 * count))


def test_changes_are_trimmed_while_the_disk_is_full() -> None:
    log = log_of(3 * NEWEST, FullDisk())
    log.trim(2 * NEWEST + DAY)
    assert in_memory(log) == NEWEST - 1
    assert read(log, log.oldest) == list(range(2 * NEWEST + 1, 3 * NEWEST))


def test_a_write_that_ends_in_the_middle_is_not_read_back() -> None:
    spill = Spill()
    first = spill.put(b"first")
    segment = spill._segment
    assert segment is not None
    segment._file.write(b"half of what failed")
    second = spill.put(b"second")
    assert (first.read(), second.read()) == (b"first", b"second")


def test_a_disk_that_fails_while_trimming_harms_nobody_who_writes() -> None:
    log = log_of(2 * NEWEST)
    log._read = (-1, [])

    def broken(self: Spilled) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Spilled, "read", broken)
        log.trim(10 + DAY)
        with pytest.raises(OSError, match="error"):
            list(log.since(log.oldest))
    log.trim(PORTION + DAY)
    assert log.oldest == PORTION + 1


def test_other_programs_are_left_room(monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = LEAST_FREE_BYTES - 1

    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage)
    with pytest.raises(OSError) as error:
        Spill().put(b"data")
    assert error.value.errno == errno.ENOSPC


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 700), st.integers(0, 900)), max_size=12))
def test_any_turn_of_writing_and_trimming_is_as_with_a_list(turns: list[tuple[int, int]]) -> None:
    known, trimmed = 0, -1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(change_log, "NEWEST", 64)
        patch.setattr(change_log, "PORTION", 16)
        log = ChangeLog(Spill())
        for written, later in turns:
            for _ in range(written):
                log.append(change(known))
                known += 1
            trimmed = min(trimmed + later, known - 1)
            log.trim(trimmed + DAY)
            assert log.oldest == trimmed + 1
            assert read(log, log.oldest) == list(range(trimmed + 1, known))
