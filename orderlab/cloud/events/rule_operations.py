"""Rules: what they match, when they are triggered, and whether they are on.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet, ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.events.errors import InvalidEventPattern, LimitExceeded, not_valid
from orderlab.cloud.events.model import DEFAULT, Bus, Rule
from orderlab.cloud.events.registry import Registry
from orderlab.cloud.events.tags import tags_of
from orderlab.cloud.patterns.event_pattern import EventPattern, InvalidPattern
from orderlab.cloud.patterns.exact_numbers import read_json
from orderlab.cloud.targets.pages import page
from orderlab.cloud.targets.schedule_expressions import InvalidExpression, read_expression

MAX_RULES = 300
_EVENT_MEMBERS = ("id", "account", "source", "time", "region", "resources", "detail-type")
# Told when a rule was made, changed, switched or removed.
Changed = Callable[[Rule], None]


def compiled(text: str | None) -> EventPattern | None:
    """A pattern ready for use; InvalidEventPatternException if it is not valid."""
    if text is None:
        return None
    try:
        return EventPattern(text)
    except InvalidPattern as error:
        raise InvalidEventPattern(str(error)) from None


class RuleOperations:
    """The operations about rules."""

    def __init__(self, *, registry: Registry, changed: Changed) -> None:
        self._registry = registry
        self._changed = changed
        self.handlers: Mapping[str, Handler] = {
            "PutRule": self.put,
            "DeleteRule": self.delete,
            "DescribeRule": self.describe,
            "EnableRule": self.enable,
            "DisableRule": self.disable,
            "ListRules": self.list,
            "ListRuleNamesByTarget": self.list_by_target,
            "TestEventPattern": self.test_pattern,
        }

    def put(self, call: Call, given: Parameters) -> dict[str, Any]:
        """Make a rule or change one. What is left out of a change is taken away."""
        bus = self._registry.bus(call.region, given.get("EventBusName"))
        if given.get("State", "").startswith("ENABLED_WITH"):
            raise NotDoneYet("rules for management events of CloudTrail")
        # an empty text is as good as none
        pattern_text = given.get("EventPattern") or None
        schedule_text = given.get("ScheduleExpression") or None
        if pattern_text is None and schedule_text is None:
            raise ValidationException(
                "Parameter(s) EventPattern or ScheduleExpression must be specified."
            )
        pattern = compiled(pattern_text)
        schedule = None
        if schedule_text is not None:
            if bus.name != DEFAULT:
                raise ValidationException(
                    "ScheduleExpression is supported only on the default event bus."
                )
            schedule = _schedule(schedule_text)
        rule = self._made_or_found(call, bus, given)
        rule.pattern_text, rule.pattern = pattern_text, pattern
        rule.schedule_text, rule.schedule = schedule_text, schedule
        rule.state = given.get("State", "ENABLED")
        rule.description = given.get("Description") or None
        rule.role_arn = given.get("RoleArn")
        self._changed(rule)
        return {"RuleArn": rule.arn}

    def _made_or_found(self, call: Call, bus: Bus, given: Parameters) -> Rule:
        name = given["Name"]
        found = bus.rules.get(name)
        if found is not None:
            return found
        if len(bus.rules) >= MAX_RULES:
            raise LimitExceeded()
        arn = self._registry.rule_arn(bus.arn.split(":")[3], bus.name, name)
        rule = Rule(name, arn, bus.name, self._registry.account_id)
        if given.get("Tags"):
            self._registry.tags[arn] = tags_of(given["Tags"])
        bus.rules[name] = rule
        return rule

    def delete(self, call: Call, given: Parameters) -> dict[str, Any]:
        """Delete a rule without targets; deleting one that is gone does nothing."""
        bus = self._registry.bus(call.region, given.get("EventBusName"))
        rule = bus.rules.get(given["Name"])
        if rule is None:
            return {}
        if rule.targets:
            raise ValidationException("Rule can't be deleted since it has targets.")
        del bus.rules[rule.name]
        self._registry.tags.pop(rule.arn, None)
        rule.state = "DISABLED"
        self._changed(rule)
        return {}

    def describe(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html"""
        rule = self._registry.rule(call.region, given.get("EventBusName"), given["Name"])
        return {**rule.shown(), "CreatedBy": rule.created_by}

    def enable(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EnableRule.html"""
        return self._switch(call, given, "ENABLED")

    def disable(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html"""
        return self._switch(call, given, "DISABLED")

    def _switch(self, call: Call, given: Parameters, state: str) -> dict[str, Any]:
        rule = self._registry.rule(call.region, given.get("EventBusName"), given["Name"])
        if rule.state != state:
            rule.state = state
            self._changed(rule)
        return {}

    def list(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html"""
        bus = self._registry.bus(call.region, given.get("EventBusName"))
        prefix = given.get("NamePrefix", "")
        rules = [bus.rules[name] for name in sorted(bus.rules) if name.startswith(prefix)]
        return page(
            "Rules", [rule.shown() for rule in rules], given.get("Limit"), given.get("NextToken")
        )

    def list_by_target(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRuleNamesByTarget.htm
        l"""
        bus = self._registry.bus(call.region, given.get("EventBusName"))
        names = [
            rule.name
            for rule in sorted(bus.rules.values(), key=lambda rule: rule.name)
            if any(target.arn == given["TargetArn"] for target in rule.targets.values())
        ]
        return page("RuleNames", names, given.get("Limit"), given.get("NextToken"))

    def test_pattern(self, call: Call, given: Parameters) -> dict[str, Any]:
        """Whether a pattern matches an event that has all members of an event."""
        pattern = compiled(given["EventPattern"])
        try:
            event = read_json(given["Event"])
        except ValueError:
            raise not_valid("Event") from None
        if not isinstance(event, dict):
            raise not_valid("Event")
        for name in _EVENT_MEMBERS:
            if name not in event:
                raise not_valid("Event", f"{name} is a required argument.")
        return {"Result": pattern is not None and pattern.matches(event)}


def _schedule(text: str) -> Any:
    try:
        return read_expression(text)
    except InvalidExpression:
        raise not_valid("ScheduleExpression") from None
