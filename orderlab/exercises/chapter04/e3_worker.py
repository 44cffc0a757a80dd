"""4.3: the function that works the inbox off, and answers for each message."""

from __future__ import annotations

from orderlab.exercises.chapter04 import worker_attempts as attempts
from orderlab.exercises.chapter04.notebook_names import worker_names
from orderlab.exercises.chapter04.starting_points import ensure_inbox
from orderlab.exercises.chapter04.worker_attempts import HANDLER, STORE
from orderlab.exercises.chapter04.worker_check import is_ours, judge
from orderlab.exercises.engine import Exercise, Proof, Workspace


def _prepare(workspace: Workspace) -> None:
    ensure_inbox(workspace.target)


def _undo(workspace: Workspace) -> None:
    attempts.take_away(workspace.target)


def _stands(workspace: Workspace) -> bool:
    target = workspace.target
    wanted = [each for each in attempts.readers(target) if is_ours(target, each)]
    return any("ReportBatchItemFailures" in each["FunctionResponseTypes"] for each in wanted)


def _solve(workspace: Workspace) -> None:
    ensure_inbox(workspace.target)
    attempts.attempt()(workspace)


_EARLY = """
def handler(event, context):
    failed = []
    try:
        for record in event["Records"]:
            store(record)
    except Exception:
        failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""
_REST = """
def handler(event, context):
    ids = [record["messageId"] for record in event["Records"]]
    for number, record in enumerate(event["Records"]):
        try:
            store(record)
        except Exception:
            return {"batchItemFailures": [{"itemIdentifier": each} for each in ids[number:]]}
    return {"batchItemFailures": []}
"""
_PLAIN = """
def handler(event, context):
    for record in event["Records"]:
        store(record)
"""
_AT_THE_END = HANDLER.replace(
    '    return {"batchItemFailures": failed}', '    raise RuntimeError(f"{len(failed)} failed")'
)
_OUTSIDE = STORE + "failed = []\n" + HANDLER.replace("    failed = []\n", "")
_ENDLESS = """
def handler(event, context):
    while True:
        pass
"""
_BACKWARDS = """
def handler(event, context):
    todo = {record["messageId"]: record for record in event["Records"]}
    for each in reversed(list(todo)):
        try:
            store(todo[each])
            del todo[each]
        except Exception as error:
            print(error)
    return {"batchItemFailures": [{"itemIdentifier": each} for each in todo]}
"""
_CLASS = """
class Worker:
    def __call__(self, event, context):
        tried = [(record["messageId"], self.done(record)) for record in event["Records"]]
        return {"batchItemFailures": [dict(itemIdentifier=each) for each, ok in tried if not ok]}

    def done(self, record):
        try:
            store(record)
        except Exception:
            return False
        return True


