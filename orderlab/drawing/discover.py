"""An account, or a local cloud, as a graph: read through AWS's own APIs and nothing else."""

from __future__ import annotations

from orderlab.drawing.discovery.apis import read_apis
from orderlab.drawing.discovery.caches import read_caches
from orderlab.drawing.discovery.functions import read_functions, read_mappings
from orderlab.drawing.discovery.http_apis import read_http_apis
from orderlab.drawing.discovery.inventory import Clients, Inventory
from orderlab.drawing.discovery.queues import read_queues
from orderlab.drawing.discovery.roles import read_roles
from orderlab.drawing.discovery.tables import read_tables
from orderlab.drawing.discovery.topics import read_subscriptions, read_topics
from orderlab.drawing.graph import Graph


def discover(target: Clients, *, prefix: str = "") -> Graph:
    """What is deployed now. With `prefix`, only what carries it; names are shown without it.

    Resources come first, then what connects them: a connection may name any resource.
    """
    found = Inventory(target, prefix)
    read_tables(found)
    functions = read_functions(found)
    read_queues(found)
    read_topics(found)
    caches = read_caches(found)
    read_apis(found)
    read_http_apis(found)
    read_mappings(found)
    read_subscriptions(found)
    read_roles(found, functions, caches)
    return found.graph()
