"""Python code as HTML, highlighted in colours that both themes can show."""

from __future__ import annotations

import html

# JupyterLab's own editor colours, which change with its theme; the second is for other viewers.
_COLOURS = {
    "Keyword": "var(--jp-mirror-editor-keyword-color, #a626a4)",
    "String": "var(--jp-mirror-editor-string-color, #986801)",
    "Number": "var(--jp-mirror-editor-number-color, #0b62a8)",
    # the editor's own would have too little contrast on the paper of an output
    "Comment": "var(--jp-content-font-color2, #6a737d)",
}


def code_html(code: str) -> str:
    """A block of Python code; the text alone if it can be copied out of it unchanged."""
    return (
        '<pre style="white-space:pre-wrap;background:none;color:inherit;margin:4px 0;'
        'font-family:var(--jp-code-font-family, monospace)">'
        f"<code>{_highlighted(code)}</code></pre>"
    )


def _highlighted(code: str) -> str:
    from pygments import lex
    from pygments.lexers import PythonLexer

    parts = []
    for token, text in lex(code, PythonLexer(stripnl=False, ensurenl=False)):
        colour = next((c for name, c in _COLOURS.items() if name in str(token)), None)
        escaped = html.escape(text).replace("$", "<span>$</span>")
        parts.append(f'<span style="color:{colour}">{escaped}</span>' if colour else escaped)
    return "".join(parts)
