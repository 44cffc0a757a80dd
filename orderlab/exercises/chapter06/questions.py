"""The quiz of chapter 06."""

from orderlab.exercises.quiz.question import Option, Question

QUESTIONS = (
    Question(
        "6.q1",
        "Which statements about DAX are correct? Choose all that fit.",
        (
            Option("It is a managed cache that speaks DynamoDB's API.", "The client is exchanged, the calls stay.", True),
            Option("It can lower what is read from the table.", "A hit never reaches the table.", True),
            Option("It helps workloads that read far more than they write.", "A write takes one step more, and throws out "
                   "what was kept.", True),
            Option("It is the choice for strongly consistent reads.", "They are passed to the table, and not kept."),
            Option("It answers in single-digit milliseconds in place of seconds.", "DynamoDB itself takes milliseconds; a hit "
                   "takes microseconds."),
            Option("It scales to zero when nobody reads.", "Nodes are paid by the hour, in a VPC."),
        ),
    ),
    Question(
        "6.q2",
        "An item is put through DAX. A Query that would list it was cached a moment ago. What does the same Query give now?",
        (
            Option("The list with the new item", "A write updates the item cache, and no result of a query."),
            Option("The old list, until the query's time to live is over", "Nobody works out which results a write changes.",
                   True),
            Option("An error", "It is an answer like any other, only old."),
            Option("A strongly consistent list", "Only a Query that asks for it passes the cache."),
        ),
    ),
    Question(
        "6.q3",
        "An order is looked for through DAX before it exists, and then another program stores it in the table directly. What "
        "does GetItem through DAX say a second later?",
        (
            Option("The order", "The cache heard nothing of the write."),
            Option("That there is none: it remembers that, too", "Negative caching, until the item's time to live is over or "
                   "somebody writes it through DAX.", True),
            Option("An error, because the cache and the table differ", "It doesn't compare them."),
            Option("Nothing: DAX keeps only what exists", "It keeps empty answers as well. That spares the table."),
        ),
    ),
    Question(
        "6.q4",
        "Three nodes of dax.t3.small cost about $ 86 a month. A shop reads 50 items of 1 KB a second, eventually consistent. "
        "Why could DAX be right all the same?",
        (
            Option("It saves more than it costs.", "50 reads a second are about $ 8 a month."),
            Option("A page must answer in less than a millisecond.", "Time is the usual reason, not money.", True),
            Option("One key is read far more than 3,000 times a second in a promotion.", "That is more than a partition gives.",
                   True),
            Option("It makes reads strongly consistent.", "The reverse: what comes from it may be old."),
        ),
    ),
    Question(
        "6.q5",
        "A list outside a handler takes the lines of a basket. What happens?",
        (
            Option("Each call has its own list.", "It is made once in an environment."),
            Option("All calls share one list.", "Only those that come to the same environment, and nobody chooses which."),
            Option("A call may see what an earlier call in the same environment left.", "Outside belongs what is the same for "
                   "everybody.", True),
            Option("Lambda empties it between calls.", "The environment is frozen and thawed as it is."),
        ),
    ),
    Question(
        "6.q6",
        "A layer has a mistake. You publish a new version of it. Who has the mended code?",
        (
            Option("All functions that use the layer, at their next call", "They name a version."),
            Option("All functions, in new environments", "A new environment has the version that the function names, too."),
            Option("Nobody, until a function's configuration names the new version", "Versions never change, and pins don't "
                   "move by themselves.", True),
            Option("The functions that name no version", "There are none: a layer is named with its version."),
        ),
    ),
    Question(
        "6.q7",
        "A function calculates for 2.4 s at 128 MB, and for 0.3 s at 1 GB. What does the larger size cost?",
        (
            Option("Eight times as much", "Eight times the memory, for an eighth of the time."),
            Option("The same", "0.30 GB-seconds each. The speed is a present.", True),
            Option("An eighth", "Time is an eighth, and memory is eight times as much."),
            Option("Nothing can be said without a measurement.", "Here it was measured: both times are given."),
        ),
    ),
    Question(
        "6.q8",
        "Init takes 300 ms, the handler 20 ms. What is billed for a cold call of a Python function from a zip today?",
        (
            Option("20 ms", "So it was before August 2025."),
            Option("300 ms", "The handler is billed as well."),
            Option("320 ms", "Init is part of the first call's billed time.", True),
            Option("400 ms, rounded up to 100", "Lambda has billed whole milliseconds since 2020."),
        ),
    ),
)  # fmt: skip
