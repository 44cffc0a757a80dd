"""The regular expressions in models: `pattern` and `patternProperties`.

https://json-schema.org/draft-04/draft-fge-json-schema-validation-00#rfc.section.3.3
Libraries would match them with `re`, which may take any time at all on a body that anybody sends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from orderlab.cloud.patterns.expressions import expression

# what stands here is data, whatever it looks like
_DATA = ("enum", "default")


class Unsuited(Exception):
    """The schema has a part that the quick check cannot do."""


def patterns_in(schema: Any) -> Iterator[str]:
    """All regular expressions of a schema."""
    waiting = [schema]
    while waiting:
        current = waiting.pop()
        if isinstance(current, list):
            waiting.extend(current)
        if not isinstance(current, dict):
            continue
        if isinstance(current.get("pattern"), str):
            yield current["pattern"]
        if isinstance(current.get("patternProperties"), dict):
            yield from current["patternProperties"]
        waiting.extend(value for name, value in current.items() if name not in _DATA)


def as_formats(schema: Any, formats: dict[str, Callable[[str], bool]]) -> Any:
    """A schema in which each pattern is a format, which a library asks us about.

    Formats of its own are left out, since a model's are not checked. Unsuited if a schema says by
    patterns which properties it is about.
    """
    if isinstance(schema, list):
        return [as_formats(each, formats) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("patternProperties"), dict):
        raise Unsuited
    found = {
        name: value if name in _DATA else as_formats(value, formats)
        for name, value in schema.items()
        if not (name in ("pattern", "format") and isinstance(value, str))
    }
    if isinstance(schema.get("pattern"), str):
        found["format"] = f"pattern{len(formats)}"
        formats[found["format"]] = expression(schema["pattern"]).occurs_in
    return found


@cache
def draft4_validator() -> Any:
    """The full validator, with expressions of ours."""
    from jsonschema import Draft4Validator, validators

    extend: Any = validators.extend
    keywords = {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
    }
    return extend(Draft4Validator, keywords)


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if validator.is_type(instance, "string") and not expression(pattern).occurs_in(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(
    validator: Any, patterns: dict[str, Any], instance: Any, schema: Any
) -> Iterator[Any]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, subschema in patterns.items():
        for name, value in instance.items():
            if expression(pattern).occurs_in(name):
                yield from validator.descend(value, subschema, path=name, schema_path=pattern)


def _additional_properties(
    validator: Any, allowed: Any, instance: Any, schema: dict[str, Any]
) -> Iterator[Any]:
    """As the library does it, which sees only properties that no pattern is about."""
    from jsonschema import Draft4Validator

    patterns = schema.get("patternProperties")
    if patterns and validator.is_type(instance, "object"):
        instance = {
            name: value
            for name, value in instance.items()
            if not any(expression(pattern).occurs_in(name) for pattern in patterns)
        }
        schema = {name: each for name, each in schema.items() if name != "patternProperties"}
    yield from Draft4Validator.VALIDATORS["additionalProperties"](
        validator, allowed, instance, schema
    )
