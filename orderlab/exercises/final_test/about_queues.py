"""Questions about chapter 04."""

from orderlab.exercises.final_test.question import question, right, wrong
from orderlab.exercises.final_test.topics import APIS, FAILURES, QUEUES

QUESTIONS = (
    question(
        "f4.1", APIS, "4.4",
        "POST /orders answers 202. How does a client learn what became of its order?",
        wrong("The body of the 202 says so.", "When it is sent, nobody has worked on the order yet."),
        right("It asks a status address for the order.", "The order's id leads there. Until the worker is done it says that the order is on its way."),
        wrong("It repeats the POST until a 201 comes.", "Each POST puts the order into the queue again."),
        wrong("SQS calls back the address of the sender.", "A queue knows no senders and calls nobody."),
    ),
    question(
        "f4.2", QUEUES, "4.5",
        "A function has a timeout of 30 s and reads a queue without a batch window. Which visibility timeout does AWS advise?",
        wrong("30 s", "Lambda accepts it; with retries of a throttled batch, messages come back too early."),
        wrong("60 s", "Better than 30 s, and less than AWS's advice."),
        right("180 s", "Six times the function's timeout, plus the batch window."),
        wrong("12 hours", "The maximum. A failed message would be hidden for half a day."),
    ),
    question(
        "f4.3", QUEUES, "4.3",
        "A function gets a batch of ten messages, the seventh cannot be read, and the handler raises. What comes back?",
        wrong("The seventh message only", "It would, if the answer named it and the mapping had ReportBatchItemFailures."),
        right("All ten messages", "The batch failed as a whole."),
        wrong("The seventh to the tenth", "SQS does not know how far the handler came."),
        wrong("None: Lambda deleted them before it invoked", "Lambda deletes after success."),
    ),
    question(
        "f4.4", QUEUES, "4.7",
        "A backlog must not overrun a downstream service. Where is the worker limited without messages being received in vain?",
        wrong("With reserved concurrency of the function", "The mapping still receives more, and is refused by the function."),
        wrong("With a throttle on the stage of the API", "It turns customers away, and does nothing about the backlog."),
        right("With the maximum concurrency of the mapping", "It takes no more messages than it may hand over at once."),
        wrong("With a smaller maxReceiveCount on the queue", "Messages would be dead sooner, and not be read more slowly."),
    ),
    question(
        "f4.5", FAILURES, "4.6",
        "The bug is fixed, and 300 messages lie in the dead-letter queue. What sends them back to where they came from?",
        wrong("A longer retention of the dead-letter queue", "They would lie there for longer."),
        wrong("A higher maxReceiveCount on the inbox", "It is about messages that are still in the inbox."),
        wrong("Removing the redrive policy of the inbox", "Nothing is moved by that."),
        right("StartMessageMoveTask on the dead letters", "It moves them to their source queue, or to one that you name."),
    ),
    question(
        "f4.6", FAILURES, "4.6",
        "maxReceiveCount is 3, and a message fails every time. When does it go to the dead-letter queue?",
        right("When it would be received a fourth time", "It moves when its receive count would exceed the maximum."),
        wrong("As soon as the third handler has failed", "SQS hears nothing of failures; it counts receives."),
        wrong("After the third time that it is sent", "Sending does not count. Receiving does."),
        wrong("Three visibility timeouts after it was sent", "Time alone moves nothing: somebody has to receive."),
    ),
    question(
        "f4.7", QUEUES, "4.8",
        "A body of 3 MiB has to go through a queue. What fits?",
        wrong("MaximumMessageSize of 4 MiB", "1 MiB is the most that a queue allows."),
        right("Store it, and send where it lies", "The claim check: the message carries a reference."),
        wrong("Three entries of one batch", "A batch has 1 MiB in all."),
        wrong("A FIFO queue, which splits it", "FIFO queues have the same limit and split nothing."),
    ),
    question(
        "f4.8", QUEUES, "4.8",
        "Changes of one order must be worked on in their order, and different orders at the same time. What do you use?",
        wrong("A standard queue with a delay for each change", "A delay is no order."),
        wrong("A standard queue with fair queues switched on", "There the group id is a tenant; no order is kept."),
        right("A FIFO queue, with the order's id as group", "Order is kept inside a group, and groups go on side by side."),
        wrong("A FIFO queue, with one group for everything", "Then all orders stand in one line, and only one batch is worked on at a time."),
    ),
    question(
        "f4.9", APIS, "4.2",
        "API Gateway shall put orders into a queue by itself. What does the integration need? Choose two.",
        right("A role that may send to the queue", "API Gateway calls SQS as that role."),
        wrong("A function that hands the body on", "That is what this integration does without."),
        right("A template that forms a SendMessage", "The query form, with the body encoded for a URL."),
        wrong("A subscription of the queue to the API", "Queues subscribe to topics. An API has no subscriptions."),
    ),
    question(
        "f4.10", QUEUES, "4.4",
        "After chapter 04 the worker is broken for an hour. What do customers notice when they order?",
        wrong("They get 503, and their clients try again.", "The answer comes from the queue, before any function runs."),
        wrong("They wait for an answer until it is mended.", "Nothing behind the queue is waited for."),
        wrong("They get 202, and their orders are lost.", "The queue keeps them, for four days by default."),
        right("They get 202; their orders are done later.", "The backlog is worked off when the worker is back."),
    ),
)  # fmt: skip
