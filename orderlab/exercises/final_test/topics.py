"""The topics that the result of a final test is told by."""

REQUIREMENTS = "Requirements and migration"
MONOLITH = "The monolith and its limits"
COMPUTE = "Choosing compute"
ENVIRONMENTS = "Execution environments and tuning"
APIS = "The API in front"
PERMISSIONS = "Permissions and operation"
DATABASES = "Databases, keys and indexes"
CAPACITY = "Capacity and cost"
EVENTS = "Streams, topics and buses"
QUEUES = "Queues and workers"
FAILURES = "Failures and repeats"
POLLING = "Polling"
CACHING = "Caching with DAX"

TOPICS = (
    REQUIREMENTS, MONOLITH, COMPUTE, ENVIRONMENTS, APIS, PERMISSIONS, DATABASES, CAPACITY, EVENTS,
    QUEUES, FAILURES, POLLING, CACHING,
)  # fmt: skip
