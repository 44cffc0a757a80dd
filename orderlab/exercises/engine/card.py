"""How an outcome, a hint or a solution looks in a notebook: light, dark, and without colour."""

from __future__ import annotations

from orderlab.showing.html_text import html_text

LABELS = {
    "untouched": "not tried yet",
    "wrong": "not yet",
    "right": "right",
    "caught_up": "caught up, not solved by you",
    "lab_fault": "the lab failed",
    "not_here": "not checked here",
    "hint": "hint",
    "solution": "one solution",
    "note": "note",
}
# A sign as well as a colour, for those who do not see the one.
SIGNS = {
    "untouched": "○",
    "wrong": "✗",
    "right": "✓",
    "caught_up": "≈",
    "lab_fault": "!",
    "not_here": "–",
    "hint": "?",
    "solution": "›",
    "note": "·",
}
# JupyterLab's own colours, which change with its theme; the second value is for other viewers.
COLOURS = {
    "untouched": "var(--jp-border-color1, #8a8a8a)",
    "wrong": "var(--jp-warn-color1, #b35900)",
    "right": "var(--jp-success-color1, #1b7f3b)",
    "caught_up": "var(--jp-border-color1, #8a8a8a)",
    "lab_fault": "var(--jp-error-color1, #b3261e)",
    "not_here": "var(--jp-border-color1, #8a8a8a)",
    "hint": "var(--jp-info-color1, #0b62a8)",
    "solution": "var(--jp-info-color1, #0b62a8)",
    "note": "var(--jp-border-color1, #8a8a8a)",
}


def card(kind: str, exercise: str, message: str, rows: list[tuple[str, str]]) -> str:
    """One card as HTML; `message` and the rows' texts are HTML already."""
    title = html_text(f"{exercise} {LABELS[kind]}".strip())
    body = "".join(
        f'<tr><th scope="row" style="text-align:left;vertical-align:top;padding:1px 12px 1px 0;'
        f'white-space:nowrap;font-weight:600;background:none">{html_text(label)}</th>'
        f'<td style="text-align:left;padding:1px 0;background:none">{text}</td></tr>'
        for label, text in rows
    )
    table = (
        f'<table style="border:none;margin:6px 0 0;color:inherit">{body}</table>' if body else ""
    )
    return (
        f'<div role="status" style="border-left:5px solid {COLOURS[kind]};padding:6px 12px;'
        "margin:4px 0;max-width:62em;color:var(--jp-content-font-color1, inherit);"
        'font-family:var(--jp-content-font-family, sans-serif)">'
        f'<strong><span aria-hidden="true">{SIGNS[kind]}</span> {title}</strong>'
        f"<div>{message}</div>{table}</div>"
    )
