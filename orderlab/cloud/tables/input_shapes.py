"""The form of a request: types, required members, enumerations and ranges of AWS's own model.

Each operation's model (botocore's) is made into one function, once. Attribute values are left
out: `attribute_values` checks them where they are used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from orderlab.cloud.tables.attribute_values import not_expected
from orderlab.cloud.tables.errors import SerializationException, detected

# checks a value at a path, adds what is wrong to the list, raises for a wrong JSON type
Check = Callable[[Any, str, list[str]], None]
# what these hold is checked by the code that uses it
_OPAQUE = frozenset({"AttributeValue", "AttributeMap", "Key", "PutItemInputAttributeMap"})


def check_input(service: str, operation: str, parameters: dict[str, Any]) -> None:
    """Raise what AWS raises for a request that does not fit the model; drop null members."""
    faults: list[str] = []
    _input_check(service, operation)(parameters, "", faults)
    if faults:
        raise detected(*faults)


@lru_cache(maxsize=2)
def _model(service: str) -> dict[str, Any]:
    import botocore.loaders

    model: dict[str, Any] = botocore.loaders.create_loader().load_service_model(
        service, "service-2"
    )
    return model


@lru_cache(maxsize=200)
def _input_check(service: str, operation: str) -> Check:
    model = _model(service)
    shape = model["operations"][operation].get("input")
    if shape is None:
        return lambda value, path, faults: None
    return _check_of(shape["shape"], model["shapes"], {})


def _check_of(name: str, shapes: dict[str, Any], known: dict[str, Check]) -> Check:
    """The check of a shape. `known` breaks the circle of shapes that contain themselves."""
    if name in known:
        return known[name]
    if name in _OPAQUE:
        return _any_object
    made: list[Check] = []
    known[name] = lambda value, path, faults: made[0](value, path, faults)
    shape = shapes[name]
    maker = _MAKERS.get(shape["type"])
    made.append(maker(shape, shapes, known) if maker else lambda value, path, faults: None)
    known[name] = made[0]
    return made[0]


def _any_object(value: Any, path: str, faults: list[str]) -> None:
    if type(value) is not dict:
        raise not_expected(value, "Map")


def _structure(shape: dict[str, Any], shapes: dict[str, Any], known: dict[str, Check]) -> Check:
    members = {
        name: (_check_of(member["shape"], shapes, known), name[0].lower() + name[1:])
        for name, member in shape.get("members", {}).items()
    }
    required = tuple(shape.get("required", ()))

    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) is not dict:
            raise not_expected(value, "Structure")
        nulls = [name for name, content in value.items() if content is None]
        for name in nulls:
            del value[name]
        for name in required:
            if name not in value:
                faults.append(_fault(None, path + members[name][1], "Member must not be null"))
        for name, content in value.items():
            member = members.get(name)
            if member is not None:
                member[0](content, path + member[1], faults)

    def nested(value: Any, path: str, faults: list[str]) -> None:
        check(value, f"{path}." if path else "", faults)

    return nested


def _list(shape: dict[str, Any], shapes: dict[str, Any], known: dict[str, Check]) -> Check:
    element = _check_of(shape["member"]["shape"], shapes, known)
    length = _length_rule(shape)

    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) is not list:
            raise not_expected(value, "List")
        length(value, path, faults)
        for number, content in enumerate(value, 1):
            if content is None:
                raise SerializationException("A list may not hold null")
            element(content, f"{path}.{number}.member", faults)

    return check


def _map(shape: dict[str, Any], shapes: dict[str, Any], known: dict[str, Check]) -> Check:
    element = _check_of(shape["value"]["shape"], shapes, known)
    length = _length_rule(shape)

    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) is not dict:
            raise not_expected(value, "Map")
        length(value, path, faults)
        for name, content in value.items():
            element(content, f"{path}.{name}.member", faults)

    return check


def _length_rule(shape: dict[str, Any]) -> Check:
    least, most = shape.get("min"), shape.get("max")

    def check(value: Any, path: str, faults: list[str]) -> None:
        if most is not None and len(value) > most:
            rule = f"Member must have length less than or equal to {most}"
            faults.append(_fault(value, path, rule))
        if least is not None and len(value) < least:
            rule = f"Member must have length greater than or equal to {least}"
            faults.append(_fault(value, path, rule))

    return check


def _string(shape: dict[str, Any], _: dict[str, Any], __: dict[str, Check]) -> Check:
    length = _length_rule(shape) if "min" in shape or "max" in shape else None
    choices = frozenset(shape.get("enum", ()))
    listed = ", ".join(shape.get("enum", ()))
    pattern = re.compile(shape["pattern"]) if "pattern" in shape else None

    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) is not str:
            raise not_expected(value)
        if choices and value not in choices:
            rule = f"Member must satisfy enum value set: [{listed}]"
            faults.append(_fault(value, path, rule))
        if pattern is not None and not pattern.fullmatch(value):
            rule = f"Member must satisfy regular expression pattern: {pattern.pattern}"
            faults.append(_fault(value, path, rule))
        if length is not None:
            length(value, path, faults)

    return check


def _integer(shape: dict[str, Any], _: dict[str, Any], __: dict[str, Check]) -> Check:
    least, most = shape.get("min"), shape.get("max")
    wanted = "Long" if shape["type"] == "long" else "Integer"

    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) is not int:
            raise not_expected(value, wanted)
        if most is not None and value > most:
            rule = f"Member must have value less than or equal to {most}"
            faults.append(_fault(value, path, rule))
        if least is not None and value < least:
            rule = f"Member must have value greater than or equal to {least}"
            faults.append(_fault(value, path, rule))

    return check


def _boolean(_: dict[str, Any], __: dict[str, Any], ___: dict[str, Check]) -> Check:
    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) is not bool:
            raise not_expected(value, "Boolean")

    return check


def _number(_: dict[str, Any], __: dict[str, Any], ___: dict[str, Check]) -> Check:
    def check(value: Any, path: str, faults: list[str]) -> None:
        if type(value) not in (int, float):
            raise not_expected(value, "Double")

    return check


def _fault(value: Any, path: str, rule: str) -> str:
    shown = "null" if value is None else f"'{_shown(value)}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {rule}"


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]}..."


_MAKERS: dict[str, Callable[[dict[str, Any], dict[str, Any], dict[str, Check]], Check]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _integer,
    "long": _integer,
    "boolean": _boolean,
    "double": _number,
    "float": _number,
    "timestamp": _number,
}
