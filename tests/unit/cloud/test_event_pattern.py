"""Event patterns, by the examples of AWS's guide and the texts of its errors.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from orderlab.cloud.patterns.event_pattern import EventPattern, InvalidPattern
from orderlab.cloud.patterns.exact_numbers import read_json

MATCHES: list[tuple[Any, Any, bool]] = [
    # plain values
    ({"a": ["x", "y"]}, {"a": "y"}, True),
    ({"a": ["x"]}, {"a": "X"}, False),
    ({"a": [1]}, {"a": "1"}, False),
    ({"a": [None]}, {"a": None}, True),
    ({"a": [None]}, {}, False),
    ({"a": [""]}, {"a": ""}, True),
    ({"a": [True]}, {"a": True}, True),
    ({"a": [True]}, {"a": 1}, False),
    ({"a": [1]}, {"a": True}, False),
    # nesting, arrays, dotted names
    ({"a": {"b": ["x"]}}, {"a": {"b": "x", "c": 1}}, True),
    ({"a": {"b": ["x"]}}, {"a": {"c": {"b": "x"}}}, False),
    ({"a.b": ["x"]}, {"a": {"b": "x"}}, True),
    ({"a": ["x", "z"]}, {"a": ["y", "x"]}, True),
    ({"a": {"b": [1], "c": [2]}}, {"a": [{"b": 1, "c": 9}, {"b": 8, "c": 2}]}, False),
    ({"a": {"b": [1], "c": [2]}}, {"a": [{"b": 0}, {"b": 1, "c": 2}]}, True),
    # operators on texts
    ({"a": [{"prefix": "us-"}]}, {"a": "us-east-1"}, True),
    ({"a": [{"prefix": "us-"}]}, {"a": 1}, False),
    ({"a": [{"prefix": {"equals-ignore-case": "EventB"}}]}, {"a": "eventbridge"}, True),
    ({"a": [{"suffix": ".png"}]}, {"a": "i.png"}, True),
    ({"a": [{"suffix": {"equals-ignore-case": ".PNG"}}]}, {"a": "i.Png"}, True),
    ({"a": [{"equals-ignore-case": "alice"}]}, {"a": "ALICE"}, True),
    ({"a": [{"wildcard": "dir/*.png"}]}, {"a": "dir/a/b.png"}, True),
    ({"a": [{"wildcard": "dir/*.png"}]}, {"a": "dir/a.jpg"}, False),
    ({"a": [{"wildcard": r"5\*3*"}]}, {"a": "5*3=15"}, True),
    ({"a": [{"wildcard": r"5\*3*"}]}, {"a": "5x3=15"}, False),
    # anything-but
    ({"a": [{"anything-but": "x"}]}, {"a": "y"}, True),
    ({"a": [{"anything-but": "x"}]}, {"a": "x"}, False),
    ({"a": [{"anything-but": "x"}]}, {}, False),
    ({"a": [{"anything-but": ["x", "y"]}]}, {"a": "y"}, False),
    ({"a": [{"anything-but": 100}]}, {"a": 100.0}, False),
    ({"a": [{"anything-but": [100, 200]}]}, {"a": 300}, True),
    ({"a": [{"anything-but": {"prefix": "init"}}]}, {"a": "initial"}, False),
    ({"a": [{"anything-but": {"prefix": ["a", "b"]}}]}, {"a": "c"}, True),
    ({"a": [{"anything-but": {"suffix": ".txt"}}]}, {"a": "a.txt"}, False),
    ({"a": [{"anything-but": {"suffix": [".txt", ".rtf"]}}]}, {"a": "a.png"}, True),
    ({"a": [{"anything-but": {"equals-ignore-case": ["X", "y"]}}]}, {"a": "Y"}, False),
    ({"a": [{"anything-but": {"wildcard": "*/lib/*"}}]}, {"a": "/usr/lib/x"}, False),
    ({"a": [{"anything-but": {"wildcard": ["*/lib/*", "*/bin/*"]}}]}, {"a": "/etc/x"}, True),
    # numbers
    ({"a": [{"numeric": [">", 0, "<=", 5]}]}, {"a": 5}, True),
    ({"a": [{"numeric": [">", 0, "<=", 5]}]}, {"a": 0}, False),
    ({"a": [{"numeric": ["<", 10]}]}, {"a": "5"}, False),
    ({"a": [{"numeric": ["=", 301.8]}]}, {"a": 3.018e2}, True),
    # addresses
    ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "10.0.0.255"}, True),
    ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "10.0.1.0"}, False),
    ({"a": [{"cidr": "2001:db8::/32"}]}, {"a": "2001:db8::1"}, True),
    # exists looks at leaves
    ({"a": [{"exists": True}]}, {"a": None}, True),
    ({"a": [{"exists": True}]}, {"a": {"b": 1}}, False),
    ({"a": [{"exists": False}]}, {"a": {"b": 1}}, True),
    ({"a": [{"exists": False}]}, {"a": 0}, False),
    ({"a": {"b": [{"exists": False}]}}, {"c": 1}, True),
    ({"a": ["x", {"exists": False}]}, {}, True),
    # $or
    ({"$or": [{"a": [1]}, {"b": [2]}]}, {"b": 2}, True),
    ({"$or": [{"a": [1]}, {"b": [2]}]}, {"a": 2, "b": 1}, False),
    ({"s": ["x"], "$or": [{"a": [1]}, {"b": [2]}]}, {"s": "y", "a": 1}, False),
    ({"d": {"$or": [{"a": {"x": [1]}}, {"b": [2]}]}}, {"d": {"a": {"x": 1}}}, True),
    ({"$or": [{"a": [1], "$or": [{"b": [2]}, {"c": [3]}]}, {"d": [4]}]}, {"a": 1, "c": 3}, True),
]


@pytest.mark.parametrize(("pattern", "event", "wanted"), MATCHES)
def test_a_pattern_matches_as_the_guide_says(pattern: Any, event: Any, wanted: bool) -> None:
    found = EventPattern(json.dumps(pattern)).matches(read_json(json.dumps(event)))
    assert found is wanted


@pytest.mark.parametrize("number", ["300", "300.0", "3.0e2"])
def test_plain_numbers_are_compared_as_they_are_written(number: str) -> None:
    pattern = EventPattern(f'{{"a": [{number}]}}')
    found = {
        text for text in ("300", "300.0", "3.0e2") if pattern.matches(read_json(f'{{"a": {text}}}'))
    }
    assert found == {number}


def test_numbers_can_be_compared_by_value() -> None:
    assert EventPattern('{"a": [300]}', exact_numbers=False).matches({"a": 300.0})


def test_of_two_patterns_for_one_field_the_last_counts() -> None:
    assert EventPattern('{"a": ["x"], "a": ["y"]}').matches({"a": "y"})
    assert EventPattern('{"a": {"b": ["x"]}, "a.b": ["y"]}').matches({"a": {"b": "y"}})


REFUSED = [
    ('["a"]', "Filter is not an object", 2),
    ("not JSON", "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or "
     "token 'null', 'true' or 'false')", 4),
    ('{"source": "aws.s3"}', '"source" must be an object or an array', 13),
    ('{"source": []}', "Empty arrays are not allowed", 14),
    ('{"detail": {}}', "Empty objects are not allowed", 14),
    ('{"a": [["x"]]}', "Match value must be String, number, true, false, or null", 9),
    ('{"a": [{"contains": "x"}]}', "Unrecognized match type contains", 22),
    ('{"a": [{"prefix": 1}]}', "prefix match pattern must be a string", 20),
    ('{"a": [{"suffix": ["x"]}]}', "suffix match pattern must be a string", 20),
    ('{"a": [{"prefix": "x", "suffix": "y"}]}', "Only one key allowed in match expression", 35),
    ('{"a": [{}]}', "Match expression name not found", 10),
    ('{"a": [{"exists": "yes"}]}', "exists match pattern must be either true or false.", 20),
    ('{"a": [{"numeric": 5}]}', "Value of numeric must be an array.", 21),
    ('{"a": [{"numeric": ["<", "x"]}]}', "Value of < must be numeric", 27),
    ('{"a": [{"numeric": ["!", 1]}]}', "Unrecognized numeric range operator: !", 24),
    ('{"a": [{"numeric": [">", 5, "<", 1]}]}', "Bottom must be less than top", 35),
    ('{"a": [{"numeric": ["<", 1, ">", 0]}]}', "Too many elements in numeric expression", 30),
    ('{"a": [{"cidr": "10.0.0.0"}]}', "Malformed CIDR, one '/' required", 27),
    ('{"a": [{"cidr": "10.0.0.0/33"}]}', "IPv4 mask bits must be < 32", 30),
    ('{"a": [{"wildcard": "a**b"}]}', "Consecutive wildcard characters at pos 2", 27),
    ('{"a": [{"wildcard": "a\\\\b"}]}', "Invalid escape character at pos 2", 27),
    ('{"a": [{"anything-but": []}]}',
     "Inside anything but list, either all values are number or string, mixed type is not "
     "supported", 27),
    ('{"a": [{"anything-but": {"numeric": 1}}]}', "Unsupported anything-but pattern: numeric", 38),
    ('{"a": [{"anything-but": null}]}',
     "Value of anything-but must be an array or single string/number value.", 29),
    ('{"$or": {"a": [1]}}', "It must be an Array followed with $or.", 10),
    ('{"$or": [{"a": [1]}]}', "There must have at least 2 Objects in $or relationship.", 21),
    ('{"$or": ["a", "b"]}', "Only JSON object is allowed in array of $or relationship.", 11),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reason", "column"), REFUSED)
def test_the_error_says_what_is_wrong_and_where(text: str, reason: str, column: int) -> None:
    with pytest.raises(InvalidPattern) as error:
        EventPattern(text)
    place = f'[Source: (String)"{text}"; line: 1, column: {column}]'
    assert str(error.value) == f"{reason}\n at {place}"


def test_lines_are_counted() -> None:
    with pytest.raises(InvalidPattern, match=r"line: 3, column: 12\]"):
        EventPattern('{\n  "a": [1],\n  "slug": "x"\n}')


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"a"', '{"a": }', '{"a": [1,]}', '{"a": [1]} x', "{'a': [1]}", '{"a":' * 400],
)
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(InvalidPattern):
        EventPattern(text)


def test_too_many_combinations_of_or_are_refused() -> None:
    choice = {"$or": [{name: [1]} for name in "abcdefghijk"]}
    pattern = {name: choice for name in ("x", "y", "z")}
    with pytest.raises(InvalidPattern, match="Rule is too complex"):
        EventPattern(json.dumps(pattern))


def test_matching_takes_linear_time() -> None:
    pattern = EventPattern(json.dumps({"a": [{"wildcard": "*a" * 500 + "b"}]}))
    began = time.process_time()
    assert not pattern.matches({"a": "a" * 200_000})
    assert time.process_time() - began < 5
