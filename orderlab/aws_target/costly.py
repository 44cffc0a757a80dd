"""What costs by the hour in an account, used or not: it is made only if it was asked for by name.

A call that would make such a thing isn't sent. It says the price and what to type, and whoever
made it gets nothing; what is asked about that thing later gives nothing either, so that a notebook
goes on, as it does where a server lacks an ability.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import SimpleNamespace
from typing import Any

from orderlab.aws_target.absent import Absent
from orderlab.aws_target.base import NotHere
from orderlab.errors import LearnerError

DAX = "dax"
CAPACITY = "provisioned-capacity"
CONCURRENCY = "provisioned-concurrency"
# what one can ask for, and how a sentence begins about it
COSTLY: Mapping[str, str] = {
    DAX: "A DAX cluster is not made in your account",
    CAPACITY: "Provisioned capacity of a table is not bought in your account",
    CONCURRENCY: "Provisioned concurrency is not bought in your account",
}
_REFUSED = "orderlab-not-made"
_GIVEN = "orderlab-not-made-of"
Params = Mapping[str, Any]


class NotAskedFor(NotHere):
    """A call would have made what costs by the hour; nothing was sent."""


def demand_known(allow: Collection[str]) -> None:
    """Raise LearnerError for a name that is none of those above."""
    unknown = sorted(set(allow) - set(COSTLY))
    if unknown:
        raise LearnerError(
            f"There is nothing called {', '.join(map(repr, unknown))} to allow.",
            advice=f"There are: {', '.join(COSTLY)}.",
        )


def wanted(service: str, operation: str, params: Params) -> str:
    """What a call would make that costs by the hour; empty for nothing."""
    if service == "dax":
        return DAX if operation in ("CreateCluster", "IncreaseReplicationFactor") else ""
    if service == "lambda":
        return CONCURRENCY if operation == "PutProvisionedConcurrencyConfig" else ""
    if service != "dynamodb":
        return ""
    if operation in ("CreateTable", "UpdateTable", "ImportTable"):
        return CAPACITY if _is_provisioned(params) else ""
    if operation in ("RestoreTableFromBackup", "RestoreTableToPointInTime"):
        provisioned = params.get("BillingModeOverride") == "PROVISIONED"
        return CAPACITY if provisioned or params.get("ProvisionedThroughputOverride") else ""
    return ""


def _is_provisioned(params: Params) -> bool:
    given = {**params, **(params.get("TableCreationParameters") or {})}
    mode = given.get("BillingMode")
    if mode == "PAY_PER_REQUEST":
        return False  # with units as well it is AWS that refuses it
    return mode == "PROVISIONED" or bool(given.get("ProvisionedThroughput"))


class Costly:
    """What one learner has asked for, and what was refused since; `prices` say what each costs."""

    def __init__(
        self,
        allow: Collection[str] = (),
        prices: Mapping[str, str] | None = None,
        say: Callable[[str], None] = print,
    ) -> None:
        demand_known(allow)
        self.allowed = frozenset(allow)
        self._prices = prices or {}
        self._say = say
        # by what names it: the sentence that was said of it
        self._refused: dict[tuple[str, str], str] = {}

    def allow(self, more: Collection[str]) -> None:
        """Let these be made from now on, and forget what was refused."""
        demand_known(more)
        self.allowed |= frozenset(more)
        self._refused.clear()

    def sentence(self, what: str) -> str:
        """Why a call isn't sent, and what to type to have it sent."""
        price = self._prices.get(what, "it costs by the hour, used or not")
        return (
            f"{COSTLY[what]}: {price}. It is left out here. To have it made, run the first cell "
            f'again with `allow=("{what}",)` in `orderlab.start(...)`.'
        )

    def refusal(self, service: str, operation: str, params: Params) -> str:
        """The sentence for a call that isn't sent; empty for one that is."""
        what = wanted(service, operation, params)
        named = _named(service, operation, params)
        if what and what not in self.allowed:
            sentence = self.sentence(what)
            # without the others a table or cluster that stands is as it was
            if operation not in ("UpdateTable", "IncreaseReplicationFactor"):
                self._refused.update(dict.fromkeys(named, sentence))
            return sentence
        return next((self._refused[each] for each in named if each in self._refused), "")

    def put_on(self, register: Callable[..., Any], *, quietly: bool) -> None:
        """Let a client, or the clients of a botocore session, send no such call. `quietly`: who
        made it gets nothing and goes on; without, NotAskedFor is raised, as library code needs."""

        def look(params: Params, model: Any, context: dict[str, Any], **_: Any) -> None:
            service = model.service_model.service_name
            sentence = self.refusal(service, model.name, params)
            # a waiter of boto3's would wait for minutes until a table is there
            if sentence and (not quietly or model.name == "DescribeTable"):
                raise NotAskedFor(sentence)
            context[_REFUSED], context[_GIVEN] = sentence, params

        def answer(model: Any, context: dict[str, Any], **_: Any) -> Any:
            sentence = context.get(_REFUSED)
            if not sentence:
                return None
            if wanted(model.service_model.service_name, model.name, context[_GIVEN]):
                self._say(sentence)
            return SimpleNamespace(status_code=200), Absent(sentence)

        # after the names have their prefix
        register("before-parameter-build", look)
        register("before-call", answer)


def _named(service: str, operation: str, params: Params) -> list[tuple[str, str]]:
    """What a call is about, among what can be refused."""
    found = list[str]()
    if service == "dax":
        several = params.get("ClusterNames")
        found = [params.get("ClusterName", ""), *(several if isinstance(several, list) else ())]
    elif service == "dynamodb":
        found = [params.get("TableName", ""), params.get("TargetTableName", "")]
    elif "ProvisionedConcurrency" in operation:
        found = [f"{params.get('FunctionName', '')}:{params.get('Qualifier', '')}"]
    return [(service, each) for each in found if isinstance(each, str) and each]
