"""Words on cards: dates, escaping, values."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.cards.text import counted, date_words, day_words, escape, listed, value_words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2026-12-08", "8 Dec 2026"),
        ("2026-02-03T09:00:00+08:00", "3 Feb 2026"),
        ("2026-02", "Feb 2026"),
        ("2026", "2026"),
        ("2026-01-02/2026-03-04", "2 Jan 2026 to 4 Mar 2026"),
        ("2026-01-02/", "since 2 Jan 2026"),
        ("/2026-10-29", "until 29 Oct 2026"),
        (None, ""),
    ],
)
def test_a_date_is_written_in_words_so_that_nobody_reads_8_12_as_august(written: str | None, words: str) -> None:
    assert date_words(written) == words


def test_a_day_is_written_like_a_recorded_date() -> None:
    assert day_words(date(2026, 12, 8)) == date_words("2026-12-08")


def test_what_is_no_date_is_shown_escaped_and_not_guessed() -> None:
    assert date_words("<b>May</b>") == "&lt;b&gt;May&lt;/b&gt;"
    assert date_words("2026-13") == "2026-13"


@pytest.mark.parametrize(
    ("hostile", "gone"),
    [
        ("<img src=x onerror=alert(1)>", "<"),
        ("[click](javascript:alert(1))", "[click]("),
        ("see http://evil.example/x", "://"),
        ("www.evil.example", "www."),
        ("mail me@evil.example", "@"),
        ("a\nb\r\n# heading", "\n"),
        ("**bold**", "**"),
        ("right\u202eleft", "\u202e"),
        ("zero\u200bwidth", "\u200b"),
    ],
)
def test_no_markup_link_or_hidden_character_of_a_chart_reaches_the_card(hostile: str, gone: str) -> None:
    assert gone not in escape(hostile).replace("\\*", "").replace("\\[", "").replace("\\]", "")


@given(st.text(max_size=300))
def test_escaped_text_never_holds_html_or_a_line_break_and_never_grows_beyond_its_bound(text: str) -> None:
    escaped = escape(text, 60)
    assert "<" not in escaped
    assert ">" not in escaped
    assert "\n" not in escaped
    assert len(escaped) <= 60 * 6


def test_escaped_text_still_reads_as_it_was_recorded() -> None:
    assert escape("泼尼松片 5mg 每日一次") == "泼尼松片 5mg 每日一次"
    assert escape("proteinuria, 1.1 g/24 h") == "proteinuria, 1.1 g/24 h"


@pytest.mark.parametrize(
    ("value", "words"), [("<0.3", "below 0.3"), (">60", "above 60"), ("<=5", "at most 5"), ("12", "12")]
)
def test_a_comparator_is_said_in_words(value: str, words: str) -> None:
    assert value_words(value) == words


def test_counts_and_lists_read_as_people_write_them() -> None:
    assert (counted(1, "point"), counted(5, "point")) == ("1 point", "5 points")
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([]) == ""
