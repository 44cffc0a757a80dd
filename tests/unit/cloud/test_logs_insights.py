"""The query language of Logs Insights, on events that are at hand."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.logs.insights.commands import parse_query
from orderlab.cloud.logs.insights.fields import Kept, Row, TooMuchHeld
from orderlab.cloud.logs.insights.order import in_order
from orderlab.cloud.logs.moto_seam import Event

REQUEST = "8f6b8c9a-0000-4000-8000-000000000001"
REPORT = (
    f"REPORT RequestId: {REQUEST}\tDuration: 15.74 ms\tBilled Duration: 146 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 56 MB\tInit Duration: 130.49 ms\t\n"
)
MESSAGES = [
    f"START RequestId: {REQUEST} Version: $LATEST\n",
    json.dumps({"level": "INFO", "customer": "c-1", "order": {"lines": 2}}),
    json.dumps({"level": "ERROR", "customer": "c-2", "order": {"lines": 5}, "tags": ["x", "y"]}),
    f'[INFO]\t2026-11-22T20:00:00.000Z\t{REQUEST}\t{{"level": "INFO", "customer": "c-1"}}',
    f"END RequestId: {REQUEST}\n",
    REPORT,
    "user=ann latency=120 status=200",
    "user=bob latency=80 status=500",
]
MINUTE = 60_000


def ask(query: str, limit: int = 10_000) -> list[dict[str, str]]:
    """The answer to a query about MESSAGES, one a minute; without the pointers."""
    parsed = parse_query(query)
    rows = [
        Row(Event(number * MINUTE, number, 0, message), "stream", "group")
        for number, message in enumerate(MESSAGES)
    ]
    rows = [row for row in rows if all(step(row) for step in parsed.each)]
    found = parsed.finish(rows, limit)
    return [{name: value for name, value in row if name != "@ptr"} for row in found]


def test_without_commands_on_fields_time_and_message_come_newest_first() -> None:
    found = ask("limit 2")
    assert [row["@message"] for row in found] == MESSAGES[:-3:-1]
    assert found[0]["@timestamp"] == "1970-01-01 00:07:00.000"


ODD = [
    "",
    "\x00",
    "[" * 5000,
    '{"n": 1e999, "m": -1e999, "o": NaN, "p": ' + "9" * 4000 + "}",
    '{"n": "\\ud800", "m": {"deep": [[[]]]}, "o": true, "p": null}',
    '{"n": -1e200, "m": "x", "o": [1, "2", null], "p": {}}',
]
EXPRESSIONS = (
    *("n + m", "n * n * n", "n / 0", "n % 0", "n ^ n", "-n", "p > n", "p = o", "n like 'x'"),
    *("n in [1, 'x', p]", "not n", "abs(n)", "ceil(p)", "log(n)", "sqrt(m)", "greatest(n, p)"),
    *("strlen(p)", "substr(n, 1, m)", "replace(m, '', n)", "concat(n, m, o, p)", "trim(o)"),
    *("jsonparse(@message)", "coalesce(o, p)", "isempty(p)", "isblank(o)", "strcontains(n, m)"),
    *("tolower(m)", "o.0 + 1", "@timestamp + n", "tomillis(p)"),
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_no_expression_stumbles_over_odd_values(expression: str) -> None:
    kept = Kept(most=100)
    for query in (
        f"fields {expression} as e, n, m, o, p | sort e desc",
        f"filter {expression}",
        f"stats count({expression}), sum({expression}), max({expression}), stddev({expression}), "
        f"pct({expression}, 50), latest({expression}), sortsLast({expression}) by {expression}",
        f"dedup {expression}",
    ):
        parsed = parse_query(query)
        rows = [Row(Event(i, i, 0, message), "s", "g", kept) for i, message in enumerate(ODD)]
        rows = [row for row in rows if all(step(row) for step in parsed.each)]
        for row in parsed.finish(rows, 100):
            assert all(isinstance(value, str) for _, value in row)


def test_sums_and_conditions_may_be_long_and_parentheses_not_endless() -> None:
    assert ask("fields " + "+".join("1" * 3000) + " as n | limit 1") == [{"n": "3000"}]
    assert ask("fields " + "-" * 3001 + "1 as n | limit 1") == [{"n": "-1"}]
    assert len(ask("filter " + "not " * 2000 + "1")) == len(MESSAGES)
    assert ask("filter " + " or ".join(["missing = 1"] * 2000)) == []
    with pytest.raises(AwsError) as error:
        parse_query("fields " + "(" * 3000 + "1" + ")" * 3000)
    assert error.value.code == "MalformedQueryException"


@pytest.mark.parametrize(
    "query",
    [
        "fields " + ", ".join(f"concat(@message, {i}) as c{i}" for i in range(100)),
        "stats " + ", ".join(f"count(*) as c{i}" for i in range(100)) + " by @ptr",
        "sort @ptr | fields " + ", ".join(f"concat(@message, {i}) as c{i}" for i in range(100)),
        "parse @message '* * * * *' as a, b, c, d, e | sort a",
        "fields jsonparse(@message) as j | sort j",
    ],
)
def test_a_query_holds_no_more_than_it_may(query: str) -> None:
    kept = Kept(most_held=100_000)
    parsed = parse_query(query)
    message = json.dumps({"a": ["x " * 100] * 10})
    rows = [Row(Event(i, i, 0, message), "s", "g", kept) for i in range(1000)]
    with pytest.raises(TooMuchHeld):
        parsed.finish([row for row in rows if all(step(row) for step in parsed.each)], 10_000)


@pytest.mark.parametrize(
    ("query", "enough"),
    [("limit 5", 5), ("fields a", 100), ("fields a | filter b", 100), ("sort a", None),
     ("stats count(*)", None), ("dedup a", None), ("limit 5 | sort a", None)],
)  # fmt: skip
def test_only_the_newest_rows_are_wanted_where_nothing_needs_the_others(
    query: str, enough: int | None
) -> None:
    assert parse_query(query).newest(100) == enough


def test_fields_of_rows_that_were_asked_long_ago_are_found_anew() -> None:
    kept = Kept(most=10_000)
    rows = [Row(Event(i, i, 0, json.dumps({"n": i})), "s", "g", kept) for i in range(1000)]
    for _ in range(2):
        assert [row.get("n") for row in rows] == list(range(1000))
    assert sum(row._found is not None for row in rows) < 100


def test_fields_of_lambda_are_discovered() -> None:
    (found,) = ask(
        'filter @type = "REPORT" | fields @requestId, @duration, @billedDuration, @initDuration, '
        "@memorySize / 1000 / 1000 as size, @maxMemoryUsed, @logStream, @log"
    )
    assert found == {
        "@requestId": REQUEST,
        "@duration": "15.74",
        "@billedDuration": "146",
        "@initDuration": "130.49",
        "size": "128",
        "@maxMemoryUsed": "56000000",
        "@logStream": "stream",
        "@log": "group",
    }
    assert len(ask('filter @type in ["START", "END"]')) == 2


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ('level = "ERROR"', 1),
        ("level = 'INFO'", 2),
        ('level != "INFO" and ispresent(level)', 1),
        ("order.lines > 2", 1),
        ("order.lines >= 2", 2),
        ("order.lines > 1 and order.lines < 3", 1),
        ('customer in ["c-1", "c-3"]', 2),
        ('customer not in ["c-1"] and ispresent(customer)', 1),
        ("@message like /latency=\\d+/", 2),
        ("@message like /LATENCY/i", 2),
        ("@message =~ /user/", 2),
        ('@message like "latency"', 2),
        ('@message not like "latency"', 6),
        ('tags.0 = "x"', 1),
        ('level = "ERROR" or customer = "c-1"', 3),
        ('not (level = "ERROR" or customer = "c-1")', 5),
        ("strlen(customer) = 3", 3),
        ("toupper(level) = 'ERROR'", 1),
        ("order.lines * 2 + 1 = 11", 1),
        ("-order.lines < -4", 1),
        ("order.lines % 2 = 1", 1),
        ("2 ^ 3 = 8", 8),
        ("abs(0 - order.lines) = 5", 1),
        ("isempty(level)", 5),
        ("coalesce(level, 'none') = 'none'", 5),
        ("order.lines / 0 = 1", 0),
        ("`order.lines` = 5", 1),
    ],
)
def test_filters(condition: str, count: int) -> None:
    assert len(ask(f"filter {condition}")) == count


def test_statistics_by_field_and_by_time() -> None:
    found = ask("stats count(*) as n, sum(order.lines) as lines by level | sort n desc, level asc")
    assert found == [
        {"n": "5"},
        {"level": "INFO", "n": "2", "lines": "2"},
        {"level": "ERROR", "n": "1", "lines": "5"},
    ]
    by_time = ask("stats count() by bin(4m) | sort bin(4m) desc")
    assert [row["count()"] for row in by_time] == ["4", "4"]
    assert by_time[0]["bin(4m)"] == "1970-01-01 00:04:00.000"
    (numbers,) = ask(
        "parse @message 'latency=* ' as ms | filter ispresent(ms) | stats avg(ms), min(ms), "
        "max(ms), pct(ms, 50), stddev(ms), count_distinct(ms), sum(ms) / count(*) as mean"
    )
    assert numbers == {
        "avg(ms)": "100", "min(ms)": "80", "max(ms)": "120", "pct(ms, 50)": "100",
        "stddev(ms)": "20", "count_distinct(ms)": "2", "mean": "100",
    }  # fmt: skip
    assert ask("filter level = 'NONE' | stats count(*)") == [{"count(*)": "0"}]
    assert ask("stats earliest(level), latest(customer)") == [
        {"earliest(level)": "INFO", "latest(customer)": "c-1"}
    ]


def test_parse_by_glob_and_by_regular_expression() -> None:
    by_glob = ask('parse "user=* latency=* status=*" as user, ms, status | filter status = 500')
    assert len(by_glob) == 1
    shown = ask(
        r"parse @message /user=(?<who>\w+) latency=(?<ms>\d+)/ | filter ispresent(who)"
        " | display who, ms * 1.5 as slow | sort who asc"
    )
    assert shown == [{"who": "ann", "slow": "180"}, {"who": "bob", "slow": "120"}]


def test_sort_limit_and_dedup() -> None:
    assert [row["customer"] for row in ask("filter ispresent(customer) | fields customer "
            "| sort customer desc, @timestamp asc | limit 2")] == ["c-2", "c-1"]  # fmt: skip
    assert len(ask("fields level | dedup level")) == 3
    assert len(ask("fields @message", limit=3)) == 3


@pytest.mark.parametrize(
    "query",
    ["", "nonsense", "fields", "filter", "filter (a = 1", "stats", "stats count(*) by", "limit x",
     "limit 0", "limit 20000", "sort", "filter a like 5", "filter a = 'x", "fields a,", "bin(5m)",
     "parse @message 'x*y' as a, b", "parse @message /(/ as a", "filter avg(a) > 1",
     "stats count(*) by bin(x)", "fields a b", "filter a in 'x'"],
)  # fmt: skip
def test_a_query_that_is_not_in_order_is_refused(query: str) -> None:
    with pytest.raises(AwsError) as error:
        parse_query(query)
    assert error.value.code == "MalformedQueryException"


@pytest.mark.parametrize("query", ["pattern @message", "fields upper(level)"])
def test_what_is_not_done_says_so(query: str) -> None:
    with pytest.raises(NotDoneYet):
        parse_query(query)


COMMANDS = ("fields", "filter", "stats", "sort", "limit", "parse", "display", "dedup")
WORDS = ("by", "as", "and", "or", "not", "like", "in", "desc", "count", "avg", "bin", "strlen")
SIGNS = (*"()[],|=<+-*/#", "!=", "5", "5m", "@message", "level", "order.lines", "'x'", "/r/", "`a`")


@given(st.lists(st.sampled_from([*COMMANDS, *WORDS, *SIGNS]), max_size=12))
def test_any_words_are_answered_or_refused(words: list[str]) -> None:
    try:
        ask(" ".join(words))
    except AwsError as error:
        assert error.code in ("MalformedQueryException", "NotImplementedByOrderlab")


@pytest.mark.parametrize("descending", [False, True])
def test_many_rows_are_sorted_as_few_are(descending: bool) -> None:
    rows = [Row(None) for _ in range(25_000)]
    for number, row in enumerate(rows):
        row.computed = {"n": (number * 7_919) % 101}
    found = in_order(rows, lambda row: row.get("n"), descending)
    assert found == sorted(rows, key=lambda row: row.get("n"), reverse=descending)


@pytest.mark.parametrize(
    "query",
    ["filter " + "(" * 4_000 + "1" + ")" * 4_000, "filter (((",
     "filter @message like /(/", "filter @message like /(?<a/", "parse @message /a**/ as x",
     "filter @message like /" + "(" * 4_000 + "/"],
)  # fmt: skip
def test_queries_that_nest_without_end_are_refused(query: str) -> None:
    with pytest.raises(AwsError) as error:
        parse_query(query)
    assert error.value.code == "MalformedQueryException"


def test_a_long_expression_is_compared_with_the_columns_in_no_time() -> None:
    # a column's own text is looked for word by word, for each of the columns
    columns = ", ".join(f"count(*) as c{number}" for number in range(300))
    parse_query(f"stats {columns} | sort {'+'.join(['1'] * 400)}")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("datefloor(@timestamp, 1h)", "1970-01-01 00:00:00.000"),
        ("dateceil(@timestamp, 1h)", "1970-01-01 01:00:00.000"),
        ("datefloor(@timestamp, 1m)", "1970-01-01 00:06:00.000"),
        ("isValidIp('10.0.0.1')", "1"),
        ("isValidIpv4('::1')", "0"),
        ("isValidIpv6('::1')", "1"),
        ("isIpv4InSubnet('10.0.1.7', '10.0.0.0/16')", "1"),
        ("isIpInSubnet('192.168.1.1', '10.0.0.0/8')", "0"),
        ("isIpv6InSubnet('10.0.0.1', '10.0.0.0/8')", "0"),
        ("isIpInSubnet(user, 'no block')", "0"),
        ("now() > 1700000000", "1"),
    ],
)
def test_functions_of_dates_and_addresses(expression: str, value: str) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html"""
    found = ask(f"filter @message like 'user=ann' | fields {expression} as found")
    assert found == [{"found": value}]


@pytest.mark.parametrize(
    "call", ["datefloor(@timestamp)", "datefloor(@timestamp, 5)", "dateceil()"]
)
def test_a_date_is_rounded_to_a_period(call: str) -> None:
    with pytest.raises(AwsError):
        ask(f"fields {call} as found")
