"""What a learner has done of the course, read from what is kept: solved, caught up, and neither."""

from __future__ import annotations

from dataclasses import dataclass

from orderlab.exercises import registry
from orderlab.exercises.certificate.kept import KeptGameDay, KeptStorm, game_days, minutes, storms
from orderlab.exercises.fast_track.record import is_tested_out
from orderlab.exercises.final_test.attempts import Attempts, Finished
from orderlab.exercises.overview import NOTEBOOKS
from orderlab.progress import ExerciseState, Progress
from orderlab.requirements.memory import recall
from orderlab.showing.picture import Picture


@dataclass(frozen=True)
class ChapterRecord:
    """One chapter. Exercises are named "2.4 Stored once"."""

    number: int
    title: str
    solved: tuple[str, ...]
    caught_up: tuple[str, ...]
    open: tuple[str, ...]
    shown: tuple[str, ...]
    quiz_right: int
    quiz_of: int
    tested_out: bool
    minutes: float | None
    days: tuple[str, ...]

    @property
    def exercises(self) -> int:
        return len(self.solved) + len(self.caught_up) + len(self.open)


@dataclass(frozen=True)
class Record:
    """The whole course, as one learner leaves it."""

    chapters: tuple[ChapterRecord, ...]
    final_tests: tuple[Finished, ...]
    storms: tuple[KeptStorm, ...]
    game_days: tuple[KeptGameDay, ...]
    colours: tuple[tuple[str, str, str], ...]
    story: Picture

    @property
    def solved(self) -> int:
        return sum(len(chapter.solved) for chapter in self.chapters)

    @property
    def exercises(self) -> int:
        return sum(chapter.exercises for chapter in self.chapters)

    @property
    def best(self) -> Finished | None:
        """The attempt at the final test with most right answers."""
        return max(self.final_tests, key=lambda each: each.right, default=None)

    def in_words(self) -> str:
        """What was done, in one sentence, with what was not."""
        caught_up = sum(len(chapter.caught_up) for chapter in self.chapters)
        left = self.exercises - self.solved - caught_up
        if self.solved == self.exercises:
            return f"Solved all {self.exercises} exercises of the course"
        said = f"Solved {self.solved} of the {self.exercises} exercises of the course"
        rest = []
        if caught_up:
            rest.append(f"{_were(caught_up)} built by the lab and not solved")
        if left:
            rest.append(f"{left} {'is' if left == 1 else 'are'} open")
        return f"{said}; {' and '.join(rest)}"


def read_record(progress: Progress) -> Record:
    """Everything that is kept of a learner's work."""
    from orderlab.requirements.story import story

    return Record(
        chapters=tuple(_chapter(progress, each) for each in registry.CHAPTERS),
        final_tests=tuple(Attempts(progress).finished),
        storms=tuple(storms(progress)),
        game_days=tuple(game_days(progress)),
        colours=tuple(_colours(progress)),
        story=story(progress),
    )


def _were(count: int) -> str:
    return f"{count} {'was' if count == 1 else 'were'}"


def _chapter(progress: Progress, number: int) -> ChapterRecord:
    names = {each.id: f"{each.id} {each.title}" for each in registry.exercises(number)}
    states = {each: progress.exercise(each) for each in names}
    answers, questions = progress.answers(), registry.questions(number)
    solved = [each for each, state in states.items() if state.solved]
    built = [each for each, state in states.items() if state.caught_up and not state.solved]
    return ChapterRecord(
        number=number,
        title=NOTEBOOKS[number][1],
        solved=tuple(names[each] for each in solved),
        caught_up=tuple(names[each] for each in built),
        open=tuple(names[each] for each in states if each not in (*solved, *built)),
        shown=tuple(names[each] for each in solved if states[each].solution_seen),
        quiz_right=sum(each.is_right(answers.get(each.id, ())) for each in questions),
        quiz_of=len(questions),
        tested_out=is_tested_out(progress, number),
        minutes=minutes(progress).get(number),
        days=_days(list(states.values())),
    )


def _days(states: list[ExerciseState]) -> tuple[str, ...]:
    """The first and the last day on which an exercise was solved."""
    days = sorted({state.solved_at[:10] for state in states if state.solved_at})
    return tuple(dict.fromkeys((days[0], days[-1]))) if days else ()


def _colours(progress: Progress) -> list[tuple[str, str, str]]:
    """Each requirement as this learner measured it last: code, colour, number and chapter."""
    found = {}
    for chapter in registry.CHAPTERS:
        for code, kept in recall(progress, chapter).items():
            if kept.measured:
                found[code] = (code, kept.colour, f"{kept.number} (chapter {chapter:02d})")
    return [found[code] for code in sorted(found)]
