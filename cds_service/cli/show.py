"""Cards for a person at a terminal: the same words, without Markdown."""

import html
import re
import textwrap
from typing import Any

_WIDTH = 100
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]#|~!.()+\-])")


def cards(found: list[dict[str, Any]]) -> str:
    """All cards, or one sentence that there is none."""
    if not found:
        return "No card: no trial fits, or there is no systemic lupus on the chart."
    return "\n\n".join(_card(card) for card in found)


def _card(card: dict[str, Any]) -> str:
    lines = [f"┌ {card['summary']}", "│"]
    for line in plain(card.get("detail", "")).splitlines():
        hanging = "  " if line.startswith("- ") else ""
        lines += [f"│ {part}" for part in textwrap.wrap(line, _WIDTH, subsequent_indent=hanging)] or ["│"]
    lines.append("│")
    lines += [f"│ {link['label']}: {link['url']}" for link in card.get("links", ())]
    lines.append(f"└ {card['indicator']} · source: {card['source']['label']}")
    return "\n".join(lines)


def plain(markdown: str) -> str:
    """Our Markdown as text: emphasis, escapes and entities undone."""
    bold = re.sub(r"(?<!\\)\*\*", "", markdown)
    return html.unescape(_ESCAPED.sub(r"\1", bold))
