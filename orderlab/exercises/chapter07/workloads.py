"""Six pieces of work for exercise 7.5, and what does each of them well."""

from __future__ import annotations

from dataclasses import dataclass, field

TOOLS = (
    "standard queue and function",
    "DynamoDB direct",
    "FIFO queue",
    "Step Functions",
    "durable function",
    "containers",
)
SYNONYMS = {
    "standard queue": TOOLS[0],
    "queue and function": TOOLS[0],
    "SQS": TOOLS[0],
    "standard": TOOLS[0],
    "standard SQS": TOOLS[0],
    "standard queues": TOOLS[0],
    "SQS and Lambda": TOOLS[0],
    "SQS + Lambda": TOOLS[0],
    "DynamoDB": TOOLS[1],
    "API to DynamoDB": TOOLS[1],
    "FIFO": TOOLS[2],
    "FIFO SQS": TOOLS[2],
    "SQS FIFO": TOOLS[2],
    "SQS FIFO queue": TOOLS[2],
    "FIFO queues": TOOLS[2],
    "step function": TOOLS[3],
    "state machines": TOOLS[3],
    "StepFunctions": TOOLS[3],
    "state machine": TOOLS[3],
    "durable functions": TOOLS[4],
    "durable": TOOLS[4],
    "container": TOOLS[5],
    "ECS": TOOLS[5],
    "Fargate": TOOLS[5],
    "ECS on Fargate": TOOLS[5],
    "EKS": TOOLS[5],
}
FACTS = ("order", "no logic", "a way back", "waits for people", "no need", "an own program")
FACT_SYNONYMS = {
    "nologic": "no logic",
    "way back": "a way back",
    "compensation": "a way back",
    "saga": "a way back",
    "waiting": "waits for people",
    "waits": "waits for people",
    "people": "waits for people",
    "own program": "an own program",
    "none": "no need",
    "nothing": "no need",
    "ordering": "order",
}


@dataclass(frozen=True)
class Work:
    """One piece of work: which tools do it well, for which fact, and why others don't."""

    words: str
    tools: tuple[str, ...]
    fact: str
    because: str
    # tool -> (name of the misconception, message)
    wrong: dict[str, tuple[str, str]] = field(default_factory=dict)


WORKS = {
    "wishes": Work(
        "A customer marks an article as wished. The mark is stored as it comes, 300 times a second, "
        "and read on the next page.",
        ("DynamoDB direct",),
        "no logic",
        "nothing is decided before the mark is stored, so the API can write it by itself",
        {
            "standard queue and function": (
                "a queue for everything",
                "A queue and a function would work. But the mark is not there on the next page, and "
                "code is kept that only carries.",
            ),
        },
    ),
    "stock": Work(
        "Scanners in the warehouse send +3 and -1, and 'counted: 12', for an article. Those of one "
        "article must be applied in the order in which they were sent.",
        ("FIFO queue",),
        "order",
        "messages of one group are kept in order, and articles don't wait for each other",
        {
            "standard queue and function": (
                "order from a standard queue",
                "A standard queue gives about the order of sending. One count that overtakes another "
                "leaves a wrong stock, and nothing tells of it.",
            ),
        },
    ),
    "return": Work(
        "A return: take the parcel in, refund, restock, write. If restocking fails after the refund, "
        "the refund has to be taken back. Auditors want to see each step of each return.",
        ("Step Functions", "durable function"),
        "a way back",
        "the steps depend on each other, a failed one needs a way back, and a state machine shows "
        "the path of each execution (a durable function can go back as well)",
        {
            "standard queue and function": (
                "a chain of queues",
                "Four functions with queues between them know nothing of each other's failures. Who "
                "takes the refund back, and where would an auditor look?",
            ),
        },
    ),
    "approval": Work(
        "A supplier's offer is checked by code in a few lines, then a buyer has up to three weeks to "
        "say yes, then the code goes on. The team writes Python and wants no second language.",
        ("durable function", "Step Functions"),
        "waits for people",
        "it waits for weeks without running. A durable function says it in Python (up to a year in "
        "all, each invocation up to 15 minutes); a state machine can wait as well",
        {
            "standard queue and function": (
                "a wait in a queue",
                "A message waits in a queue for 14 days at most, and in flight for 12 hours. The buyer "
                "has three weeks.",
            ),
        },
    ),
    "search": Work(
        "The bought search engine: a program in a container, busy day and night, that speaks a "
        "protocol of its own with its neighbours.",
        ("containers",),
        "an own program",
        "it is not yours to cut into functions, it is never idle, and it needs open connections",
        {
            "standard queue and function": (
                "functions for a program",
                "A function runs when an event comes, and answers. This program runs always, and its "
                "neighbours keep connections to it.",
            ),
        },
    ),
    "mails": Work(
        "After each order a mail is sent. Mails may come in any order. One mail service is enough, "
        "and it is slow on some days.",
        ("standard queue and function",),
        "no need",
        "nothing here asks for more: no order, no steps, no way back",
        {
            "FIFO queue": (
                "order that nobody needs",
                "A FIFO queue keeps an order that nobody asked for. It costs more, and mails of one "
                "group wait for the slowest of them.",
            ),
            "Step Functions": (
                "a state machine for one step",
                "One step needs no state machine: each transition would be paid, and the queue is "
                "what bears the slow days.",
            ),
            "containers": (
                "a server for some mails",
                "A container that waits for mails is paid while it waits.",
            ),
        },
    ),
}