handler = Worker()
"""
_CONFLICT = "if there is not None and not storage.same_order(order, there):"
WORKER = Exercise(
    id="4.3",
    title="One bad order, nine good ones",
    check=judge,
    prepare=_prepare,
    undo=_undo,
    stands=_stands,
    solve=_solve,
    names=worker_names,
    needs=("4.1", "4.2"),
    solution=f'''STORE = """{STORE}"""
HANDLER = """{HANDLER}"""
rights = [
    allow(CONSUME, arn("sqs", "orders-inbox")),
    allow("dynamodb:PutItem", arn("dynamodb", "table/orders")),
]
lab.deploy("process-order", STORE + HANDLER, allowed=rights, **settings)
functions.create_event_source_mapping(
    FunctionName="process-order",
    EventSourceArn=arn("sqs", "orders-inbox"),
    FunctionResponseTypes=["ReportBatchItemFailures"],
)
# The handler names what failed, and the mapping keeps that and deletes the rest.
''',
    hints=(
        "The handler ANSWERS of the notes has the form. What does store do when something is wrong, "
        "and what may that do to the other messages?",
        "In store: raise an error if there is another order. In handler: try and except Exception "
        "around each store(record). Then rights as a list of allow(...), and "
        "create_event_source_mapping.",
        "if there is not None and not storage.same_order(order, there): raise ValueError(...); "
        'failed.append({"itemIdentifier": record["messageId"]}); '
        'FunctionResponseTypes=["ReportBatchItemFailures"]',
    ),
    waits=True,
    proofs=(
        Proof("one bad order takes all", attempts.attempt(STORE + _PLAIN), says="at a bad message"),
        Proof(
            "raises at the end",
            attempts.attempt(STORE + _AT_THE_END),
            says="and then the handler raised",
        ),
        Proof(
            "one kind of failure",
            attempts.changed("except Exception as", "except ValueError as"),
            says="this one left",
        ),
        Proof("stops at the first failure", attempts.attempt(STORE + _EARLY), says="and lost"),
        Proof("the rest is not tried", attempts.attempt(STORE + _REST), says="without being tried"),
        Proof(
            "no answer in the agreed form",
            attempts.changed('return {"batchItemFailures": failed}', "print(failed)"),
            says="an empty answer",
        ),
        Proof(
            "an answer in another form",
            attempts.changed('{"itemIdentifier": record["messageId"]}', 'record["messageId"]'),
            says="can't read this answer",
        ),
        Proof(
            "what the last call left",
            attempts.attempt(_OUTSIDE),
            says="outside the handler",
        ),
        Proof(
            "not every message is tried",
            attempts.changed('in event["Records"]:', 'in event["Records"][:-1]:'),
            says="Neither stored nor named: the third order",
        ),
        Proof(
            "good ones come back",
            attempts.changed("            store(record)", "            store(record), 1 / 0"),
            says="stored are named",
        ),
        Proof(
            "another order takes its place",
            attempts.attempt(attempts.OVERWRITING),
            says="order is gone",
        ),
        Proof(
            "raises at once",
            attempts.changed("def handler(event, context)", "def handler(event)"),
            says="before it stored anything",
        ),
        Proof(
            "it does not end",
            attempts.attempt(STORE + _ENDLESS),
            says="its Timeout was over",
        ),
        Proof("no JSON", attempts.changed("def handler", "async def handler"), says="as JSON"),
        Proof(
            "it ends its environment",
            attempts.attempt(STORE + _PLAIN.replace("store(record)", "raise SystemExit(3)")),
            says="ended its process",
        ),
        Proof(
            "names something else",
            attempts.changed('record["messageId"]})', 'record["receiptHandle"]})'),
            says="no messageId",
        ),
        Proof(
            "a repeat fails",
            attempts.changed(_CONFLICT, "if there is not None:"),
            says="although all is well",
        ),
        Proof(
            "a conflict is a success",
            attempts.changed(_CONFLICT, "if False:"),
            says="nobody keeps",
        ),
        Proof(
            "a failure swallowed",
            attempts.changed(
                "            failed.append", '            if "another" in str(error): failed.append'
            ),
            says="is deleted",
        ),
        Proof(
            "no right to the table",
            attempts.attempt(rights=(attempts.read_inbox,)),
            says="refuses the function's writes",
        ),
        Proof(
            "nothing stored",
            attempts.changed('os.environ["ORDERS_TABLE"]', 'os.environ["TABLE"]'),
            says="none of the three",
        ),
        Proof(
            "it does not start",
            attempts.attempt(HANDLER.replace("def handler", "def handle")),
            says="could not load",
        ),
        Proof("nobody feeds it", attempts.attempt(mapping=False), says="orders wait"),
        Proof(
            "no right to the inbox",
            attempts.attempt(rights=(attempts.put_orders,), mapping=False),
            says="polls with the function's role",
        ),
        Proof("a function longer than the clock", attempts.too_long, says="Timeout 90 s"),
        Proof("no call gets through", attempts.reserved_none, says="refuses every call"),
        Proof(
            "a filter in the mapping",
            attempts.attempt(FilterCriteria={"Filters": [{"Pattern": '{"body": {"x": [1]}}'}]}),
            says="no function is called with it",
        ),
        Proof("an answer that nobody reads", attempts.attempt(reports=False), says="does not read"),
        Proof("switched off", attempts.attempt(enabled=False), says="not enabled"),
        Proof("two readers", attempts.two_readers, says="some of the orders"),
        Proof(
            "more rights than work",
            attempts.attempt(
                rights=(attempts.read_inbox, attempts.put_orders, attempts.read_dead_letters)
            ),
            says="sqs:ReceiveMessage on orders-inbox-dlq",
        ),
        Proof("without the layer's storage", attempts.attempt(attempts.ANOTHER_WAY), "right"),
        Proof("from the last to the first", attempts.attempt(STORE + _BACKWARDS), "right"),
        Proof(
            "a class, and one statement",
            attempts.attempt(STORE + _CLASS, rights=(attempts.in_one,)),
            "right",
        ),
        Proof("one message a batch", attempts.attempt(BatchSize=1), "right"),
    ),
)
