"""The sequence diagram: what is drawn, what is said, and that it fits."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from orderlab.drawing.sequence import Arrow, Fold, Lifeline, Sequence, draw

CUSTOMER, API = Lifeline("customer"), Lifeline("order-api", "API Gateway")
QUEUE, FUNCTION = Lifeline("shipping", "SQS"), Lifeline("shipping", "Lambda")
SVG = "{http://www.w3.org/2000/svg}"

STEPS = (
    Arrow(CUSTOMER, API, "POST /orders"),
    Arrow(API, CUSTOMER, "answer 202", 0.01, answer=True),
    Fold("It is stored in orders."),
    Arrow(QUEUE, FUNCTION, "message", 1.5, fault="killed by the storm"),
    Arrow(FUNCTION, QUEUE, "Runtime.ExitError", 1.75, answer=True, failed=True),
)


def made(**more: str) -> Sequence:
    return Sequence("Order 7.", STEPS, **more)


def elements(sequence: Sequence, name: str) -> list[ET.Element]:
    return list(ET.fromstring(draw(sequence, "words")).iter(f"{SVG}{name}"))


def texts(sequence: Sequence) -> list[str]:
    return ["".join(each.itertext()) for each in elements(sequence, "text")]


def test_every_part_has_one_line_in_the_order_of_its_first_step() -> None:
    assert made().lifelines == [CUSTOMER, API, QUEUE, FUNCTION]
    heads = [each for each in elements(made(), "rect") if each.get("class") == "head"]
    assert len(heads) == 4


def test_a_queue_and_a_function_of_one_name_are_told_apart() -> None:
    assert texts(made()).count("shipping") == 2
    assert {"SQS", "Lambda"} <= set(texts(made()))


def test_arrows_point_from_caller_to_called() -> None:
    arrows = [e for e in elements(made(), "path") if "arrow" in (e.get("class") or "")]
    assert len(arrows) == 4
    assert [("answer" in (e.get("class") or "")) for e in arrows] == [False, True, False, True]
    assert ["failed" in (e.get("class") or "") for e in arrows] == [False, False, False, True]
    tips = {e.get("id") for e in elements(made(), "marker")}
    used = {(e.get("marker-end") or "")[5:-1] for e in arrows}
    assert used <= tips


def test_a_fault_is_marked_where_it_struck() -> None:
    assert "message ⚡ killed by the storm" in texts(made())
    assert "✗ Runtime.ExitError" in texts(made())


def test_the_words_say_what_the_picture_shows() -> None:
    assert made(ending="It is lost.").lines() == [
        "1. customer → order-api (API Gateway): POST /orders",
        "2. order-api (API Gateway) → customer: answer 202",
        "3. (It is stored in orders.)",
        "4. shipping (SQS) → shipping (Lambda): message ⚡ killed by the storm",
        "5. shipping (Lambda) → shipping (SQS): ✗ Runtime.ExitError",
        "✗ It is lost.",
    ]
    picture = made(ending="It is lost.").picture()
    assert picture.alt.startswith("Sequence diagram. Order 7. 1. customer")
    assert "It is lost." in picture.alt and picture.measured


def test_names_and_labels_are_text() -> None:
    odd = Lifeline('<b>&"', "x")
    drawn = Sequence("t", (Arrow(odd, API, "<script>", fault="a & b"),), "1 < 2 & 3")
    assert '<b>&"' in "".join(texts(drawn)) and "<script>" in "".join(texts(drawn))
    assert "✗ 1 < 2 & 3" in texts(drawn)


def test_everything_is_inside_the_picture() -> None:
    long = Arrow(QUEUE, FUNCTION, "moved here after too many tries " * 2)
    root = ET.fromstring(draw(Sequence("t", (*STEPS, long), "It is lost. " * 30), "words"))
    width, height = float(root.get("width") or 0), float(root.get("height") or 0)
    for each in root.iter(f"{SVG}text"):
        assert 0 <= float(each.get("x") or 0) <= width
        assert 0 <= float(each.get("y") or 0) <= height


def test_colours_follow_the_theme_and_reach_nothing_else() -> None:
    svg = draw(made(), "words")
    style = svg.partition("<style>")[2].partition("</style>")[0]
    assert 'data-jp-theme-light="false"' in style and "prefers-color-scheme:dark" in style
    for rule in style.splitlines():
        assert ".orderlab-diagram" in rule, rule


def test_a_story_without_steps_can_be_drawn() -> None:
    drawn = Sequence("Order 7.", (), "Nothing is known of it.", "o-1")
    assert texts(drawn) == ["Order 7.o-1", "✗ Nothing is known of it."]
    assert "o-1" not in drawn.picture().alt, "an id is another one each time"
    assert elements(Sequence("t", ()), "svg")
