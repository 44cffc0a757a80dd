"""A storm over what is deployed, from the first order to the verdict."""

from __future__ import annotations

import time
from dataclasses import replace

from orderlab.aws_target.base import FAULTS, RECORDER, Target, need
from orderlab.orders.parts.api import api_address
from orderlab.requirements.system import fresh_orders
from orderlab.showing.sign_of_life import sign_of_life
from orderlab.storm.checker import Broken, Record, check
from orderlab.storm.evidence import gather
from orderlab.storm.nemesis import Nemesis, mend_quietly
from orderlab.storm.parts import read_parts
from orderlab.storm.plan import Plan, make_plan
from orderlab.storm.result import Storm
from orderlab.storm.sender import Sender
from orderlab.storm.settling import Settling
from orderlab.storm.whereabouts import whereabouts


def storm(target: Target, orders: int = 200, seed: int = 7) -> Storm:
    """Send real orders while a seeded nemesis breaks what is deployed, then check the promises.

    The orders stay in the tables. All faults of the storm are mended when this returns, also if
    it is interrupted. Raises LearnerError for arguments that cannot be, where orders cannot be
    sent, and where faults cannot be switched on.
    """
    plan = make_plan(orders, seed)
    need(target, FAULTS, RECORDER)
    parts = read_parts(target)
    also_on = [f"{fault['kind']} of {fault['target']}" for fault in target.page("faults")]
    lines = list(fresh_orders(orders))
    ids = [line.order_id for line in lines]
    since = int(target.page("recorder/edges")["last"])
    nemesis = Nemesis(target, plan, parts, ids)
    sender = Sender(api_address(target), lines, plan, nemesis.before)
    began = time.monotonic()
    with sign_of_life(f"A storm begins: {orders} orders") as say:
        try:
            answers = sender.run(lambda: say(_words(sender, plan)))

            selects = any(not service.owed_all for service in parts.services)

            def complete() -> bool:
                found = Record(answers, parts, gather(target, parts, ids, since, hops=selects))
                return not any(found.missing(a.order_id) for a in answers if a.accepted)

            settled = Settling(target, parts, complete).wait(say)
        finally:
            mend_quietly(nemesis)
        say("Comparing what was accepted with what was applied")
        record = Record(answers, parts, gather(target, parts, ids, since), settled.left)
    broken = _judged(target, record)
    seconds = time.monotonic() - began
    return Storm(plan, nemesis.count(), record, broken, seconds, also_on)


def _judged(target: Target, record: Record) -> dict[str, list[Broken]]:
    """The verdicts; of the first lost order also where it was seen last."""
    broken = check(record)
    if broken["kept"]:
        first = broken["kept"][0]
        said = f"{first.said} {whereabouts(target, record, first)}".strip()
        broken["kept"][0] = replace(first, said=said)
    return broken


def _words(sender: Sender, plan: Plan) -> str:
    told = len(sender.answered)
    return f"Storm {plan.seed}: {sender.sent} of {plan.orders} orders sent, {told} answered"
