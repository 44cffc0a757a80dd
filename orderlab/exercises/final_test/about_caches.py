"""Questions about chapter 06."""

from orderlab.exercises.final_test.question import question, right, wrong
from orderlab.exercises.final_test.topics import CACHING, CAPACITY, ENVIRONMENTS

QUESTIONS = (
    question(
        "f6.1", CACHING, "6.2",
        "An order is changed through DAX. A Query that DAX cached a minute ago and that holds this order is asked again. What comes?",
        wrong("The new order: a write through DAX is seen at once", "That holds for GetItem. A write touches the item cache only."),
        right("The old result, until its time to live is over", "No write touches a cached Query: it is kept by its parameters."),
        wrong("An error, since the cached result is out of date", "DAX does not compare the result with the table."),
        wrong("Half old, half new items, in no certain order", "A result is cached as a whole."),
    ),
    question(
        "f6.2", CACHING, "6.2",
        "DAX is asked for an order that does not exist. Then the order is put straight into the table. What does a GetItem through DAX say next?",
        right("Still not there", "DAX keeps the miss until its time to live is over, or a write comes through DAX."),
        wrong("It is there", "DAX does not hear of writes that pass it by."),
        wrong("ResourceNotFoundException", "That is about tables. A missing item is an empty answer."),
        wrong("It is there if the read is eventually consistent", "Exactly such a read is answered from the cache."),
    ),
    question(
        "f6.3", CACHING, "6.1",
        "Which reads does DAX pass on to the table, without keeping the result? Choose two.",
        right("GetItem with ConsistentRead=True", "A strong read goes to the table every time."),
        wrong("GetItem without ConsistentRead", "That is what the item cache is for."),
        right("TransactGetItems", "Transactions are passed on and their results not kept."),
        wrong("Query without ConsistentRead", "The query cache keeps its result."),
    ),
    question(
        "f6.4", CACHING, "6.4",
        "Three small DAX nodes cost about $86 a month, and a million read units on demand $0.125. What follows?",
        wrong("DAX pays from the first thousand reads a day", "A thousand reads a day cost less than a cent a month."),
        wrong("DAX pays whenever nine of ten reads are hits", "What counts is how many reads are saved, not their share."),
        right("Below hundreds of reads a second it costs more", "$86 buy 688 million read units a month. Speed, or a hot key, is the usual reason."),
        wrong("DAX never pays, whatever the number of reads", "With enough repeated reads it does."),
    ),
    question(
        "f6.5", ENVIRONMENTS, "6.6",
        "A new version of a layer is published. Which functions use it?",
        wrong("All that use the layer, from their next cold start", "A function names a version, and goes on with it."),
        wrong("All that use the layer, after a few minutes", "Nothing is changed by waiting."),
        wrong("Those with a qualifier", "A qualifier chooses a version of the function."),
        right("Those that are told to, one by one", "Versions are immutable: each function has to be pointed at the new one."),
    ),
    question(
        "f6.6", ENVIRONMENTS, "6.7",
        "A function that only computes takes 2.4 s with 128 MB and 0.3 s with 1,024 MB. How do the costs of its duration compare?",
        wrong("1,024 MB costs eight times as much", "Memory is eight times as dear, but for an eighth of the time."),
        right("They are equal", "0.3 GB-seconds both times. The customer waits an eighth of the time."),
        wrong("128 MB costs eight times as much", "The time is eight times as long, at an eighth of the memory."),
        wrong("128 MB costs half as much", "Multiply memory by time: the products are the same."),
    ),
    question(
        "f6.7", ENVIRONMENTS, "6.7",
        "A function does little but wait 2 s for another service. What does doubling its memory bring?",
        wrong("Half the time, at the same cost", "More memory brings more CPU, and waiting needs none."),
        wrong("Twice as many requests an environment", "An environment of a default function works on one request at a time."),
        right("Twice the cost, and the same time", "Memory times duration is charged, and the duration stays."),
        wrong("The same cost, since it hardly computes", "Waiting is charged as computing is."),
    ),
    question(
        "f6.8", ENVIRONMENTS, "6.8",
        "What does provisioned concurrency buy?",
        right("Environments that are initialised beforehand", "A request that finds one has no cold start. You pay for them as long as they stand ready."),
        wrong("A higher limit for the account's concurrency", "It uses up a part of that limit."),
        wrong("A cap on environments at work", "That is reserved concurrency, and it costs nothing."),
        wrong("Environments that are shared by several functions", "An environment belongs to one version of one function."),
    ),
    question(
        "f6.9", ENVIRONMENTS, "6.8",
        "SnapStart is switched on for a Python function. Which invocations gain from it?",
        wrong("All, from the next deployment on", "$LATEST is not covered."),
        right("Those of published versions", "A snapshot is taken when a version is published."),
        wrong("Those of warm environments", "A warm environment has its Init behind it."),
        wrong("Those with provisioned concurrency", "The two are not used together."),
    ),
    question(
        "f6.10", CAPACITY, "6.9",
        "A function's log group was made by Lambda, and nobody has set anything. What becomes of its lines?",
        wrong("They are deleted after 7 days", "A retention of days has to be set."),
        wrong("They are deleted with the function", "A log group outlives its function."),
        right("They are kept, and paid for, for ever", "Log groups have no retention unless you set one."),
        wrong("They are moved to cheaper storage after a month", "Not unless somebody arranges for it."),
    ),
)  # fmt: skip
