"""Questions about chapter 00."""

from orderlab.exercises.final_test.question import question, right, wrong
from orderlab.exercises.final_test.topics import FAILURES, MONOLITH, REQUIREMENTS

QUESTIONS = (
    question(
        "f0.1", REQUIREMENTS, "0.1",
        "The shop's busiest hour has 64,000 orders, and a promotion brings ten times that. About how many orders a second?",
        wrong("18", "That is the busiest hour itself: 64,000 divided by 3,600 s."),
        right("180", "640,000 divided by 3,600 s is 178."),
        wrong("1,070", "640,000 orders in ten minutes would be that many."),
        wrong("6,400", "That is a tenth of an hour's orders, and not a rate."),
    ),
    question(
        "f0.2", MONOLITH, "0.3",
        "The monolith has 8 workers, and each order takes 0.5 s. How many orders a second can it answer at most?",
        wrong("4", "This multiplies 8 by 0.5. Each worker does two orders in a second."),
        wrong("8", "That would be so if an order took a whole second."),
        right("16", "8 workers, and each does two orders a second."),
        wrong("24", "A backlog of 16 holds requests that wait. It works on none of them."),
    ),
    question(
        "f0.3", MONOLITH, "0.3",
        "For ten minutes more orders arrive than the workers can answer. What does a longer backlog change?",
        wrong("More orders are answered each second.", "Only workers answer. The backlog makes none of them faster."),
        right("Customers wait longer, and then many are refused.", "It turns refusals into waiting until it is full, too."),
        wrong("Orders that wait survive a restart of the program.", "The backlog is a line of connections; it ends with the process."),
        wrong("Nothing: a backlog is only used after a failure.", "It is used whenever all workers are busy."),
    ),
    question(
        "f0.4", FAILURES, "0.4",
        "The monolith bills an order, then the call of shipping fails, and the request ends with an error. What is left?",
        right("A bill for an order that is stored nowhere", "Invoicing keeps its own books, and the order is written last."),
        wrong("Nothing: the database rolls everything back", "Its transaction covers the shop's own tables, not the books of another service."),
        wrong("A stored order that is marked as not shipped", "The order is written after all calls; this request never came so far."),
        wrong("An order, a bill, and a shipment without a label", "Shipping failed, and the order was never written."),
    ),
    question(
        "f0.5", REQUIREMENTS, "0.5",
        "Which of these sentences could an experiment refute?",
        wrong("The platform follows the principles of cloud-native design.", "There is nothing to count or to time in it."),
        wrong("Failures are handled gracefully at all times.", "It does not say which failures, nor what must hold meanwhile."),
        right("With one consumer broken, every order is accepted.", "One order that is refused would refute it."),
        wrong("Customers experience good performance during promotions.", "Good is no limit. A percentile in milliseconds would be one."),
    ),
    question(
        "f0.6", REQUIREMENTS, "0.5",
        "A fourth service is added while orders flow, and no deployed function is changed. Which requirement does this experiment test?",
        wrong("R1, resilience", "For R1 something is broken. Here something is added."),
        wrong("R2, scaling", "For R2 the rate of orders grows."),
        right("R3, decoupling", "Services come and go without a change of what is there."),
        wrong("R4, logs and metrics", "For R4 an order's way is looked for."),
    ),
    question(
        "f0.7", REQUIREMENTS, "0.6",
        "The program stays as it is, but its MySQL server becomes a managed database on Amazon RDS. What is that called?",
        wrong("Rehosting", "Then the database would move as it is, onto a virtual machine."),
        right("Replatforming", "A part is exchanged for a managed one, and the program's structure stays."),
        wrong("Rewriting", "The program's structure would change."),
        wrong("Retiring", "That switches something off for good."),
    ),
    question(
        "f0.8", REQUIREMENTS, "0.6",
        "When would a rewrite into functions be poor advice? Choose two.",
        right("The program was bought, and its code is closed.", "Then there is nothing that you could rewrite."),
        wrong("Promotions overwhelm the service several times a year.", "Spiky demand is what functions gain most from."),
        right("The load is even all day, and nobody complains.", "A rewrite would cost much and mend nothing."),
        wrong("A failing downstream service makes orders fail.", "That is in the structure, and a rewrite can change the structure."),
    ),
    question(
        "f0.9", REQUIREMENTS, "0.7",
        "A queue, a topic and a table's stream: what do all three do for this system?",
        wrong("They keep a message until a reader deletes it.", "Only a queue does. A topic keeps nothing, and a stream forgets after 24 hours."),
        right("They free the sender from waiting for receivers.", "Who sends need not know who listens, nor whether it is up."),
        wrong("They make sure that each message has one effect.", "Each of them can lead to a second delivery. The receiver must be idempotent."),
        wrong("They keep all messages in the order of sending.", "A stream does so for each item. Standard queues and topics do not."),
    ),
    question(
        "f0.10", MONOLITH, "0.4",
        "Shipping now takes 3 s to answer, and the monolith calls it inside each request. What do customers notice?",
        wrong("Nothing, as long as shipping gives no error.", "A worker that waits for shipping answers nobody else."),
        wrong("Only orders with a delivery address are slow.", "All orders share the same few workers."),
        wrong("Their labels come later; the answer is as fast.", "The answer comes after the last call, so it is late as well."),
        right("Slow answers, then refusals: all workers wait.", "Eight workers at 3 s each do fewer than three orders a second."),
    ),
)  # fmt: skip
