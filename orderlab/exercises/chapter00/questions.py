"""The quiz of chapter 00."""

from orderlab.exercises.quiz.question import Option, Question

QUESTIONS = (
    Question(
        "0.q1",
        "Shipping fails. Why can the monolith not just store the order and ship later?",
        (
            Option("It answers the customer only after all calls are done, in one request.",
                   "The order is written last, and the request ends when a call fails.", True),
            Option("SQL databases can't store an order that is not shipped.",
                   "A column for the state would do; the structure of the request stands in the way."),
            Option("Because shipping keeps the orders.",
                   "Each service keeps its own records; the shop keeps the orders."),
            Option("Because the backlog is full.", "The backlog is about waiting requests, not about failing ones."),
        ),
    ),
    Question(
        "0.q2",
        "What does moving the order service unchanged to a VM in the cloud (rehost) improve for this customer?",
        (
            Option("R1: a failing service no longer fails the order.", "The calls inside the request moved along."),
            Option("Nothing in R1 or R3; it moves the machine, not the structure.",
                   "Rehosting can end a hardware problem. This customer's problem is in the program.", True),
            Option("R2: a VM scales by itself.", "A VM has the size that somebody chose. An Auto Scaling group needs "
                   "a program that can run several times, and a database that bears it."),
            Option("R4: all logs are in one place.", "The program writes the logs it wrote before."),
        ),
    ),
    Question(
        "0.q3",
        "Which of these are signs of a requirement that can be tested?",
        (
            Option("p99 of the time to answer stays under 1,000 ms while one service is slow.",
                   "A number, a limit, a condition.", True),
            Option("The system is modern.", "Nobody can measure that."),
            Option("With shipping broken, all orders are accepted and none is lost.",
                   "It says what is broken and what must hold.", True),
            Option("The system scales well.", "How far, and what must not happen meanwhile?"),
        ),
    ),
    Question(
        "0.q4",
        "A client got no answer and sends the same order again. What should a good system do?",
        (
            Option("Refuse it: one try a customer.", "Then a lost answer is a lost customer."),
            Option("Store a second order.", "That is what doubles bills."),
            Option("Recognise the order_id and have one order in effect.",
                   "Sending again must be safe; the id, chosen by the client, makes it so.", True),
            Option("Wait an hour, then answer.", "The client can't tell waiting from being lost."),
        ),
    ),
    Question(
        "0.q5",
        "The lecture says 'one of the potential solutions', not 'the solution'. Why?",
        (
            Option("Because AWS changes too fast to decide.", "Decisions can be made with what is known; note what would change them."),
            Option("Because several designs meet R1 to R6 with different costs, and the customer weighs those.",
                   "That is what the decision record at the end of each chapter is for.", True),
            Option("Because requirements can't be measured.", "The scoreboard just measured six."),
            Option("Because architects must not commit themselves.", "They must, and write down why."),
        ),
    ),
    Question(
        "0.q6",
        "Which pillar of the AWS Well-Architected Framework is nearest to R5, 'cost follows demand, little to operate'?",
        (
            Option("Security", "It is about protecting data and systems."),
            Option("Cost optimization, with operational excellence", "R5 names money and operating in one breath.", True),
            Option("Reliability", "That is where R1 and R2 belong first."),
            Option("Performance efficiency", "Nearest to R6."),
        ),
    ),
)  # fmt: skip
