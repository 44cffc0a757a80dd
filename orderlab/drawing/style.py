"""The colours and type of a picture: JupyterLab's where it stands in a notebook, else its own.

Inside a notebook the theme's variables win. In a file of its own the reader's preference for light
or dark decides. Selectors begin with the picture's class: a style in a page reaches all of it.
"""

from __future__ import annotations

CLASS = "orderlab-diagram"

NAME_SIZE = 13
CAPTION_SIZE = 11
TITLE_SIZE = 15
BADGE_SIZE = 11
# no picture is shown smaller than this makes its smallest type, in pixels
READABLE_SIZE = 10

_LIGHT = {
    "paper": ("--jp-layout-color0", "#ffffff"),
    "card": ("--jp-layout-color1", "#ffffff"),
    "ink": ("--jp-content-font-color1", "#16202b"),
    "quiet": ("", "#4a5561"),
    "line": ("", "#66727f"),
    "border": ("--jp-border-color1", "#b6bec7"),
    "new": ("", "#0b7a4b"),
    "wrong": ("", "#b3261e"),
}
_DARK = {
    "paper": ("--jp-layout-color0", "#12171d"),
    "card": ("--jp-layout-color1", "#1d242c"),
    "ink": ("--jp-content-font-color1", "#e8edf2"),
    "quiet": ("", "#b3bdc8"),
    "line": ("", "#93a0ad"),
    "border": ("--jp-border-color1", "#465260"),
    "new": ("", "#3ecf8e"),
    "wrong": ("", "#ff8a80"),
}


def _variables(colours: dict[str, tuple[str, str]]) -> str:
    return ";".join(
        f"--{name}:var({theirs},{own})" if theirs else f"--{name}:{own}"
        for name, (theirs, own) in colours.items()
    )


_RULES = f"""
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif
| text|fill:var(--ink)
| .paper|fill:var(--paper)
| .title|font-size:{TITLE_SIZE}px;font-weight:600
| .name|font-size:{NAME_SIZE}px;font-weight:600
| .caption|font-size:{CAPTION_SIZE}px;fill:var(--quiet)
| .card|fill:var(--card);stroke:var(--border);stroke-width:1.2
| use|color:var(--ink)
| .edge path|fill:none;stroke:var(--line);stroke-width:1.6
| .tip|fill:var(--line)
| .label|font-size:{CAPTION_SIZE}px;fill:var(--quiet)
| .label|paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round
| .stream path|stroke-dasharray:1.5 4;stroke-linecap:round;stroke-width:2.2
| .redrive path,.failure path|stroke:var(--wrong);stroke-dasharray:6 4
| .tip-wrong|fill:var(--wrong)
| .new>.card|stroke:var(--new);stroke-width:2.4
| .new.edge path|stroke:var(--new);stroke-width:2.4
| .tip-new|fill:var(--new)
| .badge rect|fill:var(--new)
| .badge text|fill:var(--paper);font-size:{BADGE_SIZE}px;font-weight:700;letter-spacing:.4px
| .missing>.card|fill:none;stroke:var(--quiet);stroke-dasharray:6 5
| .missing>use|opacity:.35;filter:grayscale(1)
| .missing>.name|fill:var(--quiet);font-weight:400
| .missing.edge path|stroke:var(--quiet);stroke-dasharray:3 5;opacity:.7
| .missing>.badge rect|fill:var(--quiet)
"""


def stylesheet() -> str:
    """The CSS of a picture, each rule under its class."""
    first, *rules = (rule.strip() for rule in _RULES.strip().split("\n| "))
    light, dark = _variables(_LIGHT), _variables(_DARK)
    lines = [
        f".{CLASS}{{{light};{first}}}",
        f"@media(prefers-color-scheme:dark){{.{CLASS}{{{dark}}}}}",
        # JupyterLab's theme may be dark where the reader's system is light
        f'[data-jp-theme-light="false"] .{CLASS}{{{dark}}}',
        f'[data-jp-theme-light="true"] .{CLASS}{{{light}}}',
    ]
    for rule in rules:
        selectors, _, body = rule.partition("|")
        scoped = ",".join(f".{CLASS} {selector}" for selector in selectors.split(","))
        lines.append(f"{scoped}{{{body}}}")
    return "\n".join(lines)
