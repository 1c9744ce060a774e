"""Words on cards: dates that nobody reads backwards, and chart text that no client can mistake for markup."""

import re
from datetime import date

from .shorten import shorten

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?", re.ASCII | re.DOTALL)
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_ESCAPED = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]#|~!"} | {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "(at)"})
_WWW = re.compile(r"www\.", re.IGNORECASE)
_COMPARED = (("<=", "at most "), (">=", "at least "), ("<", "below "), (">", "above "))


def day_words(day: date) -> str:
    """A day as `8 Dec 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def month_words(day: date) -> str:
    """The month of a day as `Dec 2026`."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def date_words(written: str | None) -> str:
    """A date as recorded (partial, with a time, as `first/last` or `/last`) in words; "" where there is none."""
    if not written:
        return ""
    first, slash, last = written.partition("/")
    if slash and _DATE.fullmatch(first) and (not last or _DATE.fullmatch(last)):
        return f"{date_words(first)} to {date_words(last)}" if last else f"since {date_words(first)}"
    if slash and not first and _DATE.fullmatch(last):
        return f"until {date_words(last)}"
    match = _DATE.fullmatch(written)
    if match is None or (match[2] and not 1 <= int(match[2]) <= 12):
        return escape(written, 30)
    year, month, day = match.groups()
    if month is None:
        return year
    name = f"{_MONTHS[int(month) - 1]} {year}"
    return f"{int(day)} {name}" if day else name


def escape(text: str, limit: int = 80) -> str:
    """Text from a chart, safe in Markdown and in a client that renders raw HTML, and never a link.

    Control and direction characters go, HTML and Markdown specials are escaped, addresses are broken up (GFM links
    bare ones), and what is longer than `limit` characters is cut after a word, never in a number (`shorten`).
    """
    clean = " ".join((text if text.isprintable() else _INVISIBLE.sub(" ", text)).split())
    if len(clean) > limit:
        clean = shorten(clean, limit)
    if "://" in clean:
        clean = clean.replace("://", ": //")
    if "ww." in clean.lower():
        clean = _WWW.sub("www ", clean)
    return clean.translate(_ESCAPED)


def value_words(text: str, limit: int = 60) -> str:
    """A value, with a comparator before it in words, so that it reads well where `<` must be written `&lt;`."""
    stripped = text.strip()
    for sign, words in _COMPARED:
        if stripped.startswith(sign):
            return words + escape(stripped[len(sign) :].strip(), limit)
    return escape(stripped, limit)


def counted(n: int, one: str, many: str | None = None) -> str:
    """`1 point`, `5 points`."""
    return f"{n} {one}" if n == 1 else f"{n} {many or one + 's'}"


def listed(items: list[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""
