"""Chapter 05, answered with loops where our solutions reckon, and with batches."""

from __future__ import annotations

from tests.browser.answers import Answer

ANSWERS: dict[str, Answer] = {
    "5.1": """
from fractions import Fraction

def polls_needed(servers, sample, risk):
    unseen, polls = Fraction(1), 0
    allowed = Fraction(str(risk))
    while unseen > allowed:
        unseen *= Fraction(servers - sample, servers)
        polls += 1
    return polls
""",
    "5.2": """
def drain(url, handle):
    empty = False
    while not empty:
        found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20, MaxNumberOfMessages=10)
        messages = found.get("Messages", [])
        for message in messages:
            handle(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        empty = len(messages) == 0
""",
    "5.3": """
sqs.set_queue_attributes(Attributes=dict(ReceiveMessageWaitTimeSeconds="20"), QueueUrl=labels)
at_key_press = dict(WaitTimeSeconds=2, MaxNumberOfMessages=1)
""",
    "5.4": """
clocks["WaitTimeSeconds"] = 3600 // 300
clocks["read_timeout"] = 15 + 3
clocks["VisibilityTimeout"] = 10 * 4 * 2
""",
    "5.5": (
        """
def printed(messages, handle):
    for number, message in enumerate(messages):
        try:
            handle(message["Body"])
        except Exception as jam:
            print("stays for later:", jam)
        else:
            yield {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
""",
        """
def turn(urls, handle):
    for url in urls:
        found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2, MaxNumberOfMessages=10)
        done = list(printed(found.get("Messages", []), handle))
        if done:
            sqs.delete_message_batch(QueueUrl=url, Entries=done)
""",
    ),
    "5.6": """
def work(url, handle, stopped):
    asking = {"QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 15}
    while True:
        if stopped():
            break
        for label in sqs.receive_message(**asking).get("Messages") or ():
            handle(label["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=label["ReceiptHandle"])
""",
}
