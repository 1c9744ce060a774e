"""A text that is too long for a card is cut where nothing that was cut off changes what is left."""

import re

import pytest

from cds_service.cards.shorten import shorten
from cds_service.cards.text import escape, value_words

DOSE = "methotrexate 2.5 MG Oral Tablet: 3 tablets of 2.5 mg in the morning once a week"
LIMITS = range(4, 90)
DOSES = [
    DOSE,
    "Dose 10 to 20 mg daily, reduce by 2.5 mg every 2 weeks until 5 mg",
    "prednisolone 1,000 mg / day for 3 days, then 0.5 mg per kg",
    "neutrophils 4.5 x 10*9/L (range 1.8 - 7.5 x 10*9/L) in a sample of 2 mL",
    "titre 1:320 at 37 °C, then 1:80 at 4 °C",
]


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("text", DOSES)
def test_what_is_kept_is_the_beginning_of_the_text_in_whole_words(text, limit):
    cut = shorten(text, limit)
    assert len(cut) <= limit
    if cut != text:
        kept = cut.removesuffix("…")
        assert text.startswith(kept)
        first = text.partition(" ")[0]
        assert not kept or text[len(kept)] in " ,:;" or first.startswith(kept)


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("text", DOSES)
def test_a_number_never_stands_last(text, limit):
    cut = shorten(text, limit)
    if cut != text:
        assert not re.search(r"(?:^|\s)[\d.,:]+\s*(?:to|x|-|/|per)?…$", cut)


def test_a_dose_keeps_its_unit_or_goes():
    assert shorten(DOSE, 60) == "methotrexate 2.5 MG Oral Tablet: 3 tablets of 2.5 mg in the…"
    assert shorten(DOSE, 52) == "methotrexate 2.5 MG Oral Tablet: 3 tablets of…"
    assert shorten(DOSE, 40) == "methotrexate 2.5 MG Oral Tablet…"


def test_a_chinese_dose_keeps_its_unit_or_goes():
    text = "泼尼松片每日早餐后口服10毫克连续服用三个月"
    assert shorten(text, 15) == "泼尼松片每日早餐后口服…"
    assert shorten(text, 13) == "泼尼松片每日早餐后口服…"
    assert shorten(text, 20) == "泼尼松片每日早餐后口服10毫克连续服用…"


def test_a_long_word_without_a_number_is_cut_somewhere():
    assert shorten("Aspartataminotransferaseaktivitaetsbestimmung", 20) == "Aspartataminotransf…"


def test_of_a_long_number_nothing_is_kept():
    assert shorten("1234567890" * 10, 20) == "…"
    assert shorten("0.00000000000000000000000125mg", 20) == "…"


def test_a_text_that_fits_is_left_alone():
    assert shorten(DOSE, len(DOSE)) == DOSE


def test_chart_text_and_values_on_cards_are_cut_so():
    assert escape(DOSE, 52) == "methotrexate 2.5 MG Oral Tablet: 3 tablets of…"
    assert value_words(f"< {DOSE}", 52) == "below methotrexate 2.5 MG Oral Tablet: 3 tablets of…"
