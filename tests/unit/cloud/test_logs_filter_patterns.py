"""Filter patterns of CloudWatch Logs."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.logs.field_patterns import fields_of
from orderlab.cloud.logs.filter_pattern import filter_pattern

EVENT = json.dumps(
    {
        "level": "ERROR",
        "duration": 12.5,
        "ok": False,
        "none": None,
        "order": {"id": "o-1", "lines": [{"sku": "a"}, {"sku": "b"}]},
        "message": "Payment service answered 503",
    }
)
ACCESS = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "message", "expected"),
    [
        ("", "anything", True),
        ("ERROR", "[ERROR] it broke", True),
        ("ERROR", "an error", False),
        ("ERROR broke", "broke: ERROR", True),
        ("ERROR broke", "ERROR only", False),
        ("?ERROR ?WARN", "WARN: slow", True),
        ("?ERROR ?WARN", "INFO", False),
        ("ERROR -timeout", "ERROR broke", True),
        ("ERROR -timeout", "ERROR timeout", False),
        ('"it broke"', "[ERROR] it broke", True),
        ('"it broke"', "it really broke", False),
        ('"say \\"hi\\""', 'I say "hi"', True),
        ("%o-[0-9]+%", "order o-17 came", True),
        ("%^o-[0-9]+$%", "order o-17 came", False),
        ('{ $.level = "ERROR" }', EVENT, True),
        ("{ $.level = ERR* }", EVENT, True),
        ('{ $.level != "ERROR" }', EVENT, False),
        ("{ $.duration > 12 }", EVENT, True),
        ("{ $.duration >= 12.5 && $.duration < 13 }", EVENT, True),
        ("{ ($.duration > 100) || ($.level = ERROR) }", EVENT, True),
        ("{ $.duration > 100 || $.level = INFO && $.ok IS FALSE }", EVENT, False),
        ("{ $.ok IS FALSE }", EVENT, True),
        ("{ $.ok IS TRUE }", EVENT, False),
        ("{ $.none IS NULL }", EVENT, True),
        ("{ $.missing NOT EXISTS }", EVENT, True),
        ("{ $.level NOT EXISTS }", EVENT, False),
        ('{ $.order.id = "o-1" }', EVENT, True),
        ('{ $.order.lines[1].sku = "b" }', EVENT, True),
        ('{ $.order.lines[*].sku = "c" }', EVENT, False),
        ("{ $.message = %50[0-9]% }", EVENT, True),
        ('{ $.message = "*service*" }', EVENT, True),
        ("{ $.level = ERROR }", "no json: ERROR", False),
        ("{ $.level = ERROR }", "{broken", False),
        ("[ip, user, name, time, request, status = 4*, bytes > 1000]", ACCESS, True),
        ("[ip, user, name, time, request, status = 5*, bytes]", ACCESS, False),
        ("[ip, ..., status = 404, bytes]", ACCESS, True),
        ("[..., bytes < 1000]", ACCESS, False),
        ("[ip, ...]", ACCESS, True),
        ("[ip, user]", ACCESS, False),
        ("[..., status = 404 || status = 410, bytes]", ACCESS, True),
        ('[ip, user, name = frank && name != "bob", ...]', ACCESS, True),
    ],
)
def test_patterns(pattern: str, message: str, expected: bool) -> None:
    assert filter_pattern(pattern)(message) is expected


@pytest.mark.parametrize(
    "pattern",
    ["{ $.level }", "{ $.level = }", "{ level = 1 }", "{ $.a = 1", "[a, b", "a:b", '"open',
     "{ $.a = 1 } x", "[..., a, ...]", "%(%", "{ $.a > text }"],
)  # fmt: skip
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(AwsError) as error:
        filter_pattern(pattern)
    assert error.value.code == "InvalidParameterException"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ('a "b c" [d e] f', ["a", "b c", "d e", "f"]),
        ("a [b c", ["a", "[b", "c"]),
        ('"" [] x', ["", "", "x"]),
        ('a"b c"', ['a"b', 'c"']),
        ('"a" b"', ["a", 'b"']),
        ("  ", []),
    ],
)
def test_fields_have_spaces_in_quotes_and_brackets_only(message: str, expected: list[str]) -> None:
    assert fields_of(message) == expected


@pytest.mark.parametrize("unit", [" [", ' "a', "[", '"', "[]", " ", '" ['])
def test_many_openings_do_not_make_an_event_slow(unit: str) -> None:
    # looked for anew each time, a closing bracket that is not there would take minutes
    assert len(fields_of(unit * 200_000)) <= 400_000


@pytest.mark.parametrize(
    "pattern",
    ["%(a+)+$%", "%a b%", "%something!%", "%\\(a%", "%ü%", "%a{1,2000}%", "%(?=a)%", "%a++%",
     "{ $.a = %x% && $.b = %y% && $.c = %z% }"],
)  # fmt: skip
def test_expressions_are_those_that_aws_takes(pattern: str) -> None:
    with pytest.raises(AwsError) as error:
        filter_pattern(pattern)
    assert error.value.code == "InvalidParameterException"


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_a_pattern_or_is_refused(pattern: str, message: str) -> None:
    for candidate in (pattern, f"{{ $.{pattern}", f"[{pattern}", f"{{ $.a {pattern} }}"):
        try:
            matches = filter_pattern(candidate)
        except AwsError:
            continue
        assert matches(message) in (True, False)
