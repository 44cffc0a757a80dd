"""How well text can be read: WCAG's contrast of what is drawn on what lies behind it."""

from __future__ import annotations

from typing import Any

# Every visible piece of text inside a selector with its colour and the first opaque background.
# A picture's colours have tests of their own; numbers of cells are JupyterLab's.
_TEXTS = """root => {
  const skipped = 'svg, script, style, .jp-OutputPrompt';
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const behind = node => {
    for (let n = node; n; n = n.parentElement) {
      const c = parse(getComputedStyle(n).backgroundColor);
      if (c.length && (c.length < 4 || c[3] > 0.95)) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node || node.closest(skipped)) continue;
    const box = node.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    found.push({text: walker.currentNode.data.trim().slice(0, 40),
      ink: parse(getComputedStyle(node).color).slice(0, 3), paper: behind(node)});
  }
  return found;
}"""


def unreadable(locator: Any, least: float = 4.5) -> list[str]:
    """Texts inside an element whose contrast is below WCAG's AA for body text."""
    texts = locator.evaluate(_TEXTS)
    return [
        f"{each['text']!r}: {ratio:.1f}"
        for each in texts
        if (ratio := contrast(each["ink"], each["paper"])) < least
    ]


def contrast(one: list[float], other: list[float]) -> float:
    """The ratio of two colours, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: list[float]) -> float:
    linear = [
        c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4
        for c in colour
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
