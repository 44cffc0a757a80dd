"""The quiz of chapter 04."""

from orderlab.exercises.quiz.question import Option, Question

QUESTIONS = (
    Question(
        "4.q1",
        "What does a 202 from POST /orders promise?",
        (
            Option("The order is in the table.", "It may lie in the queue for a while; 201 would say that."),
            Option("The order was taken and will be worked on.", "That is all, and it is kept: the queue has it.", True),
            Option("The order is valid in every respect.", "The door checked its form. The price rule runs later."),
            Option("The answer of the price rule", "Nobody has run it yet."),
        ),
    ),
    Question(
        "4.q2",
        "Why a queue here, and not DynamoDB directly behind the API?",
        (
            Option("A queue is cheaper for each order.", "Both cost little; that decides nothing."),
            Option("There is logic before the table, and it will grow.",
                   "A template reshapes, but it calls nobody. Behind the queue there is room for code.", True),
            Option("DynamoDB can't be called by API Gateway.", "It can: exercise 4.4 does it."),
            Option("A queue keeps orders for ever.", "For 14 days at most."),
        ),
    ),
    Question(
        "4.q3",
        "A message is received and not deleted. What becomes of it?",
        (
            Option("It is gone; receiving takes it out.", "Receiving hides it. Only deleting takes it away."),
            Option("It is visible again after the visibility timeout.", "And its receive count has grown by one.", True),
            Option("It goes to the dead-letter queue at once.", "Only when it was received more often than maxReceiveCount."),
            Option("It is sent back to whoever sent it.", "A queue doesn't know senders' addresses."),
        ),
    ),
    Question(
        "4.q4",
        "Inbox and dead-letter queue both keep messages for 4 days. An order fails for good after 3 days. "
        "How long is it among the dead letters?",
        (
            Option("1 day", "A dead letter of a standard queue keeps the time of its first sending.", True),
            Option("4 days", "Its clock does not start anew."),
            Option("7 days", "No queue adds its retention to another's."),
            Option("Until somebody deletes it", "Retention ends in every queue."),
        ),
    ),
    Question(
        "4.q5",
        "A handler answers {\"batchItemFailures\": [...]}, and the failed orders vanish all the same. What first?",
        (
            Option("The visibility timeout is too short.", "Then they would come more often, and not vanish."),
            Option("The mapping has no ReportBatchItemFailures.", "It takes the batch for done, and deletes all.", True),
            Option("The function's role may not delete.", "Then messages would stay."),
            Option("The batch is too large.", "Its size changes nothing about answers."),
        ),
    ),
    Question(
        "4.q6",
        "Which are true of the template Action=SendMessage&MessageBody=$util.urlEncode($input.body)? Choose all.",
        (
            Option("Without urlEncode an order with & in it is cut.", "In a form & ends a field.", True),
            Option("It runs in a Lambda function of AWS's.", "API Gateway evaluates it itself."),
            Option("The integration needs the content type of a form.", "API Gateway would say application/json.", True),
            Option("The role needs sqs:SendMessage on the queue.", "The gateway calls SQS as that role.", True),
        ),
    ),
)  # fmt: skip
