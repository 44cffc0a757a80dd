"""The quiz of chapter 03."""

from orderlab.exercises.quiz.question import Option, Question

QUESTIONS = (
    Question(
        "3.q1",
        "An item is written with PutItem, twice, with the same content. What is on the table's stream?",
        (
            Option("INSERT and MODIFY", "The second put changes nothing, and a stream logs changes."),
            Option("INSERT twice", "INSERT says that the item was not there before."),
            Option("INSERT, once", "Only the first put changed the table.", True),
            Option("INSERT, and an empty record", "There are no empty records."),
        ),
    ),
    Question(
        "3.q2",
        "Each change stands once in the stream. May a function that reads the stream do its work twice?",
        (
            Option("No: once in the log is once in effect.", "A batch that fails in part, or whose answer is lost, is "
                   "handed over again."),
            Option("Yes: a batch is handed over again when it failed or its answer was lost.",
                   "So the function must be idempotent, as the services are with their conditional write.", True),
            Option("Only with two shards.", "A retry needs one shard and one failure."),
            Option("Only after 24 hours.", "After 24 hours a record is gone."),
        ),
    ),
    Question(
        "3.q3",
        "A price monitor must know the price before and after each change. Which stream view type?",
        (
            Option("NEW_IMAGE", "It holds the item after the change only."),
            Option("OLD_IMAGE", "It holds the item before the change only."),
            Option("NEW_AND_OLD_IMAGES", "Both, in one record.", True),
            Option("KEYS_ONLY, and a GetItem", "GetItem gives what is there when you ask: perhaps a later change, and "
                   "never what was before."),
        ),
    ),
    Question(
        "3.q4",
        "A subscription to an SQS queue stands, publish answers with a MessageId, nothing arrives. What first?",
        (
            Option("The queue's policy: does it let sns.amazonaws.com send?",
                   "The subscription is the topic's side. The queue decides for itself who may send.", True),
            Option("The topic's policy: may the queue read?", "A queue does not read from a topic; SNS sends."),
            Option("The role of the function behind the queue.", "It would explain messages that stay, not messages that "
                   "never come."),
            Option("Whether the queue is FIFO and the topic standard.", "That is refused when you subscribe."),
        ),
    ),
    Question(
        "3.q5",
        "Which of these are true of SNS today? Choose all.",
        (
            Option("Filter policies can look at the message's body.", "Since November 2022, with "
                   "FilterPolicyScope=MessageBody.", True),
            Option("New topics are encrypted with KMS by default.", "That is opt-in: the attribute KmsMasterKeyId. On "
                   "by default is TLS on the way."),
            Option("SNS tries again when a subscriber fails.", "For SQS and Lambda 100,015 times over 23 days; then the "
                   "subscription's dead-letter queue, if it has one.", True),
            Option("Kinesis Data Streams can subscribe to a topic.", "Amazon Data Firehose can; Kinesis Data Streams "
                   "is not among the protocols."),
        ),
    ),
    Question(
        "3.q6",
        "Three services each need every order event; one event type, low cost. What routes it?",
        (
            Option("One SQS queue with three consumers", "They would compete: each message goes to one of them."),
            Option("SNS with three SQS queues", "A copy for each, kept until it is read.", True),
            Option("EventBridge with three rules", "It works, costs about twice as much for each event, and its strengths "
                   "(many types and sources, schemas) are not needed here."),
            Option("Step Functions", "It orchestrates: one party knows all the steps. That is the opposite of R3."),
        ),
    ),
    Question(
        "3.q7",
        "Which change would make EventBridge the better router for this customer?",
        (
            Option("Ten times as many subscribers of one event", "SNS takes more subscriptions than EventBridge takes "
                   "targets."),
            Option("Events from SaaS partners, many types, and a registry of schemas", "That is what it has and SNS has not.",
                   True),
            Option("The wish for less latency", "Independent measurements found SNS faster."),
            Option("Text messages to customers' phones", "Only SNS has SMS as a protocol."),
        ),
    ),
    Question(
        "3.q8",
        "You want to remove publish-order-events, and keep the order of changes. With what?",
        (
            Option("EventBridge Pipes", "It reads a DynamoDB stream, filters and transforms, and has SNS as a target.", True),
            Option("A cron job that scans the table", "A scan sees the items as they are, not their changes."),
            Option("A subscription of the stream to SNS", "A stream is read; it sends to nobody."),
            Option("SQS with a delay", "A queue does not read streams either."),
        ),
    ),
)  # fmt: skip
