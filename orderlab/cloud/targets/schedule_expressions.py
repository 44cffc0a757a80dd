"""Schedule expressions: `rate(5 minutes)`, `cron(0 12 * * ? *)`, `at(2026-12-01T09:00:00)`.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

_RATE = re.compile(r"rate\(\s*([1-9][0-9]{0,9})\s+(minutes?|hours?|days?)\s*\)")
_CRON = re.compile(r"cron\(\s*([^()]*?)\s*\)")
_AT = re.compile(r"at\(\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\s*\)")
_UNITS = {"minute": 60, "hour": 3600, "day": 86_400}
_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = {
    name: number for number, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], 1)
}
FIRST_YEAR, LAST_YEAR = 1970, 2199
# how far a cron expression is looked ahead, in days: the 29th of February of a year to come
_LOOK_AHEAD = 366 * 9


class InvalidExpression(ValueError):
    """A schedule expression that AWS refuses."""


class Schedule(Protocol):
    """When something is due."""

    def next_after(self, moment: float, start: float) -> float | None:
        """The first time due after a moment, in seconds since 1970; None if there is no more.

        `start` is when the schedule began.
        """


@dataclass(frozen=True, slots=True)
class Rate:
    """Due every so many seconds from the start on."""

    seconds: int

    def next_after(self, moment: float, start: float) -> float | None:
        """The next time after a moment, in seconds since 1970. `start` is the schedule's own."""
        return start + (max(0, int((moment - start) // self.seconds)) + 1) * self.seconds


@dataclass(frozen=True, slots=True)
class At:
    """Due once."""

    moment: float

    def next_after(self, moment: float, start: float) -> float | None:
        """The one time, in seconds since 1970; None if it is over."""
        return self.moment if self.moment > moment else None


@dataclass(frozen=True, slots=True)
class Cron:
    """Due at the minutes that six fields name, in a time zone."""

    minutes: frozenset[int]
    hours: frozenset[int]
    is_day: Callable[[datetime], bool]
    months: frozenset[int]
    years: frozenset[int]
    zone: tzinfo

    def next_after(self, moment: float, start: float) -> float | None:
        """The next time after a moment, in seconds since 1970; None if there is none."""
        local = datetime.fromtimestamp(moment, self.zone).replace(second=0, microsecond=0)
        day = local.replace(tzinfo=None)
        for days in range(_LOOK_AHEAD):
            date = day.replace(hour=0, minute=0) + timedelta(days=days)
            if date.year not in self.years or date.month not in self.months:
                continue
            if not self.is_day(date):
                continue
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    due = date.replace(hour=hour, minute=minute, tzinfo=self.zone).timestamp()
                    if due > moment:
                        return due
        return None


def read_expression(text: str, *, zone: tzinfo = UTC, one_time: bool = False) -> Schedule:
    """The schedule that an expression describes. `at` is for `one_time` only.

    Raises InvalidExpression.
    """
    if rate := _RATE.fullmatch(text):
        value, unit = int(rate[1]), rate[2]
        # rules insist on one minute, but two minutes; Scheduler takes one minutes, too
        plural = unit.endswith("s")
        if (value == 1) == plural and not (one_time and plural):
            raise InvalidExpression(text)
        return Rate(value * _UNITS[unit.removesuffix("s")])
    if cron := _CRON.fullmatch(text):
        return _cron(cron[1], zone)
    at = _AT.fullmatch(text)
    if one_time and at:
        try:
            moment = datetime.fromisoformat(at[1]).replace(tzinfo=zone)
        except ValueError:
            raise InvalidExpression(text) from None
        return At(moment.timestamp())
    raise InvalidExpression(text)


def _cron(fields: str, zone: tzinfo) -> Cron:
    parts = fields.upper().split()
    if len(parts) != 6:
        raise InvalidExpression(fields)
    minutes, hours, days, months, weekdays, years = parts
    # one of the two must leave the choice to the other
    if (days == "?") == (weekdays == "?"):
        raise InvalidExpression(fields)
    return Cron(
        _numbers(minutes, 0, 59, {}),
        _numbers(hours, 0, 23, {}),
        _days_of_month(days) if weekdays == "?" else _days_of_week(weekdays),
        _numbers(months, 1, 12, _MONTHS),
        _numbers(years, FIRST_YEAR, LAST_YEAR, {}),
        zone,
    )


def _numbers(text: str, low: int, high: int, names: dict[str, int]) -> frozenset[int]:
    """The numbers of one field: `*`, `5`, `1-5`, `*/15`, `3/10`, lists of these, and names."""
    found: set[int] = set()
    for part in text.split(","):
        base, slash, every = part.partition("/")
        step = _number(every, 1, high, {}) if slash else 1
        if base == "*":
            first, last = low, high
        elif "-" in base:
            begin, _, end = base.partition("-")
            first, last = _number(begin, low, high, names), _number(end, low, high, names)
            if first > last:
                # from Friday to Monday, say
                found.update(range(low, last + 1, step))
                last = high
        else:
            first = _number(base, low, high, names)
            last = high if slash else first
        found.update(range(first, last + 1, step))
    return frozenset(found)


def _number(text: str, low: int, high: int, names: dict[str, int]) -> int:
    if text in names:
        return names[text]
    if not re.fullmatch(r"[0-9]{1,4}", text) or not low <= int(text) <= high:
        raise InvalidExpression(text)
    return int(text)


def _days_of_month(text: str) -> Callable[[datetime], bool]:
    if text == "L":
        return lambda date: date.day == _last_day(date)
    if text == "LW":
        return lambda date: date.day == _nearest_weekday(date, _last_day(date))
    if text.endswith("W"):
        wanted = _number(text[:-1], 1, 31, {})
        return lambda date: wanted <= _last_day(date) and date.day == _nearest_weekday(date, wanted)
    days = _numbers(text, 1, 31, {})
    return lambda date: date.day in days


def _days_of_week(text: str) -> Callable[[datetime], bool]:
    """1 is Sunday. `6L` is the last Friday of the month, `3#2` its second Tuesday."""
    if text == "L":
        text = "7"
    if text.endswith("L"):
        last = _number(text[:-1], 1, 7, _WEEKDAYS)
        return lambda date: _weekday(date) == last and date.day + 7 > _last_day(date)
    name, hash_sign, place = text.partition("#")
    if hash_sign:
        day, week = _number(name, 1, 7, _WEEKDAYS), _number(place, 1, 5, {})
        return lambda date: _weekday(date) == day and (date.day - 1) // 7 + 1 == week
    days = _numbers(text, 1, 7, _WEEKDAYS)
    return lambda date: _weekday(date) in days


def _weekday(date: datetime) -> int:
    return date.isoweekday() % 7 + 1


def _last_day(date: datetime) -> int:
    return calendar.monthrange(date.year, date.month)[1]


def _nearest_weekday(date: datetime, day: int) -> int:
    """The Monday to Friday that is nearest to a day, within its month."""
    weekday = _weekday(date.replace(day=day))
    if weekday == 7:
        return day - 1 if day > 1 else day + 2
    if weekday == 1:
        return day + 1 if day < _last_day(date) else day - 2
    return day
