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
        Proof("raises at the end", attempts.attempt(STORE + _AT_THE_END), says="All seven"),
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
            "nothing stored",
            attempts.attempt(rights=(attempts.read_inbox,)),
            says="none of the three",
        ),
        Proof(
            "it does not start",
            attempts.attempt(HANDLER.replace("def handler", "def handle")),
            says="could not load",
        ),
        Proof("nobody feeds it", attempts.attempt(mapping=False), says="orders wait"),
        Proof("an answer that nobody reads", attempts.attempt(reports=False), says="does not read"),
        Proof("switched off", attempts.attempt(enabled=False), says="not enabled"),
        Proof("two readers", attempts.two_readers, says="some of the orders"),
        Proof(
            "more rights than work",
            attempts.attempt(rights=(attempts.everything,)),
            says="write other tables",
        ),
        Proof("without the layer's storage", attempts.attempt(attempts.ANOTHER_WAY), "right"),
        Proof("one message a batch", attempts.attempt(BatchSize=1), "right"),
    ),
)
