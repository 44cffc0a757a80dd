"""Plain Python values to DynamoDB's typed attributes, and back."""


def to_attribute(value):
    """Strings, integers, booleans, None, lists and dictionaries; anything else is a mistake."""
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, dict):
        return {"M": to_item(value)}
    if isinstance(value, list):
        return {"L": [to_attribute(element) for element in value]}
    if value is None:
        return {"NULL": True}
    raise TypeError(f"{type(value).__name__} has no place in an order's item")


def to_item(values):
    return {name: to_attribute(value) for name, value in values.items()}


def from_attribute(attribute):
    ((kind, value),) = attribute.items()
    if kind == "N":
        return int(value)
    if kind == "M":
        return from_item(value)
    if kind == "L":
        return [from_attribute(element) for element in value]
    return None if kind == "NULL" else value


def from_item(item):
    return {name: from_attribute(attribute) for name, attribute in item.items()}
