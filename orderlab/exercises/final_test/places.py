"""Where a topic can be read again: a notebook and a section, with a link that lands there."""

from __future__ import annotations

from dataclasses import dataclass

from orderlab.exercises.overview import NOTEBOOKS

# The headings of the sections that questions name. A test compares them with the notebooks.
SECTIONS = {
    "0.1": "The demand",
    "0.3": "A promotion begins",
    "0.4": "A bad day at the carrier's",
    "0.5": "From talk to specification",
    "0.6": "Move, replace or rewrite?",
    "0.7": "Building blocks",
    "1.1": "Where should the code run?",
    "1.3": "Where is its log?",
    "1.4": "What an environment keeps",
    "1.5": "Concurrency is environments",
    "1.6": "A door: API Gateway",
    "1.7": "Wrong orders stay outside",
    "1.8": "Who is calling?",
    "1.9": "The rush",
    "2.1": "Which database?",
    "2.2": "Questions first, then a key",
    "2.3": "A customer's orders",
    "2.4": "Open orders: an index that forgets",
    "2.5": "Sent twice, stored once",
    "2.6": "What it costs",
    "2.7": "A hot key",
    "2.8": "On demand or provisioned",
    "3.2": "Say what happened",
    "3.3": "A table's log of changes",
    "3.4": "A topic",
    "3.5": "A queue for each service",
    "3.6": "Only what is worth a look",
    "3.8": "A record that can't be processed",
    "3.9": "SNS or EventBridge",
    "4.2": "A door without a function",
    "4.3": "The worker",
    "4.4": "A promise is not a receipt",
    "4.5": "A message that comes back",
    "4.6": "A letter that nobody can read",
    "4.7": "More than one can do",
    "4.8": "The rest of the family",
    "5.2": "How often nothing comes",
    "5.3": "The long poll",
    "5.4": "Where the wait is said",
    "5.5": "Clocks that must agree",
    "5.6": "Many queues, one thread",
    "5.7": "What waiting for nothing costs",
    "6.1": "A cache before the table",
    "6.2": "What a cache doesn't know",
    "6.4": "When it pays",
    "6.6": "Code that several functions share",
    "6.7": "How much memory is cheapest",
    "6.8": "Ready before the first call",
    "6.9": "Logs that can be searched, and what they cost",
    "7.2": "What the bill pays for",
    "7.4": "A pipe in place of code",
    "7.5": "Where another tool is right",
    "7.6": "A review",
    "7.7": "Onto an account",
    "7.8": "The first week's assignment",
    "7.9": "A game day",
}


@dataclass(frozen=True)
class Place:
    """A place to read again: in words, and as the target of a link beside the notebooks."""

    label: str
    href: str


def place(section: str) -> Place:
    """The place of a section such as "3.5"; of a chapter, "3", its notebook's beginning."""
    chapter = int(section.split(".")[0])
    notebook, title = NOTEBOOKS[chapter]
    label = f"{chapter:02d} {title}"
    if section not in SECTIONS:
        return Place(label, notebook)
    heading = f"{section} {SECTIONS[section]}"
    return Place(f"{label}, {heading}", f"{notebook}#{heading.replace(' ', '-')}")
