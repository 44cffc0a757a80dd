"""The quiz of chapter 07."""

from orderlab.exercises.quiz.question import Option, Question

QUESTIONS = (
    Question(
        "7.q1",
        "A bill says: writes of DynamoDB dominate. What lowers them without touching a requirement?",
        (
            Option("Provisioned capacity for the promotion's rate", "It is paid all week, and needed for an hour."),
            Option("An index that holds what is read from it, and not the whole item", "Each write is written into each index "
                   "in full, as far as it is projected.", True),
            Option("Eventually consistent reads", "They halve reads. Writes are as dear as before."),
            Option("DAX", "It saves reads, and a write takes one step more."),
        ),
    ),
    Question(
        "7.q2",
        "PutEvents answers FailedEntryCount 0. What do you know?",
        (
            Option("Every target has the event.", "Delivery comes later, and is tried for up to 24 hours by default."),
            Option("A rule wants the event.", "An event that no rule wants is taken, too, and is gone."),
            Option("The bus has taken the event.", "Nothing more. What targets get can be seen at their queues, at the "
                   "rule's metrics and at a dead-letter queue.", True),
            Option("The event fits its schema.", "A registry describes events. It refuses none."),
        ),
    ),
    Question(
        "7.q3",
        "Which changes make EventBridge the better router for you? Choose all that fit.",
        (
            Option("Partners' events, many types, rules over the whole content", "That is what a bus is for.", True),
            Option("A partner may see three values of an event", "An InputTransformer gives each target a form of its own; SNS "
                   "delivers what was published.", True),
            Option("A hundred thousand subscribers", "A rule has five targets, a bus 300 rules. SNS is made for such numbers."),
            Option("SMS and mobile push", "SNS has them as protocols."),
            Option("The lowest price for one event type", "SNS costs half as much a million, second-hand prices."),
        ),
    ),
    Question(
        "7.q4",
        "The function between stream and topic shall go, and the order of the stream must stay. What takes its place?",
        (
            Option("A schedule that scans the table", "It sees what is there, not what happened, and reads everything each "
                   "time."),
            Option("A pipe", "It reads the stream, one batch of a shard at a time, and hands on in that order.", True),
            Option("A delay queue", "SQS reads no stream."),
            Option("A rule on the bus", "A table's changes don't come to a bus by themselves."),
        ),
    ),
    Question(
        "7.q5",
        "A pipe puts `<$.dynamodb.NewImage.total_cents.N>` into its template. A rule compares total_cents with numeric. What happens?",
        (
            Option("It works: N is a number.", "In DynamoDB's form a number is written as a text, and a template doesn't "
                   "convert."),
            Option("The pipe fails.", "The path is right, and its value is put in."),
            Option("The rule never matches", "total_cents is a text in the event, and numeric compares numbers. An enrichment "
                   "can convert it, and that is code again.", True),
            Option("The rule matches every order.", "What is no number matches no comparison of numbers."),
        ),
    ),
    Question(
        "7.q6",
        "Refund, restock, write: a failed step has to take back the earlier ones. What fits?",
        (
            Option("A topic with three queues", "Three listeners at once, and none knows whether another failed."),
            Option("A FIFO queue", "It keeps an order. It takes nothing back."),
            Option("Step Functions, or a durable function", "One place knows the steps, their failures and the way back. "
                   "A durable function lasts up to 366 days in all, 15 minutes for each invocation.", True),
            Option("A longer visibility timeout", "It is the time until a message is tried again."),
        ),
    ),
    Question(
        "7.q7",
        "An emulator publishes a fidelity of 97 %. Is it enough for your tests?",
        (
            Option("Yes: above 95 % it is safe.", "A mean over all calls says nothing of the few that you make."),
            Option("It depends on the calls that you use, and on what no test of a call shows", "Queues that hide messages, "
                   "cold starts, throttles, permissions: ask how each of them behaves.", True),
            Option("No: only an account is real.", "An account is real and slow, and it costs. Both have their place."),
            Option("Yes, also for tests of security.", "AWS says of its own emulator that it is for building and testing, and "
                   "not to test security."),
        ),
    ),
    Question(
        "7.q8",
        "What does a Well-Architected review bring?",
        (
            Option("A certificate that the design is right", "It ends in a list of risks and what is done about them."),
            Option("Questions of six pillars, answered for this workload, with risks and what follows", "The same questions "
                   "are asked again later, and the answers compared.", True),
            Option("A list of services to use", "It asks what you reach, not with what."),
            Option("Full marks in all six pillars", "Pillars are traded against each other. The shop's queue costs money and "
                   "buys reliability."),
        ),
    ),
)  # fmt: skip
