"""The quiz of chapter 04, second half: working off a queue."""

from orderlab.exercises.quiz.question import Option, Question

WORKING_OFF = (
    Question(
        "4.q7",
        "A function may run for 30 s behind a mapping without a batch window. Which visibility timeout for its queue?",
        (
            Option("30 s", "A batch that is refused for want of concurrency, or that starts late, shows again while it "
                   "is still in work."),
            Option("180 s", "Six times the function's timeout is AWS's advice: room to try a refused batch again.", True),
            Option("12 hours", "No message comes twice, and one whose worker died comes back in the evening."),
            Option("0 s, with a conditional write", "The write keeps the table right, and every worker works on every "
                   "message."),
        ),
    ),
    Question(
        "4.q8",
        "The worker was down for an hour, and 400 good orders are in the dead-letter queue. What now?",
        (
            Option("StartMessageMoveTask, now that the worker runs again", "The messages are whole, and the task moves "
                   "all of them.", True),
            Option("PurgeQueue, since the customers will order again", "They have an answer that says accepted."),
            Option("A larger maxReceiveCount", "It counts for messages that come from now on."),
            Option("Nothing: they go back by themselves", "Nothing leaves a dead-letter queue by itself but by its age."),
        ),
    ),
    Question(
        "4.q9",
        "What comes after the worker bears two callers. Where do you say so?",
        (
            Option("Reserved concurrency of the function", "It limits, by refusing calls whose messages were received "
                   "already. Those can end as dead letters."),
            Option("MaximumConcurrency of the mapping", "Then no more is received than two calls carry; the rest waits in "
                   "the queue.", True),
            Option("BatchSize 2", "It says how many messages are in a call, not how many calls there are."),
            Option("DelaySeconds of the queue", "It moves the rush, and makes it no smaller."),
        ),
    ),
    Question(
        "4.q10",
        "Which of these are true today? Choose all.",
        (
            Option("A MessageGroupId on a standard queue names a tenant and keeps no order.", "That is a fair queue, since "
                   "July 2025.", True),
            Option("A FIFO queue shows the next message of a group while the one before it is in work.", "The group "
                   "waits; other groups go on."),
            Option("High throughput for FIFO looks for repeats within a message group only.",
                   "DeduplicationScope=messageGroup comes with FifoThroughputLimit=perMessageGroupId.", True),
            Option("A body of 5 MiB fits into a message.", "1 MiB is the limit. A claim check carries the rest."),
        ),
    ),
)  # fmt: skip
