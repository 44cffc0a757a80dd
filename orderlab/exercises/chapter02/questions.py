"""The quiz of chapter 02."""

from orderlab.exercises.quiz.question import Option, Question

QUESTIONS = (
    Question(
        "2.q1",
        "A function scales to 800 environments; each opens a connection to Aurora MySQL and keeps it. What does RDS Proxy change?",
        (
            Option("Environments share a pool of connections; a request borrows one for its transaction.",
                   "The database sees the pool; waiting takes the place of refusing.", True),
            Option("The database executes queries faster.",
                   "A proxy adds no capacity. Slow queries fill the pool, and requests wait."),
            Option("Nothing runs any more that has to be paid by the hour.",
                   "RDS Proxy is billed by the hour, and the database too."),
            Option("It is a server that you patch.",
                   "It is managed by AWS; there is no host of yours."),
        ),
    ),
    Question(
        "2.q2",
        "Which of these can you still do when the table exists? Choose all.",
        (
            Option("Add a global secondary index.", "DynamoDB fills it from the table in the background.", True),
            Option("Add a local secondary index.", "LSIs are made with the table or never."),
            Option("Change the table's partition key.", "Only a new table has another key."),
            Option("Change between on-demand and provisioned capacity.", "Yes; to on-demand a limited number of times a day.", True),
        ),
    ),
    Question(
        "2.q3",
        "A Query with a FilterExpression reads 200 items of 1 KB and returns 3. What is billed?",
        (
            Option("The 3 items.", "The filter works after the reading."),
            Option("The 200 items, summed, then rounded up to 4 KB once.",
                   "So choose keys that make the filter unnecessary.", True),
            Option("The 200 items, each rounded up to 4 KB.", "A Query rounds the sum, not each item."),
            Option("All items of the table.", "That would be a Scan; a Query reads the items of its key condition."),
        ),
    ),
    Question(
        "2.q4",
        "The table answers a PutItem with ConditionalCheckFailedException for attribute_not_exists(order_id). Did it cost anything?",
        (
            Option("No, nothing was written.", "The condition had to be looked at; that is charged as a write."),
            Option("Yes, write units as for a write.", "Idempotency is cheap, not free: a repeat costs what a write costs.", True),
            Option("Yes, a read unit.", "A failed condition consumes write units."),
        ),
    ),
    Question(
        "2.q5",
        "Which statements about indexes hold? Choose all.",
        (
            Option("A GSI can be read strongly consistently with ConsistentRead=True.",
                   "Refused: a GSI follows its table and is eventually consistent. An LSI can be."),
            Option("An item without the index's key attributes is not in the index.",
                   "That makes an index sparse.", True),
            Option("A GSI's key must be unique.", "Many items may share an index key; only the table's key is unique."),
            Option("A provisioned GSI with too little write capacity throttles writes to the table.",
                   "A write counts where it lands; if the index can't follow, the write is refused.", True),
        ),
    ),
    Question(
        "2.q6",
        "'In DynamoDB you can't create several tables, so everything goes in one.' What is right?",
        (
            Option("It is so: one table an account.", "2,500 tables an account and Region, by default."),
            Option("Several tables are possible; there are no joins and no foreign keys between them.",
                   "One table pays where items are read together by one key, not because of a limit.", True),
            Option("Several tables are possible and can be joined with PartiQL.",
                   "PartiQL is another way to write the same calls; it has no joins."),
            Option("A transaction can't cover two tables.", "TransactWriteItems may span tables of an account and Region."),
        ),
    ),
    Question(
        "2.q7",
        "The table is on demand; one key gets 4,000 writes a second. What happens?",
        (
            Option("It goes through: on demand has no limits.",
                   "A partition takes 1,000 write units a second, and one key lives on one partition."),
            Option("Writes to that key are throttled, whatever the rest of the table does.",
                   "Spread the key, or write less often.", True),
            Option("DAX in front makes it fit.", "DAX takes reads off a hot key; writes go through it to the table."),
            Option("The table falls back to provisioned capacity.", "The mode changes only when you change it."),
        ),
    ),
)  # fmt: skip
