"""The certificate says what was done and what was not, and runs nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from orderlab.errors import LearnerError
from orderlab.exercises import registry
from orderlab.exercises.certificate.certificate import certificate
from orderlab.exercises.certificate.kept import minutes, note_time
from orderlab.exercises.final_test.attempts import Attempts
from orderlab.progress import Progress
from orderlab.requirements.finding import Finding
from orderlab.requirements.memory import keep

EXERCISES = [each.id for chapter in registry.CHAPTERS for each in registry.exercises(chapter)]


class Page(HTMLParser):
    """What a browser would find: elements with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_it_is_written_into_the_learners_folder_and_can_be_written_again(tmp_path: Path) -> None:
    progress = Progress(tmp_path / ".orderlab")
    (tmp_path / ".orderlab").mkdir()
    first = certificate("Ada", progress)
    assert first.path == tmp_path / "certificate.html"
    second = certificate("Ada Lovelace", progress)
    assert second.path.read_text("utf-8") == second.html != first.html
    assert [path.name for path in tmp_path.glob("certificate*")] == ["certificate.html"]


def test_a_folder_that_was_named_is_used_itself(tmp_path: Path) -> None:
    assert certificate("Ada", Progress(tmp_path / "mine")).path.parent == tmp_path / "mine"


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title><script>x</script>",
     "' onmouseover='x", "<style>*{display:none}</style>", "javascript:alert(1)", "${7*7} {{7*7}}"],
)  # fmt: skip
def test_a_name_is_text_and_nothing_else(name: str, tmp_path: Path) -> None:
    made = certificate(name, Progress(tmp_path))
    plain = Page(certificate("Ada", Progress(tmp_path)).html)
    page = Page(made.html)
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    assert name in page.text
    shown = Page(made._repr_mimebundle_()["text/html"])
    assert {tag for tag, _ in shown.elements} <= {
        "div", "strong", "span", "a", "table", "tr", "th", "td",
    }  # fmt: skip


def test_the_page_loads_nothing_and_runs_nothing(tmp_path: Path) -> None:
    page = Page(certificate("Ada", Progress(tmp_path)).html)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("href", "src", "srcdoc", "action"):
            assert attributes.get(name) is None, (tag, name)
    assert "url(" not in page.text and "@import" not in page.text
    policy = next(a for _, a in page.elements if a.get("http-equiv"))
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"


@pytest.mark.parametrize("name", [None, 42, ["Ada"], "", "  \n ", "\u200b\u202e", "x" * 101])
def test_a_name_that_cannot_be_shown_is_refused(name: object, tmp_path: Path) -> None:
    with pytest.raises(LearnerError, match="1 to 100 characters"):
        certificate(name, Progress(tmp_path))


def test_characters_that_turn_text_round_are_left_out(tmp_path: Path) -> None:
    assert certificate("Ada\u202e\n\tLove\x00lace", Progress(tmp_path)).name == "Ada Lovelace"
    assert certificate("Ada Ängström 金", Progress(tmp_path)).name == "Ada Ängström 金"


def test_what_was_caught_up_is_said_plainly_and_is_not_solved(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    progress.checked("1.1", "right", "")
    progress.caught_up("1.2", True)
    progress.saw_solution("0.1")
    progress.checked("0.1", "right", "")
    made = certificate("Ada", progress)
    text = Page(made.html).text
    many = len(EXERCISES)
    assert f"Solved 2 of the {many} exercises of the course" in text
    assert "1 was built by the lab and not solved" in text
    assert re.search(r"caught up, not solved1.*1\.2 The missing log", text)
    assert re.search(r"solved after the solution was shown1.*0\.1 The busiest hour", text)
    assert f"{many - 3} are open" in text


def test_all_solved_is_said_as_such(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    for identifier in EXERCISES:
        progress.checked(identifier, "right", "")
    text = Page(certificate("Ada", progress).html).text
    assert f"Solved all {len(EXERCISES)} exercises" in text
    assert "Nothing: every exercise was solved" in text


def test_scoreboard_test_time_and_quiz_are_in_it(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    keep(progress, 1, (Finding("R5", "green", "0.00 USD an hour", "metered"),))
    keep(progress, 2, (Finding("R5", "amber", "0.01 USD an hour", "metered"),))
    attempts = Attempts(progress)
    attempts.finish(24, 30)
    note_time(progress, 1, 600)
    note_time(progress, 1, 1200)
    question = registry.questions(1)[0]
    progress.answered(question.id, list(question.right_answers))
    text = Page(certificate("Ada", progress).html).text
    assert "◐ amber0.01 USD an hour (chapter 02)" in text
    assert "24 of 30 right" in text and "30 min" in text
    assert f"1 of {len(registry.questions(1))}" in text
    assert minutes(progress) == {1: 30.0}


def test_the_same_record_gives_the_same_page(tmp_path: Path) -> None:
    def written(folder: str) -> str:
        progress = Progress(tmp_path / folder)
        progress.caught_up("1.2", True)
        return re.sub(r"\d{4}-\d\d-\d\d", "DAY", certificate("Ada", progress).html)

    assert written("one") == written("two")


def test_both_themes_and_print_have_their_colours(tmp_path: Path) -> None:
    html = certificate("Ada", Progress(tmp_path)).html
    assert "prefers-color-scheme: dark" in html and "@media print" in html
    used = set(re.findall(r"var\((--[\w-]+)", html)) - {"--jp-brand-color1"}
    defined = set(re.findall(r"(--[\w-]+):", html))
    assert used <= defined
