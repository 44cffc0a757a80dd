"""The gate reads the text of notebooks."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderlab.workbook.texts import text_faults


def _faults(tmp_path: Path, markdown: str) -> list[str]:
    (tmp_path / "solutions").mkdir(exist_ok=True)
    body = "\n".join(f"# {line}" for line in markdown.splitlines())
    (tmp_path / "solutions" / "01_a.py").write_text(f"# %% [markdown]\n{body}\n")
    return text_faults(tmp_path)


@pytest.mark.parametrize(
    ("markdown", "complaint"),
    [
        ("![](a.svg)", "no alt text"),
        ("<img src='x'>", "no alt text"),
        ("[here](http://example.com)", "not https"),
        ("[there](missing.md)", "leads nowhere"),
        ("It costs $ 1 here and $ 2 there.", "formula"),
        ("Congratulations!", "say what happened"),
    ],
)
def test_each_fault_in_a_text_is_found(tmp_path: Path, markdown: str, complaint: str) -> None:
    assert any(complaint in fault for fault in _faults(tmp_path, markdown))


def test_good_text_passes(tmp_path: Path) -> None:
    good = "![A queue between two boxes](01_a.py)\n[AWS](https://docs.aws.amazon.com/lambda/)\n"
    good += "From `$input` to `$output` for $ 1.\n\nIt was $ 2, or 3 US dollars."
    assert _faults(tmp_path, good) == []
