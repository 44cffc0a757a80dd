"""What parameter mappings stand for in one request.

https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.data.execution import Execution
from orderlab.cloud.apigateway.model.mappings import (
    AnswerBody,
    AnswerHeader,
    ContextVariable,
    MethodBody,
    MethodParameter,
    Source,
    StageVariable,
    Static,
    path_of,
)
from orderlab.cloud.apigateway.vtl.java import string_of, to_json

# several values, one, or none
Value = str | list[str] | None


def value_of(source: Source, execution: Execution) -> Value:
    """The value of a mapping's source; None if it leads nowhere.

    Raises:
        MappingError: if the source has a path that cannot be read.
        BudgetSpent: if finding it is more work than the budget allows.
    """
    return _READERS[type(source)](source, execution)


def method_parameter(execution: Execution, location: str, name: str) -> Value:
    """A parameter of the request; None if it was not sent. The last of several values counts."""
    if location == "path":
        value = execution.path_parameters.get(name)
        return None if value is None else unquote(value)
    multiple = location.startswith("multivalue")
    if location.endswith("header"):
        values = execution.request.headers.get(name.lower())
    else:
        values = execution.request.query.get(name)
    if not values:
        return None
    return values if multiple else values[-1]


def _static(source: Static, execution: Execution) -> Value:
    return source.value


def _parameter(source: MethodParameter, execution: Execution) -> Value:
    return method_parameter(execution, source.location, source.name)


def _method_body(source: MethodBody, execution: Execution) -> Value:
    if source.path is None:
        return execution.body.text
    budget = execution.budget
    document = execution.body.document(budget)
    if document is None:
        return None
    return _as_text(path_of(source.path, source.path).find(document, budget), budget)


def _answer_header(source: AnswerHeader, execution: Execution) -> Value:
    answer, name = execution.answer, source.name
    values = [] if answer is None else [v for k, v in answer.headers if k.lower() == name]
    if not values:
        return None
    return values if source.multiple else values[-1]


def _answer_body(source: AnswerBody, execution: Execution) -> Value:
    answer, budget = execution.answer, execution.budget
    if answer is None:
        return None
    if source.path is None:
        return answer.body.text
    path = path_of(source.path, source.path)
    return _as_text(path.find(answer.body.document(budget), budget), budget)


def _context_variable(source: ContextVariable, execution: Execution) -> Value:
    budget = execution.budget
    return _as_text(source.path.find(execution.context, budget), budget)


def _stage_variable(source: StageVariable, execution: Execution) -> Value:
    return execution.request.stage_variables.get(source.name)


def _as_text(value: Any, budget: Budget) -> Value:
    if value is None or isinstance(value, str):
        return value
    return to_json(value, budget) if isinstance(value, dict | list) else string_of(value)


_READERS: dict[type[Source], Callable[[Any, Execution], Value]] = {
    Static: _static,
    MethodParameter: _parameter,
    MethodBody: _method_body,
    AnswerHeader: _answer_header,
    AnswerBody: _answer_body,
    ContextVariable: _context_variable,
    StageVariable: _stage_variable,
}
