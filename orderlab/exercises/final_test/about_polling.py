"""Questions about chapter 05."""

from orderlab.exercises.final_test.question import question, right, wrong
from orderlab.exercises.final_test.topics import CAPACITY, POLLING

QUESTIONS = (
    question(
        "f5.1", POLLING, "5.4",
        "When is ReceiveMessage a short poll? Choose two.",
        right("It says WaitTimeSeconds=0, and the queue says 20.", "What the call says wins, and 0 is said."),
        wrong("It says WaitTimeSeconds=1, and the queue says 0.", "Any wait above 0 is a long poll."),
        right("It says nothing, and the queue says 0.", "Without a word of the call the queue's attribute counts."),
        wrong("It says nothing, and the queue says 20.", "Then it waits up to 20 s."),
    ),
    question(
        "f5.2", POLLING, "5.2",
        "With how many messages in the queue is a false empty answer of a short poll most likely?",
        right("One", "It lies with one part of the servers. The fewer messages, the likelier they are all missed."),
        wrong("Ten", "Then one of the servers that are asked is likely to hold one."),
        wrong("A thousand", "Nearly every server holds some of so many."),
        wrong("It makes no difference", "Each further message is a further chance to be found."),
    ),
    question(
        "f5.3", POLLING, "5.2",
        "One message lies on one of 8 servers, and each short poll asks 4 of the 8 by chance. How likely do two polls in a row miss it?",
        wrong("One in two", "That is one poll. Two have to miss it."),
        right("One in four", "Each misses it with one half, and the two choices are independent."),
        wrong("One in eight", "That would be three polls in a row."),
        wrong("Never: the second poll asks the others", "Each poll chooses anew. It does not know whom the last one asked."),
    ),
    question(
        "f5.4", POLLING, "5.3",
        "Which two hold for a long poll? Choose two.",
        right("It asks all servers of the queue.", "So a message that is visible is not missed for being elsewhere."),
        wrong("It returns up to 20 messages.", "At most ten, as with every receive."),
        right("It ends with the first message.", "The wait is the longest that it may take."),
        wrong("It is charged by the seconds it waits.", "It is charged as a request, however long it waits."),
    ),
    question(
        "f5.5", POLLING, "5.5",
        "A poll waits at SQS, behind a proxy with a limit on silence, in a client with a read timeout, in a job with a deadline. Which must be the shortest?",
        wrong("The proxy's limit on silence", "Then it cuts polls that would still have brought something."),
        wrong("The client's read timeout", "Then the client gives up, while SQS may hand a message to nobody."),
        wrong("The deadline of the job", "Then the job ends in the middle of a poll."),
        right("The wait that the poll asks of SQS", "The innermost clock ends first, so that everyone outside hears its answer."),
    ),
    question(
        "f5.6", CAPACITY, "5.7",
        "A consumer polls an empty queue with waits of 20 s, one after the other. How many requests is that in 30 days?",
        wrong("43,200", "That would be one a minute."),
        right("129,600", "Three a minute, for 43,200 minutes."),
        wrong("648,000", "That is what five such pollers make."),
        wrong("2,592,000", "That would be one a second."),
    ),
    question(
        "f5.7", CAPACITY, "5.7",
        "A Lambda function reads a queue in which nothing happens at night. What costs money meanwhile?",
        wrong("Nothing: Lambda's pollers are free", "The pollers are free; what they ask SQS is not."),
        wrong("The function, which starts every 20 s", "Without a message it is not invoked."),
        right("The mapping's polls, as SQS requests", "Somebody always asks, and it is on your bill."),
        wrong("The queue, by the hour", "A queue costs by request, and nothing for being there."),
    ),
    question(
        "f5.8", POLLING, "5.6",
        "One thread serves an urgent queue and a quiet one. With which of these may an urgent message wait longest?",
        wrong("One queue for both, with the kind in the message", "The poll returns as soon as either kind is there."),
        right("Polls of 20 s on each queue in turn", "While it waits at the quiet queue, it hears nothing of the other."),
        wrong("A thread for the quiet queue", "Then each queue has a poll of its own."),
        wrong("A poll of 20 s on the urgent, of 1 s on the quiet one", "It is away from the urgent queue for about a second."),
    ),
    question(
        "f5.9", POLLING, "5.3",
        "A long poll of 20 s ends without the key `Messages`. What does that tell you?",
        wrong("The queue holds no messages at all.", "Messages that somebody has received, or that are delayed, are not visible."),
        wrong("The caller may not read this queue.", "That is an error, AccessDenied."),
        right("It found nothing visible in these 20 s.", "No more than that: an empty answer has no such key."),
        wrong("The connection was cut by a proxy.", "Then there would be an error of the client and no answer."),
    ),
    question(
        "f5.10", POLLING, "5.4",
        "A program whose code you can't change receives without saying how long to wait. How do you make it wait?",
        wrong("With DelaySeconds of the queue", "That delays new messages, for all readers."),
        wrong("With the queue's VisibilityTimeout", "That is how long a received message is hidden."),
        wrong("It can't be done without its code", "The queue has a default for calls that say nothing."),
        right("With the queue's ReceiveMessageWaitTimeSeconds", "It counts wherever a call says nothing."),
    ),
)  # fmt: skip
