"""What the parts of the cloud may ask of each other: types and Protocols, nothing that acts.

Each service is built by itself and meets the others only here; `compose.py` puts them together.
Everything runs on one event loop and one thread, so that no part needs a lock. Work that would
block the loop for more than a few milliseconds, such as unpacking a zip, goes to a worker thread.
"""

from orderlab.cloud.contracts.calls import (
    AT_ONCE,
    Begun,
    Call,
    Credentials,
    Dispatch,
    Endpoint,
    Handler,
    Keys,
    Moto,
    Page,
    Pages,
    Parameters,
    Principal,
    Result,
    Service,
)
from orderlab.cloud.contracts.compute import Functions, Invocation
from orderlab.cloud.contracts.data_planes import Apis, FunctionUrls, SubscriptionLinks
from orderlab.cloud.contracts.events import EventBuses, Watcher
from orderlab.cloud.contracts.faults import Fault, Faults, FaultSwitches
from orderlab.cloud.contracts.identity import (
    CallPermissions,
    Permissions,
    Policy,
    ResourcePolicies,
    ResourcesOf,
    RoleSessions,
)
from orderlab.cloud.contracts.messaging import (
    Attributes,
    Content,
    OutgoingMessage,
    Queue,
    Queues,
    ReceivedMessage,
    Topics,
)
from orderlab.cloud.contracts.streams import Shard, StreamPosition, StreamRecord, Streams
from orderlab.cloud.contracts.tables import CachedTables
from orderlab.cloud.contracts.telemetry import (
    Hop,
    Logs,
    Meter,
    Metrics,
    NoteCall,
    Recorder,
    Telemetry,
)
from orderlab.cloud.contracts.traces import Traces

__all__ = [
    "AT_ONCE",
    "Apis",
    "Attributes",
    "Begun",
    "CachedTables",
    "Call",
    "CallPermissions",
    "Content",
    "Credentials",
    "Dispatch",
    "Endpoint",
    "EventBuses",
    "Fault",
    "FaultSwitches",
    "Faults",
    "FunctionUrls",
    "Functions",
    "Handler",
    "Hop",
    "Invocation",
    "Keys",
    "Logs",
    "Meter",
    "Metrics",
    "Moto",
    "NoteCall",
    "OutgoingMessage",
    "Page",
    "Pages",
    "Parameters",
    "Permissions",
    "Policy",
    "Principal",
    "Queue",
    "Queues",
    "ReceivedMessage",
    "Recorder",
    "ResourcePolicies",
    "ResourcesOf",
    "Result",
    "RoleSessions",
    "Service",
    "Shard",
    "StreamPosition",
    "StreamRecord",
    "Streams",
    "SubscriptionLinks",
    "Telemetry",
    "Topics",
    "Traces",
    "Watcher",
]
