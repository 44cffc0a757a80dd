"""Regular expressions in templates and in models of API Gateway."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderlab.cloud.apigateway.schemas.body_model import BodyModel
from orderlab.cloud.apigateway.schemas.errors import ModelError
from orderlab.cloud.apigateway.schemas.reading import read_schema
from orderlab.cloud.apigateway.vtl.errors import TemplateError
from orderlab.cloud.apigateway.vtl.regular_expressions import (
    matches,
    replace_all,
    replace_first,
    split,
)


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "expected"),
    [
        ("a1b22", "[0-9]+", "-", "a-b-"),
        ("2026-01-02", r"(\d+)-(\d+)", "$2/$1", "01/2026-02"),
        ("ab", "(?<x>a)", "<${x}>", "<a>b"),
        ("a.b", r"\.", r"\$", "a$b"),
        ("abc", "", "-", "-a-b-c-"),
        ("aab", "(a)(?=a)", "x", "xab"),
        ("ac", "a(b)?c", "[$1]", "[]"),
    ],
)
def test_all_places_are_replaced_as_java_does(
    text: str, pattern: str, replacement: str, expected: str
) -> None:
    assert replace_all(text, pattern, replacement) == expected


def test_the_first_place_is_replaced() -> None:
    assert replace_first("a1b22", "[0-9]+", "-") == "a-b22"


@pytest.mark.parametrize(
    ("text", "pattern", "limit", "expected"),
    [
        ("a,b,,c,,", ",", 0, ["a", "b", "", "c"]),
        ("a1b2c", "([0-9])", 0, ["a", "b", "c"]),
        ("abc", "", 0, ["a", "b", "c"]),
        ("a,b,c", ",", 2, ["a", "b,c"]),
        ("a,b,,", ",", -1, ["a", "b", "", ""]),
        ("abc", "x", 0, ["abc"]),
        ("a,b", ",", 1, ["a,b"]),
    ],
)
def test_texts_are_split_as_java_does(
    text: str, pattern: str, limit: int, expected: list[str]
) -> None:
    assert split(text, pattern, limit) == expected


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [("order-17", r"order-\d+", True), ("order-17!", r"order-\d+", False),
     ("abba", r"(.)(.)\2\1", True)],
)  # fmt: skip
def test_the_whole_text_has_to_match(text: str, pattern: str, expected: bool) -> None:
    assert matches(text, pattern) is expected


@pytest.mark.parametrize(
    ("pattern", "replacement"), [("(", "x"), ("a", "$1"), ("a", "$"), ("a", "${b}"), ("a", "\\")]
)
def test_bad_expressions_and_replacements_fail_the_template(pattern: str, replacement: str) -> None:
    with pytest.raises(TemplateError):
        replace_all("a", pattern, replacement)


def test_a_replacement_does_not_make_a_text_without_end() -> None:
    with pytest.raises(TemplateError):
        replace_all("ab" * 10_000, "", "ab" * 10_000)


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^o-[0-9]+$"},
        "pattern": {"type": "string", "enum": ["x", {"pattern": "("}]},
        "format": {"type": "string", "format": "email"},
    },
    "patternProperties": {"^n_": {"type": "integer"}},
    "additionalProperties": False,
}


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize(
    ("body", "valid"),
    [
        ({"id": "o-1"}, True),
        ({"id": "x-1"}, False),
        ({"id": 1}, False),
        ({"pattern": "x"}, True),
        ({"format": "no address"}, True),
        ({"n_a": 1}, None),
        ({"n_a": "1"}, None),
        ({"other": 1}, False),
    ],
)
def test_models_have_patterns_for_values_and_names(
    body: dict[str, Any], valid: bool | None, quick: bool
) -> None:
    schema = {name: each for name, each in SCHEMA.items() if not quick or "pattern" not in name}
    if valid is None:
        valid = not quick and body["n_a"] == 1
    assert (BodyModel(read_schema_of(schema), {}).errors(body) == []) is valid


def read_schema_of(schema: dict[str, Any]) -> Any:
    return read_schema(json.dumps(schema))


def test_a_model_may_need_a_lookahead() -> None:
    model = BodyModel({"type": "string", "pattern": r"^(?=.*\d)(?=.*[A-Z]).{3,}$"}, {})
    assert model.errors("Ab1") == []
    assert model.errors("ab1") != []


def test_a_schema_whose_pattern_is_none_is_refused() -> None:
    with pytest.raises(ModelError, match="is not valid for the keyword pattern"):
        read_schema('{"properties": {"x": {"pattern": "("}}}')


def test_a_schema_that_nests_too_deep_is_refused() -> None:
    with pytest.raises(ModelError):
        read_schema('{"not": ' * 400 + "{}" + "}" * 400)
