"""Questions about chapter 02."""

from orderlab.exercises.final_test.question import question, right, wrong
from orderlab.exercises.final_test.topics import CAPACITY, DATABASES, FAILURES

QUESTIONS = (
    question(
        "f2.1", DATABASES, "2.1",
        "Analysts join products, stores and sales in reports that nobody can list beforehand. Which database is nearest?",
        wrong("DynamoDB, with one index for each report", "An index answers a question that you knew when you made it."),
        wrong("DynamoDB, with PartiQL in place of the API", "PartiQL writes the same calls in other words, and has no joins."),
        right("A relational one, such as Aurora", "Joins over questions that come later are what SQL is for."),
        wrong("DynamoDB, with DAX in front of its tables", "A cache makes the same reads faster. It answers no new questions."),
    ),
    question(
        "f2.2", DATABASES, "2.1",
        "Which statement about Amazon Aurora holds?",
        right("It is provisioned, unless you choose otherwise.", "Aurora serverless is a choice of capacity, and Aurora DSQL a database of its own."),
        wrong("It is serverless: you pay only for what you read.", "Instances are paid by the hour, and serverless capacity by the unit and hour."),
        wrong("It takes any number of connections from functions.", "Connections are limited. RDS Proxy shares them, DSQL does without such a proxy."),
        wrong("It speaks DynamoDB's API as well as SQL.", "It is compatible with MySQL or PostgreSQL."),
    ),
    question(
        "f2.3", DATABASES, "2.2",
        "The table's key is `order_id` alone. Which question does one GetItem answer?",
        wrong("Which ten orders of a customer are the newest?", "That asks for another attribute: an index by customer and time."),
        wrong("Which orders of a store are still open?", "That asks for an index that holds the open ones."),
        wrong("How many orders were placed yesterday?", "Counting needs an index by day, or a scan."),
        right("What is in the order with this id?", "GetItem returns the one item with this key."),
    ),
    question(
        "f2.4", DATABASES, "2.3",
        "An index has to answer \"a customer's orders, newest first\". Which keys does it get?",
        wrong("`placed_at` as partition key, `customer_id` as sort key", "Then you would have to know the time to find the customer's orders."),
        right("`customer_id` as partition key, `placed_at` as sort key", "One partition key holds a customer's orders, sorted by time; read it backwards."),
        wrong("`order_id` as partition key, `customer_id` as sort key", "An order id leads to one order."),
        wrong("`customer_id` as partition key, `total` as sort key", "The orders would come sorted by amount."),
    ),
    question(
        "f2.5", DATABASES, "2.4",
        "What keeps closed orders out of the index `open-orders`?",
        right("They have no value for the index's key attribute.", "An item without it is not in the index: the index is sparse."),
        wrong("A filter expression that belongs to the index", "Indexes have no filters. A filter works after the reading."),
        wrong("Its projection, which holds open orders only", "A projection chooses attributes, not items."),
        wrong("TTL, which removes them from the index", "TTL deletes items from the table, and then from all indexes."),
    ),
    question(
        "f2.6", FAILURES, "2.5",
        "PutItem has the condition attribute_not_exists(order_id), and the order is stored already. What happens?",
        wrong("The new item takes the place of the stored one.", "Without the condition it would."),
        right("The call is refused, and the stored item stays.", "ConditionalCheckFailedException: a repeat that changes nothing."),
        wrong("Both items are kept under the same key.", "A primary key is unique in its table."),
        wrong("The call succeeds, and nothing is written.", "The caller gets an error, and may take it as success."),
    ),
    question(
        "f2.7", CAPACITY, "2.6",
        "What does a strongly consistent GetItem of an item of 9 KB cost?",
        wrong("1 read unit", "One unit is 4 KB."),
        wrong("1.5 read units", "That is the eventually consistent read."),
        right("3 read units", "9 KB are rounded up to three times 4 KB."),
        wrong("9 read units", "Write units count by 1 KB, read units by 4 KB."),
    ),
    question(
        "f2.8", CAPACITY, "2.6",
        "An item of 2.5 KB is put into a table whose one index projects everything. The item is new, and in the index. How many write units in all?",
        wrong("2.5", "Each write is rounded up to whole kilobytes."),
        wrong("3", "That is the table alone. The index is written, too."),
        right("6", "3 for the table and 3 for the index."),
        wrong("12", "Twice as much would be a write in a transaction."),
    ),
    question(
        "f2.9", CAPACITY, "2.8",
        "A table gets 100 writes a second in one hour of the day, and almost none in the others. Which of these costs least without refusing writes?",
        right("On-demand capacity, paid by the write", "You pay for the writes of one hour. Capacity for the peak would stand idle for 23 hours."),
        wrong("Provisioned capacity for the peak, all day", "It refuses nothing, and costs several times as much at this load."),
        wrong("Provisioned capacity for the mean of the day", "About 4 units. The peak would be throttled."),
        wrong("The table class Standard-Infrequent Access", "It makes storage cheaper, and reads and writes dearer."),
    ),
    question(
        "f2.10", CAPACITY, "2.7",
        "A table allows 40,000 write units a second, and all writes of 1 KB go to one item. Where does it stop, about?",
        wrong("At 40,000 writes a second", "That is the table's quota. One item lies on one partition."),
        wrong("At 12,000 writes a second", "A new on-demand table takes that many read units."),
        wrong("At 3,000 writes a second", "That is a partition's limit for reads."),
        right("At 1,000 writes a second", "A partition's limit for writes. Spread the key over several items."),
    ),
)  # fmt: skip
