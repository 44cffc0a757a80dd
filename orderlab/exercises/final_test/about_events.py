"""Questions about chapter 03."""

from orderlab.exercises.final_test.question import question, right, wrong
from orderlab.exercises.final_test.topics import EVENTS, FAILURES, PERMISSIONS

QUESTIONS = (
    question(
        "f3.1", EVENTS, "3.2",
        "Which of these messages lets a fourth service join without a change of the sender?",
        wrong("ShipOrder", "A command to one receiver: a new one needs a new command."),
        right("OrderPlaced", "It says what happened. Whoever cares may listen."),
        wrong("InvoiceAndShipOrder", "The sender decides what is to be done, and by whom."),
        wrong("UpdateInventoryNow", "A command again, and the sender waits for its effect."),
    ),
    question(
        "f3.2", EVENTS, "3.3",
        "How long does a DynamoDB stream keep a record?",
        wrong("Until a function has read it", "Reading takes nothing away: two readers see the same record."),
        wrong("For 14 days", "That is the longest retention of a queue."),
        right("For 24 hours", "After that it is gone, read or not."),
        wrong("As long as its item is there", "The stream is a log of changes, and independent of the item."),
    ),
    question(
        "f3.3", EVENTS, "3.3",
        "An item is changed twice. In which order does a function that reads the stream get the two changes?",
        right("In the order in which they were made", "A stream keeps the order of one item's changes."),
        wrong("In any order: it has to compare their times", "That holds for standard queues and topics."),
        wrong("It gets the second one only, with both images", "Each change has a record of its own."),
        wrong("In the order of their sizes", "Size plays no part."),
    ),
    question(
        "f3.4", EVENTS, "3.4",
        "A queue subscribes to a standard topic at noon. Does it get the messages of the morning?",
        wrong("Yes, those of the last four days", "Four days is the default retention of a queue. A topic has none."),
        wrong("Yes, once the subscription is confirmed", "Confirming starts the deliveries. It doesn't look back."),
        wrong("Only if raw delivery is switched on", "That is about the form of what is delivered."),
        right("No: a standard topic keeps nothing", "It delivers to those who are subscribed at that moment."),
    ),
    question(
        "f3.5", EVENTS, "3.5",
        "What does raw message delivery change for a queue that is subscribed to a topic?",
        wrong("The queue needs no policy any more.", "The queue still decides who may send to it."),
        right("The body is what was published, and no more.", "Without it, SNS wraps the message into an envelope of JSON."),
        wrong("The attributes of the message are lost.", "They become attributes of the queue's message."),
        wrong("Filter policies are no longer looked at.", "Filters decide before anything is delivered."),
    ),
    question(
        "f3.6", EVENTS, "3.6",
        "A filter policy has the keys `event_type` and `total`. Which messages pass?",
        wrong("Those that match at least one of the keys", "Between keys it is *and*. Inside one key's list it is *or*."),
        wrong("All: a policy marks some", "What does not match is not delivered."),
        right("Those that match both of the keys", "Every key of the policy must match."),
        wrong("Those in whose body both words can be found", "Keys are attributes, unless FilterPolicyScope is MessageBody; and then values are compared."),
    ),
    question(
        "f3.7", FAILURES, "3.8",
        "One bad record blocks a shard of a stream. Which settings of the mapping get the good ones past it? Choose two.",
        right("BisectBatchOnFunctionError", "It halves the batch until the bad record stands alone."),
        wrong("A longer timeout of the function", "The record is bad, not slow."),
        right("MaximumRetryAttempts, with a destination", "After so many tries it is put aside, and not lost without a trace."),
        wrong("StartingPosition set to TRIM_HORIZON", "Then reading would begin with the oldest record: the bad one comes again."),
    ),
    question(
        "f3.8", FAILURES, "3.3",
        "Why must a function that reads a stream bear the same record twice?",
        wrong("The table writes every change to the stream twice.", "Each change stands in the stream once."),
        wrong("Two shards hold a copy of each item's changes.", "A change lies in one shard."),
        right("A batch that failed in part comes again as a whole.", "What was done of it before the failure is done again."),
        wrong("SNS sends its messages back to the stream.", "A topic writes to no stream."),
    ),
    question(
        "f3.9", EVENTS, "3.9",
        "SNS or the classic EventBridge bus: what speaks for SNS? Choose two.",
        right("One event has very many subscribers.", "A standard topic takes 12.5 million subscriptions, a classic rule five targets."),
        wrong("Events come from SaaS partners.", "EventBridge has partner sources."),
        right("Each event should cost as little as it can.", "About half as much for each million, and deliveries to queues are free."),
        wrong("Teams look up the forms of events in a registry.", "The schema registry is EventBridge's."),
    ),
    question(
        "f3.10", PERMISSIONS, "3.5",
        "Who has to allow that a topic delivers to a queue of the same account?",
        wrong("The role of the function behind the queue", "It says what the function may do, and the function does not deliver."),
        wrong("Nobody, since both belong to one account", "SNS is a service of AWS that acts for the topic. The queue must let it in."),
        wrong("The subscription, with its filter policy", "It selects messages. It gives no permission."),
        right("The queue's policy, for sns.amazonaws.com", "With a condition that names the topic, so that no other topic may send."),
    ),
)  # fmt: skip
