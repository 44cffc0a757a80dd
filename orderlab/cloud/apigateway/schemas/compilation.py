"""Schemas compiled to checks; references lead to other models of the API, and nowhere else.

https://json-schema.org/draft-04/draft-fge-json-schema-validation-00
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.apigateway.schemas.arrays import array_check
from orderlab.cloud.apigateway.schemas.combinations import COMBINATIONS
from orderlab.cloud.apigateway.schemas.errors import ModelError
from orderlab.cloud.apigateway.schemas.keywords import SIMPLE
from orderlab.cloud.apigateway.schemas.objects import object_check
from orderlab.cloud.apigateway.schemas.reading import MODEL_URL, resolve
from orderlab.cloud.apigateway.schemas.run import Measured, Run, Schema, SchemaCheck

# a model, `None` for the one that is compiled, and a pointer into it
Place = tuple[str | None, str]


def compile_schema(schema: Schema, others: Mapping[str, Any]) -> Measured:
    """The check of a schema, and what it costs; ModelError if a reference leads nowhere.

    `others` are the API's models by name.
    """
    return _Compiler(schema, others).compile()


class _Compiler:
    def __init__(self, schema: Schema, others: Mapping[str, Any]) -> None:
        self._models: dict[str | None, Any] = {None: schema}
        self._models.update(others)
        self._targets: dict[Place, Measured] = {}
        self._waiting: list[Place] = []
        # checks that were made so far
        self._made = 0

    def compile(self) -> Measured:
        whole = self._measured(self._models[None], None)
        while self._waiting:
            model, pointer = place = self._waiting.pop()
            found = resolve(self._models.get(model), pointer)
            if not isinstance(found, dict):
                raise ModelError(f"The reference {pointer[:200]} leads nowhere")
            self._targets[place] = self._measured(found, model)
        return whole

    def _measured(self, schema: Schema, model: str | None) -> Measured:
        """The check of a schema, and how many checks it is made of."""
        before = self._made
        check = self._compiled(schema, model)
        return check, self._made - before

    def _compiled(self, schema: Schema, model: str | None) -> SchemaCheck:
        self._made += 1
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return self._reference(reference, model)

        def inner(part: Schema) -> Measured:
            return self._measured(part, model)

        checks = [make(schema) for keyword, make in SIMPLE.items() if keyword in schema]
        checks += [object_check(schema, inner), array_check(schema, inner)]
        checks += [
            make(schema[keyword], inner)
            for keyword, make in COMBINATIONS.items()
            if keyword in schema
        ]
        made = [check for check in checks if check is not None]
        self._made += len(made)
        return _all_of(made)

    def _reference(self, reference: str, model: str | None) -> SchemaCheck:
        """A check that is looked up when it is used: references may lead in circles."""
        url = MODEL_URL.fullmatch(reference)
        place = (url[2], "#") if url else (model, reference)
        if not url and not reference.startswith("#"):
            raise ModelError(f"The reference {reference[:200]} leads out of the API")
        targets = self._targets
        if place not in targets:
            targets[place] = _all_of([]), 0
            self._waiting.append(place)

        def check(value: Any, run: Run) -> None:
            target, cost = targets[place]
            run.budget.spend(cost)
            target(value, run)

        return check


def _all_of(checks: list[SchemaCheck]) -> SchemaCheck:
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:
        first, second = checks

        def check_both(value: Any, run: Run) -> None:
            first(value, run)
            second(value, run)

        return check_both

    def check(value: Any, run: Run) -> None:
        for each in checks:
            each(value, run)

    return check
