"""Cards for a person at a terminal: the same words, without Markdown."""

import html
import re
import textwrap
from datetime import date
from typing import Any

_WIDTH = 100
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]#|~!.()+\-])")


def cards(found: list[dict[str, Any]]) -> str:
    """All cards; "" where there is none."""
    return "\n\n".join(_card(card) for card in found)


def why_none(bundle: bytes | None, as_of: date | None) -> str:
    """Why there is no card, as far as the chart says: no lupus, no trial that fits, or one that is not shown.

    `bundle`: the chart as it was sent, None where it is not known here. Raises InputError for one that is no chart.
    """
    if bundle is None:
        return "No card: no trial that may be shown fits, or there is no systemic lupus on the chart."
    from ..screening import evaluate_bundle
    from ..settings import Settings

    settings = Settings.read()
    trials = evaluate_bundle(bundle, as_of or settings.today())["trials"]
    if all(trial["verdict"] == "not-applicable" for trial in trials):
        notes = "; ".join(dict.fromkeys(note for trial in trials for note in trial["notes"]))
        return f"No card: there is no systemic lupus on the chart{f' ({notes})' if notes else ''}."
    fits = [trial for trial in trials if trial["verdict"] in ("possible", "likely")]
    if not fits:
        return "No card: no trial fits."
    hidden = [trial for trial in fits if trial["status"] not in settings.show_statuses]
    if len(hidden) < len(fits):
        return "No card: too much of the chart could not be read."
    said = "; ".join(f"{t['id']} ({t['status'].replace('-', ' ')}, registry {t['status_as_of']})" for t in hidden)
    return f"No card: no trial that may be shown fits. What may fit is not shown for its recruitment status: {said}."


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
