"""The quiz of chapter 05."""

from orderlab.exercises.quiz.question import Option, Question

QUESTIONS = (
    Question(
        "5.q1",
        "ReceiveMessage with a wait of 0 returns nothing, though five messages are in the queue. Most likely?",
        (
            Option("The messages are lost.", "SQS stores each message on several servers and keeps it until it is "
                   "deleted or its retention is over."),
            Option("The servers that were asked held none of them.", "A short poll asks some servers. That is a false "
                   "empty answer, and no error.", True),
            Option("The queue is full.", "A backlog has no limit. Limited is what is in flight."),
            Option("The caller may not receive.", "That is an error, AccessDenied, and not an empty answer."),
        ),
    ),
    Question(
        "5.q2",
        "A queue holds 300 messages. What does AWS's guide promise of short polls there?",
        (
            Option("The second request returns what the first one missed.", "It says 'a subsequent request'. Which one, "
                   "chance decides."),
            Option("A subsequent request returns what was missed.", "Without saying which. With ten requests it is "
                   "nearly sure, and never certain.", True),
            Option("Every request returns ten messages.", "At most ten; below 1,000 messages typically fewer than asked."),
            Option("Nothing: below 1,000 messages only long polls work.", "Short polls work; some of their answers are "
                   "short or empty."),
        ),
    ),
    Question(
        "5.q3",
        "WaitTimeSeconds is 20, and a message comes after 3 s. When does the request return?",
        (
            Option("After 20 s, with the message", "The wait is the longest that it may take, not what it takes."),
            Option("After about 3 s, with the message", "A long poll returns as soon as one message is there.", True),
            Option("After about 3 s, empty; the next request brings it", "It returns what it waited for."),
            Option("When ten messages are there, or after 20 s", "One is enough. To collect more is the batch window of a "
                   "mapping."),
        ),
    ),
    Question(
        "5.q4",
        "The queue's ReceiveMessageWaitTimeSeconds is 20, a request says WaitTimeSeconds=0. What happens?",
        (
            Option("It waits 20 s: the larger value wins.", "There is no maximum of the two."),
            Option("It is refused.", "Both are valid."),
            Option("It is a short poll.", "What the request says wins, and 0 is something said.", True),
            Option("It asks all servers, and doesn't wait.", "A wait of 0 is a short poll and asks some of them. For all "
                   "servers the wait must be above 0."),
        ),
    ),
    Question(
        "5.q5",
        "An idle program polls once a second. The cheapest change that makes no message wait longer?",
        (
            Option("A FIFO queue", "Its requests cost more, and there are as many."),
            Option("WaitTimeSeconds=20, and no sleep", "180 requests an hour in place of 3,600, and a message is "
                   "answered at once.", True),
            Option("A longer visibility timeout", "That is the time for the work, not for the wait."),
            Option("A poll every ten seconds", "Cheaper as well, and each message waits five seconds on average."),
            Option("More consumers", "Each of them asks in vain, too."),
        ),
    ),
    Question(
        "5.q6",
        "What polls the queue of a Lambda function?",
        (
            Option("The function, with a receive in its handler", "It runs only when there is a batch."),
            Option("Nobody: SQS pushes to Lambda.", "SQS never pushes. Somebody always asks."),
            Option("Lambda's event source mapping, with long polls that you pay for as requests",
                   "Five pollers when idle, or as few as two: the cost that is left when no order comes.", True),
            Option("The mapping, with short polls that are free", "They are long polls, and they are on your bill."),
        ),
    ),
    Question(
        "5.q7",
        "A proxy cuts connections after 30 s of silence, the client's read timeout is 10 s. Which wait? Choose all that fit.",
        (
            Option("WaitTimeSeconds=20", "The client gives up after 10 s, while SQS still listens; a message that comes "
                   "then is hidden, and nobody has it."),
            Option("WaitTimeSeconds=20, and a read timeout of 25 s", "SQS answers first, then the client, then the proxy.",
                   True),
            Option("WaitTimeSeconds=8", "The innermost clock is the shortest. It costs more requests than 20 would.", True),
            Option("WaitTimeSeconds=10", "Both end in the same moment, and the answer's way takes time, too."),
        ),
    ),
    Question(
        "5.q8",
        "One thread, ten queues, and a message may wait 2 s at most. What fits?",
        (
            Option("Long polls of 20 s in turn", "A message may wait for nine others: 180 s."),
            Option("Short polls in turn, without a rest", "It is quick, and asks millions of times a month for nothing; "
                   "some answers are empty though messages wait."),
            Option("A thread for each queue, or one queue for all ten", "Then each wait is somebody's own. In one queue "
                   "the kind of work stands in the message.", True),
            Option("Drain the fullest first", "The other nine wait until it is empty."),
        ),
    ),
)  # fmt: skip
