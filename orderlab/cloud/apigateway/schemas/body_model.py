"""Models: the JSON Schema (draft 4) that a request's body has to fit.

https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.schemas.compilation import compile_schema
from orderlab.cloud.apigateway.schemas.run import Enough, Run


class BodyModel:
    """A compiled model. References to other models of the API are followed.

    Raises ModelError if a reference leads nowhere.
    """

    def __init__(self, schema: Any, others: Mapping[str, Any]) -> None:
        self._check, self._cost = compile_schema(schema, others)

    def errors(self, body: Any, budget: Budget | None = None) -> list[str]:
        """What is wrong with a body, in words; empty if nothing is.

        Raises BudgetSpent if that is more work than the budget allows.
        """
        run = Run(budget or Budget())
        run.budget.spend(self._cost)
        try:
            self._check(body, run)
        except Enough:
            pass
        except RecursionError:
            return ["The body or the model nests too deeply."]
        return run.errors
