"""Exercise 3.4: what is wrong with a filter, told by what came through and by the policy's text."""

from __future__ import annotations

import json
from typing import Any

LIMIT = 20_000
WANTED = {"far above", "somewhat above", "just at it"}
_NAMES = {"event_type", "total_cents"}
_ALL = 8

# Misconception, message, what to try next.
Said = tuple[str, str, str]


def mistake(passed: set[str], attributes: dict[str, str]) -> Said:
    """What to say of a subscription that let `passed` through instead of the wanted ones."""
    policy = _policy(attributes)
    if policy is None and len(passed) == _ALL:
        return (
            "no filter",
            "Everything comes: without a filter policy a subscription gets all that is published.",
            "The subscription's attribute FilterPolicy, as JSON text.",
        )
    return (
        _by_the_policy(passed, policy or {}, attributes)
        or _by_what_came(passed, policy or {})
        or (
            "another filter",
            "Other orders come than those that are wanted.",
            "Compare what came with what was wanted.",
        )
    )


def _policy(attributes: dict[str, str]) -> dict[str, Any] | None:
    try:
        found = json.loads(attributes["FilterPolicy"])
    except (KeyError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _by_the_policy(
    passed: set[str], policy: dict[str, Any], attributes: dict[str, str]
) -> Said | None:
    """Mistakes that the policy's own names and values show."""
    by_body = attributes.get("FilterPolicyScope") == "MessageBody"
    strange = [name for name in policy if name not in _NAMES and not name.startswith("$")]
    if not passed and by_body and strange:
        return (
            "another place in the body",
            "Nothing comes. With the scope MessageBody the names must be where the event has them.",
            "event_type and total_cents are at the top of the event, not inside `order`.",
        )
    if not passed and strange:
        return (
            "a name that no event has",
            f"Nothing comes. The policy asks for {', '.join(strange)}.",
            "The events carry the attributes event_type and total_cents.",
        )
    totals = policy.get("total_cents", [])
    plain = [each for each in totals if not isinstance(each, dict)]
    if plain and passed <= {"just at it"}:
        return (
            "a number compared as text",
            "Orders above the limit don't come. A list of values compares for equality.",
            '{"numeric": [operator, value]} compares numbers.',
        )
    kinds = policy.get("event_type", [])
    if not passed and kinds and "OrderPlaced" not in json.dumps(kinds):
        return (
            "another word for the type",
            f"Nothing comes. The policy wants event_type to be {json.dumps(kinds)[:60]}.",
            "The value is written as in the event: OrderPlaced.",
        )
    return None


def _by_what_came(passed: set[str], policy: dict[str, Any]) -> Said | None:
    """Mistakes that the orders show which came, or did not."""
    if "a changed one" in passed or "a removed one" in passed:
        return (
            "changes too",
            "A changed order comes as well.",
            "event_type has to be OrderPlaced and nothing else."
            if "event_type" in policy
            else "Names in a policy are joined by AND: event_type and total_cents in one policy.",
        )
    if "small" in passed and "total_cents" not in policy:
        return (
            "no total in it",
            "Small orders come too: the policy does not name total_cents.",
            "Names in a policy are joined by AND: add the second.",
        )
    by_number = "numeric" in json.dumps(policy.get("total_cents"))
    if by_number and {"just below", "small"} <= passed and passed >= WANTED:
        return (
            "dollars for cents",
            "Small orders come too. Totals are in cents.",
            "How many cents are $200.00?",
        )
    if passed == WANTED | {"just below"}:
        return (
            "a cent too low",
            "An order of $199.99 comes as well.",
            '">=" with the limit itself.',
        )
    if passed == WANTED - {"just at it"}:
        return ("the limit itself", "An order of exactly $200.00 is missing.", '"at least" is >=.')
    if not passed >= WANTED:
        missing = ", ".join(sorted(WANTED - passed))
        return (
            "large orders are missing",
            f"Orders that are wanted don't come: {missing}.",
            "Which operator, and which number of cents, says at least $200.00?",
        )
    return None
