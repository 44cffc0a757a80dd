"""What the notebook has defined above exercises 4.5 to 4.7, for trying the solutions it shows."""

from __future__ import annotations

import json
from typing import Any

from orderlab.exercises.chapter03.probes import url_of
from orderlab.exercises.chapter04.shop import mapping
from orderlab.exercises.engine import Workspace
from orderlab.orders.architecture import INBOX
from orderlab.orders.parts.messaging import dead_letter_name


def names(workspace: Workspace) -> dict[str, Any]:
    """Clients, addresses and the worker's mapping, by their names in the notebook."""
    target = workspace.target
    return {
        "json": json,
        "sqs": workspace.client("sqs"),
        "functions": workspace.client("lambda"),
        "inbox": url_of(target, INBOX),
        "dead": url_of(target, dead_letter_name(INBOX)),
        "mapping": mapping(target),
    }
